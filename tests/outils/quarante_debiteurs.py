"""Un export Pennylane de quarante débiteurs fictifs, sa liste de clients, et les PDF de quelques affaires.

    python -m tests.outils.quarante_debiteurs REPERTOIRE

Les dates se comptent depuis le jour donné : l'export ne vieillit pas.
"""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from stdnum import luhn

from tests.outils.fabriquer_exemples_import import dessiner

VENDEUR = "Fournil des Quais"
SIREN_VENDEUR = "999990005"
RECOMMANDE = "1A 234 567 8901 2"
A_DEPOSER, A_RELANCER, A_ECHELONNER = "Brasserie Montbrun", "Hôtel du Vieux Pont", "Traiteur Saint-Aubin"

_ENTETE = (
    "Identifiant facture", "Numéro de facture", "Date", "Échéance", "Tiers", "Identifiant tiers", "Référence tiers",
    "Siren tiers", "Total TTC", "Total TVA", "Total HT", "Devise", "Fichier", "Date d'import", "Date de modification",
    "Période d'imputation", "Statut", "Brouillon", "Remise", "Type de remise", "Montant payé (TTC)",
    "Montant restant (TTC)", "Titre de la facture", "Description de la facture", "Champ libre", "Mentions spéciales",
    "Commentaires", "Date de paiement",
)  # fmt: skip
_CLIENTS = ("Nom", "SIRET", "Numéro TVA", "Adresse", "Code postal", "Ville", "Pays", "Email", "Téléphone")
_VILLES = (
    ("69001", "Lyon"), ("69100", "Villeurbanne"), ("38000", "Grenoble"), ("42000", "Saint-Étienne"),
    ("01000", "Bourg-en-Bresse"), ("71000", "Mâcon"), ("26000", "Valence"), ("73000", "Chambéry"),
)  # fmt: skip
_RUES = ("rue des Tanneurs", "place du Marché", "avenue de la Gare", "quai des Bateliers", "cours Victor-Bréhat")
_NOMS = (
    A_DEPOSER, A_RELANCER, A_ECHELONNER, "Café Lamirault", "Le Comptoir d'Ambre", "Épicerie Vauzelle",
    "Restaurant La Treille Haute", "SARL Grandval & Fils", "Bistrot Les Deux Ponts", "Crêperie Kermorvan",
    "Maison Orsenne", "Auberge du Haut Fresnay", "Salon de thé Mirabelle", "Cantine Verte", "Le Petit Olympe",
    "Halles Desbordes", "Boucherie Falquet", "Primeurs Rochemaure", "Glaces Antonelli", "Camping des Sorbiers",
    "Résidence Les Charmilles", "Clinique du Val Doré", "École Montferrat", "Théâtre de l'Escale", "Cinéma Le Vox",
    "Librairie Paravent", "Studio Belcourt", "Garage Thévenard", "Imprimerie Clairin", "Menuiserie Hautefage",
    "Transports Quillan", "Pressing Blancheroc", "Fleurs de Sauveterre", "Domaine de Roquevert", "Cave Saint-Elme",
    "Fromagerie Aubrac d'Or", "Poissonnerie La Criée", "Pizzeria Vesuvio", "Sandwicherie Midi", "Gîte des Ormeaux",
)  # fmt: skip
_FORMES = ("SARL", "SAS", "EURL", "SASU")


@dataclass(frozen=True)
class Client:
    """Un débiteur inventé ; `siren` vide : l'export ne le dit pas, la liste des clients seulement."""

    rang: int
    nom: str
    forme: str
    siren: str
    voie: str
    code_postal: str
    commune: str
    est_connu: bool


@dataclass(frozen=True)
class Vente:
    """Une facture de l'export, ou un avoir si son montant est négatif."""

    numero: str
    client: Client
    date: dt.date
    echeance: dt.date
    ht: Decimal
    paye: Decimal = Decimal(0)
    statut: str = "En retard"

    @property
    def tva(self) -> Decimal:
        """Au taux normal."""
        return (self.ht * 20 / 100).quantize(Decimal("0.01"))

    @property
    def ttc(self) -> Decimal:
        """Hors taxes et taxe."""
        return self.ht + self.tva

    @property
    def reste(self) -> Decimal:
        """Ce que l'export dit dû."""
        return Decimal(0) if self.statut == "Encaissée" else self.ttc - self.paye


def clients() -> tuple[Client, ...]:
    """Quarante clients, toujours les mêmes."""
    return tuple(_client(rang, nom) for rang, nom in enumerate(_NOMS))


def _client(rang: int, nom: str) -> Client:
    racine = f"{99999100 + rang}"
    code_postal, commune = _VILLES[rang % len(_VILLES)]
    return Client(
        rang,
        nom,
        _FORMES[rang % len(_FORMES)],
        racine + luhn.calc_check_digit(racine),
        f"{3 + 2 * rang} {_RUES[rang % len(_RUES)]}",
        code_postal,
        commune,
        est_connu=rang % 5 != 4,
    )


def ventes(jour: dt.date) -> list[Vente]:
    """Les factures : une à trois par client, plus ce qu'un vrai export mêle, payées, à venir et un avoir."""
    tous = clients()
    numeros = iter(range(1, 1000))
    liste = []

    def vendre(client: Client, retard: int, ht: str, **suite: object) -> None:
        echeance = jour - dt.timedelta(days=retard)
        numero = f"FA-2026-{next(numeros):04d}"
        liste.append(Vente(numero, client, echeance - dt.timedelta(days=30), echeance, Decimal(ht), **suite))

    vendre(tous[0], 152, "1240.00")
    vendre(tous[0], 121, "865.50")
    vendre(tous[1], 21, "432.10")
    vendre(tous[2], 96, "3120.00")
    for client in tous[3:]:
        vendre(client, 12 + 9 * client.rang % 200, f"{180 + 37 * client.rang}.{client.rang:02d}")
        if client.rang % 3 == 0:
            vendre(client, 40 + client.rang, f"{95 + 11 * client.rang}.00", paye=Decimal("60.00"))
        if client.rang % 4 == 0:
            vendre(client, 220, f"{70 + client.rang}.00", statut="Encaissée")
        if client.rang % 6 == 0:
            vendre(client, -12, f"{310 + client.rang}.00", statut="À venir")
    vendre(tous[7], 30, "-50.00", statut="À traiter")
    return liste


def ecrire_export(repertoire: Path, jour: dt.date) -> Path:
    """Écrit factures_clients.csv, clients.csv et les documents ; rend l'export."""
    repertoire.mkdir(parents=True, exist_ok=True)
    toutes = ventes(jour)
    export = repertoire / "factures_clients.csv"
    export.write_bytes(_en_csv(_ENTETE, (_ligne(rang, vente) for rang, vente in enumerate(toutes, start=1))))
    (repertoire / "clients.csv").write_bytes(_en_csv(_CLIENTS, map(_fiche, clients())))
    for nom, octets in _documents(toutes).items():
        (repertoire / nom).write_bytes(octets)
    return export


def _ligne(rang: int, vente: Vente) -> tuple[str, ...]:
    client = vente.client
    jour = _dire_jour(vente.date)
    return (
        f"{4100 + rang}", vente.numero, jour, _dire_jour(vente.echeance), client.nom, f"C{client.rang:03d}", "",
        client.siren if client.est_connu else "", _euros(vente.ttc), _euros(vente.tva), _euros(vente.ht), "€",
        f"{vente.numero}.pdf", f"{jour} 09:12:00", f"{jour} 09:12:00", f"{jour} > {jour}", vente.statut, "FALSE", "0",
        "absolute", _euros(vente.ttc if vente.statut == "Encaissée" else vente.paye), _euros(vente.reste),
        "Pains et viennoiseries", "", "", "", "", _dire_jour(vente.echeance) if vente.statut == "Encaissée" else "",
    )  # fmt: skip


def _fiche(client: Client) -> tuple[str, ...]:
    siret = client.siren + "0001"
    return (
        client.nom, siret + luhn.calc_check_digit(siret), "", client.voie, client.code_postal, client.commune, "FR",
        f"compta@client{client.rang:02d}.example", "",
    )  # fmt: skip


def _documents(toutes: Sequence[Vente]) -> dict[str, bytes]:
    """Les factures des trois affaires suivies, et ce que le classeur garde de la première."""
    suivies = [vente for vente in toutes if vente.client.nom in {A_DEPOSER, A_RELANCER, A_ECHELONNER}]
    premiere = suivies[0]
    commande = dessiner(
        "BON DE COMMANDE", f"{premiere.client.nom}, {premiere.client.voie}, {premiere.client.commune}",
        f"Commande passée à {VENDEUR}", f"Le {_dire_jour(premiere.date - dt.timedelta(days=6))}",
        "Livraison quotidienne de pains et viennoiseries, deux mois", "Bon pour accord, signé : la gérance",
    )  # fmt: skip
    livraison = dessiner(
        "BON DE LIVRAISON", f"Facture {premiere.numero}", f"Client : {premiere.client.nom}",
        f"Remis le {_dire_jour(premiere.date - dt.timedelta(days=1))}, signé du client",
    )  # fmt: skip
    return {
        **{f"{vente.numero}.pdf": _dessiner_facture(vente) for vente in suivies},
        "Bon de commande Montbrun.pdf": commande,
        "BL Montbrun.pdf": livraison,
        "Preuve de dépôt.pdf": dessiner("PREUVE DE DÉPÔT", f"Recommandé n° {RECOMMANDE}", premiere.client.nom),
        "Avis de réception.pdf": dessiner("AVIS DE RÉCEPTION", f"Recommandé n° {RECOMMANDE}", "Distribué"),
        "Protocole signé.pdf": dessiner("PROTOCOLE", "Lu et approuvé", A_ECHELONNER),
    }


def _dessiner_facture(vente: Vente) -> bytes:
    client = vente.client
    ht, tva, ttc = (_euros(somme, "\u00a0") for somme in (vente.ht, vente.tva, vente.ttc))
    return dessiner(
        f"{VENDEUR} SARL - 8 quai de la Pêcherie, 69001 Lyon - SIREN {SIREN_VENDEUR}", f"FACTURE n° {vente.numero}",
        f"Date : {_dire_jour(vente.date)}", f"Client : {client.nom} {client.forme}",
        f"{client.voie}, {client.code_postal} {client.commune}", f"SIREN client : {client.siren}",
        "Pains et viennoiseries", f"Total HT {ht}", f"TVA {tva}",
        f"Total TTC {ttc}", f"Échéance : {_dire_jour(vente.echeance)}",
        "Pénalités de retard : trois fois le taux d'intérêt légal ; indemnité forfaitaire de recouvrement : 40 €.",
    )  # fmt: skip


def _en_csv(entete: Sequence[str], lignes: Iterator[tuple[str, ...]]) -> bytes:
    return "".join(";".join(ligne) + "\n" for ligne in (entete, *lignes)).encode("utf-8")


def _dire_jour(jour: dt.date) -> str:
    return f"{jour:%d/%m/%Y}"


def _euros(valeur: Decimal, espace: str = "\u202f") -> str:
    return f"{valeur:,.2f}".replace(",", espace).replace(".", ",") + "\u00a0€"


if __name__ == "__main__":
    ecrire_export(Path(sys.argv[1]), dt.date(2026, 11, 21))

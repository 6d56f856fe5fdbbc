"""L'affaire que racontent les pièces : le dossier d'exemple, et ce que seul le papier dit (recette)."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.domaine.arrondi import arrondir
from generateur.domaine.creances import Avoir, Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Adresse, Identite
from tests.outils.exemples_style import Style

MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
INSECABLE = "\u00a0"


def euros(montant: Decimal) -> str:
    """Montant en euros à la française : 8 640,00 €."""
    return f"{nombrer(montant)}{INSECABLE}€"


def nombrer(montant: Decimal) -> str:
    """Nombre à deux décimales, milliers séparés par une espace insécable."""
    return f"{montant:,.2f}".replace(",", INSECABLE).replace(".", ",")


def abreger(nombre: Decimal) -> str:
    """Nombre sans zéros inutiles : 6, 52,5."""
    return f"{nombre.normalize():,f}".replace(",", INSECABLE).replace(".", ",")


def dater(jour: dt.date) -> str:
    """Date en toutes lettres : 1er mai 2026."""
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme}{INSECABLE}{MOIS[jour.month - 1]}{INSECABLE}{jour.year}"


def chiffrer_date(jour: dt.date) -> str:
    """Date en chiffres : 01/05/2026."""
    return f"{jour:%d/%m/%Y}"


def grouper(identifiant: str, pas: Sequence[int]) -> str:
    """Identifiant coupé par groupes : 100 000 009 00017."""
    groupes, debut = [], 0
    for longueur in pas:
        groupes.append(identifiant[debut : debut + longueur])
        debut += longueur
    return INSECABLE.join([*groupes, identifiant[debut:]]).strip(INSECABLE)


def nommer_siren(siren: str) -> str:
    """SIREN par groupes de trois."""
    return grouper(siren, (3, 3, 3))


def nommer_siret(siret: str) -> str:
    """SIRET : SIREN puis numéro interne."""
    return grouper(siret, (3, 3, 3))


def nommer_iban(iban: str) -> str:
    """IBAN par groupes de quatre."""
    return grouper(iban, (4,) * 6)


def nommer(partie: Identite) -> str:
    """Nom d'usage d'une partie sur un papier commercial."""
    if not partie.est_physique:
        return partie.denomination or ""
    nom = " ".join(mot for mot in (partie.civilite, (partie.prenoms or "").partition(",")[0], partie.nom) if mot)
    return f"{nom}, EI" if partie.nature == "entrepreneur_individuel" else nom


def nommer_signataire(partie: Identite) -> str:
    """Personne qui signe pour la partie."""
    if partie.representant:
        return partie.representant.nom
    return f"{(partie.prenoms or '').partition(',')[0]} {partie.nom}"


def adresser(adresse: Adresse) -> list[str]:
    """Lignes d'une adresse postale."""
    lignes = [adresse.voie, adresse.complement, f"{adresse.code_postal} {adresse.commune}"]
    return [ligne for ligne in lignes if ligne]


def presenter(partie: Identite) -> list[str]:
    """Bloc nom et adresse."""
    lignes = [nommer(partie)]
    if partie.enseigne:
        lignes.append(partie.enseigne)
    return lignes + adresser(partie.adresse)


def immatriculer(partie: Identite) -> str:
    """Mentions d'immatriculation, telles qu'un pied de page les donne (C. com. R123-237)."""
    mentions = [nommer(partie)]
    if partie.forme:
        capital = f" au capital de {abreger_euros(partie.capital)}" if partie.capital else ""
        mentions.append(f"{partie.forme}{capital}")
    if partie.rcs_ville and partie.siren:
        mentions.append(f"{nommer_siren(partie.siren)} RCS {partie.rcs_ville}")
    elif partie.siren:
        mentions.append(f"SIREN {nommer_siren(partie.siren)}")
    if partie.siret:
        mentions.append(f"SIRET {nommer_siret(partie.siret)}")
    if partie.tva:
        mentions.append(f"TVA {partie.tva}")
    return " – ".join(mentions)


def abreger_euros(montant: Decimal) -> str:
    """Capital : euros sans centimes quand il n'y en a pas."""
    return euros(montant).replace(",00", "")


@dataclass(frozen=True)
class Ligne:
    """Ligne d'une facture, d'un devis ou d'un bon."""

    designation: str
    quantite: Decimal
    unite: str
    prix: Decimal

    @property
    def montant(self) -> Decimal:
        """Montant hors taxes."""
        return arrondir(self.quantite * self.prix)


@dataclass(frozen=True)
class Charte:
    """L'identité visuelle du créancier."""

    couleur: str
    police: str
    entete: str
    facture: str
    logo: str

    @property
    def texte(self) -> Style:
        """Style du texte courant."""
        return Style(police=self.police)


@dataclass(frozen=True)
class Affaire:
    """Un dossier d'exemple et sa recette."""

    dossier: Dossier
    recette: dict[str, Any]
    charte: Charte

    @property
    def entre_professionnels(self) -> bool:
        """Vrai si le débiteur n'est pas un consommateur."""
        return self.dossier.debiteur.qualite != "consommateur"

    @property
    def auteur(self) -> str:
        """Nom du créancier, pour les métadonnées."""
        return nommer(self.dossier.creancier)

    def lignes(self, numero: str) -> list[Ligne]:
        """Lignes de la facture ou de l'avoir, vérifiées contre les montants du dossier."""
        return [
            Ligne(designation, Decimal(str(quantite)), unite, Decimal(prix))
            for designation, quantite, unite, prix in self.recette["factures"][numero]["lignes"]
        ]

    def taux_tva(self, numero: str) -> Decimal:
        """Taux de TVA de la facture, en pour cent."""
        return Decimal(self.recette["factures"][numero].get("tva", self.recette.get("tva", "20")))

    def totaliser(self, objet: Facture | Avoir) -> tuple[Decimal, Decimal]:
        """Hors taxes et TVA ; s'arrête si le papier et le dossier ne disent pas la même somme."""
        ht = sum((ligne.montant for ligne in self.lignes(objet.numero)), Decimal(0))
        tva = arrondir(ht * self.taux_tva(objet.numero) / 100)
        attendus = (objet.montant_ht, objet.montant_tva) if isinstance(objet, Facture) else (ht, tva)
        if (ht, tva) != attendus or ht + tva != objet.montant_ttc:
            raise SystemExit(f"{self.dossier.reference}, {objet.numero} : {ht} + {tva} ≠ {objet.montant_ttc}")
        return ht, tva

    def clause_penalites(self) -> str:
        """Ce que les factures et les CGV disent du retard de paiement."""
        if not self.entre_professionnels:
            return (
                "Tout retard de paiement rend exigibles, après mise en demeure, les intérêts au taux légal "
                "(C. civ., art. 1231-6)."
            )
        penalites = self.dossier.contrat.penalites if self.dossier.contrat else None
        taux = (
            f"au taux de {abreger(penalites.taux)} % l'an"
            if penalites and penalites.taux
            else "au taux d'intérêt appliqué par la Banque centrale européenne à son opération de refinancement "
            "la plus récente, majoré de 10 points de pourcentage"
        )
        return (
            f"Tout retard de paiement rend exigibles de plein droit, sans rappel, dès le jour suivant l'échéance, "
            f"des pénalités {taux}, ainsi qu'une indemnité forfaitaire pour frais de recouvrement de 40 € "
            "(C. com., art. L. 441-10 et D. 441-5)."
        )


def lire_affaire(dossier: Path, recettes: Path) -> Affaire:
    """Lit un dossier d'exemple (profil de créancier compris) et sa recette."""
    donnees = tomllib.loads((dossier / "dossier.toml").read_text("utf-8"), parse_float=Decimal)
    recette = tomllib.loads((recettes / f"{dossier.name}.toml").read_text("utf-8"))
    if isinstance(donnees["creancier"], str):
        profil = (dossier / donnees["creancier"]).read_text("utf-8")
        donnees["creancier"] = tomllib.loads(profil, parse_float=Decimal)
    # la mise en demeure d'un dossier à compléter est encore en commentaire : ses pièces existent déjà
    donnees.setdefault("mise_en_demeure", recette.get("mise_en_demeure"))
    if donnees["mise_en_demeure"] is None:
        del donnees["mise_en_demeure"]
    return Affaire(Dossier.model_validate(donnees), recette, Charte(**recette["charte"]))

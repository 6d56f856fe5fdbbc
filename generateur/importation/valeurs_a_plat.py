"""Du débiteur importé aux valeurs du dossier, à plat : « factures.F12.montant_ttc » → valeur, et retour.

Les blocs répétés se désignent par leur numéro, jamais par leur rang : on peut en déplacer ou en ajouter à la main.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from generateur.importation.groupement import siren_de
from generateur.importation.socle import PieceLue, Reglement, Tiers
from generateur.importation.soldes import FactureDue, Solde, valeur_libre

_NUMEROTES = {"factures": "numero", "avoirs": "numero", "pieces": "titre"}  # ce qui distingue leurs blocs
_NATURES = {"acompte": "acompte"}
CheminValeur = tuple[str, ...]
MONTANT_SOURCE = "montant_source"  # n'est pas une clé du dossier : ce qu'un avoir valait en entier


def valeurs_du_debiteur(tiers: Tiers) -> dict[str, Any]:
    """Le bloc [[debiteurs]], sans clé vide."""
    adresse = _sans_vide(
        {
            "voie": tiers.voie,
            "complement": tiers.complement,
            "code_postal": tiers.code_postal,
            "commune": tiers.commune,
            "pays": tiers.pays if tiers.pays not in {"", "FR"} else "",
        }
    )
    return _sans_vide(
        {
            "denomination": tiers.nom,
            "siren": siren_de(tiers),
            "siret": tiers.siret,
            "tva": tiers.tva,
            "adresse": adresse,
            "courriel": tiers.courriel,
            "telephone": tiers.telephone,
        }
    )


def valeurs_de_la_facture(piece: PieceLue, fichier: str = "") -> dict[str, Any]:
    """Le bloc [[factures]] d'une pièce, sans clé vide."""
    echeances = [{"date": e.date, "montant": e.montant} for e in piece.echeances]
    return _sans_vide(
        {
            "numero": piece.numero,
            "nature": _NATURES.get(piece.nature, ""),
            "date": piece.date,
            "echeance": None if echeances else piece.echeance,
            "echeances": echeances,
            "montant_ht": piece.montant_ht,
            "montant_tva": piece.montant_tva,
            "montant_ttc": piece.montant_ttc,
            "objet": piece.objet,
            "contestee": bool(piece.motif_contestation) or None,
            "motif": piece.motif_contestation,
            "fichier": fichier,
        }
    )


def valeurs_de_l_avoir(piece: PieceLue, factures: frozenset[str], fichier: str = "") -> dict[str, Any]:
    """Le bloc [[avoirs]] d'une pièce : montant positif, facture visée si elle est au dossier.

    Sans facture, seulement ce qui en est encore libre : le reste a déjà diminué une facture, que la source dit.
    """
    visee = piece.facture_visee if piece.facture_visee in factures else ""
    total = montant_de_l_avoir(piece)
    return _sans_vide(
        {
            "numero": piece.numero,
            "date": piece.date,
            "montant_ttc": total if visee else min(total, valeur_libre(piece)),
            "facture": visee,
            "fichier": fichier,
        }
    )


def montant_de_l_avoir(piece: PieceLue) -> Decimal:
    """Le montant entier d'un avoir, positif."""
    return abs(piece.montant_ttc or Decimal(0))


def montants_de_la_source(avoirs: Iterable[PieceLue], inscrits: Collection[str]) -> dict[CheminValeur, Decimal]:
    """Le montant entier des avoirs inscrits, à retenir : leur bloc n'en porte que la part libre ce jour-là."""
    return {("avoirs", a.numero, MONTANT_SOURCE): montant_de_l_avoir(a) for a in avoirs if a.numero in inscrits}


def valeurs_du_paiement(numero: str, reglement: Reglement) -> dict[str, Any]:
    """Le bloc [[paiements]] d'un règlement ; sans date quand la source ne la donne pas."""
    return _sans_vide(
        {
            "date": reglement.date,
            "montant": reglement.montant,
            "facture": numero,
            "mode": reglement.mode,
            "reference": reglement.reference,
        }
    )


def _sans_vide(valeurs: Mapping[str, Any]) -> dict[str, Any]:
    return {cle: valeur for cle, valeur in valeurs.items() if valeur not in (None, "", {}, [])}


def composer_valeurs(
    tiers: Tiers, solde: Solde, fichiers: Mapping[str, str], versees: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Les valeurs d'un dossier neuf, dans la forme de dossier.toml : seules les factures où quelque chose est dû."""
    numeros = frozenset(facture.piece.numero for facture in solde.dues)
    avoirs = [a for a in solde.avoirs_a_saisir if not a.facture_visee or a.facture_visee in numeros]
    verses = [valeurs_du_paiement("", reglement) for reglement in solde.verses]
    return {
        "debiteurs": [valeurs_du_debiteur(tiers)],
        "factures": [valeurs_de_la_facture(f.piece, fichiers.get(f.piece.numero, "")) for f in solde.dues],
        "avoirs": [valeurs_de_l_avoir(a, numeros, fichiers.get(a.numero, "")) for a in avoirs],
        "paiements": [*(paiement for facture in solde.dues for paiement in _paiements(facture)), *verses],
        "pieces": [dict(versee) for versee in versees],
    }


def _paiements(facture: FactureDue) -> Iterator[dict[str, Any]]:
    for reglement in facture.reglements:
        yield valeurs_du_paiement(facture.piece.numero, reglement)


def aplatir(donnees: Mapping[str, Any]) -> dict[CheminValeur, Any]:
    """Les valeurs importables d'un dossier, à plat ; le premier débiteur seul, un total de paiements par facture."""
    plates: dict[CheminValeur, Any] = {}
    debiteurs = donnees.get("debiteurs") or [{}]
    plates |= dict(_descendre(("debiteur",), debiteurs[0]))
    for section, distinctif in _NUMEROTES.items():
        for bloc in donnees.get(section) or ():
            plates |= dict(_descendre((section, str(bloc.get(distinctif, ""))), bloc))
    for paiement in donnees.get("paiements") or ():
        for numero, montant in _parts(paiement):
            cle = ("paye", numero)
            plates[cle] = plates.get(cle, Decimal(0)) + montant
    return plates


def situer_valeur(cle: CheminValeur, donnees: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Où cette valeur se lit dans le dossier : « factures.F12.echeance » y est factures[3].echeance, à son rang."""
    section, *reste = cle
    if section == "debiteur":
        return ("debiteurs", 0, *reste)
    if section == "paye":
        paiements = enumerate(donnees.get("paiements") or ())
        rang = next((rang for rang, bloc in paiements if reste[0] in dict(_parts(bloc))), None)
        return ("paiements",) if rang is None else ("paiements", rang, "montant")
    numeros = [str(bloc.get(_NUMEROTES[section], "")) for bloc in donnees.get(section) or ()]
    return (section, numeros.index(reste[0]), *reste[1:]) if reste[0] in numeros else (section,)


def _parts(paiement: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    if paiement.get("statut") == "rejete":
        return
    if paiement.get("ventilation"):
        for part in paiement["ventilation"]:
            yield str(part.get("facture", "")), normaliser(part.get("montant", 0), "montant")
    else:
        yield str(paiement.get("facture", "")), normaliser(paiement.get("montant", 0), "montant")


def _descendre(chemin: CheminValeur, valeurs: Any) -> Iterator[tuple[CheminValeur, Any]]:
    if isinstance(valeurs, Mapping):
        for cle, valeur in valeurs.items():
            yield from _descendre((*chemin, cle), valeur)
    elif valeurs not in (None, "", []):
        yield chemin, normaliser(valeurs, chemin[-1])


def normaliser(valeur: Any, cle: str) -> Any:
    """La valeur sous une forme comparable : montant exact, date, texte sans blanc autour, identifiant compacté."""
    if isinstance(valeur, list):
        return [
            {c: normaliser(v, c) for c, v in ligne.items()} if isinstance(ligne, Mapping) else ligne for ligne in valeur
        ]
    if isinstance(valeur, dt.date):
        return valeur
    if cle.startswith("montant"):
        try:
            return Decimal(str(valeur).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", "."))
        except InvalidOperation:
            return valeur
    if isinstance(valeur, str):
        compacte = "".join(valeur.split()) if cle in {"siren", "siret", "tva", "telephone"} else valeur
        return compacte.strip()
    return valeur

"""Ce qui est saisi, devant le XML que la facture électronique citée porte : un désaccord se dit, rien n'est corrigé."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.controles.catalogue import constater
from generateur.controles.lieux import situer
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.fichiers import Inspection
from generateur.domaine.langue import date_longue, montant
from generateur.erreurs import ErreurLecture
from generateur.importation import format_facture_electronique
from generateur.importation.socle import Consignes, PieceLue
from generateur.importation.valeurs_a_plat import valeurs_de_la_facture
from generateur.pieces.emplacement import localiser

_CLES = {
    "numero": "numéro",
    "date": "date",
    "echeance": "échéance",
    "montant_ht": "montant HT",
    "montant_tva": "TVA",
    "montant_ttc": "montant TTC",
}


def constater_ecarts(dossier: Dossier, racine: Path, fichiers: Mapping[str, Inspection]) -> Iterator[Constat]:
    """Un constat par facture qui ne dit pas ce que dit le XML joint à son PDF ; un XML illisible n'apprend rien."""
    for lieu, facture in situer("factures", dossier.factures):
        vu = fichiers.get(facture.fichier or "")
        if facture.fichier is None or vu is None or not any(n.lower().endswith(".xml") for n in vu.pieces_jointes):
            continue
        piece = _lire(localiser(racine, facture.fichier))
        ecarts = list(_comparer(facture, piece)) if piece is not None else []
        if ecarts:
            yield constater(
                "ECART_FACTURE_ELECTRONIQUE",
                f"Facture {facture.numero} : {' ; '.join(ecarts)}. La saisie est gardée.",
                gravite="avertissement",
                lieu=lieu,
                remede="Vérifiez sur la facture elle-même, puis corrigez le dossier si le XML dit juste.",
            )


def _lire(fichier: Path) -> PieceLue | None:
    try:
        return next(iter(format_facture_electronique.lire(fichier, Consignes()).pieces), None)
    except ErreurLecture:
        return None


def _comparer(facture: Facture, piece: PieceLue) -> Iterator[str]:
    """« montant TTC saisi 2 500,00 €, dans le XML 2 400,00 € » ; une clé absente d'un côté n'est pas un désaccord."""
    lues = valeurs_de_la_facture(piece)
    for cle, libelle in _CLES.items():
        saisie, lue = getattr(facture, cle), lues.get(cle)
        if saisie is not None and lue is not None and saisie != (abs(lue) if isinstance(lue, Decimal) else lue):
            yield f"{libelle} saisi « {_dire(saisie)} », dans le XML « {_dire(lue)} »"


def _dire(valeur: Any) -> str:
    if isinstance(valeur, Decimal):
        return montant(valeur)
    return valeur if isinstance(valeur, str) else date_longue(valeur)

"""La balance âgée : prise seulement avec ses numéros de factures ; une synthèse par client n'individualise rien."""

from pathlib import Path

from generateur.erreurs import ErreurGenerateur, ErreurLecture
from generateur.importation.entetes import correspondances_communes
from generateur.importation.feuilles import lire_feuilles
from generateur.importation.socle import Consignes, Lecture
from generateur.importation.tableau import Format, lire_tableau
from generateur.importation.valeurs_lues import lire_texte, normaliser_entete

NOM = "balance_agee"
LIBELLE = "balance âgée détaillée"
_TITRES = ("balance agee", "aged partner balance", "aged receivable")
_TRANCHES = (
    "non echu",
    "actuel",
    "1 30 j",
    "1 30",
    "0 30",
    "31 60",
    "61 90",
    "90 j",
    "ech 30 j",
    "ech 60 j",
    "plus ancien",
)
_COLONNES = {
    **correspondances_communes(),
    "numero": ["piece", "numero", "numero de facture", "n facture", "facture"],
    "objet": ["ref libelle", "libelle", "objet"],
    "montant_ttc": ["original", "montant ttc", "montant initial", "total ttc"],
    "reste_du": ["residuel", "reste du", "solde", "montant du", "total"],
    "identifiant": ["code tiers", "code client", "compte tiers"],
}


def reconnaitre(fichier: Path) -> int:
    """À son titre, ou à deux tranches d'ancienneté dans l'en-tête."""
    try:
        feuilles = lire_feuilles(fichier)
    except ErreurGenerateur:
        return 0
    for feuille in feuilles:
        for ligne in feuille.lignes[:15]:
            textes = [normaliser_entete(cellule) for cellule in ligne if isinstance(cellule, str)]
            if any(texte.startswith(_TITRES) for texte in textes) or sum(t in _TRANCHES for t in textes) > 1:
                return 85
    return 0


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Lève ErreurLecture pour une synthèse : elle dit l'export à demander."""
    lecture = lire_tableau(fichier, consignes, Format(NOM, _COLONNES))
    if not any(lire_texte(piece.numero) for piece in lecture.pieces):
        raise ErreurLecture(
            "cette balance âgée ne donne qu'un total par client : aucune facture n'y est nommée",
            lieu=fichier.name,
            remede="Exporter le détail (« balance âgée détaillée », « grand livre non lettré » ou la liste des "
            "factures impayées), avec numéro, date, échéance et reste dû.",
        )
    return lecture

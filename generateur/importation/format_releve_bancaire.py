"""Le relevé d'une banque quelconque : date, libellé, crédit ou montant signé ; seuls les encaissements comptent.

Quand plusieurs colonnes disent la même chose, la première de la liste de `correspondances.toml` est prise.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from generateur.erreurs import ErreurGenerateur, ErreurLecture
from generateur.importation.entetes import (
    correspondances_communes,
    correspondances_de_la_banque,
    est_une_operation_ecartee,
    trouver_entete,
)
from generateur.importation.feuilles import Cellule, Feuille, lire_feuilles
from generateur.importation.signatures import NON_TABLEAUX
from generateur.importation.socle import Consignes, Lecture, Refus, Transaction
from generateur.importation.valeurs_lues import lire_date, lire_montant, lire_texte, normaliser_entete

NOM = "releve_bancaire"
LIBELLE = "le relevé d'une banque"
_NOTE = 40
_DATES, _MONTANTS = ("date_valeur", "date_operation"), ("credit", "montant")


def reconnaitre(fichier: Path) -> int:
    """Au-dessus d'un tableau quelconque, s'il n'y a pas de colonne de factures."""
    if fichier.suffix.lower() in NON_TABLEAUX:
        return 0
    try:
        feuilles = lire_feuilles(fichier)
    except ErreurGenerateur:
        return 0
    return _NOTE if any(_trouver(feuille) and not _est_un_export(feuille) for feuille in feuilles) else 0


def _est_un_export(feuille: Feuille) -> bool:
    """Vrai si l'en-tête nomme un numéro de facture : ce sont des factures, quoi que disent les autres colonnes."""
    connues = correspondances_communes()
    rang = trouver_entete(feuille, connues)
    return rang is not None and any(normaliser_entete(c) in connues["numero"] for c in feuille.lignes[rang])


def _trouver(feuille: Feuille) -> tuple[int, Mapping[str, int]] | None:
    """Le rang de l'en-tête et la colonne de chaque champ ; None s'il n'y a pas de quoi lire un encaissement."""
    connues = correspondances_de_la_banque()
    rang = trouver_entete(feuille, connues)
    if rang is None:
        return None
    noms = [normaliser_entete(cellule) for cellule in feuille.lignes[rang]]
    colonnes = {
        champ: noms.index(nom)
        for champ, synonymes in connues.items()
        if (nom := next((s for s in synonymes if s in noms), None)) is not None
    }
    est_complet = any(d in colonnes for d in _DATES) and any(m in colonnes for m in _MONTANTS)
    return (rang, colonnes) if est_complet and {"libelle", "contrepartie"} & colonnes.keys() else None


def lire(fichier: Path, consignes: Consignes) -> Lecture:  # noqa: ARG001 (aucune colonne à départager)
    """Lève ErreurLecture si aucune feuille n'est un relevé."""
    transactions: list[Transaction] = []
    refus: list[Refus] = []
    lignes = 0
    colonnes: dict[str, str | None] = {}
    for feuille in lire_feuilles(fichier):
        trouve = _trouver(feuille)
        if trouve is None:
            continue
        rang, places = trouve
        colonnes = {c: lire_texte(feuille.lignes[rang][places[c]]) if c in places else None for c in _champs()}
        for ligne in range(rang + 1, len(feuille.lignes)):
            lignes += any(feuille.lignes[ligne])
            try:
                transactions += _lire_ligne(feuille, ligne, places)
            except ValueError as erreur:
                refus.append(Refus(feuille.situer(ligne), str(erreur), "Corriger cette cellule, puis réimporter."))
    if not colonnes:
        raise ErreurLecture(
            "ce relevé de banque ne se comprend pas : il y faut une date, un libellé, et un crédit ou un montant",
            lieu=fichier.name,
            remede="Exporter les opérations du compte en CSV ou en XLSX, avec leur ligne d'en-tête.",
        )
    return Lecture(fichier, NOM, lignes, refus=tuple(refus), colonnes=colonnes, transactions=tuple(transactions))


def _champs() -> tuple[str, ...]:
    return tuple(correspondances_de_la_banque())


def _lire_ligne(feuille: Feuille, rang: int, colonnes: Mapping[str, int]) -> Iterator[Transaction]:
    """L'encaissement de la ligne ; rien pour un débit, un solde, une opération qui n'est pas passée, une devise."""
    ligne = feuille.lignes[rang]

    def cellule(champ: str) -> Cellule:
        place = colonnes.get(champ)
        return ligne[place] if place is not None and place < len(ligne) else None

    montant = lire_montant(cellule("credit" if "credit" in colonnes else "montant"))
    if montant is not None and "credit" in colonnes:
        montant = abs(montant)
    if not montant or montant <= 0 or est_une_operation_ecartee(cellule("statut")):
        return
    if lire_texte(cellule("devise")).upper() not in {"", "EUR", "€", "EURO", "EUROS"}:
        return
    date = next((jour for champ in _DATES if (jour := lire_date(cellule(champ)))), None)
    if date is None:
        return
    contrepartie, reference = lire_texte(cellule("contrepartie")), lire_texte(cellule("reference"))
    libelle = " ".join(filter(None, (lire_texte(cellule("libelle")), lire_texte(cellule("detail")))))
    yield Transaction(feuille.situer(rang), date, montant, libelle or contrepartie, contrepartie, reference)

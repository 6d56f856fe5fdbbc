"""Le fichier des écritures comptables : comptes 411 non lettrés, nets par pièce ; ni échéance, ni SIREN.

18 colonnes (22 en trésorerie), tous séparateurs et codages (livre des procédures fiscales, A47 A-1). Une facture est
le débit d'un compte client ; ce qui porte la même référence au crédit la diminue ; un crédit sans facture est un avoir
ou un paiement à imputer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from generateur.erreurs import ErreurLecture
from generateur.importation.entetes import comprendre, est_un_compte_collectif
from generateur.importation.feuilles import Cellule, Feuille, lire_feuilles
from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Lecture, PieceLue, Refus, Reglement, Tiers
from generateur.importation.valeurs_lues import lire_date, lire_montant, lire_texte, normaliser_entete

NOM = "fec"
LIBELLE = "fichier des écritures comptables (FEC)"
_SIGNATURE = ("journalcode", "ecriturenum", "comptenum", "compauxnum", "pieceref")
_CHAMPS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "Montant", "Sens",
)  # fmt: skip
_COLONNES = {champ: [normaliser_entete(champ)] for champ in _CHAMPS}
_COMPTE_CLIENT = "411"
ZERO = Decimal(0)


@dataclass
class _Facture:
    """Ce que les écritures non lettrées disent d'une pièce d'un client."""

    origine: str
    numero: str
    tiers: Tiers
    date: date | None
    libelle: str
    debit: Decimal = ZERO
    reglements: list[Reglement] = field(default_factory=list)


def reconnaitre(fichier: Path) -> int:
    """D'après ses en-têtes réglementaires."""
    return 95 if noter(fichier, _SIGNATURE) else 0


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Les pièces clients non soldées par le lettrage. Lève ErreurLecture si les colonnes du FEC manquent."""
    factures: dict[tuple[str, str], _Facture] = {}
    avoirs: dict[tuple[str, str], PieceLue] = {}
    refus: list[Refus] = []
    lignes = 0
    for feuille in lire_feuilles(fichier):
        rang = next((r for r, ligne in enumerate(feuille.lignes[:5]) if _est_entete(ligne)), None)
        if rang is None:
            continue
        colonnes = comprendre(feuille, rang, _COLONNES, consignes.colonnes).colonnes
        for numero in range(rang + 1, len(feuille.lignes)):
            if any(feuille.lignes[numero]):
                lignes += 1
                _lire_ecriture(feuille, numero, colonnes, factures, avoirs, refus)
    if not lignes:
        raise ErreurLecture(
            "ce fichier n'a pas les colonnes d'un FEC",
            lieu=fichier.name,
            remede="Le demander au comptable : 18 colonnes, de JournalCode à Idevise.",
        )
    pieces = [_composer(facture) for facture in factures.values() if facture.debit > ZERO]
    return Lecture(fichier, NOM, lignes, (*pieces, *avoirs.values()), tuple(refus), colonnes=dict.fromkeys(_CHAMPS))


def _est_entete(ligne: object) -> bool:
    return isinstance(ligne, list) and set(_SIGNATURE) <= {normaliser_entete(cellule) for cellule in ligne}


def _lire_ecriture(
    feuille: Feuille,
    rang: int,
    colonnes: Mapping[str, int],
    factures: dict[tuple[str, str], _Facture],
    avoirs: dict[tuple[str, str], PieceLue],
    refus: list[Refus],
) -> None:
    ligne = feuille.lignes[rang]

    def cellule(champ: str) -> Cellule:
        return ligne[colonnes[champ]] if champ in colonnes and colonnes[champ] < len(ligne) else None

    if not lire_texte(cellule("CompteNum")).startswith(_COMPTE_CLIENT) or lire_texte(cellule("EcritureLet")):
        return
    defaut = _defaut(ligne, colonnes, cellule)
    if defaut is not None:
        refus.append(Refus(feuille.situer(rang), *defaut))
        return
    try:
        debit, credit = _sens(cellule)
        jour = lire_date(cellule("PieceDate")) or lire_date(cellule("EcritureDate"))
    except ValueError as erreur:
        refus.append(Refus(feuille.situer(rang), str(erreur), "Corriger cette écriture, ou la demander au comptable."))
        return
    compte = lire_texte(cellule("CompAuxNum")) or lire_texte(cellule("CompteNum"))
    nom = lire_texte(cellule("CompAuxLib")) or lire_texte(cellule("CompteLib"))
    reference = lire_texte(cellule("PieceRef"))
    tiers = Tiers(nom=nom, identifiant=compte)
    cle = (compte, reference)
    if debit > ZERO:
        facture = factures.setdefault(
            cle, _Facture(feuille.situer(rang), reference, tiers, jour, lire_texte(cellule("EcritureLib")))
        )
        facture.debit += debit
    elif cle in factures:
        factures[cle].reglements.append(Reglement(credit, lire_date(cellule("EcritureDate")) or jour))
    elif credit > ZERO:
        ancien = avoirs.get(cle)
        total = credit + (abs(ancien.montant_ttc or ZERO) if ancien else ZERO)
        avoirs[cle] = PieceLue(
            feuille.situer(rang), reference or f"{compte}-{rang}", tiers, "avoir", jour, montant_ttc=-total
        )


def _defaut(
    ligne: Sequence[Cellule], colonnes: Mapping[str, int], cellule: Callable[[str], Cellule]
) -> tuple[str, str] | None:
    """Pourquoi cette écriture ne dit ni une facture ni son client, et que faire ; None si elle le dit."""
    exigees = [colonnes[champ] for champ in ("Debit", "Credit", "Montant", "Sens") if champ in colonnes]
    if exigees and max(exigees) >= len(ligne):
        return "cette écriture est incomplète : elle s'arrête avant ses montants", "Redemander le fichier entier."
    nom = lire_texte(cellule("CompAuxLib")) or lire_texte(cellule("CompteLib"))
    if not lire_texte(cellule("CompAuxNum")) and est_un_compte_collectif(nom):
        return (
            f"le compte « {nom} » ne dit pas de quel client il s'agit",
            "Demander un FEC avec ses comptes auxiliaires.",
        )
    reference = lire_texte(cellule("PieceRef"))
    est_un_report = "nouveau" in normaliser_entete(cellule("JournalLib"))
    if est_un_report and not any(signe.isdigit() for signe in reference):
        client = f" de {nom}" if nom else ""
        return (
            f"report à nouveau{client} : les factures qu'il cumule n'y sont pas nommées",
            "Donner aussi le FEC de l'exercice précédent, ou la liste des factures impayées.",
        )
    return None


def _sens(cellule: object) -> tuple[Decimal, Decimal]:
    """Débit et crédit positifs, des deux colonnes ou du couple montant et sens ; un montant négatif change de côté."""
    lire = cellule  # un appel par champ
    debit, credit = lire_montant(lire("Debit")) or ZERO, lire_montant(lire("Credit")) or ZERO  # type: ignore[operator]
    if not debit and not credit and (montant := lire_montant(lire("Montant"))):  # type: ignore[operator]
        est_debit = normaliser_entete(lire("Sens")) in {"d", "debit", "1"}  # type: ignore[operator]
        debit, credit = (montant, ZERO) if est_debit else (ZERO, montant)
    net = debit - credit
    return (net, ZERO) if net > ZERO else (ZERO, -net)


def _composer(facture: _Facture) -> PieceLue:
    paye = sum((r.montant for r in facture.reglements), ZERO)
    return PieceLue(
        origine=facture.origine,
        numero=facture.numero,
        debiteur=facture.tiers,
        date=facture.date,
        montant_ttc=facture.debit,
        reste_du=max(ZERO, facture.debit - paye),
        reglements=tuple(facture.reglements),
        statut="impayee",
        objet="",
    )

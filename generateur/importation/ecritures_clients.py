"""Les écritures d'un FEC sur les comptes clients, et ce que leur lettrage solde, en tout ou en partie."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generateur.domaine.langue import montant
from generateur.importation.entetes import est_un_compte_collectif
from generateur.importation.feuilles import Cellule, Feuille
from generateur.importation.socle import Doute, Refus, Tiers, cumuler
from generateur.importation.valeurs_lues import lire_date, lire_montant, lire_texte, normaliser_entete

ZERO = Decimal(0)
_CLIENTS, _DOUTEUX, _TRESORERIE = "411", "416", "5"
_DIT_UN_AVOIR = re.compile(r"\bavoirs?\b|\bnotes? de credit\b|^(a|av|ac|nc)[ -]?[0-9]")
Lire = Callable[[str], Cellule]


@dataclass(frozen=True)
class Ecriture:
    """Une ligne d'un compte client. `est_de_tresorerie` : sa contrepartie est une banque ou une caisse.

    D'un crédit reporté à nouveau, qui n'a plus de contrepartie : il ne dit pas qu'il est un avoir.
    """

    rang: int
    origine: str
    tiers: Tiers
    reference: str
    libelle: str
    jour: date | None  # celui de la pièce ; inconnu quand seul le report à nouveau la date
    comptabilisee: date | None
    debit: Decimal
    credit: Decimal
    lettre: str
    est_de_tresorerie: bool
    piece_comptable: str  # journal et numéro d'écriture


@dataclass(frozen=True)
class Releve:
    """Les écritures ouvertes, celles refusées, ce que le fichier laisse en suspens, et les lettrages qui se soldent."""

    ouvertes: tuple[Ecriture, ...]
    refus: tuple[Refus, ...]
    doutes: tuple[Doute, ...]
    soldes: tuple[tuple[Ecriture, ...], ...] = ()


def relever(feuille: Feuille, debut: int, colonnes: Mapping[str, int]) -> Releve:
    """Les écritures clients de la feuille que le lettrage n'a pas soldées."""
    lignes = [rang for rang in range(debut, len(feuille.lignes)) if any(feuille.lignes[rang])]
    lecteurs = {rang: _lecteur(feuille.lignes[rang], colonnes) for rang in lignes}
    tresorerie = {
        _piece_comptable(lire)
        for lire in lecteurs.values()
        if lire_texte(lire("CompteNum")).startswith(_TRESORERIE) and not _est_un_report(lire)
    }
    lues: list[Ecriture] = []
    refus: list[Refus] = []
    for rang, lire in lecteurs.items():
        if not lire_texte(lire("CompteNum")).startswith(_CLIENTS):
            continue
        est_lettree, origine = bool(lire_texte(lire("EcritureLet"))), feuille.situer(rang)
        defaut = None if est_lettree else _defaut(feuille.lignes[rang], colonnes, lire)
        try:
            ecriture = _lire(rang, origine, lire, est_de_tresorerie=_piece_comptable(lire) in tresorerie)
        except ValueError as erreur:
            defaut = defaut or (str(erreur), "Corriger cette écriture, ou la demander au comptable.")
            if est_lettree:
                continue
        if defaut is None:
            lues.append(ecriture)
        else:
            refus.append(Refus(origine, *defaut))
    groupes = _lettrer(lues)
    ouvertes, doutes = _ouvrir(lues, groupes)
    soldes = tuple(tuple(groupe) for groupe in groupes.values() if _se_solde(groupe))
    return Releve(tuple(ouvertes), tuple(refus), (*doutes, *_douteux(feuille, lecteurs)), soldes)


def _lecteur(ligne: Sequence[Cellule], colonnes: Mapping[str, int]) -> Lire:
    def cellule(champ: str) -> Cellule:
        return ligne[colonnes[champ]] if champ in colonnes and colonnes[champ] < len(ligne) else None

    return cellule


def _piece_comptable(lire: Lire) -> tuple[str, str, str]:
    """Le journal, le numéro et la date qui réunissent les lignes d'une même écriture."""
    return lire_texte(lire("JournalCode")), lire_texte(lire("EcritureNum")), lire_texte(lire("EcritureDate"))


def _lire(rang: int, origine: str, lire: Lire, *, est_de_tresorerie: bool) -> Ecriture:
    """Lève ValueError si un montant ou une date ne se lit pas."""
    debit, credit = _sens(lire)
    comptabilisee, jour = lire_date(lire("EcritureDate")), lire_date(lire("PieceDate"))
    est_reprise = bool(debit) and _est_un_report(lire) and jour in {None, comptabilisee}  # au 1er jour de l'exercice
    compte = lire_texte(lire("CompAuxNum")) or lire_texte(lire("CompteNum"))
    est_recu = bool(credit) and _est_un_report(lire) and not _dit_un_avoir(lire)
    return Ecriture(
        rang=rang,
        origine=origine,
        tiers=Tiers(nom=lire_texte(lire("CompAuxLib")) or lire_texte(lire("CompteLib")), identifiant=compte),
        reference=lire_texte(lire("PieceRef")),
        libelle=lire_texte(lire("EcritureLib")),
        jour=None if est_reprise else jour or comptabilisee,
        comptabilisee=comptabilisee,
        debit=debit,
        credit=credit,
        lettre=lire_texte(lire("EcritureLet")),
        est_de_tresorerie=est_de_tresorerie or est_recu,
        piece_comptable="-".join(_piece_comptable(lire)[:2]),
    )


def _sens(lire: Lire) -> tuple[Decimal, Decimal]:
    """Débit et crédit positifs, des deux colonnes ou du couple montant et sens ; un montant négatif change de côté."""
    debit, credit = lire_montant(lire("Debit")) or ZERO, lire_montant(lire("Credit")) or ZERO
    if not debit and not credit and (seul := lire_montant(lire("Montant"))):
        est_debit = normaliser_entete(lire("Sens")) in {"d", "debit", "1"}
        debit, credit = (seul, ZERO) if est_debit else (ZERO, seul)
    net = debit - credit
    return (net, ZERO) if net > ZERO else (ZERO, -net)


def _defaut(ligne: Sequence[Cellule], colonnes: Mapping[str, int], lire: Lire) -> tuple[str, str] | None:
    """Pourquoi cette écriture ne dit ni une facture ni son client, et que faire ; None si elle le dit."""
    exigees = [colonnes[champ] for champ in ("Debit", "Credit", "Montant", "Sens") if champ in colonnes]
    if exigees and max(exigees) >= len(ligne):
        return "cette écriture est incomplète : elle s'arrête avant ses montants", "Redemander le fichier entier."
    nom = lire_texte(lire("CompAuxLib")) or lire_texte(lire("CompteLib"))
    if not lire_texte(lire("CompAuxNum")) and est_un_compte_collectif(nom):
        return (
            f"le compte « {nom} » ne dit pas de quel client il s'agit",
            "Demander un FEC avec ses comptes auxiliaires.",
        )
    reference = lire_texte(lire("PieceRef"))
    client = f" de {nom}" if nom else ""
    if _est_un_report(lire) and not any(signe.isdigit() for signe in reference):
        return (
            f"report à nouveau{client} : les factures qu'il cumule n'y sont pas nommées",
            "Donner aussi le FEC de l'exercice précédent, ou la liste des factures impayées.",
        )
    if not reference and _est_un_debit(lire):
        return (
            f"débit{client} sans référence de pièce : rien ne dit quelle facture",
            "Retrouver son numéro, et l'ajouter au dossier : « generateur ajouter facture ».",
        )
    return None


def _est_un_report(lire: Lire) -> bool:
    return "nouveau" in normaliser_entete(lire("JournalLib"))


def _dit_un_avoir(lire: Lire) -> bool:
    textes = (normaliser_entete(lire("PieceRef")), normaliser_entete(lire("EcritureLib")))
    return any(_DIT_UN_AVOIR.search(texte) for texte in textes)


def _est_un_debit(lire: Lire) -> bool:
    try:
        return _sens(lire)[0] > ZERO
    except ValueError:
        return False


def _lettrer(lues: Sequence[Ecriture]) -> dict[tuple[str, str], list[Ecriture]]:
    """Les écritures lettrées, par compte et par lettre."""
    groupes: dict[tuple[str, str], list[Ecriture]] = {}
    for ecriture in lues:
        if ecriture.lettre:
            groupes.setdefault((ecriture.tiers.identifiant, ecriture.lettre), []).append(ecriture)
    return groupes


def _se_solde(groupe: Sequence[Ecriture]) -> bool:
    """Autant au débit qu'au crédit, d'un client nommé."""
    net = cumuler([e.debit - e.credit for e in groupe])
    return not net and not est_un_compte_collectif(groupe[0].tiers.nom)


def _ouvrir(
    lues: Sequence[Ecriture], groupes: Mapping[tuple[str, str], Sequence[Ecriture]]
) -> tuple[list[Ecriture], list[Doute]]:
    """Les écritures non lettrées, et celles d'un lettrage partiel ; un lettrage qui ne se solde pas se dit.

    Un groupe tout au débit a été réglé après la clôture, tout au crédit règle l'exercice d'avant : soldés ailleurs.
    """
    partiels, doutes = set(), []
    for cle, groupe in groupes.items():
        debit, credit = cumuler([e.debit for e in groupe]), cumuler([e.credit for e in groupe])
        if not credit or debit <= credit:
            continue
        est_partiel = cle[1].islower()  # l'usage des éditeurs : la minuscule lettre en partie
        partiels |= {cle} if est_partiel else set()
        doutes.append(_douter_du_lettrage(groupe, debit, credit, est_partiel=est_partiel))
    return [e for e in lues if not e.lettre or (e.tiers.identifiant, e.lettre) in partiels], doutes


def _douter_du_lettrage(groupe: Sequence[Ecriture], debit: Decimal, credit: Decimal, *, est_partiel: bool) -> Doute:
    premiere = groupe[0]
    pieces = ", ".join(dict.fromkeys(e.reference for e in groupe if e.debit and e.reference))
    message = f"{premiere.tiers.nom}, lettrage « {premiere.lettre} » ({pieces}) : {montant(debit)} au débit, "
    message += f"{montant(credit)} au crédit ; "
    message += f"{montant(debit - credit)} sont réclamés" if est_partiel else "rien n'en est réclamé"
    remede = "Demander au comptable si le reste a été payé"
    remede += "." if est_partiel else " ; sinon, « generateur ajouter facture » au dossier de ce client."
    return Doute(premiere.origine, "ECRITURE_A_ECLAIRCIR", message, premiere.reference, remede)


def _douteux(feuille: Feuille, lecteurs: Mapping[int, Lire]) -> Iterator[Doute]:
    """Les créances passées en clients douteux : elles ne sont pas reprises, et cela se dit."""
    soldes: dict[str, Decimal] = {}
    premiers: dict[str, int] = {}
    for rang, lire in lecteurs.items():
        if not lire_texte(lire("CompteNum")).startswith(_DOUTEUX) or lire_texte(lire("EcritureLet")):
            continue
        try:
            debit, credit = _sens(lire)
        except ValueError:
            continue
        nom = lire_texte(lire("CompAuxLib")) or lire_texte(lire("CompteLib")) or lire_texte(lire("CompteNum"))
        soldes[nom] = soldes.get(nom, ZERO) + debit - credit
        premiers.setdefault(nom, rang)
    for nom, solde in soldes.items():
        if solde > ZERO:
            message = f"{nom} : {montant(solde)} de clients douteux ou litigieux (compte 416) ne sont pas repris"
            remede = "Si la créance n'est pas contestée, lui faire un dossier : « generateur nouveau »."
            yield Doute(feuille.situer(premiers[nom]), "ECRITURE_A_ECLAIRCIR", message, "", remede)

"""Ce qu'un contrat stipule et que le juge peut écarter : taux convenu, clause pénale, indemnité forfaitaire.

Sources : C. conso. L212-1, L212-2 et R212-2, 3° (clause manifestement disproportionnée, présumée abusive envers le
consommateur ou le non-professionnel) ; C. civ. 1231-5 (le juge modère la clause pénale, même d'office) ; Cass. 1re
civ., 5 février 2020, n° 18-18.854 (une association peut être non-professionnelle : pénalités comme indemnité).
"""

from collections.abc import Iterator
from decimal import Decimal

from generateur.calculs.decompte import Decompte
from generateur.calculs.penalites_facturees import est_facture_de_penalites
from generateur.calculs.qualites import (
    agit_en_professionnel,
    est_creancier_professionnel,
    est_entre_professionnels,
    qualite_de,
)
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import lieu_debiteur, lieu_facture, situer_contrats
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import montant
from generateur.domaine.socle import ZERO

_LEGAL = "legal"
_NON_CONVENUS = frozenset({"suppletif", "aucune"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Un constat par stipulation discutable, selon la qualité du débiteur principal."""
    decompte = contexte.decompte
    if decompte is None:
        return []
    if qualite_de(dossier.debiteur) == "association":
        constats = [*_association(dossier, decompte)]
    elif est_entre_professionnels(dossier):
        constats = [*_cumul(dossier, decompte)]
    else:
        constats = []
    if not est_entre_professionnels(dossier) and est_creancier_professionnel(dossier.creancier):
        constats += [*_taux(dossier, decompte), *_clause(dossier, decompte)]
    return [*constats, *_facturees(dossier, decompte)]


def _facturees(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    """Une facture de pénalités encore réclamée, quand le dossier dit qu'aucune n'est demandée."""
    reclamees = {solde.facture for solde in decompte.soldes if solde.principal > ZERO}
    for facture in dossier.factures:
        contrat = dossier.contrat_de(facture)
        mode = contrat.penalites.mode if contrat and contrat.penalites else None
        if mode == "aucune" and facture.numero in reclamees and est_facture_de_penalites(facture):
            yield constater(
                "PENALITES_FACTUREES_QUAND_AUCUNE",
                f"La facture {facture.numero} réclame des pénalités ou des frais de retard "
                f"({montant(facture.montant_a_payer)}), alors que le contrat est dit sans pénalités : elle reste "
                "demandée, et le juge verra l'un contredire l'autre.",
                lieu=lieu_facture(dossier, facture.numero),
                remede="Retirez cette facture du dossier, ou corrigez « penalites » du contrat si elles sont dues.",
            )


def _penalites(decompte: Decompte) -> Decimal:
    return sum((ligne.montant for ligne in decompte.lignes if ligne.regime != _LEGAL), ZERO)


def _association(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    """Elle n'est professionnelle que pour son activité : la question vaut pour tout ce que L441-10 donne."""
    if not est_entre_professionnels(dossier):
        return
    lieu = f"{lieu_debiteur(dossier)}.agit_en_professionnel"
    remede = "Si l'association n'a pas agi en professionnelle, écrivez agit_en_professionnel = false."
    if decompte.indemnites > 0:
        yield constater(
            "INDEMNITE_ASSOCIATION",
            f"L'indemnité forfaitaire ({montant(decompte.indemnites)}) est demandée à une association : elle "
            "n'est due que si celle-ci agit en professionnelle, ce qui se discute.",
            lieu=lieu,
            remede=remede,
        )
    if penalites := _penalites(decompte):
        yield constater(
            "PENALITES_ASSOCIATION",
            f"Des pénalités de retard ({montant(penalites)}) sont demandées à une association : elles ne sont dues que "
            "si celle-ci agit en professionnelle, ce qui se discute ; à défaut, seul l'intérêt légal court.",
            lieu=lieu,
            remede=remede,
        )
    yield from _cumul(dossier, decompte)


def _cumul(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    autres = _penalites(decompte) + decompte.indemnites
    if decompte.clause_penale and autres:
        yield constater(
            "CLAUSE_PENALE_CUMULEE",
            f"La clause pénale ({montant(decompte.clause_penale)}) s'ajoute aux pénalités de retard et à l'indemnité "
            f"forfaitaire ({montant(autres)}) : le juge peut la réduire, même d'office.",
            lieu=_lieu_de_la_clause(dossier),
            remede="Gardez de quoi justifier le préjudice qu'elle répare, ou retirez clause_penale.",
        )


def _taux(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    penalites = _penalites(decompte)
    convenus = [
        lieu
        for lieu, contrat in situer_contrats(dossier)
        if contrat.penalites and contrat.penalites.mode not in _NON_CONVENUS
    ]
    if penalites:
        yield constater(
            "PENALITES_NON_PROFESSIONNEL",
            f"Des intérêts au taux convenu ({montant(penalites)}) sont demandés à un non-professionnel : la clause est "
            "présumée abusive si leur montant est manifestement disproportionné, et le juge peut l'écarter d'office.",
            lieu=f"{convenus[0]}.penalites" if convenus else lieu_debiteur(dossier),
            remede='Pour ne demander que l\'intérêt légal, écrivez penalites = { mode = "aucune" }.',
        )
    elif convenus and _est_consommateur(dossier):
        yield constater(
            "PENALITES_CONSOMMATEUR",
            "Le taux convenu n'est pas demandé à un consommateur : la clause serait présumée abusive si elle est "
            "disproportionnée ; le décompte ne compte que l'intérêt légal, depuis la mise en demeure.",
            lieu=f"{convenus[0]}.penalites",
            remede="Rien à faire ; si le débiteur a agi pour son activité, écrivez agit_en_professionnel = true.",
        )


def _clause(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    if decompte.clause_penale:
        qui = "un consommateur" if _est_consommateur(dossier) else "un non-professionnel"
        yield constater(
            "CLAUSE_PENALE_NON_PROFESSIONNEL",
            f"La clause pénale ({montant(decompte.clause_penale)}) est demandée à {qui} : elle est présumée abusive si "
            "son montant est manifestement disproportionné, et le juge peut l'écarter ou la réduire d'office.",
            lieu=_lieu_de_la_clause(dossier),
            remede="Retirez clause_penale si elle n'est pas à la mesure du préjudice.",
        )


def _est_consommateur(dossier: Dossier) -> bool:
    return dossier.debiteur.est_physique and agit_en_professionnel(dossier.debiteur) is False


def _lieu_de_la_clause(dossier: Dossier) -> str:
    return next((f"{lieu}.clause_penale" for lieu, c in situer_contrats(dossier) if c.clause_penale), "contrat")

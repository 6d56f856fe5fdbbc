"""Naissance de la créance et jugement d'ouverture : ce qui se déclare, ce que le plan paie, ce qui peut être poursuivi.

La créance naît de la fourniture : livraison, livraisons successives, période. Née avant le jugement (qui vaut dès le
premier instant de son jour), elle se déclare ; née après, en contrepartie d'une fourniture, elle se paie à l'échéance
et peut être poursuivie (C. com. L622-17 I, L641-13 I) ; née après sans contrepartie, elle se déclare dans son délai
propre (L622-24, al. 6, et R622-22). Sous un plan, l'antérieure n'est payée que par lui (L622-21 et L626-11).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

from generateur.domaine.creances import Facture, Paiement
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Debiteur
from generateur.domaine.socle import ZERO

Perimetre = Literal["declaration", "poursuite"]
Sort = Literal["anterieure", "posterieure_utile", "posterieure_autre", "a_cheval", "a_preciser"]
POSTERIEURES: frozenset[Sort] = frozenset({"posterieure_utile", "posterieure_autre"})
PLAN = "plan_en_cours"
SANS_CONTREPARTIE = frozenset({"penalites", "cotisation"})
_FACTUREES_D_AVANCE = frozenset({"acompte", "loyer"})


def debiteur_declare(dossier: Dossier) -> Debiteur | None:
    """Celui au passif de qui l'on déclare : le principal ; sinon, si la voie est imposée, un coobligé."""
    return next((d for d in (dossier.debiteur, *dossier.debiteurs) if d.est_en_procedure_collective), None)


def jugement_de(debiteur: Debiteur | None) -> date | None:
    """Date du jugement d'ouverture saisie pour ce débiteur."""
    procedure = debiteur.procedure_collective if debiteur else None
    return procedure.jugement if procedure else None


def jugement_separateur(dossier: Dossier) -> date | None:
    """Le jugement qui partage les créances : débiteur principal en procédure collective, ou sous un plan."""
    principal = dossier.debiteur
    concerne = principal.est_en_procedure_collective or principal.situation == PLAN
    return jugement_de(principal) if concerne else None


def naissance_de(facture: Facture) -> tuple[date, date] | None:
    """Premier et dernier jour de la fourniture, compris ; None si rien ne la date."""
    jours = [livraison.date for livraison in facture.toutes_livraisons if livraison.date]
    if periode := facture.periode:
        jours += [periode.du, periode.au]
    return (min(jours), max(jours)) if jours else None


def sort_de(dossier: Dossier, facture: Facture, jugement: date) -> Sort:
    """Ce que devient la créance de cette facture, née avant ou après ce jugement."""
    naissance = naissance_de(facture)
    if naissance is None and facture.nature in SANS_CONTREPARTIE and facture.date:
        naissance = facture.date, facture.date
    if naissance is None:
        return "a_preciser" if _peut_etre_posterieure(dossier, facture, jugement) else "anterieure"
    debut, fin = naissance
    if fin < jugement:
        return "anterieure"
    if debut < jugement:
        return "a_cheval"
    autre = facture.nature in SANS_CONTREPARTIE or not facture.utile_a_la_procedure
    return "posterieure_autre" if autre else "posterieure_utile"


def est_a_demander(dossier: Dossier, facture: Facture, jugement: date) -> bool:
    """La naissance manque, ou une fourniture à cheval sur le jugement n'est pas partagée."""
    sort = sort_de(dossier, facture, jugement)
    return sort == "a_preciser" or (sort == "a_cheval" and facture.part_anterieure is None)


def partager(dossier: Dossier, facture: Facture, jugement: date) -> tuple[Decimal, Decimal]:
    """(ce qui se déclare ou relève du plan, ce qui se poursuit), en euros ; en attendant une réponse, on déclare."""
    total = max(facture.montant_a_payer, ZERO)
    sort = sort_de(dossier, facture, jugement)
    if sort == "posterieure_utile":
        return ZERO, total
    if sort == "a_cheval" and facture.part_anterieure is not None:
        anterieure = min(facture.part_anterieure, total)
        return anterieure, total - anterieure
    return total, ZERO


def hors_perimetre(dossier: Dossier, facture: Facture, perimetre: Perimetre) -> Decimal:
    """Part de la facture qui ne relève pas de ce périmètre. Rien quand le plan paie tout : la somme reste à lire."""
    if est_laissee_au_plan(dossier):
        return ZERO
    declaree, poursuivie = _partager_les_voies(dossier, facture)
    return poursuivie if perimetre == "declaration" else declaree


def est_laissee_au_plan(dossier: Dossier) -> bool:
    """Sous un plan, toutes les créances sont antérieures au jugement : le plan seul les paie."""
    sous_plan = dossier.debiteur.situation == PLAN and jugement_separateur(dossier) is not None
    return sous_plan and not any(factures_poursuivables(dossier))


def _partager_les_voies(dossier: Dossier, facture: Facture) -> tuple[Decimal, Decimal]:
    """(déclaré ou laissé au plan, poursuivi) ; sous un plan, ce qui reste à préciser n'est pas écarté de la demande."""
    jugement = jugement_separateur(dossier)
    if jugement is None:
        return ZERO, ZERO
    if dossier.debiteur.situation == PLAN and est_a_demander(dossier, facture, jugement):
        return ZERO, max(facture.montant_a_payer, ZERO)
    return partager(dossier, facture, jugement)


def est_partage(dossier: Dossier) -> bool:
    """Un jugement d'ouverture partage les créances du dossier : chaque voie n'en voit que les siennes."""
    return dossier.debiteur.est_en_procedure_collective or jugement_separateur(dossier) is not None


def factures_poursuivables(dossier: Dossier) -> Iterator[Facture]:
    """Celles dont une part au moins peut être poursuivie malgré la procédure collective ou le plan."""
    return (facture for facture in dossier.factures if _partager_les_voies(dossier, facture)[1])


def perimetre_naturel(dossier: Dossier) -> Perimetre:
    """La déclaration, dès qu'il y a quelque chose à déclarer au passif du débiteur principal ; sinon la poursuite."""
    if not dossier.debiteur.est_en_procedure_collective:
        return "poursuite"
    jugement = jugement_separateur(dossier)
    if jugement is None or dossier.procedures.get("declaration_de_creance", {}).get("montant"):
        return "declaration"
    a_declarer = [f for f in dossier.factures if partager(dossier, f, jugement)[0]]
    return "declaration" if a_declarer or not dossier.factures else "poursuite"


def paiements_non_deduits(dossier: Dossier, au: date, debiteur: Debiteur) -> tuple[Paiement, ...]:
    """Encaissés depuis le jugement (compris) jusqu'à `au`, sur une créance antérieure : interdits (C. com. L622-7).

    Celui qui ne désigne aucune facture s'impute d'abord sur ce qui pouvait être payé.
    """
    jugement = jugement_de(debiteur)
    if jugement is None:
        return ()
    payables = {f.numero for f in dossier.factures if partager(dossier, f, jugement)[1]}
    return tuple(
        paiement
        for paiement in sorted((p for p in dossier.paiements if p.date), key=lambda p: (p.date, p.montant))
        if paiement.statut == "encaisse"
        and paiement.date
        and jugement <= paiement.date <= au
        and not (payables and _designees(paiement) <= payables)
    )


def _designees(paiement: Paiement) -> set[str]:
    return {part.facture for part in paiement.ventilation} or ({paiement.facture} if paiement.facture else set())


def _peut_etre_posterieure(dossier: Dossier, facture: Facture, jugement: date) -> bool:
    """Facturée depuis le jugement, ou d'avance pour un terme qui le suit ; sans date, selon l'échéance."""
    echeance = facture.premiere_echeance
    suit = echeance is None or echeance >= jugement
    if facture.date is None:
        return suit
    contrat = dossier.contrat_de(facture)
    d_avance = facture.nature in _FACTUREES_D_AVANCE or (contrat is not None and contrat.nature == "abonnement")
    return facture.date >= jugement or (d_avance and suit)

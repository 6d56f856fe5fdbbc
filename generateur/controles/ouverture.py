"""Ce que le jugement d'ouverture change : naissance des créances à préciser, paiements interdits, particulier, plan.

Sources : C. com. L622-7 (paiement d'une créance antérieure), L622-17, L622-21, L622-24, L622-25, L626-11, L641-13,
L670-1 (Alsace-Moselle) ; C. conso. L711-1 (surendettement).
"""

from collections.abc import Iterator

from generateur.calculs.calendrier import territoire_de
from generateur.calculs.naissance import (
    PLAN,
    debiteur_declare,
    est_a_demander,
    jugement_separateur,
    naissance_de,
    paiements_non_deduits,
)
from generateur.calculs.qualites import est_procedure_a_confirmer
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import lieu_debiteur, situer
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, montant
from generateur.droit.tables import lire_table


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Constats du jugement d'ouverture ; rien si aucun débiteur n'en connaît."""
    return [*_particulier(dossier), *_plan(dossier), *_naissances(dossier), *_paiements(dossier, contexte)]


def _particulier(dossier: Dossier) -> Iterator[Constat]:
    debiteur, lieu = dossier.debiteur, lieu_debiteur(dossier)
    if not est_procedure_a_confirmer(debiteur):
        return
    if territoire_de(debiteur.domicile) in lire_table("territoires_alsace_moselle").cles:
        yield constater(
            "PROCEDURE_CIVILE_LOCALE",
            f"{debiteur.nom_complet} est un particulier d'Alsace-Moselle : rien ne dit s'il s'agit de la procédure "
            "civile locale ou d'un surendettement.",
            lieu=f"{lieu}.procedure_collective",
            remede='Pour la procédure civile locale, ajoutez nature = "civile_locale" dans procedure_collective ; pour '
            'un dossier à la Banque de France, écrivez situation = "surendettement".',
        )
        return
    yield constater(
        "SURENDETTEMENT_A_VERIFIER",
        f"{debiteur.nom_complet} est un particulier : il n'a pas de {debiteur.situation} judiciaire, mais peut-être un "
        "dossier de surendettement.",
        lieu=f"{lieu}.situation",
        remede='Écrivez situation = "surendettement" et déclarez la créance à la commission de la Banque de France ; '
        's\'il exerce une activité, dites-la par qualite ("commercant", "artisan", "liberal", "agricole").',
    )


def _plan(dossier: Dossier) -> Iterator[Constat]:
    debiteur = dossier.debiteur
    if debiteur.situation != PLAN:
        return
    jugement = jugement_separateur(dossier)
    if jugement is None:
        message = "une créance antérieure au jugement d'ouverture n'est payée que par ce plan, et sa date manque"
        remede = "Indiquez procedure_collective = { jugement = 2026-03-01 }, la date du jugement d'ouverture."
    else:
        message = f"une créance antérieure au jugement du {date_longue(jugement)} n'est payée que par ce plan"
        remede = "Suivez les versements auprès du commissaire à l'exécution du plan."
    yield constater(
        "PLAN_EN_COURS",
        f"{debiteur.nom_complet} exécute un plan : {message}.",
        lieu=f"{lieu_debiteur(dossier)}.procedure_collective.jugement",
        remede=remede,
        gravite="avertissement" if jugement else "a_completer",
    )


def _naissances(dossier: Dossier) -> Iterator[Constat]:
    """Une créance née avant le jugement se déclare, née après elle se paie : sa date ne se suppose pas."""
    jugement = jugement_separateur(dossier)
    for lieu, facture in situer("factures", dossier.factures):
        if jugement is None or not est_a_demander(dossier, facture, jugement):
            continue
        if naissance_de(facture):
            message = f"chevauche le jugement du {date_longue(jugement)} : rien ne dit ce qui a été fourni avant lui."
            cle, exemple = "part_anterieure", 'part_anterieure = "600.00", le montant TTC fourni avant le jugement'
        else:
            message = f"n'a pas de date de fourniture : rien ne la dit née avant ou après le {date_longue(jugement)}."
            cle, exemple = (
                "livraison",
                "livraison = { date = 2026-10-09 }, ou periode = { du = 2026-10-01, au = 2026-10-31 } pour une durée",
            )
        yield constater(
            "NAISSANCE_A_PRECISER",
            f"La facture {facture.numero} {message}",
            lieu=f"{lieu}.{cle}",
            remede=f"Ajoutez {exemple}.",
        )


def _paiements(dossier: Dossier, contexte: Contexte) -> Iterator[Constat]:
    debiteur = debiteur_declare(dossier)
    if debiteur is not dossier.debiteur or debiteur is None:
        return
    interdits = paiements_non_deduits(dossier, contexte.au, debiteur)
    for lieu, paiement in situer("paiements", dossier.paiements):
        if paiement in interdits and paiement.date:
            yield constater(
                "PAIEMENT_POSTERIEUR",
                f"Le paiement de {montant(paiement.montant)} du {date_longue(paiement.date)} suit le jugement "
                "d'ouverture : il n'est pas déduit de la somme déclarée, et payer une créance antérieure est interdit.",
                lieu=f"{lieu}.date",
                remede="Signalez-le au mandataire judiciaire, qui peut en demander la restitution ; vérifiez sa date.",
            )

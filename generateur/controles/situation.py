"""La situation du litige et des débiteurs : ce qui change la voie, et ce qui peut encore se régler.

Ce que la loi exclut (créance contestée, cédée, débiteur public…) est un motif d'irrecevabilité que
prononcent les procédures : ici, ce n'est qu'un avertissement qui dit où cela se lit et que faire. Ce qui
se complète (acte de cession, échéances d'un accord, mandataire ad hoc) est à compléter.
"""

from collections.abc import Iterator
from datetime import date

from generateur.calculs.accords import suivre_accord
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.debiteurs import controler_coobliges, controler_debiteur
from generateur.controles.garanties import controler_garanties
from generateur.controles.lieux import situer, situer_contrats
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.dossier import Accord, Cession, Dossier, SituationDossier
from generateur.domaine.langue import date_longue
from generateur.domaine.langue import montant as ecrire_montant
from generateur.domaine.socle import ZERO


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Situation du dossier, puis de chaque débiteur."""
    constats = [*_situation(dossier.situation)]
    if dossier.cession:
        constats += _cession(dossier, dossier.cession)
    constats += _assurance_credit(dossier)
    if dossier.accord:
        constats += _accord(dossier, dossier.accord, contexte.au)
    constats += _clauses(dossier)
    constats += controler_garanties(dossier)
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        constats += controler_debiteur(lieu, debiteur)
    constats += controler_coobliges(dossier)
    return constats


def _situation(situation: SituationDossier) -> Iterator[Constat]:
    if situation.litige:
        motif = f" ({situation.motif_litige})" if situation.motif_litige else ""
        yield constater(
            "CREANCE_CONTESTEE",
            f"Le débiteur conteste la créance{motif} : une requête serait rejetée ou frappée d'opposition.",
            lieu="situation.litige",
            remede=f"Assignez : « generateur produire {CE_DOSSIER} --procedure assignation_paiement », ou "
            "« refere_provision » si la contestation n'est pas sérieuse ; si elle est levée, écrivez litige = false.",
        )
    if situation.cession:
        yield _creance_cedee("situation.cession")
    if situation.titre_existant:
        yield constater(
            "TITRE_EXISTANT",
            f"Un titre exécutoire existe déjà{_preciser(situation.titre_existant)} : il n'y a plus à en demander un, "
            "mais à l'exécuter.",
            lieu="situation.titre_existant",
            remede="Remettez le titre à un commissaire de justice ; si le titre porte sur une autre "
            "créance, écrivez "
            "titre_existant = false.",
        )
    if situation.instance_en_cours:
        yield constater(
            "INSTANCE_EN_COURS",
            f"Une instance est déjà en cours sur cette créance{_preciser(situation.instance_en_cours)}.",
            lieu="situation.instance_en_cours",
            remede="Attendez son issue ou désistez-vous avant de déposer une requête.",
        )
    if situation.procedures_anterieures:
        yield constater(
            "PROCEDURES_ANTERIEURES",
            f"Des procédures antérieures sont signalées{_preciser(situation.procedures_anterieures)} : "
            "dites à l'étude ou au greffe ce qu'elles sont devenues.",
            lieu="situation.procedures_anterieures",
            remede="Versez la décision ou le courrier qui les clôt dans [[pieces]].",
        )


def _preciser(saisie: object) -> str:
    """« (ordonnance du 12/05/2026) » ; rien pour un simple « true »."""
    textes = saisie if isinstance(saisie, tuple) else (saisie,) if isinstance(saisie, str) else ()
    return f" ({' ; '.join(map(str, textes))})" if textes else ""


def _creance_cedee(lieu: str) -> Constat:
    return constater(
        "CREANCE_CEDEE",
        "La créance a été cédée (affacturage…) : seul le cessionnaire peut agir.",
        lieu=lieu,
        remede="Laissez agir le cessionnaire ; si la créance vous a été rendue, versez l'acte et écrivez :\n"
        '[cession]\nsens = "retrocedee"\nfichier = "pieces/retrocession.pdf"',
    )


def _cession(dossier: Dossier, cession: Cession) -> Iterator[Constat]:
    if cession.sens == "cedee":
        yield _creance_cedee("cession.sens")
    elif not cession.fichier and not any(piece.nature == "cession" for piece in dossier.pieces):
        yield constater(
            "CESSION_SANS_PREUVE",
            "L'acte qui vous rend titulaire de la créance (cession ou rétrocession) n'est pas versé.",
            lieu="cession.fichier",
            remede='Ajoutez fichier = "pieces/cession.pdf" dans [cession], avec sa notification au débiteur.',
        )


def _assurance_credit(dossier: Dossier) -> Iterator[Constat]:
    assurance = dossier.assurance_credit
    if assurance is None:
        return
    assureur = assurance.assureur or "l'assureur-crédit"
    if assurance.indemnise:
        yield constater(
            "CREANCE_INDEMNISEE",
            f"La créance a été indemnisée par {assureur}, qui est subrogé dans vos droits.",
            lieu="assurance_credit.indemnise",
            remede="Rapprochez-vous de l'assureur : c'est à lui d'agir, ou de vous donner mandat.",
        )
    else:
        yield constater(
            "ASSURANCE_CREDIT",
            f"La créance est assurée ({assureur}) : la police peut réserver le recouvrement à l'assureur.",
            lieu="assurance_credit",
            remede="Vérifiez la police et déclarez le sinistre avant d'agir.",
        )


def _accord(dossier: Dossier, accord: Accord, au: date) -> Iterator[Constat]:
    if accord.est_dechu_le(au):
        if not accord.fichier:
            yield constater(
                "ACCORD_SANS_PREUVE",
                "La déchéance du terme de l'accord de paiement est invoquée, mais l'accord n'est pas versé.",
                lieu="accord.fichier",
                remede='Ajoutez fichier = "pieces/accord.pdf" dans [accord].',
            )
        return
    suivi = suivre_accord(dossier, au)
    if suivi and suivi.manquees:
        manquee = suivi.manquees[0]
        yield constater(
            "ACCORD_MANQUE",
            f"L'échéance de l'accord du {date_longue(manquee.date)} ({ecrire_montant(manquee.montant)}) n'est pas "
            f"payée en entier : il manque {ecrire_montant(suivi.manque)} à ce jour.",
            lieu="accord",
            remede=f"Relancez (« generateur relancer {CE_DOSSIER} »), puis mettez en demeure de payer l'échéance "
            f"(« generateur mettre-en-demeure {CE_DOSSIER} »). Son délai passé, notez la déchéance du terme "
            f"(« generateur ajouter evenement {CE_DOSSIER} decheance --date … ») : tout le solde redevient exigible.",
        )
    a_venir = [echeance.date for echeance in suivi.a_venir] if suivi else []
    if suivi and suivi.a_solde_la_dette:
        yield constater(
            "ACCORD_TENU",
            f"Chaque échéance de l'accord de paiement du {date_longue(accord.date)} a été payée à sa date : de ce qui "
            f"le précède, plus rien n'est dû{_dire_versements(dossier, accord, au)}.",
            lieu="accord",
            remede=f"Clôturez le dossier (« generateur ajouter evenement {CE_DOSSIER} cloture --motif paye »). S'il ne "
            "portait que sur une partie de la dette, écrivez dans [accord] :\npartiel = true",
        )
    elif not accord.echeances:
        yield constater(
            "ACCORD_A_PRECISER",
            f"Un accord de paiement du {date_longue(accord.date)} est indiqué sans ses échéances : rien ne "
            "dit si la "
            "créance est exigible.",
            lieu="accord.echeances",
            remede="Ajoutez dans [accord] :\n"
            "echeances = [{ date = 2026-09-30, montant = 500 }, { date = 2026-10-31, montant = 500 }]",
        )
    elif a_venir:
        yield constater(
            "ACCORD_EN_COURS",
            f"Un accord de paiement du {date_longue(accord.date)} court jusqu'au "
            f"{date_longue(max(a_venir))} : la "
            f"créance n'est pas exigible{_dire_versements(dossier, accord, au)}.",
            lieu="accord",
            remede="S'il n'a pas été respecté et prévoit la déchéance du terme, écrivez decheance_terme = "
            "2026-09-15 "
            "(sa date).",
        )
    else:
        yield constater(
            "ACCORD_ECHU",
            "Toutes les échéances de l'accord de paiement sont passées : le solde est redevenu exigible"
            f"{_dire_versements(dossier, accord, au)}.",
            lieu="accord",
            remede="Vérifiez que tous les versements reçus sont dans [[paiements]].",
        )


def _dire_versements(dossier: Dossier, accord: Accord, au: date) -> str:
    """Ce que l'accord promettait jusqu'à `au`, ce qui a été versé depuis qu'il est conclu."""
    promis = sum((e.montant for e in accord.echeances if e.date <= au), ZERO)
    if not promis:
        return ""
    encaisses = [p for p in dossier.paiements if p.statut == "encaisse"]
    verse = sum((p.montant for p in encaisses if p.date and accord.date <= p.date <= au), ZERO)
    return f" (échéances passées : {ecrire_montant(promis)} ; versés depuis l'accord : {ecrire_montant(verse)})"


def _clauses(dossier: Dossier) -> Iterator[Constat]:
    for lieu, contrat in situer_contrats(dossier):
        if contrat.clause_compromissoire:
            yield constater(
                "CLAUSE_COMPROMISSOIRE",
                f"Le contrat réserve le litige à un arbitre{_preciser(contrat.clause_compromissoire)} : le débiteur "
                "peut s'en prévaloir pour écarter le juge.",
                lieu=f"{lieu}.clause_compromissoire",
                remede="Prenez conseil avant de déposer.",
            )
        if contrat.clause_amiable and not dossier.situation.tentative_amiable:
            yield constater(
                "CLAUSE_AMIABLE",
                f"Le contrat prévoit une tentative amiable préalable{_preciser(contrat.clause_amiable)}, "
                "et aucune n'est indiquée.",
                lieu=f"{lieu}.clause_amiable",
                remede='Faites-la, puis écrivez :\n[situation]\ntentative_amiable = "conciliation du 12/09/2026"',
            )

"""Les délais d'après l'ordonnance : non avenue, opposition tardive, saisie sans titre, titre éteint.

Sources : CPC 1411, 1416, 1422 ; CPCE L111-2, L111-4.
"""

from collections.abc import Iterator
from datetime import date

from generateur.calculs.avancement import situer_dossier
from generateur.calculs.calendrier import UN_JOUR, territoire_de
from generateur.calculs.suites_europeennes import est_europeenne
from generateur.calculs.titre import premier_jour_d_execution, terme_depasse
from generateur.controles.catalogue import constater
from generateur.controles.lieux import situer
from generateur.domaine.apres_depot import Saisie, Suivi
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.erreurs import ErreurDroitManquant


def constater_delais(dossier: Dossier, suivi: Suivi, jour: date) -> list[Constat]:
    """Les délais passés à `jour` ; aucun si le droit de cette date manque : un autre contrôle le dit."""
    try:
        return [
            *_non_avenue(dossier, jour),
            *_opposition_tardive(dossier, suivi),
            *_saisies_sans_titre(dossier, suivi),
            *_titre_expire(dossier, jour),
        ]
    except ErreurDroitManquant:
        return []


def _non_avenue(dossier: Dossier, jour: date) -> Iterator[Constat]:
    for position in situer_dossier(dossier, jour).positions:
        if position.etape == "non_avenue":
            contre = f" contre {position.debiteur.nom_complet}" if len(dossier.debiteurs_poursuivis) > 1 else ""
            yield constater(
                "ORDONNANCE_NON_AVENUE",
                f"L'ordonnance est non avenue{contre} depuis le {date_longue(position.depuis)} : elle n'a pas été "
                f"signifiée au plus tard le {date_longue(position.depuis - UN_JOUR)}.",
                lieu="suivi.ordonnance",
                remede="Vérifiez la prescription, que la requête n'a pas interrompue. Pour une nouvelle requête, "
                "retirez [suivi] et écrivez :\n[situation]\nprocedures_anterieures = "
                '"ordonnance du …, non signifiée à temps"',
            )


def _opposition_tardive(dossier: Dossier, suivi: Suivi) -> Iterator[Constat]:
    terme = terme_depasse(dossier)
    if suivi.opposition and terme:
        yield constater(
            "OPPOSITION_TARDIVE",
            f"L'opposition du {date_longue(suivi.opposition)} paraît hors délai : elle était possible jusqu'au "
            f"{date_longue(terme)}.",
            lieu="suivi.opposition",
            remede="C'est au tribunal de la dire irrecevable : demandez-le à l'audience "
            f"(« generateur produire {CE_DOSSIER} --suite opposition »), l'acte de signification à l'appui.",
        )


def _saisies_sans_titre(dossier: Dossier, suivi: Suivi) -> Iterator[Constat]:
    for lieu, saisie in situer("suivi.saisies", suivi.saisies):
        raison = "" if saisie.est_conservatoire else _pourquoi_sans_titre(dossier, suivi, saisie)
        if raison:
            yield constater(
                "SAISIE_SANS_TITRE",
                f"Suivi : saisie du {date_longue(saisie.date)} sans titre exécutoire : {raison}.",
                lieu=lieu,
                remede="Corrigez la date, ou notez d'abord l'ordonnance et sa signification ; une saisie conservatoire "
                's\'écrit nature = "conservatoire".',
            )


def _pourquoi_sans_titre(dossier: Dossier, suivi: Suivi, saisie: Saisie) -> str:
    """Ce qui manquait au titre le jour de la saisie ; vide s'il existait."""
    if dossier.situation.titre_existant or est_europeenne(dossier):
        return ""
    if suivi.ordonnance is None:
        return "aucune ordonnance n'est notée"
    vises = [d for d in dossier.debiteurs_poursuivis if saisie.vise(d)]
    recues = [recue for d in vises if (recue := suivi.signification_de(d))]
    if not recues:
        return "aucune signification de l'ordonnance n'est notée"
    if suivi.opposition and suivi.opposition <= saisie.date:
        return f"une opposition a été formée le {date_longue(suivi.opposition)}"
    territoire = territoire_de(dossier.debiteur.domicile)
    premier = min(premier_jour_d_execution(suivi.ordonnance, recue, territoire) for recue in recues)
    return f"l'ordonnance n'est exécutoire qu'à partir du {date_longue(premier)}" if saisie.date < premier else ""


def _titre_expire(dossier: Dossier, jour: date) -> Iterator[Constat]:
    for position in situer_dossier(dossier, jour).positions:
        if position.etape == "expire":
            contre = f" contre {position.debiteur.nom_complet}" if len(dossier.debiteurs_poursuivis) > 1 else ""
            yield constater(
                "TITRE_EXPIRE",
                f"L'ordonnance ne s'exécute plus{contre} depuis le {date_longue(position.depuis)}.",
                lieu="suivi.signification",
                remede="Si une mesure d'exécution ou une reconnaissance l'a interrompu à temps, notez-la "
                f"(« generateur ajouter evenement {CE_DOSSIER} saisie --date … », ou [[interruptions]]).",
            )

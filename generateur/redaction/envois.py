"""Les mises en demeure envoyées, telles que les actes les disent : à qui, comment, et ce que le pli est devenu."""

from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import MiseEnDemeure
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue, enumerer
from generateur.redaction.contexte import MiseEnDemeureActe
from generateur.redaction.designation import designer
from generateur.redaction.typographie import entier_en_lettres

_MODES = {
    "lrar": "lettre recommandée avec demande d’avis de réception",
    "lre": "lettre recommandée électronique",
    "sommation": "acte de commissaire de justice",
    "remise_en_main_propre": "lettre remise en main propre",
    "courriel": "courriel",
    "lettre_simple": "lettre simple",
}


def lister_mises_en_demeure(dossier: Dossier, bordereau: Bordereau) -> tuple[MiseEnDemeureActe, ...]:
    """Chaque lettre envoyée, par date d'envoi."""
    return tuple(_presenter_mise_en_demeure(m, dossier, bordereau) for m in dossier.toutes_mises_en_demeure)


def _presenter_mise_en_demeure(mise: MiseEnDemeure, dossier: Dossier, bordereau: Bordereau) -> MiseEnDemeureActe:
    atteints = [designer(d, professionnel=True).a_titre for d in dossier.debiteurs if dossier.atteint(mise, d)]
    numero = f" n°{INSECABLE}{mise.numero.replace(' ', INSECABLE)}" if mise.numero else ""
    return MiseEnDemeureActe(
        date=date_longue(mise.date_envoi),
        mode=f"{_MODES[mise.mode]}{numero}",
        issue=dire_issue(mise),
        delai=_dire_delai(mise.delai_jours) if mise.delai_jours else "",
        citation=bordereau.citation(mise.fichier, mise.preuve_depot, mise.accuse),
        destinataire=enumerer(atteints) if len(atteints) < len(dossier.debiteurs) else "",
    )


def _dire_delai(jours: int) -> str:
    return f"{entier_en_lettres(jours)} jour{'s' if jours > 1 else ''}"


def dire_issue(mise: MiseEnDemeure) -> str:
    """Ce que le pli est devenu. La date n'est que celle du fait : présenter n'est pas distribuer."""
    recue, presentee = mise.date_reception, mise.date_presentation
    passage = f"présentée le {date_longue(presentee)}" if presentee else ""
    if recue:
        issues = {"distribuee": f"distribuée le {date_longue(recue)}", None: f"reçue le {date_longue(recue)}"}
    else:
        issues = {"distribuee": f"{passage}, distribuée" if passage else "distribuée"}
    issues |= {
        "non_reclamee": f"{passage or 'présentée'} et non réclamée",
        "refusee": f"{passage or 'présentée'} et refusée",
        "npai": "retournée, le destinataire étant inconnu à l’adresse",
    }
    return issues.get(mise.issue, f"reçue le {date_longue(recue)}" if recue else passage)

"""Assignation en référé-provision, quand l'obligation n'est pas sérieusement contestable ; sur demande (--procedure).

Sources : CPC 484 à 492 (référé), 835 alinéa 2 (tribunal judiciaire, juge des contentieux de la protection), 873
alinéa 2 (tribunal de commerce). L'ordonnance est provisoire : elle n'a pas, au principal, l'autorité de la chose jugée.
"""

from generateur.controles.catalogue import constater
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.procedures import assignation
from generateur.procedures.socle import Acte, Cout, Destination, Espece, Examen, Procedure, encadrer, motiver

NOM = "refere_provision"
_TABLE = "motifs_refere_provision"
_MODELE = "refere_provision/assignation"
_COMMERCIALES = frozenset({"TC", "TAE", "TMC"})


def examiner(espece: Espece) -> Examen:
    """Obligation non sérieusement contestable : la contestation n'exclut pas, elle se discute."""
    if exclusions := assignation.exclure(espece):
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    reserve = ", à condition que la contestation ne soit pas sérieuse" if _conteste(espece) else ""
    message = (
        f"provision sur une obligation non sérieusement contestable{reserve} : {assignation.decrire_voie(espece, NOM)}"
    )
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def _conteste(espece: Espece) -> str:
    return assignation.dire_contestation(espece.dossier)


def controler(espece: Espece) -> tuple[Constat, ...]:
    """Ce que dit toute assignation, et la contestation dont le sérieux ferait échouer le référé."""
    propres: tuple[Constat, ...] = ()
    if motif := _conteste(espece):
        propres = (
            constater(
                "CONTESTATION_A_APPRECIER",
                f"la créance est contestée ({motif}) : si le juge tient la contestation pour sérieuse, il n'y a pas "
                "lieu à référé et il faudra assigner au fond",
                lieu="situation.litige",
                remede="Faites apprécier la contestation par un avocat ; au fond : « generateur produire "
                f"{CE_DOSSIER} --procedure assignation_paiement ».",
                fondement=motiver(_TABLE, espece.au, "CONTESTATION_A_APPRECIER", "").fondement,
            ),
        )
    return (*assignation.controler(espece, NOM), *propres)


class ChampsRefere(assignation.ChampsAssignation):
    """Les champs de l'assignation, et le texte qui donne son pouvoir au juge."""

    pouvoir_du_juge: str


def completer(espece: Espece) -> ChampsRefere:
    """Champs de l'assignation, et le texte qui donne son pouvoir au juge des référés saisi."""
    juridiction = assignation.juridiction_saisie(espece, NOM)
    ordre = "TC" if juridiction and juridiction.type in _COMMERCIALES else "TJ"
    pouvoir = assignation.texte_au(espece.au, f"PROVISION/{ordre}")
    return {**assignation.completer(espece, NOM, "refere"), "pouvoir_du_juge": pouvoir}


def adresser(espece: Espece) -> Destination:
    """Le tribunal dont le président, ou le juge, statue en référé."""
    return assignation.adresser(espece, NOM)


def etapes(espece: Espece) -> tuple[str, ...]:
    """Du projet à l'ordonnance, provisoire."""
    provisoire = "L’ordonnance est exécutoire mais provisoire : le débiteur peut en appeler ou saisir le juge du fond."
    return (*assignation.etapes(espece, NOM), provisoire)


def couts(espece: Espece) -> tuple[Cout, ...]:
    """Signification seulement : le référé n'a pas de frais de greffe établis dans les tables."""
    return assignation.couts(espece, NOM)


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Référé-provision",
    preference=None,
    actes=encadrer(Acte("assignation", "Assignation en référé-provision", _MODELE)),
    tables=(_TABLE, assignation.TEXTES, "seuils"),
    complement=assignation.ComplementAssignation,
    mentions={_MODELE: ("Assignation en référé-provision", "sérieusement contestable", "bordereau")},
    examiner=examiner,
    controler=controler,
    champs=ChampsRefere,
    completer=completer,
    adresser=adresser,
    etapes=etapes,
    couts=couts,
    deposer=assignation.deposer,
    saisit_juridiction=True,
    admet_contestation=True,
    n_attend_pas=assignation.N_ATTEND_PAS,
)

"""Recouvrement des créances commerciales incontestées, par un commissaire de justice.

Sources : CPCE L126-1 à L126-4 (loi n° 2026-307 du 23 avril 2026). Le décret d'application et le tarif
n'étaient pas établis au dernier contrôle : la procédure n'est produite que sur demande, avec cette réserve.
"""

from typing import TypedDict

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.droit.tables import entier_au, valeur_au
from generateur.procedures.exclusions import exclure_procedure_collective, exclusions_communes
from generateur.procedures.facturation import est_facturation_entre_commercants
from generateur.procedures.petites_creances import adresser
from generateur.procedures.socle import Acte, Cout, Depot, Espece, Examen, Motif, Procedure, encadrer, motiver

NOM = "creances_commerciales_incontestees"
_TABLE = "motifs_creances_commerciales_incontestees"


def examiner(espece: Espece) -> Examen:
    """Créance certaine, liquide, exigible, facturée entre commerçants, sans plafond."""
    exclusions = [
        *exclure_procedure_collective(espece),
        *exclusions_communes(espece),
        *_exclure_hors_champ(espece),
    ]
    if exclusions:
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    message = (
        "créance facturée entre commerçants : la procédure est possible ; demander à l'étude si elle la pratique, "
        "car son décret et son tarif n'étaient pas établis au dernier contrôle"
    )
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def _exclure_hors_champ(espece: Espece) -> list[Motif]:
    if not valeur_au("regles_procedure", espece.au, "creances_commerciales_incontestees_ouverte").valeur:
        message = "la procédure n'existe pas encore à cette date"
        return [motiver(_TABLE, espece.au, "PROCEDURE_INEXISTANTE", message)]
    entre_commercants = est_facturation_entre_commercants(espece)
    if entre_commercants is None:
        message = "la qualité de commerçant d'une partie n'est pas établie : la préciser par la clé « qualite »"
        return [motiver(_TABLE, espece.au, "QUALITE_NON_ETABLIE", message)]
    if not entre_commercants:
        message = "la créance n'a pas fait l'objet d'une facturation entre commerçants"
        return [motiver(_TABLE, espece.au, "HORS_FACTURATION_ENTRE_COMMERCANTS", message)]
    return []


def controler(espece: Espece) -> tuple[Constat, ...]:
    """Rappelle la réserve sur le décret et le tarif."""
    motif = motiver(_TABLE, espece.au, "DECRET_NON_ETABLI", "")
    return (
        constater(
            "DECRET_NON_ETABLI",
            "le décret d'application et le tarif de cette procédure n'étaient pas établis au dernier contrôle",
            remede="Demander à l'étude si elle la pratique avant de lui adresser le dossier.",
            fondement=motif.fondement,
        ),
    )


class ChampsIncontestees(TypedDict):
    """Ce que la demande imprime en propre, sous `complement`."""

    qualites: str


def completer(espece: Espece) -> ChampsIncontestees:
    """Qualités des parties."""
    entre_commercants = est_facturation_entre_commercants(espece)
    return {
        "qualites": "les parties ont toutes la qualité de commerçant" if entre_commercants else "",
    }


def etapes(espece: Espece) -> tuple[str, ...]:
    """Demander à l'étude si elle pratique la procédure, puis suivre ses délais."""
    mois = entier_au("delais", espece.au, "paiement_creances_commerciales_incontestees")
    return (
        "Demander à l’étude si elle pratique cette procédure et à quel tarif.",
        "Relire la demande, la dater et la signer, puis l’adresser à l’étude avec la liasse.",
        f"Le débiteur a {mois} mois depuis la signification pour payer ou contester ; "
        "toute contestation met fin à la procédure.",
    )


def couts(_espece: Espece) -> tuple[Cout, ...]:
    """Tarif propre à la procédure."""
    return (Cout("Procédure devant l’étude", NOM),)


def deposer(_espece: Espece) -> Depot:
    """À une étude qui pratique la procédure."""
    return Depot("CREANCES_COMMERCIALES", "etude")


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Recouvrement des créances commerciales incontestées",
    preference=None,
    actes=encadrer(
        Acte(
            "demande",
            "Demande de recouvrement d’une créance commerciale incontestée",
            "creances_commerciales_incontestees/demande",
        )
    ),
    tables=(_TABLE, "regles_procedure"),
    examiner=examiner,
    controler=controler,
    champs=ChampsIncontestees,
    completer=completer,
    adresser=adresser,
    etapes=etapes,
    couts=couts,
    deposer=deposer,
    saisit_juridiction=False,
)

"""Procédure simplifiée de recouvrement des petites créances, par un commissaire de justice.

Sources : CPCE L125-1 (rédaction issue de la loi n° 2026-307 du 23 avril 2026), R125-1 à R125-8.
L'acte écrit est la demande de mise en œuvre, non l'invitation à participer, acte du commissaire de justice.
"""

from decimal import Decimal
from typing import TypedDict

from generateur.calculs.qualites import a_contracte_hors_commerce, est_commercant, qualite_de
from generateur.domaine.langue import montant
from generateur.domaine.socle import Donnee, Nombre
from generateur.droit.tables import decimal_au, entier_au, valeur_au
from generateur.procedures.exclusions import (
    exclure_procedure_collective,
    exclure_titre_obtenu,
    exclusions_communes,
    nommer_debiteur,
)
from generateur.procedures.facturation import (
    cause_de_la_creance,
    engage_son_patrimoine_professionnel,
    est_facturation_entre_commercants,
    est_professionnel_non_commercant,
    objets_de_la_creance,
)
from generateur.procedures.socle import (
    LETTRE_ETUDE,
    Acte,
    Complement,
    Cout,
    Depot,
    Destination,
    Espece,
    Examen,
    Limites,
    Motif,
    Procedure,
    encadrer,
    lignes_adresse,
    motiver,
)

NOM = "petites_creances"
_TABLE = "motifs_petites_creances"
_QUALITES = {
    "consommateur": "est un consommateur et ",
    "association": "est une association et ",
    "societe_civile": "est une société civile et ",
    "liberal": "exerce une profession libérale et ",
    "agricole": "exerce une activité agricole et ",
    "artisan": "est un artisan et ",
}


class Negociation(Donnee):
    """Limites dans lesquelles l'étude peut négocier ; ne figurent que dans la lettre à l'étude."""

    delai_mois: int | None = None
    echeances: int | None = None
    remise_pourcent: Nombre | None = None
    libre: str | None = None


class ComplementPetitesCreances(Complement):
    """[procedures.petites_creances]."""

    negociation: Negociation | None = None


def examiner(espece: Espece) -> Examen:
    """Créance contractuelle ou statutaire, sous le plafond, hors facturation entre commerçants et surendettement."""
    exclusions = [
        *exclure_titre_obtenu(espece),
        *exclure_procedure_collective(espece),
        *exclusions_communes(espece),
        *_exclure_surendettement(espece),
        *_exclure_objet(espece),
        *_exclure_commercants(espece),
        *_exclure_montant(espece),
    ]
    if exclusions:
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    return Examen(NOM, recevable=True, motifs=(_dire_seuil(espece),))


def _exclure_objet(espece: Espece) -> list[Motif]:
    if "effet_de_commerce" in objets_de_la_creance(espece):
        message = "un effet de commerce n'est ni une créance contractuelle ordinaire ni une obligation statutaire"
        return [motiver(_TABLE, espece.au, "OBJET_EXCLU", message)]
    return []


def _exclure_surendettement(espece: Espece) -> list[Motif]:
    """L'accord que cette voie cherche est un paiement que la loi interdit ; un titre se demande encore au juge."""
    debiteur = espece.dossier.debiteur
    if debiteur.situation != "surendettement":
        return []
    message = (
        f"{nommer_debiteur(debiteur)} est en surendettement : dès que son dossier est recevable, il lui est interdit "
        "de payer une dette antérieure, et les frais de cette voie resteraient au créancier ; justifier la créance "
        "auprès de la commission"
    )
    return [motiver(_TABLE, espece.au, "DEBITEUR_SURENDETTE", message)]


def _exclure_commercants(espece: Espece) -> list[Motif]:
    regle = valeur_au("regles_procedure", espece.au, "petites_creances_exclut_factures_entre_commercants")
    if regle.valeur and est_facturation_entre_commercants(espece):
        message = (
            f"depuis le {regle.depuis:%d/%m/%Y}, une créance facturée entre commerçants ne relève plus "
            "de cette procédure, quel que soit son montant"
        )
        return [motiver(_TABLE, espece.au, "FACTURATION_ENTRE_COMMERCANTS", message)]
    return []


def _exclure_montant(espece: Espece) -> list[Motif]:
    decompte, seuil = espece.decompte, decimal_au("seuil_petites_creances", espece.au)
    somme = decompte.principal + decompte.interets
    elargie = somme + decompte.indemnites + decompte.clause_penale
    if somme > seuil:
        message = f"principal et intérêts font {montant(somme)}, au-dessus du plafond de {montant(seuil)}"
        return [motiver(_TABLE, espece.au, "SEUIL_DEPASSE", message)]
    if elargie > seuil:
        message = (
            f"principal et intérêts font {montant(somme)}, sous le plafond de {montant(seuil)}, "
            f"mais {montant(elargie)} avec l'indemnité forfaitaire et la clause pénale ; "
            "aucun texte ne dit si elles comptent"
        )
        return [motiver(_TABLE, espece.au, "SEUIL_NON_TRANCHE", message)]
    return []


def _dire_seuil(espece: Espece) -> Motif:
    decompte, seuil = espece.decompte, decimal_au("seuil_petites_creances", espece.au)
    somme = decompte.principal + decompte.interets
    elargie = somme + decompte.indemnites + decompte.clause_penale
    message = (
        f"créance contractuelle ou statutaire ; principal et intérêts {montant(somme)} "
        f"({montant(elargie)} avec indemnités et clause pénale), dans le plafond de {montant(seuil)}"
    )
    return motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message)


class ChampsPetitesCreances(TypedDict):
    """Ce que la demande imprime en propre, sous `complement`."""

    cause: str
    professionnel_non_commercant: bool
    principal_et_interets: Decimal
    seuil: Decimal
    motif_hors_exclusion: str
    cour_appel: str
    debiteur_est_entrepreneur_individuel: bool


def completer(espece: Espece) -> ChampsPetitesCreances:
    """Cause et montants de la demande."""
    decompte = espece.decompte
    return {
        "cause": cause_de_la_creance(espece),
        "professionnel_non_commercant": est_professionnel_non_commercant(espece.dossier.debiteur),
        "principal_et_interets": decompte.principal + decompte.interets,
        "seuil": decimal_au("seuil_petites_creances", espece.au),
        "motif_hors_exclusion": _dire_hors_exclusion(espece),
        "cour_appel": _contracter(espece.competence.cour_appel),
        "debiteur_est_entrepreneur_individuel": engage_son_patrimoine_professionnel(espece.dossier.debiteur),
    }


def _contracter(cour_appel: str | None) -> str:
    return (cour_appel[:1].lower() + cour_appel[1:]).replace("'", "’") if cour_appel else ""


def _dire_hors_exclusion(espece: Espece) -> str:
    """Pourquoi la créance n'est pas une facturation entre commerçants ; vide si ce n'est pas établi."""
    if "facturation" not in objets_de_la_creance(espece):
        return "la créance n’a pas fait l’objet d’une facturation entre commerçants"
    parties = (("débiteur", espece.dossier.debiteur), ("créancier", espece.dossier.creancier))
    if a_contracte_hors_commerce(espece.dossier.debiteur):
        return "le débiteur a contracté pour ses besoins privés, hors de son activité professionnelle"
    for role, partie in parties:
        if est_commercant(partie) is False:
            nature = _QUALITES.get(qualite_de(partie) or "", "")
            return f"le {role} {nature}n’a pas la qualité de commerçant".replace("  ", " ")
    return ""


def negocier(espece: Espece) -> Limites | None:
    """Ce que le dossier permet à l'étude d'accorder."""
    complement = PROCEDURE.complement_de(espece.dossier)
    saisie = complement.negociation if isinstance(complement, ComplementPetitesCreances) else None
    return Limites(saisie.delai_mois, saisie.echeances, saisie.remise_pourcent, saisie.libre) if saisie else None


def adresser(espece: Espece) -> Destination:
    """L'étude saisie, ou un commissaire de justice du ressort de la cour d'appel du débiteur."""
    destinataire = espece.dossier.destinataire
    if destinataire and destinataire.etude:
        courriel = (destinataire.courriel,) if destinataire.courriel else ()
        return Destination((*lignes_adresse(destinataire.etude, destinataire.adresse), *courriel))
    cour = _contracter(espece.competence.cour_appel)
    ressort = f"Ressort de la {cour}" if cour else ""
    return Destination(tuple(ligne for ligne in ("Commissaire de justice", ressort) if ligne))


def etapes(espece: Espece) -> tuple[str, ...]:
    """Ce qu'il reste à faire, de la signature à l'accord ou au refus."""
    mois = entier_au("delais", espece.au, "reponse_petites_creances")
    return (
        "Relire la demande et la lettre à l’étude, les dater et les signer.",
        f"Adresser la liasse et la lettre à : {', '.join(adresser(espece).lignes)}.",
        f"Le débiteur a {mois} mois depuis l’envoi de l’invitation pour répondre ; son silence vaut refus.",
        "Ni la demande ni l’invitation n’interrompent la prescription ; seul l’accord constaté la suspend.",
        "En cas de refus ou de silence, relancer « generateur produire » avec --procedure injonction_de_payer.",
    )


def couts(_espece: Espece) -> tuple[Cout, ...]:
    """Frais de la procédure, à la charge exclusive du créancier."""
    return (Cout("Procédure simplifiée, à la charge exclusive du créancier", NOM),)


def deposer(espece: Espece) -> Depot:
    """À l'étude nommée, ou à trouver dans le ressort."""
    destinataire = espece.dossier.destinataire
    est_nommee = bool(destinataire and destinataire.etude)
    return Depot("PETITES_CREANCES" if est_nommee else "PETITES_CREANCES/A_TROUVER", "etude")


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Procédure simplifiée de recouvrement des petites créances",
    preference=2,
    actes=encadrer(
        Acte("demande", "Demande de mise en œuvre de la procédure simplifiée", "petites_creances/demande"),
        apres=(LETTRE_ETUDE,),
    ),
    tables=(_TABLE, "seuil_petites_creances", "regles_procedure"),
    complement=ComplementPetitesCreances,
    champs=ChampsPetitesCreances,
    mentions={"petites_creances/demande": ("L125-1",)},
    examiner=examiner,
    completer=completer,
    adresser=adresser,
    negocier=negocier,
    etapes=etapes,
    couts=couts,
    deposer=deposer,
    saisit_juridiction=False,
)

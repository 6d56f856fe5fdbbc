"""Demande d'injonction de payer européenne, formulaire A, contre un débiteur d'un autre État membre ; sur demande.

Sources : règlement (CE) n° 1896/2006, art. 2 et 3 (litige transfrontalier, hors Danemark), 4 (créance liquide et
exigible), 6 (compétence ; le consommateur, chez lui seulement), 7 (formulaire A), 16 (opposition) ; CPC 1424-1 et s.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Literal, TypedDict

from generateur.calculs.qualites import est_traite_en_professionnel
from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.langue import montant
from generateur.droit.tables import entier_au, lire_table, valeur_au
from generateur.procedures.exclusions import exclure_procedure_collective, exclusions_communes, nommer_debiteur
from generateur.procedures.facturation import cause_de_la_creance
from generateur.procedures.socle import (
    BORDEREAU,
    COUVERTURE,
    DECOMPTE,
    FICHE_INTERNE,
    Acte,
    Complement,
    Cout,
    Depot,
    Destination,
    Espece,
    Examen,
    Motif,
    Procedure,
    motiver,
)

NOM = "injonction_europeenne"
_TABLE = "motifs_injonction_europeenne"
_ETATS = "etats_injonction_europeenne"
_CODES = "codes_formulaire_a"
_MODELE = "injonction_europeenne/formulaire_a"
_CAUSES = {
    "contractuelle": "Contrat / Contract",
    "statutaire": "Obligation statutaire / Statutory obligation",
    "effet_de_commerce": "Effet de commerce / Negotiable instrument",
}
_SUITES = {
    "ordinaire": "Procédure civile ordinaire / Ordinary civil procedure",
    "petits_litiges": "Procédure européenne de règlement des petits litiges / European Small Claims Procedure",
    "fin": "Opposition au passage à une autre procédure / Opposition to any transfer",
}


class ComplementEuropeen(Complement):
    """[procedures.injonction_europeenne]."""

    juridiction: str | None = None
    adresse_juridiction: str | None = None
    etat_juridiction: str | None = None
    competence: Literal["01", "02", "13", "14"] | None = None
    suite_opposition: Literal["ordinaire", "petits_litiges", "fin"] | None = None
    paiement_frais: str | None = None


def _complement(espece: Espece) -> ComplementEuropeen:
    return ComplementEuropeen.model_validate(espece.dossier.procedures.get(NOM, {}))


def examiner(espece: Espece) -> Examen:
    """Débiteur d'un autre État membre lié par le règlement, créance liquide, exigible et non contestée."""
    exclusions = [
        *exclure_procedure_collective(espece),
        *(motif for motif in exclusions_communes(espece) if motif.code != "DEBITEUR_A_L_ETRANGER"),
        *_exclure_hors_champ(espece),
    ]
    if exclusions:
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    message = (
        f"débiteur dans un autre État membre ({espece.dossier.debiteur.domicile.pays.upper()}), créance de "
        f"{montant(espece.decompte.total)}, exigible et non contestée"
    )
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def _exclure_hors_champ(espece: Espece) -> Iterator[Motif]:
    """Litige transfrontalier entre États liés : le débiteur hors de France, et ni au Danemark ni hors de l'Union."""
    debiteur = espece.dossier.debiteur
    pays = debiteur.domicile.pays.upper()
    if pays == espece.dossier.creancier.domicile.pays.upper():
        message = f"{nommer_debiteur(debiteur)} demeure dans le même État que le créancier : rien n'est transfrontalier"
        yield motiver(_TABLE, espece.au, "LITIGE_NON_TRANSFRONTALIER", message)
    elif not _est_lie(pays, espece.au):
        message = f"l'État du débiteur ({pays}) n'est pas lié par le règlement : assigner"
        yield motiver(_TABLE, espece.au, "ETAT_NON_LIE", message)


def _est_lie(pays: str, au: dt.date) -> bool:
    return pays in lire_table(_ETATS).cles and bool(valeur_au(_ETATS, au, pays).valeur)


def controler(espece: Espece) -> tuple[Constat, ...]:
    """Tribunal et chef de compétence à dire ; le consommateur ne se poursuit que chez lui."""
    return tuple(_constater(espece))


def _constater(espece: Espece) -> Iterator[Constat]:
    complement, debiteur = _complement(espece), espece.dossier.debiteur
    if not complement.juridiction or not complement.competence:
        yield constater(
            "JURIDICTION_EUROPEENNE_A_DIRE",
            "le formulaire doit nommer le tribunal et dire pourquoi il est compétent : ces cases restent en blanc",
            lieu=f"procedures.{NOM}.juridiction",
            remede=f'Écrivez [procedures.{NOM}]\njuridiction = "…"\netat_juridiction = "FR"\ncompetence = "02"   '
            "# 01 : domicile du défendeur ; 02 : lieu d'exécution ; 13 : clause ; 14 : autre",
            fondement=_texte(espece, "JURIDICTION_EUROPEENNE_A_DIRE"),
        )
    chez_lui = (complement.etat_juridiction or debiteur.domicile.pays).upper() == debiteur.domicile.pays.upper()
    if not est_traite_en_professionnel(debiteur) and not (chez_lui and complement.competence in {None, "01"}):
        yield constater(
            "CONSOMMATEUR_HORS_DE_SON_ETAT",
            f"{nommer_debiteur(debiteur)} est un consommateur : seul le tribunal de son État est compétent",
            lieu=f"procedures.{NOM}.etat_juridiction",
            remede=f'Écrivez etat_juridiction = "{debiteur.domicile.pays.upper()}" et competence = "01".',
            fondement=_texte(espece, "CONSOMMATEUR_HORS_DE_SON_ETAT"),
        )


def _texte(espece: Espece, code: str) -> str:
    return motiver(_TABLE, espece.au, code, "").fondement


class ChampsEuropeens(TypedDict):
    """Ce que le formulaire A imprime en propre, sous `complement`."""

    competence: str
    cause_bilingue: str
    suite_opposition: str


def completer(espece: Espece) -> ChampsEuropeens:
    """Codes du formulaire en toutes lettres, dans les deux langues."""
    complement = _complement(espece)
    code = complement.competence
    return {
        "competence": f"{code} – {valeur_au(_CODES, espece.au, f'competence/{code}').valeur}" if code else "",
        "cause_bilingue": _CAUSES[cause_de_la_creance(espece)],
        "suite_opposition": _SUITES[complement.suite_opposition] if complement.suite_opposition else "",
    }


def adresser(espece: Espece) -> Destination:
    """Le tribunal nommé, ou une ligne à compléter."""
    complement = _complement(espece)
    lignes = (complement.juridiction or "Juridiction à désigner / Court to be named", complement.adresse_juridiction)
    return Destination(tuple(ligne for ligne in lignes if ligne))


def etapes(espece: Espece) -> tuple[str, ...]:
    """Du formulaire à la force exécutoire dans l'État du débiteur."""
    jours = entier_au("delais_jours", espece.au, "opposition_injonction_europeenne")
    return (
        "Reporter la fiche sur le formulaire A en ligne du portail e-Justice, dans la langue du tribunal saisi.",
        f"Le dater, le signer et l’adresser au tribunal : {adresser(espece).lignes[0]}.",
        f"Le débiteur a {jours} jours depuis la signification pour former opposition ; sans opposition, l’injonction "
        "s’exécute dans tous les États liés, sans exequatur.",
        "Les pièces ne sont pas exigées avec la demande, mais décrites à la rubrique 10 : les garder prêtes.",
    )


def couts(_espece: Espece) -> tuple[Cout, ...]:
    """Frais de justice de l'État saisi, non établis ici."""
    return (Cout("Frais de justice de l’État saisi, et traduction", NOM),)


def deposer(_espece: Espece) -> Depot:
    """Au tribunal désigné, de France ou d'ailleurs."""
    return Depot("EUROPEENNE", "greffe")


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Injonction de payer européenne",
    preference=None,
    actes=(
        COUVERTURE,
        BORDEREAU,
        Acte("formulaire_a", "Demande d’injonction de payer européenne – formulaire A", _MODELE),
        DECOMPTE,
        FICHE_INTERNE,
    ),
    tables=(_TABLE, _ETATS, _CODES),
    complement=ComplementEuropeen,
    mentions={_MODELE: ("1896/2006", "European order for payment")},
    examiner=examiner,
    controler=controler,
    champs=ChampsEuropeens,
    completer=completer,
    adresser=adresser,
    etapes=etapes,
    couts=couts,
    deposer=deposer,
    saisit_juridiction=False,
)

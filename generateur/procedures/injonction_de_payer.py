"""Requête en injonction de payer, au président de la juridiction du lieu où demeure le débiteur.

Sources : CPC 1405 à 1425 ; mentions 54, 57 et 1407 ; compétence territoriale d'ordre public 1406.
"""

from typing import TypedDict

from pydantic import Field

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue, montant
from generateur.domaine.parties import Debiteur
from generateur.droit.juridictions import Juridiction
from generateur.droit.noms_de_juridictions import reconnaitre_juridiction
from generateur.droit.tables import entier_au
from generateur.procedures.attribution import dire_attribution
from generateur.procedures.contribution import constater_contribution, couter_contribution
from generateur.procedures.exclusions import exclure_procedure_collective, exclusions_communes
from generateur.procedures.facturation import (
    cause_de_la_creance,
    engage_son_patrimoine_professionnel,
    est_professionnel_non_commercant,
)
from generateur.procedures.juridiction_saisie import designer_juridiction
from generateur.procedures.socle import (
    FORMULAIRE,
    Acte,
    Complement,
    Cout,
    Depot,
    Destination,
    Espece,
    Examen,
    Frais,
    Motif,
    Procedure,
    encadrer,
    motiver,
)

NOM = "injonction_de_payer"
_TABLE = "motifs_injonction_de_payer"
_NOMMER_EN_ENTIER = (
    "Écrire le nom entier du tribunal (« Tribunal de commerce de … », « Tribunal judiciaire de … ») : les frais et le "
    "dépôt en dépendent ; ou retirer"
)


class ComplementInjonction(Complement):
    """[procedures.injonction_de_payer]."""

    renvoi_1408: str | None = None
    frais_accessoires: tuple[Frais, ...] = Field(default=())
    juridiction: str | None = None
    formulaire: str | None = None  # non un Chemin : un formulaire vierge n'est pas une pièce

    @property
    def frais(self) -> tuple[Frais, ...]:
        """Frais accessoires saisis."""
        return self.frais_accessoires


def examiner(espece: Espece) -> Examen:
    """Créance contractuelle ou statutaire, déterminée et exigible, sans plafond."""
    exclusions = (*_exclure_rejetee(espece), *exclure_procedure_collective(espece), *exclusions_communes(espece))
    if exclusions:
        return Examen(NOM, recevable=False, motifs=exclusions)
    message = (
        f"créance contractuelle ou statutaire, d'un montant déterminé de {montant(espece.decompte.total)}, exigible"
    )
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


def _exclure_rejetee(espece: Espece) -> tuple[Motif, ...]:
    """La requête rejetée est sans recours, sauf à procéder selon le droit commun (CPC 1409)."""
    rejet = espece.dossier.suivi.rejet if espece.dossier.suivi else None
    if rejet is None:
        return ()
    message = (
        f"la requête a été rejetée le {date_longue(rejet.date)}, sans recours : assigner "
        "(« generateur produire … --procedure assignation_paiement »)"
    )
    return (motiver(_TABLE, espece.au, "REQUETE_REJETEE", message),)


def _complement(espece: Espece) -> ComplementInjonction:
    return ComplementInjonction.model_validate(espece.dossier.procedures.get(NOM, {}))


def controler(espece: Espece) -> tuple[Constat, ...]:
    """Compétence de la juridiction, juridiction imposée s'il y en a une, contribution si elle est en cause."""
    constats = espece.competence.constats
    if imposee := _complement(espece).juridiction:
        prevue = espece.competence.juridiction
        message = f"la juridiction « {imposee} » est imposée dans le dossier"
        if prevue and prevue.nom.casefold() != imposee.casefold():
            message += f" ; d'après l'adresse du débiteur, ce serait « {prevue.nom} »"
        constats += (
            constater(
                "JURIDICTION_IMPOSEE",
                message,
                lieu="procedures.injonction_de_payer.juridiction",
                remede=f"{_NOMMER_EN_ENTIER if _est_de_nature_inconnue(espece) else 'Retirer'} la clé « juridiction » "
                "pour suivre la règle d'ordre public.",
                fondement=motiver(_TABLE, espece.au, "COMPETENCE_TERRITORIALE", "").fondement,
            ),
        )
    return (*constats, *constater_contribution(espece, _saisie(espece), _TABLE))


class ChampsInjonction(TypedDict):
    """Ce que la requête imprime en propre, sous `complement`."""

    renvoi_1408: str
    debiteur_est_entrepreneur_individuel: bool
    cause: str
    professionnel_non_commercant: bool
    competence: str
    ressort: bool  # faux sous une juridiction imposée : rien ne dit que le débiteur y demeure
    solidarite: str
    limites: str


def completer(espece: Espece) -> ChampsInjonction:
    """Renvoi en cas d'opposition, cause de la créance, compétence, solidarité, patrimoine de l'entrepreneur."""
    dossier = espece.dossier
    return {
        "renvoi_1408": nommer_devant(_complement(espece).renvoi_1408 or ""),
        "debiteur_est_entrepreneur_individuel": engage_son_patrimoine_professionnel(dossier.debiteur),
        "cause": cause_de_la_creance(espece),
        "professionnel_non_commercant": est_professionnel_non_commercant(dossier.debiteur),
        "competence": _dire_competence(espece),
        "ressort": _saisie(espece) is espece.competence.juridiction,
        "solidarite": dire_solidarite(espece),
        "limites": dire_limites(espece),
    }


def nommer_devant(juridiction: str) -> str:
    """« le tribunal de commerce de Lyon » : une juridiction saisie sans article en reçoit un."""
    premier = juridiction.split(" ", maxsplit=1)[0].casefold()
    article = {"tribunal": "le", "juge": "le", "pôle": "le", "chambre": "la", "cour": "la"}.get(premier)
    return f"{article} {juridiction[0].lower()}{juridiction[1:]}" if article else juridiction


def _dire_competence(espece: Espece) -> str:
    """Pourquoi ce juge et non un autre ; se tait si le dossier impose sa juridiction, que rien n'argumente."""
    return "" if _complement(espece).juridiction else dire_attribution(espece)


def dire_limites(espece: Espece) -> str:
    """Une caution n'est condamnée que dans la limite de son engagement."""
    return ", ".join(
        f"{_nommer_caution(d)} dans la limite de {montant(d.cautionnement.montant_max)}"
        for d in espece.dossier.debiteurs_poursuivis
        if d.cautionnement and d.cautionnement.montant_max
    )


def _nommer_caution(debiteur: Debiteur) -> str:
    return f"{debiteur.civilite}{INSECABLE}{debiteur.nom_complet}" if debiteur.civilite else debiteur.nom_complet


def dire_solidarite(espece: Espece) -> str:
    """« solidairement » si tous les coobligés le sont ; la solidarité ne se présume pas."""
    return "solidairement" if _sont_solidaires(espece) else ""


def _sont_solidaires(espece: Espece) -> bool:
    autres = [d for d in espece.dossier.debiteurs_poursuivis if d is not espece.dossier.debiteur]
    return bool(autres) and all(
        d.role == "codebiteur_solidaire" or (d.cautionnement is not None and d.cautionnement.solidaire) for d in autres
    )


def _devant_le_tribunal_judiciaire(espece: Espece) -> bool:
    return not consigne_au_greffe(espece.dossier, espece.competence.juridiction)


def consigne_au_greffe(dossier: Dossier, juridiction: Juridiction | None) -> bool:
    """Le greffe fait-il consigner ses frais (CPC 1425) ? Jamais devant le tribunal judiciaire, même imposé au dossier.

    Une juridiction encore inconnue est tenue pour commerciale : le délai se rappelle plutôt que de se taire.
    """
    imposee = ComplementInjonction.model_validate(dossier.procedures.get(NOM, {})).juridiction
    type_ = reconnaitre_juridiction(imposee).type if imposee else juridiction and juridiction.type
    return type_ not in {"TJ", "JCP", "TJ_CHCOM"}


def _est_de_nature_inconnue(espece: Espece) -> bool:
    """Le tribunal imposé porte un nom qui ne dit ni tribunal de commerce ni tribunal judiciaire."""
    imposee = _complement(espece).juridiction or ""
    est_autre = imposee != "" and _saisie(espece) is not espece.competence.juridiction
    return est_autre and reconnaitre_juridiction(imposee).type is None


def etapes(espece: Espece) -> tuple[str, ...]:
    """Ce qu'il reste à faire, de la signature à l'exécution."""
    au = espece.au
    signification = entier_au("delai_signification_ordonnance", au)
    consignation = entier_au("delais_jours", au, "consignation")
    lieu = " ".join(adresser(espece).lignes[:1])
    depot = f"Déposer ou envoyer la liasse au greffe : {lieu}."
    rempli = "Relire chaque case du formulaire rempli (actes/formulaire_rempli.pdf) et compléter les autres."
    return (
        "Relire la requête, la dater et la signer ; joindre le pouvoir si un mandataire la signe.",
        *((rempli,) if _complement(espece).formulaire else ()),
        "Vérifier le jour du dépôt, au BODACC, qu’aucune procédure collective n’est ouverte.",
        depot,
        *(() if _devant_le_tribunal_judiciaire(espece) else (_dire_la_consignation(espece, consignation),)),
        f"Faire signifier l’ordonnance par un commissaire de justice dans les {signification} mois de sa date, "
        "sinon elle est non avenue ; noter ordonnance et signification dans [suivi].",
        "Seule la signification interrompt la prescription : ni la requête ni son dépôt ne l’interrompent.",
    )


def _dire_la_consignation(espece: Espece, jours: int) -> str:
    if _est_de_nature_inconnue(espece):
        return (
            "Demander au greffe s’il fait consigner des frais : devant un tribunal de commerce, c’est dans les "
            f"{jours} jours de la demande, à peine de caducité."
        )
    return f"Consigner les frais de greffe dans les {jours} jours de la demande, à peine de caducité."


def couts(espece: Espece) -> tuple[Cout, ...]:
    """Greffe, signification, contribution s'il y a lieu."""
    juridiction = _saisie(espece)
    if _est_de_nature_inconnue(espece):
        greffe = Cout("Greffe du tribunal saisi", note="Le nom du tribunal ne dit pas si son greffe en demande.")
    elif _devant_le_tribunal_judiciaire(espece):
        greffe = Cout("Greffe du tribunal judiciaire", "greffe_tj")
    else:
        greffe = Cout("Greffe, injonction de payer", "greffe_tc")
    signification = Cout("Signification de l’ordonnance", "signification")
    aide = (Cout("Contribution pour l’aide juridique", "contribution_aide_juridique_injonction"),)
    civil = juridiction is not None and juridiction.type in {"TJ", "JCP"}
    return (greffe, signification, *(aide if civil else ()), *couter_contribution(espece, juridiction))


def adresser(espece: Espece) -> Destination:
    """Le greffe de la juridiction saisie."""
    saisie = _saisie(espece)
    adresse = (saisie.adresse,) if saisie and saisie.adresse else ()
    return Destination((saisie.nom if saisie else "", *adresse))


def _saisie(espece: Espece) -> Juridiction | None:
    return designer_juridiction(espece, _complement(espece).juridiction or "")


def deposer(espece: Espece) -> Depot:
    """Au greffe : le portail des greffes de commerce n'est pas celui du tribunal judiciaire."""
    juridiction = _saisie(espece)
    if _est_de_nature_inconnue(espece):
        return Depot("GREFFE_INCONNU", "greffe")
    if _devant_le_tribunal_judiciaire(espece):
        return Depot("GREFFE_TJ", "greffe")
    return Depot("GREFFE_TMC" if juridiction and juridiction.type == "TMC" else "GREFFE_TC", "greffe")


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Injonction de payer",
    preference=3,
    actes=encadrer(
        Acte("requete", "Requête en injonction de payer", "injonction_de_payer/requete"),
        apres=(FORMULAIRE,),
    ),
    tables=(_TABLE, "delais"),
    complement=ComplementInjonction,
    champs=ChampsInjonction,
    mentions={"injonction_de_payer/requete": ("Requête en injonction de payer", "1405")},
    examiner=examiner,
    controler=controler,
    completer=completer,
    adresser=adresser,
    etapes=etapes,
    couts=couts,
    deposer=deposer,
    saisit_juridiction=True,
)

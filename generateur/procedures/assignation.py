"""Ce que toute assignation a en commun : représentation, audience, démarche amiable, comparution, contestation.

Sources : CPC 54 à 56 (mentions à peine de nullité), 750-1 (tentative amiable), 751 et 754 (date et remise au
greffe), 752, 753 et 855 (mentions propres au tribunal), 760 à 763 et 853 (avocat), 832 et 861-2 (délai de paiement).
Un acte de commissaire de justice : le programme en écrit le projet, l'étude le date, le signe et le signifie.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypedDict

from pydantic import Field

from generateur.calculs.decompte import chiffrer
from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import A_COMPLETER, date_longue, enumerer, montant
from generateur.domaine.socle import Date, Donnee, MontantPositif
from generateur.droit.juridictions import Juridiction, TypeJuridiction
from generateur.droit.tables import decimal_au, lire_table, valeur_au
from generateur.procedures.attribution import dire_attribution
from generateur.procedures.contribution import constater_contribution, couter_contribution
from generateur.procedures.exclusions import exclure_procedure_collective, exclure_titre_obtenu, exclusions_communes
from generateur.procedures.facturation import cause_de_la_creance, est_professionnel_non_commercant
from generateur.procedures.injonction_de_payer import dire_limites, dire_solidarite
from generateur.procedures.juridiction_saisie import designer_juridiction
from generateur.procedures.socle import (
    Complement,
    Cout,
    Depot,
    Destination,
    Espece,
    Frais,
    Motif,
    lever_contestations,
)

TEXTES = "textes_assignation"
# Ce qui ferme les voies sans débat, mais non l'assignation : c'est elle que leurs motifs conseillent.
_ADMIS = frozenset({"CREANCE_CONTESTEE", "DEBITEUR_A_L_ETRANGER", "ADRESSE_INCONNUE"})
# La voie interrompt la prescription, et un procès-verbal de recherches supplée une adresse perdue.
N_ATTEND_PAS = frozenset({"PRESCRIPTION_PROCHE", "ADRESSE_INCONNUE", "COMMUNE_INCONNUE", "COMMUNE_AMBIGUE"})
_COMMERCIALES: frozenset[TypeJuridiction] = frozenset({"TC", "TAE", "TMC"})
_AUDIENCE_EN_BLANC = "le ……………………… à ………… heures (date donnée par le greffe, à porter avant la signification)"
Forme = Literal["fond", "refere"]


class Audience(Donnee):
    """Lieu, jour et heure de l'audience, donnés par le greffe (CPC 56, 751)."""

    date: Date
    heure: str | None = None
    salle: str | None = None


class ComplementAssignation(Complement):
    """[procedures.assignation_paiement] et [procedures.refere_provision]."""

    audience: Audience | None = None
    juridiction: str | None = None
    article_700: MontantPositif | None = None
    reponse_contestation: str | None = None
    frais_accessoires: tuple[Frais, ...] = Field(default=())

    @property
    def frais(self) -> tuple[Frais, ...]:
        """Frais accessoires saisis."""
        return self.frais_accessoires


@dataclass(frozen=True)
class Representation:
    """L'avocat est-il obligatoire, et le texte qui le dit."""

    obligatoire: bool
    fondement: str


def complement_de(espece: Espece, nom: str) -> ComplementAssignation:
    """Les clés de l'assignation, validées."""
    return ComplementAssignation.model_validate(espece.dossier.procedures.get(nom, {}))


def exclure(espece: Espece) -> list[Motif]:
    """Ce qui ferme aussi l'assignation : poursuites arrêtées, créance éteinte, cédée, prescrite ; non contestée."""
    entiere = replace(
        espece, decompte=chiffrer(lever_contestations(espece.dossier), espece.au, perimetre=espece.decompte.perimetre)
    )
    communes = (motif for motif in exclusions_communes(entiere) if motif.code not in _ADMIS)
    return [*exclure_titre_obtenu(espece), *exclure_procedure_collective(espece), *communes]


def representer(espece: Espece, nom: str) -> Representation:
    """Avocat obligatoire ou non, selon le tribunal et la somme. Lève ErreurDroitManquant avant 2020.

    Devant le juge des contentieux de la protection, jamais ; pour un bail commercial, toujours ; sinon au-dessus
    du seuil de la table « seuils » (ministere_avocat), apprécié sur le total demandé.
    """
    type_ = _type(espece, nom)
    if type_ == "JCP":
        return Representation(obligatoire=False, fondement=_texte(espece, "AVOCAT_FACULTATIF/JCP"))
    exclusive = espece.competence.raison == "BAIL_COMMERCIAL"
    seuil = decimal_au("seuils", espece.au, "ministere_avocat")
    obligatoire = exclusive or _total(espece) > seuil
    ordre = "TC" if type_ in _COMMERCIALES else "TJ"
    return Representation(obligatoire, _texte(espece, f"{'AVOCAT' if obligatoire else 'AVOCAT_FACULTATIF'}/{ordre}"))


def doit_tenter_l_amiable(espece: Espece, nom: str) -> bool:
    """Devant le tribunal judiciaire, jusqu'au seuil : tentative amiable d'abord, à peine d'irrecevabilité."""
    if _type(espece, nom) in _COMMERCIALES:
        return False
    return _total(espece) <= decimal_au("seuils", espece.au, "tentative_amiable")


def controler(espece: Espece, nom: str) -> tuple[Constat, ...]:
    """Tribunal à désigner, avocat, tentative amiable, contestation sans réponse, contribution."""
    contribution = constater_contribution(espece, juridiction_saisie(espece, nom), TEXTES)
    return (*espece.competence.constats, *_constater(espece, nom), *contribution)


def _constater(espece: Espece, nom: str) -> Iterator[Constat]:
    complement, dossier = complement_de(espece, nom), espece.dossier
    if espece.competence.juridiction is None and not complement.juridiction:
        yield constater(
            "JURIDICTION_A_DESIGNER",
            "aucun tribunal ne se déduit du dossier : l'assignation doit dire devant lequel elle est donnée",
            lieu=f"procedures.{nom}.juridiction",
            remede=f'Écrivez [procedures.{nom}]\njuridiction = "Tribunal de commerce de …".',
            fondement=_texte(espece, "JURIDICTION"),
        )
    avocat = representer(espece, nom)
    if avocat.obligatoire and not _a_un_avocat(dossier):
        yield constater(
            "AVOCAT_OBLIGATOIRE",
            f"l'avocat est obligatoire pour cette demande de {montant(_total(espece))} : l'assignation est un projet "
            "qu'un avocat doit reprendre et signer",
            lieu="mandataire",
            remede='Saisissez-le : [mandataire]\nrole = "avocat"\nnom = "…"',
            fondement=avocat.fondement,
        )
    if doit_tenter_l_amiable(espece, nom) and not _a_tente_l_amiable(dossier):
        yield constater(
            "TENTATIVE_AMIABLE_MANQUANTE",
            f"une demande de {montant(_total(espece))} devant le tribunal judiciaire est irrecevable sans tentative "
            "amiable préalable ou motif de dispense",
            lieu="situation.tentative_amiable",
            remede="Saisissez un conciliateur de justice (gratuit), puis écrivez :\n[situation]\n"
            'tentative_amiable = "constat d\'échec du conciliateur de justice du 12/09/2026"',
            fondement=_texte(espece, "TENTATIVE_AMIABLE"),
        )
    if dire_contestation(dossier) and not complement.reponse_contestation:
        yield constater(
            "CONTESTATION_SANS_REPONSE",
            "la créance est contestée, et l'assignation ne dit pas encore ce que vous y répondez",
            lieu=f"procedures.{nom}.reponse_contestation",
            remede=f'Écrivez [procedures.{nom}]\nreponse_contestation = "…" (faits et pièces), ou laissez votre avocat '
            "le faire.",
            fondement=_texte(espece, "PREUVE"),
        )


def _a_un_avocat(dossier: Dossier) -> bool:
    return dossier.mandataire is not None and dossier.mandataire.role == "avocat"


def _a_tente_l_amiable(dossier: Dossier) -> bool:
    return bool(dossier.situation.tentative_amiable) or any(
        i.nature == "suspension_2238" and not i.non_avenue for i in dossier.interruptions
    )


def dire_contestation(dossier: Dossier) -> str:
    """Ce que le débiteur oppose, tel que saisi ; « sans motif précisé » s'il ne dit pas pourquoi ; vide sinon."""
    motifs = [dossier.situation.motif_litige] if dossier.situation.motif_litige else []
    contestees = [f for f in dossier.factures if f.contestee or f.montant_conteste]
    motifs += [f"facture {f.numero} : {f.motif}" for f in contestees if f.motif]
    if motifs:
        return enumerer(list(dict.fromkeys(motifs)))
    return "sans motif précisé" if dossier.situation.litige or contestees else ""


class ChampsAssignation(TypedDict):
    """Ce qu'une assignation imprime en propre, sous `complement`."""

    audience: str
    avocat_obligatoire: bool
    a_un_avocat: bool
    representation: str
    comparution: list[str]
    competence: str
    ressort: bool
    amiable: str
    contestation: str
    reponse_contestation: str
    article_700: str
    cause: str
    professionnel_non_commercant: bool
    debiteur_est_entrepreneur_individuel: bool
    solidarite: str
    limites: str


def completer(espece: Espece, nom: str, forme: Forme) -> ChampsAssignation:
    """Champs de l'assignation : audience, comparution, compétence, amiable, contestation, frais de procédure."""
    complement, dossier = complement_de(espece, nom), espece.dossier
    avocat = representer(espece, nom)
    return {
        "audience": _dire_audience(complement.audience),
        "avocat_obligatoire": avocat.obligatoire,
        "a_un_avocat": _a_un_avocat(dossier),
        "representation": avocat.fondement,
        "comparution": _dire_comparution(espece, nom, forme, avocat),
        "competence": "" if complement.juridiction else dire_attribution(espece),
        "ressort": espece.competence.juridiction is not None and not complement.juridiction,
        "amiable": _dire_amiable(espece, nom),
        "contestation": dire_contestation(dossier),
        "reponse_contestation": complement.reponse_contestation or "",
        "article_700": montant(complement.article_700) if complement.article_700 else "",
        "cause": cause_de_la_creance(espece),
        "professionnel_non_commercant": est_professionnel_non_commercant(dossier.debiteur),
        "debiteur_est_entrepreneur_individuel": dossier.debiteur.nature == "entrepreneur_individuel",
        "solidarite": dire_solidarite(espece),
        "limites": dire_limites(espece),
    }


def _dire_audience(audience: Audience | None) -> str:
    if audience is None:
        return _AUDIENCE_EN_BLANC
    heure = f" à {audience.heure}" if audience.heure else " à ………… heures"
    return f"le {date_longue(audience.date)}{heure}" + (f", {audience.salle}" if audience.salle else "")


def _dire_comparution(espece: Espece, nom: str, forme: Forme, avocat: Representation) -> list[str]:
    """Les mentions dues au défendeur, dans l'ordre où il les lit : avocat obligatoire, ou défense libre."""
    ordre = "TC" if _type(espece, nom) in _COMMERCIALES else "TJ"
    cles = ["COMPARUTION"]
    if avocat.obligatoire:
        cles.append(f"CONSTITUTION/{ordre}" if forme == "fond" else f"CONSTITUTION/{ordre}/REFERE")
    else:
        cles += [f"ASSISTANCE/{ordre}", f"DELAI_DE_PAIEMENT/{ordre}"]
    if avocat.obligatoire and ordre == "TC":
        cles.append("DELAI_DE_PAIEMENT/TC")
    return [_texte(espece, cle) for cle in cles if cle in lire_table(TEXTES).cles]


def _dire_amiable(espece: Espece, nom: str) -> str:
    """Les diligences amiables, quand elles étaient dues (CPC 54, 5°), jamais affirmées sans être saisies."""
    if not doit_tenter_l_amiable(espece, nom):
        return ""
    if not _a_tente_l_amiable(espece.dossier):
        return f"Tentative de résolution amiable ou motif de dispense : {A_COMPLETER} ({_texte(espece, 'AMIABLE')})."
    tentative = espece.dossier.situation.tentative_amiable
    precision = f" : {tentative.rstrip('.')}" if isinstance(tentative, str) and tentative else ""
    return f"La demande a été précédée d’une tentative de résolution amiable{precision} ({_texte(espece, 'AMIABLE')})."


def adresser(espece: Espece, nom: str) -> Destination:
    """Le tribunal devant lequel l'assignation est donnée."""
    saisie = juridiction_saisie(espece, nom)
    adresse = (saisie.adresse,) if saisie and saisie.adresse else ()
    return Destination((saisie.nom if saisie else "Tribunal à désigner", *adresse))


def deposer(_espece: Espece) -> Depot:
    """Par un commissaire de justice, puis au greffe."""
    return Depot("ASSIGNATION", "etude")


def etapes(espece: Espece, nom: str) -> tuple[str, ...]:
    """Du projet à l'audience."""
    avocat = representer(espece, nom)
    signature = (
        f"Confier le projet à un avocat, qui le reprend et le signe : il est obligatoire ici ({avocat.fondement})."
        if avocat.obligatoire
        else f"L’avocat n’est pas obligatoire ({avocat.fondement}) ; le conseil d’un avocat reste prudent."
    )
    ordre = "TC" if _type(espece, nom) in _COMMERCIALES else "TJ"
    amiable = (_texte(espece, "ETAPE_AMIABLE"),) if doit_tenter_l_amiable(espece, nom) else ()
    return (
        *amiable,
        signature,
        f"Demander au greffe une date d’audience : {adresser(espece, nom).lignes[0]} ; la porter dans "
        f"[procedures.{nom}] audience, puis relancer la commande.",
        _texte(espece, f"ETAPE_SIGNIFICATION/{ordre}"),
        "L’assignation signifiée interrompt la prescription : la noter dans [[interruptions]] "
        "(nature = « demande_en_justice »).",
    )


def couts(espece: Espece, nom: str) -> tuple[Cout, ...]:
    """Signification de l'assignation, contribution pour l'aide juridique au civil, pour la justice économique sinon."""
    signification = Cout("Signification de l’assignation, hors taxes", "signification")
    est_civile = _type(espece, nom) in {"TJ", "JCP", "TJ_CHCOM"}
    aide = (Cout("Contribution pour l’aide juridique", "contribution_aide_juridique"),) if est_civile else ()
    return (signification, *aide, *couter_contribution(espece, juridiction_saisie(espece, nom)))


def decrire_voie(espece: Espece, nom: str) -> str:
    """« 12 340,00 €, devant : Tribunal de commerce de Lyon ; avocat obligatoire »."""
    juridiction = juridiction_saisie(espece, nom)
    devant = juridiction.nom if juridiction else "tribunal à désigner"
    return f"{montant(_total(espece))}, devant : {devant}{_dire_avocat(espece, nom)}"


def _dire_avocat(espece: Espece, nom: str) -> str:
    return f" ; avocat {'obligatoire' if representer(espece, nom).obligatoire else 'non obligatoire'}"


def juridiction_saisie(espece: Espece, nom: str) -> Juridiction | None:
    """Le tribunal devant lequel l'assignation est donnée : avocat, mentions, démarche amiable et frais en dépendent."""
    return designer_juridiction(espece, complement_de(espece, nom).juridiction or "")


def _type(espece: Espece, nom: str) -> TypeJuridiction | None:
    saisie = juridiction_saisie(espece, nom)
    return saisie.type if saisie else None


def _total(espece: Espece) -> Decimal:
    """Le total demandé, contestations comprises."""
    if any(exclue.motif == "contestee" for exclue in espece.decompte.exclues):
        return chiffrer(lever_contestations(espece.dossier), espece.au, perimetre=espece.decompte.perimetre).total
    return espece.decompte.total


def _texte(espece: Espece, cle: str) -> str:
    return texte_au(espece.au, cle)


def texte_au(au: dt.date, cle: str) -> str:
    """Le texte de l'assignation en vigueur à la date (comprise). Lève ErreurDroitManquant."""
    return str(valeur_au(TEXTES, au, cle).valeur)

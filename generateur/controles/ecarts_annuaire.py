"""Le dossier comparé à ce que les registres publics disent d'un débiteur : des écarts et des constats, jamais plus.

Ce qui n'est pas saisi, ou que l'annuaire ne diffuse pas, n'est pas un écart.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum.fr import siren as numeros_siren

from generateur.controles.catalogue import constater, repere
from generateur.domaine.constat import Constat
from generateur.domaine.fiche_annuaire import FicheAnnuaire, Procedure
from generateur.domaine.langue import aplatir, date_longue
from generateur.domaine.parties import Debiteur

_CESSEE = "C"
_MOIS_PAR_AN = 12
# Situations que l'arrêt d'activité n'apprend pas : le dossier dit déjà que l'entreprise n'est plus in bonis.
_EN_ACTIVITE = frozenset({"in_bonis", "plan_en_cours", "sauvegarde", "redressement"})
_VOIES = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "boul": "boulevard", "pl": "place",
    "r": "rue", "rte": "route", "ch": "chemin", "che": "chemin", "imp": "impasse", "all": "allee", "sq": "square",
    "fg": "faubourg", "fbg": "faubourg", "st": "saint", "ste": "sainte", "crs": "cours", "pas": "passage",
    "qu": "quai", "res": "residence", "za": "zone artisanale", "zi": "zone industrielle", "lot": "lotissement",
}  # fmt: skip
_LIAISONS = frozenset({"de", "du", "des", "la", "le", "les", "l", "d", "et", "a", "au", "aux", "cedex"})


@dataclass(frozen=True)
class Ecart:
    """Une valeur saisie, sa place au dossier, et ce que l'annuaire dit à la place."""

    lieu: str
    saisi: str
    annuaire: str


def est_siren(texte: str) -> bool:
    """Neuf chiffres dont la clé est juste."""
    return bool(numeros_siren.is_valid(texte))


def relever_ecarts(lieu: str, debiteur: Debiteur, fiche: FicheAnnuaire) -> tuple[Ecart, ...]:
    """Les écarts entre ce débiteur et sa fiche."""
    return tuple(_ecarts(lieu, debiteur, fiche)) if fiche.est_connue else ()


def _ecarts(lieu: str, debiteur: Debiteur, fiche: FicheAnnuaire) -> Iterator[Ecart]:
    yield from _ecart_de_nom(lieu, debiteur, fiche)
    if debiteur.forme and fiche.forme and not debiteur.est_physique:
        admises = {_nu(forme) for forme in (fiche.forme, *fiche.formes_admises)}
        if _nu(debiteur.forme) not in admises:
            yield Ecart(f"{lieu}.forme", debiteur.forme, fiche.forme)
    if debiteur.siret and fiche.siret_siege and debiteur.siret != fiche.siret_siege and not debiteur.etablissement:
        yield Ecart(f"{lieu}.siret", debiteur.siret, fiche.siret_siege)
    yield from _ecart_d_adresse(lieu, debiteur, fiche)
    situation = fiche.derniere_procedure.situation if fiche.derniere_procedure else None
    if situation and debiteur.situation != situation:
        yield Ecart(f"{lieu}.situation", debiteur.situation, situation)
    elif fiche.etat == _CESSEE and debiteur.situation in _EN_ACTIVITE:
        yield Ecart(f"{lieu}.situation", debiteur.situation, dire_cessation(fiche))


def _ecart_de_nom(lieu: str, debiteur: Debiteur, fiche: FicheAnnuaire) -> Iterator[Ecart]:
    if not fiche.denomination:
        return
    connus = [nom for nom in (fiche.denomination, *fiche.autres_noms) if nom]
    if debiteur.est_physique:
        nom = _nu(debiteur.nom or "").split()
        if nom and not any(set(nom) <= set(_nu(connu).split()) for connu in connus):
            yield Ecart(f"{lieu}.nom", debiteur.nom or "", fiche.denomination)
    elif debiteur.denomination and _sans_forme(debiteur.denomination, fiche) not in {
        _sans_forme(connu, fiche) for connu in connus
    }:
        yield Ecart(f"{lieu}.denomination", debiteur.denomination, fiche.denomination)


def _ecart_d_adresse(lieu: str, debiteur: Debiteur, fiche: FicheAnnuaire) -> Iterator[Ecart]:
    saisie = debiteur.domicile
    if debiteur.est_physique or not fiche.adresse or not (saisie.code_postal or saisie.commune or saisie.voie):
        return
    saisi = " ".join(filter(None, (saisie.voie, saisie.code_postal, saisie.commune)))
    est_ailleurs = bool(
        (saisie.code_postal and fiche.code_postal and saisie.code_postal.replace(" ", "") != fiche.code_postal)
        or (saisie.commune and fiche.commune and not _mots(saisie.commune) & _mots(fiche.commune))
        or (saisie.voie and fiche.voie and not _mots(fiche.voie) <= _mots(saisie.voie))
    )
    if est_ailleurs and not _mots(saisi) <= _mots(fiche.adresse):
        yield Ecart(f"{lieu}.adresse", saisi, fiche.adresse)


def constater_annuaire(
    lieu: str, debiteur: Debiteur | None, fiche: FicheAnnuaire, ecarts: tuple[Ecart, ...], *, jour: dt.date
) -> tuple[Constat, ...]:
    """Ce que la fiche et les écarts demandent de vérifier. `debiteur` None : un SIREN seul, sans dossier."""
    return tuple(_constater(lieu, debiteur, fiche, ecarts, jour))


def _constater(
    lieu: str, debiteur: Debiteur | None, fiche: FicheAnnuaire, ecarts: tuple[Ecart, ...], jour: dt.date
) -> Iterator[Constat]:
    if fiche.lu_le < jour:
        age = (jour - fiche.lu_le).days
        yield constater(
            "ANNUAIRE_ANCIEN",
            f"La réponse employée a été lue le {date_longue(fiche.lu_le)}, il y a {age} jour{'s' if age > 1 else ''}.",
            lieu=lieu,
            remede="« generateur annuaire », sans --hors-ligne, la redemande ; à faire avant de déposer.",
        )
    if not fiche.est_connue:
        yield constater(
            "SIREN_INCONNU_DE_L_ANNUAIRE",
            f"L'annuaire des entreprises ne connaît pas le SIREN {fiche.siren}.",
            lieu=f"{lieu}.siren" if lieu else "",
            remede="Recopiez-le depuis une facture ou un extrait Kbis ; un numéro tout récent n'y est pas encore.",
        )
    elif not fiche.est_diffusible:
        yield constater(
            "ENTREPRISE_NON_DIFFUSIBLE",
            f"L'entreprise {fiche.siren} s'est opposée à la diffusion de ses données : elles ne sont pas comparées.",
            lieu=lieu,
            remede="Demandez un extrait Kbis au greffe, ou un extrait au registre national des entreprises.",
        )
    for ecart in ecarts:
        if not ecart.lieu.endswith(".situation"):
            yield constater(
                "ECART_ANNUAIRE",
                f"« {ecart.saisi} » est saisi ; l'annuaire dit « {ecart.annuaire} ». La saisie est gardée.",
                lieu=ecart.lieu,
                remede="Vérifiez, puis corrigez le dossier si l'annuaire dit juste.",
            )
    yield from _proposer(lieu, debiteur, fiche)
    yield from _situation(lieu, debiteur, fiche)
    for procedure in fiche.procedures:
        if not procedure.est_comprise:
            yield constater(
                "ANNONCE_A_LIRE",
                f"L'annonce {procedure.annonce} ({procedure.nature}) ne dit pas d'elle-même où en est l'entreprise.",
                lieu=f"{lieu}.situation" if lieu else "",
                remede="Lisez-la sur bodacc.fr, puis vérifiez la situation du débiteur.",
            )
    if fiche.creee_le and est_recente(fiche):
        yield constater(
            "ENTREPRISE_RECENTE",
            f"L'entreprise a été créée le {date_longue(fiche.creee_le)}.",
            lieu=lieu,
            remede="Mesurez le coût de la procédure à l'enjeu : une entreprise jeune a souvent peu d'actif.",
        )


def _proposer(lieu: str, debiteur: Debiteur | None, fiche: FicheAnnuaire) -> Iterator[Constat]:
    """Ce que le dossier ne dit pas encore et que l'annuaire dit : à coller, jamais écrit d'office."""
    if debiteur is None or debiteur.est_physique:
        return
    lignes = [f'forme = "{_sans_guillemet(fiche.forme)}"'] if fiche.forme and not debiteur.forme else []
    saisie = debiteur.domicile
    if fiche.voie and fiche.code_postal and fiche.commune and not (saisie.voie or saisie.code_postal or saisie.commune):
        cles = {"voie": fiche.voie, "code_postal": fiche.code_postal, "commune": fiche.commune}
        dites = ", ".join(f'{cle} = "{_sans_guillemet(valeur)}"' for cle, valeur in cles.items())
        lignes.append(f"adresse = {{ {dites} }}")
    if lignes:
        yield constater(
            "COORDONNEES_PROPOSEES",
            f"L'annuaire dit de {debiteur.nom_complet} ce que le dossier ne dit pas encore.",
            lieu=lieu,
            remede="Vérifiez, puis collez au débiteur :\n" + "\n".join(lignes),
        )


def _sans_guillemet(texte: str) -> str:
    return re.sub(r'["\\\\]', "", texte)


def _situation(lieu: str, debiteur: Debiteur | None, fiche: FicheAnnuaire) -> Iterator[Constat]:
    derniere, saisie = fiche.derniere_procedure, debiteur.situation if debiteur else "in_bonis"
    if derniere and derniere.situation != saisie:
        yield constater(
            "PROCEDURE_COLLECTIVE_PUBLIEE",
            f"Le BODACC publie : {derniere.nature}{_dater(derniere)} (annonce {derniere.annonce}).",
            lieu=f"{lieu}.situation" if lieu else "",
            remede="Vérifiez l'annonce, puis écrivez au débiteur :\n" + _a_coller(derniere),
        )
    elif fiche.etat == _CESSEE and saisie in _EN_ACTIVITE:
        yield constater(
            "ENTREPRISE_CESSEE",
            f"L'annuaire dit l'entreprise {fiche.siren} {dire_cessation(fiche)}.",
            lieu=f"{lieu}.situation" if lieu else "",
            remede='Si elle est radiée du registre, écrivez au débiteur :\nsituation = "radiee"',
        )


def _a_coller(procedure: Procedure) -> str:
    """Les clés du dossier que dit l'annonce, à coller telles quelles."""
    valeurs = {
        "jugement": procedure.date.isoformat() if procedure.date else "",
        "publication_bodacc": procedure.parution.isoformat() if procedure.parution else "",
        "tribunal": '"' + re.sub(r'["\\]', "", procedure.tribunal) + '"' if procedure.tribunal else "",
    }
    lignes = [f'situation = "{procedure.situation}"']
    dites = ", ".join(f"{cle} = {valeur}" for cle, valeur in valeurs.items() if valeur)
    if procedure.situation in {"sauvegarde", "redressement", "liquidation"} and dites:
        lignes.append(f"procedure_collective = {{ {dites} }}")
    return "\n".join(lignes)


def _dater(procedure: Procedure) -> str:
    return f", du {date_longue(procedure.date)}" if procedure.date else ""


def dire_cessation(fiche: FicheAnnuaire) -> str:
    """« radiée le … », « cessée le … », ou « cessée »."""
    if fiche.radiee_le:
        return f"radiée le {date_longue(fiche.radiee_le)}"
    return f"cessée le {date_longue(fiche.fermee_le)}" if fiche.fermee_le else "cessée"


def est_recente(fiche: FicheAnnuaire) -> bool:
    """Vrai si l'entreprise, en activité, avait moins d'un an le jour où la réponse a été lue."""
    est_datee = fiche.creee_le is not None and fiche.etat != _CESSEE
    return est_datee and _mois_entre(fiche.creee_le or fiche.lu_le, fiche.lu_le) < repere("entreprise_recente_mois")


def _mois_entre(debut: dt.date, fin: dt.date) -> int:
    return (fin.year - debut.year) * _MOIS_PAR_AN + fin.month - debut.month - (fin.day < debut.day)


def _nu(texte: str) -> str:
    """Lettres et chiffres seuls : « S.A.R.L. » vaut « sarl », « Dupont & fils » vaut « dupont et fils »."""
    plat = aplatir(texte).replace("&", " et ").replace(".", "")
    return " ".join(re.findall(r"[a-z0-9]+", plat))


def _sans_forme(nom: str, fiche: FicheAnnuaire) -> str:
    """Le nom sans la forme sociale que l'on met souvent devant ou derrière."""
    nu = _nu(nom)
    for forme in sorted({_nu(f) for f in (fiche.forme or "", *fiche.formes_admises)} - {""}, key=len, reverse=True):
        nu = nu.removeprefix(f"{forme} ").removesuffix(f" {forme}")
    return nu


def _mots(texte: str) -> set[str]:
    mots = _nu(texte).split()
    return {mot for brut in mots for mot in _VOIES.get(brut, brut).split()} - _LIAISONS

"""Contrôle et aperçu des modèles Word, sur le premier dossier d'exemple de chaque procédure."""

import datetime as dt
import types
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from generateur.domaine.defaut_de_modele import Defaut
from generateur.erreurs import ErreurGenerateur
from generateur.operations.accord_menace import MISE_EN_DEMEURE_ACCORD
from generateur.operations.accorder import PROTOCOLE
from generateur.operations.annexe_provision import ANNEXE
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.exemples import lister_exemples
from generateur.operations.mise_en_demeure import MISE_EN_DEMEURE, adresser_lettre
from generateur.operations.mise_en_liasse import INTERCALAIRES
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire, rassembler_matiere
from generateur.operations.relancer import actes_des_relances
from generateur.operations.remise_ecrite import BORDEREAU as BORDEREAU_REMISE
from generateur.operations.suite import ACTES_DES_SUITES
from generateur.procedures.injonction_de_payer import NOM as INJONCTION
from generateur.procedures.repertoire import lister_procedures, trouver_procedure
from generateur.procedures.socle import BORDEREAU_COMPLEMENTAIRE, Procedure
from generateur.publication.echange import preparer_publication
from generateur.redaction.accord import ChampsAccord
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.annexe_provision import ChampsAnnexe
from generateur.redaction.apres_ordonnance import ChampsSuite
from generateur.redaction.bordereau_remise import ChampsRemise
from generateur.redaction.composition import composer_contexte, mesurer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.controle_modeles import verifier_modeles
from generateur.redaction.lettre import ChampsLettre, ChampsLettreAccord
from generateur.redaction.lignes_bordereau import Mesures
from generateur.redaction.relance import ChampsRelance
from generateur.reglages import Reglages

_NOM_APERCU = "modeles"
_TEMOIN = "*/*.pdf"  # un répertoire de modèles n'en contient pas


@dataclass(frozen=True)
class Apercus:
    """Les pages rendues, et ce qu'une personne avait mis ou changé parmi celles d'avant, gardé à part."""

    fichiers: tuple[Path, ...]
    gardes: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Rapport:
    """Défauts des modèles."""

    defauts: tuple[Defaut, ...]

    @property
    def conforme(self) -> bool:
        """Vrai si aucun modèle n'est en défaut."""
        return not any(defaut.gravite == "bloquant" for defaut in self.defauts)


def controler_modeles(racine: Path | None, jour: dt.date | None = None) -> Rapport:
    """Contrôle chaque modèle : balises, champs du contexte, styles de la charte, constructions fidèles, mentions.

    `jour` : celui où les articles cités doivent être connus ; None ne les contrôle pas.
    """
    mentions = {modele: textes for p in lister_procedures() for modele, textes in p.mentions.items()}
    return Rapport(tuple(verifier_modeles(racine, champs_connus(), mentions, champs_propres(), jour)))


def champs_connus() -> frozenset[str]:
    """Tous les chemins qu'un modèle peut employer : « factures.numero »."""
    return frozenset(_parcourir(ContexteActes, ""))


def champs_propres() -> dict[str, frozenset[str]]:
    """Par modèle, les chemins « complement.… » que toutes les procédures qui l'emploient lui donnent."""
    communs = (BORDEREAU_COMPLEMENTAIRE.modele, INTERCALAIRES.modele)
    propres: dict[str, frozenset[str]] = {}
    for procedure in lister_procedures():
        chemins = frozenset(_parcourir(procedure.champs, "complement."))
        for modele in (*(acte.modele for acte in procedure.actes), *communs):
            propres[modele] = propres.get(modele, chemins) & chemins
    partages = frozenset[str]().union(*propres.values()).intersection(*propres.values())
    injonction = frozenset(_parcourir(trouver_procedure(INJONCTION).champs, "complement."))
    suites = injonction | frozenset(_parcourir(ChampsSuite, "complement."))
    propres |= {acte.modele: suites for acte in ACTES_DES_SUITES.values()}
    propres |= {PROTOCOLE.modele: frozenset(_parcourir(ChampsAccord, "complement."))}
    propres |= {BORDEREAU_REMISE.modele: frozenset(_parcourir(ChampsRemise, "complement."))}
    propres |= {acte.modele: frozenset(_parcourir(ChampsRelance, "complement.")) for acte in actes_des_relances()}
    propres |= {ANNEXE.modele: frozenset(_parcourir(ChampsAnnexe, "complement."))}
    propres |= {MISE_EN_DEMEURE_ACCORD.modele: partages | frozenset(_parcourir(ChampsLettreAccord, "complement."))}
    return propres | {MISE_EN_DEMEURE.modele: partages | frozenset(_parcourir(ChampsLettre, "complement."))}


def _parcourir(classe: type, prefixe: str) -> Iterator[str]:
    for nom, annotation in get_type_hints(classe).items():
        chemin = f"{prefixe}{nom}"
        yield chemin
        interne = _classe_dans(annotation)
        if interne:
            yield from _parcourir(interne, f"{chemin}.")


def _classe_dans(annotation: Any) -> type | None:
    if isinstance(annotation, type) and (is_dataclass(annotation) or is_typeddict(annotation)):
        return annotation
    if get_origin(annotation) in {tuple, list, Union, types.UnionType}:
        return next((c for a in get_args(annotation) if (c := _classe_dans(a))), None)
    return None


def ecrire_apercus(
    racine: Path | None, sortie: Path, *, jour: dt.date, au: dt.date | None, moteurs: Moteurs
) -> Apercus:
    """Rend chaque acte de chaque procédure, lettres et pages de garde comprises, sur un dossier d'exemple.

    L'exemple est le premier qui retient la procédure ; une voie sur demande prend le premier qui s'y prête.
    """
    ecritoire = ouvrir_ecritoire(Reglages(modeles=racine), moteurs)
    gardes: list[str] = []
    with preparer_publication(sortie, _NOM_APERCU, temoin=_TEMOIN, gardes=gardes) as chantier:
        for procedure, etude in _exemples_par_procedure(jour, au, moteurs):
            arrete = etude.espece.au
            repertoire = chantier / procedure.nom
            repertoire.mkdir()
            contexte = _composer(etude, moteurs)
            actes = (*procedure.actes, BORDEREAU_COMPLEMENTAIRE, INTERCALAIRES)
            ecrire_actes({acte: repertoire / acte.nom for acte in actes}, contexte, ecritoire, arrete)
            lettre = {MISE_EN_DEMEURE: repertoire / MISE_EN_DEMEURE.nom}
            ecrire_actes(lettre, adresser_lettre(etude, contexte, etude.dossier.debiteur), ecritoire, arrete)
    ici = sortie / _NOM_APERCU
    gardees = tuple(ici / garde for garde in gardes)
    return Apercus(tuple(sorted(set(ici.rglob("*.pdf")) - set(gardees))), gardees)


def _composer(etude: Etude, moteurs: Moteurs) -> ContexteActes:
    matiere = rassembler_matiere(etude, projet=True, moteur=moteurs.rendu)
    tardive = frozenset(p.numero for p in etude.bordereau.pieces[-1:])  # de quoi montrer un bordereau complémentaire
    contexte = composer_contexte(replace(matiere, ajoutees=tardive, communiquee_le=etude.espece.au))
    pages = {p.numero: (rang, 1) for rang, p in enumerate(etude.bordereau.pieces, start=1)}
    return mesurer_contexte(contexte, Mesures(len(pages), pages, {}))


def _exemples_par_procedure(jour: dt.date, au: dt.date | None, moteurs: Moteurs) -> Iterator[tuple[Procedure, Etude]]:
    """Une étude par procédure qu'un exemple permet de montrer, dans l'ordre des procédures."""
    naturelles: dict[str, Etude] = {}
    for chemin in lister_exemples():
        with suppress(ErreurGenerateur):
            etude = etudier_dossier(chemin, jour=jour, au=au, outils=moteurs.pieces)
            if etude.decision.retenue:
                naturelles.setdefault(etude.decision.retenue.nom, etude)
    for procedure in lister_procedures():
        etude_retenue = naturelles.get(procedure.nom) or _forcer(procedure, naturelles, jour, au, moteurs)
        if etude_retenue:
            yield procedure, etude_retenue


def _forcer(
    procedure: Procedure, naturelles: Mapping[str, Etude], jour: dt.date, au: dt.date | None, moteurs: Moteurs
) -> Etude | None:
    """Une voie sur demande, imposée au premier exemple qui la permet, à défaut au premier."""
    recevables = (etude for etude in naturelles.values() if procedure.examiner(etude.espece).recevable)
    for etude in (*recevables, *naturelles.values()):
        with suppress(ErreurGenerateur):
            return etudier_dossier(etude.lu.racine, jour=jour, au=au, procedure=procedure.nom, outils=moteurs.pieces)
    return None

"""Contrôle et aperçu des modèles Word, sur le premier dossier d'exemple de chaque procédure."""

import datetime as dt
import types
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from generateur.dependances import lister_exemples
from generateur.erreurs import ErreurGenerateur
from generateur.operations.etude import etudier_dossier
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire, rassembler_matiere
from generateur.procedures.registre import lister_procedures
from generateur.publication.echange import preparer_publication
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.composition import composer_contexte, mesurer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.controle_modeles import Defaut, verifier_modeles
from generateur.redaction.lignes_bordereau import Mesures
from generateur.reglages import Reglages

_NOM_APERCU = "modeles"
_TEMOIN = "*/*.pdf"  # un répertoire de modèles n'en contient pas


@dataclass(frozen=True)
class Rapport:
    """Défauts des modèles."""

    defauts: tuple[Defaut, ...]

    @property
    def conforme(self) -> bool:
        """Vrai si aucun modèle n'est en défaut."""
        return not any(defaut.gravite == "bloquant" for defaut in self.defauts)

    def en_texte(self) -> str:
        """Un paragraphe par défaut."""
        if not self.defauts:
            return "Tous les modèles sont en règle."
        return "\n".join(_decrire(defaut) for defaut in self.defauts)

    def en_json(self) -> dict[str, Any]:
        """Objet JSON."""
        return {"conforme": self.conforme, "defauts": [asdict(defaut) for defaut in self.defauts]}


def _decrire(defaut: Defaut) -> str:
    page = f", page {defaut.page}" if defaut.page else ""
    extrait = f" près de « {defaut.extrait} »" if defaut.extrait else ""
    return f"{defaut.modele}{page} : {defaut.construction}{extrait}\n    → {defaut.remede}"


def controler_modeles(racine: Path | None, jour: dt.date | None = None) -> Rapport:
    """Contrôle chaque modèle : balises, champs du contexte, styles de la charte, constructions fidèles, mentions.

    `jour` : celui où les articles cités doivent être connus ; None ne les contrôle pas.
    """
    mentions = {modele: textes for p in lister_procedures() for modele, textes in p.mentions.items()}
    return Rapport(tuple(verifier_modeles(racine, champs_connus(), mentions, jour)))


def champs_connus() -> frozenset[str]:
    """Tous les chemins qu'un modèle peut employer : « factures.numero »."""
    return frozenset(_parcourir(ContexteActes, ""))


def _parcourir(classe: type, prefixe: str) -> Iterator[str]:
    types_champs = get_type_hints(classe)
    for champ in fields(classe):
        chemin = f"{prefixe}{champ.name}"
        yield chemin
        interne = _classe_dans(types_champs[champ.name])
        if interne:
            yield from _parcourir(interne, f"{chemin}.")


def _classe_dans(annotation: Any) -> type | None:
    if isinstance(annotation, type) and is_dataclass(annotation):
        return annotation
    if get_origin(annotation) in {tuple, Union, types.UnionType}:
        return next((c for a in get_args(annotation) if (c := _classe_dans(a))), None)
    return None


def ecrire_apercus(
    racine: Path | None, sortie: Path, *, jour: dt.date, au: dt.date | None, moteurs: Moteurs
) -> list[Path]:
    """Rend chaque acte de chaque procédure sur un dossier d'exemple qui la retient."""
    ecritoire = ouvrir_ecritoire(Reglages(modeles=racine), moteurs)
    with preparer_publication(sortie, _NOM_APERCU, temoin=_TEMOIN) as chantier:
        for nom, contexte, actes, arrete in _exemples_par_procedure(jour, au, moteurs):
            (chantier / nom).mkdir()
            emplacements = {acte: chantier / nom / acte.nom for acte in actes}
            ecrire_actes(emplacements, contexte, ecritoire, arrete)
    return sorted((sortie / _NOM_APERCU).rglob("*.pdf"))


def _exemples_par_procedure(jour: dt.date, au: dt.date | None, moteurs: Moteurs) -> Iterator[Any]:
    faites: set[str] = set()
    for chemin in lister_exemples():
        try:
            etude = etudier_dossier(chemin, jour=jour, au=au, outils=moteurs.pieces)
        except ErreurGenerateur:
            continue
        procedure = etude.decision.retenue
        if procedure is None or procedure.nom in faites:
            continue
        faites.add(procedure.nom)
        contexte = composer_contexte(rassembler_matiere(etude, projet=True, moteur=moteurs.rendu))
        pages = {p.numero: (rang, 1) for rang, p in enumerate(etude.bordereau.pieces, start=1)}
        contexte = mesurer_contexte(contexte, Mesures(len(pages), pages, {}))
        yield procedure.nom, contexte, procedure.actes, etude.espece.au

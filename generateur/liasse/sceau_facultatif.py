"""Poser ou juger un sceau quand pyHanko est là, et le dire quand il manque : il n'est chargé que d'ici, sur demande."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from generateur.erreurs import ErreurOutilAbsent
from generateur.liasse.sceau import BIBLIOTHEQUE, SceauReleve, Scelleur


def ouvrir_scelleur(
    certificat: Path, demander_mot_de_passe: Callable[[], str], *, jour: dt.date, horodatage: str | None
) -> Scelleur:
    """Ouvre le certificat (PKCS#12) ; le mot de passe n'est demandé que si pyHanko est là.

    ErreurOutilAbsent sans pyHanko ; ErreurLecture ou ErreurUsage si ce certificat ne peut pas sceller ce jour-là.
    """
    try:
        from generateur.liasse import scellement  # noqa: PLC0415 (facultatif : chargé si l'on scelle)
    except ModuleNotFoundError as erreur:
        raise ErreurOutilAbsent(
            "pyHanko, qui pose le sceau, n'est pas installé", lieu="--sceller", remede=_remede_installation()
        ) from erreur
    scellement.verifier_adresse(horodatage)
    return scellement.ouvrir_certificat(certificat, demander_mot_de_passe(), jour=jour, horodatage=horodatage)


def juger_sceau(
    fichier: Path, annonce: Mapping[str, Any] | None, *, porte_un_sceau: bool
) -> tuple[Literal["prouve", "differe", "non_prouve"], str] | None:
    """Le sceau de ce fichier, comparé à celui que le manifeste annonce ; None s'il n'y a ni l'un ni l'autre."""
    if not porte_un_sceau:
        return ("differe", "absent, alors que le manifeste l'annonce") if annonce else None
    try:
        from generateur.liasse import scellement  # noqa: PLC0415 (facultatif : chargé s'il y a un sceau à vérifier)
    except ModuleNotFoundError:
        return "non_prouve", f"présent ; pyHanko, qui le vérifie, n'est pas installé. {_remede_installation()}"
    releve = scellement.relever_sceau(fichier)
    if releve is None:
        return "differe", "ne se lit pas"
    if reproche := _reprocher(releve, annonce or {}):
        return "differe", reproche
    return "prouve", f"intact, couvre tout le fichier ; {_decrire(releve)}"


def _reprocher(releve: SceauReleve, annonce: Mapping[str, Any]) -> str | None:
    """Le premier défaut du sceau, en lui-même puis au regard du manifeste."""
    defauts = (
        (not releve.intact, "rompu : le fichier a changé depuis"),
        (releve.horodatage_intact is False, "son horodatage ne vaut pas pour lui"),
        (
            bool(annonce) and annonce.get("certificat_sha256") != releve.certificat_sha256,
            "ce n'est pas le certificat que le manifeste annonce",
        ),
        (
            annonce.get("autorite") is not None and releve.horodatage_intact is None,
            "sans l'horodatage que le manifeste annonce",
        ),
    )
    return next((reproche for fautif, reproche in defauts if fautif), None)


def _decrire(releve: SceauReleve) -> str:
    heure = f"{releve.heure.astimezone(dt.UTC):%d/%m/%Y à %H:%M} UTC" if releve.heure else "heure inconnue"
    origine = "horodaté" if releve.horodatage_intact else "heure déclarée par le poste"
    return f"{releve.signataire}, {heure} ({origine}) ; la confiance dans le certificat n'est pas jugée"


def _remede_installation() -> str:
    return f"L'installer, dans l'environnement du programme : pip install \"{BIBLIOTHEQUE}\"."

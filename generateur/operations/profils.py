"""Les profils de créancier : une entreprise, remplie une fois, citée par tous ses dossiers."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from generateur.controles.identite import controler_identifiants
from generateur.domaine.constat import Constat
from generateur.domaine.parties import Creancier
from generateur.domaine.retouches import Ajout, Pose
from generateur.importation.groupement import aplatir_nom
from generateur.lecture.edition_toml import Etat, modifier
from generateur.lecture.socle import REPERTOIRE_DES_PROFILS
from generateur.operations.amorce import Amorce
from generateur.surveillance.droits import droits_d_un_fichier
from generateur.surveillance.provisoires import ecrire_d_un_geste

_SANS_NOM = "a_completer"
_VIDE = """\
# Votre entreprise : à remplir une fois, tous ses dossiers s'en servent.
denomination = ""
forme = ""                          # SARL, SAS, SA, association…
siren = ""
adresse = { voie = "", code_postal = "", commune = "" }
representant = { nom = "", qualite = "" }
# courriel = ""
# telephone = ""
# iban = ""                         # imprimé sur la mise en demeure, pour être payé
"""


def lister_profils(racine: Path) -> list[Path]:
    """Les profils rangés à côté des dossiers, par nom de fichier."""
    return sorted((racine / REPERTOIRE_DES_PROFILS).glob("*.toml"))


def siren_du_profil(profil: Path) -> str:
    """Le SIREN écrit dans un profil de créancier ; vide s'il ne se lit pas."""
    return "".join(signe for signe in str(_lire(profil).get("siren", "")) if signe.isdigit())


def nommer_profil(profil: Path) -> str:
    """Le nom de l'entreprise d'un profil ; celui du fichier tant qu'elle n'y est pas."""
    return _nom(_lire(profil)) or profil.stem


def controler_creancier(contenu: Mapping[str, Any]) -> tuple[Constat, ...]:
    """Ce que « verifier » dira des numéros de ce créancier ; rien tant qu'il ne se lit pas."""
    try:
        partie = Creancier.model_validate(contenu)
    except ValueError:
        return ()
    return tuple(controler_identifiants("creancier", partie))


def profil_a_remplir(racine: Path) -> Path | None:
    """Le profil posé à côté des dossiers qui n'a pas encore de nom."""
    profil = situer_profil_vide(racine)
    return None if not profil.is_file() or _nom(_lire(profil)) else profil


def citer_profil(profil: Path) -> str:
    """Son chemin, écrit depuis un dossier rangé à côté de creanciers/."""
    return f"../{REPERTOIRE_DES_PROFILS}/{profil.name}"


def situer_profil_vide(racine: Path) -> Path:
    """Où se pose le profil à remplir."""
    return racine / REPERTOIRE_DES_PROFILS / f"{_SANS_NOM}.toml"


def poser_profil_vide(racine: Path) -> Path:
    """Le profil à remplir, posé s'il n'y est pas."""
    profil = situer_profil_vide(racine)
    if not profil.exists():
        _ecrire(profil, _VIDE)
    return profil


def poser_profil(racine: Path, amorce: Amorce) -> tuple[Path, Amorce]:
    """Le profil de l'entreprise que l'amorce nomme, et l'amorce sans elle : le dossier n'aura qu'à le citer.

    Celui qui existe déjà pour ce SIREN, ou à ce nom, sert tel quel. Lève ErreurDossier, ErreurEcriture.
    """
    siennes = tuple(
        replace(e, chemin=e.chemin[1:]) for e in amorce.editions if isinstance(e, Pose) and e.chemin[0] == "creancier"
    )
    reste: tuple[Pose | Ajout, ...] = tuple(
        e for e in amorce.editions if not isinstance(e, Pose) or e.chemin[0] != "creancier"
    )
    dites = {e.chemin[0]: e.valeur for e in siennes if len(e.chemin) == 1}
    profil = _retrouver(racine, str(dites.get("siren", "")), str(dites.get("denomination", "")))
    if profil is None:
        profil = _placer(racine, str(dites.get("denomination", "")))
        _ecrire(profil, modifier(Etat(profil, _VIDE, tomllib.loads(_VIDE)), siennes))
    return profil, replace(amorce, editions=reste)


def _retrouver(racine: Path, siren: str, nom: str) -> Path | None:
    siren = "".join(siren.split())
    for profil in lister_profils(racine):
        connu = siren_du_profil(profil)
        if siren and connu:
            if siren == connu:
                return profil
        elif aplatir_nom(nommer_profil(profil)) == aplatir_nom(nom) or profil.stem == _nommer_fichier(nom):
            return profil
    return None


def _placer(racine: Path, nom: str) -> Path:
    """Un fichier libre à ce nom : deux entreprises peuvent avoir le même."""
    base = _nommer_fichier(nom)
    noms = chain((base,), (f"{base}_{rang}" for rang in count(2)))
    return next(p for n in noms if not (p := racine / REPERTOIRE_DES_PROFILS / f"{n}.toml").exists())


def _nommer_fichier(nom: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", aplatir_nom(nom))[:40].strip("_") or _SANS_NOM


def _nom(donnees: Mapping[str, Any]) -> str:
    return str(donnees.get("denomination") or donnees.get("nom") or "")


def _lire(profil: Path) -> Mapping[str, Any]:
    try:
        donnees = tomllib.loads(profil.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
    createur = donnees.get("creancier", donnees)
    return createur if isinstance(createur, Mapping) else {}


def _ecrire(profil: Path, texte: str) -> None:
    profil.parent.mkdir(parents=True, exist_ok=True)
    ecrire_d_un_geste(profil, texte.encode(), droits_d_un_fichier())

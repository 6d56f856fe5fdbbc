"""Saisir une clé du dossier, une à la fois, sans rien perdre de ce qu'une autre main y a écrit entre-temps."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from generateur.domaine.chemins_de_cle import nommer
from generateur.domaine.parties import NATURES_PHYSIQUES
from generateur.domaine.retouches import Pose
from generateur.domaine.socle import est_vide, lire_jour, lire_nombre
from generateur.erreurs import ErreurDossier, ErreurUsage
from generateur.lecture import retrait_toml
from generateur.lecture.edition_toml import Etat, lire_etat, modifier
from generateur.lecture.socle import trouver_source
from generateur.operations.edition_dossier import ecrire_editions, ecrire_si_inchange, refuser_un_defaut_de_plus
from generateur.operations.formulaire_dossier import Lieu, genre_de, trouver_champ, types_de
from generateur.pieces.emplacement import lister_presents
from generateur.publication.rangement import Copies

_OUI, _NON = frozenset({"oui", "true", "vrai"}), frozenset({"non", "false", "faux"})
_CHIFFRES = 9
_JOUR_FRANCAIS = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")


class ErreurSaisieDouble(ErreurDossier):
    """Le fichier a changé depuis qu'il a été montré : les deux versions sont à comparer."""

    def __init__(self, dans_le_fichier: str, version: str) -> None:
        super().__init__(
            "ce dossier a changé ailleurs depuis que cette page est ouverte : votre saisie n'est pas enregistrée",
            remede="Comparer les deux valeurs, puis garder la vôtre ou reprendre celle du fichier.",
        )
        self.dans_le_fichier, self.version = dans_le_fichier, version


@dataclass(frozen=True)
class Saisi:
    """Ce qui vient d'être écrit, et la version du fichier qui en résulte."""

    lieu: str
    version: str


def lire_version(source: Path) -> tuple[Etat, str]:
    """Le fichier du dossier et l'empreinte de son texte.

    Lève ErreurDossier s'il ne se lit pas, ErreurLecture s'il n'est pas là.
    """
    etat = lire_etat(trouver_source(source))
    return etat, _empreinte(etat.texte)


@dataclass(frozen=True)
class Ouvert:
    """Un dossier tel qu'il est écrit : ses données, leur version, et les fichiers qu'on peut y citer."""

    donnees: Mapping[str, Any]
    version: str
    fichiers: tuple[str, ...]


def ouvrir_dossier(source: Path) -> Ouvert:
    """Ce qu'il faut pour montrer et saisir un dossier, qu'il soit en état ou non. Lève comme `lire_version`."""
    etat, version = lire_version(source)
    return Ouvert(etat.donnees, version, lister_presents(etat.fichier.parent))


def saisir(source: Path, chemin: Lieu, texte: str, *, version: str) -> Saisi:
    """Écrit cette valeur si le fichier est encore dans cette version ; un texte vide retire ce que la clé disait.

    Lève ErreurUsage (clé inconnue, valeur qui n'est pas admise), ErreurSaisieDouble (le fichier a changé),
    ErreurDossier (édition refusée), ErreurLecture (le dossier ne se lit pas), ErreurEcriture.
    """
    champ = _trouver(chemin)
    valeur = lire_valeur(str(chemin[-1]), champ, texte)
    etat = exiger_version(source, version, chemin)
    ecrire_editions(
        etat, [*_renommer(etat, chemin, valeur), Pose(chemin, valeur)], Copies(etat.fichier.parent), meme_illisible=True
    )
    return Saisi(nommer(chemin), lire_version(source)[1])


def _renommer(etat: Etat, chemin: Lieu, valeur: Any) -> list[Pose]:
    """Une partie dont la nature se dit se nomme par la clé de cette nature : un particulier importé garde son nom."""
    if chemin[-1] != "nature" or chemin[0] not in {"creancier", "debiteurs"} or not valeur:
        return []
    voulue, autre = ("nom", "denomination") if valeur in NATURES_PHYSIQUES else ("denomination", "nom")
    la = chemin[:-1]
    connu = _lire_au_fichier(etat, (*la, autre))
    return [Pose((*la, voulue), connu)] if connu and not _lire_au_fichier(etat, (*la, voulue)) else []


def lire_version_du_profil(profil: Path) -> tuple[Etat, str]:
    """Le fichier d'un créancier partagé et l'empreinte de son texte. Lève ErreurDossier s'il ne se lit pas."""
    etat = lire_etat(profil)
    return etat, _empreinte(etat.texte)


def saisir_au_profil(profil: Path, chemin: Lieu, texte: str, *, version: str) -> Saisi:
    """Écrit une clé d'un profil de créancier ; `chemin` commence par « creancier ». Lève comme `saisir`."""
    if chemin[:1] != ("creancier",):
        raise ErreurUsage("cette clé n'est pas de celles d'un créancier", lieu=nommer(chemin))
    champ = _trouver(chemin)
    valeur = lire_valeur(str(chemin[-1]), champ, texte)
    etat, presente = lire_version_du_profil(profil)
    la = chemin if "creancier" in etat.donnees else chemin[1:]
    if presente != version:
        raise ErreurSaisieDouble(_lire_au_fichier(etat, la), presente)
    ecrire_si_inchange(etat, modifier(etat, [Pose(la, valeur)]))
    return Saisi(nommer(chemin), lire_version_du_profil(profil)[1])


def retirer_bloc(source: Path, section: str, rang: int, *, version: str) -> Saisi:
    """Retire un bloc [[section]] entier (rang à partir de 0). Lève comme `saisir`."""
    etat = exiger_version(source, version, (section, rang))
    texte = retrait_toml.retirer_bloc(etat, section, rang)
    refuser_un_defaut_de_plus(etat.fichier, texte)
    ecrire_si_inchange(etat, texte)
    return Saisi(f"{section}[{rang + 1}]", lire_version(source)[1])


def _trouver(chemin: Lieu) -> FieldInfo:
    try:
        return trouver_champ(chemin)
    except (KeyError, IndexError) as erreur:
        raise ErreurUsage("cette clé n'est pas de celles d'un dossier", lieu=nommer(chemin)) from erreur


def valider_textes(section: Lieu, textes: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Les valeurs à écrire dans cette section, et la phrase qui refuse chacune des autres, par clé."""
    valeurs: dict[str, Any] = {}
    refus: dict[str, str] = {}
    for cle, texte in textes.items():
        try:
            valeurs[cle] = lire_valeur(cle, _trouver((*section, cle)), texte)
        except ErreurUsage as erreur:
            refus[cle] = erreur.message
    return valeurs, refus


def lire_valeur(cle: str, champ: FieldInfo, texte: str) -> Any:
    """La valeur à écrire au fichier pour ce texte. Lève ErreurUsage avec la phrase qui dit ce qui ne va pas."""
    brut = texte.strip()
    if est_vide(brut):
        return ""
    genre = genre_de(cle, champ)
    try:
        valeur = _convertir(genre, brut, champ)
        TypeAdapter(champ.rebuild_annotation()).validate_python(valeur)
    except ValidationError as erreur:
        details = erreur.errors()[0]
        cause = details.get("ctx", {}).get("error")
        raise ErreurUsage(str(cause) if cause else f"« {brut} » n'est pas admis ici", lieu=cle) from erreur
    except ValueError as erreur:
        raise ErreurUsage(str(erreur), lieu=cle) from erreur
    return valeur


def _convertir(genre: str, brut: str, champ: FieldInfo) -> Any:
    """Du texte saisi à ce que le fichier porte : une date en date, un nombre sans espaces, oui et non en booléens."""
    if genre in {"ouinon", "precise"} and brut.casefold() in _OUI | _NON:
        return brut.casefold() in _OUI
    if genre == "ouinon":
        raise ValueError(f"« {brut} » : répondre oui ou non")
    if dt.date in types_de(champ):
        return _lire_date(brut)
    if int in types_de(champ) and brut.isdecimal() and len(brut) <= _CHIFFRES:
        return int(brut)
    if genre == "liste":
        return [element.strip() for element in brut.split(";") if element.strip()]
    return f"{lire_nombre(brut):f}" if genre == "nombre" else brut


def _lire_date(brut: str) -> dt.date:
    """AAAA-MM-JJ, ou 31/05/2026 comme on l'écrit à la main."""
    if trouve := _JOUR_FRANCAIS.fullmatch(brut):
        jour, mois, annee = trouve.groups()
        brut = f"{annee}-{int(mois):02d}-{int(jour):02d}"
    return lire_jour(brut)


def exiger_version(source: Path, version: str, chemin: Lieu) -> Etat:
    """Le fichier, s'il est encore dans cette version. Lève ErreurSaisieDouble, et ce que `chemin` y vaut."""
    etat, presente = lire_version(source)
    if presente != version:
        raise ErreurSaisieDouble(_lire_au_fichier(etat, chemin), presente)
    return etat


def _lire_au_fichier(etat: Etat, chemin: Lieu) -> str:
    valeur: Any = etat.donnees
    for pas in chemin:
        try:
            valeur = valeur[pas]
        except (KeyError, IndexError, TypeError):
            return ""
    return str(valeur)


def _empreinte(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()

"""Un dossier d'un magasin, amené dans un répertoire privé de cette machine : entier, ou son seul dossier.toml."""

import posixpath
import tomllib
from pathlib import Path

from generateur.erreurs import ErreurIntrouvable, ErreurLecture
from generateur.lecture.socle import lire_reference
from generateur.publication.distante import FICHIERS_AU_PLUS, rapatrier
from generateur.publication.magasin import Adresse, Magasin, est_cle_sure

SOURCE = "dossier.toml"
_TEXTE_AU_PLUS = 16 * 1024**2
_PROFIL_AU_PLUS = 1024**2


def amener_dossier(depuis: Adresse, ou: Path) -> Path:
    """Le dossier et le profil de créancier qu'il cite, à leur place l'un par rapport à l'autre. Lève ErreurLecture."""
    magasin = Magasin(depuis.parente)
    ici = ou / depuis.nom
    ici.mkdir(mode=0o700, parents=True)
    rapatrier(magasin, depuis.nom, magasin.lister(depuis.nom, au_plus=FICHIERS_AU_PLUS), ici)
    _amener_profil(magasin, depuis.nom, ou)
    if not porte_sa_reference(depuis, lire_reference(ici)):
        raise ErreurLecture(
            f"dans un magasin, le répertoire d'un dossier porte sa référence : « {lire_reference(ici)} » est dans "
            f"« {depuis.nom} »",
            lieu=str(depuis),
            remede="Renommer le répertoire ; si c'est une copie, lui donner sa propre référence.",
        )
    return ici


def amener_texte(magasin: Magasin, nom: str, ou: Path) -> tuple[Path, str]:
    """Le dossier.toml et le profil qu'il cite, sans les pièces ; et la version qu'on en a lue. Lève ErreurLecture."""
    lu = magasin.lire(f"{nom}/{SOURCE}", au_plus=_TEXTE_AU_PLUS)
    if lu is None:
        raise ErreurIntrouvable(f"aucun fichier {SOURCE} à cette adresse", lieu=str(magasin.adresse / nom))
    ici = ou / nom
    ici.mkdir(mode=0o700, parents=True)
    (ici / SOURCE).write_bytes(lu[0])
    _amener_profil(magasin, nom, ou)
    return ici, lu[1]


def porte_sa_reference(depuis: Adresse, reference: str) -> bool:
    """Faux si le dossier qui est à cette adresse en porte une autre : deux se la disputeraient."""
    return not reference or reference.casefold() == depuis.nom.casefold()


def _amener_profil(magasin: Magasin, nom: str, ou: Path) -> None:
    profil = _citer_profil(ou / nom / SOURCE, nom)
    if profil and (lu := magasin.lire(profil, au_plus=_PROFIL_AU_PLUS)):
        (ou / profil).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (ou / profil).write_bytes(lu[0])


def _citer_profil(source: Path, nom: str) -> str:
    """La clé du profil voisin que cite le dossier ; vide s'il n'en cite pas, ou ailleurs qu'à côté (on le lui dira)."""
    try:
        cite = tomllib.loads(source.read_bytes().decode("utf-8-sig")).get("creancier")
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(cite, str):
        return ""
    cle = posixpath.normpath(posixpath.join(nom, cite.replace("\\", "/")))
    return cle if est_cle_sure(cle) and not cle.startswith(f"{nom}/") else ""

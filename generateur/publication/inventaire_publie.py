"""Ce que le programme a écrit dans un répertoire publié : de quoi reconnaître ce qui est à une personne.

L'inventaire d'une liasse est son manifeste ; toute autre publication (des lettres, une suite) porte le sien, caché. Ce
qui n'y est pas, ou n'a plus les mêmes octets, vient de quelqu'un (une note, un acte retouché dans Word) : la version
suivante le garde à part.
"""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE, NOM_MESSAGES
from generateur.erreurs import ErreurLecture
from generateur.publication.manifeste import ManifesteAnnonce, est_intact, lire_annonce, lire_contenu
from generateur.surveillance.ordinaire import lire_ordinaire

NOM_INVENTAIRE = ".inventaire.json"
NOM_GARDES = "gardes_a_part"  # ce qu'une personne a mis ou changé dans la version d'avant
SUIVIS = frozenset({NOM_MESSAGES, NOM_GARDES, "communiquees"})  # suivent la nouvelle version, à leur place
_VERSION = 1


def dresser_inventaire(publie: Path) -> None:
    """Écrit l'inventaire de ce qui va être publié, sauf si un manifeste le dit déjà."""
    if (publie / NOM_MANIFESTE).exists():
        return
    sommes = {chemin: _resumer(fichier) for chemin, fichier in _lister(publie)}
    contenu = {"version": _VERSION, "fichiers": dict(sorted(sommes.items()))}
    (publie / NOM_INVENTAIRE).write_text(json.dumps(contenu, ensure_ascii=False, indent=1), encoding="utf-8")


def est_entier(publie: Path) -> bool:
    """Vrai si chaque fichier de son inventaire est là, avec ses octets ; faux si rien ne dit ses fichiers."""
    return lister_manquants(publie) == []


def lister_manquants(publie: Path) -> list[str] | None:
    """Les fichiers de son inventaire qui n'y sont plus, ou ont changé ; None si rien ne dit ses fichiers."""
    connus = connaitre_fichiers(publie)
    if connus is None:
        return None
    return [chemin for chemin, somme in connus.items() if not _a_pour_somme(publie / chemin, somme)]


def connaitre_fichiers(publie: Path) -> Mapping[str, str] | None:
    """Par chemin, l'empreinte des fichiers que le programme y a mis ; None si rien ne dit qu'il en vient.

    Un manifeste retouché compte pour un fichier changé : son empreinte annoncée n'est plus la sienne.
    """
    fichier = publie / NOM_MANIFESTE
    if not fichier.exists():
        return _lire_inventaire(publie)
    try:
        octets = lire_ordinaire(fichier)
        annonce = lire_annonce(octets, str(fichier))
    except (OSError, ErreurLecture):
        return None
    lui_meme = "" if est_intact(lire_contenu(octets)) is False else hashlib.sha256(octets).hexdigest()
    return {NOM_MANIFESTE: lui_meme, **_fichiers_du_manifeste(annonce)}


def est_de(publie: Path, reference: str) -> bool:
    """Vrai si ce répertoire vient du programme, pour cette référence ou l'une de ses suites."""
    if not (publie / NOM_MANIFESTE).exists():
        return _lire_inventaire(publie) is not None
    try:
        annonce = lire_annonce(lire_ordinaire(publie / NOM_MANIFESTE), str(publie))
    except (OSError, ErreurLecture):
        return False
    annoncee = annonce.reference.casefold() if isinstance(annonce.reference, str) else ""
    nom = reference.casefold()
    return bool(annoncee) and (nom == annoncee or nom.startswith(f"{annoncee}_suite_"))


def lister_inconnus(publie: Path, annonce: ManifesteAnnonce) -> list[str]:
    """Les fichiers d'un répertoire publié que son manifeste n'annonce pas, hors de ce qui le suit."""
    sources = (piece.source for piece in annonce.pieces)  # comparées avec leur pièce
    connus = {NOM_MANIFESTE, *_fichiers_du_manifeste(annonce), *sources}
    return [chemin for chemin, _ in _lister(publie) if chemin not in connus]


def _fichiers_du_manifeste(annonce: ManifesteAnnonce) -> dict[str, str]:
    """Ce qu'un manifeste annonce, hors de lui-même."""
    produits = [annonce.liasse, *annonce.volumes, *annonce.autres, *annonce.pieces]
    actes = (f for acte in annonce.actes for f in (acte.docx, acte.pdf))
    return {p.fichier: p.sha256 for p in (*produits, *actes)}


def garder_a_part(publie: Path, preparation: Path) -> tuple[str, ...]:
    """Met dans ce qui va être publié ce qui suit, et ce qu'une personne a mis ou changé ; rend ce qui est gardé à part.

    Un lien reste un lien, et n'est pas suivi. Lève OSError si le disque refuse : rien n'a alors été publié.
    """
    for nom in SUIVIS:
        if (publie / nom).is_dir() and not (publie / nom).is_symlink() and not (preparation / nom).exists():
            shutil.copytree(publie / nom, preparation / nom, symlinks=True)
    connus = connaitre_fichiers(publie) or {}  # un manifeste perdu ne dit plus rien : tout ce qui diffère est gardé
    gardes = []
    for chemin, fichier in _lister(publie):
        if chemin in connus and _a_pour_somme(fichier, connus[chemin]):
            continue
        if _est_le_meme(fichier, preparation / chemin):
            continue
        cible = _trouver_place(preparation / NOM_GARDES / chemin, fichier)
        if cible is not None:
            cible.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(fichier, cible, follow_symlinks=False)
            gardes.append(cible.relative_to(preparation).as_posix())
    return tuple(gardes)


def _trouver_place(voulue: Path, source: Path) -> Path | None:
    """Un nom libre à cet endroit ; None si ce contenu y est déjà gardé."""
    rang, cible = 1, voulue
    while cible.exists() or cible.is_symlink():
        if _est_le_meme(source, cible):
            return None
        rang += 1
        cible = voulue.with_name(f"{voulue.stem}_{rang}{voulue.suffix}")
    return cible


def _lister(publie: Path) -> Iterator[tuple[str, Path]]:
    """Les fichiers et les liens d'un répertoire publié, hors inventaire et hors ce qui suit, par chemin relatif."""
    for fichier in sorted(publie.rglob("*")):
        relatif = fichier.relative_to(publie)
        if relatif.parts[0] in SUIVIS or relatif == Path(NOM_INVENTAIRE):
            continue
        if fichier.is_symlink() or fichier.is_file():
            yield relatif.as_posix(), fichier


def _lire_inventaire(publie: Path) -> dict[str, str] | None:
    try:
        lu = json.loads(lire_ordinaire(publie / NOM_INVENTAIRE))
        fichiers = lu["fichiers"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(fichiers, dict) or not all(_est_sur(c) and isinstance(s, str) for c, s in fichiers.items()):
        return None
    return fichiers


def _est_sur(chemin: object) -> bool:
    return isinstance(chemin, str) and bool(chemin) and ".." not in PurePosixPath(chemin).parts and chemin[0] != "/"


def _a_pour_somme(fichier: Path, somme: str) -> bool:
    with contextlib.suppress(OSError):
        return fichier.is_file() and not fichier.is_symlink() and _resumer(fichier) == somme
    return False


def _est_le_meme(un: Path, autre: Path) -> bool:
    if un.is_symlink() or autre.is_symlink():
        return un.is_symlink() and autre.is_symlink() and un.readlink() == autre.readlink()
    with contextlib.suppress(OSError):
        return autre.is_file() and un.stat().st_size == autre.stat().st_size and _resumer(un) == _resumer(autre)
    return False


def _resumer(fichier: Path) -> str:
    if fichier.is_symlink():
        return f"lien:{fichier.readlink()}"
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()

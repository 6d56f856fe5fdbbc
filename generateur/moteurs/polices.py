"""Les polices du programme : Source Serif Pro et Source Sans Pro (OFL), et elles seules sous Linux.

Un fontconfig privé ne montre au moteur que ces huit fichiers : les mêmes pages sur toute machine Linux. Les
graisses intermédiaires en sont exclues : le moteur embarqué les confond avec le texte courant dès qu'un signe
manque à l'une. L'espace fine insécable (U+202F), absente de Source Serif Pro, vient de Source Sans Pro.

Un document étranger (une pièce en Calibri) ou qui emploie des signes que nos polices n'ont pas (hébreu, arabe,
émoji) voit aussi les polices du système : mieux vaut une page lisible qu'une page vide partout pareille.
"""

import hashlib
import importlib.util
import re
import sys
import tempfile
import zipfile
import zlib
from functools import lru_cache
from html import escape
from pathlib import Path

from generateur.erreurs import ErreurOutilAbsent
from generateur.surveillance.prive import dossier_de_cache

_FAMILLES = (("font_source_serif_pro", "SourceSerifPro"), ("font_source_sans_pro", "SourceSansPro"))
_GRAISSES = ("Regular", "It", "Bold", "BoldIt")
_NOMS_FOURNIS = frozenset({"Source Serif Pro", "Source Sans Pro"})
_DOSSIERS_SYSTEME = ("/usr/share/fonts", "/usr/local/share/fonts")
_PARTIE = re.compile(r"word/(document|styles|charte_|header|footer|footnotes|theme/)[^/]*.*\.xml$")
_OCTETS_RELUS = 64 * 1024 * 1024  # un acte en a cent fois moins ; une pièce plus grosse voit toutes les polices
_POLICE_NOMMEE = re.compile(r'(?:w:(?:ascii|hAnsi)|a:latin typeface)="([^"]+)"')
_RARES = re.compile("[^\x00-\u017f\u2010-\u2027\u202f-\u203a\u20ac]")  # hors du français courant
_MODELE = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{dossiers}
<cachedir>{cache}</cachedir>
<selectfont><rejectfont>{ecartes}</rejectfont><acceptfont>{admis}</acceptfont></selectfont>
<alias binding="same"><family>serif</family><prefer><family>Source Serif Pro</family></prefer></alias>
<alias binding="same"><family>sans-serif</family><prefer><family>Source Sans Pro</family></prefer></alias>
<match target="pattern"><edit name="family" mode="append_last"><string>Source Sans Pro</string></edit></match>
</fontconfig>
"""


def polices_maitrisees() -> bool:
    """Vrai là où le moteur ne voit que nos polices ; ailleurs il emploie aussi celles du système."""
    return sys.platform.startswith("linux")


@lru_cache(maxsize=1)
def fichiers_polices() -> tuple[Path, ...]:
    """Les huit fichiers TrueType fournis ; lève ErreurOutilAbsent si leur paquet n'est pas installé."""
    fichiers = []
    for paquet, prefixe in _FAMILLES:
        trouve = importlib.util.find_spec(paquet)
        dossier = Path(trouve.origin).parent / "files" if trouve is not None and trouve.origin else Path(paquet)
        fichiers += [dossier / f"{prefixe}-{graisse}.ttf" for graisse in _GRAISSES]
    absents = [fichier.name for fichier in fichiers if not fichier.is_file()]
    if absents:
        raise ErreurOutilAbsent(
            f"Les polices du programme manquent : {', '.join(absents)}.",
            remede="Réinstaller le programme : font-source-serif-pro et font-source-sans-pro en font partie.",
        )
    return tuple(fichiers)


@lru_cache(maxsize=1)
def empreinte_polices() -> str:
    """L'empreinte des polices que le moteur voit, ou « système » là où elles ne sont pas maîtrisées."""
    if not polices_maitrisees():
        return "système"
    somme = hashlib.sha256()
    for fichier in fichiers_polices():
        somme.update(fichier.read_bytes())
    return somme.hexdigest()[:16]


def environnement_des_polices(dossier: Path, *, avec_systeme: bool = False) -> dict[str, str]:
    """Les variables à donner au moteur ; écrit le fontconfig privé dans ce dossier. Vide hors de Linux."""
    if not polices_maitrisees():
        return {}
    fichiers = fichiers_polices()
    notres = sorted({str(fichier.parent) for fichier in fichiers})
    systeme = [str(dossier) for dossier in _dossiers_systeme()] if avec_systeme else []
    chemin = dossier / ("fonts_systeme.conf" if avec_systeme else "fonts.conf")
    chemin.write_text(
        _MODELE.format(
            dossiers="\n".join(f"<dir>{escape(nom, quote=False)}</dir>" for nom in (*notres, *systeme)),
            cache=escape(str(_cache_des_polices(dossier)), quote=False),
            ecartes="".join(f"<glob>{escape(nom, quote=False)}/*</glob>" for nom in notres),
            admis="".join(f"<glob>{escape(str(fichier), quote=False)}</glob>" for fichier in fichiers),
        ),
        encoding="utf-8",
    )
    if avec_systeme:
        return {"FONTCONFIG_FILE": str(chemin)}
    return {"FONTCONFIG_FILE": str(chemin), "FONTCONFIG_SYSROOT": str(_enraciner(dossier, chemin, notres))}


def _enraciner(dossier: Path, reglage: Path, polices: list[str]) -> Path:
    """Une racine où fontconfig ne voit que le réglage, nos polices et son index, sous leurs chemins ordinaires.

    Sans elle, il relit à chaque document les réglages que le système livre, un cinquième du temps d'un acte.
    """
    racine = dossier / "racine"
    for vise in (reglage, *map(Path, polices), _cache_des_polices(dossier)):
        lien = racine / vise.absolute().relative_to(vise.absolute().anchor)
        lien.parent.mkdir(parents=True, exist_ok=True)
        if not lien.is_symlink():
            lien.symlink_to(vise.absolute())
    return racine


def etat_du_systeme() -> str:
    """Ce qui change quand une police est ajoutée à la machine ou retirée ; ne quitte jamais la machine."""
    dossiers = [
        dossier for racine in _dossiers_systeme() for dossier in (racine, *racine.glob("*"), *racine.glob("*/*"))
    ]
    return "".join(f"{dossier}{dossier.stat().st_mtime_ns}" for dossier in sorted(dossiers) if dossier.is_dir())


def _dossiers_systeme() -> list[Path]:
    return [*map(Path, _DOSSIERS_SYSTEME), Path.home() / ".local/share/fonts"]


def demande_les_polices_du_systeme(document: Path) -> bool:
    """Vrai si le document nomme d'autres polices que les nôtres, ou emploie un signe qu'elles n'ont pas."""
    if document.suffix.lower() != ".docx":
        return True
    try:
        with zipfile.ZipFile(document) as archive:
            fiches = [fiche for fiche in archive.infolist() if _PARTIE.match(fiche.filename)]
            if sum(fiche.file_size for fiche in fiches) > _OCTETS_RELUS:  # la lecture s'arrête à la taille annoncée
                return True
            parties = [archive.read(fiche).decode("utf-8", "replace") for fiche in fiches]
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return True  # le moteur dira ce qu'il en pense
    texte = "".join(parties)
    return not _NOMS_FOURNIS.issuperset(_POLICE_NOMMEE.findall(texte)) or bool(signes_absents(texte))


def signes_absents(texte: str) -> str:
    """Les signes d'un texte que nos polices n'ont pas, une fois chacun, dans l'ordre."""
    rares = dict.fromkeys(_RARES.findall(texte))
    return "".join(signe for signe in rares if ord(signe) not in _couverture()) if rares else ""


@lru_cache(maxsize=1)
def _couverture() -> frozenset[int]:
    """Les codes que les polices droites portent, lus dans leur table cmap."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (lourd : chargé au premier signe rare)

    codes: set[int] = set()
    for fichier in fichiers_polices():
        if fichier.stem.endswith("Regular"):
            with TTFont(fichier, lazy=True) as police:
                codes.update(police.getBestCmap())
    return frozenset(codes)


def _cache_des_polices(repli: Path) -> Path:
    """Un dossier inscriptible pour l'index des polices : celui de l'utilisateur, sinon celui du travail."""
    voulu = dossier_de_cache() / "polices"
    try:
        voulu.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=voulu):
            return voulu
    except OSError:
        return repli

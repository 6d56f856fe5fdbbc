"""La police des tampons et des folios : Source Sans, incorporée une seule fois par document.

La police est réduite aux caractères de l'encodage WinAnsi : 12 Ko compressés, aucune police à installer,
et le même fichier à l'octet sur toutes les machines (aucune date recalculée, aucun indice de rendu).
"""

import base64
import contextlib
import hashlib
import io
import json
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from generateur.surveillance.bibliotheques import version_installee
from generateur.surveillance.prive import dossier_de_cache, lire_prive, ouvrir_prive

ENCODAGE = "cp1252"  # le nom Python de WinAnsiEncoding
PREMIER, DERNIER = 32, 255
DRAPEAU_NON_SYMBOLIQUE = 32
EPAISSEUR_FUT = 100  # StemV : indicatif, la police est incorporée
NOM = "GENLIA+SourceSansPro-Semibold"  # six majuscules : la marque d'un sous-ensemble


@dataclass(frozen=True)
class Police:
    """Le sous-ensemble TrueType et ses mesures, en millièmes de cadratin."""

    octets: bytes
    largeurs: Mapping[int, int]
    boite: tuple[int, int, int, int]
    montante: int
    descendante: int
    capitale: int

    def mesurer(self, texte: str, corps: float) -> float:
        """Longueur du texte en points, au corps donné."""
        return sum(self.largeurs[octet] for octet in coder(texte)) * corps / 1000

    def abreger(self, texte: str, corps: float, largeur: float) -> str:
        """Le texte, raccourci de « … » s'il dépasse la largeur (en points)."""
        if self.mesurer(texte, corps) <= largeur:
            return texte
        while texte and self.mesurer(texte + "…", corps) > largeur:
            texte = texte[:-1]
        return texte.rstrip() + "…"


def coder(texte: str) -> bytes:
    """Octets WinAnsi ; un caractère hors de cet alphabet perd ses accents, ou devient « ? »."""
    try:  # le cas de presque toutes les marques : rien à remplacer
        return texte.encode(ENCODAGE)
    except UnicodeEncodeError:
        pass
    simple = "".join(signe if signe.isprintable() else " " for signe in unicodedata.normalize("NFC", texte))
    morceaux = []
    for signe in simple:
        try:
            morceaux.append(signe.encode(ENCODAGE))
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFKD", signe).encode("ascii", "ignore")
            morceaux.append(base or b"?")
    return b"".join(morceaux)


def ecrire_chaine(texte: str) -> bytes:
    """Chaîne PDF hexadécimale, prête pour Tj."""
    return b"<" + coder(texte).hex().encode("ascii") + b">"


@cache
def charger_police() -> Police:
    """La police réduite : relue dans le cache de l'utilisateur, sinon refaite et gardée.

    La clé du cache est l'empreinte de la police et la version de fontTools : même clé, mêmes octets.
    """
    source = files("font_source_sans_pro").joinpath("files", "SourceSansPro-Semibold.ttf").read_bytes()
    cle = hashlib.sha256(source + f"fonttools {version_installee('fonttools')} {ENCODAGE}".encode()).hexdigest()
    garde = dossier_de_cache() / "tampons" / f"{cle[:32]}.json"
    return _relire(garde) or _garder(_reduire(source), garde)


def _relire(garde: Path) -> Police | None:
    """La police gardée, ou None si elle manque ou a été abîmée."""
    try:
        contenu = json.loads(lire_prive(garde) or b"")
        octets = base64.b64decode(contenu["octets"])
        if hashlib.sha256(octets).hexdigest() != contenu["sha256"]:
            return None
        mesures = contenu["mesures"]
        return Police(
            octets=octets,
            largeurs={int(code): largeur for code, largeur in mesures.pop("largeurs").items()},
            boite=tuple(mesures.pop("boite")),
            **mesures,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _garder(police: Police, garde: Path) -> Police:
    """Garde la police pour les prochains processus ; un cache interdit ou plein ne gêne pas."""
    mesures = asdict(police)
    octets = mesures.pop("octets")
    contenu = {
        "octets": base64.b64encode(octets).decode(),
        "sha256": hashlib.sha256(octets).hexdigest(),
        "mesures": mesures,
    }
    with contextlib.suppress(OSError):
        if not ouvrir_prive(garde.parent):
            return police
        with tempfile.NamedTemporaryFile("w", dir=garde.parent, suffix=".provisoire", delete=False) as fichier:
            json.dump(contenu, fichier)
        Path(fichier.name).replace(garde)
    return police


def _reduire(source: bytes) -> Police:
    """Réduit la police du paquet à WinAnsi."""
    # fontTools pèse un dixième de seconde : chargé seulement quand la police n'est pas déjà gardée
    from fontTools import subset  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    signes = {code: ord(bytes([code]).decode(ENCODAGE, "replace")) for code in range(PREMIER, DERNIER + 1)}
    reglages = subset.Options()
    reglages.layout_features = []
    reglages.hinting = False
    reglages.notdef_outline = True
    reglages.drop_tables += ["BASE", "gasp"]
    with TTFont(io.BytesIO(source), lazy=True, recalcTimestamp=False) as police:
        tailleur = subset.Subsetter(reglages)
        tailleur.populate(unicodes=sorted(set(signes.values())))
        tailleur.subset(police)
        echelle = 1000 / police["head"].unitsPerEm
        glyphes, avances = police.getBestCmap(), police["hmtx"]
        tete, os2 = police["head"], police["OS/2"]
        mesures = Police(
            octets=b"",
            largeurs={
                code: round(avances[glyphes.get(signe, ".notdef")][0] * echelle) for code, signe in signes.items()
            },
            boite=(
                round(tete.xMin * echelle),
                round(tete.yMin * echelle),
                round(tete.xMax * echelle),
                round(tete.yMax * echelle),
            ),
            montante=round(os2.sTypoAscender * echelle),
            descendante=round(os2.sTypoDescender * echelle),
            capitale=round(os2.sCapHeight * echelle),
        )
        tampon = io.BytesIO()
        police.save(tampon)
    return replace(mesures, octets=tampon.getvalue())


def incorporer(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Ajoute la police au document et rend l'objet à citer dans les ressources."""
    police = charger_police()
    fichier = pikepdf.Stream(pdf, police.octets)
    fichier[Name.Length1] = len(police.octets)
    descripteur = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + NOM),
        Flags=DRAPEAU_NON_SYMBOLIQUE,
        FontBBox=Array(list(police.boite)),
        ItalicAngle=0,
        Ascent=police.montante,
        Descent=police.descendante,
        CapHeight=police.capitale,
        StemV=EPAISSEUR_FUT,
        FontFile2=fichier,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name("/" + NOM),
            Encoding=Name.WinAnsiEncoding,
            FirstChar=PREMIER,
            LastChar=DERNIER,
            Widths=Array([police.largeurs[code] for code in range(PREMIER, DERNIER + 1)]),
            FontDescriptor=pdf.make_indirect(descripteur),
        )
    )

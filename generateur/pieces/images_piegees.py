"""Les images d'un PDF qui annoncent peu de points et en font décoder des milliards : refusées avant tout rendu.

S'exécute dans l'enfant de l'atelier. JBIG2 et JPEG 2000 portent leurs propres dimensions, que celles de l'image ne
bornent pas : une page de mille octets peut occuper un lecteur des heures. Seuls les en-têtes sont lus.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from generateur.domaine.langue import INSECABLE
from generateur.erreurs import ErreurPiece

_MILLION = 1_000_000
_POINTS_DECODES = 600 * _MILLION  # une feuille A0 à 600 points par pouce
_POINTS_ORDINAIRES = 80 * _MILLION  # en deçà, décoder plus que l'image ne montre ne coûte rien
_DEBORDEMENT = 4  # une image bien faite ne décode pas quatre fois ce qu'elle montre
_REGIONS = frozenset({4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43})
_PAGE_SUR_QUATRE_OCTETS = 0x40
_SEGMENTS_LUS = 100_000
_DEBUT_DE_CODE = b"\xff\x4f\xff\x51"  # SOC puis SIZ : le début d'un flux JPEG 2000
_SANS_LONGUEUR = 0xFFFFFFFF
_CODAGES_D_IMAGE = frozenset({"/JBIG2Decode", "/JPXDecode", "/DCTDecode", "/CCITTFaxDecode"})
_REMEDE = "Demandez un autre exemplaire du document, ou numérisez-le de nouveau."


def refuser_images_piegees(pdf: pikepdf.Pdf) -> None:
    """Lève ErreurPiece si une image ferait décoder beaucoup plus de points qu'elle n'en montre."""
    for objet in pdf.objects:
        if not isinstance(objet, Stream) or objet.get(Name.Subtype) != Name.Image:
            continue
        montres = _lire_entier(objet.get(Name.Width)) * _lire_entier(objet.get(Name.Height))
        decodes = _compter_points(objet)
        if decodes > _POINTS_DECODES or decodes > max(_POINTS_ORDINAIRES, _DEBORDEMENT * montres):
            raise ErreurPiece(
                f"Une image de ce PDF fait décoder {decodes // _MILLION}{INSECABLE}millions de points pour en montrer "
                f"{max(1, montres // _MILLION)} : elle bloquerait le lecteur PDF de qui l'ouvre.",
                remede=_REMEDE,
            )


def refuser_codage_d_image(flux: Stream, page: int) -> None:
    """Lève ErreurPiece si le dessin d'une page est rangé comme une image : décodé, il n'aurait pas de fin."""
    images = [codage for codage in _lister_codages(flux) if codage in _CODAGES_D_IMAGE]
    if images:
        raise ErreurPiece(
            f"La page {page} de ce PDF range son dessin sous un codage d'image ({images[0].removeprefix('/')}), ce "
            "qu'aucun logiciel ordinaire n'écrit : elle bloquerait le lecteur PDF de qui l'ouvre.",
            remede=_REMEDE,
        )


def _lister_codages(flux: Stream) -> list[str]:
    filtre: Any = flux.get(Name.Filter)
    return [str(nom) for nom in (filtre if isinstance(filtre, Array) else [filtre])]


def _compter_points(image: Stream) -> int:
    """Les points que son codage fera décoder ; 0 pour un codage que ses dimensions bornent."""
    codages = _lister_codages(image)
    if not codages or codages[-1] not in {"/JBIG2Decode", "/JPXDecode"}:
        return 0
    try:
        octets = image.read_raw_bytes() if len(codages) == 1 else _decoder_sauf_le_dernier(image)
        if codages[-1] == "/JPXDecode":
            return _lire_taille_jpeg2000(octets)
        communs = _lire_communs(image)
        return sum(_peser_segments(communs)) + sum(_peser_segments(octets))
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        return 0  # ce qui ne se lit pas ne se décodera pas non plus


def _decoder_sauf_le_dernier(image: Stream) -> bytes:
    """Les données d'une image codée deux fois (compression ordinaire, puis image), sans la première."""
    with pikepdf.new() as brouillon:
        copie = Stream(brouillon, image.read_raw_bytes())
        copie[Name.Filter] = Array([Name(codage) for codage in _lister_codages(image)[:-1]])
        return copie.read_bytes()


def _lire_communs(image: Stream) -> bytes:
    """Les segments communs à plusieurs images, rangés à part."""
    reglages: Any = image.get(Name.DecodeParms)
    for reglage in reglages if isinstance(reglages, Array) else [reglages]:
        if isinstance(reglage, Dictionary) and isinstance(reglage.get("/JBIG2Globals"), Stream):
            return bytes(reglage["/JBIG2Globals"].read_bytes())
    return b""


def _peser_segments(octets: bytes) -> Iterator[int]:
    """Les points de chaque région d'un flux JBIG2 (ISO 14492, 7.2)."""
    place = 0
    for _ in range(_SEGMENTS_LUS):
        if place + 11 > len(octets):
            return
        numero, drapeaux = int.from_bytes(octets[place : place + 4]), octets[place + 4]
        place += 5
        renvois = octets[place] >> 5
        if renvois == 7:  # noqa: PLR2004 (la forme longue : le nombre tient sur vingt-neuf bits)
            renvois = int.from_bytes(octets[place : place + 4]) & 0x1FFFFFFF
            place += 4 + (renvois + 8) // 8
        else:
            place += 1
        place += renvois * (1 if numero <= 256 else 2 if numero <= 65_536 else 4)  # noqa: PLR2004 (ISO 14492, 7.2.5)
        place += 4 if drapeaux & _PAGE_SUR_QUATRE_OCTETS else 1
        longueur = int.from_bytes(octets[place : place + 4])
        place += 4
        if drapeaux & 0x3F in _REGIONS:
            yield int.from_bytes(octets[place : place + 4]) * int.from_bytes(octets[place + 4 : place + 8])
        if longueur == _SANS_LONGUEUR:
            return
        place += longueur


def _lire_taille_jpeg2000(octets: bytes) -> int:
    """Largeur par hauteur du flux JPEG 2000 (ISO 15444-1, A.5.1)."""
    debut = octets.find(_DEBUT_DE_CODE)
    if debut < 0:
        return 0
    largeur, hauteur, gauche, haut = (
        int.from_bytes(octets[place : place + 4]) for place in range(debut + 8, debut + 24, 4)
    )
    return max(0, largeur - gauche) * max(0, hauteur - haut)


def _lire_entier(valeur: Any) -> int:
    try:
        return int(valeur)
    except (TypeError, ValueError):
        return 0

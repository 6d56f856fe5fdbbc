"""Les pièces en texte brut (.txt, .csv) et les pages Web enregistrées : lues, puis composées en PDF."""

import codecs
import contextlib
import re
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurPiece
from generateur.pieces.html_en_texte import extraire_texte
from generateur.pieces.mise_en_page import Bloc, composer

_MARQUES = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SANS_EURO = frozenset({"ascii", "iso8859-1"})  # dits par bien des logiciels qui écrivent autre chose
TEXTE_LU = 50_000
_ASSEZ_LONG = 400  # en deçà, une clé ou une signature collée dans un message reste un texte
_LIGNE_CODEE = re.compile(r"[A-Za-z0-9+/_-]{56,}={0,2}")
_COMMANDES = re.compile("[\\x00-\\x08\\x0e-\\x1a\\x1c-\\x1f\\x7f\ufffd]+")
_POIDS_D_UNE_COMMANDE = 10  # un vingtième d'octets illisibles suffit à dire que ce n'est pas un texte
_PAGE_WEB = (
    "Page Web réduite à son texte : sa mise en page n'est pas reproduite. Un PDF imprimé du navigateur est préférable."
)


def decoder(octets: bytes, encodage: str = "") -> str:
    """Texte en Unicode : l'encodage dit, s'il tient ; sinon marque d'ordre, UTF-8 ou Windows-1252 (rien n'est perdu).

    Un latin-1 ou un ASCII dit ne tient pas : comme dans toute messagerie, « € » et « ’ », qu'ils n'ont pas, se lisent.
    """
    with contextlib.suppress(UnicodeDecodeError, LookupError):
        if encodage and codecs.lookup(encodage).name not in _SANS_EURO:
            return octets.decode(encodage)
    for marque, marque_de in _MARQUES:
        if octets.startswith(marque):
            return octets.decode(marque_de, "replace")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def examiner(source: str, octets_maximaux: int, est_page_web: bool) -> dict[str, Any]:  # noqa: FBT001 (tâche JSON)
    """Texte de la pièce ; ErreurPiece si elle est trop grosse ou sans texte."""
    return {"texte": _lire(Path(source), octets_maximaux, est_page_web)[:TEXTE_LU]}


def preparer(
    source: str,
    cible: str,
    titre: str,
    octets_maximaux: int,
    pages_maximales: int,
    est_page_web: bool,  # noqa: FBT001 (tâche JSON)
) -> dict[str, Any]:
    """Compose la pièce."""
    texte = _lire(Path(source), octets_maximaux, est_page_web)
    ecrit = composer([Bloc("corps", texte)], cible, titre, pages_maximales)
    avertissements = [_PAGE_WEB] if est_page_web else []
    return {"pages": ecrit.pages, "avertissements": avertissements + avertir_des_pertes(ecrit.caracteres_perdus)}


def _lire(source: Path, octets_maximaux: int, est_page_web: bool) -> str:  # noqa: FBT001 (voir examiner)
    if source.stat().st_size > octets_maximaux:
        raise ErreurPiece(
            f"Ce texte dépasse {octets_maximaux >> 20} Mo.",
            remede="Ne joignez que l'extrait utile.",
        )
    texte = decoder(source.read_bytes())
    if est_surtout_du_codage(texte):
        raise ErreurPiece(
            "Ce fichier n'est pas un texte à lire : c'est surtout du codage (base64) ou des octets.",
            remede="Joignez le document lui-même, ou ce que votre logiciel en imprime en PDF.",
        )
    texte = extraire_texte(texte) if est_page_web else texte
    if not texte.strip():
        raise ErreurPiece("Ce fichier ne contient aucun texte.", remede="Reprenez-le à sa source.")
    return texte.strip("\n")


def est_surtout_du_codage(texte: str) -> bool:
    """Vrai si plus de la moitié du texte est du base64 ou des signes de commande : personne ne le lirait."""
    if len(texte) < _ASSEZ_LONG:
        return False
    code = sum(len(ligne) for ligne in texte.splitlines() if _LIGNE_CODEE.fullmatch(ligne.strip()))
    commandes = sum(len(suite) for suite in _COMMANDES.findall(texte))
    return (code + _POIDS_D_UNE_COMMANDE * commandes) * 2 > len(texte)


def avertir_des_pertes(caracteres_perdus: int) -> list[str]:
    """Dit combien de caractères n'ont pas de dessin."""
    if not caracteres_perdus:
        return []
    return [
        f"{caracteres_perdus} caractère(s) d'une écriture que la police n'a pas (arabe, chinois…) "
        "sont dessinés en carré : joignez plutôt un PDF imprimé du logiciel d'origine."
    ]

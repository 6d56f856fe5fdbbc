"""Ce qu'un courriel porte sans que ce soit un document : signature, donnée de messagerie, image de décor."""

import io
from email.message import Message

from PIL import Image

_IMAGE_DECORATIVE = 300  # pixels : un logo de signature tient en dessous


def motif_d_omission(partie: Message, octets: bytes) -> str:
    """Pourquoi une partie qui n'est pas un document n'est pas reproduite ; vide si elle doit l'être."""
    genre = partie.get_content_subtype()
    est_liee = bool(partie.get("Content-ID") or partie.get("Content-Location"))
    if "signature" in genre:
        return "signature électronique du message, non reproduite"
    if genre in {"calendar", "vcard", "x-vcard"}:
        return "donnée de messagerie, non reproduite"
    if est_liee and _est_decorative(partie, octets):
        return "image décorative du message, non reproduite"
    est_nommee = partie.get_content_maintype() == "image" or partie.get_filename()
    if genre in {"css", "javascript", "x-javascript"} or (est_liee and not est_nommee):
        return "donnée de mise en page, non reproduite"
    return ""


def _est_decorative(partie: Message, octets: bytes) -> bool:
    if partie.get_content_maintype() != "image" or partie.get_content_disposition() == "attachment":
        return False
    return est_petite(octets)


def est_petite(octets: bytes) -> bool:
    """Vrai pour une image de la taille d'un logo."""
    try:
        with Image.open(io.BytesIO(octets)) as image:
            return min(image.size) < _IMAGE_DECORATIVE
    except (OSError, ValueError, SyntaxError):
        return False

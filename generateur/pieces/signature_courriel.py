"""Un courriel, ou un document joint, dont le contenu est dans la signature (S/MIME opaque, .p7m) : l'en ressortir.

Signé seulement, il se lit sans clé (CMS SignedData, RFC 5652) ; chiffré, rien ici ne peut l'ouvrir. La signature n'est
pas vérifiée : ce n'est pas le métier d'une pièce.
"""

import base64
import re
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from generateur.pieces.entetes_courriel import nommer_piece_jointe

OPAQUES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_EXTENSION_SIGNEE = ".p7m"
_COMMENCE_PAR_UN_EN_TETE = re.compile(rb"\s*[!-9;-~]+:[^\r\n]*\r?\n")
_ETAGES = 40


def deballer(message: Message, profondeur: int = 0) -> Message:
    """Le message, chacune de ses parties opaques (smime.p7m, signée seulement) remplacée par ce qu'elle renferme.

    Lève RecursionError au-delà de quarante étages.
    """
    if profondeur >= _ETAGES:
        raise RecursionError  # l'appelant le dit
    if message.get_content_type() == "message/rfc822":
        return message
    if message.is_multipart():
        parties = [partie for partie in message.get_payload() if isinstance(partie, Message)]
        message.set_payload([*(deballer(partie, profondeur + 1) for partie in parties)])
        return message
    nom = nommer_piece_jointe(message)
    if message.get_content_type() not in OPAQUES and not nom.lower().endswith(_EXTENSION_SIGNEE):
        return message
    octets = message.get_payload(decode=True)
    contenu = _lire_contenu(octets) if isinstance(octets, bytes) else None
    if contenu is None:
        return message
    if _COMMENCE_PAR_UN_EN_TETE.match(contenu):
        return deballer(BytesParser(policy=compat32).parsebytes(contenu), profondeur + 1)
    return _en_piece_jointe(nom[: -len(_EXTENSION_SIGNEE)], contenu)


def _en_piece_jointe(nom: str, contenu: bytes) -> Message:
    """Un document signé, sorti de son enveloppe."""
    jointe = Message()
    jointe.add_header("Content-Type", "application/octet-stream")
    jointe.add_header("Content-Disposition", "attachment", filename=nom or "document")
    jointe.add_header("Content-Transfer-Encoding", "base64")
    jointe.set_payload(base64.encodebytes(contenu).decode("ascii"))
    return jointe


def _lire_contenu(octets: bytes) -> bytes | None:
    """Le message que la signature enveloppe ; None si elle n'en enveloppe pas, ou si l'enveloppe est chiffrée."""
    from asn1crypto import cms  # noqa: PLC0415 - chargé par le premier smime.p7m seulement

    try:
        enveloppe = cms.ContentInfo.load(octets)
        if enveloppe["content_type"].native != "signed_data":
            return None
        contenu = enveloppe["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError):
        return None
    return contenu if isinstance(contenu, bytes) and contenu.strip() else None

"""Un courriel signé dont le texte est dans la signature (S/MIME opaque, smime.p7m) : en ressortir le message.

Signé seulement, il se lit sans clé (CMS SignedData, RFC 5652) ; chiffré, rien ici ne peut l'ouvrir. La signature n'est
pas vérifiée : ce n'est pas le métier d'une pièce.
"""


def deballer_signature(octets: bytes) -> bytes | None:
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

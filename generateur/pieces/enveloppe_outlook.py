"""L'enveloppe d'Outlook (winmail.dat, format TNEF) : elle cache les vraies pièces jointes d'un courriel."""

import re
from collections.abc import Iterator
from typing import Any

_GENRES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_NOM = re.compile(r"win(mail|\d+)?\.dat", re.IGNORECASE)
_ENTETE = 6  # octets : la signature et la clé


class EnveloppeIllisible(ValueError):
    """Le fichier ne suit pas le format, ou une de ses parties manque."""


def est_enveloppe_outlook(genre: str, nom: str | None) -> bool:
    """Vrai d'après le type annoncé, ou le nom que les messageries lui donnent quand le type s'est perdu."""
    return genre.lower() in _GENRES or bool(nom and _NOM.fullmatch(nom.strip()))


def ouvrir_enveloppe_outlook(octets: bytes) -> list[tuple[str, bytes]]:
    """(nom, contenu) de chaque document renfermé. Lève EnveloppeIllisible plutôt que d'en perdre un."""
    try:
        return list(_documents(_analyser(octets)))
    except EnveloppeIllisible:
        raise
    except Exception as erreur:
        # la bibliothèque lève ce que le fichier lui fait lever, et jamais une perte ne doit être muette
        raise EnveloppeIllisible("elle ne se lit pas") from erreur


def _analyser(octets: bytes) -> Any:
    from tnefparse import TNEF  # noqa: PLC0415 - chargé par le premier winmail.dat seulement

    enveloppe = TNEF(octets)
    lus = _ENTETE + sum(objet.length for objet in enveloppe.objects)
    if octets[lus:].strip(b"\r\n\0"):
        raise EnveloppeIllisible("elle est incomplète")
    return enveloppe


def _documents(enveloppe: Any) -> Iterator[tuple[str, bytes]]:
    if not all(objet.good_checksum for objet in enveloppe.objects):
        raise EnveloppeIllisible("elle est abîmée ou incomplète")
    for document in enveloppe.attachments:
        if embarque := getattr(document, "embed", None):  # un message joint : ce sont ses documents qui comptent
            yield from _documents(embarque)
        elif not document.data:
            raise EnveloppeIllisible("un document y est annoncé, son contenu manque")
        else:
            yield _nommer(document), bytes(document.data)


def _nommer(document: Any) -> str:
    """Le nom long s'il est donné ; un nom d'avant Unicode est lu dans l'encodage de Windows."""
    try:
        nom = document.long_filename()
    except UnicodeDecodeError:
        nom = bytes(document._name).decode("cp1252", "replace")  # noqa: SLF001 - seul endroit où le nom est brut
    return str(nom).strip("\0 ") or "sans nom"

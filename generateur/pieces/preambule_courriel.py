"""Ce qui précède parfois les en-têtes d'un courriel enregistré : marque, lignes vides, ligne de boîte, longueur.

Un message vrai commence par ses en-têtes ; les messageries, les exports et les copies y mettent autre chose. Ce qui
est connu est retiré ; le reste n'est pas un courriel lisible.
"""

import re

_MARQUES = ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MARQUE_UTF8 = b"\xef\xbb\xbf"
_LIGNE_DE_BOITE = re.compile(rb">*From [^\r\n]*(?:\r\n|\r|\n)")
_LONGUEUR = re.compile(rb"[0-9]+[ \t]*(?:\r\n|\n)")
_VIDES = b" \t\r\n\0"


def retirer_preambule(octets: bytes) -> bytes:
    """Le message à partir de ses en-têtes, en octets ASCII ou UTF-8 ; sans préambule connu, le même.

    Un .emlx commence par sa longueur et finit par une liste de propriétés : tous deux sont ôtés.
    """
    nus = _demarquer(octets).lstrip(_VIDES)
    longueur = _LONGUEUR.match(nus)
    if longueur:
        nus = nus[longueur.end() : longueur.end() + int(longueur[0])]
    boite = _LIGNE_DE_BOITE.match(nus)
    return (nus[boite.end() :] if boite else nus).lstrip(_VIDES)


def _demarquer(octets: bytes) -> bytes:
    if octets.startswith(_MARQUE_UTF8):
        return octets.removeprefix(_MARQUE_UTF8)
    for marque, encodage in _MARQUES:
        if octets.startswith(marque):
            return octets.decode(encodage, "replace").encode()
    encodage = _deviner_deux_octets(octets[:200])
    return octets.decode(encodage, "replace").encode() if encodage else octets


def _deviner_deux_octets(tete: bytes) -> str:
    """UTF-16 sans marque : un octet sur deux est nul dans un texte latin."""
    pairs, impairs = tete[::2], tete[1::2]
    if len(tete) > 8 and impairs.count(0) * 10 > len(impairs) * 8 and not pairs.count(0):  # noqa: PLR2004 (une poignée)
        return "utf-16-le"
    if len(tete) > 8 and pairs.count(0) * 10 > len(pairs) * 8 and not impairs.count(0):  # noqa: PLR2004 (une poignée)
        return "utf-16-be"
    return ""

"""Les numéros de pièces : « 4 », « 4 bis »… La seule grammaire du programme : lire, comparer, écrire, reconnaître.

Deux écritures : la canonique (« 4 bis », espace simple), que portent les données, et la libre (« 4BIS », espaces
insécables), que l'on retrouve dans le texte d'un acte ou d'un tampon.
"""

import re

from generateur.domaine.langue import INSECABLE
from generateur.erreurs import ErreurLecture

RANGS: tuple[str, ...] = (
    "", "bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies",
)  # fmt: skip
Numero = tuple[int, int]  # (4, 1) pour « 4 bis » : l'ordre des numéros est celui des couples

_SUFFIXES = "|".join(RANGS[1:])
SUFFIXE = rf"(?:{_SUFFIXES})"
BLANC = r"[\s\u00a0\u202f\u2007\u2009\u200b\ufeff]"
# dans un texte : casse indifférente (re.IGNORECASE), espaces de toute sorte, ou aucun
NOMBRE = rf"[1-9][0-9]{{0,3}}(?:{BLANC}*{SUFFIXE}\b)?"
CANONIQUE = rf"^[0-9]{{1,4}}( ({_SUFFIXES}))?$"  # ce que l'utilisateur saisit
_LIBRE = re.compile(rf"([0-9]+){BLANC}*({SUFFIXE})?", re.IGNORECASE)
_ECRIT = re.compile(rf"([1-9][0-9]*)(?: ({_SUFFIXES}))?")


def lire_numero(numero: str) -> Numero:
    """Lit « 4 » ou « 4 bis » ; lève ErreurLecture sinon.

    >>> lire_numero("4 bis")
    (4, 1)
    """
    trouve = re.fullmatch(r"([0-9]+)(?:\s+([a-z]+))?", numero.strip())
    if not trouve or (trouve[2] or "") not in RANGS:
        raise ErreurLecture(
            f"« {numero} » n'est pas un numéro de pièce.",
            remede="Écrivez un nombre, suivi au besoin de bis, ter, quater…",
        )
    return int(trouve[1]), RANGS.index(trouve[2] or "")


def ecrire_numero(numero: Numero) -> str:
    """Écrit un numéro : (4, 1) donne « 4 bis »."""
    return f"{numero[0]} {RANGS[numero[1]]}".rstrip()


def est_numero(texte: str) -> bool:
    """Vrai si c'est l'écriture canonique d'un numéro, celle d'un tampon."""
    return _ECRIT.fullmatch(texte) is not None


def normaliser_numero(texte: str) -> str:
    """« 4 BIS » comme « 4bis » deviennent « 4 bis » ; ce qui n'est pas un numéro reste tel quel."""
    trouve = _LIBRE.fullmatch(texte.strip())
    if trouve is None:
        return texte.strip()
    return " ".join(filter(None, (trouve[1], (trouve[2] or "").lower())))


def ordonner_numero(texte: str) -> tuple[int, int, str]:
    """Clé de tri d'un numéro lu dans un texte, même de suffixe inconnu."""
    trouve = _LIBRE.fullmatch(normaliser_numero(texte))
    if trouve is None:
        return 0, 0, texte
    return int(trouve[1]), RANGS.index((trouve[2] or "").lower()), ""


def rendre_insecable(numero: str) -> str:
    """Le numéro tel que les actes l'impriment, sans coupure possible."""
    return numero.replace(" ", INSECABLE)


def motif_du_numero(numero: str) -> str:
    """Expression qui retrouve ce numéro, et lui seul, dans un texte aux espaces réduits : ni « 1 bis » pour 1."""
    return rf"{re.escape(numero)}(?! ?[0-9])(?! {SUFFIXE}\b)"

"""La ponctuation française de ce qui est montré : chaque texte d'une page y passe, jamais une balise ni un code."""

import re

from generateur.domaine.langue import INSECABLE

_FINE = "\u202f"
# Une balise, ou un bloc dont le texte se recopie tel quel ; sinon, du texte.
_MORCEAU = re.compile(r"<(pre|code|textarea)\b.*?</\1\s*>|<[^>]*>|[^<]+", re.DOTALL)
_HAUTE = re.compile(r" ([;?!])(?!\S)")
_DEUX_POINTS = re.compile(r" :(?!\S)")
_UNITE = re.compile(r"(?<=\d) ([€%])")


def ponctuer(texte: str) -> str:
    """Espaces insécables devant « : ; ? ! € % » et dans les guillemets, apostrophes courbes.

    >>> ponctuer("l'un : « oui » ?").replace(INSECABLE, "~").replace(_FINE, "-")
    'l’un~: «~oui~»-?'
    """
    texte = texte.replace("&#39;", "’").replace("'", "’").replace("« ", f"«{INSECABLE}").replace(" »", f"{INSECABLE}»")
    texte = _DEUX_POINTS.sub(f"{INSECABLE}:", _HAUTE.sub(rf"{_FINE}\1", texte))
    return _UNITE.sub(rf"{INSECABLE}\1", texte)


def ponctuer_page(page: str) -> str:
    """La page, ses textes ponctués ; balises, attributs et codes intacts."""
    return _MORCEAU.sub(lambda m: m[0] if m[0].startswith("<") else ponctuer(m[0]), page)

"""Les noms de clé dont la valeur ne se montre jamais, même mal écrits."""

import difflib
import re
import unicodedata
from functools import lru_cache

TUE = "…"
_EXAMINES = 400  # signes d'une ligne : au-delà, elle n'a pas été saisie à la main
_RESSEMBLANCE = 0.8
_MODELES = ("motdepasse", "password", "passphrase", "codesecret")
# Les lettres seules d'un texte, sans accent : ni « _ », ni espace, ni majuscule, ni lettre doublée ne cachent le nom.
_COLLES = re.compile(
    r"mo?ts?d?e?pas+e?|phrases?d?e?pas+e?|pas+e?(word|wort|wd|phrase|code)|ken+wort|"
    r"code(s?secret|confidentiel|d?acces|pin)|cles?d?e?(privee|secrete|chif+rement|api)"
)
_MOTS = frozenset({"mdp", "pwd", "psw", "pswd", "jeton", "token", "secret", "secrets"})
_CLES_COURTES = _MOTS | {"pass", "passe", "pin"}
_CLES = re.compile(r"([^=:{},\[\]]+)\s*[=:]")
NOM_CONNU = re.compile(r"[\"']?(mots?[ _.-]?de?[ _.-]?passe?|mdp|password|passwd)[\"']?", re.IGNORECASE)


def _lire_lettres(texte: str) -> str:
    """Ce texte sans accent, en minuscules, ses échappements TOML lus, ses signes hors alphabet en blancs."""
    lu = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), texte[:_EXAMINES])
    simple = unicodedata.normalize("NFKD", lu.casefold()).encode("ascii", "ignore").decode()
    return re.sub("[^a-z]+", " ", simple).strip()


@lru_cache(maxsize=4096)
def est_secrete(cle: str) -> bool:
    """Vrai si ce nom de clé, même avec une faute de frappe, est celui d'un secret."""
    lettres = _lire_lettres(cle)
    mots = lettres.split()
    colles = "".join(mots)
    if _COLLES.search(colles) or not _MOTS.isdisjoint(mots) or (mots and mots[-1] in _CLES_COURTES):
        return True
    # « relevé : mot de pase » : le nom est ce qui précède le signe « = »
    fins = {"".join(mots[-nombre:]) for nombre in range(1, 4)} | {colles}
    return any(difflib.get_close_matches(fin, _MODELES, n=1, cutoff=_RESSEMBLANCE) for fin in fins if fin)


def nomme_un_secret(ligne: str) -> bool:
    """Vrai si cette ligne nomme un secret : sa clé, une clé pointée ou entre accolades, ou un mot du texte."""
    lettres = _lire_lettres(ligne)
    if _COLLES.search(lettres.replace(" ", "")) or not _MOTS.isdisjoint(lettres.split()):
        return True
    return porte_un_secret(ligne)


def porte_un_secret(texte: str) -> bool:
    """Vrai si ce texte a la forme « clé secrète = valeur », où qu'elle y soit."""
    return any(est_secrete(cle[1]) for cle in _CLES.finditer(texte[:_EXAMINES]))


def montrer_cle(cle: str) -> str:
    """Ce nom de clé, sur une ligne, à dire à une personne ; une clé secrète collée à sa valeur se réduit à son nom."""
    if est_secrete(cle) and re.search(r"[=:\"'\s]", cle) and not NOM_CONNU.fullmatch(cle):
        return f"mot_de_passe{TUE}"
    return " ".join(cle.splitlines())

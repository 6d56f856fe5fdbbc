"""Les lignes d'un fichier qui portent une valeur secrète, même cassées : elles ne se citent jamais."""

import re
import tomllib
from collections.abc import Sequence

from generateur.domaine.noms_secrets import NOM_CONNU, TUE, nomme_un_secret

_TETE = re.compile(r"\s*\[\[?[^\[\]=]*\]\]?\s*(#.*)?$")


def reperer_lignes_secretes(lignes: Sequence[str]) -> frozenset[int]:
    """Rangs, à partir de 1, des lignes qui portent tout ou partie d'une valeur secrète.

    La suite d'une valeur mal fermée, d'un texte à triples guillemets ou d'une section secrète en fait partie.
    """
    secretes: set[int] = set()
    triple, est_tue, est_ouverte, est_section = "", False, False, False
    for rang, ligne in enumerate(lignes, start=1):
        if triple:
            triple = "" if triple in ligne else triple
            if est_tue or nomme_un_secret(ligne):
                secretes.add(rang)
            continue
        nomme = nomme_un_secret(ligne)
        if _TETE.match(ligne):
            est_section, est_ouverte = nomme, False
        elif nomme or est_ouverte:
            est_ouverte = not _se_lit(ligne)
        if nomme or est_ouverte or est_section:
            secretes.add(rang)
        triple = next((g for g in ('"""', "'''") if ligne.count(g) % 2), "")
        est_tue = rang in secretes
        est_ouverte = est_ouverte and not triple
    return frozenset(secretes)


def _se_lit(ligne: str) -> bool:
    """Vrai si cette ligne, seule, donne une clé et sa valeur : la valeur d'avant est donc finie."""
    try:
        return bool(tomllib.loads(ligne))
    except (ValueError, RecursionError):
        return False


def taire(ligne: str) -> str:
    """La citation d'une ligne secrète : son nom s'il est bien écrit, jamais ce qui le suit ni ce qui le précède."""
    nom = re.match(r"\s*([^=:]{1,40}?)\s*[=:]", ligne)
    return f"{nom[1]} = {TUE}" if nom and NOM_CONNU.fullmatch(nom[1]) else TUE

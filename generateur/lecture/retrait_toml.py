"""Retirer un bloc [[section]] d'un dossier.toml, avec ses sous-sections et ses commentaires ; rien d'autre."""

import copy
import re
import tomllib
from decimal import Decimal

from generateur.erreurs import ErreurDossier
from generateur.lecture.edition_toml import Etat

_TETE = re.compile(r"\s*\[\[?\s*(?P<nom>[A-Za-z0-9_-]+)(?P<suite>\s*\.[^\]]*)?\s*\]\]?")


def retirer_bloc(etat: Etat, section: str, rang: int) -> str:
    """Le texte sans ce bloc (rang à partir de 0), relu et contrôlé. Lève ErreurDossier si ce n'est pas sûr."""
    attendu = copy.deepcopy(etat.donnees)
    blocs = attendu.get(section)
    if not isinstance(blocs, list) or not 0 <= rang < len(blocs):
        raise _refuser(etat, section, rang)
    del blocs[rang]
    if not blocs:
        del attendu[section]
    texte = _couper(etat.texte, section, rang)
    if texte is None or _lire(texte) != attendu:
        raise _refuser(etat, section, rang)
    return texte


def _couper(texte: str, section: str, rang: int) -> str | None:
    """Du titre du bloc à celui de ce qui suit ; un commentaire juste avant un titre lui appartient."""
    lignes = texte.splitlines(keepends=True)
    tetes = [(n, m) for n, ligne in enumerate(lignes) if (m := _TETE.match(ligne))]
    siens = [n for n, m in tetes if m["nom"] == section and not m["suite"]]
    if rang >= len(siens):
        return None
    debut = siens[rang]
    fin = next((n for n, m in tetes if n > debut and (m["nom"] != section or not m["suite"])), len(lignes))
    if fin < len(lignes):
        while fin > debut + 1 and lignes[fin - 1].lstrip().startswith("#"):
            fin -= 1
    return "".join((*lignes[:debut], *lignes[fin:]))


def _lire(texte: str) -> object:
    try:
        return tomllib.loads(texte.removeprefix("\ufeff"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None


def _refuser(etat: Etat, section: str, rang: int) -> ErreurDossier:
    return ErreurDossier(
        f"le bloc n° {rang + 1} de [[{section}]] ne peut pas être retiré sans toucher au reste du fichier",
        lieu=str(etat.fichier),
        remede="Le retirer à la main dans un éditeur de texte.",
    )

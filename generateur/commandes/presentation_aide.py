"""L'aide, au terminal et en objet."""

import re
from typing import Any

from generateur.commandes.signes import assembler
from generateur.operations.aide import Sujet


def sujets_en_texte(sujets: tuple[Sujet, ...]) -> str:
    """Un sujet par ligne, puis la commande qui en lit un."""
    largeur = max(len(sujet.nom) for sujet in sujets)
    return assembler([*(f"{s.nom:<{largeur}}  {s.titre}" for s in sujets), "", "generateur aide SUJET"])


def sujets_en_objet(sujets: tuple[Sujet, ...]) -> dict[str, Any]:
    """La liste des sujets, sans leur texte."""
    return {"sujets": [{"nom": s.nom, "titre": s.titre} for s in sujets]}


def page_en_texte(page: Sujet) -> str:
    """La page, telle qu'elle se lit au terminal."""
    return en_clair(page.texte)


def page_en_objet(page: Sujet) -> dict[str, Any]:
    """La page et son texte en Markdown."""
    return {"sujet": page.nom, "titre": page.titre, "texte": page.texte}


def en_clair(texte: str) -> str:
    """Le Markdown tel qu'il se lit au terminal : titres soulignés, liens et marques ôtés, tableaux laissés.

    Ce qui est à recopier (commandes, extraits) l'est à la lettre, en retrait.
    """
    lignes: list[str] = []
    est_a_recopier = False
    for ligne in re.sub(r"<!--.*?-->\n*", "", texte, flags=re.DOTALL).splitlines():
        if ligne.startswith("```"):
            est_a_recopier = not est_a_recopier
        elif est_a_recopier:
            lignes.append(f"    {ligne}" if ligne else "")
        elif titre := re.match(r"#+ (.*)", ligne):
            nom = _nettoyer(titre[1])
            lignes += [nom, ("=" if ligne.startswith("# ") else "-") * len(nom)]
        elif not re.fullmatch(r"\|[-| :]+\|", ligne):
            lignes.append(_nettoyer(ligne))
    return assembler(lignes).strip()


def _nettoyer(ligne: str) -> str:
    sans_lien = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", ligne)
    return re.sub(r"\*\*([^*]+)\*\*", r"\1", sans_lien)

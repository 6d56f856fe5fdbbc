"""Une balise s'ouvre et se ferme dans son paragraphe : ouverte seulement, elle effacerait la suite de l'acte."""

import re
from typing import Any

from generateur.erreurs import ErreurModele
from generateur.redaction.paquet_docx import mot

_GUILLEMETS = re.compile(r"«[\s\u00a0\u202f]*|[\s\u00a0\u202f]*»")
BALISE = re.compile(r"\{[{%](?!#).*?[%}]\}", re.DOTALL)

_COMPLETES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_RESTE = re.compile(r"\{[{%#]|[}%#]\}")
_EXTRAIT = 90


def refuser_balises_ouvertes(arbre: Any, modele: str) -> None:
    """Lève ErreurModele à la première balise ouverte sans être fermée, ou fermée sans être ouverte."""
    for paragraphe in arbre.iter(mot("p")):
        texte = "".join(element.text or "" for element in paragraphe.iter(mot("t")))
        reste = _RESTE.search(_COMPLETES.sub("", texte))
        if reste:
            defaut = "ouverte sans être fermée" if reste[0].startswith("{") else "fermée sans être ouverte"
            extrait = " ".join(texte.split())
            raise ErreurModele(
                f"Modèle « {modele} » : balise cassée, {defaut} (« {reste[0]} »).",
                lieu=f"{modele}.docx, près de « {extrait[:_EXTRAIT]} »",
                remede="Fermer la balise dans le même paragraphe : {{ champ }}, {%p if … %}, {%p endif %}.",
            )


def baliser(xml: str) -> str:
    """Rend un XML de Word lisible par Jinja (docxtpl), un paragraphe par ligne pour situer les erreurs."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 - lourd : chargé à la première compilation seulement

    prepare = DocxTemplate.patch_xml(None, xml)
    prepare = BALISE.sub(lambda trouve: _GUILLEMETS.sub('"', trouve[0]).replace("\u00a0", " "), prepare)
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", prepare)

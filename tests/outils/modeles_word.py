"""Des modèles Word fabriqués pour les tests : une charte, et des modèles écrits en quelques lignes."""

from collections.abc import Callable
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentWord
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt


def ecrire_charte(racine: Path) -> Path:
    """Une charte avec un en-tête de première page, un en-tête courant, un pied numéroté et deux styles."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Source Serif Pro", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    cellule = document.styles.add_style("Cellule", WD_STYLE_TYPE.PARAGRAPH)
    cellule.base_style, cellule.font.size = normal, Pt(8)
    cellule.paragraph_format.space_after = Pt(0)
    cellule.paragraph_format.line_spacing = Pt(14)  # exact : les moteurs arrondissent autrement l’automatique
    capitales = document.styles.add_style("Capitales", WD_STYLE_TYPE.PARAGRAPH)
    capitales.base_style, capitales.font.all_caps = normal, True
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Étude {{ reference }}"
    section.header.paragraphs[0].text = "Suite"
    section.footer.paragraphs[0].text = "Page "
    ajouter_champ_word(section.footer.paragraphs[0], "PAGE")
    section.first_page_footer.paragraphs[0].text = "Pied de la première page"
    return enregistrer(document, racine, "communs/charte")


def ajouter_champ_word(paragraphe, code: str) -> None:
    for genre, texte in (("begin", ""), ("", code), ("separate", ""), ("t", "1"), ("end", "")):
        suite = paragraphe.add_run()._r
        if genre == "t" or not genre:
            element = OxmlElement("w:t" if genre else "w:instrText")
            element.text = texte
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), genre)
        suite.append(element)


def ecrire_modele(racine: Path, nom: str, *paragraphes: str, garnir: Callable[[DocumentWord], None] | None = None):
    """Un modèle à l'allure de la charte : un paragraphe par texte, « Style::texte » pour choisir le style."""
    document = Document(str(racine / "communs/charte.docx"))
    for texte in paragraphes:
        style, barre, reste = texte.partition("::")
        document.add_paragraph(reste if barre else texte, style=style if barre else None)
    if garnir is not None:
        garnir(document)
    return enregistrer(document, racine, nom)


def enregistrer(document: DocumentWord, racine: Path, nom: str) -> Path:
    chemin = racine / f"{nom}.docx"
    chemin.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(chemin))
    return chemin


def texte_de(octets_ou_chemin) -> str:
    """Le texte du corps d'un docx, un paragraphe par ligne, cellules comprises."""
    document = Document(octets_ou_chemin)
    return "\n".join(
        "".join(t.text or "" for t in p.iter(qn("w:t"), qn("w:br"))) for p in document.element.body.iter(qn("w:p"))
    )

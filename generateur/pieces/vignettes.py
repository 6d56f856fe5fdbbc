"""Une page de pièce en image PNG, rendue dans l'enfant de l'atelier : ce que la page web montre, jamais le PDF."""

from typing import Any

from generateur.erreurs import ErreurPiece
from generateur.pieces.lecture_pdf import ouvrir_pdfium

_COTE = 1100  # pixels au plus, dans les deux sens


def rendre_page(source: str, cible: str, page: int) -> dict[str, Any]:
    """Écrit la page (numéro à partir de 1, ramené dans les bornes) ; rend son numéro et le nombre de pages."""
    document = ouvrir_pdfium(source, [None])
    if document is None:
        raise ErreurPiece("cette page ne s'affiche pas", lieu=source, remede="Ouvrir la pièce dans son logiciel.")
    with document:
        pages = len(document)
        numero = min(max(page, 1), pages)
        feuille = document[numero - 1]
        vue = feuille.render(scale=_COTE / max(1.0, *feuille.get_size()))
        vue.to_pil().convert("RGB").save(cible, "PNG")
        feuille.close()
    return {"page": numero, "pages": pages}

"""Les documents d'un répertoire : celui qui cite une facture n'est pas toujours la facture."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.operations.conftest import F1

_AVOIR = "A1;02/06/2026;;Garage Lumen SAS;999999915;-200,00;-200,00;Avoir"


def _poser(repertoire, **documents):
    repertoire.mkdir()
    for nom, texte in documents.items():
        feuille = Canvas(str(repertoire / f"{nom.replace('_', ' ')}.pdf"))
        feuille.drawString(72, 700, texte)
        feuille.save()
    return repertoire


@pytest.mark.parametrize(
    "documents",
    [
        {"scan1": "Relance : facture F1 impayée"},
        {"BL_F1": "Bon de livraison, facture F1"},
        {"relance1": "Facture F1 : sauf erreur, elle reste impayée"},
        {"releve": "Relevé de compte : F1, F2"},
        {"avoir": "Sur facture F1"},
    ],
)
def test_ce_qui_cite_la_facture_n_est_pas_verse_pour_elle(bureau, tmp_path, documents):
    bureau.importer(F1, documents=_poser(tmp_path / "documents", **documents))
    assert "fichier" not in bureau.donnees()["factures"][0]


def test_la_facture_se_trouve_parmi_ce_qui_la_cite(bureau, tmp_path):
    documents = _poser(
        tmp_path / "documents",
        BL_F1="Bon de livraison, facture F1",
        scan1="Relance : facture F1 impayée",
        scan2="Facture n° F1 du 1er mai",
        avoir="Avoir n° A1 sur facture F1",
    )
    bureau.importer(F1, _AVOIR, documents=documents)
    assert bureau.donnees()["factures"][0]["fichier"] == "pieces/scan2.pdf"
    assert bureau.donnees()["avoirs"][0]["fichier"] == "pieces/avoir.pdf"

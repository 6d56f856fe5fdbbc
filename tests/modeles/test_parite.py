"""Les deux moteurs rendent chaque modèle pareillement : mêmes pages, et sur chaque page les mêmes mots."""

import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest

from generateur.contrats import Conversion
from generateur.moteurs.rendu_dxpdf import RenduDxpdf
from generateur.moteurs.rendu_libreoffice import RenduLibreOffice, chercher_soffice
from generateur.redaction.actes import en_champs
from generateur.redaction.gabarits import Bibliotheque
from tests.outils.variantes import VARIANTES, actes_de, etudier_variante

pytestmark = [
    pytest.mark.outils,
    pytest.mark.skipif(chercher_soffice() is None, reason="LibreOffice n'est pas installé"),
]

# Les filets à remplir à la main (« ____ ») sont des points de conduite : chaque moteur en met un nombre à lui.
_FILETS = re.compile(r"_+")
# LibreOffice et pdfium ne rendent pas tous deux les espaces fines : « 8 640,00 » est un mot ou deux.
_DANS_UN_NOMBRE = re.compile(r"(?<=\d)[\s\u00a0\u202f]+(?=\d)")
# pdfium colle parfois deux mots espacés de près : un mot de trop, deux de moins. Une seule ligne qui changerait de
# page en déplacerait quatre ou davantage.
_MOTS_COLLES = 2


@pytest.fixture(scope="module")
def rendus(tmp_path_factory):
    """(variante, modèle) → (PDF du moteur embarqué, PDF de LibreOffice) ; un seul lot par moteur."""
    racine = tmp_path_factory.mktemp("parite")
    bibliotheque = Bibliotheque()
    paires: dict[tuple[str, str], tuple[Path, Path]] = {}
    for variante in VARIANTES:
        for modele, contexte in actes_de(etudier_variante(variante)):
            base = racine / f"{len(paires):03d}.docx"
            base.write_bytes(bibliotheque.modele(modele).rendre(en_champs(contexte)))
            paires[variante, modele] = (base.with_suffix(".embarque.pdf"), base.with_suffix(".libreoffice.pdf"))
    for rang, moteur in enumerate((RenduDxpdf(), RenduLibreOffice())):
        moteur.convertir([Conversion(racine / f"{n:03d}.docx", pdfs[rang]) for n, pdfs in enumerate(paires.values())])
        moteur.fermer()
    return paires


def _mots_par_page(pdf: Path) -> list[Counter[str]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        textes = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [Counter(_DANS_UN_NOMBRE.sub("", _FILETS.sub("", texte)).split()) for texte in textes]


def test_chaque_modele_d_acte_est_essaye(rendus):
    bibliotheque = Bibliotheque()
    fragments = {f for nom in bibliotheque.noms() for f in bibliotheque.modele(nom).fragments()}
    assert {modele for _, modele in rendus} == set(bibliotheque.noms()) - fragments - {"communs/charte"}


@pytest.mark.parametrize("variante", VARIANTES)
def test_les_deux_moteurs_mettent_les_memes_mots_sur_les_memes_pages(rendus, variante):
    ecarts = []
    for (nom, modele), (embarque, reference) in rendus.items():
        if nom != variante:
            continue
        ici, la = _mots_par_page(embarque), _mots_par_page(reference)
        if len(ici) != len(la):
            ecarts.append(f"{modele} : {len(ici)} pages au lieu de {len(la)}")
        ecarts += [
            f"{modele}, page {page} : {sum((a - b).values())} mots de trop, {sum((b - a).values())} de moins : "
            f"{' '.join((a - b) | (b - a))}"
            for page, (a, b) in enumerate(zip(ici, la, strict=False), start=1)
            if max(sum((a - b).values()), sum((b - a).values())) > _MOTS_COLLES
        ]
    assert not ecarts, "\n".join(ecarts)

"""L'allure commune : polices incorporées, titre courant et pages de chaque acte imprimé à part."""

import datetime as dt
import io
import re
import uuid
import zipfile

import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from generateur.liasse.texte import finit_presque_vide
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.production import produire_dossier
from generateur.redaction.gabarits import Bibliotheque
from generateur.redaction.resserrement import resserrer_styles
from generateur.reglages import Reglages
from tests.outils.exemples_produits import EXEMPLES
from tests.outils.incorporer_polices import brouiller

JOUR = dt.date(2026, 11, 27)


@pytest.fixture(scope="module")
def actes(tmp_path_factory):
    sortie = tmp_path_factory.mktemp("allure")
    with ouvrir_moteurs(None) as moteurs:
        for reference in ("2026-0063", "2026-0068", "2026-0085"):
            produire_dossier(EXEMPLES / reference, sortie, jour=JOUR, au=JOUR, reglages=Reglages(), moteurs=moteurs)
    return sorted(sortie.glob("*/actes/*.pdf"))


def _pages(pdf):
    with pypdfium2.PdfDocument(pdf) as ouvert:
        return [page.get_textpage().get_text_bounded().replace("\xa0", " ") for page in ouvert]


def test_chaque_page_d_un_acte_dit_son_rang_et_leur_nombre(actes):
    for pdf in actes:
        pages = _pages(pdf)
        for rang, texte in enumerate(pages, start=1):
            assert f"page {rang} / {len(pages)}" in texte, (pdf.name, rang)


def test_les_pages_qui_suivent_la_premiere_portent_un_titre_courant(actes):
    suites = [(pdf.stem, texte) for pdf in actes for texte in _pages(pdf)[1:]]
    assert {"requete", "declaration"} <= {nom for nom, _ in suites}
    for nom, texte in suites:
        courant = texte.splitlines()[0]
        assert re.match(
            r"(Requête en injonction de payer|Déclaration de créance|Décompte de la créance|Formulaire officiel.*) – ",
            courant,
        ), (
            nom,
            courant,
        )


def test_un_acte_word_porte_ses_polices_lisibles_sans_les_installer(actes):
    docx = actes[0].with_suffix(".docx")
    with zipfile.ZipFile(docx) as paquet:
        table = paquet.read("word/charte_fontTable.xml").decode()
        liens = dict(
            re.findall(
                r'Id="(rId\d+)"[^>]*Target="([^"]+)"', paquet.read("word/_rels/charte_fontTable.xml.rels").decode()
            )
        )
        lues = {}
        for nom, corps in re.findall(r'<w:font w:name="([^"]+)">(.*?)</w:font>', table):
            for usage, lien, cle in re.findall(r'<w:embed(\w+) r:id="(\w+)" w:fontKey="\{([^}]+)\}"', corps):
                police = TTFont(io.BytesIO(brouiller(paquet.read(f"word/{liens[lien]}"), uuid.UUID(cle))))
                assert police["name"].getDebugName(1) == nom
                assert police["OS/2"].fsType == 0, "la licence permet d'incorporer et de modifier"
                assert set(map(ord, "éÉœŒç€«»’–0123456789/")) <= set(police.getBestCmap())
                lues[nom, usage] = len(police.getBestCmap())
        assert "embedTrueTypeFonts" in paquet.read("word/charte_settings.xml").decode()
    assert set(lues) == {(n, u) for n in ("Source Serif Pro", "Source Sans Pro") for u in ("Regular", "Bold")}
    assert docx.stat().st_size < 320 * 1024


def test_aucun_acte_ne_finit_sur_une_page_presque_vide_quand_un_peu_de_blanc_suffit(actes):
    assert not [pdf for pdf in actes if finit_presque_vide(pdf)]
    assert not [pdf for pdf in actes if "resserre" in pdf.name]


def test_une_signature_n_est_jamais_seule_sur_sa_page(actes):
    signees = [texte for pdf in actes for texte in _pages(pdf) if re.search(r"^Fait à", texte, re.MULTILINE)]
    assert signees
    for texte in signees:
        avant = texte[: re.search(r"^Fait à", texte, re.MULTILINE).start()]
        assert len(avant.splitlines()) >= 3, texte


def test_resserrer_ne_touche_pas_au_corps_des_lettres():
    styles = Bibliotheque().modele("communs/decompte").paquet.parties["word/charte_styles.xml"]
    serres = resserrer_styles(styles)
    assert re.findall(rb'w:sz w:val="(\d+)"', serres) == re.findall(rb'w:sz w:val="(\d+)"', styles)
    assert serres != styles
    lignes = [[int(v) for v in re.findall(rb'w:line="(\d+)"', octets)] for octets in (styles, serres)]
    assert all(apres <= avant for avant, apres in zip(*lignes, strict=True))

"""Un modèle adapté donne la même page aux deux moteurs, et l'adapter deux fois ne change rien."""

import io

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from generateur.redaction.adaptation import adapter_arbre
from generateur.redaction.allure import adapter_allure, lire_allure, police_fournie
from generateur.redaction.gabarits import Bibliotheque
from generateur.redaction.paquet_docx import lire_paquet, lire_xml
from tests.outils.modeles_word import ecrire_charte, ecrire_modele


@pytest.fixture
def racine(tmp_path):
    ecrire_charte(tmp_path)
    return tmp_path


def _rendu(racine, *paragraphes, garnir=None, **contexte):
    ecrire_modele(racine, "essai/acte", *paragraphes, garnir=garnir)
    return Document(io.BytesIO(Bibliotheque(racine).modele("essai/acte").rendre({"reference": "", **contexte})))


def test_la_taille_du_style_est_ecrite_dans_les_cellules(racine):
    def garnir(document):
        tableau = document.add_table(rows=1, cols=2)
        tableau.rows[0].cells[0].paragraphs[0].style = "Cellule"
        tableau.rows[0].cells[0].paragraphs[0].add_run("petit")
        tableau.rows[0].cells[1].paragraphs[0].add_run("courant")
        document.add_paragraph("hors du tableau")

    rendu = _rendu(racine, garnir=garnir)
    tailles = [cellule.paragraphs[0].runs[0].font.size.pt for cellule in rendu.tables[0].rows[0].cells]
    assert tailles == [8.0, 10.5]
    assert rendu.paragraphs[-1].runs[0].font.size is None


def test_les_majuscules_de_style_deviennent_du_texte_en_capitales(racine):
    rendu = _rendu(racine, "Capitales::Contre {{ nom }} (cœur)", nom="Société d'été <&>")
    assert rendu.paragraphs[0].text == "CONTRE SOCIÉTÉ D'ÉTÉ <&> (CŒUR)"
    assert not list(rendu.styles.element.iter(qn("w:caps")))


def test_les_majuscules_directes_sont_ecrites_et_leur_negation_respectee(racine):
    def garnir(document):
        paragraphe = document.add_paragraph(style="Capitales")
        paragraphe.add_run("haut ")
        paragraphe.add_run("bas").font.all_caps = False

    assert _rendu(racine, garnir=garnir).paragraphs[0].text == "HAUT bas"


def test_un_controle_de_contenu_garde_son_texte(racine):
    def garnir(document):
        paragraphe = document.add_paragraph("avant ")
        xml = f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent><w:r><w:t>dedans</w:t></w:r></w:sdtContent></w:sdt>"
        paragraphe._p.append(parse_xml(xml))

    assert _rendu(racine, garnir=garnir).paragraphs[0].text == "avant dedans"


def test_le_trait_d_union_insecable_devient_simple(racine):
    def garnir(document):
        suite = document.add_paragraph().add_run("Jean")
        suite._r.append(OxmlElement("w:noBreakHyphen"))
        suite._r.append(OxmlElement("w:t"))
        suite._r[-1].text = "Paul"

    assert _rendu(racine, garnir=garnir).paragraphs[0].text == "Jean-Paul"


def test_les_polices_deviennent_celles_qui_sont_fournies(racine):
    def garnir(document):
        document.add_paragraph().add_run("x").font.name = "Calibri"

    rendu = _rendu(racine, garnir=garnir)
    assert rendu.paragraphs[0].runs[0].font.name == "Source Sans Pro"
    polices = {e.get(qn("w:ascii")) for e in rendu.styles.element.iter(qn("w:rFonts"))}
    assert polices <= {"Source Serif Pro", "Source Sans Pro"}


@pytest.mark.parametrize(
    ("demandee", "fournie"),
    [
        ("Times New Roman", "Source Serif Pro"),
        ("Garamond", "Source Serif Pro"),
        ("Source Serif Pro Semibold", "Source Serif Pro"),
        ("Microsoft Sans Serif", "Source Sans Pro"),
        ("Calibri", "Source Sans Pro"),
        ("Source Sans Pro", "Source Sans Pro"),
        ("", "Source Sans Pro"),
        ("Symbol", "Symbol"),
    ],
)
def test_chaque_police_a_sa_remplacante(demandee, fournie):
    assert police_fournie(demandee) == fournie


def test_une_puce_de_symbole_devient_ordinaire(racine):
    rendu = _rendu(racine, "List Bullet::premier")
    numerotation = rendu.part.numbering_part.element
    puces = {niveau.find(qn("w:lvlText")).get(qn("w:val")) for niveau in numerotation.iter(qn("w:lvl"))}
    assert "•" in puces
    assert "\uf0b7" not in puces
    assert not [e for e in numerotation.iter(qn("w:rFonts")) if e.get(qn("w:ascii")) == "Symbol"]


def test_la_mise_en_page_est_celle_de_word_2013(racine):
    rendu = _rendu(racine, "x")
    modes = [
        e.get(qn("w:val"))
        for e in rendu.settings.element.iter(qn("w:compatSetting"))
        if e.get(qn("w:name")) == "compatibilityMode"
    ]
    assert modes == ["15"]


def test_adapter_deux_fois_ne_change_rien(racine):
    def garnir(document):
        tableau = document.add_table(rows=1, cols=1)
        tableau.rows[0].cells[0].text = "dans {{ nom }}"
        document.add_paragraph("Contre {{ nom }}", style="Capitales")
        document.add_paragraph("puce", style="List Bullet")

    chemin = ecrire_modele(racine, "essai/acte", garnir=garnir)
    etats = []
    paquet = lire_paquet(chemin.read_bytes())
    for _ in range(2):
        allure = lire_allure(paquet)
        arbre = lire_xml(paquet.parties[paquet.principale])
        adapter_arbre(arbre, allure)
        texte = etree.tostring(arbre, encoding="unicode")
        paquet.parties[paquet.principale] = texte.encode()
        adapter_allure(paquet, [texte], allure)
        etats.append(dict(paquet.parties))
    assert etats[0] == etats[1]

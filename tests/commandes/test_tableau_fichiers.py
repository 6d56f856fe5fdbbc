"""Le classeur et la page du tableau : les chiffres du JSON, rien qui s'exécute, rien qui sorte, rien d'écrasé."""

import base64
import datetime as dt
import hashlib
import io
import re
import shutil
import subprocess
from decimal import Decimal

import openpyxl
import pytest
from lxml import etree
from pypdf import PdfReader

from generateur.erreurs import CodeSortie

PIEGE = '=HYPERLINK("http://mal.example";"<script>alert(1)</script>")'
DOSSIER = """reference = "{reference}"
[creancier]
denomination = "Atelier Lumen & Fils"
forme = "SARL"
[[debiteurs]]
denomination = '{debiteur}'
forme = "SAS"
[[factures]]
numero = "F-{reference}"
date = 2026-09-01
echeance = {echeance}
montant_ttc = "1200.00"
montant_ht = "1000.00"
"""


@pytest.fixture
def racine(tmp_path):
    for rang, (debiteur, echeance) in enumerate(((PIEGE, "2026-08-01"), ("Beaurivage", "2026-11-28")), start=1):
        dossier = tmp_path / "dossiers" / f"T-{rang}"
        dossier.mkdir(parents=True)
        texte = DOSSIER.format(reference=f"T-{rang}", debiteur=debiteur, echeance=echeance)
        (dossier / "dossier.toml").write_text(texte, encoding="utf-8")
    return tmp_path / "dossiers"


@pytest.fixture
def ecrire(commander, racine):
    def _ecrire(*options):
        return commander("tableau", racine, "--au", "2026-11-28", "--json", *options)

    return _ecrire


# --- le classeur ---------------------------------------------------------------------------------------------------


def test_le_classeur_porte_de_vrais_nombres_et_de_vraies_dates(ecrire, tmp_path):
    fichier = tmp_path / "suivi" / "tableau.xlsx"
    objet = ecrire("-o", fichier).objet
    assert objet["fichiers"] == [fichier.as_posix()]
    classeur = openpyxl.load_workbook(fichier)
    for page in classeur:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref.startswith("A1:")
        assert all(8 <= largeur.width <= 62 for largeur in page.column_dimensions.values())
    creances = list(classeur["Créances"].iter_rows(min_row=2))
    (premiere,) = [ligne for ligne in creances if ligne[0].value == "T-1"]
    assert (premiere[5].value.date(), premiere[5].number_format) == (dt.date(2026, 8, 1), "dd/mm/yyyy")
    assert (premiere[8].value, premiere[8].data_type) == (1200, "n")
    assert "€" in premiere[8].number_format
    assert [Decimal(str(ligne[12].value)) for ligne in creances] == [Decimal(c["provision"]) for c in objet["creances"]]
    indicateurs = {ligne[0]: ligne[1] for ligne in classeur["Indicateurs"].iter_rows(min_row=2, values_only=True)}
    for indicateur in objet["indicateurs"]:
        attendue = None if indicateur["valeur"] is None else float(indicateur["valeur"])
        assert indicateurs[indicateur["libelle"].replace("'", "’")] == attendue


def test_un_texte_n_est_ni_une_formule_ni_un_lien(ecrire, tmp_path):
    ecrire("-o", tmp_path / "t.xlsx")
    classeur = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cellules = [cellule for page in classeur for ligne in page.iter_rows() for cellule in ligne]
    assert any(cellule.value == PIEGE and cellule.data_type != "f" for cellule in cellules)
    assert not [cellule for cellule in cellules if cellule.data_type == "f" or cellule.hyperlink]


def test_memes_dossiers_memes_octets_et_le_sien_seul_est_remplace(ecrire, tmp_path):
    fichier = tmp_path / "t.xlsx"
    ecrire("-o", fichier)
    premier = fichier.read_bytes()
    assert ecrire("-o", fichier).code == CodeSortie.FAIT
    assert fichier.read_bytes() == premier
    classeur = openpyxl.load_workbook(io.BytesIO(premier))
    classeur["Créances"]["N2"] = "à rappeler lundi"
    classeur.save(fichier)
    annote = fichier.read_bytes()
    assert ecrire("-o", fichier).code == CodeSortie.USAGE
    assert fichier.read_bytes() == annote


def test_une_page_inchangee_est_remplacee_une_page_annotee_non(ecrire, tmp_path):
    fichier = tmp_path / "t.html"
    ecrire("--page", fichier)
    premiere = fichier.read_text("utf-8")
    assert ecrire("--page", fichier).code == CodeSortie.FAIT
    assert fichier.read_text("utf-8") == premiere
    fichier.write_text(premiere.replace("<main>", "<main><p>à rappeler lundi</p>"), encoding="utf-8")
    assert ecrire("--page", fichier).code == CodeSortie.USAGE


@pytest.mark.parametrize(("option", "nom"), [("-o", "t.xlsx"), ("--page", "t.html")])
def test_le_fichier_d_un_autre_n_est_pas_remplace(ecrire, tmp_path, option, nom):
    (tmp_path / nom).write_text("à moi", encoding="utf-8")
    refus = ecrire(option, tmp_path / nom)
    assert refus.code == CodeSortie.USAGE
    assert "n'est pas remplacé" in refus.messages
    assert (tmp_path / nom).read_text("utf-8") == "à moi"


@pytest.mark.parametrize(("option", "nom"), [("-o", "t.xls"), ("-o", "sortie"), ("--page", "t.pdf")])
def test_une_autre_fin_de_nom_est_refusee(ecrire, tmp_path, option, nom):
    refus = ecrire(option, tmp_path / nom)
    assert refus.code == CodeSortie.USAGE
    assert not (tmp_path / nom).exists()


# --- la page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(ecrire, tmp_path):
    ecrire("--page", tmp_path / "t.html")
    return (tmp_path / "t.html").read_text("utf-8")


def test_la_page_n_execute_ni_n_appelle_rien(page):
    assert "<script" not in page.replace("&lt;script", "")
    assert not re.search(r"\s(style|on\w+|src|href)=", page.replace(PIEGE, ""))
    assert "url(" not in page
    assert "@import" not in page
    adresses = set(re.findall(r"https?://[^\"'< &]+", page))
    assert adresses == {"http://www.w3.org/2000/svg", "http://mal.example"}, "un espace de noms, et le nom du débiteur"


def test_la_feuille_de_style_est_admise_par_son_empreinte(page):
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    empreinte = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{empreinte}'" in page
    assert "default-src 'none'" in page
    assert "unsafe" not in page


def test_chaque_dessin_se_decrit_et_ses_chiffres_suivent(page):
    corps = page[page.index("<body>") : page.index("</html>")]
    arbre = etree.fromstring(corps)
    dessins = 0
    for section in arbre.iter("section"):
        for dessin in section.iter("{http://www.w3.org/2000/svg}svg"):
            dessins += 1
            voisins = list(dessin)
            assert [v.tag.rpartition("}")[2] for v in voisins[:2]] == ["title", "desc"]
            assert dessin.get("aria-labelledby").split() == [v.get("id") for v in voisins[:2]]
            assert dessin.get("role") == "img"
            (table, *_) = section.iter("table")
            chiffres = {cellule.text for cellule in table.iter("td")}
            valeurs = [t.text for t in dessin.iter("{http://www.w3.org/2000/svg}text") if t.get("class") == "valeur"]
            assert set(valeurs) <= chiffres
    assert dessins == 3
    for table in arbre.iter("table"):
        assert table.find("caption").text
        assert all(titre.get("scope") == "col" for titre in table.iter("thead") for titre in titre.iter("th"))


def test_la_page_dit_les_memes_chiffres(page, ecrire):
    tout = page.replace("\u202f", "").replace("\u00a0", " ")
    for ligne in ecrire().objet["balance"]["tranches"]:
        assert f"{ligne['montant'].replace('.', ',')} €" in tout
        assert ligne["libelle"] in tout


@pytest.mark.outils
def test_la_page_s_imprime_en_a4(ecrire, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium n'est pas installé")
    ecrire("--page", tmp_path / "t.html")
    subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={tmp_path / 't.pdf'}", str(tmp_path / "t.html")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pages = PdfReader(tmp_path / "t.pdf").pages
    assert {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in pages} == {(595, 842)}
    assert "Balance âgée et provision" in "".join(p.extract_text() for p in pages)

"""L'annexe de provision : un Word et son PDF par créancier, aux sommes du tableau, jamais par-dessus une retouche."""

from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from generateur.cli import executer
from generateur.erreurs import CodeSortie

DOSSIER = """reference = "{reference}"
objet = "Fournitures"
[creancier]
nature = "personne_morale"
denomination = "{creancier}"
forme = "SARL"
adresse = {{ voie = "1 rue des Essais", code_postal = "69003", commune = "Lyon" }}
[[debiteurs]]
nature = "personne_morale"
denomination = "Société <Perdue> & Cie"
forme = "SAS"
situation = "{situation}"
procedure_collective = {{ jugement = 2026-09-01 }}
adresse = {{ voie = "2 rue des Essais", code_postal = "13002", commune = "Marseille" }}
[[factures]]
numero = "F-{reference}"
date = 2026-04-01
echeance = {echeance}
montant_ttc = "1200.00"
montant_ht = "1000.00"
"""


@pytest.fixture
def annexer(tmp_path, capsys):
    def _annexer(*dossiers, au="2026-11-28"):
        for reference, creancier, situation, echeance in dossiers:
            racine = tmp_path / "dossiers" / reference
            racine.mkdir(parents=True, exist_ok=True)
            texte = DOSSIER.format(reference=reference, creancier=creancier, situation=situation, echeance=echeance)
            (racine / "dossier.toml").write_text(texte, encoding="utf-8")
        code = executer(
            ["tableau", str(tmp_path / "dossiers"), "--au", au, "--annexe", str(tmp_path / "annexes"), "-q"]
        )
        return int(code), capsys.readouterr()

    return _annexer


def _textes(pdf: Path) -> str:
    texte = " ".join(page.extract_text() for page in PdfReader(pdf).pages)
    return " ".join(texte.split()).replace("\u202f", " ")


def test_une_annexe_par_creancier_avec_ses_sommes_et_ses_regles(annexer, tmp_path):
    code, _ = annexer(
        ("T-1", "Atelier Lumen", "liquidation", "2026-05-01"),
        ("T-2", "Atelier Lumen", "in_bonis", "2026-05-01"),
        ("T-3", "Forge Noire", "in_bonis", "2026-05-01"),
        ("T-4", "Verrerie du Lac", "in_bonis", "2026-11-20"),
    )
    assert code == CodeSortie.FAIT
    noms = sorted(fichier.name for fichier in (tmp_path / "annexes").iterdir())
    assert noms == [
        f"annexe_{nom}_2026-11-28.{fin}" for nom in ("atelier_lumen", "forge_noire") for fin in ("docx", "pdf")
    ]
    texte = _textes(tmp_path / "annexes" / noms[1])
    for attendu in (
        "Société <Perdue> & Cie",
        "2 400,00 €",  # reste dû
        "1 500,00 €",  # provision : 1 000 en liquidation, 500 à plus de 180 jours
        "dès la décision qui prononce la liquidation judiciaire",
        "CGI, art. 272, 1 ; règle certaine",
        "Facture demeurée impayée pour la somme de 1 000,00 € (prix net) et pour la somme de 200,00 €",
        "certificat d’irrécouvrabilité",
        "à réunir",
        "connues jusqu’au 31 décembre 2026",
    ):
        assert attendu in texte.replace("\u00a0", " "), attendu
    assert texte.count("Facture demeurée impayée") == 1, "pas de duplicata tant que la perte n'est pas établie"


def test_memes_dossiers_memes_octets_et_un_word_retouche_reste(annexer, tmp_path):
    dossier = ("T-1", "Atelier Lumen", "liquidation", "2026-05-01")
    annexer(dossier)
    mot = tmp_path / "annexes" / "annexe_atelier_lumen_2026-11-28.docx"
    premier = mot.read_bytes()
    assert annexer(dossier)[0] == CodeSortie.FAIT
    assert mot.read_bytes() == premier
    document = Document(str(mot))
    document.paragraphs[0].add_run(" (relu)")
    document.core_properties.modified = document.core_properties.modified.replace(year=2027)
    document.save(str(mot))
    retouche = mot.read_bytes()
    code, lu = annexer(dossier)
    assert code == CodeSortie.USAGE
    assert "n'est pas remplacé" in lu.err
    assert mot.read_bytes() == retouche


def test_l_annexe_porte_l_en_tete_commun_et_des_styles_nommes(annexer, tmp_path):
    annexer(("T-1", "Atelier Lumen", "liquidation", "2026-05-01"))
    document = Document(str(tmp_path / "annexes" / "annexe_atelier_lumen_2026-11-28.docx"))
    entete = document.sections[0].first_page_header
    assert "Atelier Lumen" in " ".join(p.text for p in entete.paragraphs)
    assert {p.style.name for p in document.paragraphs} >= {"Titre acte", "Sous-titre", "Rubrique", "Corps de lettre"}
    assert {t.style.name for t in document.tables} == {"Tableau filets"}


def test_rien_a_provisionner_n_ecrit_rien_et_le_dit(annexer, tmp_path):
    code, _ = annexer(("T-1", "Atelier Lumen", "in_bonis", "2026-11-20"))
    assert code == CodeSortie.FAIT
    assert not (tmp_path / "annexes").exists()


def test_au_dela_de_l_horizon_l_annexe_est_refusee(annexer, tmp_path):
    code, lu = annexer(("T-1", "Atelier Lumen", "liquidation", "2026-05-01"), au="2027-01-02")
    assert code == CodeSortie.DROIT_MANQUANT
    assert "recuperation_tva" in lu.err
    assert not (tmp_path / "annexes").exists()


def test_l_annexe_ne_se_dresse_pas_d_un_registre(tmp_path, capsys):
    code = executer(["tableau", f"sqlite:///{tmp_path / 'registre.db'}", "--annexe", str(tmp_path / "annexes")])
    assert code == CodeSortie.USAGE
    assert "répertoire des dossiers" in capsys.readouterr().err

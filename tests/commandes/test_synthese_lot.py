"""Le classeur d'un lot : vrais nombres, vraies dates, rien d'exécutable, les raisons de chaque refus."""

import datetime as dt

import openpyxl
import pytest

from generateur.erreurs import CodeSortie


@pytest.fixture
def classeur(commander, copier, tmp_path):
    copier("2026-0051", ("Julien, Marie", "=1+1"))
    racine = copier("2026-0074").parent
    (racine / "casse").mkdir()
    (racine / "casse" / "dossier.toml").write_text("illisible", encoding="utf-8")
    reponse = commander(
        "lot", racine, "-o", tmp_path / "s", "--au", "2026-11-21", "--classer", "etude",
        "--synthese", tmp_path / "lot.xlsx", "--json", "-q",
    )  # fmt: skip
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert reponse.objet["synthese"] == (tmp_path / "lot.xlsx").as_posix()
    assert [pile["dossiers"] for pile in reponse.objet["piles"]] == [1]
    return openpyxl.load_workbook(tmp_path / "lot.xlsx")


def _lignes(feuille):
    titres = [cellule.value for cellule in feuille[1]]
    return [dict(zip(titres, [c.value for c in ligne], strict=True)) for ligne in feuille.iter_rows(min_row=2)]


def test_la_synthese_porte_de_vrais_nombres_et_de_vraies_dates(classeur):
    dossiers = {ligne["Référence"]: ligne for ligne in _lignes(classeur["Dossiers"])}
    produit = dossiers["2026-0051"]
    assert produit["Somme"] == pytest.approx(1265.35)
    assert produit["Arrêtée au"] == dt.datetime(2026, 11, 21)  # noqa: DTZ001 (un jour, tel que le lit openpyxl)
    assert produit["Pages"] > 5
    assert dossiers["casse"]["État"] == "en échec"


def test_un_nom_qui_ressemble_a_une_formule_reste_un_texte(classeur):
    for feuille in classeur:
        assert all(cellule.data_type != "f" for ligne in feuille.iter_rows() for cellule in ligne)


def test_les_raisons_sont_reunies_par_ce_qu_il_faut_faire(classeur):
    gestes = {ligne["Code"]: ligne for ligne in _lignes(classeur["À faire"])}
    assert gestes["MISE_EN_DEMEURE_ABSENTE"]["Références"] == "2026-0074"
    assert "DOSSIER" in gestes["MISE_EN_DEMEURE_ABSENTE"]["Ce qu'il faut faire"]
    assert gestes["CODE_3"]["Références"] == "casse"
    refus = {ligne["Référence"]: ligne for ligne in _lignes(classeur["Refus"])}
    assert refus["2026-0074"]["Code de sortie"] == 4
    assert refus["2026-0074"]["Débiteur"]
    assert refus["casse"]["Raison"]


def test_chaque_feuille_a_son_en_tete_fige_et_son_filtre(classeur):
    assert classeur.sheetnames == ["Lot", "À faire", "Refus", "Dossiers", "Piles"]
    for feuille in classeur:
        assert feuille.freeze_panes == "A2"
        assert feuille.auto_filter.ref


@pytest.mark.parametrize(
    ("options", "mot"), [(("--synthese", "lot.txt"), "xlsx"), (("--classer", "couleur"), "couleur")]
)
def test_une_demande_mal_formee_est_refusee_avant_de_produire(commander, copier, tmp_path, options, mot):
    reponse = commander("lot", copier("2026-0051").parent, "-o", tmp_path / "s", *options)
    assert reponse.code == CodeSortie.USAGE
    assert mot in reponse.messages
    assert not (tmp_path / "s").exists()

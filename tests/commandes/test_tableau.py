"""« tableau » : chaque chiffre et sa formule, ce qui n'entre pas dans les sommes, jamais tu."""

from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.indicateurs import DEFINITIONS
from generateur.commandes.presentation_tableau import FORMULE_DES_ETAPES
from generateur.erreurs import CodeSortie

AIDE = Path(__file__).parents[2] / "generateur" / "aide" / "tableau.md"
DOSSIER = """reference = "{reference}"
[creancier]
denomination = "{creancier}"
forme = "SARL"
[[debiteurs]]
denomination = "Beaurivage"
forme = "SAS"
{suite}
[[factures]]
numero = "F-{reference}"
date = 2026-09-01
echeance = {echeance}
montant_ttc = "1200.00"
montant_ht = "1000.00"
"""


@pytest.fixture
def ouvrir(tmp_path):
    def _ouvrir(reference, echeance="2026-10-01", creancier="Atelier Lumen", suite="", fin=""):
        racine = tmp_path / "dossiers" / reference
        racine.mkdir(parents=True)
        texte = DOSSIER.format(reference=reference, echeance=echeance, creancier=creancier, suite=suite)
        (racine / "dossier.toml").write_text(texte + fin, encoding="utf-8")
        return racine.parent

    return _ouvrir


@pytest.fixture
def dresser(commander):
    def _dresser(racine, *options):
        return commander("tableau", racine, "--au", "2026-11-28", *options)

    return _dresser


def _indicateurs(objet):
    return {i["cle"]: i["valeur"] for i in objet["indicateurs"]}


def test_chaque_indicateur_a_sa_formule_et_sa_source_partout(ouvrir, dresser):
    racine = ouvrir("T-1")
    aide = AIDE.read_text("utf-8")
    texte = dresser(racine).sortie.replace("’", "'")
    objet = dresser(racine, "--json").objet
    assert [i["cle"] for i in objet["indicateurs"]] == list(DEFINITIONS)
    for definition in DEFINITIONS.values():
        assert f"| {definition.libelle} | {definition.formule} | {definition.source} |" in aide
        assert f"{definition.libelle} = {definition.formule}" in texte
        assert f"d'après : {definition.source}" in texte
    assert FORMULE_DES_ETAPES in " ".join(aide.split())
    assert FORMULE_DES_ETAPES in texte


def test_un_seul_dossier_ou_le_repertoire(ouvrir, dresser):
    racine = ouvrir("T-1")
    ouvrir("T-2", echeance="2026-11-28")
    reponse = dresser(racine, "--json")
    assert reponse.code == CodeSortie.FAIT
    sommes = _indicateurs(reponse.objet)
    assert (sommes["encours"], sommes["echu"], sommes["taux_impayes"]) == ("2400.00", "1200.00", "50.00")
    assert sommes["retard_moyen"] == "58.00"
    seul = dresser(racine / "T-2", "--json").objet
    assert (_indicateurs(seul)["encours"], _indicateurs(seul)["retard_moyen"]) == ("1200.00", None)


def test_sans_chiffre_d_affaires_rien_n_est_invente(ouvrir, dresser):
    racine = ouvrir("T-1")
    for indicateur in dresser(racine, "--json").objet["indicateurs"]:
        if indicateur["cle"].startswith("dso"):
            assert indicateur["valeur"] is None
            assert "n'est pas donné" in indicateur["precision"]
    assert "non calculable : le chiffre d’affaires n’est pas donné" in dresser(racine).sortie


def test_avec_le_chiffre_d_affaires_de_chaque_creancier(ouvrir, dresser):
    racine = ouvrir("T-1")
    ouvrir("T-2", creancier="Forge Noire")
    (racine / "chiffre_affaires.toml").write_text(
        '[[mois]]\nmois = "2026-11"\nmontant_ttc = "2400.00"\ncreancier = "Atelier Lumen"\n', encoding="utf-8"
    )
    objet = dresser(racine, "--json").objet
    par_nom = {c["nom"]: c["dso_epuisement"] for c in objet["creanciers"]}
    assert par_nom == {"Atelier Lumen": "14.00", "Forge Noire": None}
    assert _indicateurs(objet)["dso_epuisement"] is None, "les ventes de l'un ne sont pas celles de tous"


def test_le_bareme_du_comptable_est_employe_et_cite(ouvrir, dresser):
    racine = ouvrir("T-1")
    (racine / "provisions.toml").write_text(
        'depuis = 2026-06-30\nsource = "Comité d\'audit"\ntranches = [{ taux_pourcent = "40" }]\n', encoding="utf-8"
    )
    objet = dresser(racine, "--json").objet
    assert objet["provision"]["total"] == "400.00"
    assert (objet["provision"]["depuis"], objet["provision"]["source"]) == ("2026-06-30", "Comité d'audit")
    assert objet["provision"]["bareme"].endswith("provisions.toml")
    assert "Comité d'audit" in dresser(racine).sortie


def test_un_dossier_illisible_incomplet_ou_double_est_nomme_hors_des_sommes(ouvrir, dresser):
    racine = ouvrir("T-1")
    ouvrir("T-2", fin='[[paiements]]\ndate = 2026-11-01\nmode = "virement"\n')
    (racine / "T-3").mkdir()
    (racine / "T-3" / "dossier.toml").write_text("reference = [", encoding="utf-8")
    (racine / "T-1 - Copie").mkdir()
    (racine / "T-1 - Copie" / "dossier.toml").write_bytes((racine / "T-1" / "dossier.toml").read_bytes())
    reponse = dresser(racine, "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    objet = reponse.objet
    assert (objet["dossiers"], _indicateurs(objet)["encours"]) == (1, "1200.00")
    ecartes = {Path(e["dossier"]).name: e["message"] for e in objet["ecartes"]}
    assert set(ecartes) == {"T-1 - Copie", "T-2", "T-3"}
    assert "il manque montant" in ecartes["T-2"]
    for nom in ecartes:
        assert nom in dresser(racine).sortie


def test_une_echeance_absente_est_nommee_hors_des_sommes(ouvrir, dresser):
    racine = ouvrir("T-1")
    ouvrir("T-2", echeance='""')
    objet = dresser(racine, "--json").objet
    assert _indicateurs(objet)["encours"] == "1200.00"
    assert [(h["reference"], h["montant"]) for h in objet["hors_sommes"]] == [("T-2", "1200.00")]
    assert "échéance à compléter" in dresser(racine).sortie


def test_chaque_somme_est_celle_de_ses_parties(ouvrir, dresser):
    racine = ouvrir("T-1")
    for rang, echeance in enumerate(("2026-11-28", "2026-09-01", "2025-01-01"), start=2):
        ouvrir(f"T-{rang}", echeance=echeance, creancier=f"Créancier {rang}")
    objet = dresser(racine, "--json").objet

    def sommer(lignes, cle):
        return sum(Decimal(ligne[cle]) for ligne in lignes)

    sommes = _indicateurs(objet)
    for cle, colonne in (("encours", "reste"), ("provision", "provision")):
        assert sommer(objet["creances"], colonne) == Decimal(sommes[cle])
        assert sommer(objet["debiteurs"], cle) == Decimal(sommes[cle])
        assert sommer(objet["creanciers"], cle) == Decimal(sommes[cle])
    assert sommer(objet["balance"]["tranches"], "montant") == Decimal(objet["balance"]["total"])
    assert sommer(objet["balance"]["tranches"], "provision") == Decimal(sommes["provision"])


def test_un_trop_percu_est_compte_a_part(ouvrir, dresser):
    racine = ouvrir("T-1", fin='[[paiements]]\ndate = 2026-11-01\nmontant = "2000.00"\n')
    sommes = _indicateurs(dresser(racine, "--json").objet)
    assert (sommes["encours"], sommes["recouvre"], sommes["trop_percu"]) == ("0.00", "1200.00", "800.00")

"""Le catalogue : chaque code a un dossier qui le déclenche et un dossier voisin qui ne le déclenche pas.

Les cas sont dans `codes/*.toml`, lisibles sans connaître Python.
"""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

import generateur.controles
from generateur.controles.catalogue import catalogue, constater
from generateur.controles.constat import ORDRE_GRAVITES, verdict

AU = date(2026, 11, 21)
MOTIF_LIEU = re.compile(r"[a-z_0-9]+(\[[1-9][0-9]*\])?(\.[a-z_0-9]+(\[[1-9][0-9]*\])?)*")
CAS = [
    cas
    for fichier in sorted((Path(__file__).parent / "codes").glob("*.toml"))
    for cas in tomllib.loads(fichier.read_text("utf-8")).get("cas", ())
]
CODES_DE_COMPETENCE = {  # éprouvés dans test_competence.py : ils ne sortent que de la voie qui saisit un tribunal
    "JURIDICTION_A_CONFIRMER",
    "RESSORTS_DIFFERENTS",
    "DEBITEUR_NON_COMMERCANT",
    "HONORAIRES_AVOCAT",
    "BAIL_COMMERCIAL",
    "SOCIETE_EXERCICE_LIBERAL",
    "EFFET_NON_COMMERCANT",
    "OPTION_DU_CREANCIER",
}


def _trouver(controler, inspection, cas, quand, au, fichier):
    fichiers = inspection(**cas[fichier]) if fichier in cas else {}
    constats = controler(cas.get(quand), au=cas.get(au, cas.get("au", AU)), jour=cas.get("jour", AU), fichiers=fichiers)
    return [constat for constat in constats if constat.code == cas["code"]]


@pytest.mark.parametrize("cas", CAS, ids=lambda cas: f"{cas['code']}-{cas.get('gravite', 'defaut')}")
def test_le_dossier_declenche_le_code(controler, inspection, cas):
    trouves = _trouver(controler, inspection, cas, "quand", "au", "fichier")
    entree = catalogue()[cas["code"]]
    assert trouves
    for constat in trouves:
        assert constat.gravite == cas.get("gravite", entree.gravites[0])
        assert constat.message.endswith(".")
        assert constat.remede
        assert constat.fondement or not entree.fondement
        assert MOTIF_LIEU.fullmatch(constat.lieu)


@pytest.mark.parametrize("cas", [cas for cas in CAS if "gravite" not in cas], ids=lambda cas: cas["code"])
def test_le_dossier_voisin_ne_declenche_pas_le_code(controler, inspection, cas):
    assert not _trouver(controler, inspection, cas, "sinon", "au_sinon", "fichier_sinon")


def test_chaque_code_du_catalogue_a_son_cas():
    assert {cas["code"] for cas in CAS} | CODES_DE_COMPETENCE == set(catalogue())


def test_chaque_gravite_secondaire_a_son_cas():
    eprouvees = {(cas["code"], cas.get("gravite", catalogue()[cas["code"]].gravites[0])) for cas in CAS}
    prevues = {(e.code, gravite) for e in catalogue().values() for gravite in e.gravites}
    assert {code for code, _ in prevues - eprouvees} == CODES_DE_COMPETENCE


def test_aucun_code_n_est_emis_hors_du_catalogue():
    sources = Path(generateur.controles.__file__).parent.glob("*.py")
    ecrits = {code for source in sources for code in re.findall(r'"([A-Z][A-Z_]{5,})"', source.read_text("utf-8"))}
    assert ecrits == set(catalogue())


def test_le_dossier_complet_est_pret_et_n_annonce_que_sa_prescription(controler):
    constats = controler()
    assert verdict(constats) == "pret"
    assert [constat.code for constat in constats] == ["PRESCRIPTION_DATE"]


def test_une_gravite_hors_du_catalogue_est_refusee():
    with pytest.raises(ValueError, match="gravité"):
        constater("SIREN_INVALIDE", "…", gravite="information")


def test_chaque_entree_est_complete():
    for entree in catalogue().values():
        assert entree.gravites
        assert set(entree.gravites) <= set(ORDRE_GRAVITES)
        assert entree.libelle.endswith(".")

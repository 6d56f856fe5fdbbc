"""Le catalogue : chaque code a un dossier qui le déclenche et un dossier voisin qui ne le déclenche pas.

Les cas sont dans `codes/*.toml`, lisibles sans connaître Python.
"""

import ast
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from generateur.controles.catalogue import catalogue, constater
from generateur.domaine.constat import ORDRE_GRAVITES, verdict

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
HORS_CONTROLES = {  # émis par le choix, l'étude ou la publication : éprouvés là où ils naissent
    "AUCUNE_PROCEDURE",
    "DROIT_AJOUTE",
    "HORIZON_PROCHE",
    "PROCEDURE_IMPOSEE",
    "SIGNE_SANS_DESSIN",
    "COUT_SUPERIEUR_A_L_ENJEU",
    "FICHIER_EN_DOUBLE",
    "NOM_DU_REPERTOIRE",
    "FICHIER_NON_CITE",
    "BLOC_INCOMPLET",
    "SAISIE_NORMALISEE",
    "NUMEROS_NON_RETENUS",
    "PIECE_SERVIE_RETIREE",
    "PIECE_SERVIE_MODIFIEE",
} | {code for code, entree in catalogue().items() if entree.procedure}
COMMUNS = set(catalogue()) - HORS_CONTROLES
TESTS = Path(__file__).parents[1]


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


def test_chaque_code_commun_du_catalogue_a_son_cas():
    assert {cas["code"] for cas in CAS} | CODES_DE_COMPETENCE == COMMUNS


@pytest.mark.parametrize("code", sorted(HORS_CONTROLES))
def test_chaque_autre_code_est_eprouve_par_un_cas_ou_un_test(code):
    lieux = [p for p in TESTS.rglob("*") if p.suffix in {".py", ".toml"} and p != Path(__file__)]
    assert any(f'"{code}"' in lieu.read_text("utf-8") for lieu in lieux)


def test_chaque_gravite_secondaire_a_son_cas():
    eprouvees = {(cas["code"], cas.get("gravite", catalogue()[cas["code"]].gravites[0])) for cas in CAS}
    prevues = {(code, gravite) for code in COMMUNS for gravite in catalogue()[code].gravites}
    assert {code for code, _ in prevues - eprouvees} == CODES_DE_COMPETENCE


def _appels(arbres, fonction):
    return [
        (module, noeud)
        for module, arbre in arbres.items()
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name) and noeud.func.id == fonction
    ]


def test_un_constat_ne_se_fabrique_que_par_le_catalogue(arbres):
    assert {module for module, _ in _appels(arbres, "Constat")} == {"controles.catalogue"}


def test_tout_code_ecrit_dans_un_constat_est_au_catalogue(arbres):
    emis = {
        feuille.value
        for _, appel in _appels(arbres, "constater")
        for feuille in ast.walk(appel.args[0])
        if isinstance(feuille, ast.Constant)
    }
    assert emis <= set(catalogue())
    assert len(emis) > len(catalogue()) / 2


def test_tout_code_du_catalogue_est_ecrit_dans_le_programme(arbres):
    ecrits = {n.value for a in arbres.values() for n in ast.walk(a) if isinstance(n, ast.Constant)}
    assert not set(catalogue()) - ecrits


def test_le_dossier_complet_est_pret_et_n_annonce_que_sa_prescription_et_un_taux_probable(controler):
    constats = controler()
    assert verdict(constats) == "pret"
    assert [constat.code for constat in constats] == ["TAUX_A_CONFIRMER", "PRESCRIPTION_DATE"]


def test_une_gravite_hors_du_catalogue_est_refusee():
    with pytest.raises(ValueError, match="gravité"):
        constater("SIREN_INVALIDE", "…", gravite="information")


def test_chaque_entree_est_complete():
    for entree in catalogue().values():
        assert entree.gravites
        assert set(entree.gravites) <= set(ORDRE_GRAVITES)
        assert entree.libelle.endswith(".")

"""Les cas de tests/cas/procedures, lisibles par un juriste : un dossier, une date, la voie retenue et pourquoi."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from generateur.droit.tables import lire_table
from generateur.erreurs import ErreurDroitManquant
from generateur.procedures.choix import choisir_procedure, constater_choix
from generateur.procedures.repertoire import lister_procedures

RACINE_DES_CAS = Path(__file__).parents[1] / "cas" / "procedures"
AU = dt.date(2026, 11, 21)
CAS = [
    pytest.param(cas, id=f"{fichier.stem} : {cas['titre']}")
    for fichier in sorted(RACINE_DES_CAS.glob("*.toml"))
    for cas in tomllib.loads(fichier.read_text("utf-8"))["cas"]
]
ATTENDUS = {"retenue", "juridiction", "siege", "motifs", "constats", "forcee", "droit_manquant"}


TEXTES_D_ACTES = ("FONDEMENT", "COMPETENCE_", "RENVOI_", "CONTRIBUTION_")


def _contenu(parametre):
    return parametre.values[0]


def _observer(espece, decision):
    retenue = decision.retenue
    juridiction = espece.competence.juridiction if retenue is None or retenue.saisit_juridiction else None
    constats = (*constater_choix(decision), *(retenue.controler(espece) if retenue else ()))
    return {
        "retenue": retenue.nom if retenue else "",
        "juridiction": juridiction.type if juridiction else "",
        "siege": juridiction.siege if juridiction else "",
        "constats": [constat.code for constat in constats],
        "forcee": decision.est_forcee,
    }


@pytest.mark.parametrize("cas", CAS)
def test_cas(cas, juger):
    assert cas["source"], "un cas dit d'où il vient"
    attendu = cas["attendu"]
    assert set(attendu) <= ATTENDUS
    if "droit_manquant" in attendu:
        with pytest.raises(ErreurDroitManquant, match=attendu["droit_manquant"]):
            choisir_procedure(juger(cas.get("dossier"), cas["au"]), cas.get("imposee"))
        return
    espece = juger(cas.get("dossier"), cas.get("au", AU))
    decision = choisir_procedure(espece, cas.get("imposee"))
    observe = _observer(espece, decision)
    codes = {examen.procedure: [motif.code for motif in examen.motifs] for examen in decision.examens}
    assert observe == observe | {cle: valeur for cle, valeur in attendu.items() if cle != "motifs"}
    assert codes == codes | attendu.get("motifs", {})


@pytest.mark.parametrize("cas", [cas for cas in CAS if "droit_manquant" not in _contenu(cas)["attendu"]])
def test_chaque_examen_est_motive_et_fonde(cas, juger):
    """Toutes les voies sont examinées ; aucune n'est retenue ni écartée sans une raison et un texte."""
    decision = choisir_procedure(juger(cas.get("dossier"), cas.get("au", AU)), cas.get("imposee"))
    assert [examen.procedure for examen in decision.examens] == [p.nom for p in lister_procedures()]
    for examen in decision.examens:
        assert examen.motifs
        for motif in examen.motifs:
            assert motif.message
            assert motif.fondement
            assert "None" not in motif.message + motif.fondement


def test_chaque_procedure_est_retenue_par_au_moins_un_cas():
    retenues = {_contenu(cas)["attendu"].get("retenue") for cas in CAS}
    assert {procedure.nom for procedure in lister_procedures()} <= retenues


def test_chaque_code_de_motif_a_un_cas():
    """Les codes des tables de motifs ; non ceux qui donnent son texte à un acte ou à un constat."""
    vus = {code for cas in CAS for codes in _contenu(cas)["attendu"].get("motifs", {}).values() for code in codes}
    vus |= {code for cas in CAS for code in _contenu(cas)["attendu"].get("constats", ())}
    tables = {procedure.tables[0] for procedure in lister_procedures()} | {"motifs_communs"}
    connus = {cle for table in tables for cle in lire_table(table).cles if not cle.startswith(TEXTES_D_ACTES)}
    assert connus <= vus

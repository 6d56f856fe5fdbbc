"""L'aperçu des modèles montre tout ce que le programme sait écrire."""

import datetime as dt

import pytest

from generateur.operations.apercu_modeles import ecrire_apercus
from generateur.operations.outillage import ouvrir_moteurs
from generateur.procedures.repertoire import lister_procedures

JOUR = dt.date(2026, 11, 27)
LETTRES = {"mise_en_demeure", "gardes", "bordereau_complementaire"}


@pytest.fixture(scope="module")
def apercus(tmp_path_factory):
    with ouvrir_moteurs(None) as moteurs:
        return ecrire_apercus(None, tmp_path_factory.mktemp("apercu"), jour=JOUR, au=None, moteurs=moteurs).fichiers


@pytest.mark.parametrize("procedure", [pytest.param(p, id=p.nom) for p in lister_procedures()])
def test_montre_chaque_acte_lettres_comprises_meme_d_une_voie_sur_demande(procedure, apercus):
    montres = {pdf.stem for pdf in apercus if pdf.parent.name == procedure.nom}
    assert montres == {acte.nom for acte in procedure.actes} | LETTRES

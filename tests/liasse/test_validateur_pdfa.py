"""Le PDF/A-2b annoncé, jugé par le validateur de pikepdf : il n'approuve que ce qu'il reconnaît en entier."""

from pathlib import Path

import pikepdf
import pytest
from pikepdf.pdfa import validate_written

from generateur.cli import executer

EXEMPLE = "dossiers/2026-0042"


@pytest.fixture(scope="module")
def produit(tmp_path_factory, racine):
    """Le dossier d'exemple, liasse entière demandée en PDF/A-2b."""
    sortie = tmp_path_factory.mktemp("sortie")
    assert executer(["produire", str(racine / EXEMPLE), "--pdfa", "-o", str(sortie), "-q"]) == 0
    return sortie / Path(EXEMPLE).name


def test_chaque_acte_est_un_pdfa_2b(produit):
    actes = sorted((produit / "actes").glob("*.pdf"))
    assert len(actes) >= 5
    assert {acte.name: _fautes(acte) for acte in actes} == {acte.name: [] for acte in actes}


def test_la_liasse_demandee_en_pdfa_2b_en_est_un(produit):
    assert _fautes(produit / "2026-0042_liasse.pdf") == []


def test_le_validateur_voit_une_police_non_incorporee(produit, tmp_path):
    abime = tmp_path / "abime.pdf"
    with pikepdf.open(produit / "actes" / "requete.pdf") as pdf:
        for objet in pdf.objects:
            if isinstance(objet, pikepdf.Dictionary) and "/FontFile2" in objet:
                del objet["/FontFile2"]
        pdf.save(abime)
    assert _fautes(abime)


def _fautes(fichier: Path) -> list[str]:
    return [str(faute) for faute in validate_written(fichier, "2b").findings]

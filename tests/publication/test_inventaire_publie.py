"""Ce qu'une personne met ou change dans une sortie n'est jamais perdu ; ce qui n'est pas d'ici n'est pas touché."""

import hashlib
import json
from pathlib import Path

import pytest

from generateur.erreurs import ErreurUsage
from generateur.publication.echange import preparer_publication, reparer
from tests.publication.test_echange import _ecrire, _publier, _version

_VOISINS = [
    json.dumps({"reference": reference, "liasse": {"fichier": "l.pdf", "pages": 1}, "pieces": []})
    for reference in ("", "R", "R12")
]


def _publier_et_dire(sortie: Path, version: str) -> list[str]:
    gardes: list[str] = []
    with preparer_publication(sortie, "R1", gardes=gardes) as chantier:
        _ecrire(chantier, version)
    return gardes


def test_ce_qu_une_personne_a_mis_ou_change_est_garde_a_part_et_dit(tmp_path):
    _publier(tmp_path, "1")
    (tmp_path / "R1" / "note.txt").write_text("rappeler le greffe")
    (tmp_path / "R1" / "sous" / "c.txt").write_text("retouché dans Word")
    assert _publier_et_dire(tmp_path, "2") == ["gardes_a_part/note.txt", "gardes_a_part/sous/c.txt"]
    assert _version(tmp_path) == "2"
    assert (tmp_path / "R1" / "gardes_a_part" / "note.txt").read_text() == "rappeler le greffe"
    assert (tmp_path / "R1" / "gardes_a_part" / "sous" / "c.txt").read_text() == "retouché dans Word"
    assert _publier_et_dire(tmp_path, "3") == []  # déjà à part : rien de plus à dire
    assert (tmp_path / "R1" / "gardes_a_part" / "note.txt").exists()
    (tmp_path / "R1" / "note.txt").write_text("une autre note")
    assert _publier_et_dire(tmp_path, "4") == ["gardes_a_part/note_2.txt"]


def test_un_lien_depose_reste_un_lien_et_n_est_pas_suivi(tmp_path):
    _publier(tmp_path, "1")
    (tmp_path / "secret").write_text("ailleurs")
    (tmp_path / "R1" / "lien").symlink_to(tmp_path / "secret")
    assert _publier_et_dire(tmp_path, "2") == ["gardes_a_part/lien"]
    assert (tmp_path / "R1" / "gardes_a_part" / "lien").is_symlink()


@pytest.mark.parametrize(
    "contenu", ["{}", '{"name": "mon-site"}', '{"reference": "AUTRE", "liasse": {}}', "x", *_VOISINS]
)
def test_le_manifeste_d_un_autre_programme_ne_fait_pas_un_resultat(tmp_path, contenu):
    (tmp_path / "R1").mkdir()
    (tmp_path / "R1" / "manifeste.json").write_text(contenu)
    (tmp_path / "R1" / "precieux.txt").write_text("à garder")
    with pytest.raises(ErreurUsage, match="rien n'y est effacé"):
        _publier(tmp_path, "2")
    assert (tmp_path / "R1" / "precieux.txt").read_text() == "à garder"


def test_un_pret_entier_d_un_autre_dossier_ne_prend_pas_la_place(tmp_path):
    _publier(tmp_path, "1")
    autre = tmp_path / ".R1.pret"
    autre.mkdir()
    (autre / "a.pdf").write_bytes(b"x")
    somme = hashlib.sha256(b"x").hexdigest()
    contenu = {"reference": "R2", "liasse": {"fichier": "a.pdf", "sha256": somme, "pages": 1}, "pieces": []}
    (autre / "manifeste.json").write_text(json.dumps(contenu))
    reparer(tmp_path, "R1")
    assert _version(tmp_path) == "1"


def test_ce_qu_une_personne_met_apres_un_arret_survit_a_la_reparation(tmp_path):
    _publier(tmp_path / "neuf", "2")
    _publier(tmp_path, "1")
    (tmp_path / "neuf" / "R1").rename(tmp_path / ".R1.pret")
    (tmp_path / "R1" / "note.txt").write_text("rappeler")
    reparer(tmp_path, "R1")
    assert _version(tmp_path) == "2"
    assert (tmp_path / "R1" / "gardes_a_part" / "note.txt").read_text() == "rappeler"

"""L'empreinte d'un fichier suit son contenu, quelles que soient ses dates."""

import os

import pytest

from generateur.surveillance import contenus
from generateur.surveillance.contenus import Contenus

GROS = 200_000


def _changer_sans_changer_de_date(fichier, octets):
    """Même taille, même date d'écriture : le système seul sait que le fichier a changé."""
    avant = fichier.stat()
    while fichier.stat().st_ctime_ns == avant.st_ctime_ns:
        fichier.write_bytes(octets)
        os.utime(fichier, ns=(avant.st_atime_ns, avant.st_mtime_ns))
    assert (fichier.stat().st_size, fichier.stat().st_mtime_ns) == (avant.st_size, avant.st_mtime_ns)


@pytest.mark.parametrize("taille", [10, GROS])
@pytest.mark.parametrize("repos", [0, contenus._AU_REPOS_NS])
def test_un_contenu_change_sous_la_meme_date_se_voit(tmp_path, monkeypatch, taille, repos):
    monkeypatch.setattr(contenus, "_AU_REPOS_NS", repos)
    fichier, sues = tmp_path / "piece.pdf", Contenus()
    fichier.write_bytes(b"a" * taille)
    avant = sues.empreinte(fichier), sues.arbre(tmp_path)
    assert avant == (sues.empreinte(fichier), sues.arbre(tmp_path))
    _changer_sans_changer_de_date(fichier, b"b" * taille)
    assert sues.empreinte(fichier) != avant[0]
    assert sues.arbre(tmp_path) != avant[1]


def test_un_gros_fichier_au_repos_n_est_pas_relu_un_recent_l_est(tmp_path, monkeypatch):
    ouverts = []
    vrai = contenus.hashlib.file_digest
    monkeypatch.setattr(contenus.hashlib, "file_digest", lambda *a: ouverts.append(a) or vrai(*a))
    fichier, sues = tmp_path / "piece.pdf", Contenus()
    fichier.write_bytes(b"a" * GROS)
    sues.empreinte(fichier)
    sues.empreinte(fichier)
    assert len(ouverts) == 2  # trop récent : une autre écriture pourrait porter la même date
    monkeypatch.setattr(contenus, "_AU_REPOS_NS", -1)
    sues.empreinte(fichier)
    sues.empreinte(fichier)
    assert len(ouverts) == 3


def test_ce_qui_parait_disparait_ou_change_de_nom_se_voit(tmp_path):
    sues, vues = Contenus(), []

    def voir():
        vues.append(sues.arbre(tmp_path))

    voir()
    (tmp_path / "a").mkdir()
    voir()
    (tmp_path / "a" / "un").write_text("x")
    voir()
    (tmp_path / "a" / "un").rename(tmp_path / "a" / "deux")
    voir()
    (tmp_path / "a" / "lien").symlink_to("deux")
    voir()
    (tmp_path / "a" / "lien").unlink()
    (tmp_path / "a" / "lien").symlink_to("absent")
    voir()
    (tmp_path / "a" / "deux").write_text("y")
    voir()
    assert len(set(vues)) == len(vues)

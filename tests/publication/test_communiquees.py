"""Ce qui part est gardé dans l'échange même : lettres comprises, une fois par envoi, sans jamais se perdre."""

import datetime as dt
from functools import partial

import pytest

from generateur.publication.communiquees import emporter_lettres
from generateur.publication.echange import preparer_publication

ENVOI = dt.date(2026, 11, 20)


def _ecrire(sortie, nom, texte, envoyee_le):
    garder = partial(emporter_lettres, envoyee_le=envoyee_le)
    with preparer_publication(sortie, "R_mise_en_demeure", temoin="mise_en_demeure*.pdf", emporter=garder) as chantier:
        (chantier / nom).write_text(texte)


def _gardees(sortie):
    racine = sortie / "R_mise_en_demeure" / "communiquees"
    return {p.relative_to(racine).as_posix(): p.read_text() for p in racine.rglob("*.pdf")}


def test_une_lettre_partie_survit_a_celle_qui_suit(tmp_path):
    _ecrire(tmp_path, "mise_en_demeure_1.pdf", "au débiteur", None)
    assert _gardees(tmp_path) == {}
    for texte in ("à la caution", "à la caution, corrigée"):
        _ecrire(tmp_path, "mise_en_demeure_2.pdf", texte, ENVOI)
        assert _gardees(tmp_path) == {"2026-11-20/mise_en_demeure_1.pdf": "au débiteur"}
    _ecrire(tmp_path, "mise_en_demeure_1.pdf", "nouvelles factures", ENVOI + dt.timedelta(days=5))
    assert _gardees(tmp_path) == {
        "2026-11-20/mise_en_demeure_1.pdf": "au débiteur",
        "2026-11-25/mise_en_demeure_2.pdf": "à la caution, corrigée",
    }


def test_un_disque_plein_pendant_la_garde_laisse_tout_en_place(tmp_path, monkeypatch):
    _ecrire(tmp_path, "mise_en_demeure_1.pdf", "au débiteur", None)
    monkeypatch.setattr("generateur.publication.communiquees.shutil.copytree", _remplir)
    with pytest.raises(Exception, match="le disque est plein"):
        _ecrire(tmp_path, "mise_en_demeure_2.pdf", "à la caution", ENVOI)
    publie = tmp_path / "R_mise_en_demeure"
    assert [p.name for p in publie.iterdir() if not p.name.startswith(".")] == ["mise_en_demeure_1.pdf"]
    assert [p.name for p in tmp_path.iterdir() if p.name != ".verrou"] == ["R_mise_en_demeure"]


def _remplir(*_, **__):
    raise OSError(28, "No space left on device")

"""Les actes au format d'archivage : jugés à côté ; un acte refusé ne se réclame de rien."""

from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from generateur.erreurs import ErreurPiece
from generateur.liasse import approbations
from generateur.liasse.archivage import juger_pdfa
from generateur.operations import archivage_des_actes
from generateur.operations.archivage_des_actes import archiver_a_cote
from generateur.operations.outillage import JUGER_PDFA
from generateur.pieces.atelier import executer_borne
from generateur.procedures.socle import Acte
from generateur.redaction.actes import ActeEcrit
from tests.liasse.test_archivage_volumes import JOUR, ecrire_acte_incorpore


def _ecrire_cmjn(chemin: Path) -> Path:
    dessin = canvas.Canvas(str(chemin))
    dessin.setFillColorCMYK(0, 1, 1, 0)
    dessin.drawString(60, 700, "Texte")
    dessin.save()
    return chemin


def _acte(pdf: Path) -> ActeEcrit:
    return ActeEcrit(
        Acte(pdf.stem, pdf.stem.capitalize(), f"communs/{pdf.stem}"), pdf.with_suffix(".docx"), pdf, "dxpdf"
    )


def test_l_acte_approuve_s_en_reclame_et_le_refuse_redevient_l_original(outils, tmp_path):
    bon, mauvais = ecrire_acte_incorpore(tmp_path / "bon.pdf"), _ecrire_cmjn(tmp_path / "mauvais.pdf")
    avant = mauvais.read_bytes()
    with archiver_a_cote(outils.atelier, JOUR) as archivage:
        archivage.confier(_acte(bon))
        archivage.confier(_acte(mauvais))
        assert b"pdfaid" in mauvais.read_bytes()  # déclaré en attendant son jugement
        assert archivage.rendre_les_refuses()
    assert juger_pdfa(bon) == []
    assert mauvais.read_bytes() == avant
    assert sorted(chemin.name for chemin in tmp_path.iterdir()) == ["bon.pdf", "mauvais.pdf"]


def test_rien_a_rendre_quand_tout_est_approuve(outils, tmp_path):
    with archiver_a_cote(outils.atelier, JOUR) as archivage:
        archivage.confier(_acte(ecrire_acte_incorpore(tmp_path / "bon.pdf")))
        assert not archivage.rendre_les_refuses()


def test_l_enfant_juge_comme_nous(outils, tmp_path):
    fichier = _ecrire_cmjn(tmp_path / "acte.pdf")
    assert executer_borne(outils.atelier, JUGER_PDFA, fichier)["raisons"] == juger_pdfa(fichier) != []


def test_les_memes_octets_approuves_ne_se_rejugent_pas_et_d_autres_si(outils, tmp_path, monkeypatch):
    monkeypatch.setattr(approbations, "dossier_de_cache", lambda: tmp_path / "cache")
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)
    juges = []

    def noter(atelier, tache, pdf):
        juges.append(pdf.name)
        return executer_borne(atelier, tache, pdf)

    monkeypatch.setattr(archivage_des_actes, "executer_borne", noter)
    for rang, texte in enumerate((b"Un", b"Un", b"Deux")):
        (tmp_path / str(rang)).mkdir()
        with archiver_a_cote(outils.atelier, JOUR) as archivage:
            archivage.confier(_acte(ecrire_acte_incorpore(tmp_path / str(rang) / "acte.pdf", texte)))
            assert not archivage.rendre_les_refuses()
    assert len(juges) == 2
    for rang in (3, 4):  # un refus se redit
        (tmp_path / str(rang)).mkdir()
        with archiver_a_cote(outils.atelier, JOUR) as archivage:
            archivage.confier(_acte(_ecrire_cmjn(tmp_path / str(rang) / "acte.pdf")))
            assert archivage.rendre_les_refuses()
    assert len(juges) == 4


@pytest.mark.parametrize(("ecrire", "est_refuse"), [(ecrire_acte_incorpore, False), (_ecrire_cmjn, True)])
def test_un_enfant_qui_tombe_ne_change_pas_le_jugement(outils, tmp_path, monkeypatch, ecrire, est_refuse):
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")

    def tomber(*_arguments):
        raise ErreurPiece("Le fichier met en échec le logiciel qui le lit.")

    monkeypatch.setattr(archivage_des_actes, "executer_borne", tomber)
    with archiver_a_cote(outils.atelier, JOUR) as archivage:
        archivage.confier(_acte(ecrire(tmp_path / "acte.pdf")))
        assert archivage.rendre_les_refuses() is est_refuse

"""Le fonds : un contenu connu n'est pas rouvert, un secret ne dure pas, une entrée abîmée est refaite."""

from pathlib import Path

import pikepdf
import pytest

from generateur.pieces.atelier import Atelier
from generateur.pieces.fonds import Fonds, copier_a_part
from generateur.pieces.inspection import inspecter
from generateur.pieces.preparation import preparer_piece
from tests.pieces.conftest import ecrire_pdf


class AtelierCompte(Atelier):
    """Compte les tâches demandées."""

    def __init__(self):
        super().__init__()
        self.taches = []

    def executer(self, tache, **reste):
        self.taches.append(tache)
        return super().executer(tache, **reste)


@pytest.fixture
def atelier():
    with AtelierCompte() as ouvert:
        yield ouvert


@pytest.fixture
def dossier(tmp_path):
    racine = tmp_path / "dossier"
    (racine / "pieces").mkdir(parents=True)
    ecrire_pdf(racine / "pieces" / "a.pdf", 2)
    (racine / "pieces" / "b.txt").write_text("Bonjour", encoding="utf-8")
    return racine


def _passer(dossier: Path, cible: Path, atelier: Atelier, fonds: Fonds, mot_de_passe: str | None = None):
    """Ce que fait une production : examiner, puis préparer."""
    chemins = [(f"pieces/{nom}", mot_de_passe) for nom in ("a.pdf", "b.txt")]
    etat = inspecter(dossier, chemins, atelier=atelier, fonds=fonds, est_a_preparer=True)
    cible.mkdir()
    faits = [
        preparer_piece(
            dossier / chemin,
            cible / f"{rang}.pdf",
            titre="Pièce",
            mot_de_passe=secret,
            atelier=atelier,
            fonds=fonds,
        )
        for rang, (chemin, secret) in enumerate(chemins)
    ]
    return etat, faits


def test_une_piece_pdf_n_est_ouverte_qu_une_fois_par_production(dossier, tmp_path, atelier):
    fonds = Fonds().le_temps_d_une_production(tmp_path / "ephemere")
    _passer(dossier, tmp_path / "un", atelier, fonds)
    assert atelier.taches.count("ouvrir_piece") == 1 + 2  # le texte est composé à part, sous son titre
    assert "traiter_pdf" not in atelier.taches


def test_un_contenu_connu_ne_se_rouvre_pas_d_un_dossier_a_l_autre(dossier, tmp_path, atelier):
    fonds = Fonds(tmp_path / "durable")
    premier = _passer(dossier, tmp_path / "un", atelier, fonds)
    atelier.taches.clear()
    second = _passer(dossier, tmp_path / "deux", atelier, Fonds(tmp_path / "durable"))
    assert atelier.taches == []
    assert premier == second
    for rang in range(2):
        assert (tmp_path / "un" / f"{rang}.pdf").read_bytes() == (tmp_path / "deux" / f"{rang}.pdf").read_bytes()


def test_un_fichier_modifie_est_rouvert(dossier, tmp_path, atelier):
    fonds = Fonds(tmp_path / "durable")
    _passer(dossier, tmp_path / "un", atelier, fonds)
    ecrire_pdf(dossier / "pieces" / "a.pdf", 3)
    etat, faits = _passer(dossier, tmp_path / "deux", atelier, fonds)
    assert etat["pieces/a.pdf"].pages == faits[0].pages == 3


def test_un_document_a_mot_de_passe_ne_reste_pas_dechiffre(dossier, tmp_path, atelier):
    with pikepdf.open(dossier / "pieces" / "a.pdf", allow_overwriting_input=True) as pdf:
        pdf.save(encryption=pikepdf.Encryption(owner="p", user="secret"))
    durable = tmp_path / "durable"
    fonds = Fonds(durable).le_temps_d_une_production(tmp_path / "ephemere")
    _, faits = _passer(dossier, tmp_path / "un", atelier, fonds, "secret")
    assert faits[0].pages == 2
    assert not durable.exists() or not list(durable.iterdir())
    assert list((tmp_path / "ephemere").glob("secrete-*.pdf"))


@pytest.mark.parametrize("mal", ["changer le pdf", "tronquer la fiche", "effacer le pdf"])
def test_une_entree_abimee_est_refaite(dossier, tmp_path, atelier, mal):
    fonds = Fonds(tmp_path / "durable")
    _passer(dossier, tmp_path / "un", atelier, fonds)
    for fichier in (tmp_path / "durable").glob("*.json" if mal == "tronquer la fiche" else "*.pdf"):
        if mal == "effacer le pdf":
            fichier.unlink()
        else:
            octets = fichier.read_bytes()
            fichier.unlink()  # le même fichier sert aussi ailleurs
            fichier.write_bytes(octets[:20] + bytes(len(octets) - 20))
    _, faits = _passer(dossier, tmp_path / "deux", atelier, fonds)
    assert faits[0].pages == 2
    assert (tmp_path / "un" / "0.pdf").read_bytes() == (tmp_path / "deux" / "0.pdf").read_bytes()


def test_le_fonds_est_prive(dossier, tmp_path, atelier):
    _passer(dossier, tmp_path / "un", atelier, Fonds(tmp_path / "durable"))
    assert (tmp_path / "durable").stat().st_mode & 0o777 == 0o700
    assert {fichier.stat().st_mode & 0o777 for fichier in (tmp_path / "durable").iterdir()} == {0o600}


def test_remplacer_une_copie_ne_touche_pas_l_original(tmp_path):
    (tmp_path / "a").write_bytes(b"original")
    copier_a_part(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").write_bytes(b"neuf")
    (tmp_path / "c").replace(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == b"original"

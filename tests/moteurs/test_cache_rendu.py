"""Le cache rend le même PDF sans convertir, et ne se trompe jamais de document."""

import os
from pathlib import Path

import pytest
from docx import Document

from generateur.contrats import Conversion, Disponibilite
from generateur.erreurs import ErreurRendu
from generateur.moteurs.cache_rendu import CacheRendu
from generateur.moteurs.textes_perdus import dit_le_texte
from tests.pieces.conftest import ecrire_pdf

PDF = b"%PDF-1.4\n1 0 obj << /Type /Page >>\n%%EOF\n"


class MoteurCompteur:
    """Un moteur qui recopie le document dans le PDF et compte ses conversions."""

    nom = "compteur"
    polices_maitrisees = True

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.convertis: list[str] = []

    def disponibilite(self) -> Disponibilite:
        return Disponibilite(presente=True, version=self.version)

    def empreinte(self) -> str:
        return f"compteur {self.version}"

    def prechauffer(self, nombre: int) -> None:
        pass

    def fermer(self) -> None:
        pass

    def convertir(self, conversions) -> None:
        for conversion in conversions:
            if not conversion.source.is_file():
                raise ErreurRendu(f"« {conversion.source.name} » est absent.")
            self.convertis.append(conversion.source.name)
            conversion.cible.write_bytes(PDF + conversion.source.read_bytes())


@pytest.fixture(autouse=True)
def _avec_cache(monkeypatch):
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)


def _produire(dossier: Path, moteur: MoteurCompteur, *contenus: bytes, **options) -> list[bytes]:
    conversions = []
    for rang, contenu in enumerate(contenus):
        source = dossier / f"{rang}.docx"
        source.write_bytes(contenu)
        conversions.append(Conversion(source, dossier / f"{rang}.pdf"))
    cache = CacheRendu(moteur, dossier / "cache", **options)
    cache.convertir(conversions)
    cache.fermer()
    return [conversion.cible.read_bytes() for conversion in conversions]


def test_un_document_deja_converti_ne_l_est_plus(tmp_path):
    premier, second = MoteurCompteur(), MoteurCompteur()
    attendu = _produire(tmp_path, premier, b"a", b"b")
    for pdf in tmp_path.glob("*.pdf"):
        pdf.unlink()
    assert _produire(tmp_path, second, b"a", b"b") == attendu
    assert (premier.convertis, second.convertis) == (["0.docx", "1.docx"], [])


def test_seul_le_document_change_est_converti(tmp_path):
    _produire(tmp_path, MoteurCompteur(), b"a", b"b")
    moteur = MoteurCompteur()
    assert _produire(tmp_path, moteur, b"a", b"b2")[1] == PDF + b"b2"
    assert moteur.convertis == ["1.docx"]


def test_une_autre_version_du_moteur_reconvertit(tmp_path):
    _produire(tmp_path, MoteurCompteur("1"), b"a")
    moteur = MoteurCompteur("2")
    _produire(tmp_path, moteur, b"a")
    assert moteur.convertis == ["0.docx"]


@pytest.mark.parametrize("degat", [lambda _: b"", lambda o: o[:-5], lambda o: o[:40] + b"X" + o[41:], lambda _: PDF])
def test_un_fichier_de_cache_abime_est_refait(tmp_path, degat):
    attendu = _produire(tmp_path, MoteurCompteur(), b"a")
    (rangement,) = (tmp_path / "cache").iterdir()
    rangement.write_bytes(degat(rangement.read_bytes()))
    moteur = MoteurCompteur()
    assert _produire(tmp_path, moteur, b"a") == attendu
    assert moteur.convertis == ["0.docx"]
    assert _produire(tmp_path, MoteurCompteur(), b"a") == attendu


def test_le_cache_se_desactive(tmp_path, monkeypatch):
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    _produire(tmp_path, MoteurCompteur(), b"a")
    assert not (tmp_path / "cache").exists()


def test_un_cache_impossible_a_ecrire_n_empeche_rien(tmp_path):
    (tmp_path / "cache").write_bytes(b"un fichier a la place du dossier")
    assert _produire(tmp_path, MoteurCompteur(), b"a") == [PDF + b"a"]


def test_le_cache_reste_sous_sa_taille(tmp_path):
    contenus = [bytes([rang]) * 1000 for rang in range(10)]
    _produire(tmp_path, MoteurCompteur(), *contenus, taille_maximale=3500)
    ranges = list((tmp_path / "cache").iterdir())
    assert 1 <= len(ranges) <= 3
    assert sum(chemin.stat().st_size for chemin in ranges) <= 3500


def test_le_cache_d_un_long_lot_est_borne_en_chemin_sans_etre_mesure_a_chaque_acte(tmp_path, monkeypatch):
    mesures = []
    monkeypatch.setattr(
        CacheRendu, "_borner", lambda cache: mesures.append(cache._ranges) or setattr(cache, "_ranges", 0)
    )
    cache = CacheRendu(MoteurCompteur(), tmp_path / "cache")
    for rang in range(1100):
        source = tmp_path / f"{rang}.docx"
        source.write_bytes(str(rang).encode())
        cache.convertir([Conversion(source, tmp_path / f"{rang}.pdf")])
    assert mesures == [500, 500]


def test_un_echec_n_est_pas_range(tmp_path):
    cache = CacheRendu(MoteurCompteur(), tmp_path / "cache")
    with pytest.raises(ErreurRendu, match="absent"):
        cache.convertir([Conversion(tmp_path / "absent.docx", tmp_path / "absent.pdf")])
    assert not (tmp_path / "cache").exists()


def test_aucun_fichier_provisoire_ne_reste(tmp_path):
    _produire(tmp_path, MoteurCompteur(), b"a")
    assert [chemin.suffix for chemin in (tmp_path / "cache").iterdir()] == [".rendu"]


def test_le_cache_n_est_lisible_que_par_son_auteur(tmp_path):
    _produire(tmp_path, MoteurCompteur(), b"a")
    if os.name == "posix":
        assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def _rangements(dossier: Path) -> list[Path]:
    return sorted((dossier / "cache").glob("*.rendu"))


def test_le_rendu_d_un_autre_document_mis_a_sa_place_n_est_pas_repris(tmp_path):
    """Une entrée ne prouve pas ses seuls octets : elle prouve qu'ils sont ceux de ce document."""
    moteur = MoteurCompteur()
    _produire(tmp_path, moteur, b"deux mille", b"mille")
    un, autre = _rangements(tmp_path)
    un.write_bytes(autre.read_bytes())
    assert _produire(tmp_path, moteur, b"deux mille", b"mille") == [PDF + b"deux mille", PDF + b"mille"]
    assert len(moteur.convertis) == 3


@pytest.mark.skipif(os.name != "posix", reason="liens et droits POSIX")
def test_une_entree_qui_est_un_lien_n_est_pas_suivie(tmp_path):
    moteur = MoteurCompteur()
    _produire(tmp_path, moteur, b"acte")
    (rangement,) = _rangements(tmp_path)
    rangement.rename(tmp_path / "ailleurs")
    rangement.symlink_to(tmp_path / "ailleurs")
    _produire(tmp_path, moteur, b"acte")
    assert len(moteur.convertis) == 2


@pytest.mark.skipif(os.name != "posix", reason="liens et droits POSIX")
def test_un_cache_ouvert_aux_autres_ne_sert_pas(tmp_path):
    moteur = MoteurCompteur()
    _produire(tmp_path, moteur, b"acte")
    (tmp_path / "cache").chmod(0o777)
    _produire(tmp_path, moteur, b"acte")
    assert len(moteur.convertis) == 2
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0  # refermé pour la suite


@pytest.mark.skipif(os.name != "posix", reason="tubes POSIX")
def test_un_tube_a_la_place_d_une_entree_ne_bloque_pas(tmp_path):
    moteur = MoteurCompteur()
    _produire(tmp_path, moteur, b"acte")
    (rangement,) = _rangements(tmp_path)
    rangement.unlink()
    os.mkfifo(rangement)
    _produire(tmp_path, moteur, b"acte")
    assert len(moteur.convertis) == 2


def test_un_acte_repris_dit_encore_ce_que_dit_son_word(tmp_path):
    """1 200 € dans le Word, 2 400 € dans le PDF : le rendu se refait, même si son empreinte est refaite aussi."""
    document = Document()
    document.add_paragraph("La somme de 1200 euros est due")
    document.save(str(tmp_path / "a.docx"))
    juste = ecrire_pdf(tmp_path / "juste.pdf", 1, "La somme de 1200 euros est due")
    faux = ecrire_pdf(tmp_path / "faux.pdf", 1, "La somme de 2400 euros est due")
    assert dit_le_texte(tmp_path / "a.docx", juste.read_bytes())
    assert not dit_le_texte(tmp_path / "a.docx", faux.read_bytes())

"""Un tube ou un périphérique à la place d'un fichier se refuse ; il ne fait ni attendre ni lire sans fin."""

import os
from pathlib import Path

import pytest

from generateur.erreurs import CodeSortie
from generateur.surveillance import ordinaire
from generateur.surveillance.ordinaire import lire_ordinaire

EXEMPLES = Path(__file__).parents[2] / "dossiers"
EXEMPLE, EXPORT = str(EXEMPLES / "2026-0042"), str(EXEMPLES / "exemples_import" / "dolibarr.csv")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="tubes nommés et périphériques de POSIX")


@pytest.fixture(params=["tube", "peripherique", "repertoire"])
def piege(request, tmp_path):
    chemin = tmp_path / "piege.csv"
    if request.param == "tube":
        os.mkfifo(chemin)
    elif request.param == "peripherique":
        chemin.symlink_to("/dev/zero")
    else:
        chemin.mkdir()
    return chemin


def test_ce_qui_n_est_pas_un_fichier_ordinaire_ne_se_lit_pas(piege):
    with pytest.raises(OSError, match=r"fichier|directory|démesuré"):
        lire_ordinaire(piege)


def test_un_fichier_demesure_ne_se_lit_pas(tmp_path, monkeypatch):
    monkeypatch.setattr(ordinaire, "_TAILLE_MAXIMALE", 3)
    (tmp_path / "a").write_bytes(b"abc")
    assert lire_ordinaire(tmp_path / "a") == b"abc"
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(OSError, match=r"fichier|directory|démesuré"):
        lire_ordinaire(tmp_path / "a")


@pytest.mark.parametrize(
    ("commande", "codes"),
    [
        (("droit", "importer", "PIEGE"), {CodeSortie.LECTURE}),
        (("importer", EXPORT, "-d", "SORTIE", "--clients", "PIEGE"),
         {CodeSortie.LECTURE}),
        (("importer", EXPORT, "-d", "SORTIE", "--banque", "PIEGE"),
         {CodeSortie.LECTURE}),
        (("produire", EXEMPLE, "-o", "SORTIE", "--formulaire", "PIEGE"), {CodeSortie.PIECE_MANQUANTE}),
        (("produire", EXEMPLE, "-o", "SORTIE", "--sceller", "PIEGE"), {CodeSortie.LECTURE}),
        (("verifier-liasse", "PIEGE"), {CodeSortie.LIASSE_NON_CONFORME}),
    ],
    ids=["droit", "clients", "banque", "formulaire", "certificat", "liasse"],
)  # fmt: skip
def test_chaque_commande_refuse_un_piege(commander, tmp_path, monkeypatch, piege, commande, codes):
    monkeypatch.setenv("GENERATEUR_MOT_DE_PASSE_CERTIFICAT", "secret")
    noms = {"PIEGE": piege, "SORTIE": tmp_path / "s"}
    reponse = commander(*(noms.get(mot, mot) for mot in commande))
    assert reponse.code in codes
    assert "interne" not in reponse.messages


def test_un_manifeste_piege_se_refuse(commander, copier, tmp_path, piege):
    dossier = copier("2026-0051")
    assert commander("produire", dossier, "-o", tmp_path / "s", "-q").code == 0
    manifeste = tmp_path / "s" / "2026-0051" / "manifeste.json"
    texte = manifeste.read_text(encoding="utf-8")
    manifeste.unlink()
    piege.rename(manifeste)
    assert commander("verifier-liasse", manifeste.parent).code == CodeSortie.LIASSE_NON_CONFORME
    assert commander("lot", dossier.parent, "-o", tmp_path / "s", "--executant", "sequentiel").code in {0, 12}
    if manifeste.is_file():
        manifeste.write_text(texte.replace("{", '{"total": "1.00",', 1), encoding="utf-8")
        reponse = commander("verifier-liasse", manifeste.parent)
        assert reponse.code == CodeSortie.LIASSE_NON_CONFORME, "deux totaux : l'un est faux"

"""Un lot tient le registre : ce qu'il produit ou trouve à jour y est, une fois ; ce qui n'y est pas est dit."""

import contextlib
import sqlite3

import pytest

from generateur.erreurs import CodeSortie
from generateur.operations import inscription_composee
from generateur.registre import base as bases


@pytest.fixture
def faire_lot(commander, copier, tmp_path):
    """Un dossier prêt, un refusé, et leur registre."""
    copier("2026-0051")
    racine = copier("2026-0079").parent
    adresse = f"sqlite:///{tmp_path}/registre.sqlite"

    def faire(*arguments):
        return commander(
            "lot", racine, "-o", tmp_path / "sortie", "--executant", "sequentiel", "--registre", adresse, *arguments
        )

    def lister():
        return commander("registre", "lister", "--registre", adresse, "--json").objet["dossiers"]

    return faire, lister


def test_ce_qui_est_produit_est_inscrit_une_fois(faire_lot):
    faire, lister = faire_lot
    reponse = faire("--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    (affaire,) = lister()
    (produit,) = (d for d in reponse.objet["dossiers"] if d["etat"] == "produit")
    assert (affaire["reference"], affaire["etat"]) == ("2026-0051", "produit")
    assert (affaire["procedure"], affaire["total"]) == (produit["procedure"], produit["total"])
    encore = faire("--json")
    assert "a_jour" in {d["etat"] for d in encore.objet["dossiers"]}
    assert lister() == [affaire]
    assert "dont 1 sans rien de nouveau" in encore.messages


def test_un_projet_n_est_pas_une_liasse_produite(faire_lot):
    faire, lister = faire_lot
    faire("--projet")
    assert [(a["reference"], a["etat"]) for a in lister()] == [("2026-0051", "inscrit")]


def test_un_registre_injoignable_arrete_avant_de_produire(commander, copier, tmp_path):
    racine = copier("2026-0051").parent
    adresse = f"postgresql://c:S3cret@/b?host={tmp_path}"
    reponse = commander("lot", racine, "-o", tmp_path / "sortie", "--registre", adresse)
    assert reponse.code == CodeSortie.OUTIL_ABSENT
    assert "S3cret" not in reponse.messages
    assert not (tmp_path / "sortie" / "2026-0051").exists()


def test_ce_que_le_registre_ne_prend_pas_est_dit_et_la_liasse_reste(faire_lot, monkeypatch, tmp_path):
    faire, lister = faire_lot
    faire()
    monkeypatch.setattr(bases, "_ATTENTE_S", 0.1)
    (tmp_path / "sortie" / "2026-0051" / "manifeste.json").unlink()
    with contextlib.closing(sqlite3.connect(tmp_path / "registre.sqlite")) as autre:
        autre.execute("BEGIN IMMEDIATE")
        reponse = faire("--au", "2026-11-22")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert "2026-0051 : PAS AU REGISTRE" in reponse.messages
    assert (tmp_path / "sortie" / "2026-0051" / "manifeste.json").is_file()
    faire("--au", "2026-11-22")
    assert [e["nature"] for e in lister()[0]["evenements"]] == ["produit", "produit"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_un_lot_d_un_magasin_tient_le_registre_comme_un_lot_d_ici(magasin_factice, commander, copier, tmp_path):
    racine = copier("2026-0051").parent
    for fichier in racine.rglob("*"):
        if fichier.is_file():
            magasin_factice.objets[f"dossiers/{fichier.relative_to(racine).as_posix()}"] = fichier.read_bytes()
    listes: list = []
    for source, sortie in ((racine, tmp_path / "sortie"), ("s3://seau/dossiers", "s3://seau/sortie")):
        adresse = f"sqlite:///{tmp_path}/{len(listes)}.sqlite"
        commande = ("lot", source, "-o", sortie, "--executant", "sequentiel", "--registre", adresse)
        assert [commander(*commande).code for _ in range(2)] == [CodeSortie.FAIT] * 2
        listes.append(commander("registre", "lister", "--registre", adresse, "--json").objet["dossiers"])
    ici, la_bas = listes
    assert [evenement["nature"] for evenement in la_bas[0]["evenements"]] == ["produit"]
    assert la_bas == ici


def test_un_dossier_qui_ne_se_resume_pas_est_produit_et_nomme(faire_lot, monkeypatch, tmp_path):
    faire, lister = faire_lot

    def refuser(*_):
        raise ValueError

    monkeypatch.setattr(inscription_composee, "composer_inscription", refuser)
    reponse = faire()
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert (tmp_path / "sortie" / "2026-0051" / "manifeste.json").is_file()
    assert "2026-0051 : PAS AU REGISTRE" in reponse.messages
    assert "registre inscrire" in reponse.messages
    assert lister() == []

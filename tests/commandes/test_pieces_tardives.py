"""Une pièce arrive après la communication : les numéros servis ne bougent pas, et le journal dit ce qui change."""

import json
import shutil
from pathlib import Path

import pypdf
import pytest

from generateur.cli import executer
from generateur.erreurs import CodeSortie

EXEMPLES = Path(__file__).parents[2] / "dossiers"
REFERENCE = "2026-0042"
TARDIVE = '\n[[relances]]\ndate = 2026-06-05\ncanal = "sms"\nfichier = "pieces/tardive.pdf"\n'


@pytest.fixture(scope="module")
def premiere(tmp_path_factory):
    """Le dossier d'exemple, produit, ses numéros retenus ; les essais en font une copie."""
    racine = tmp_path_factory.mktemp("servi")
    shutil.copytree(EXEMPLES / REFERENCE, racine / "dossiers" / REFERENCE)
    shutil.copytree(EXEMPLES / "creanciers", racine / "dossiers" / "creanciers")
    dossier, sortie = str(racine / "dossiers" / REFERENCE), str(racine / "sortie")
    assert executer(["produire", dossier, "-o", sortie, "-q"]) == 0
    assert executer(["retenir-numeros", dossier, "-o", sortie]) == 0
    return racine


@pytest.fixture
def servi(premiere, tmp_path):
    """(dossier, sortie) d'une copie que l'essai peut changer."""
    shutil.copytree(premiere, tmp_path, dirs_exist_ok=True)
    return tmp_path / "dossiers" / REFERENCE, tmp_path / "sortie"


def _ajouter(dossier):
    source = (dossier / "pieces" / "relance-3.pdf").read_bytes()
    (dossier / "pieces" / "tardive.pdf").write_bytes(source + b"\n% une autre\n")
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + TARDIVE, encoding="utf-8")


def _numeros(manifeste):
    return {piece["source"]: piece["numero"] for piece in manifeste["pieces"]}


def _lire(sortie):
    return json.loads((sortie / REFERENCE / "manifeste.json").read_text("utf-8"))


def _journal(sortie):
    return (sortie / REFERENCE / f"{REFERENCE}_journal.txt").read_text("utf-8")


def _codes(reponse):
    return {constat["code"] for constat in reponse.objet["constats"]}


def test_une_piece_tardive_s_intercale_sans_rien_renumeroter(commander, servi):
    dossier, sortie = servi
    avant = _numeros(_lire(sortie))
    _ajouter(dossier)
    apres = commander("produire", dossier, "-o", sortie, "--json").objet
    assert _numeros(apres) == avant | {"pieces/tardive.pdf": "6 bis"}
    debuts = [piece["page_debut"] for piece in apres["pieces"]]
    assert debuts == sorted(debuts)
    assert commander("verifier-liasse", sortie / REFERENCE).code == 0


def test_les_citations_suivent_jusque_dans_les_actes(commander, servi):
    dossier, sortie = servi
    _ajouter(dossier)
    assert commander("produire", dossier, "-o", sortie).code == 0
    for acte in ("requete", "releve_relances", "bordereau"):
        pages = pypdf.PdfReader(sortie / REFERENCE / "actes" / f"{acte}.pdf").pages
        texte = " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())
        assert "6 bis" in texte, acte


def test_le_journal_est_a_cote_de_la_liasse_et_dit_tout(commander, servi):
    dossier, sortie = servi
    _ajouter(dossier)
    (dossier / "pieces" / "cgv.pdf").write_bytes((dossier / "pieces" / "bl118.pdf").read_bytes())
    manifeste = commander("produire", dossier, "-o", sortie, "--json").objet
    journal = _journal(sortie)
    assert "Pièces ajoutées\n  n° 6 bis : Relance par SMS" in journal
    assert "Pièces dont le fichier a changé\n  n° 2 : Conditions générales" in journal
    assert "Pièces inchangées : 1, 3, 4, 5, 6, 7" in journal
    assert f"{REFERENCE}_journal.txt" in {autre["fichier"] for autre in manifeste["autres"]}
    assert {"PIECE_SERVIE_MODIFIEE"} <= {c["code"] for c in manifeste["constats"]}
    liasse = pypdf.PdfReader(sortie / REFERENCE / f"{REFERENCE}_liasse.pdf")
    assert not any("communiquée le" in page.extract_text() for page in liasse.pages)


def test_une_piece_retiree_laisse_sa_place_vide(commander, servi):
    dossier, sortie = servi
    fichier = dossier / "dossier.toml"
    texte = fichier.read_text("utf-8")
    sans_relance = "\n".join(ligne for ligne in texte.splitlines() if "relance-2.pdf" not in ligne)
    assert sans_relance != texte
    fichier.write_text(sans_relance, encoding="utf-8")
    avant = _numeros(_lire(sortie))
    reponse = commander("produire", dossier, "-o", sortie, "--json")
    del avant["pieces/relance-2.pdf"]
    assert _numeros(reponse.objet) == avant
    assert "PIECE_SERVIE_RETIREE" in _codes(reponse)
    assert "Pièces retirées (leur numéro n'est pas réemployé)\n  n° 6" in _journal(sortie)


def test_un_fichier_seulement_renomme_garde_son_numero(commander, servi):
    dossier, sortie = servi
    (dossier / "pieces" / "cgv.pdf").rename(dossier / "pieces" / "conditions.pdf")
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace("pieces/cgv.pdf", "pieces/conditions.pdf"), encoding="utf-8")
    objet = commander("produire", dossier, "-o", sortie, "--json").objet
    assert _numeros(objet)["pieces/conditions.pdf"] == "2"
    assert "pieces/cgv.pdf devient pieces/conditions.pdf" in _journal(sortie)


def test_memes_entrees_memes_octets_quelle_que_soit_la_sortie(commander, servi, tmp_path):
    dossier, sortie = servi
    _ajouter(dossier)
    for cible in (sortie, tmp_path / "vierge"):
        assert commander("produire", dossier, "-o", cible).code == 0
    for fichier in (sortie / REFERENCE).rglob("*"):
        if fichier.is_file() and "communiquees" not in fichier.parts:
            autre = tmp_path / "vierge" / REFERENCE / fichier.relative_to(sortie / REFERENCE)
            assert fichier.read_bytes() == autre.read_bytes(), fichier


def test_le_registre_compte_dans_ce_qui_fait_refaire_un_lot(commander, servi):
    dossier, sortie = servi
    lot = ("lot", dossier, "-o", sortie, "--deposes", "--json", "-q")
    assert [commander(*lot).objet["dossiers"][0]["etat"] for _ in range(2)] == ["produit", "a_jour"]


def test_renumeroter_repart_de_un_et_dit_les_anciens_numeros(commander, servi):
    dossier, sortie = servi
    _ajouter(dossier)
    objet = commander("produire", dossier, "-o", sortie, "--renumeroter", "--json").objet
    assert [piece["numero"] for piece in objet["pieces"]] == [str(rang) for rang in range(1, 13)]
    assert "n° 8 : Relance par courriel du 15 juin 2026" not in _journal(sortie).partition("renumérotées")[0]
    assert "le n° 7 devient le n° 8" in _journal(sortie)
    assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    suite = commander("produire", dossier, "-o", sortie, "--json").objet
    assert _numeros(suite) == _numeros(objet)
    assert suite["renumerotee"] is False


def test_retenir_une_liasse_suivante_garde_les_numeros_retires(commander, servi):
    dossier, sortie = servi
    _ajouter(dossier)
    assert commander("produire", dossier, "-o", sortie).code == 0
    registre = commander("retenir-numeros", dossier, "-o", sortie, "--json").objet
    assert len(registre["liasses"]) == 2
    assert [piece["numero"] for piece in registre["pieces"]][5:8] == ["6", "6 bis", "7"]
    assert commander("retenir-numeros", dossier, "-o", sortie, "--json").objet == registre


def test_une_liasse_qui_contredit_ce_qui_a_ete_communique_ne_se_retient_pas(commander, servi):
    dossier, sortie = servi
    registre = (dossier / "numeros_servis.json").read_bytes()
    (dossier / "numeros_servis.json").unlink()
    _ajouter(dossier)
    assert commander("produire", dossier, "-o", sortie).code == 0
    (dossier / "numeros_servis.json").write_bytes(registre)
    reponse = commander("retenir-numeros", dossier, "-o", sortie)
    assert reponse.code == CodeSortie.DOSSIER_INVALIDE
    assert (dossier / "numeros_servis.json").read_bytes() == registre


@pytest.mark.parametrize("faute", ["liasse changée", "projet", "rien"])
def test_ne_retient_que_la_liasse_publiee_et_entiere(commander, servi, faute):
    dossier, sortie = servi
    if faute == "liasse changée":
        liasse = sortie / REFERENCE / f"{REFERENCE}_liasse.pdf"
        liasse.write_bytes(liasse.read_bytes() + b"\n")
    elif faute == "projet":
        assert commander("produire", dossier, "-o", sortie, "--projet").code == 0
    else:
        shutil.rmtree(sortie / REFERENCE)
    reponse = commander("retenir-numeros", dossier, "-o", sortie)
    attendu = CodeSortie.DOSSIER_INVALIDE if faute == "projet" else CodeSortie.LIASSE_NON_CONFORME
    assert reponse.code == attendu
    assert "Que faire" in reponse.messages


@pytest.mark.parametrize("contenu", ["{", '{"reference": "AUTRE", "liasses": [], "pieces": []}'])
def test_un_registre_abime_ou_d_un_autre_dossier_se_refuse(commander, servi, contenu):
    dossier, _ = servi
    (dossier / "numeros_servis.json").write_text(contenu, encoding="utf-8")
    reponse = commander("verifier", dossier)
    assert reponse.code == CodeSortie.LECTURE
    assert "numeros_servis.json" in reponse.messages


def test_un_depot_sans_numeros_retenus_se_signale(commander, copier):
    dossier = copier(REFERENCE)
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + "\n[suivi]\ndepot = 2026-11-20\n", encoding="utf-8")
    reponse = commander("verifier", dossier, "--json")
    assert "NUMEROS_NON_RETENUS" in _codes(reponse)
    assert reponse.objet["verdict"] == "pret"

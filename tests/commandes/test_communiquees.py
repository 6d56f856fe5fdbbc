"""Ce qui est sorti de la maison n'est jamais altéré : gardé entier, sa date et sa somme figées, complété à part."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pypdf
import pytest

from generateur.cli import executer
from generateur.operations import retenir_numeros
from generateur.publication import communiquees
from generateur.publication.communiquees import lister_communiquees

RACINE = Path(__file__).parents[2]
EXEMPLES = RACINE / "dossiers"
REFERENCE = "2026-0042"
DEPOT = "\n[suivi]\ndepot = 2026-11-25\n"
TARDIVE = '\n[[relances]]\ndate = 2026-06-05\ncanal = "sms"\nfichier = "pieces/tardive.pdf"\n'


@pytest.fixture(scope="module")
def produit(tmp_path_factory):
    """Le dossier d'exemple produit une fois, sans date d'arrêté saisie."""
    racine = tmp_path_factory.mktemp("parti")
    shutil.copytree(EXEMPLES / REFERENCE, racine / "dossiers" / REFERENCE)
    shutil.copytree(EXEMPLES / "creanciers", racine / "dossiers" / "creanciers")
    fichier = racine / "dossiers" / REFERENCE / "dossier.toml"
    texte = fichier.read_text("utf-8")
    (ligne,) = [ligne for ligne in texte.splitlines(keepends=True) if ligne.startswith("au ")]
    fichier.write_text(texte.replace(ligne, ""), encoding="utf-8")
    code = executer(["produire", str(fichier.parent), "-o", str(racine / "sortie"), "--au", "2026-11-21", "-q"])
    assert code == 0
    return racine


@pytest.fixture
def parti(produit, tmp_path):
    """(dossier, sortie) d'une copie que l'essai peut changer."""
    shutil.copytree(produit, tmp_path, dirs_exist_ok=True)
    return tmp_path / "dossiers" / REFERENCE, tmp_path / "sortie"


def _noter(dossier, texte):
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + texte, encoding="utf-8")


def _ajouter(dossier):
    source = (dossier / "pieces" / "relance-3.pdf").read_bytes()
    (dossier / "pieces" / "tardive.pdf").write_bytes(source + b"\n% une autre\n")
    _noter(dossier, TARDIVE)


def _contenu(repertoire):
    return {
        chemin.relative_to(repertoire).as_posix(): chemin.read_bytes()
        for chemin in repertoire.rglob("*")
        if chemin.is_file() and "communiquees" not in chemin.relative_to(repertoire).parts
    }


def _gardee(sortie, jour):
    return sortie / REFERENCE / "communiquees" / jour


def _journal(sortie):
    texte = (sortie / REFERENCE / f"{REFERENCE}_journal.txt").read_text("utf-8")
    return texte.replace("\u00a0", " ").replace("\u202f", " ")


def _texte(pdf):
    return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(pdf).pages).replace("\u00a0", " ").split())


@pytest.mark.parametrize(("retenir", "deposer"), [(True, True), (True, False), (False, True)])
def test_une_liasse_partie_reste_telle_quelle(commander, parti, retenir, deposer):
    """Déposée, retenue, ou les deux : ni une production ni un lot n'en changent un octet."""
    dossier, sortie = parti
    avant = _contenu(sortie / REFERENCE)
    if deposer:
        _noter(dossier, DEPOT)
    if retenir:
        assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    jour = "2026-11-25" if deposer else dt.date.today().isoformat()  # noqa: DTZ011 (le jour où l'on retient)
    _ajouter(dossier)
    for commande in (("lot", "--deposes", "--au", "2026-11-27"), ("produire", "--au", "2026-11-28"), ("produire",)):
        assert commander(commande[0], dossier, "-o", sortie, *commande[1:]).code == 0
        assert _contenu(_gardee(sortie, jour)) == avant
    assert [g.chemin.name for g in lister_communiquees(sortie / REFERENCE)] == [jour]
    assert commander("verifier-liasse", _gardee(sortie, jour), "--json").objet["entiere"]
    if retenir:
        registre = json.loads((dossier / "numeros_servis.json").read_text("utf-8"))
        (liasse,) = registre["liasses"]
        assert (liasse["le"], liasse["au"]) == (jour, "2026-11-21")
        manifeste = json.loads(avant["manifeste.json"])
        assert (liasse["sha256"], liasse["total"]) == (manifeste["liasse"]["sha256"], manifeste["total"])


def test_un_projet_n_est_jamais_parti(commander, parti):
    dossier, sortie = parti
    shutil.rmtree(sortie)
    assert commander("produire", dossier, "-o", sortie, "--projet", "--au", "2026-11-21").code == 0
    _noter(dossier, DEPOT)
    assert commander("produire", dossier, "-o", sortie, "--au", "2026-11-21").code == 0
    assert lister_communiquees(sortie / REFERENCE) == ()


def test_la_date_d_arrete_et_la_somme_sont_figees_au_depot(commander, parti):
    dossier, sortie = parti
    servi = json.loads((sortie / REFERENCE / "manifeste.json").read_text("utf-8"))
    _noter(dossier, DEPOT)
    _ajouter(dossier)
    apres = commander("produire", dossier, "-o", sortie, "--json").objet
    assert (apres["au"], apres["total"]) == (servi["au"], servi["total"])
    journal = _journal(sortie)
    assert "Date d'arrêté : 21 novembre 2026, inchangée" in journal
    assert ", inchangée\n\nPièces ajoutées" in journal


def test_le_journal_dit_la_date_et_la_somme_nouvelles(commander, parti):
    dossier, sortie = parti
    assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    assert commander("produire", dossier, "-o", sortie, "--au", "2026-11-27").code == 0
    journal = _journal(sortie)
    assert "Date d'arrêté : 21 novembre 2026 devient 27 novembre 2026" in journal
    assert "Somme demandée : 9 278,11 € devient" in journal


@pytest.mark.parametrize("retenir", [True, False])
def test_le_bordereau_complementaire_n_a_que_les_pieces_ajoutees(commander, parti, retenir):
    dossier, sortie = parti
    _noter(dossier, DEPOT)
    if retenir:
        assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    assert commander("produire", dossier, "-o", sortie).code == 0
    complement = sortie / REFERENCE / "actes" / "bordereau_complementaire.pdf"
    assert not complement.exists()
    _ajouter(dossier)
    reponse = commander("produire", dossier, "-o", sortie)
    texte = _texte(complement)
    assert "6 bis Relance par SMS du 5 juin 2026" in texte
    assert "Bordereau complémentaire arrêté à 1 pièce." in texte
    assert "du bordereau du 25 novembre 2026" in texte
    assert "Bon de commande" not in texte
    assert "bordereau_complementaire.pdf" in reponse.sortie
    assert "communiquees/2026-11-25" in reponse.sortie


def test_un_dossier_depose_n_est_plus_pret_a_deposer(commander, parti):
    dossier, sortie = parti
    _noter(dossier, DEPOT)
    verifie = commander("verifier", dossier, "--au", "2026-11-26")
    assert "DÉPOSÉ" in verifie.sortie
    assert "generateur echeances" in verifie.sortie
    assert commander("produire", dossier, "-o", sortie).code == 0
    fiche = _texte(sortie / REFERENCE / f"{REFERENCE}_fiche_interne.pdf")
    assert "Déposé" in fiche
    for texte in (verifie.sortie, fiche):
        assert "relu, signé et déposé" not in texte
        assert "la dater et la signer" not in texte
    assert commander("verifier", dossier, "--au", "2026-11-26", "--json").objet["verdict"] == "pret"


@pytest.mark.parametrize("genre", ["depot", "retenu"])
def test_un_lot_laisse_tel_quel_ce_qui_est_parti_et_le_dit(commander, parti, genre):
    dossier, sortie = parti
    if genre == "depot":
        _noter(dossier, DEPOT)
    else:
        assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    avant = _contenu(sortie / REFERENCE)
    (ligne,) = commander("lot", dossier.parent, "-o", sortie, "--au", "2026-11-30", "--json").objet["dossiers"]
    assert (ligne["etat"], ligne["code"], ligne["total"]) == ("a_jour", 0, "9278.11")
    assert "laissé tel quel" in ligne["message"]
    assert Path(ligne["fichier"]).is_file()
    assert _contenu(sortie / REFERENCE) == avant
    (refait,) = commander("lot", dossier, "-o", sortie, "--au", "2026-11-30", "--deposes", "--json").objet["dossiers"]
    assert refait["etat"] == "produit"


def test_un_dossier_depose_ailleurs_se_produit_dans_une_sortie_neuve(commander, parti, tmp_path):
    dossier, _ = parti
    _noter(dossier, DEPOT)
    (ligne,) = commander("lot", dossier, "-o", tmp_path / "neuve", "--json").objet["dossiers"]
    assert ligne["etat"] == "produit"


def test_retenir_apres_coup_retient_la_liasse_du_depot(commander, parti):
    """Dépôt noté, production refaite, et seulement alors « retenir-numeros » : c'est la liasse déposée qui compte."""
    dossier, sortie = parti
    servi = json.loads((sortie / REFERENCE / "manifeste.json").read_text("utf-8"))
    _noter(dossier, DEPOT)
    _ajouter(dossier)
    assert commander("produire", dossier, "-o", sortie).code == 0
    registre = commander("retenir-numeros", dossier, "-o", sortie, "--json").objet
    assert [liasse["sha256"] for liasse in registre["liasses"]] == [servi["liasse"]["sha256"]]
    assert len(registre["pieces"]) == len(servi["pieces"])
    assert Path(registre["gardee"]) == _gardee(sortie, "2026-11-25")


def test_un_depot_posterieur_a_une_communication_est_garde_et_complete(commander, parti):
    """Communiquée et retenue, puis une autre liasse déposée sans être retenue : chacune garde sa place et sa somme."""
    dossier, sortie = parti
    registre = commander("retenir-numeros", dossier, "-o", sortie, "--json").objet
    fichier = dossier / "numeros_servis.json"
    registre["liasses"][0]["le"] = "2026-11-22"
    del registre["gardee"]
    fichier.write_text(json.dumps(registre), encoding="utf-8")
    (gardee,) = lister_communiquees(sortie / REFERENCE)
    gardee.chemin.rename(gardee.chemin.with_name("2026-11-22"))
    _ajouter(dossier)
    deposee = commander("produire", dossier, "-o", sortie, "--au", "2026-11-24", "--json").objet
    _noter(dossier, DEPOT)
    suite = commander("produire", dossier, "-o", sortie, "--json").objet
    assert [g.chemin.name for g in lister_communiquees(sortie / REFERENCE)] == ["2026-11-22", "2026-11-25"]
    assert suite["au"] == "2026-11-24"
    assert not (sortie / REFERENCE / "actes" / "bordereau_complementaire.pdf").exists()
    assert {p["source"]: p["numero"] for p in suite["pieces"]} == {p["source"]: p["numero"] for p in deposee["pieces"]}
    assert "NUMEROS_NON_RETENUS" in {c["code"] for c in suite["constats"]}
    retenu = commander("retenir-numeros", dossier, "-o", sortie, "--json").objet
    assert [(liasse["le"], liasse["au"]) for liasse in retenu["liasses"]] == [
        ("2026-11-22", "2026-11-21"),
        ("2026-11-25", "2026-11-24"),
    ]


def test_une_autre_voie_reste_a_deposer(commander, parti):
    """Déposée par une voie, la créance se demande ensuite par une autre : celle-là n'est ni figée ni « déposée »."""
    dossier, sortie = parti
    _noter(dossier, DEPOT)
    autre = ("--procedure", "creances_commerciales_incontestees")
    suite = commander("produire", dossier, "-o", sortie, *autre, "--au", "2026-11-27", "--json").objet
    assert suite["au"] == "2026-11-27"
    fiche = _texte(sortie / REFERENCE / f"{REFERENCE}_fiche_interne.pdf")
    assert "La demande a été déposée" not in fiche
    (ligne,) = commander("lot", dossier, "-o", sortie, *autre, "--json").objet["dossiers"]
    assert ligne["procedure"] == "creances_commerciales_incontestees"
    assert "laissé tel quel" not in ligne["message"]
    (gardee,) = lister_communiquees(sortie / REFERENCE)
    assert "injonction_de_payer" in (gardee.chemin / "manifeste.json").read_text("utf-8")


def test_deux_liasses_parties_le_meme_jour_sont_gardees_toutes_deux(commander, parti):
    dossier, sortie = parti
    premiere = _contenu(sortie / REFERENCE)
    assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    _ajouter(dossier)
    assert commander("produire", dossier, "-o", sortie, "--au", "2026-11-21").code == 0
    seconde = _contenu(sortie / REFERENCE)
    for _ in range(2):
        assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    assert commander("produire", dossier, "-o", sortie, "--au", "2026-11-22").code == 0
    gardees = lister_communiquees(sortie / REFERENCE)
    assert [_contenu(gardee.chemin) for gardee in gardees] == [premiere, seconde]
    assert gardees[1].chemin.name == f"{gardees[0].chemin.name}_2"


def test_un_pdf_signe_apres_coup_est_garde_aussi(commander, parti):
    dossier, sortie = parti
    assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    liasse = sortie / REFERENCE / f"{REFERENCE}_liasse.pdf"
    liasse.write_bytes(liasse.read_bytes() + b"\n% signature\n")
    assert commander("produire", dossier, "-o", sortie).code == 0
    assert [g.liasse.read_bytes().endswith(b"% signature\n") for g in lister_communiquees(sortie / REFERENCE)] == [
        False,
        True,
    ]


def test_les_volumes_d_une_liasse_partie_sont_gardes(commander, parti):
    dossier, sortie = parti
    assert commander("produire", dossier, "-o", sortie, "--max-mo", "1", "--au", "2026-11-21").code == 0
    avant = _contenu(sortie / REFERENCE)
    _noter(dossier, DEPOT)
    assert commander("produire", dossier, "-o", sortie).code == 0
    assert _contenu(_gardee(sortie, "2026-11-25")) == avant
    assert commander("verifier-liasse", _gardee(sortie, "2026-11-25")).code == 0


def test_un_echec_de_production_ne_touche_pas_aux_liasses_parties(commander, parti):
    dossier, sortie = parti
    _noter(dossier, DEPOT)
    assert commander("produire", dossier, "-o", sortie).code == 0
    avant = _contenu(_gardee(sortie, "2026-11-25"))
    (dossier / "pieces" / "cgv.pdf").unlink()
    assert commander("produire", dossier, "-o", sortie).code != 0
    assert _contenu(_gardee(sortie, "2026-11-25")) == avant


def test_un_disque_sans_liens_garde_par_copie(commander, parti, monkeypatch):
    def _refuser(*_):
        raise OSError(1, "pas de lien")

    monkeypatch.setattr(communiquees.os, "link", _refuser)
    dossier, sortie = parti
    avant = _contenu(sortie / REFERENCE)
    _noter(dossier, DEPOT)
    for jour in ("2026-11-27", "2026-11-28"):
        assert commander("produire", dossier, "-o", sortie, "--au", jour).code == 0
    assert _contenu(_gardee(sortie, "2026-11-25")) == avant


class _Arret(BaseException):
    """Arrêt brutal du programme entre deux gestes."""


@pytest.mark.parametrize("ou", ["copie", "registre"])
def test_retenir_interrompu_se_reprend_sans_rien_perdre(commander, parti, monkeypatch, ou):
    dossier, sortie = parti
    avant = _contenu(sortie / REFERENCE)

    def _arreter(*_arguments, **_options):
        raise _Arret

    with monkeypatch.context() as correctif:
        if ou == "copie":
            correctif.setattr(Path, "rename", _arreter)
        else:
            correctif.setattr(retenir_numeros, "ecrire_registre", _arreter)
        with pytest.raises(_Arret):
            retenir_numeros.retenir_numeros(dossier, sortie, jour=dt.date(2026, 11, 27))
    assert not (dossier / "numeros_servis.json").exists()
    assert _contenu(sortie / REFERENCE) == avant
    assert commander("retenir-numeros", dossier, "-o", sortie).code == 0
    (gardee,) = lister_communiquees(sortie / REFERENCE)
    assert _contenu(gardee.chemin) == avant
    assert [p.name for p in gardee.chemin.parent.iterdir()] == [gardee.chemin.name]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 n'existe que sur POSIX")
@pytest.mark.parametrize("attente_s", [0.4, 0.8, 1.2, 1.6, 2.0, 2.4])
def test_tuee_a_tout_instant_une_production_ne_perd_pas_la_liasse_partie(commander, parti, attente_s):
    dossier, sortie = parti
    avant = _contenu(sortie / REFERENCE)
    _noter(dossier, DEPOT)
    commande = [sys.executable, "-m", "generateur", "produire", str(dossier), "-o", str(sortie), "--au", "2026-11-27"]
    with subprocess.Popen(commande, cwd=RACINE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as processus:
        time.sleep(attente_s)
        processus.send_signal(signal.SIGKILL)
    assert commander("produire", dossier, "-o", sortie, "--au", "2026-11-28").code == 0
    assert avant in [_contenu(gardee.chemin) for gardee in lister_communiquees(sortie / REFERENCE)]
    assert not [p.name for p in sortie.iterdir() if p.name.startswith(".") and p.name != ".verrou"]

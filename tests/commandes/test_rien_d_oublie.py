"""Échéances et lots n'oublient rien et n'effacent rien : chaque délai, chaque répertoire, chaque agenda."""

import shutil
from pathlib import Path

import pytest

from generateur.erreurs import CodeSortie

EXEMPLES = Path(__file__).parents[2] / "dossiers"


def test_l_agenda_d_un_dossier_n_efface_pas_celui_de_tous(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    copier("2026-0051")
    commun = Path(commander("echeances", dossier.parent, "-o", tmp_path, "--json").objet["agenda"])
    avant = commun.read_bytes()
    seul = Path(commander("echeances", dossier, "-o", tmp_path, "--json").objet["agenda"])
    assert (commun.name, seul.name) == ("echeances.ics", "echeances-2026-0042.ics")
    assert commun.read_bytes() == avant
    assert {ligne for ligne in seul.read_text().splitlines() if ligne.startswith("UID:")} <= set(
        avant.decode().splitlines()
    )
    refus = commander("echeances", dossier, "--ics", commun)
    assert refus.code == CodeSortie.USAGE
    assert "echeances-2026-0042.ics" in refus.messages
    assert commun.read_bytes() == avant
    assert commander("echeances", dossier, "-o", tmp_path).code == 0


@pytest.mark.parametrize(
    "contenu", ["", "mes notes", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//autre//FR\r\nEND:VCALENDAR\r\n"]
)
def test_le_fichier_d_un_autre_programme_n_est_pas_remplace(commander, tmp_path, contenu):
    (tmp_path / "agenda.ics").write_bytes(contenu.encode())
    reponse = commander("echeances", EXEMPLES / "2026-0042", "--ics", tmp_path / "agenda.ics")
    assert reponse.code == CodeSortie.USAGE
    assert (tmp_path / "agenda.ics").read_bytes() == contenu.encode()


def test_les_echeances_ont_la_fin_du_delai_de_chaque_mise_en_demeure(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    _ajouter_lettre(dossier, "date_envoi = 2026-11-20\ndate_presentation = 2026-11-23\ndelai_jours = 15")
    _ajouter_lettre(dossier, "date_envoi = 2026-11-21")
    objet = commander("echeances", dossier, "-o", tmp_path, "--json").objet
    fins = {e["titre"]: e for e in objet["dossiers"][0]["echeances"] if "mise en demeure" in e["titre"]}
    assert len(fins) == 3
    assert fins["Fin du délai de la mise en demeure du 20/11/2026"]["date"] == "2026-12-08"
    provisoire = fins["Fin du délai de la mise en demeure du 21/11/2026"]
    assert provisoire["date"] == "2026-11-29"
    assert "faute de date de présentation" in provisoire["explication"]
    assert "délai d'usage" in provisoire["explication"]


def _ajouter_lettre(dossier, cles):
    fichier = dossier / "dossier.toml"
    fichier.write_text(f"{fichier.read_text('utf-8')}\n[[mises_en_demeure]]\n{cles}\n", encoding="utf-8")


@pytest.mark.parametrize("commande", ["lot", "echeances"])
def test_aucun_repertoire_n_est_ecarte_sans_un_mot(commander, copier, commande):
    racine = copier("2026-0051").parent
    for nom, fichier in (("a", "dossier.toml.txt"), ("b", "Dossier.TOML"), ("c", "notes.txt"), ("e", "cas.toml")):
        (racine / nom).mkdir()
        (racine / nom / fichier).write_text('reference = "X"\n')
    (racine / "d").mkdir()
    (racine / "annee").mkdir()
    copier("2026-0063").rename(racine / "annee" / "2026-0063")
    (racine / ".cache").mkdir()
    sortie = racine / "sortie"
    reponse = commander(commande, racine, "-o", sortie, "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    objet = reponse.objet
    if commande == "lot":
        lignes = {d["reference"]: d for d in objet["dossiers"] if d["etat"] != "produit"}
        assert {ligne["etat"] for ligne in lignes.values()} == {"en_echec"}
        messages = {nom: ligne["message"] for nom, ligne in lignes.items()}
    else:
        lignes = {Path(ligne["dossier"]).name: ligne for ligne in objet["ecartes"]}
        messages = {nom: f"{ligne['message']} {ligne['remede']}" for nom, ligne in lignes.items()}
    assert set(lignes) == {"a", "annee", "b", "c", "d", "e"}
    assert {ligne["code"] for ligne in lignes.values()} == {CodeSortie.LECTURE}
    assert "« dossier.toml.txt »" in messages["a"]
    assert "« Dossier.TOML »" in messages["b"]
    assert "aucun fichier dossier.toml" in messages["c"]
    assert "vide" in messages["d"]
    assert "« cas.toml »" in messages["e"]
    assert "generateur lot" in messages["annee"]
    encore = commander(commande, racine, "-o", sortie, "--json").objet
    assert [d["reference"] for d in encore["dossiers"]] == [d["reference"] for d in objet["dossiers"]]


def test_deux_dossiers_de_meme_reference_se_nomment(commander, copier, tmp_path):
    dossier = copier("2026-0051")
    shutil.copytree(dossier, dossier.with_name("copie"))
    lignes = commander("lot", dossier.parent, "-o", tmp_path / "s", "--json").objet["dossiers"]
    assert [(d["etat"], d["reference"]) for d in lignes] == [("produit", "2026-0051"), ("en_echec", "copie")]
    assert "2026-0051" in lignes[1]["message"]
    reponse = commander("echeances", dossier.parent, "-o", tmp_path / "s", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    (ecarte,) = reponse.objet["ecartes"]
    assert "même référence" in ecarte["message"]


def test_produire_de_chez_le_dossier_n_y_met_pas_la_sortie(commander, copier, tmp_path, monkeypatch):
    dossier = copier("2026-0051")
    avant = sorted(dossier.rglob("*"))
    monkeypatch.chdir(dossier)
    reponse = commander("produire", ".")
    assert reponse.code == 0
    assert sorted(dossier.rglob("*")) == avant
    assert (tmp_path / "sortie" / "2026-0051" / "manifeste.json").is_file()
    assert str(tmp_path / "sortie") in reponse.messages
    assert str(tmp_path / "sortie") in reponse.sortie
    monkeypatch.chdir(dossier / "pieces")
    for commande in (("retenir-numeros", ".."), ("echeances", "../dossier.toml"), ("lot", "..")):
        assert commander(*commande).code == 0
    assert [p.name for p in dossier.iterdir() if p not in avant] == ["numeros_servis.json"]
    assert sorted(p.name for p in (tmp_path / "sortie").iterdir() if p.name not in {".verrou", ".en_cours"}) == [
        "2026-0051",
        "echeances-2026-0051.ics",
    ]


def test_une_sortie_demandee_est_respectee(commander, copier, monkeypatch):
    dossier = copier("2026-0051")
    monkeypatch.chdir(dossier)
    assert commander("produire", ".", "-o", "sortie").code == 0
    assert (dossier / "sortie" / "2026-0051").is_dir()


def test_la_sortie_par_defaut_reste_ou_l_on_est(commander, copier, tmp_path, monkeypatch):
    copier("2026-0051")
    monkeypatch.chdir(tmp_path)
    reponse = commander("produire", "dossiers/2026-0051")
    assert "Sortie hors du dossier" not in reponse.messages
    assert (tmp_path / "sortie" / "2026-0051").is_dir()


@pytest.mark.parametrize("commande", ["echeances", "relancer"])
def test_une_copie_rangee_avant_le_bon_dossier_ne_prend_pas_sa_place(commander, copier, tmp_path, commande):
    dossier = copier("2026-0051")
    shutil.copytree(dossier, dossier.with_name("0 - copie de 2026-0051"))
    reponse = commander(commande, dossier.parent, "-o", tmp_path / "s", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    (ecarte,) = reponse.objet["ecartes"]
    assert "0 - copie" in ecarte["dossier"]
    assert "2026-0051" in ecarte["message"]
    assert len(reponse.objet["dossiers"]) == 1

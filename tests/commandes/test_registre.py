"""Le registre en ligne de commande : inscrire, noter, lister, montrer ; rien de personnel dans les traces."""

import json

import pytest

from generateur.erreurs import CodeSortie


@pytest.fixture
def bureau(copier, commander, tmp_path):
    """Deux dossiers d'exemple et leur registre, à côté de la sortie."""
    copier("2026-0042")
    dossiers = copier("2026-0051").parent

    def appeler(sous_commande, *arguments):
        return commander("registre", sous_commande, *arguments, "-o", tmp_path / "sortie")

    appeler("inscrire", dossiers)
    return appeler


def test_lister_rend_l_objet_du_contrat(bureau):
    affaires = bureau("lister", "--json", "--au", "2026-11-21").objet["dossiers"]
    assert [a["reference"] for a in affaires] == ["2026-0042", "2026-0051"]
    affaire = affaires[0]
    assert affaire.keys() >= {
        "reference", "debiteur", "creancier", "etat", "procedure", "total", "prochaine_echeance", "evenements",
    }  # fmt: skip
    assert (affaire["debiteur"], affaire["creancier"]) == ("Les Comptoirs Beaurivage", "Atelier Lumen")
    assert affaire["etat"] == "inscrit"
    assert [e["nature"] for e in affaire["evenements"]] == ["inscrit"]


def test_le_registre_est_a_cote_de_la_sortie_et_ailleurs_sur_demande(bureau, commander, tmp_path, monkeypatch):
    assert (tmp_path / "registre.sqlite").is_file()
    adresse = f"sqlite:///{tmp_path}/autre.sqlite"
    dossiers = tmp_path / "dossiers"
    assert commander("registre", "--registre", adresse, "inscrire", dossiers / "2026-0042").code == 0
    assert len(commander("registre", "lister", "--registre", adresse, "--json").objet["dossiers"]) == 1
    monkeypatch.setenv("GENERATEUR_REGISTRE", adresse)
    assert len(commander("registre", "lister", "--json").objet["dossiers"]) == 1
    assert len(bureau("lister", "--json", "--registre", f"sqlite:///{tmp_path}/registre.sqlite").objet["dossiers"]) == 2


def test_inscrire_de_nouveau_ne_double_rien_et_dit_ce_qui_manque(bureau, tmp_path):
    (tmp_path / "dossiers" / "2026-0051" / "dossier.toml").write_text("x", encoding="utf-8")
    reponse = bureau("inscrire", tmp_path / "dossiers", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert [(d["reference"], d["etat"], d["ajoutes"]) for d in reponse.objet["dossiers"]] == [
        ("2026-0042", "inscrit", 0)
    ]
    (ecarte,) = reponse.objet["ecartes"]
    assert ecarte["dossier"].endswith("2026-0051")
    assert len(bureau("lister", "--json").objet["dossiers"]) == 2, "le dossier devenu illisible reste au registre"


def test_ce_que_le_dossier_dit_de_sa_suite_entre_au_registre(bureau, tmp_path):
    suite = '[suivi]\ndepot = 2026-11-22\nordonnance = { date = 2026-11-25, numero = "IP 12", montant = "8000" }\n'
    fichier = tmp_path / "dossiers" / "2026-0042" / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + suite, encoding="utf-8")
    assert bureau("inscrire", tmp_path / "dossiers").code == 0
    affaire = bureau("montrer", "2026-0042", "--json", "--au", "2026-11-26").objet["dossiers"][0]
    assert affaire["etat"] == "ordonnance"
    assert affaire["evenements"][1:] == [
        {"rang": 2, "nature": "depose", "date": "2026-11-22"},
        {"rang": 3, "nature": "ordonnance", "date": "2026-11-25", "montant": "8000.00"},
    ]
    assert affaire["prochaine_echeance"] < "2027-06-01", "signifier l'ordonnance"


def test_noter_un_evenement_change_l_etat_et_se_lit(bureau):
    reponse = bureau("evenement", "2026-0042", "depose", "--le", "2026-11-20", "--note", "guichet 3")
    assert reponse.code == 0
    assert "déposé : guichet 3" in reponse.sortie
    (affaire,) = bureau("lister", "--etat", "depose", "--json").objet["dossiers"]
    assert affaire["reference"] == "2026-0042"


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (("2026-9999", "depose"), "pas au registre"),
        (("2026-0042", "produit"), "ne se note pas"),
        (("2026-0042", "perdu"), "ne se note pas"),
        (("2026-0042", "depose", "--le", "2199-01-01"), "à venir"),
        (("2026-0042", "paye", "--montant", "beaucoup"), "nombre"),
    ],
)
def test_un_evenement_impossible_est_refuse(bureau, arguments, dit):
    reponse = bureau("evenement", *arguments)
    assert reponse.code == CodeSortie.USAGE
    assert dit in reponse.messages


def test_les_filtres(bureau):
    def references(*criteres):
        return [a["reference"] for a in bureau("lister", "--json", "--au", "2026-11-21", *criteres).objet["dossiers"]]

    assert references("--creancier", "LUMEN") == ["2026-0042", "2026-0051"]
    assert references("--creancier", "autre") == []
    assert references("--debiteur", "fauvergue") == ["2026-0051"]
    assert references("--debiteur", "fauvergue", "--creancier", "autre") == []
    assert references("--echeance-avant", "2029-01-01") == ["2026-0051"]
    assert references("--etat", "clos", "--etat", "inscrit") == ["2026-0042", "2026-0051"]
    assert references("--procedure", "injonction_de_payer") == []
    assert bureau("lister", "--etat", "perdu").code == CodeSortie.USAGE


def test_le_tableau_aligne_et_compte(bureau):
    lignes = bureau("lister", "--au", "2026-11-21").sortie.splitlines()
    assert lignes[0].startswith("Référence  État")
    assert "Les Comptoirs Beaurivage" in lignes[1]
    assert lignes[-1].startswith("2\u00a0affaires")


def test_sans_registre_on_dit_comment_le_commencer(commander, tmp_path):
    reponse = commander("registre", "lister", "-o", tmp_path / "sortie", "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert "registre inscrire" in json.loads(reponse.sortie)["erreur"]["remede"]
    assert not list(tmp_path.iterdir())


def test_une_trace_ne_cite_ni_nom_ni_mot_de_passe(bureau, commander, tmp_path):
    (tmp_path / "registre.sqlite").write_bytes(b"Jeanne Tilleul" * 900)
    reponse = bureau("lister", "-v")
    assert reponse.code == CodeSortie.LECTURE
    assert "Traceback" in reponse.messages
    assert "Tilleul" not in reponse.messages
    muet = commander("registre", "lister", "-v", "--registre", f"postgresql://c:S3cret@/b?host={tmp_path}")
    assert muet.code == CodeSortie.OUTIL_ABSENT
    assert "S3cret" not in muet.messages


def test_lance_de_chez_le_dossier_le_registre_n_y_est_pas(commander, copier, monkeypatch, tmp_path):
    dossier = copier("2026-0042")
    monkeypatch.chdir(dossier)
    assert commander("registre", "inscrire", ".").code == 0
    assert (tmp_path / "registre.sqlite").is_file()
    assert not list(dossier.glob("registre*"))

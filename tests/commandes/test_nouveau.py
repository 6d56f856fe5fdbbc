"""La commande « nouveau » : un squelette qui se lit dès les noms et les montants, un créancier jamais retapé."""

import re
import tomllib

import pytest

from generateur.erreurs import CodeSortie


def test_nouveau_ecrit_un_squelette_et_verifier_dit_tout_ce_qui_reste(commander, tmp_path):
    cree = commander("nouveau", "2026-0100", "--racine", tmp_path / "dossiers")
    assert cree.code == 0
    assert "generateur verifier" in cree.sortie
    dossier = tmp_path / "dossiers" / "2026-0100"
    assert (dossier / "pieces").is_dir()
    reponse = commander("verifier", dossier, "--json")
    assert reponse.code == CodeSortie.LECTURE
    message = reponse.objet["erreur"]["message"]
    for attendu in ("creancier", "debiteurs[1]", "« numero » est obligatoire", "« montant_ttc » est obligatoire"):
        assert attendu in message
    assert message.count("ligne ") >= 4


def test_le_squelette_avec_les_seuls_noms_et_montants_se_lit_et_dit_le_reste(commander, tmp_path):
    commander("nouveau", "R1", "--racine", tmp_path)
    fichier = tmp_path / "R1" / "dossier.toml"
    texte = fichier.read_text("utf-8").replace('denomination = ""', 'denomination = "Essai"')
    texte = texte.replace('numero = ""', 'numero = "F1"', 1).replace('montant_ttc = ""', 'montant_ttc = "100"')
    fichier.write_text(texte, "utf-8")
    reponse = commander("verifier", tmp_path / "R1", "--json")
    assert reponse.code == CodeSortie.DOSSIER_INVALIDE
    codes = {constat["code"] for constat in reponse.objet["constats"]}
    assert {"OBJET_MANQUANT", "ADRESSE_MANQUANTE", "DATE_FACTURE_MANQUANTE", "ECHEANCE_MANQUANTE"} <= codes
    assert {"PIECE_FACTURE_MANQUANTE", "AUCUNE_PROCEDURE"} & codes == {"PIECE_FACTURE_MANQUANTE"}


def test_nouveau_reprend_le_profil_du_creancier(commander, tmp_path):
    profil = tmp_path / "creanciers" / "atelier.toml"
    profil.parent.mkdir()
    profil.write_text('denomination = "Atelier"\nforme = "SARL"\n', "utf-8")
    propose = commander("nouveau", "R1", "--racine", tmp_path)
    assert f"--creancier {profil.as_posix()}" in propose.sortie
    assert commander("nouveau", "R2", "--racine", tmp_path, "--creancier", profil).code == 0
    donnees = tomllib.loads((tmp_path / "R2" / "dossier.toml").read_text("utf-8"))
    assert donnees["creancier"] == "../creanciers/atelier.toml"
    message = commander("verifier", tmp_path / "R2", "--json").objet["erreur"]["message"]
    assert "creancier" not in message


def test_nouveau_sans_profil_propose_d_en_garder_un(commander, tmp_path):
    assert "creanciers/mon_entreprise.toml" in commander("nouveau", "R1", "--racine", tmp_path).sortie


@pytest.mark.parametrize(
    ("chemin", "contenu", "code"),
    [
        ("absent.toml", None, CodeSortie.LECTURE),
        ("vide.toml", "", CodeSortie.LECTURE),
        ("faux.toml", 'denomination = "A"\nfrome = "SARL"\n', CodeSortie.LECTURE),
        ("../loin.toml", 'denomination = "A"\n', CodeSortie.USAGE),
    ],
)
def test_nouveau_refuse_un_profil_qui_ne_servirait_pas(commander, tmp_path, chemin, contenu, code):
    racine = tmp_path / "dossiers"
    racine.mkdir()
    if contenu is not None:
        (racine / chemin).write_text(contenu, "utf-8")
    reponse = commander("nouveau", "R1", "--racine", racine, "--creancier", racine / chemin)
    assert reponse.code == code
    assert not (racine / "R1").exists()


def test_nouveau_n_ecrase_jamais(commander, tmp_path):
    commander("nouveau", "R1", "--racine", tmp_path)
    fichier = tmp_path / "R1" / "dossier.toml"
    fichier.write_text("rempli", encoding="utf-8")
    reponse = commander("nouveau", "R1", "--racine", tmp_path)
    assert reponse.code == CodeSortie.USAGE
    assert "existe déjà" in reponse.messages
    assert fichier.read_text("utf-8") == "rempli"


def test_chaque_cle_du_squelette_est_connue(commander, tmp_path):
    """Une fois rempli, et ses lignes en commentaire activées, le squelette se lit."""
    commander("nouveau", "R1", "--racine", tmp_path)
    fichier = tmp_path / "R1" / "dossier.toml"
    active = [
        re.sub(r"^# (\[+\w+\]+|\w+ = [^;]*).*$", r"\1", ligne) for ligne in fichier.read_text("utf-8").split("\n")
    ]
    rempli = "\n".join(active).replace('= ""', '= "2"')
    assert tomllib.loads(rempli)["mise_en_demeure"]["issue"] == "distribuee"
    fichier.write_text(rempli, encoding="utf-8")
    reponse = commander("verifier", tmp_path / "R1", "--json")
    assert reponse.code == CodeSortie.DOSSIER_INVALIDE
    assert reponse.objet["reference"] == "R1"

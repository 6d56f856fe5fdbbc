"""La valeur d'une clé secrète ne se montre jamais, même quand sa clé ou sa ligne sont mal écrites."""

from typing import get_args

import pytest
from pydantic import BaseModel

from generateur.domaine.dossier import Dossier
from generateur.domaine.noms_secrets import est_secrete, montrer_cle, nomme_un_secret
from generateur.erreurs import ErreurLecture
from generateur.lecture.dossier_toml import lire
from generateur.lecture.messages import modele_dans
from generateur.lecture.socle import lire_dossier
from generateur.procedures.repertoire import lister_procedures

VALEUR = "Zq7Tournesol"
ENTETE = 'reference = "R1"\n[[pieces]]\ntitre = "Contrat"\nfichier = "pieces/c.pdf"\n'


@pytest.mark.parametrize(
    "cle",
    [
        "mot_de_passe", "motdepasse", "Mot de passe", "MOT-DE-PASSE", "mot_de_passé", "mots_de_passe", "mot_passe",
        "mot_de_pase", "mo_de_passe", "mot_de_apsse", "mot_de_oasse", "m0t_de_passe", "motDePasse", "mdp", "mdp_pdf",
        "password", "passwd", "pwd", "passphrase", "pass", "secret", "code_secret", "cle_privee", "jeton", "token",
        "GENERATEUR_MOT_DE_PASSE_CERTIFICAT",
        '"mot\\u005fde\\u005fpasse"', "pieces.mot_de_passe", "mot\u00a0de\u00a0passe",
    ],
)  # fmt: skip
def test_une_cle_secrete_se_reconnait_mal_ecrite(cle):
    assert est_secrete(cle)
    assert nomme_un_secret(f'{cle} = "x')


def _lister_cles(modele: type[BaseModel], vus: set[type[BaseModel]]) -> set[str]:
    if modele in vus:
        return set()
    vus.add(modele)
    cles = set(modele.model_fields)
    for champ in modele.model_fields.values():
        for forme in (champ.annotation, *get_args(champ.annotation)):
            if interne := modele_dans(forme):
                cles |= _lister_cles(interne, vus)
    return cles


def test_aucune_autre_cle_du_format_n_est_tenue_pour_secrete():
    cles = _lister_cles(Dossier, set())
    for procedure in lister_procedures():
        cles |= _lister_cles(procedure.complement, set())
    assert {cle for cle in cles if est_secrete(cle)} == {"mot_de_passe"}


@pytest.mark.parametrize(
    "ligne",
    [
        'objet = "on vend',
        'forme = SARL "Le Passage"',
        'fonction = "secrétaire',
        'titre = "Complément passé',
        "[contrat",
    ],
)
def test_une_ligne_ordinaire_se_cite(ligne):
    assert not nomme_un_secret(ligne)


CASSEES = [
    f'mot_de_passe = "{VALEUR}',
    f"mot_de_passe = {VALEUR}",
    f"mot_de_passe {VALEUR}",
    f'mot_de_passe "{VALEUR}"',
    f'mot_de_passe"{VALEUR}"',
    f'{VALEUR} mot_de_passe = "x',
    f'mot_de_pase = "{VALEUR}',
    f"m0t_de_passe = {VALEUR}",
    f'"mot\\u005fde\\u005fpasse" = {VALEUR}',
    f'mot_de_passe = "abc\n{VALEUR}"',
    f'mot_de_passe = "abc\nx = {VALEUR}"',
    f'mot_de_passe =\n"{VALEUR}"',
    f"mot_de_passe =\n{VALEUR}",
    f'mot_de_passe = """\n{VALEUR}\\q\n"""',
    f'mot_de_passe = """\na = 1\n{VALEUR}\\q\n"""',
    f"mot_de_passe = '''\n{VALEUR}''' {VALEUR}",
    f"mot_de_passe = [\n{VALEUR}\n]",
    f"mot_de_passe = {{\nvaleur = {VALEUR}\n}}",
    f"[pieces.mot_de_passe]\nvaleur = {VALEUR}",
    f"[mot_de_passe]\nbon = 1\nvaleur = {VALEUR}",
    f'mot_de_passe = "{VALEUR}"\nmot_de_passe = "{VALEUR}"',
    f'mot_de_passe = "a", titre = {VALEUR}',
    f'pieces.a = {{ titre = "x", mot_de_passe = {VALEUR} }}',
    f'pieces.a = {{ mot_de_passe = "a", "clé" = {VALEUR}, x = }}',
    f"mot_de_passé_{VALEUR} = 1",
    f"MDP : {VALEUR}",
    f"secret = {VALEUR}",
]


@pytest.mark.parametrize("lignes", CASSEES)
def test_une_ligne_cassee_ne_montre_pas_son_secret(tmp_path, lignes):
    fichier = tmp_path / "dossier.toml"
    fichier.write_text(f"{ENTETE}{lignes}\n", encoding="utf-8")
    with pytest.raises(ErreurLecture) as refus:
        lire(fichier)
    dit = refus.value.message + refus.value.lieu + refus.value.remede
    assert VALEUR.casefold() not in dit.casefold()
    assert "ligne" in dit


def test_la_cle_fautive_se_nomme_et_son_remede_reste(tmp_path):
    fichier = tmp_path / "dossier.toml"
    fichier.write_text(f"{ENTETE}mot_de_passe = “{VALEUR}”\n", encoding="utf-8")
    with pytest.raises(ErreurLecture) as refus:
        lire(fichier)
    assert "« mot_de_passe = … »" in refus.value.message
    assert "guillemets doivent être droits" in refus.value.message
    assert refus.value.lieu == "dossier.toml, ligne 5"


VALEURS = [
    f'mot_de_passe = ["{VALEUR}"]',
    f'mot_de_passe = {{ v = "{VALEUR}" }}',
    f'mot_de_passe."{VALEUR} x" = 1\nmotdepasse = 1',
    f'"mot_de_passe = {VALEUR}" = 1',
    f"\"mot_de_passe '{VALEUR}'\" = 1",
    f'montre = "mot_de_passe = {VALEUR}"',
    f'original = "mot_de_passe = {VALEUR}"',
    f'type = "mot_de_passe = {VALEUR}"',
]


@pytest.mark.parametrize("lignes", VALEURS)
def test_une_valeur_refusee_ne_montre_pas_son_secret(tmp_path, lignes):
    fichier = tmp_path / "dossier.toml"
    fichier.write_text(f"{ENTETE}{lignes}\n", encoding="utf-8")
    with pytest.raises(ErreurLecture) as refus:
        lire_dossier(fichier)
    assert VALEUR not in refus.value.message + refus.value.lieu


@pytest.mark.parametrize(("cle", "montree"), [("emial", "emial"), ("mot_de_passe", "mot_de_passe"), ("a\nb", "a b")])
def test_une_cle_ordinaire_se_montre_sur_une_ligne(cle, montree):
    assert montrer_cle(cle) == montree


def test_mille_lignes_fautives_restent_vite_lues(tmp_path):
    fichier = tmp_path / "dossier.toml"
    fichier.write_text("mot_de_pase = x\n" * 20_000, encoding="utf-8")
    with pytest.raises(ErreurLecture):
        lire(fichier)

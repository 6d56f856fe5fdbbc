"""Le README, l'aide et CONTRIBUER disent tout, et disent vrai : clés, commandes, codes, extraits, liens, lexique."""

import re
import tomllib
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.commandes.presentation_aide import en_clair
from generateur.domaine.dossier import Dossier
from generateur.droit.tables import lire_table, lister_tables
from generateur.erreurs import CodeSortie, ErreurUsage
from generateur.lecture.socle import lire_dossier
from generateur.operations.aide import lire_sujet, lister_sujets
from generateur.procedures.repertoire import lister_procedures
from tests.outils.fabriquer_aide import (
    PAGES,
    choix_de,
    cles_propres,
    lire_descriptions,
    lister_commandes,
    modeles_du_dossier,
)

RACINE = Path(__file__).parents[1]
README = (RACINE / "README.md").read_text("utf-8")
CONTRIBUER = (RACINE / "CONTRIBUER.md").read_text("utf-8")
AIDE = {f.stem: f.read_text("utf-8") for f in sorted((RACINE / "generateur" / "aide").glob("*.md"))}
DOCUMENTS = {
    "README.md": README,
    "CONTRIBUER.md": CONTRIBUER,
    "CHANGELOG.md": (RACINE / "CHANGELOG.md").read_text("utf-8"),
    **{f"generateur/aide/{nom}.md": texte for nom, texte in AIDE.items()},
}
TOUT = "\n".join((README, *AIDE.values(), CONTRIBUER))

LEXIQUE = {
    "dossier", "creance", "partie", "acte", "modele", "piece", "bordereau", "liasse", "constat", "table", "registre",
    "lot", "travail", "executant", "reglages", "moteur", "chaine", "lecteur", "attendu", "factice", "empreinte",
}  # fmt: skip
HOTES_CITES = {"www.legifrance.gouv.fr"}  # un lien nouveau s'ajoute ici ; jamais celui d'un registre de paquets
CHEMINS_DE_MACHINE = re.compile(r"(?<![\w.])(/home/|/root/|/work/|/tmp/|/Users/|[A-Z]:\\)")
EXTRAIT_COMPLET = "reference"  # un extrait qui porte cette clé est un dossier entier
EXTRAIT_DE_TABLE = "libelle"


# --- les pages -----------------------------------------------------------------------------------------------------


def test_le_readme_tient_en_150_lignes():
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("nom", PAGES)
def test_une_page_fabriquee_est_a_jour(nom):
    assert PAGES[nom]() == AIDE[nom], "la refaire : make aide"


def test_chaque_page_d_aide_est_dans_le_readme_et_s_affiche():
    assert {sujet.nom for sujet in lister_sujets()} == set(AIDE)
    for nom in AIDE:
        assert f"(generateur/aide/{nom}.md)" in README
        clair = en_clair(lire_sujet(nom).texte)
        assert clair.splitlines()[0] == lire_sujet(nom).titre
        assert "](" not in clair


def test_au_terminal_une_commande_commentee_n_est_pas_un_titre():
    page = "# Titre\n\n```console\n# remplir le **dossier** [a](b)\ngenerateur verifier d\n```\n\n## Suite\n**fort**"
    attendu = "Titre\n=====\n\n    # remplir le **dossier** [a](b)\n    generateur verifier d\n\nSuite\n-----\nfort"
    assert en_clair(page) == attendu


def test_un_sujet_inconnu_propose_les_plus_proches():
    with pytest.raises(ErreurUsage, match="pas d'aide") as refus:
        lire_sujet("cle")
    assert "cles-du-dossier" in refus.value.remede


# --- le fichier de dossier -----------------------------------------------------------------------------------------


def test_chaque_modele_et_chaque_cle_du_dossier_sont_decrits():
    decrits = {nom: section for nom, section in lire_descriptions().items() if nom != "intro"}
    modeles = modeles_du_dossier()
    assert set(decrits) == set(modeles)
    for nom, modele in modeles.items():
        champs = cles_propres(modele)
        assert set(decrits[nom]["cles"]) == set(champs), nom
        for cle, champ in champs.items():
            dite = decrits[nom]["cles"][cle]
            assert dite["sens"], f"{nom}.{cle} : sens"
            absents = [choix for choix in choix_de(champ.annotation) if f"`{choix}`" not in dite["valeur"]]
            assert not absents, f"{nom}.{cle} : valeurs admises"


# --- les commandes -------------------------------------------------------------------------------------------------

COMMANDES = lister_commandes()


@pytest.mark.parametrize("chemin", COMMANDES)
def test_chaque_commande_et_ses_options_ont_leur_aide(chemin):
    assert COMMANDES[chemin].help
    sans_aide = [p.name for p in COMMANDES[chemin].params if not getattr(p, "help", "")]
    assert not sans_aide
    assert f"\n## {chemin}\n" in AIDE["commandes"]


def test_les_commandes_citees_existent():
    """Toute ligne « generateur … » d'un bloc de console commence par une commande connue."""
    blocs = re.findall(r"```console\n(.*?)```", TOUT, re.DOTALL)
    lignes = [ligne for bloc in blocs for ligne in bloc.splitlines() if ligne.startswith("generateur ")]
    assert lignes
    connues = {*COMMANDES, "generateur droit"}  # sans sous-commande, « droit » consulte
    assert not [ligne for ligne in lignes if not any(f"{ligne} ".startswith(f"{c} ") for c in connues)]


def test_chaque_code_de_sortie_est_decrit():
    decrits = re.findall(r"^\| `(\d+)` \|", AIDE["depannage"], re.MULTILINE)
    assert decrits == [str(int(code)) for code in CodeSortie]


def test_chaque_procedure_est_nommee():
    assert not [p.nom for p in lister_procedures() if f"`{p.nom}`" not in TOUT or p.libelle not in TOUT]


def test_les_deux_commandes_sont_celles_de_la_verification_continue():
    premieres = README.split("```console\n")[1].split("```")[0].splitlines()
    lignes = (RACINE / ".ci" / "run").read_text("utf-8").splitlines()
    lancees = [ligne for ligne in lignes if ligne.startswith("make ")]
    cibles = re.findall(r"^(\w+):", (RACINE / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert premieres == lancees[:2]
    assert {ligne.removeprefix("make ") for ligne in lancees} <= set(cibles)
    assert README.index("make demo") < README.index("\n## ")


# --- les extraits --------------------------------------------------------------------------------------------------


def _extraits() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", TOUT, re.DOTALL)


def _du_dossier(extrait: str) -> bool:
    return EXTRAIT_DE_TABLE not in tomllib.loads(extrait)


def _premier_dossier() -> str:
    (complet,) = [extrait for extrait in _extraits() if EXTRAIT_COMPLET in tomllib.loads(extrait)]
    return complet


def test_le_premier_dossier_tient_en_dix_lignes_et_se_lit(tmp_path):
    extrait = _premier_dossier()
    assert len(extrait.splitlines()) <= 10
    (tmp_path / "dossier.toml").write_text(extrait, "utf-8")
    assert lire_dossier(tmp_path).dossier.reference in AIDE["premier-dossier"]


def test_le_premier_parcours_tient_en_dix_lignes():
    bloc = AIDE["premier-dossier"].split("```console\n")[1].split("```")[0]
    assert len(bloc.splitlines()) <= 10
    for commande in ("nouveau", "verifier", "mettre-en-demeure", "produire"):
        assert f"generateur {commande} " in bloc


@pytest.mark.parametrize("extrait", [e for e in _extraits() if _du_dossier(e)], ids=lambda e: e.splitlines()[0])
def test_chaque_extrait_complete_un_dossier_valable(extrait):
    Dossier.model_validate(tomllib.loads(_premier_dossier(), parse_float=Decimal) | tomllib.loads(extrait))


def test_l_extrait_de_table_a_la_forme_des_tables():
    (extrait,) = [e for e in _extraits() if not _du_dossier(e)]
    brut = tomllib.loads(extrait)
    table = lire_table(lister_tables()[0])
    assert set(brut) == {"libelle", "unite", "verifie_le", "horizon", "valeurs", "sources"}
    assert type(brut["horizon"]) is type(table.horizon)
    for valeur in brut["valeurs"]:
        assert valeur["source"] in brut["sources"]
        assert {"depuis", "valeur", "source", "confiance"} <= set(valeur) <= {*vars(table.valeurs[0])}


# --- le document ---------------------------------------------------------------------------------------------------


def _ancre(titre: str) -> str:
    """L'ancre que donnent les forges à un titre : minuscules, ponctuation retirée, espaces en tirets."""
    lettres = (c for c in titre.strip().lower() if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(lettres).replace(" ", "-")


@pytest.mark.parametrize("nom", DOCUMENTS)
def test_les_liens_relatifs_menent_quelque_part(nom):
    texte = DOCUMENTS[nom]
    ancres = {_ancre(titre) for titre in re.findall(r"^#+ (.*)$", texte, re.MULTILINE)}
    for lien in re.findall(r"\]\(([^)\s]+)\)", texte):
        if lien.startswith("#"):
            assert lien.removeprefix("#") in ancres, lien
        elif "://" not in lien:
            assert ((RACINE / nom).parent / lien.partition("#")[0]).exists(), lien


def test_les_chemins_cites_existent():
    cites = re.findall(r"`((?:generateur|modeles|tests|dossiers)/[\w./-]*)`", TOUT)
    assert cites
    assert not [chemin for chemin in cites if "<" not in chemin and not (RACINE / chemin).exists()]


def test_les_images_pesent_moins_de_400_ko():
    images = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert images
    assert sum((RACINE / image).stat().st_size for image in images) < 400_000


def test_le_lexique_y_est():
    tableau = CONTRIBUER.partition("\n## Lexique\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| (\w+) \|", tableau, re.MULTILINE)) - {"Mot"} == LEXIQUE


@pytest.mark.parametrize("nom", DOCUMENTS)
def test_ni_registre_de_paquets_ni_chemin_de_machine(nom):
    texte = DOCUMENTS[nom]
    assert set(re.findall(r"https?://([^/\s)\"'>]+)", texte)) <= HOTES_CITES
    assert "index-url" not in texte
    assert not CHEMINS_DE_MACHINE.search(texte)

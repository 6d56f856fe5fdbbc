"""Le README dit tout, et dit vrai : clés du dossier, commandes, codes, extraits, liens, lexique."""

import re
import tomllib
import types
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import click
import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from generateur.cli import generateur
from generateur.domaine.dossier import Dossier
from generateur.droit.tables import lire_table, lister_tables
from generateur.erreurs import CodeSortie
from generateur.lecture.socle import lire_dossier
from generateur.procedures.registre import lister_procedures

RACINE = Path(__file__).parents[1]
README = (RACINE / "README.md").read_text("utf-8")
DOCUMENTS = {"README.md": README, "CHANGELOG.md": (RACINE / "CHANGELOG.md").read_text("utf-8")}

LEXIQUE = {
    "dossier", "creance", "partie", "acte", "modele", "piece", "bordereau", "liasse", "constat", "table", "registre",
    "lot", "travail", "executant", "reglages", "moteur", "chaine", "lecteur", "attendu", "factice", "empreinte",
}  # fmt: skip
HOTES_CITES = {"www.legifrance.gouv.fr"}  # un lien nouveau s'ajoute ici ; jamais celui d'un registre de paquets
CHEMINS_DE_MACHINE = re.compile(r"(?<![\w.])(/home/|/root/|/work/|/tmp/|/Users/|[A-Z]:\\)")
EXTRAIT_COMPLET = "reference"  # un extrait qui porte cette clé est un dossier entier
EXTRAIT_DE_TABLE = "libelle"


# --- le fichier de dossier -----------------------------------------------------------------------------------------


def _modeles_dans(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for interne in get_args(annotation):
        yield from _modeles_dans(interne)


def _atteindre(modele: type[BaseModel], vus: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """Le modèle, ses parents et tout ce que ses clés contiennent, par nom."""
    for classe in modele.__mro__:
        if issubclass(classe, BaseModel) and classe.__module__.startswith("generateur.") and classe.__name__ not in vus:
            vus[classe.__name__] = classe
            for champ in classe.model_fields.values():
                for interne in _modeles_dans(champ.annotation):
                    _atteindre(interne, vus)
    return vus


def _modeles_du_dossier() -> dict[str, type[BaseModel]]:
    vus = _atteindre(Dossier, {})
    for procedure in lister_procedures():
        _atteindre(procedure.complement, vus)
    return {nom: modele for nom, modele in vus.items() if _cles_propres(modele)}


def _cles_propres(modele: type[BaseModel]) -> dict[str, FieldInfo]:
    heritees = {cle for parent in modele.__mro__[1:] if issubclass(parent, BaseModel) for cle in parent.model_fields}
    return {cle: champ for cle, champ in modele.model_fields.items() if cle not in heritees}


def _lignes_de(modele: str) -> dict[str, list[str]]:
    """Les lignes du tableau qui suit la marque du modèle, par clé."""
    _, marque, suite = README.partition(f"<!-- modele : {modele} -->")
    assert marque, f"le README ne décrit pas le modèle {modele}"
    lignes: dict[str, list[str]] = {}
    for ligne in re.split(r"\n#+ ", suite)[0].splitlines():
        cellules = [cellule.strip() for cellule in ligne.strip("|").split("|")]
        if ligne.startswith("| `"):
            lignes[cellules[0].strip("`")] = cellules[1:]
    return lignes


def _choix_de(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif get_origin(annotation) in {Union, types.UnionType}:
        for interne in get_args(annotation):
            yield from _choix_de(interne)


def _defaut_attendu(champ: FieldInfo) -> str:
    if champ.is_required():
        return "**requis**"
    defaut = champ.get_default(call_default_factory=True)
    if isinstance(defaut, bool):
        return f"`{str(defaut).lower()}`"
    return f"`{defaut}`" if isinstance(defaut, str | int | Decimal) and defaut != "" else "—"


@pytest.mark.parametrize("nom", sorted(_modeles_du_dossier()))
def test_chaque_cle_du_dossier_est_decrite(nom):
    attendues, decrites = _cles_propres(_modeles_du_dossier()[nom]), _lignes_de(nom)
    assert set(decrites) == set(attendues)
    for cle, champ in attendues.items():
        valeur, defaut, sens = decrites[cle]
        assert defaut == _defaut_attendu(champ), f"{nom}.{cle} : défaut"
        assert sens, f"{nom}.{cle} : sens"
        absents = [choix for choix in _choix_de(champ.annotation) if f"`{choix}`" not in valeur]
        assert not absents, f"{nom}.{cle} : valeurs admises"


def test_aucun_modele_decrit_n_a_disparu():
    assert set(re.findall(r"<!-- modele : (\w+) -->", README)) == set(_modeles_du_dossier())


# --- les commandes -------------------------------------------------------------------------------------------------


def _commandes(groupe: click.Group, chemin: str) -> Iterator[tuple[str, click.Command]]:
    for nom, commande in groupe.commands.items():
        if isinstance(commande, click.Group):
            yield from _commandes(commande, f"{chemin} {nom}")
        else:
            yield f"{chemin} {nom}", commande


COMMANDES = dict(_commandes(generateur, "generateur"))
PARTIE_COMMANDES = README.partition("\n## Les commandes\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("chemin", COMMANDES)
def test_chaque_commande_et_ses_options_sont_decrites(chemin):
    assert re.search(rf"^\| `{chemin}[ `]", PARTIE_COMMANDES, re.MULTILINE)
    noms = {nom for parametre in COMMANDES[chemin].params for nom in parametre.opts if nom.startswith("-")}
    assert not {nom for nom in noms if not re.search(rf"`{nom}[ `]", PARTIE_COMMANDES)}


def test_aucune_option_decrite_n_est_inventee():
    connues = {nom for commande in COMMANDES.values() for parametre in commande.params for nom in parametre.opts}
    connues |= {"-h", "--aide", "--help", "--version"}
    assert set(re.findall(r"`(--?[a-z][a-z-]*)[ `]", PARTIE_COMMANDES)) <= connues


def test_les_commandes_du_readme_existent():
    """Toute ligne « generateur … » d'un bloc de console commence par une commande connue."""
    blocs = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lignes = [ligne for bloc in blocs for ligne in bloc.splitlines() if ligne.startswith("generateur ")]
    assert lignes
    connues = {*COMMANDES, "generateur droit"}  # sans sous-commande, « droit » consulte
    assert not [ligne for ligne in lignes if not any(f"{ligne} ".startswith(f"{c} ") for c in connues)]


def test_chaque_code_de_sortie_est_decrit():
    decrits = re.findall(r"^\| `(\d+)` \|", PARTIE_COMMANDES, re.MULTILINE)
    assert decrits == [str(int(code)) for code in CodeSortie]


def test_chaque_procedure_est_nommee():
    assert not [p.nom for p in lister_procedures() if f"`{p.nom}`" not in README or p.libelle not in README]


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
    return re.findall(r"```toml\n(.*?)```", README, re.DOTALL)


def _du_dossier(extrait: str) -> bool:
    return EXTRAIT_DE_TABLE not in tomllib.loads(extrait)


def _premier_dossier() -> str:
    (complet,) = [extrait for extrait in _extraits() if EXTRAIT_COMPLET in tomllib.loads(extrait)]
    return complet


def test_le_premier_dossier_tient_en_dix_lignes_et_se_lit(tmp_path):
    extrait = _premier_dossier()
    assert len(extrait.splitlines()) <= 10
    (tmp_path / "dossier.toml").write_text(extrait, "utf-8")
    assert lire_dossier(tmp_path).dossier.reference in README


def test_le_premier_parcours_tient_en_dix_lignes():
    bloc = README.partition("## Votre premier dossier")[2].split("```console\n")[1].split("```")[0]
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
            assert (RACINE / lien).exists(), lien


def test_les_chemins_cites_existent():
    cites = re.findall(r"`((?:generateur|modeles|tests|dossiers)/[\w./-]*)`", README)
    assert cites
    assert not [chemin for chemin in cites if "<" not in chemin and not (RACINE / chemin).exists()]


def test_l_image_pese_moins_de_400_ko():
    (image,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert (RACINE / image).stat().st_size < 400_000


def test_le_lexique_y_est():
    tableau = README.partition("\n### Lexique\n")[2].partition("\n### ")[0]
    assert set(re.findall(r"^\| (\w+) \|", tableau, re.MULTILINE)) - {"Mot"} == LEXIQUE


@pytest.mark.parametrize("nom", DOCUMENTS)
def test_ni_registre_de_paquets_ni_chemin_de_machine(nom):
    texte = DOCUMENTS[nom]
    assert set(re.findall(r"https?://([^/\s)\"'>]+)", texte)) <= HOTES_CITES
    assert "index-url" not in texte
    assert not CHEMINS_DE_MACHINE.search(texte)

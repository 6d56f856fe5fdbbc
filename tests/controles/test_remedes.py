"""Un remède se recopie tel quel : ses extraits de TOML se lisent à leur place, ses commandes existent."""

import re
import shlex
import tomllib
from datetime import date
from pathlib import Path

import click
import pytest

from generateur.cli import generateur
from generateur.controles.catalogue import catalogue
from generateur.domaine.chemins_de_cle import denommer
from generateur.domaine.constat import CE_DOSSIER
from generateur.domaine.dossier import Dossier
from generateur.lecture.messages import modele_a
from generateur.procedures.repertoire import trouver_procedure

AU = date(2026, 11, 21)
CAS = [
    cas
    for fichier in sorted((Path(__file__).parent / "codes").glob("*.toml"))
    for cas in tomllib.loads(fichier.read_text("utf-8")).get("cas", ())
]
# « clé = valeur » au milieu d'une phrase : un texte, une date, un nombre, un booléen, une liste ou une section
EXTRAIT = re.compile(
    r'(?<![\w.])(\w+) = ("[^"]*"|\{[^{}]*(?:\{[^}]*\}[^{}]*)*\}|\[[^\]]*\]|\d{4}-\d\d-\d\d|\d+|true|false)'
)
LIGNE_TOML = re.compile(r"^(\[\[?\w|\w+ = )")


@pytest.fixture
def tous_les_constats(controler, inspection):
    """Les constats de tous les cas du catalogue, un par remède différent."""
    trouves: dict = {}
    for cas in CAS:
        fichiers = inspection(**cas["fichier"]) if "fichier" in cas else {}
        au, jour = cas.get("au", AU), cas.get("jour", AU)
        for constat in controler(cas.get("quand"), au=au, jour=jour, fichiers=fichiers):
            trouves.setdefault((constat.code, constat.remede), constat)
    return list(trouves.values())


def test_chaque_code_est_eprouve(tous_les_constats):
    assert len({constat.code for constat in tous_les_constats}) > len(catalogue()) * 2 / 3


def test_les_lignes_a_recopier_se_lisent_a_leur_place(tous_les_constats):
    lus = 0
    for constat in tous_les_constats:
        lignes = [ligne for ligne in constat.remede.splitlines()[1:] if LIGNE_TOML.match(ligne)]
        if not lignes:
            continue
        lus += 1
        donnees = tomllib.loads("\n".join(lignes))
        for cle, valeur in donnees.items():
            assert _est_a_sa_place(cle, valeur, constat.lieu), f"{constat.code} : {cle} ({constat.lieu})"
    assert lus > 10


def _est_a_sa_place(cle, valeur, lieu):
    """Une section se pose au sommet du fichier ; une clé, dans le bloc du constat ou l'un de ses contenants."""
    if isinstance(valeur, dict | list) and cle in Dossier.model_fields:
        section = modele_a((cle,), Dossier)
        blocs = valeur if isinstance(valeur, list) else [valeur]
        return section is not None and all(set(bloc) <= set(section.model_fields) for bloc in blocs)
    chemin = denommer(lieu)
    modeles = (modele_a(chemin[:fin], Dossier) for fin in range(len(chemin) + 1))
    return any(modele is not None and cle in modele.model_fields for modele in modeles)


def test_les_extraits_dans_une_phrase_se_lisent(tous_les_constats):
    lus = 0
    for constat in tous_les_constats:
        assert "…" not in re.sub(r"« [^»]* »", "", constat.remede) or "= …" not in constat.remede, constat.code
        for cle, valeur in EXTRAIT.findall(constat.remede):
            lus += 1
            tomllib.loads(f"{cle} = {valeur}")
    assert lus > 20


def test_les_commandes_citees_existent_et_visent_le_dossier(tous_les_constats):
    citees = {c for constat in tous_les_constats for c in re.findall(r"« generateur ([^»]+) »", constat.remede)}
    assert citees
    for citee in citees:
        nom, *arguments = shlex.split(citee)
        commande = generateur.commands[nom]
        if nom == "droit":
            continue  # ses arguments sont éprouvés avec la commande
        if isinstance(commande, click.Group):
            commande = commande.commands[arguments.pop(0)]
        attendus = [p for p in commande.params if isinstance(p, click.Argument)]
        analyse = commande.make_parser(click.Context(commande))
        valeurs, restants, _ = analyse.parse_args(list(arguments))  # lève si une option n'existe pas
        donnes = [v for p in attendus if (v := valeurs.get(p.name)) is not None]
        vise, *precisions = [str(a) for a in (*donnes, *restants)]
        assert (vise, len(precisions)) == (CE_DOSSIER, len(attendus) - 1), citee
        if voie := valeurs.get("procedure"):
            assert trouver_procedure(voie).nom == voie


def test_aucun_remede_n_invente_de_chemin(tous_les_constats):
    for constat in tous_les_constats:
        assert "dossiers/" not in constat.remede, constat.code

"""Ce qui peut manquer manque, une clé après l'autre puis plusieurs à la fois : tout répond, le projet le dit."""

import copy
import datetime as dt
import json
import random
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from generateur.commandes import presentation, sortie_json
from generateur.operations.etude import chiffrer_dossier, etudier_dossier
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.production import produire_dossier
from generateur.reglages import Reglages

JOUR = dt.date(2026, 11, 21)
EXEMPLES = Path(__file__).parents[2] / "dossiers"
TIRAGES = 12
EXIGEES = {"reference", "denomination", "nom", "numero", "montant_ttc"}
MINIMUM = """\
reference = "MINI"
[creancier]
denomination = "Atelier d'essai"
[[debiteurs]]
denomination = "Essai et Fils"
[[factures]]
numero = "F1"
montant_ttc = "1200.00"
[[paiements]]
montant = "200.00"
"""


def _ecrire(valeur):
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, dict):
        return "{ " + ", ".join(f"{cle} = {_ecrire(v)}" for cle, v in valeur.items()) + " }"
    if isinstance(valeur, list):
        return "[" + ", ".join(map(_ecrire, valeur)) + "]"
    return json.dumps(valeur, ensure_ascii=False) if isinstance(valeur, str) else str(valeur)


def _lire(nom):
    donnees = tomllib.loads((EXEMPLES / nom / "dossier.toml").read_text("utf-8"), parse_float=Decimal)
    if isinstance(donnees["creancier"], str):
        donnees["creancier"] = tomllib.loads((EXEMPLES / nom / donnees["creancier"]).read_text("utf-8"))
    return donnees


def _cles(valeur, base=()):
    """Les chemins de toutes les clés, du fond vers le sommet ; celles qu'il faut pour lire sont sautées."""
    paires = valeur.items() if isinstance(valeur, dict) else enumerate(valeur)
    for cle, contenu in paires:
        if isinstance(contenu, dict | list):
            yield from _cles(contenu, (*base, cle))
        if isinstance(cle, str) and cle not in EXIGEES | {"creancier", "debiteurs", "factures"}:
            yield (*base, cle)


def _sans(donnees, cles):
    reste = copy.deepcopy(donnees)
    for *parents, derniere in sorted(cles, key=len, reverse=True):
        bloc = reste
        for parent in parents:
            bloc = bloc[parent]
        bloc.pop(derniere, None)
    return reste


def _repondre(dossier):
    """Ce que verifier, choisir et chiffrer répondent, en texte et en JSON."""
    etude = etudier_dossier(dossier, jour=JOUR)
    chiffrage = chiffrer_dossier(dossier, jour=JOUR)
    presentation.presenter_constats(etude)
    presentation.presenter_choix(etude)
    presentation.presenter_chiffrage(chiffrage)
    return json.dumps([sortie_json.choix_en_json(etude), sortie_json.chiffrage_en_json(chiffrage)])


def _ecrire_dossier(racine, donnees):
    racine.mkdir(exist_ok=True)
    (racine / "dossier.toml").write_text("".join(f"{c} = {_ecrire(v)}\n" for c, v in donnees.items()), "utf-8")
    return racine


@pytest.mark.parametrize("nom", ["2026-0051", "2026-0063", "2026-0085"])
def test_chaque_cle_peut_manquer_seule(tmp_path, nom):
    donnees = _lire(nom)
    for cle in _cles(donnees):
        assert _repondre(_ecrire_dossier(tmp_path / nom, _sans(donnees, [cle]))), cle


@pytest.mark.parametrize("graine", range(TIRAGES))
def test_plusieurs_cles_peuvent_manquer_a_la_fois(tmp_path, graine):
    tirage = random.Random(graine)  # noqa: S311 (des essais reproductibles, non un secret)
    donnees = _lire("2026-0063")
    cles = list(_cles(donnees))
    retirees = tirage.sample(cles, k=tirage.randint(2, len(cles)))
    assert _repondre(_ecrire_dossier(tmp_path / "2026-0063", _sans(donnees, retirees)))


def test_le_minimum_donne_un_projet_qui_dit_ce_qui_manque(tmp_path):
    dossier = tmp_path / "MINI"
    dossier.mkdir()
    (dossier / "dossier.toml").write_text(MINIMUM, "utf-8")
    etude = etudier_dossier(dossier, jour=JOUR)
    codes = {constat.code for constat in etude.constats if constat.gravite == "a_completer"}
    assert codes >= {
        "OBJET_MANQUANT",
        "NATURE_MANQUANTE",
        "ADRESSE_MANQUANTE",
        "DATE_FACTURE_MANQUANTE",
        "ECHEANCE_MANQUANTE",
        "PIECE_FACTURE_MANQUANTE",
        "PAIEMENT_SANS_DATE",
    }
    assert etude.verdict == "a_completer"
    assert str(etude.espece.decompte.total) == "1000.00"
    with ouvrir_moteurs(None) as moteurs:
        produire_dossier(
            dossier, tmp_path / "sortie", jour=JOUR, au=JOUR, reglages=Reglages(projet=True), moteurs=moteurs
        )
    pages = PdfReader(tmp_path / "sortie" / "MINI" / "MINI_liasse.pdf").pages
    texte = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert texte.count("à compléter") >= 5
    assert "None" not in texte
    assert "PROJET" in texte

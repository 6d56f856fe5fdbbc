"""Des factures électroniques à un dossier : leurs documents, leurs messages et leurs conditions ne se perdent pas."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from generateur.importation.conditions import lire_penalites
from generateur.lecture.socle import lire_dossier
from generateur.operations.importer import Demande, importer
from generateur.operations.outillage import ouvrir_outils

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "factures"
corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus de factures n'est pas à côté du dépôt")
AVEC_PIECES = CORPUS / "lunatech" / "ubl" / "facture_ubl_avec_pj.xml"
JOUR = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def outils():
    with ouvrir_outils() as ouverts:
        yield ouverts


@pytest.fixture
def commander_import(tmp_path, outils):
    def _importer(*sources):
        demande = Demande(sources=sources, racine=tmp_path / "dossiers")
        return importer(demande, jour=JOUR, outils=outils, avancer=lambda *_: None)

    return _importer


def _dossier(fait):
    (dossier,) = fait.dossiers
    return dossier.chemin, tomllib.loads((dossier.chemin / "dossier.toml").read_text(encoding="utf-8"))


@corpus
def test_les_documents_joints_sont_verses_une_seule_fois(commander_import):
    chemin, donnees = _dossier(commander_import(AVEC_PIECES))
    assert [(p["titre"], p["fichier"]) for p in donnees["pieces"]] == [
        ("Bon de commande signé", "pieces/bon_commande_PO-2025-4567.pdf"),
        ("Photo bordereau de livraison signé", "pieces/bordereau_livraison.png"),
    ]
    assert all((chemin / p["fichier"]).is_file() for p in donnees["pieces"])
    assert lire_dossier(chemin).dossier.pieces
    encore = commander_import(AVEC_PIECES)
    assert encore.dossiers[0].etat == "inchange"
    assert len(list((chemin / "pieces").iterdir())) == 2


@corpus
def test_une_piece_retiree_a_la_main_ne_revient_pas(commander_import):
    chemin, donnees = _dossier(commander_import(AVEC_PIECES))
    fichier = chemin / "dossier.toml"
    texte = fichier.read_text(encoding="utf-8")
    fichier.write_text(texte[: texte.index("[[pieces]]")], encoding="utf-8")
    commander_import(AVEC_PIECES)
    assert "pieces" not in tomllib.loads(fichier.read_text(encoding="utf-8"))
    assert donnees["pieces"]


@corpus
@pytest.mark.parametrize(("code", "sort"), [("204", "prise en charge"), ("205", "approuvée")])
def test_un_message_de_reconnaissance_devient_une_piece(commander_import, tmp_path, code, sort):
    (message,) = (CORPUS / "lunatech" / "cdar").glob(f"cdv_{code}_*.xml")
    numero = {"204": "FA-2025-00142", "205": "F202500003"}[code]
    sien = tmp_path / "message.xml"
    sien.write_text(message.read_text(encoding="utf-8").replace(numero, "FA-2025-PJ-00501"), encoding="utf-8")
    chemin, donnees = _dossier(commander_import(AVEC_PIECES, sien))
    (piece,) = [p for p in donnees["pieces"] if p["titre"].startswith("Facture ")]
    assert sort in piece["titre"]
    resume = (chemin / piece["fichier"]).read_text(encoding="utf-8")
    assert f"Statut : {code}, {sort}" in resume
    (xml,) = (chemin / "messages").iterdir()
    assert xml.read_bytes() == sien.read_bytes()
    assert commander_import(AVEC_PIECES, sien).dossiers[0].etat == "inchange"


@corpus
def test_les_conditions_d_une_facture_sont_proposees_et_se_collent(commander_import):
    fait = commander_import(CORPUS / "cas_limites" / "OK-001" / "facture.pdf")
    (constat,) = [c for c in fait.constats if c.code == "CONDITIONS_PROPOSEES"]
    assert "trois fois le taux d'intérêt légal" in constat.message
    chemin, donnees = _dossier(fait)
    assert "contrat" not in donnees  # proposées, jamais appliquées
    fichier = chemin / "dossier.toml"
    colle = constat.remede.partition("\n")[2]
    fichier.write_text(f"{fichier.read_text(encoding='utf-8')}\n{colle}\n", encoding="utf-8")
    penalites = lire_dossier(chemin).dossier.contrat.penalites
    assert (penalites.mode, penalites.multiple) == ("multiple_legal", 3)
    encore = commander_import(CORPUS / "cas_limites" / "OK-001" / "facture.pdf")
    assert not [c for c in encore.constats if c.code == "CONDITIONS_PROPOSEES"]


@pytest.mark.parametrize(
    ("mention", "attendu"),
    [
        ("Pénalités : 3 fois le taux d’intérêt légal", {"mode": "multiple_legal", "multiple": "3"}),
        ("trois fois le taux de l'intérêt légal", {"mode": "multiple_legal", "multiple": "3"}),
        ("taux de la BCE majoré de 10 points", {"mode": "bce_plus", "points": "10"}),
        ("Banque centrale européenne + 10 %", {"mode": "bce_plus", "points": "10"}),
        ("1,5 % par mois de retard", {"mode": "mensuel", "taux": "1.5"}),
        ("12,00 % l'an", {"mode": "fixe", "taux": "12.00"}),
        ("exigibles sans rappel", {}),
    ],
)
def test_le_taux_d_une_mention_se_lit_ou_se_tait(mention, attendu):
    assert lire_penalites(mention) == attendu

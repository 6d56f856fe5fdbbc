"""« completer » : chaque fichier oublié a sa place, sa raison ; seul ce qui est certain s'écrit."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from generateur.importation.indices import lire_dates, lire_indices

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "factures"
NU = """reference = "2026-0200"
objet = "Menuiseries"  # gardé
[creancier]
denomination = "Atelier Lumen"
forme = "SARL"
siren = "123456782"
[[debiteurs]]
denomination = "Garage du Halage"
forme = "SAS"
siren = "999999915"
courriel = "achats@halage.example"

[[factures]]
numero = "F2026-118"
date = 2026-04-01
echeance = 2026-05-01
montant_ttc = "1200.00"

[[factures]]
numero = "F2026-119"
montant_ttc = "600.00"

[[relances]]
date = 2026-06-01
canal = "courriel"

[mise_en_demeure]
date_envoi = 2026-07-01
"""


@pytest.fixture
def dossier(tmp_path):
    racine = tmp_path / "2026-0200"
    (racine / "pieces").mkdir(parents=True)
    (racine / "dossier.toml").write_text(NU, encoding="utf-8")
    return racine


def _pdf(dossier, nom, *lignes):
    feuille = Canvas(str(dossier / "pieces" / nom), invariant=True)
    for rang, ligne in enumerate(lignes or ("scan",)):
        feuille.drawString(72, 760 - 16 * rang, ligne)
    feuille.save()


def _courriel(dossier, nom, objet, jour="15 Jun 2026", de="compta@lumen.example", a="achats@halage.example", corps="."):
    (dossier / "pieces" / nom).write_text(_message(objet, jour, de, a, corps), encoding="utf-8")


def _message(objet, jour, de, a, corps):
    return (
        f"From: {de}\nTo: {a}\nSubject: {objet}\nDate: Mon, {jour} 10:00:00 +0200\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{corps}\n"
    )


def _proposer(commander, dossier, *options):
    reponse = commander("completer", dossier, *options, "--json")
    assert reponse.code == 0, reponse.messages
    assert set(reponse.objet) == {"reference", "propositions"}
    return {p["fichier"].removeprefix("pieces/"): p for p in reponse.objet["propositions"]}


CAS = [
    ("Facture F2026-118.pdf", ["FACTURE F2026-118"], "factures[1].fichier", "certaine"),
    ("scan_01.pdf", ["FACTURE", "Numéro : F2026-119"], "factures[2].fichier", "certaine"),
    (
        "BL118.pdf",
        ["Bon de livraison", "Facture F2026-118", "Remis le 28/03/2026"],
        "factures[1].livraison",
        "certaine",
    ),
    ("bon de livraison.pdf", ["Bon de livraison"], "pieces", "probable"),
    ("BDC 42.pdf", ["Bon de commande n° 42", "du 2 mars 2026"], "contrat", "certaine"),
    ("cgv.pdf", ["Conditions générales de vente"], "cgv", "certaine"),
    ("med.pdf", ["Mise en demeure de payer"], "mise_en_demeure", "certaine"),
    ("preuve de dépôt.pdf", ["Preuve de dépôt d'un recommandé"], "mise_en_demeure", "certaine"),
    ("AR signé.pdf", ["Avis de réception"], "mise_en_demeure", "certaine"),
    ("Kbis.pdf", ["Extrait Kbis", "999 999 915 R.C.S. Lyon"], "pieces", "certaine"),
    ("RIB.pdf", ["Relevé d'identité bancaire"], "pieces", "certaine"),
    ("photo.pdf", ["n'importe quoi"], "pieces", "probable"),
    ("facture.pdf", ["Bon de livraison", "F2026-118"], "factures[1].livraison", "probable"),
    ("lettre de relance.pdf", ["Relance", "Lyon, le 3 juin 2026"], "relances", "probable"),
]


@pytest.mark.parametrize(("nom", "lignes", "lieu", "certitude"), CAS)
def test_chaque_document_a_sa_place_et_sa_raison(commander, dossier, nom, lignes, lieu, certitude):
    _pdf(dossier, nom, *lignes)
    (proposition,) = _proposer(commander, dossier).values()
    assert (proposition["lieu"], proposition["certitude"]) == (lieu, certitude)
    assert proposition["raison"]
    assert f"pieces/{nom}" in proposition["valeurs"].values()


def test_rien_ne_s_ecrit_sans_accepter(commander, dossier):
    _pdf(dossier, "cgv.pdf", "Conditions générales de vente")
    _proposer(commander, dossier)
    assert (dossier / "dossier.toml").read_text(encoding="utf-8") == NU


def test_accepter_ecrit_tout_le_certain_et_rien_que_lui(commander, dossier):
    for nom, lignes, *_ in CAS:
        if nom != "facture.pdf":
            _pdf(dossier, nom, *lignes)
    vues = _proposer(commander, dossier, "--accepter")
    texte = (dossier / "dossier.toml").read_text(encoding="utf-8")
    donnees = tomllib.loads(texte)
    assert [f["fichier"] for f in donnees["factures"]] == ["pieces/Facture F2026-118.pdf", "pieces/scan_01.pdf"]
    assert donnees["factures"][0]["livraison"] == {"date": dt.date(2026, 3, 28), "fichier": "pieces/BL118.pdf"}
    assert donnees["contrat"] == {
        "nature": "bon_de_commande", "date": dt.date(2026, 3, 2), "fichier": "pieces/BDC 42.pdf",
    }  # fmt: skip
    assert donnees["cgv"] == {"fichier": "pieces/cgv.pdf"}
    assert set(donnees["mise_en_demeure"]) == {"date_envoi", "fichier", "preuve_depot", "accuse"}
    assert {p["nature"] for p in donnees["pieces"]} == {"kbis_debiteur", "rib"}
    assert {nom for nom, p in vues.items() if p["ecrite"]} == {
        n for n, p in vues.items() if p["certitude"] == "certaine"
    }
    assert 'objet = "Menuiseries"  # gardé' in texte
    restes = _proposer(commander, dossier, "--accepter")
    assert all(p["certitude"] == "probable" for p in restes.values())
    assert (dossier / "dossier.toml").read_text(encoding="utf-8") == texte


def test_deux_fichiers_pour_une_place_ne_se_choisissent_pas(commander, dossier):
    for nom in ("cgv.pdf", "conditions generales.pdf"):
        _pdf(dossier, nom, "Conditions générales de vente")
    vues = _proposer(commander, dossier, "--accepter")
    assert {p["certitude"] for p in vues.values()} == {"probable"}
    assert "prétend" in vues["cgv.pdf"]["raison"]


def test_un_fichier_deja_cite_n_est_pas_propose(commander, dossier):
    _pdf(dossier, "cgv.pdf", "Conditions générales de vente")
    fichier = dossier / "dossier.toml"
    fichier.write_text(NU + '\n[cgv]\nfichier = "pieces/cgv.pdf"\n', encoding="utf-8")
    assert not _proposer(commander, dossier)


def test_les_courriels_de_relance_font_une_relance_chacun_avec_sa_preuve(commander, dossier):
    _courriel(dossier, "r1.eml", "Relance facture F2026-118")
    _courriel(dossier, "r2.eml", "Rappel", "22 Jun 2026")
    _courriel(
        dossier, "reponse.eml", "Re: Relance", "23 Jun 2026", de="achats@halage.example", a="compta@lumen.example"
    )
    _courriel(dossier, "autre.eml", "Bonne année", "24 Jun 2026")
    vues = _proposer(commander, dossier, "--accepter")
    assert {nom: (p["lieu"], p["certitude"]) for nom, p in vues.items()} == {
        "r1.eml": ("relances", "certaine"),
        "r2.eml": ("relances", "certaine"),
        "reponse.eml": ("pieces", "probable"),
        "autre.eml": ("pieces", "probable"),
    }
    relances = tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["relances"]
    assert [(r["date"].isoformat(), r.get("fichier")) for r in relances] == [
        ("2026-06-01", None),
        ("2026-06-15", "pieces/r1.eml"),
        ("2026-06-22", "pieces/r2.eml"),
    ]


def test_une_relance_deja_ecrite_recoit_sa_preuve(commander, dossier):
    _courriel(dossier, "r0.eml", "Relance", "1 Jun 2026")
    (vue,) = _proposer(commander, dossier, "--accepter").values()
    assert (vue["lieu"], vue["ecrite"]) == ("relances[1].fichier", True)


def test_une_boite_fait_une_relance_par_message(commander, dossier):
    messages = [
        f"From lumen Mon Jun {jour} 10:00:00 2026\n"
        + _message("Relance", f"{jour} Jun 2026", "compta@lumen.example", "achats@halage.example", "F2026-118")
        for jour in (15, 22, 29)
    ]
    (dossier / "pieces" / "relances.mbox").write_text("\n".join(messages), encoding="utf-8")
    reponse = commander("completer", dossier, "--accepter", "--json").objet["propositions"]
    assert [(p["lieu"], p["valeurs"]["date"]) for p in reponse] == [
        ("relances", f"2026-06-{jour}") for jour in (15, 22, 29)
    ]
    assert len(tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["relances"]) == 4


@pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus de factures n'est pas à côté du dépôt")
def test_une_facture_electronique_dit_elle_meme_sa_place(commander, dossier):
    octets = (CORPUS / "cas_limites" / "OK-001" / "facture.pdf").read_bytes()
    (dossier / "pieces" / "0001.pdf").write_bytes(octets)
    assert _proposer(commander, dossier)["0001.pdf"]["lieu"] == "factures"
    fichier = dossier / "dossier.toml"
    fichier.write_text(NU.replace("F2026-119", "FA-2026-0001"), encoding="utf-8")
    vue = _proposer(commander, dossier)["0001.pdf"]
    assert (vue["lieu"], vue["certitude"]) == ("factures[2].fichier", "probable")
    assert "3042.00" in vue["raison"]
    fichier.write_text(NU.replace("F2026-119", "FA-2026-0001").replace("600.00", "3042.00"), encoding="utf-8")
    assert _proposer(commander, dossier)["0001.pdf"]["certitude"] == "certaine"


@pytest.mark.parametrize(
    ("texte", "dates"),
    [
        ("le 31/05/2026, puis 2026-06-01", ["2026-05-31", "2026-06-01"]),
        ("Lyon, le 1er février 2026", ["2026-02-01"]),
        ("31/02/2026 et 12 août 2026", ["2026-08-12"]),
        ("aucune", []),
    ],
)
def test_les_dates_d_un_texte_se_lisent_ou_se_taisent(texte, dates):
    assert sorted(jour.isoformat() for jour in lire_dates(texte)) == dates


def test_une_mention_en_bas_de_page_ne_fait_pas_la_nature():
    indices = lire_indices("doc", "FACTURE F1\n" + "ligne " * 200 + "\nConditions générales de vente")
    assert indices.nature.nom == "facture"

"""« completer » : chaque fichier oublié a sa place, sa raison ; seul ce qui est certain s'écrit."""

import datetime as dt
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from generateur.importation.indices import lire_dates, lire_indices
from generateur.moteurs import chercher_reconnaissance

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
    relances = tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["relances"]
    preuves = [f"pieces/courriel_2026-06-{jour}.eml" for jour in (15, 22, 29)]
    assert [relance.get("fichier") for relance in relances] == [None, *preuves]  # une preuve par ligne
    assert all("F2026-118" in (dossier / preuve).read_text("utf-8") for preuve in preuves)
    assert sorted(p.name for p in (dossier / "pieces").iterdir()) == [Path(preuve).name for preuve in preuves]
    assert (dossier / "messages" / "relances.mbox").is_file()
    assert commander("completer", dossier, "--json").objet["propositions"] == []


def test_une_boite_dont_un_message_reste_a_confirmer_ne_bouge_pas(commander, dossier):
    sure = _message("Relance", "15 Jun 2026", "compta@lumen.example", "achats@halage.example", "F2026-118")
    autre = _message("Bonjour", "16 Jun 2026", "compta@lumen.example", "un@autre.example", "Merci.")
    boite = "\n".join(f"From x Mon Jun 15 10:00:00 2026\n{message}" for message in (sure, autre))
    (dossier / "pieces" / "relances.mbox").write_text(boite, encoding="utf-8")
    for _ in range(2):
        reponse = commander("completer", dossier, "--accepter", "--json").objet
    assert [p["lieu"] for p in reponse["propositions"]] == ["pieces"]  # la première, écrite, n'est plus proposée
    assert sorted(p.name for p in (dossier / "pieces").iterdir()) == ["courriel_2026-06-15.eml", "relances.mbox"]


def _scan(dossier, nom, *lignes):
    image = Image.new("L", (1240, 1754), 255)
    police = ImageFont.truetype(str(files("font_source_sans_pro").joinpath("files", "SourceSansPro-Semibold.ttf")), 44)
    for rang, ligne in enumerate(lignes):
        ImageDraw.Draw(image).text((150, 200 + 90 * rang), ligne, fill=0, font=police)
    image.save(dossier / "pieces" / nom, resolution=150)


@pytest.mark.skipif(chercher_reconnaissance() is None, reason="OCRmyPDF ou Tesseract n'est pas installé")
@pytest.mark.parametrize("nom", ["scan0001.pdf", "IMG_2041.jpg"])
def test_le_texte_d_un_scan_est_reconnu(commander, dossier, nom):
    _scan(dossier, nom, "FACTURE n° F2026-118", "Garage du Halage")
    (vue,) = _proposer(commander, dossier).values()
    assert (vue["lieu"], vue["certitude"]) == ("factures[1].fichier", "certaine")
    assert "texte reconnu dans l'image" in vue["raison"]


@pytest.mark.skipif(chercher_reconnaissance() is None, reason="OCRmyPDF ou Tesseract n'est pas installé")
def test_une_date_reconnue_dans_un_scan_reste_a_confirmer(commander, dossier):
    _scan(dossier, "scan0002.pdf", "BON DE LIVRAISON", "Facture F2026-118", "Livré le 28/03/2026")
    (vue,) = _proposer(commander, dossier).values()
    assert (vue["lieu"], vue["certitude"]) == ("factures[1].livraison", "probable")
    assert vue["valeurs"]["date"] == "2026-03-28"


def test_sans_reconnaissance_un_scan_le_dit(commander, dossier, monkeypatch):
    monkeypatch.setenv("PATH", str(dossier))
    _scan(dossier, "scan0003.pdf", "BON DE LIVRAISON")
    (vue,) = _proposer(commander, dossier).values()
    assert vue["certitude"] == "probable"
    assert "OCRmyPDF" in vue["raison"]


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

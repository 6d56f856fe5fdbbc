"""Un accord rompu, du premier rappel à la requête : chaque message, et l'histoire que le juge lit."""

import re

import pytest
from pypdf import PdfReader

from generateur.erreurs import CodeSortie

ACCORD = """
[accord]
date = 2026-06-25
echeances = [{ date = 2026-07-15, montant = "2000.00" }, { date = 2027-01-15, montant = "6841.06" }]
fichier = "pieces/bc118.pdf"

[[paiements]]
date = 2026-07-10
montant = "500.00"
"""
LETTRE = """
[mise_en_demeure]
date_envoi = 2026-08-20
date_presentation = 2026-08-22
issue = "distribuee"
date_reception = 2026-08-22
delai_jours = 15
fichier = "pieces/mise-en-demeure.pdf"
preuve_depot = "pieces/preuve-depot.pdf"
accuse = "pieces/avis-reception.pdf"
"""


@pytest.fixture
def dossier(copier):
    """Le premier exemple, son accord non tenu, sans mise en demeure."""
    copie = copier("2026-0042")
    fichier = copie / "dossier.toml"
    texte = re.sub(r"\n\[mise_en_demeure\].*?(?=\n#)", "\n", fichier.read_text("utf-8"), flags=re.DOTALL)
    fichier.write_text(texte + ACCORD, encoding="utf-8")
    return copie


def _texte(pdf):
    lu = " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())
    return lu.replace("\u202f", " ").replace("\u00a0", " ")


def test_la_relance_ne_reclame_que_ce_qui_manque_et_previent(dossier, commander, tmp_path):
    objet = commander("relancer", dossier, "--au", "2026-08-10", "-o", tmp_path / "s", "--json", "-q").objet
    assert (objet["suite"], objet["montant"], objet["date_limite"]) == ("relancer", "1500.00", "2026-08-18")
    texte = _texte(next(f for f in objet["fichiers"] if f.endswith(".pdf")))
    assert "l’échéance du 15 juillet 2026 (2 000,00 €) n’est pas payée en entier : il manque 1 500,00 €" in texte
    assert "au plus tard le mardi 18 août 2026" in texte
    assert "tout ce qui reste dû, soit 8 " in texte
    assert "Montant TTC" not in texte, "le tableau des factures n'a rien à y faire"


def test_la_mise_en_demeure_vise_l_accord_et_la_decheance(dossier, commander, tmp_path):
    options = ("--au", "2026-08-20", "-o", tmp_path / "s", "--json", "-q")
    objet = commander("mettre-en-demeure", dossier, *options).objet
    texte = _texte(objet["fichiers"][0])
    for attendu in (
        "accord du 25 juin 2026",
        "15 juillet 2026 2 000,00 € 1 500,00 €",
        "payer la somme de 1 500,00 €",
        "déchéance du terme",
        "article 1344 du code civil",
    ):
        assert attendu in texte, attendu
    with (dossier / "dossier.toml").open("a", encoding="utf-8") as fichier:
        fichier.write(LETTRE)
    assert commander("mettre-en-demeure", dossier, *options).code == CodeSortie.DOSSIER_INVALIDE


def test_la_decheance_se_note_et_la_requete_raconte_l_histoire(dossier, commander, tmp_path):
    with (dossier / "dossier.toml").open("a", encoding="utf-8") as fichier:
        fichier.write(LETTRE)
    au = ("--au", "2026-09-10")
    produire = ("produire", dossier, *au, "-o", tmp_path / "s", "--json", "-q")
    assert commander(*produire).code == CodeSortie.PROCEDURE_INDETERMINABLE, "le terme court encore"
    attente = commander("relancer", dossier, *au, "-o", tmp_path / "s", "-q").sortie
    assert "decheance --date 2026-09-07" in attente
    noter = ("ajouter", "evenement", dossier, "decheance", "--date")
    assert commander(*noter, "2026-07-14", *au).code == CodeSortie.DOSSIER_INVALIDE, "rien n'est manqué ce jour-là"
    assert commander(*noter, "2026-09-11", *au).code == CodeSortie.DOSSIER_INVALIDE, "à venir"
    assert commander(*noter, "2026-09-07", *au).code == CodeSortie.FAIT
    assert commander(*noter, "2026-09-07", *au).code == CodeSortie.USAGE
    manifeste = commander(*produire).objet
    texte = _texte(tmp_path / "s" / "2026-0042" / "actes" / "requete.pdf")
    for attendu in (
        "Un accord de paiement a été conclu avec la société Les Comptoirs Beaurivage le 25 juin 2026, pour 8 841,06 €",
        "y a versé 500,00 € ; l’échéance du 15 juillet 2026 (2 000,00 €) n’a pas été payée en entier",
        "Une mise en demeure de le tenir a été adressée le 20 août 2026 (pièces n° 8, 9 et 10)",
        "la déchéance du terme est acquise depuis le 7 septembre 2026 : tout le solde est exigible",
    ):
        assert attendu in texte, attendu
    titres = [piece["titre"] for piece in manifeste["pieces"]]
    assert any("mise en demeure" in titre for titre in titres)

"""Ce qui pèse sur la décision va à la fiche interne, coût devant enjeu ; jamais dans la liasse."""

import datetime as dt
import shutil

from pypdf import PdfReader

from generateur.annuaire.retenue import retenir
from generateur.domaine.fiche_annuaire import FicheAnnuaire
from generateur.lecture.socle import lire_dossier
from tests.commandes.conftest import EXEMPLES


def _texte(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())


def test_les_signaux_vont_a_la_fiche_interne_et_jamais_dans_la_liasse(commander, tmp_path):
    dossier = shutil.copytree(EXEMPLES / "2026-0042", tmp_path / "dossiers" / "2026-0042")
    if (EXEMPLES / "creanciers").is_dir():
        shutil.copytree(EXEMPLES / "creanciers", tmp_path / "dossiers" / "creanciers")
    debiteur = lire_dossier(dossier).dossier.debiteur
    lu_le = dt.date(2026, 11, 20)
    fiche = FicheAnnuaire(
        debiteur.siren_deduit or "", lu_le, est_connue=True, denomination=debiteur.denomination, etat="A",
        creee_le=dt.date(2026, 6, 3),
    )  # fmt: skip
    retenir(dossier, {fiche.siren: fiche})
    produit = commander("produire", dossier, "-o", tmp_path / "sortie", "--au", "2026-11-21", "--json")
    assert produit.code == 0, produit.messages
    publie = tmp_path / "sortie" / "2026-0042"
    interne = _texte(publie / "2026-0042_fiche_interne.pdf")
    assert "3 juin 2026" in interne
    assert "Enjeu : le total demandé" in interne
    assert "20 novembre 2026" in interne
    liasse = _texte(publie / "2026-0042_liasse.pdf")
    assert "3 juin 2026" not in liasse
    assert "Enjeu" not in liasse

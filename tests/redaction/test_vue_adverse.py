"""La page « Ce que l'adversaire verrait » : ce qui reste d'abord, l'original gardé, l'ordinaire en une phrase."""

from generateur.domaine.fichiers import ContenuCache
from generateur.redaction.vue_adverse import presenter_caches, resumer_ordinaires

NOTE = ContenuCache("note", 2, "accepter 50 %", "retire")
RECOUVERT = ContenuCache("texte recouvert", 1, "plafond", "reste")


def test_ce_qui_reste_lisible_vient_en_premier():
    lignes = list(presenter_caches("4", "Relance", [NOTE, RECOUVERT], est_original_garde=False))
    assert ["Reste" in ligne.sort for ligne in lignes] == [True, False]
    assert "page\u00a02" in lignes[1].contenu
    assert "accepter 50 %" in lignes[1].contenu


def test_l_original_signe_porte_encore_tout():
    *_, derniere = presenter_caches("4", "Relance", [NOTE], est_original_garde=True)
    assert "originaux" in derniere.contenu
    assert not list(presenter_caches("4", "Relance", [], est_original_garde=True))


def test_les_metadonnees_se_disent_en_une_phrase():
    auteur = ContenuCache("métadonnées", None, "auteur « Atelier »", "retire")
    assert not list(presenter_caches("1", "Devis", [auteur], est_original_garde=False))
    phrase = resumer_ordinaires([("1", [auteur]), ("2", [auteur]), ("3", [NOTE])])
    assert "auteur « Atelier » (pièces 1 et 2)" in phrase
    assert resumer_ordinaires([("3", [NOTE])]) == ""


def test_une_piece_aux_mille_notes_tient_en_une_page():
    lignes = list(presenter_caches("4", "Relance", [NOTE] * 1000, est_original_garde=False))
    assert len(lignes) < 100
    assert "940 autres" in lignes[-1].contenu

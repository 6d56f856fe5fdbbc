"""De qui vient l'acte : le débiteur et ses codébiteurs interrompent la prescription ; la caution et les tiers, non."""

import datetime as dt

import pytest

from generateur.calculs.auteurs import emane_du_debiteur
from generateur.calculs.prescription import hypotheses_de_prescription

AU = dt.date(2026, 11, 21)
PARTIES = {
    "creancier": {"nature": "personne_morale", "denomination": "Créancier d'essai", "forme": "SARL"},
    "debiteurs": [
        {
            "nature": "personne_morale",
            "denomination": "Débitrice d'essai",
            "forme": "SARL",
            "enseigne": "Chez Essai",
            "representant": {"nom": "Luc Gérant", "qualite": "gérant"},
        },
        {"nature": "personne_morale", "denomination": "Codébitrice", "forme": "SAS", "role": "codebiteur_solidaire"},
        {"nature": "particulier", "nom": "Durand", "prenoms": "Paul, Jean", "role": "caution"},
    ],
}


@pytest.mark.parametrize(
    ("auteur", "attendu"),
    [
        (None, True),
        ("débiteur", True),
        ("DÉBITRICE  D'ESSAI", True),
        ("Chez Essai", True),
        ("Codébitrice", True),
        ("Paul Durand", False),
        ("Paul, Jean Durand", False),
        ("Créancier d'essai", False),
        ("tiers", False),
        ("Un voisin", None),
    ],
)
def test_auteur(fabriquer, auteur, attendu):
    assert emane_du_debiteur(fabriquer(**PARTIES), auteur) is attendu


def test_le_dirigeant_ecrit_pour_la_societe_mais_paie_pour_lui(fabriquer):
    dossier = fabriquer(**PARTIES)
    assert emane_du_debiteur(dossier, "Luc Gérant")
    assert not emane_du_debiteur(dossier, "Luc Gérant", par_son_representant=False)


@pytest.mark.parametrize(
    ("auteur", "annee"),
    [("Débitrice d'essai", 2031), ("Codébitrice", 2031), ("Luc Gérant", 2031), ("Paul Durand", 2026)],
)
def test_la_reconnaissance_de_la_caution_n_interrompt_pas(fabriquer, auteur, annee):
    reconnaissance = {"date": dt.date(2026, 8, 3), "nature": "reconnaissance", "auteur": auteur}
    facture = {"date": dt.date(2021, 11, 1), "echeance": dt.date(2021, 12, 1)}
    dossier = fabriquer(**PARTIES, interruptions=[reconnaissance], factures=[facture])
    (hypothese,) = hypotheses_de_prescription(dossier, AU)
    assert hypothese.terme.year == annee
    assert bool(hypothese.evenements) is (annee != 2026)


def test_un_acte_de_justice_interrompt_quel_que_soit_son_auteur(fabriquer):
    assignation = {"date": dt.date(2026, 8, 3), "nature": "demande_en_justice", "auteur": "Créancier d'essai"}
    (hypothese,) = hypotheses_de_prescription(fabriquer(**PARTIES, interruptions=[assignation]), AU)
    assert hypothese.evenements

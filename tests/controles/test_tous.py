"""L'ensemble : verdicts de dossiers ordinaires, contexte sans décompte, ordre des constats."""

from datetime import date

import pytest

from generateur.controles.contexte import Contexte
from generateur.controles.tous import controler_commun
from generateur.domaine.constat import ORDRE_GRAVITES, verdict

AU = date(2026, 11, 21)


@pytest.mark.parametrize(
    "changements",
    [
        {},
        {"mise_en_demeure": {"accuse": "(retirer)"}},
        {"cgv": "(retirer)"},
        {"pieces": []},
        {"relances": []},
        {"factures": {"1": {"livraison": "(retirer)"}}},
        {"avec": ["consommateur"]},
        {"avec": ["creanciere_liberale"]},
        {"avec": ["seconde_facture"]},
        {"avec": ["liquidation"], "mise_en_demeure": "(retirer)", "contrat": "(retirer)"},
    ],
)
def test_un_dossier_ordinaire_est_pret(controler, changements):
    assert verdict(controler(changements)) == "pret"


@pytest.mark.parametrize(
    ("changements", "attendu"),
    [
        ({"mise_en_demeure": "(retirer)"}, "a_completer"),
        ({"avec": ["commande_non_versee"]}, "a_completer"),
        ({"debiteurs": {"1": {"siren": "404833049"}}}, "irrecevable"),
        ({"factures": {"1": {"echeance": date(2026, 3, 1)}}}, "irrecevable"),
    ],
)
def test_ce_qui_manque_est_a_completer_et_ce_qui_est_faux_est_bloquant(controler, changements, attendu):
    assert verdict(controler(changements)) == attendu


@pytest.mark.parametrize(
    "changements",
    [
        {"situation": {"litige": True, "cession": True, "titre_existant": True, "instance_en_cours": True}},
        {"assurance_credit": {"indemnise": True}},
        {"debiteurs": {"1": {"nature": "personne_publique"}}},
        {"debiteurs": {"1": {"adresse": {"pays": "BE"}}}},
        {"debiteurs": {"1": {"situation": "cloture_insuffisance_actif"}}},
        {"factures": {"1": {"contestee": True}}},
        {"factures": {"1": {"echeance": date(2026, 11, 22)}}},
    ],
)
def test_ce_que_la_loi_exclut_est_laisse_aux_motifs_des_procedures(controler, changements):
    assert "bloquant" not in {constat.gravite for constat in controler(changements)}


def test_les_constats_sont_ordonnes_par_gravite_sans_doublon(controler):
    constats = controler({"avec": ["commande_non_versee"], "debiteurs": {"1": {"siren": "404833049"}}, "relances": []})
    rangs = [ORDRE_GRAVITES.index(constat.gravite) for constat in constats]
    assert rangs == sorted(rangs)
    assert len(set(constats)) == len(constats)


def test_sans_decompte_les_autres_controles_repondent(dossier_de):
    dossier = dossier_de({"debiteurs": {"1": {"siren": "404833049"}}, "factures": {"1": {"contestee": True}}})
    codes = {constat.code for constat in controler_commun(dossier, Contexte(AU, AU, {}, None))}
    assert "SIREN_INVALIDE" in codes
    assert "FACTURE_EXCLUE" not in codes


def test_une_facture_anterieure_aux_tables_se_controle_sans_erreur(controler):
    ancienne = {"date": date(1998, 4, 1), "echeance": date(1998, 5, 1), "contestee": True}
    constats = controler({"contrat": {"date": date(1998, 3, 2)}, "factures": {"1": ancienne}})
    assert "DELAI_DE_PAIEMENT" not in {constat.code for constat in constats}

"""Contribution pour la justice économique : qui la paie, combien, et quand on la demande."""

from datetime import date
from decimal import Decimal

import pytest

from generateur.calculs.contribution import evaluer_contribution
from generateur.controles.groupes import regrouper
from generateur.domaine.parties import Creancier
from generateur.droit.juridictions import Juridiction
from generateur.procedures.choix import choisir_procedure
from generateur.redaction.fiche import dresser_fiche

GRANDE = {"effectif": 250, "chiffre_affaires_moyen": "60000000.00", "benefice_moyen": "3500000.00"}
AU = date(2026, 5, 1)


def _creancier(**cles):
    adresse = {"voie": "1 rue des Essais", "code_postal": "69003", "commune": "Lyon"}
    return Creancier.model_validate(
        {"nature": "personne_morale", "denomination": "Société d'essai", "adresse": adresse, **cles}
    )


def _juger(juger, creancier=None, montant="60000.00", commune=("69003", "Lyon"), au=AU):
    adresse = {"voie": "1 rue des Essais", "code_postal": commune[0], "commune": commune[1]}
    saisie = {
        "creancier": {"genre": "societe", **(creancier or {})},
        "debiteurs": [{"adresse": adresse}],
        "factures": [{"montant_ttc": montant}],
    }
    espece = juger(saisie, au)
    decision = choisir_procedure(espece)
    constats = decision.retenue.controler(espece)
    fiche = dresser_fiche(espece, decision, regrouper(constats), "pret", "moteur d'essai")
    couts = {cout.libelle: cout for cout in fiche.couts}
    return [c for c in constats if c.code.startswith("CONTRIBUTION")], couts.get(
        "Contribution pour la justice économique"
    )


def test_l_effectif_n_est_demande_que_devant_le_tae_au_dessus_du_seuil(juger):
    (constat,), cout = _juger(juger)
    assert (constat.code, constat.gravite, constat.lieu) == (
        "CONTRIBUTION_EFFECTIF",
        "a_completer",
        "creancier.effectif",
    )
    assert "250" in constat.message
    assert "irrecevable" in constat.message
    assert cout.valeur == "non établi"
    assert _juger(juger, montant="1200.00") == ([], None)
    assert _juger(juger, commune=("42400", "Saint-Chamond")) == ([], None)


def test_sous_le_seuil_d_effectif_rien_n_est_du(juger):
    assert _juger(juger, {"effectif": 249}) == ([], None)


def test_au_dela_les_comptes_sont_demandes_puis_le_cout_est_montre(juger):
    (constat,), _ = _juger(juger, {"effectif": 250})
    assert (constat.code, constat.gravite) == ("CONTRIBUTION_COMPTES", "a_completer")
    (constat,), cout = _juger(juger, GRANDE)
    assert (constat.code, constat.gravite) == ("CONTRIBUTION_DUE", "avertissement")
    assert cout.valeur.replace("\u202f", " ").startswith("1 8")  # 3 % d'un total un peu supérieur à 60 000 €
    assert "JUST2503734C" in constat.fondement


@pytest.mark.parametrize(
    ("ventes", "benefice", "attendu"),
    [
        ("50000000.00", "4000000.00", Decimal(0)),
        ("50000000.01", "3000000.00", Decimal(0)),
        ("50000000.01", "3000000.01", Decimal("3000.00")),
        ("1500000000.00", "1.00", Decimal(0)),
        ("1500000000.01", "1.00", Decimal("5000.00")),
        ("1500000000.01", "-1.00", Decimal(0)),
    ],
)
def test_le_bareme_change_de_tranche_a_ses_bornes(ventes, benefice, attendu):
    creancier = _creancier(effectif=300, chiffre_affaires_moyen=ventes, benefice_moyen=benefice)
    tae = Juridiction("TAE", "Tribunal des activités économiques de Lyon", "Lyon", "", "certaine")
    assert evaluer_contribution(creancier, tae, Decimal(100000), AU).montant == attendu


def test_la_contribution_est_plafonnee():
    creancier = _creancier(**GRANDE)
    tae = Juridiction("TAE", "Tribunal des activités économiques de Lyon", "Lyon", "", "certaine")
    assert evaluer_contribution(creancier, tae, Decimal(9000000), AU).montant == Decimal(50000)


def test_une_personne_publique_ne_la_paie_pas_et_une_personne_physique_la_demande_au_greffe(juger):
    (constat,), cout = _juger(juger, {"genre": "commercant", "effectif": 300})
    assert constat.code == "CONTRIBUTION_DUE"
    assert "greffe" in constat.remede
    assert cout.valeur == "non établi"

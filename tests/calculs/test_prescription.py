"""Prescription : régimes admis, départ, interruptions, suspension, butoir."""

import datetime as dt

import pytest

from generateur.calculs.prescription import hypotheses_de_prescription, regimes_admis
from generateur.controles.prescription import analyser_prescription

AU = dt.date(2026, 11, 21)
PARTICULIER = {"nature": "particulier", "nom": "Durand"}
SCI = {"nature": "personne_morale", "denomination": "SCI d'essai", "forme": "SCI"}
ARTISAN = {"nature": "entrepreneur_individuel", "nom": "Martin", "qualite": "artisan"}


def _termes(dossier, au=AU):
    return [(h.regime, h.terme) for h in hypotheses_de_prescription(dossier, au)]


def _regimes(dossier):
    return regimes_admis(dossier, dossier.factures[0])


def test_cinq_ans_entre_commercants_depuis_l_echeance_jamais_reportes(fabriquer):
    assert _termes(fabriquer()) == [("commercial", dt.date(2031, 5, 1))]
    dossier = fabriquer(factures=[{"echeance": dt.date(2026, 5, 3)}])
    assert _termes(dossier) == [("commercial", dt.date(2031, 5, 3))]  # un samedi


@pytest.mark.parametrize(
    ("debiteur", "regimes"),
    [
        ({**PARTICULIER, "qualite": "consommateur"}, ("consommateur",)),
        (PARTICULIER, ("consommateur", "commercial")),
        ({**PARTICULIER, "agit_en_professionnel": True}, ("commercial",)),
        (SCI, ("commercial",)),
        (ARTISAN, ("consommateur", "commercial")),
    ],
)
def test_le_regime_depend_de_la_qualite_du_debiteur(fabriquer, debiteur, regimes):
    assert _regimes(fabriquer(debiteurs=[debiteur])) == regimes


def test_droit_commun_sans_commercant_et_les_deux_si_on_ne_sait_pas(fabriquer):
    assert _regimes(fabriquer(creancier=SCI, debiteurs=[SCI])) == ("civil",)
    gie = {"nature": "personne_morale", "denomination": "Groupe", "forme": "GIE"}
    assert _regimes(fabriquer(creancier=SCI, debiteurs=[gie])) == ("commercial", "civil")


@pytest.mark.parametrize(
    ("activite", "regime", "terme"),
    [
        ("transport", "transport", dt.date(2027, 5, 1)),
        ("bail_habitation", "bail_habitation", dt.date(2029, 5, 1)),
        ("bail_commercial", "bail_commercial", dt.date(2031, 5, 1)),
        ("credit_consommation", "credit_consommation", dt.date(2028, 5, 1)),
        ("honoraires_avocat", "honoraires_avocat_professionnel", dt.date(2031, 5, 1)),
    ],
)
def test_l_activite_impose_son_delai(fabriquer, activite, regime, terme):
    assert _termes(fabriquer(contrat={"activite": activite})) == [(regime, terme)]


def test_honoraires_d_avocat_dus_par_un_particulier_non_qualifie(fabriquer):
    dossier = fabriquer(contrat={"activite": "honoraires_avocat"}, debiteurs=[PARTICULIER])
    assert _regimes(dossier) == ("honoraires_avocat_consommateur", "honoraires_avocat_professionnel")


def test_effet_de_commerce_et_cotisation(fabriquer):
    assert _regimes(fabriquer(factures=[{"nature": "effet"}])) == ("effet_accepteur", "effet_endosseur_tireur")
    association = {"nature": "personne_morale", "denomination": "Asso", "forme": "Association"}
    dossier = fabriquer(creancier=association, factures=[{"nature": "cotisation"}])
    assert _regimes(dossier) == ("cotisation_association",)


def test_consommateur_deux_ans_depuis_l_echeance_ou_l_achevement(fabriquer):
    dossier = fabriquer(
        debiteurs=[{**PARTICULIER, "qualite": "consommateur"}],
        factures=[{"livraison": {"date": dt.date(2026, 3, 28)}}],
    )
    assert _termes(dossier) == [
        ("consommateur", dt.date(2028, 5, 1)),
        ("consommateur", dt.date(2028, 3, 28)),
    ]


def test_transport_un_an_depuis_la_premiere_remise_avant_l_echeance(fabriquer):
    remises = [{"date": dt.date(2026, 3, 28)}, {"date": dt.date(2026, 3, 14)}]
    dossier = fabriquer(contrat={"activite": "transport"}, factures=[{"livraisons": remises}])
    assert _termes(dossier) == [("transport", dt.date(2027, 5, 1)), ("transport", dt.date(2027, 3, 14))]
    assert hypotheses_de_prescription(dossier, AU)[1].hypothese.endswith("depuis la remise de la marchandise")
    (sans_remise,) = hypotheses_de_prescription(fabriquer(contrat={"activite": "transport"}), AU)
    assert "faute de la date de remise" in sans_remise.hypothese


def test_la_retenue_de_garantie_court_de_sa_seule_date(fabriquer):
    """C. civ. 2233 : la créance à terme ne se prescrit que du terme ; l'achèvement ne la rend pas exigible."""
    retenue = {"montant": "100.00", "exigible_le": dt.date(2027, 4, 1)}
    dossier = fabriquer(
        debiteurs=[{**PARTICULIER, "qualite": "consommateur"}],
        factures=[{"livraison": {"date": dt.date(2026, 3, 28)}, "retenue_garantie": retenue}],
    )
    assert _termes(dossier) == [
        ("consommateur", dt.date(2028, 5, 1)),
        ("consommateur", dt.date(2028, 3, 28)),
        ("consommateur", dt.date(2029, 4, 1)),
    ]
    assert hypotheses_de_prescription(dossier, AU)[2].hypothese.endswith("l'exigibilité de la retenue de garantie")
    objets = [analyse.objet for analyse in analyser_prescription(dossier, AU)]
    assert [objet.partition(" F")[0] for objet in objets] == ["la facture", "la retenue de garantie de la facture"]


def test_une_reconnaissance_fait_repartir_le_delai_a_neuf(fabriquer):
    reconnaissance = {"date": dt.date(2026, 9, 10), "nature": "reconnaissance"}
    (hypothese,) = hypotheses_de_prescription(fabriquer(interruptions=[reconnaissance]), AU)
    assert hypothese.terme == dt.date(2031, 9, 10)
    assert hypothese.evenements
    assert hypothese.evenements == ("reconnaissance du débiteur du 10/09/2026",)


@pytest.mark.parametrize(
    "interruption",
    [
        {"date": dt.date(2026, 9, 10), "nature": "demande_en_justice", "non_avenue": True},
        {"date": dt.date(2026, 12, 10), "nature": "reconnaissance"},  # après la date d'arrêté
        {"date": dt.date(2026, 4, 10), "nature": "reconnaissance"},  # avant le départ du délai
        {"date": dt.date(2026, 9, 10), "nature": "reconnaissance", "facture": "F2"},
    ],
)
def test_ce_qui_n_interrompt_pas(fabriquer, interruption):
    (hypothese,) = hypotheses_de_prescription(fabriquer(interruptions=[interruption]), AU)
    assert hypothese.terme == dt.date(2031, 5, 1)
    assert not hypothese.evenements


def test_une_relance_ou_une_mise_en_demeure_n_interrompt_jamais(fabriquer):
    dossier = fabriquer(
        relances=[{"date": dt.date(2026, 6, 1), "canal": "lrar"}],
        mise_en_demeure={"date_envoi": dt.date(2026, 7, 1)},
        suivi={"depot": dt.date(2026, 8, 1)},
    )
    assert _termes(dossier) == [("commercial", dt.date(2031, 5, 1))]


def test_une_interruption_apres_le_terme_ne_ressuscite_rien(fabriquer):
    dossier = fabriquer(
        factures=[{"date": dt.date(2019, 1, 1), "echeance": dt.date(2019, 2, 1)}],
        interruptions=[{"date": dt.date(2024, 2, 2), "nature": "reconnaissance"}],
    )
    assert _termes(dossier) == [("commercial", dt.date(2024, 2, 1))]


def test_la_demande_en_justice_repart_a_la_fin_de_l_instance(fabriquer):
    instance = {
        "date": dt.date(2026, 6, 1),
        "nature": "demande_en_justice",
        "fin": dt.date(2026, 10, 1),
    }
    assert _termes(fabriquer(interruptions=[instance])) == [("commercial", dt.date(2031, 10, 1))]


@pytest.mark.parametrize(
    ("paiement", "terme"),
    [
        ({}, dt.date(2031, 8, 3)),
        ({"facture": "F1", "auteur": "débiteur"}, dt.date(2031, 8, 3)),
        ({"facture": "F1", "auteur": "une caution"}, dt.date(2031, 5, 1)),
        ({"facture": "F1", "statut": "rejete"}, dt.date(2031, 5, 1)),
        ({"facture": "F9"}, dt.date(2031, 5, 1)),
    ],
)
def test_un_paiement_partiel_du_debiteur_vaut_reconnaissance(fabriquer, paiement, terme):
    dossier = fabriquer(paiements=[{"date": dt.date(2026, 8, 3), "montant": "100.00", **paiement}])
    assert _termes(dossier) == [("commercial", terme)]


def test_un_paiement_sans_affectation_ne_dit_pas_quelle_facture_il_reconnait(fabriquer):
    dossier = fabriquer(
        factures=[{"numero": "F1"}, {"numero": "F2"}],
        paiements=[{"date": dt.date(2026, 8, 3), "montant": "100.00"}],
    )
    assert {terme for _, terme in _termes(dossier)} == {dt.date(2031, 5, 1)}


def test_la_forclusion_du_credit_ignore_la_reconnaissance_mais_pas_la_demande_en_justice(fabriquer):
    contrat = {"activite": "credit_consommation"}
    jour = dt.date(2026, 9, 10)
    reconnu = fabriquer(contrat=contrat, interruptions=[{"date": jour, "nature": "reconnaissance"}])
    assert _termes(reconnu) == [("credit_consommation", dt.date(2028, 5, 1))]
    assigne = fabriquer(contrat=contrat, interruptions=[{"date": jour, "nature": "demande_en_justice"}])
    assert _termes(assigne) == [("credit_consommation", dt.date(2028, 9, 10))]


def test_la_suspension_prolonge_et_laisse_au_moins_six_mois(fabriquer):
    suspension = {
        "date": dt.date(2026, 6, 1),
        "nature": "suspension_2238",
        "fin": dt.date(2026, 7, 1),
    }
    assert _termes(fabriquer(interruptions=[suspension])) == [("commercial", dt.date(2031, 5, 31))]
    courte = fabriquer(
        contrat={"activite": "transport"},
        factures=[{"date": dt.date(2025, 5, 1), "echeance": dt.date(2025, 6, 10)}],
        interruptions=[suspension],
    )
    assert _termes(courte) == [("transport", dt.date(2027, 1, 1))]


def test_le_butoir_de_vingt_ans_arrete_les_interruptions(fabriquer):
    dossier = fabriquer(
        factures=[{"date": dt.date(2010, 1, 1), "echeance": dt.date(2010, 1, 31)}],
        interruptions=[
            {"date": dt.date(annee, 1, 15), "nature": "reconnaissance"} for annee in (2014, 2018, 2022, 2026)
        ],
    )
    assert _termes(dossier) == [("commercial", dt.date(2030, 1, 1))]


def test_chaque_hypothese_cite_son_texte(fabriquer):
    for hypothese in hypotheses_de_prescription(fabriquer(debiteurs=[PARTICULIER]), AU):
        assert "art." in hypothese.fondement
        assert hypothese.hypothese
        assert hypothese.confiance == "certaine"

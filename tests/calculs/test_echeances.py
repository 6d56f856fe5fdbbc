"""Ce qui vient après le dépôt."""

import datetime as dt

import pytest

from generateur.calculs.echeances import calculer_echeances

AU = dt.date(2026, 11, 21)


def _chercher(dossier, debut):
    return [echeance for echeance in calculer_echeances(dossier, AU) if echeance.titre.startswith(debut)]


def _date(dossier, debut):
    (echeance,) = _chercher(dossier, debut)
    assert echeance.fondement
    return echeance.date


@pytest.mark.parametrize(
    ("ordonnance", "terme"),
    [
        (dt.date(2026, 8, 31), dt.date(2027, 3, 1)),  # six mois : dimanche 28 février, reporté au lundi
        (dt.date(2026, 9, 1), dt.date(2026, 12, 1)),  # trois mois
        (dt.date(2026, 11, 30), dt.date(2027, 3, 1)),
    ],
)
def test_signification_six_mois_avant_le_1er_septembre_2026_trois_apres(fabriquer, ordonnance, terme):
    dossier = fabriquer(suivi={"ordonnance": {"date": ordonnance}})
    assert _date(dossier, "Signification") == terme


def test_l_explication_donne_aussi_le_terme_sans_report(fabriquer):
    dossier = fabriquer(suivi={"ordonnance": {"date": dt.date(2026, 8, 31)}})
    (echeance,) = _chercher(dossier, "Signification")
    assert "28/02/2027" in echeance.explication
    assert "non avenue" in echeance.explication


def test_une_signification_tardive_rend_l_ordonnance_non_avenue(fabriquer):
    suivi = {
        "ordonnance": {"date": dt.date(2026, 9, 1)},
        "signification": {"date": dt.date(2026, 12, 2), "mode": "personne"},
    }
    dossier = fabriquer(suivi=suivi)
    (echeance,) = _chercher(dossier, "Signification")
    assert "trop tard" in echeance.explication
    assert not _chercher(dossier, "Opposition")
    assert not _chercher(dossier, "Ordonnance exécutoire")


def _signifier(fabriquer, mode, *, ordonnance=dt.date(2026, 9, 15), **autres):
    signification = {"date": dt.date(2026, 10, 21), "mode": mode}
    suivi = {"ordonnance": {"date": ordonnance}, "signification": signification}
    return fabriquer(suivi=suivi, **autres)


def test_opposition_un_mois_apres_la_signification_a_personne(fabriquer):
    assert _date(_signifier(fabriquer, "personne"), "Opposition") == dt.date(2026, 11, 23)


@pytest.mark.parametrize("mode", ["domicile", "etude", "pv659", "electronique"])
def test_opposition_non_determinable_autrement(fabriquer, mode):
    dossier = _signifier(fabriquer, mode)
    (echeance,) = _chercher(dossier, "Opposition")
    assert echeance.date is None
    assert "non déterminable" in echeance.explication
    assert calculer_echeances(dossier, AU)[-1] == echeance


def test_opposition_du_codebiteur_d_outre_mer_augmentee_d_un_mois(fabriquer):
    societe = {"nature": "personne_morale", "denomination": "Essai", "forme": "SARL"}
    outre_mer = {"voie": "1 rue", "code_postal": "97110", "commune": "Pointe-à-Pitre"}
    codebiteur = {**societe, "denomination": "Ultra", "role": "codebiteur_solidaire", "adresse": outre_mer}
    dossier = _signifier(fabriquer, "personne", debiteurs=[societe, codebiteur])
    dates = {echeance.titre: echeance.date for echeance in _chercher(dossier, "Opposition")}
    assert dates["Opposition possible jusqu'au (Essai)"] == dt.date(2026, 11, 23)
    assert dates["Opposition possible jusqu'au (Ultra)"] == dt.date(2026, 12, 21)


def test_executoire_deux_mois_apres_la_signification_sous_le_nouveau_regime(fabriquer):
    assert _date(_signifier(fabriquer, "domicile"), "Ordonnance exécutoire") == dt.date(2026, 12, 22)


def test_executoire_apres_le_mois_d_opposition_sous_l_ancien_regime(fabriquer):
    dossier = _signifier(fabriquer, "domicile", ordonnance=dt.date(2026, 8, 31))
    assert _date(dossier, "Ordonnance exécutoire") == dt.date(2026, 11, 24)


def test_une_opposition_arrete_tout(fabriquer):
    suivi = {
        "ordonnance": {"date": dt.date(2026, 9, 15)},
        "signification": {"date": dt.date(2026, 10, 21), "mode": "personne"},
        "opposition": dt.date(2026, 11, 2),
        "avis_greffe": dt.date(2026, 11, 5),
    }
    dossier = fabriquer(suivi=suivi)
    assert not _chercher(dossier, "Opposition")
    assert not _chercher(dossier, "Ordonnance exécutoire")
    assert _date(dossier, "Consignation des frais d'opposition") == dt.date(2026, 11, 20)


def test_consignation_quinze_jours_apres_la_demande_sauf_si_elle_est_faite(fabriquer):
    depot = dt.date(2026, 9, 1)
    assert _date(fabriquer(suivi={"depot": depot}), "Consignation") == dt.date(2026, 9, 16)
    consignee = fabriquer(suivi={"depot": depot, "consignation": dt.date(2026, 9, 3)})
    assert not _chercher(consignee, "Consignation")


def _en_procedure(**autres):
    return {
        "nature": "personne_morale",
        "denomination": "Société B",
        "forme": "SAS",
        "situation": "redressement",
        "procedure_collective": {"jugement": dt.date(2026, 10, 1), "publication_bodacc": dt.date(2026, 10, 9)},
        **autres,
    }


def test_declaration_de_creance_deux_mois_apres_le_bodacc(fabriquer):
    dossier = fabriquer(debiteurs=[_en_procedure()])
    assert _date(dossier, "Déclaration") == dt.date(2026, 12, 9)
    assert _date(dossier, "Relevé de forclusion") == dt.date(2027, 4, 9)
    assert not _chercher(dossier, "Revendication")


def test_declaration_deux_mois_de_plus_pour_le_creancier_a_l_etranger(fabriquer):
    creancier = {
        "nature": "personne_morale",
        "denomination": "Lumen",
        "adresse": {"voie": "1 rue", "code_postal": "1000", "commune": "Bruxelles", "pays": "BE"},
    }
    dossier = fabriquer(debiteurs=[_en_procedure()], creancier=creancier)
    assert _date(dossier, "Déclaration") == dt.date(2027, 2, 9)


def test_revendication_trois_mois_sans_report_au_jour_ouvrable(fabriquer):
    procedure = {"jugement": dt.date(2026, 10, 1), "publication_bodacc": dt.date(2026, 10, 10)}
    dossier = fabriquer(
        debiteurs=[_en_procedure(procedure_collective=procedure)],
        contrat={"reserve_propriete": {"biens_en_nature": True}},
    )
    assert _date(dossier, "Revendication") == dt.date(2027, 1, 10)  # un dimanche


def test_une_liquidation_amiable_n_ouvre_aucune_declaration(fabriquer):
    dossier = fabriquer(debiteurs=[_en_procedure(situation="liquidation_amiable")])
    assert not _chercher(dossier, "Déclaration")


def test_la_prescription_figure_sans_report(fabriquer):
    assert _date(fabriquer(), "Prescription") == dt.date(2031, 5, 1)


def test_les_echeances_sont_dans_l_ordre_des_dates(fabriquer):
    echeances = calculer_echeances(_signifier(fabriquer, "personne"), AU)
    dates = [e.date for e in echeances if e.date is not None]
    assert dates == sorted(dates)
    assert len(dates) == len(echeances) == 3

"""Ce que le choix dit à l'utilisateur : la cause principale d'un refus, avec son texte, ou la contrainte suivie."""

import datetime as dt

import pytest

from generateur.erreurs import ErreurDroitManquant, ErreurUsage
from generateur.procedures.choix import choisir_procedure, constater_choix

AU = dt.date(2026, 11, 21)


def test_un_refus_dit_la_cause_qui_ferme_le_plus_de_voies_et_son_texte(juger):
    decision = choisir_procedure(juger({"situation": {"litige": True, "motif_litige": "malfaçons"}}, AU))
    (constat,) = constater_choix(decision)
    assert (constat.code, constat.gravite) == ("AUCUNE_PROCEDURE", "bloquant")
    assert "contestée (malfaçons)" in constat.message
    assert "assigner" in constat.message
    assert constat.fondement
    assert constat.remede


def test_une_requete_rejetee_dit_le_rejet_avant_toute_autre_cause(juger):
    rejet = {"depot": dt.date(2026, 9, 10), "rejet": {"date": dt.date(2026, 9, 21)}}
    (constat,) = constater_choix(choisir_procedure(juger({"suivi": rejet}, AU)))
    assert "rejetée" in constat.message
    assert "assignation_paiement" in constat.message


def test_un_choix_naturel_ne_constate_rien(juger):
    assert constater_choix(choisir_procedure(juger({}, AU))) == ()


def test_une_contrainte_dit_ce_qui_aurait_ete_retenu(juger):
    (constat,) = constater_choix(choisir_procedure(juger({}, AU), "petites_creances"))
    assert (constat.code, constat.gravite) == ("PROCEDURE_IMPOSEE", "avertissement")
    assert "Injonction de payer" in constat.message


def test_une_contrainte_garde_tous_les_examens(juger):
    libre = choisir_procedure(juger({}, AU))
    forcee = choisir_procedure(juger({}, AU), "declaration_de_creance")
    assert forcee.examens == libre.examens
    assert forcee.naturelle is libre.naturelle
    assert forcee.retenue is not None
    assert not forcee.examen_de(forcee.retenue).recevable


def test_imposer_une_procedure_inconnue_est_un_mauvais_usage(juger):
    with pytest.raises(ErreurUsage):
        choisir_procedure(juger({}, AU), "procedure_inventee")


ANCIENNE = {"factures": [{"date": dt.date(2015, 1, 5), "echeance": dt.date(2015, 2, 5)}]}


def test_une_table_qui_commence_tard_ne_ferme_que_sa_voie(juger):
    """Au 1er juin 2015, la procédure des petites créances n'existe pas encore : l'injonction reste ouverte."""
    decision = choisir_procedure(juger(ANCIENNE, dt.date(2015, 6, 1)))
    assert decision.retenue.nom == "injonction_de_payer"
    fermees = {e.procedure: [m.code for m in e.motifs] for e in decision.examens if not e.recevable}
    assert fermees["petites_creances"] == ["DROIT_MANQUANT"]


def test_le_droit_qui_manque_a_la_voie_imposee_refuse(juger):
    with pytest.raises(ErreurDroitManquant):
        choisir_procedure(juger(ANCIENNE, dt.date(2015, 6, 1)), "petites_creances")


def test_le_droit_qui_manque_a_la_seule_voie_possible_refuse(juger):
    litige = {**ANCIENNE, "situation": {"litige": True}}
    with pytest.raises(ErreurDroitManquant):
        choisir_procedure(juger(litige, dt.date(2015, 6, 1)))


def _adresse(code_postal, commune):
    return {"adresse": {"voie": "1 rue des Essais", "code_postal": code_postal, "commune": commune}}


@pytest.mark.parametrize(
    ("code_postal", "commune"),
    [("98714", "Papeete"), ("98800", "Nouméa"), ("98600", "Uvea"), ("98714", "Commune inconnue")],
)
@pytest.mark.parametrize("genre", ["societe", "consommateur"])
@pytest.mark.parametrize("situation", ["in_bonis", "redressement"])
def test_hors_du_perimetre_aucune_voie_n_est_ouverte(juger, code_postal, commune, genre, situation):
    debiteur = {"genre": genre, "situation": situation, **_adresse(code_postal, commune)}
    decision = choisir_procedure(juger({"debiteurs": [debiteur]}, AU))
    assert decision.retenue is None
    assert all("HORS_PERIMETRE" in [m.code for m in e.motifs] for e in decision.examens)
    (constat,) = constater_choix(decision)
    assert constat.gravite == "bloquant"


@pytest.mark.parametrize(("code_postal", "commune"), [("97200", "Fort-de-France"), ("97150", "Saint-Martin")])
def test_un_departement_d_outre_mer_reste_dans_le_perimetre(juger, code_postal, commune):
    decision = choisir_procedure(juger({"debiteurs": [_adresse(code_postal, commune)]}, AU))
    assert decision.retenue.nom == "injonction_de_payer"


@pytest.mark.parametrize("pays", ["BE", "PF", "CH"])
def test_un_debiteur_a_l_etranger_ferme_toute_demande_en_paiement(juger, pays):
    adresse = {"voie": "1 rue des Essais", "code_postal": "1000", "commune": "Bruxelles", "pays": pays}
    decision = choisir_procedure(juger({"debiteurs": [{"adresse": adresse}]}, AU))
    assert decision.retenue is None

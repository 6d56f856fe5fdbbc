"""Ce que le choix dit à l'utilisateur : la cause principale d'un refus, avec son texte, ou la contrainte suivie."""

import datetime as dt

import pytest

from generateur.erreurs import ErreurUsage
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

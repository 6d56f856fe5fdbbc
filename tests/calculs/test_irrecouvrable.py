"""La créance perdue : ce qui permet de récupérer la taxe, ce qu'il faut réunir, et ce qu'on n'affirme pas."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.irrecouvrable import TABLE, preparer_annexe
from generateur.calculs.provision import relever_creances, relever_perdues
from generateur.droit.tables import lire_table
from generateur.erreurs import ErreurDroitManquant
from generateur.lecture.comptabilite_toml import lire_bareme

BAREME, _ = lire_bareme(Path(__file__).parent)
AU = dt.date(2026, 11, 28)
FACTURE = {"montant_ttc": "1200.00", "montant_ht": "1000.00"}
SOCIETE = {"nature": "personne_morale", "denomination": "X", "forme": "SARL"}
RENDUE = {"ordonnance": {"date": dt.date(2026, 8, 1)}}


def _preparer(dossier, au=AU):
    return preparer_annexe(dossier, relever_creances(dossier, au, BAREME).creances, au)


@pytest.mark.parametrize(
    ("champs", "etat", "cle"),
    [
        ({}, "pas_encore", "anciennete"),
        ({"suivi": RENDUE}, "pas_encore", "anciennete"),
        (
            {"suivi": {**RENDUE, "signification": {"date": dt.date(2026, 8, 9), "mode": "personne"}}},
            "a_justifier",
            "execution",
        ),
        (
            {
                "suivi": {
                    **RENDUE,
                    "signification": {"date": dt.date(2026, 8, 9), "mode": "personne"},
                    "opposition": dt.date(2026, 8, 20),
                }
            },
            "pas_encore",
            "anciennete",
        ),
        (  # signifiée un jour trop tard, l'ordonnance est non avenue : aucun titre
            {
                "suivi": {
                    "ordonnance": {"date": dt.date(2026, 5, 1)},
                    "signification": {"date": dt.date(2026, 11, 3), "mode": "personne"},
                }
            },
            "pas_encore",
            "anciennete",
        ),
        (
            {"suivi": {**RENDUE, "signification": {"date": dt.date(2026, 8, 9), "mode": "pv659"}}},
            "a_justifier",
            "disparition",
        ),
        ({"debiteurs": [{**SOCIETE, "situation": "redressement"}]}, "pas_encore", "plan"),
        ({"debiteurs": [{**SOCIETE, "situation": "liquidation"}]}, "a_justifier", "liquidation"),
        (
            {
                "debiteurs": [
                    {
                        **SOCIETE,
                        "situation": "liquidation",
                        "procedure_collective": {"jugement": dt.date(2026, 9, 1)},
                    }
                ]
            },
            "recuperable",
            "liquidation",
        ),
        ({"debiteurs": [{**SOCIETE, "situation": "cloture_insuffisance_actif"}]}, "recuperable", "cloture"),
    ],
)
def test_la_taxe_ne_se_recupere_que_si_la_perte_s_etablit(fabriquer, champs, etat, cle):
    retenue = _preparer(fabriquer(factures=[FACTURE], **champs))
    assert (retenue.etat, retenue.regle.cle) == (etat, cle)
    assert (retenue.base_ht, retenue.tva) == (Decimal("1000.00"), Decimal("200.00"))
    libelles = " ; ".join(j.libelle for j in retenue.justificatifs)
    assert "facture rectificative" in libelles


def test_la_taxe_suit_ce_qui_reste_du_ou_reste_a_completer(fabriquer):
    paiements = [{"date": dt.date(2026, 6, 1), "montant": "600.00"}]
    retenue = _preparer(fabriquer(factures=[FACTURE], paiements=paiements))
    assert (retenue.base_ht, retenue.tva, retenue.provision) == (
        Decimal("500.00"),
        Decimal("100.00"),
        Decimal("250.00"),
    )
    sans_ht = _preparer(fabriquer())
    assert (sans_ht.base_ht, sans_ht.tva) == (None, None)


def test_une_creance_saine_n_est_pas_dans_l_annexe(fabriquer):
    assert _preparer(fabriquer(factures=[FACTURE]), dt.date(2026, 5, 31)) is None


def test_une_prestation_de_services_porte_sa_reserve(fabriquer):
    retenue = _preparer(fabriquer(factures=[FACTURE], contrat={"activite": "prestation"}))
    assert [r.cle for r in retenue.reserves] == ["encaissements"]
    assert not _preparer(fabriquer(factures=[FACTURE], contrat={"activite": "vente"})).reserves


def test_ce_que_le_dossier_donne_n_est_plus_a_reunir(fabriquer):
    complet = fabriquer(
        factures=[{**FACTURE, "livraison": {"fichier": "pieces/bl.pdf"}}],
        mise_en_demeure={"date_envoi": dt.date(2026, 6, 1), "fichier": "pieces/med.pdf"},
        suivi={
            "ordonnance": {"date": dt.date(2026, 8, 1), "fichier": "pieces/o.pdf"},
            "signification": {"date": dt.date(2026, 8, 9), "mode": "etude", "fichier": "pieces/s.pdf"},
        },
    )
    a_reunir = [j.libelle for j in _preparer(complet).justificatifs if not j.est_au_dossier]
    assert [libelle.split()[1] for libelle in a_reunir] == ["facture", "procès-verbal"]


def test_un_dossier_clos_comme_irrecouvrable_est_une_perte(fabriquer):
    """La perte est ce qui restait la veille de la clôture, hors taxe ; plus rien n'est dans l'encours."""
    paiements = [{"date": dt.date(2026, 6, 1), "montant": "600.00"}]
    for motif, date, perte in (
        ("irrecouvrable", dt.date(2026, 11, 28), Decimal("500.00")),
        ("irrecouvrable", dt.date(2026, 11, 29), None),
        ("abandon", dt.date(2026, 11, 28), None),
    ):
        dossier = fabriquer(factures=[FACTURE], paiements=paiements, suivi={"clos": {"date": date, "motif": motif}})
        releve = relever_creances(dossier, AU, BAREME)
        retenue = preparer_annexe(dossier, releve.creances, AU, relever_perdues(dossier, AU, BAREME))
        assert bool(releve.creances) == (date > AU)
        assert [h.montant for h in releve.dehors] == ([] if date > AU else [Decimal("600.00")])
        if perte is None:
            assert retenue is None or retenue.perte == 0
        else:
            assert (retenue.perte, retenue.provision, retenue.tva) == (perte, Decimal(0), Decimal("100.00"))
            assert (retenue.etat, retenue.regle.cle) == ("a_justifier", "principe")


def test_refuse_d_affirmer_au_dela_de_l_horizon(fabriquer):
    with pytest.raises(ErreurDroitManquant, match=TABLE):
        _preparer(fabriquer(factures=[FACTURE]), lire_table(TABLE).horizon + dt.timedelta(days=1))

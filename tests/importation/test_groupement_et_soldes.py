"""Un dossier par débiteur, et ce qui y reste dû : avoirs, acomptes et paiements diminuent toujours la créance."""

import datetime as dt
import time
from decimal import Decimal

import pytest

from generateur.importation import groupement
from generateur.importation.groupement import dedoublonner, grouper, nommer_reference
from generateur.importation.numeros_cites import TextesCitants, cite_le_numero
from generateur.importation.rapprochement import rapprocher
from generateur.importation.socle import PieceLue, Reglement, Tiers, Transaction
from generateur.importation.soldes import solder

LUMEN = Tiers("Garage Lumen SAS", siren="999999915")


def _facture(numero="F1", ttc="100", tiers=LUMEN, **reste):
    chiffres = {nom: Decimal(reste.pop(nom)) for nom in ("reste_du", "paye") if nom in reste}
    return PieceLue("ligne 2", numero, tiers, montant_ttc=Decimal(ttc), **chiffres, **reste)


def _solde(*pieces):
    (groupe,) = grouper(pieces)
    return solder(groupe)


def test_le_siren_reunit_meme_ecrit_autrement():
    pieces = [
        _facture("F1", tiers=Tiers("GARAGE LUMEN", siret="99999991500013")),
        _facture("F2", tiers=Tiers("Garage Lumen S.A.S.", tva="FR53999999915")),
        _facture("F3", tiers=LUMEN),
    ]
    (groupe,) = grouper(pieces)
    assert [p.numero for p in groupe.pieces] == ["F1", "F2", "F3"]


def test_deux_siren_ne_se_melent_jamais_sous_un_meme_nom():
    autres = [Tiers("Garage Lumen SAS", siren="123456782"), Tiers("Garage Lumen SAS")]
    groupes = grouper([_facture("F1"), _facture("F2", tiers=autres[0]), _facture("F3", tiers=autres[1])])
    assert [[p.numero for p in g.pieces] for g in groupes] == [["F1"], ["F2"], ["F3"]]


def test_le_nom_reunit_malgre_la_casse_et_les_accents():
    tiers = [Tiers("Éditions du Halage SARL"), Tiers("EDITIONS DU HALAGE, SARL")]
    assert len(grouper([_facture("F1", tiers=tiers[0]), _facture("F2", tiers=tiers[1])])) == 1


def test_la_fiche_client_complete_la_facture():
    fiche = Tiers("Garage Lumen SAS", siren="999999915", voie="12 rue des Forges", code_postal="69003", commune="Lyon")
    (groupe,) = grouper([_facture(tiers=Tiers("GARAGE LUMEN SAS"))], [fiche])
    assert (groupe.tiers.siren, groupe.tiers.commune) == ("999999915", "Lyon")


@pytest.mark.parametrize(
    ("pieces", "net"),
    [
        ([_facture(ttc="100", reste_du="40")], "40"),
        ([_facture(ttc="100", paye="100")], "0"),
        ([_facture(), _facture("A1", "-30", reste_du="-30")], "70"),
        ([_facture(), _facture("A1", "30", nature="avoir", reste_du="30")], "70"),
        ([_facture(), _facture("A1", "-30", facture_visee="F1")], "70"),
        ([_facture(reste_du="70"), _facture("A1", "-30", facture_visee="F1", statut="soldee")], "70"),
        ([_facture(), _facture("A1", "-130", reste_du="-130")], "-30"),
        ([_facture(reglements=(Reglement(Decimal(25)),))], "75"),
        ([_facture(statut="soldee")], "0"),
        ([_facture(reste_du="100"), _facture("A1", "-30", reste_du="0", statut="soldee")], "100"),
    ],
)
def test_ce_qui_reste_du(pieces, net):
    assert _solde(*pieces).net == Decimal(net)


@pytest.mark.parametrize(
    ("piece", "raison"),
    [
        (_facture(statut="brouillon"), "brouillon"),
        (_facture(numero=""), "brouillon"),
        (_facture(statut="annulee"), "annulée"),
        (_facture(devise="USD"), "USD"),
    ],
)
def test_ce_qui_n_est_pas_a_reclamer_dit_pourquoi(piece, raison):
    solde = _solde(piece)
    assert not solde.factures
    assert raison in solde.ecartees[0][1]


def test_un_paiement_connu_sans_date_reste_sans_date():
    (facture,) = _solde(_facture(ttc="100", reste_du="60")).dues
    assert facture.reglements == (Reglement(Decimal(40)),)


def test_la_reference_est_courte_et_ascii():
    assert nommer_reference(2026, "Éditions du Halage & Fils, SARL à associé") == "2026-editions-du-halage-fils"
    assert nommer_reference(2026, "L'Œuvre de Læticia") == "2026-l-oeuvre-de-laeticia"
    assert nommer_reference(2026, "東京") == "2026-debiteur"


@pytest.mark.parametrize(
    ("texte", "cite"),
    [
        ("VIR GARAGE F-2026-042", True),
        ("virement f2026042", True),
        ("F 2026 042 merci", True),
        ("F-2026-0421", False),
        ("F-2026-04", False),
        ("XF-2026-042", False),
    ],
)
def test_un_numero_se_retrouve_entier(texte, cite):
    assert cite_le_numero(texte, "F-2026-042") is cite
    assert TextesCitants(["rien", texte]).chercher("F-2026-042") == [1] * cite


def test_montant_et_numero_sont_certains_montant_et_nom_seulement_probables():
    groupes = grouper([_facture("F-1", "100"), _facture("F-2", "80")])
    jour = dt.date(2026, 6, 1)
    virements = [
        Transaction("ligne 2", jour, Decimal(100), "facture F-1", "GARAGE LUMEN"),
        Transaction("ligne 3", jour, Decimal(80), "virement", "GARAGE LUMEN SAS"),
        Transaction("ligne 4", jour, Decimal(79), "facture F-2"),
    ]
    trouves = rapprocher(groupes, virements)
    assert [(r.facture, r.certitude) for r in trouves] == [("F-1", "certaine"), ("F-2", "probable")]


def test_le_certain_passe_avant_le_probable():
    groupes, jour = grouper([_facture("F-1", "100")]), dt.date(2026, 6, 1)
    nomme = Transaction("ligne 2", jour, Decimal(100), "virement", "GARAGE LUMEN SAS")
    cite = Transaction("ligne 3", jour, Decimal(100), "facture F-1")
    assert [(r.transaction, r.certitude) for r in rapprocher(groupes, [nomme, cite])] == [(cite, "certaine")]


def test_beaucoup_d_encaissements_du_meme_montant_se_rapprochent_vite():
    pieces = [_facture(f"F-2026-{n:05d}", tiers=Tiers(f"Client {n:05d} SAS")) for n in range(4000)]
    virements = [
        Transaction(f"ligne {n}", dt.date(2026, 6, 1), Decimal(100), f"F-2026-{n:05d}" if n % 2 else f"CLIENT {n:05d}")
        for n in range(4000)
    ]
    debut = time.process_time()
    trouves = rapprocher(grouper(pieces), virements)
    assert time.process_time() - debut < 3  # chacun contre chacune : des minutes
    assert len(trouves) == 4000
    assert {r.certitude for r in trouves[::2]} == {"probable"}


def test_deux_factures_du_meme_montant_ne_se_departagent_pas_au_nom():
    groupes = grouper([_facture("F-1", "100"), _facture("F-2", "100")])
    virement = Transaction("ligne 2", dt.date(2026, 6, 1), Decimal(100), "virement", "GARAGE LUMEN SAS")
    assert rapprocher(groupes, [virement]) == []


def test_dix_fois_plus_de_debiteurs_ne_coutent_que_dix_fois_plus(monkeypatch):
    comparaisons = []
    monkeypatch.setattr(groupement._Lot, "est_compatible", lambda *_: comparaisons.append(1) or True)
    pieces = [PieceLue("l", f"F{n}", Tiers(nom=f"Client {n % 500}")) for n in range(2000)]
    assert len(groupement.grouper(pieces)) == 500
    assert 0 < len(comparaisons) <= 2 * len(pieces)


def test_une_facture_remplacee_par_sa_rectificative_ne_se_reclame_pas_deux_fois():
    solde = _solde(_facture("F1", "100"), _facture("R1", "90", nature="rectificative", facture_visee="F1"))
    assert [f.piece.numero for f in solde.dues] == ["R1"]
    assert solde.net == 90
    assert [(p.numero, raison) for p, raison in solde.ecartees] == [("F1", "remplacée par la facture rectificative R1")]


def test_la_meme_facture_lue_sans_siren_puis_avec_ne_se_compte_qu_une_fois():
    sans = _facture("F1", "100", tiers=Tiers("Garage Lumen SAS", courriel="a@lumen.example"))
    (piece,), contradictions = dedoublonner([sans, _facture("F1", "100", conditions={"penalites": "x"})])
    assert not contradictions
    assert (piece.debiteur.siren, piece.debiteur.courriel) == ("999999915", "a@lumen.example")
    assert piece.conditions == {"penalites": "x"}


def test_deux_clients_peuvent_porter_le_meme_numero():
    autre = _facture("F1", "100", tiers=Tiers("Éditions du Halage"))
    assert len(dedoublonner([_facture("F1", "100"), autre])[0]) == 2
    brouillons = [_facture("", "100"), _facture("", "100")]
    assert len(dedoublonner(brouillons)[0]) == 2


@pytest.mark.parametrize(
    ("connu", "certitude"),
    [
        (Reglement(Decimal(600)), "probable"),
        (Reglement(Decimal(600), dt.date(2026, 7, 1)), "probable"),
        (Reglement(Decimal(600), dt.date(2026, 6, 1)), "certaine"),
    ],
)
def test_la_moitie_deja_comptee_n_est_pas_payee_une_seconde_fois_par_la_banque(connu, certitude):
    groupes = grouper([_facture(ttc="1200", reste_du="600", reglements=(connu,))])
    virement = Transaction("ligne 2", dt.date(2026, 7, 2), Decimal(600), "VIR GARAGE LUMEN F1")
    assert [r.certitude for r in rapprocher(groupes, [virement])] == [certitude]


@pytest.mark.parametrize(
    ("jours", "paye", "date", "certitudes"),
    [
        ((2, 20), "400", None, ["probable"]),  # deux parts comptées, deux virements : rien de neuf
        ((2, 20), "400", dt.date(2026, 7, 20), ["probable"]),
        ((2, 20, 30), "400", None, ["certaine"]),  # le troisième virement est la troisième part
        ((30,), "400", dt.date(2026, 7, 20), ["certaine"]),  # payé depuis
        ((30,), "400", None, ["probable"]),  # le relevé ne montre pas les deux premières
    ],
)
def test_un_reglement_en_parts_egales_n_est_pas_solde_par_une_part_deja_comptee(jours, paye, date, certitudes):
    groupes = grouper([_facture(ttc="600", reste_du="200", reglements=(Reglement(Decimal(paye), date),))])
    recus = [
        Transaction(f"ligne {jour}", dt.date(2026, 7, jour), Decimal(200), "VIR GARAGE LUMEN F1") for jour in jours
    ]
    trouves = rapprocher(groupes, recus)
    assert [r.certitude for r in trouves] == certitudes
    assert trouves[0].certitude == "probable" or trouves[0].transaction is recus[-1]

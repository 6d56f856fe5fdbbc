"""Où en est un dossier depuis son dépôt, et ce qu'il faut faire ensuite."""

import datetime as dt
import re
from decimal import Decimal

import click
import pytest

from generateur.calculs.avancement import dernier_jour_connu, situer_dossier
from generateur.calculs.conduite import conduire
from generateur.calculs.encours import calculer_encours
from generateur.calculs.titre import terme_depasse
from generateur.cli import generateur
from generateur.domaine.evenements import LIBELLES, SYNONYMES, lister_evenements

SOCIETE = {"nature": "personne_morale", "denomination": "Alpha", "forme": "SARL"}
SECONDE = {**SOCIETE, "denomination": "Beta", "role": "codebiteur_solidaire"}
DEPOT, RENDUE, SIGNIFIEE = dt.date(2026, 9, 10), dt.date(2026, 9, 21), dt.date(2026, 10, 5)

CONSERVATOIRE = {"date": dt.date(2026, 10, 9), "nature": "conservatoire"}
PARTIELLE = {"date": RENDUE, "montant": "4000.00", "partielle": True}


def _suivi(**autres):
    signification = {"date": SIGNIFIEE, "mode": "personne"}
    return {"depot": DEPOT, "ordonnance": {"date": RENDUE}, "signification": signification, **autres}


@pytest.mark.parametrize(
    ("suivi", "au", "etape"),
    [
        (None, dt.date(2026, 9, 9), "amiable"),
        ({"depot": DEPOT}, dt.date(2026, 9, 9), "amiable"),
        ({"depot": DEPOT}, DEPOT, "depose"),
        ({"depot": DEPOT, "rejet": {"date": RENDUE}}, RENDUE, "rejete"),
        ({"depot": DEPOT, "ordonnance": {"date": RENDUE}}, RENDUE, "a_signifier"),
        ({"depot": DEPOT, "ordonnance": {"date": RENDUE}}, dt.date(2026, 12, 21), "a_signifier"),
        ({"depot": DEPOT, "ordonnance": {"date": RENDUE}}, dt.date(2026, 12, 22), "non_avenue"),
        (_suivi(), SIGNIFIEE, "signifie"),
        (_suivi(), dt.date(2026, 12, 7), "signifie"),
        (_suivi(), dt.date(2026, 12, 8), "executoire"),
        (_suivi(opposition=dt.date(2026, 10, 20)), dt.date(2026, 12, 8), "oppose"),
        (_suivi(saisies=[{"date": dt.date(2026, 12, 9)}]), dt.date(2026, 12, 9), "saisi"),
        (
            _suivi(saisies=[{"date": dt.date(2026, 10, 9), "nature": "conservatoire"}]),
            dt.date(2026, 12, 8),
            "executoire",
        ),
        (_suivi(), dt.date(2036, 10, 5), "executoire"),
        (_suivi(), dt.date(2036, 10, 6), "expire"),
        (_suivi(saisies=[{"date": dt.date(2030, 1, 7)}]), dt.date(2036, 10, 6), "saisi"),
        (_suivi(clos={"date": dt.date(2026, 12, 18), "motif": "paye"}), dt.date(2026, 12, 17), "executoire"),
        (_suivi(clos={"date": dt.date(2026, 12, 18), "motif": "paye"}), dt.date(2026, 12, 18), "clos"),
    ],
)
def test_chaque_jour_a_son_etape(fabriquer, suivi, au, etape):
    """Ordonnance du 21 septembre 2026 : trois mois pour signifier, deux pour qu'elle s'exécute, dix ans ensuite."""
    dossier = fabriquer(suivi=suivi)
    assert situer_dossier(dossier, au).nom == etape
    assert conduire(dossier, au).situation


def test_deux_debiteurs_avancent_chacun_a_leur_pas_et_le_plus_presse_commande(fabriquer):
    significations = [{"date": SIGNIFIEE, "mode": "personne", "debiteur": "Alpha"}]
    suivi = {"depot": DEPOT, "ordonnance": {"date": RENDUE}, "significations": significations}
    dossier = fabriquer(debiteurs=[SOCIETE, SECONDE], suivi=suivi)
    etape = situer_dossier(dossier, dt.date(2026, 12, 10))
    assert etape.nom == "a_signifier"
    assert [(p.debiteur.denomination, p.etape) for p in etape.positions] == [
        ("Alpha", "executoire"),
        ("Beta", "a_signifier"),
    ]
    assert "Alpha" in conduire(dossier, dt.date(2026, 12, 10)).situation
    assert situer_dossier(dossier, dt.date(2026, 12, 22)).nom == "executoire"


def test_les_commandes_conseillees_existent(fabriquer):
    jours = (dt.date(2026, 10, 30), dt.date(2037, 1, 4))
    suivis = [
        {"depot": DEPOT},
        {"depot": DEPOT, "rejet": {"date": RENDUE}},
        {"depot": DEPOT, "ordonnance": {"date": RENDUE, "partielle": True}},
        _suivi(),
        _suivi(saisies=[{"date": dt.date(2026, 12, 9)}]),
        _suivi(opposition=dt.date(2026, 10, 20)),
    ]
    conduites = [conduire(fabriquer(suivi=s), au) for s in suivis for au in jours]
    citees = {c for conduite in conduites for a in conduite.a_faire for c in re.findall(r"« generateur ([^»]+) »", a)}
    assert len(citees) > 5
    for citee in citees:
        nom, *arguments = citee.split()
        commande = generateur.commands[nom]
        if isinstance(commande, click.Group):
            commande = commande.commands[arguments.pop(0)]
        options = {option for parametre in commande.params for option in parametre.opts}
        assert {a for a in arguments if a.startswith("--")} <= options, citee


def test_une_ordonnance_partielle_se_choisit_avant_de_se_signifier(fabriquer):
    suivi = {"depot": DEPOT, "ordonnance": PARTIELLE}
    a_faire = conduire(fabriquer(suivi=suivi), RENDUE).a_faire
    assert "abandonner le reste" in a_faire[0]
    assert "--suite signification" in a_faire[1]


def test_tout_paye_se_clot(fabriquer):
    paye = [{"date": dt.date(2026, 12, 1), "montant": "10000.00"}]
    assert "clore" in conduire(fabriquer(suivi=_suivi(), paiements=paye), dt.date(2026, 12, 10)).a_faire[0]
    assert "clore" not in conduire(fabriquer(suivi=_suivi()), dt.date(2026, 12, 10)).a_faire[0]


def test_clos_le_dossier_ne_doit_plus_rien_et_dit_ce_qui_restait(fabriquer):
    clos = {"date": dt.date(2026, 12, 18), "motif": "irrecouvrable", "precision": "plus d'actif"}
    dossier = fabriquer(suivi=_suivi(clos=clos), paiements=[{"date": dt.date(2026, 12, 1), "montant": "1000.00"}])
    avant, apres = (calculer_encours(dossier, dt.date(2026, 12, jour)) for jour in (17, 18))
    assert (avant.reste, avant.abandonne) == (Decimal(9000), Decimal(0))
    assert (apres.reste, apres.abandonne) == (Decimal(0), Decimal(9000))
    assert not apres.lignes
    situation = conduire(dossier, dt.date(2026, 12, 18)).situation.replace("\u00a0", " ").replace("\u202f", " ")
    assert situation == (
        "Dossier clos le 18 décembre 2026 (créance irrecouvrable : plus d'actif), "
        "9 000,00 € de factures restant à payer"
    )


def test_les_evenements_se_lisent_par_date_sous_leur_nom(fabriquer):
    dossier = fabriquer(
        suivi=_suivi(
            saisies=[{"date": dt.date(2026, 12, 9), "montant": "500.00"}], clos={"date": dt.date(2026, 12, 18)}
        ),
        paiements=[
            {"date": dt.date(2026, 12, 10), "montant": "500.00"},
            {"date": dt.date(2026, 12, 11), "montant": "9.00", "statut": "rejete"},
        ],
    )
    noms = [evenement.nom for evenement in lister_evenements(dossier)]
    assert noms == ["depose", "ordonnance", "signifie", "saisi", "paye", "clos"]
    assert dernier_jour_connu(dossier, DEPOT) == dt.date(2026, 12, 18)


def test_les_noms_d_evenements_ne_changent_pas():
    """Le registre les garde : on en ajoute, on n'en renomme ni n'en retire."""
    assert {"produit", "depose", "ordonnance", "signifie", "oppose", "paye", "accord", "clos"} <= set(LIBELLES)
    assert set(SYNONYMES.values()) <= set(LIBELLES)
    assert not set(SYNONYMES) & set(LIBELLES)


SAISIE = {"date": dt.date(2026, 12, 9), "denonciation": dt.date(2026, 12, 14)}


@pytest.mark.parametrize(("au", "dite"), [(dt.date(2027, 1, 14), True), (dt.date(2027, 1, 15), False)])
def test_l_opposition_n_est_dite_possible_que_jusqu_a_son_terme(fabriquer, au, dite):
    """Saisie dénoncée le 14 décembre : un mois pour s'opposer, jusqu'au 14 janvier compris."""
    suivi = _suivi(signification={"date": SIGNIFIEE, "mode": "domicile"}, saisies=[SAISIE])
    conduite = conduire(fabriquer(suivi=suivi), au)
    assert conduite.etape.nom == "saisi"
    assert ("L’opposition reste possible" in " ".join(conduite.a_faire)) is dite


@pytest.mark.parametrize(("saisie", "terme"), [(SAISIE, dt.date(2027, 1, 14)), ({"date": dt.date(2026, 12, 9)}, None)])
def test_sans_denonciation_notee_aucune_opposition_n_est_dite_tardive(fabriquer, saisie, terme):
    suivi = _suivi(
        signification={"date": SIGNIFIEE, "mode": "domicile"}, saisies=[saisie], opposition=dt.date(2027, 1, 15)
    )
    assert terme_depasse(fabriquer(suivi=suivi)) == terme

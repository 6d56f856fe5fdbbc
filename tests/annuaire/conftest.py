"""Un faux registre local, et une mesure sans attente."""

import dataclasses
import datetime as dt

import pytest

from generateur.annuaire.services import choisir_services, lire_mesure
from tests.outils.serveur_annuaire import ouvrir_serveur

SIREN = "999999915"
JOUR = dt.date(2026, 11, 27)


@pytest.fixture
def serveur(socket_enabled):  # noqa: ARG001 (le réseau, pour cette machine seulement)
    with ouvrir_serveur() as ouvert:
        yield ouvert


@pytest.fixture
def services(serveur):
    return choisir_services(serveur.adresse("/entreprises"), serveur.adresse("/bodacc"))


@pytest.fixture
def mesure():
    return dataclasses.replace(lire_mesure(), intervalle_s=0.0, attente_s=0.01, attente_max_s=5.0, delai_s=30.0)


@pytest.fixture
def entreprise():
    """Une entreprise inventée, dans la forme de l'API."""

    def _dresser(**changements):
        siege = {
            "adresse": "12 RUE DES FLEURS 69003 LYON",
            "numero_voie": "12",
            "type_voie": "RUE",
            "libelle_voie": "DES FLEURS",
            "code_postal": "69003",
            "libelle_commune": "LYON",
            "siret": "99999991500011",
        }
        return {
            "siren": SIREN,
            "nom_complet": "GARAGE DU HALAGE",
            "nom_raison_sociale": "GARAGE DU HALAGE",
            "nature_juridique": "5710",
            "etat_administratif": "A",
            "statut_diffusion": "O",
            "date_creation": "2015-03-02",
            "date_fermeture": None,
            "siege": siege,
        } | changements

    return _dresser

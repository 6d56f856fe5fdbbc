"""Les actes, les pièces et les certificats de la liasse prouvent aussi ce qui est publié ; un magasin de test."""

import pytest

from tests.liasse.conftest import atelier, autorite, certificat, horloge
from tests.outils.serveur_s3 import ouvrir_magasin_factice, regler_acces

__all__ = ["atelier", "autorite", "certificat", "horloge"]


@pytest.fixture
def magasin_factice(socket_enabled, monkeypatch):  # noqa: ARG001 (le réseau, pour cette machine seulement)
    with ouvrir_magasin_factice() as magasin:
        regler_acces(monkeypatch, magasin.entree())
        yield magasin

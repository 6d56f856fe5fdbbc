"""Un répertoire de dossiers et l'export qu'on y importe, avec les outils des pièces ouverts."""

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.operations.importer import Demande, importer
from generateur.operations.outillage import ouvrir_outils
from tests.publication.conftest import magasin_factice

__all__ = ["magasin_factice"]

JOUR = dt.date(2026, 11, 21)
ENTETE = "Numéro;Date;Échéance;Client;SIREN;Montant TTC;Reste dû;Statut"
PROFIL = 'denomination = "Atelier Lumen"\nforme = "SARL"\nsiren = "123456782"\n'
F1 = "F1;01/05/2026;31/05/2026;Garage Lumen SAS;999999915;1 200,00;1 200,00;En retard"
F2 = "F2;01/06/2026;30/06/2026;Garage Lumen SAS;999999915;600,00;600,00;En retard"
AUTRE = "G1;01/06/2026;30/06/2026;Éditions du Halage;999999923;240,00;240,00;En retard"


@pytest.fixture(scope="module")
def outils():
    with ouvrir_outils() as ouverts:
        yield ouverts


class Bureau:
    """Un répertoire de dossiers, et l'export qu'on y importe."""

    def __init__(self, racine: Path, outils):
        self.racine, self.export, self._outils = racine / "dossiers", racine / "export.csv", outils
        self.profil = racine / "atelier.toml"
        self.profil.write_text(PROFIL, encoding="utf-8")

    def importer(self, *lignes, entete=ENTETE, **reste):
        if lignes:
            self.export.write_text("\n".join((entete, *lignes)) + "\n", encoding="utf-8")
        sources = reste.pop("sources", (self.export,))
        demande = Demande(sources=sources, **{"racine": self.racine, "creancier": self.profil, **reste})
        return importer(demande, jour=JOUR, outils=self._outils, avancer=lambda *_: None)

    def toml(self, reference="2026-garage-lumen-sas"):
        return self.racine / reference / "dossier.toml"

    def donnees(self, reference="2026-garage-lumen-sas"):
        return tomllib.loads(self.toml(reference).read_text(encoding="utf-8"), parse_float=Decimal)

    def remplacer(self, avant, apres):
        texte = self.toml().read_text(encoding="utf-8")
        assert avant in texte
        self.toml().write_text(texte.replace(avant, apres), encoding="utf-8")


@pytest.fixture
def bureau(tmp_path, outils):
    return Bureau(tmp_path, outils)

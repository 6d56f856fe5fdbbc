"""De quoi remplir un registre d'essai ; `python -m tests.outils.registres` refait celui de la version 1."""

import contextlib
import datetime as dt
import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from generateur.registre import base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Fiche, Inscription

JOUR = dt.date(2026, 11, 21)
VERSION_1 = Path(__file__).parents[1] / "registre" / "version_1.sql"
RANGEES_V1 = (
    "INSERT INTO dossiers (ouvert_le) VALUES ('2026-03-01'), ('2026-03-02')",
    "INSERT INTO identites (dossier, reference, debiteur, creancier, creancier_physique) VALUES "
    "(1, '2026-0042', 'Comptoir Lune', 'Atelier Lumen', false), (2, '2026-0043', 'Jeanne Tilleul', 'Paul Orme', true)",
    "INSERT INTO evenements (dossier, rang, nature, le, contenu) VALUES "
    "(1, 1, 'produit', '2026-03-01', "
    """'{"au":"2026-03-01","manifeste":"m1","procedure":"injonction_de_payer","total":"1200.00"}'), """
    "(1, 2, 'depose', '2026-03-10', '{}'), (2, 1, 'inscrit', '2026-03-02', '{}')",
    "INSERT INTO mentions (dossier, rang, texte) VALUES (1, 2, 'remis au greffe par Mme Tilleul')",
)


def produit(total="1200.00", manifeste="m1", le=JOUR):
    contenu = {"procedure": "injonction_de_payer", "total": total, "au": "2026-11-21", "manifeste": manifeste}
    return Fait("produit", le, contenu)


def inscription(reference="2026-0042", *faits, debiteur="Comptoir Lune", creancier="Atelier Lumen", **reste):
    fiche = Fiche(reference, debiteur, creancier, reste.get("physique", False), reste.get("echeances", ()))
    return Inscription(fiche, faits or (produit(),))


def faire_version_1(adresse: str) -> None:
    """Un registre tel que la version 1 du programme l'a laissé."""
    moteur = sa.create_engine(adresse)
    reglages = Config()
    reglages.set_main_option("script_location", str(Path(base.__file__).parent / "migrations"))
    with moteur.begin() as connexion:
        reglages.attributes["connexion"] = connexion
        command.upgrade(reglages, "0001")
        for rangees in RANGEES_V1:
            connexion.exec_driver_sql(rangees)
    moteur.dispose()


def principal() -> None:
    """Écrit le registre de la version 1, en SQL."""
    with tempfile.TemporaryDirectory() as repertoire:
        fichier = Path(repertoire) / "registre.sqlite"
        faire_version_1(f"sqlite:///{fichier}")
        with contextlib.closing(sqlite3.connect(fichier)) as connexion:
            VERSION_1.write_text("\n".join(connexion.iterdump()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    principal()

"""L'adresse d'un registre : un fichier SQLite, ou une base PostgreSQL ; jamais son mot de passe à l'écran."""

import importlib.util
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from generateur.erreurs import ErreurOutilAbsent, ErreurUsage

NOM_REGISTRE = "registre.sqlite"
_FICHIER = "sqlite"
_SERVEURS = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_PILOTE = "postgresql+psycopg"
_FORMES = "sqlite:///registre.sqlite, ou postgresql://compte@hote/base"


def situer_registre(sortie: Path) -> str:
    """L'adresse du registre quand aucune n'est donnée : un fichier à côté de la sortie."""
    return f"{_FICHIER}:///{(sortie.absolute().parent / NOM_REGISTRE).as_posix()}"


def lire_adresse(texte: str) -> URL:
    """L'adresse, son pilote choisi. Lève ErreurUsage si elle est mal écrite, ErreurOutilAbsent sans le pilote."""
    try:
        adresse = make_url(texte)
    except (ArgumentError, ValueError):
        adresse = None
    if adresse is None or adresse.drivername not in {_FICHIER, *_SERVEURS}:
        raise ErreurUsage("cette adresse n'est pas celle d'un registre", remede=f"L'écrire {_FORMES}.")
    if adresse.drivername == _FICHIER:
        if not adresse.database or adresse.database == ":memory:" or adresse.host or adresse.query:
            raise ErreurUsage(
                "cette adresse ne désigne pas un fichier",
                remede="L'écrire sqlite:///chemin, avec trois barres ; quatre pour un chemin absolu.",
            )
        return adresse
    if importlib.util.find_spec("psycopg") is None:
        raise ErreurOutilAbsent(
            "un registre PostgreSQL demande psycopg, qui n'est pas installé",
            lieu=dire_adresse(adresse),
            remede='L\'installer : pip install "generateur[postgresql]", ou pip install "psycopg[binary]>=3.2,<4".',
        )
    return adresse.set(drivername=_PILOTE)


def fichier_de(adresse: URL) -> Path | None:
    """Le fichier d'un registre SQLite ; None pour un serveur."""
    return Path(str(adresse.database)) if adresse.drivername == _FICHIER else None


def dire_adresse(adresse: URL) -> str:
    """L'adresse à montrer : le fichier, ou le serveur sans mot de passe ni options."""
    fichier = fichier_de(adresse)
    if fichier is not None:
        return str(fichier)
    return adresse.set(drivername="postgresql", query={}).render_as_string(hide_password=True)

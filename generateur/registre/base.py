"""Ouvrir un registre : sa version, ses migrations, sa fermeture aux autres, une transaction à la fois pour écrire."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, event

from generateur.erreurs import ErreurEcriture, ErreurLecture, raison_du_systeme
from generateur.registre.adresse import dire_adresse, fichier_de, lire_adresse
from generateur.registre.pannes import dire_abime, traduire_pannes
from generateur.registre.parcours import deduire_situation
from generateur.registre.rangees import faits_par_dossier, ranger_situation
from generateur.registre.schema import EFFACABLES, TABLE_VERSION, VERSION, situations, tables
from generateur.surveillance.droits import droits_d_un_fichier

_ATTENTE_S = 30
_CONNEXION_S = 10
_SILENCE_S = 60.0  # plus que l'attente de son tour, que le serveur compte lui-même
_RELU_OCTETS = 64 * 1024 * 1024
_VERROU = 0x7265_6769  # le même pour toutes les commandes : une seule écrit à la fois
_ECRIT = "plume"
_MIGRATIONS = Path(__file__).parent / "migrations"


class Base:
    """Un registre ouvert, à jour ; s'emploie avec « with »."""

    def __init__(self, adresse: URL) -> None:
        self.adresse = adresse
        self._moteur = _creer_moteur(adresse)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._moteur.dispose()

    @contextlib.contextmanager
    def lire(self) -> Iterator[Connection]:
        """Une lecture, sur un état qui ne bouge pas."""
        with traduire_pannes(self.adresse), self._moteur.connect() as connexion, connexion.begin():
            yield connexion

    @contextlib.contextmanager
    def ecrire(self) -> Iterator[Connection]:
        """Une écriture entière, ou rien ; les autres commandes attendent leur tour."""
        with traduire_pannes(self.adresse), self._moteur.connect() as brute:
            connexion = brute.execution_options(**{_ECRIT: True})
            with connexion.begin():
                yield connexion

    def rendre_la_place(self) -> None:
        """Après un effacement : ce qu'un serveur garde encore des rangées effacées s'en va aussi."""
        if fichier_de(self.adresse) is not None:
            return  # SQLite écrase à mesure
        with traduire_pannes(self.adresse), self._moteur.connect() as connexion:
            libre = connexion.execution_options(isolation_level="AUTOCOMMIT")
            for table in EFFACABLES:
                libre.execute(sa.text(f"VACUUM {table.name}"))


def ouvrir_base(texte: str, *, creer: bool) -> Base:
    """Le registre à cette adresse, migré s'il vient d'une version d'avant ; `creer` : le crée s'il n'existe pas.

    Lève ErreurLecture s'il n'existe pas, n'en est pas un ou vient d'une version plus récente.
    """
    adresse = lire_adresse(texte)
    fichier = fichier_de(adresse)
    if fichier is not None:
        _situer_fichier(fichier, creer=creer)
    base = Base(adresse)
    try:
        _mettre_a_jour(base, creer=creer)
    except BaseException:
        base.__exit__(None, None, None)
        raise
    return base


def _creer_moteur(adresse: URL) -> Engine:
    if fichier_de(adresse) is None:
        moteur = sa.create_engine(
            adresse, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": _CONNEXION_S}
        )
        event.listen(moteur, "do_connect", _connecter)
        event.listen(moteur, "begin", _prendre_tour_serveur)
        return moteur
    moteur = sa.create_engine(adresse, hide_parameters=True, connect_args={"timeout": _ATTENTE_S})
    event.listen(moteur, "connect", _regler_fichier)
    event.listen(moteur, "begin", _prendre_tour_fichier)
    return moteur


def _connecter(_dialecte: Any, _fiche: Any, arguments: Any, reglages: Any) -> Any:
    from generateur.registre.silence import ConnexionBornee  # noqa: PLC0415 (psycopg est facultatif)

    return ConnexionBornee.ouvrir(_SILENCE_S, *arguments, **reglages)


def _regler_fichier(connexion: Any, _fiche: Any) -> None:
    """Les transactions sont à nous ; ce qui est effacé l'est aussi du disque."""
    connexion.isolation_level = None
    connexion.execute("PRAGMA foreign_keys = ON")
    connexion.execute("PRAGMA secure_delete = ON")
    connexion.execute("PRAGMA synchronous = FULL")


def _prendre_tour_fichier(connexion: Connection) -> None:
    ecrit = connexion.get_execution_options().get(_ECRIT)
    connexion.exec_driver_sql("BEGIN IMMEDIATE" if ecrit else "BEGIN")


def _prendre_tour_serveur(connexion: Connection) -> None:
    if connexion.get_execution_options().get(_ECRIT):
        connexion.exec_driver_sql(f"SET LOCAL lock_timeout = '{_ATTENTE_S}s'")
        connexion.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_VERROU})")


def _situer_fichier(fichier: Path, *, creer: bool) -> None:
    """Le fichier existe, ou se crée lisible de son seul auteur, quel que soit l'umask."""
    if fichier.is_file():
        return
    if not creer or fichier.exists():
        raise _dire_absent(str(fichier))
    try:
        fichier.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descripteur = os.open(fichier, os.O_CREAT | os.O_EXCL | os.O_WRONLY, droits_d_un_fichier())
        os.close(descripteur)
        fichier.chmod(droits_d_un_fichier())
    except FileExistsError:
        return  # une autre commande vient de le créer
    except OSError as erreur:
        raise ErreurEcriture(
            f"le registre ne se crée pas : {raison_du_systeme(erreur)}",
            lieu=str(fichier),
            remede="Choisir un autre endroit avec --registre.",
        ) from erreur


def _dire_absent(lieu: str) -> ErreurLecture:
    return ErreurLecture(
        "il n'y a pas de registre ici",
        lieu=lieu,
        remede="Vérifier --registre, ou le commencer avec « generateur registre inscrire dossiers/ ».",
    )


def _mettre_a_jour(base: Base, *, creer: bool) -> None:
    with base.lire() as connexion:
        fichier = fichier_de(base.adresse)
        if (
            fichier is not None and fichier.stat().st_size <= _RELU_OCTETS
        ):  # au-delà, ce qui est abîmé se dit à la lecture
            _exiger_intact(connexion, base.adresse)
        version = _lire_version(connexion, base.adresse)
    if version is None and not creer:
        raise _dire_absent(dire_adresse(base.adresse))
    if version != VERSION:
        _migrer(base)


def _exiger_intact(connexion: Connection, adresse: URL) -> None:
    if connexion.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
        raise dire_abime(dire_adresse(adresse))


def _lire_version(connexion: Connection, adresse: URL) -> str | None:
    """La version ; None s'il est à créer. Lève ErreurLecture si ce n'est pas un registre, ou s'il est trop neuf."""
    presentes = set(sa.inspect(connexion).get_table_names())
    if TABLE_VERSION not in presentes:
        autres = presentes if fichier_de(adresse) is not None else presentes & tables.tables.keys()
        if autres:
            raise dire_abime(dire_adresse(adresse))
        return None
    version = connexion.execute(sa.select(sa.column("version_num")).select_from(sa.table(TABLE_VERSION))).scalar()
    if version is None or str(version) > VERSION:
        raise ErreurLecture(
            f"ce registre vient d'une version plus récente du programme ({version} ; celui-ci connaît {VERSION})",
            lieu=dire_adresse(adresse),
            remede="Mettre à jour le programme ; rien n'a été touché.",
        )
    return str(version)


def _migrer(base: Base) -> None:
    """Jusqu'à la version d'aujourd'hui, tout ou rien ; une autre commande a pu le faire entre-temps."""
    from alembic import command  # noqa: PLC0415 (un registre à jour n'en a pas besoin)
    from alembic.config import Config  # noqa: PLC0415

    reglages = Config()
    reglages.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with base.ecrire() as connexion:
        if _lire_version(connexion, base.adresse) == VERSION:
            return
        reglages.attributes["connexion"] = connexion
        command.upgrade(reglages, "head")
        refaire_situations(connexion)


def refaire_situations(connexion: Connection) -> None:
    """Les situations, déduites de nouveau de tous les événements."""
    connexion.execute(sa.delete(situations))
    for dossier, faits in faits_par_dossier(connexion):
        ranger_situation(connexion, dossier, deduire_situation(faits))

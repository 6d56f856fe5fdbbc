"""Les échecs d'une base de données, dits en français ; aucun ne cite ce qui y est écrit."""

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as ErreurAttente

from generateur.erreurs import ErreurEcriture, ErreurGenerateur, ErreurLecture, ErreurOutilAbsent, ErreurUsage
from generateur.registre.adresse import dire_adresse, fichier_de

_OCCUPE = "le registre est occupé par une autre commande qui n'en finit pas"
_REMEDE_OCCUPE = "Attendre qu'elle finisse, puis relancer : rien n'a été écrit, et rien ne sera écrit deux fois."
_LECTURE_SEULE = "le registre ne peut être que lu : rien n'y est écrit"
_REMEDE_DROITS = "Relancer avec un compte qui peut y écrire, ou donner un autre registre avec --registre."
_REMEDE_ABIME = (
    "Le rétablir d'une sauvegarde ; à défaut, l'écarter et le refaire avec « generateur registre inscrire » : les "
    "dossiers et leurs liasses sont intacts, seul ce qui avait été noté à la main est à reprendre."
)
_REMEDE_SERVEUR = (
    "Vérifier qu'il est démarré, puis l'hôte, le port, la base, le compte et son mot de passe (PGPASSWORD ou "
    "~/.pgpass) ; puis relancer la même commande : ce qui est inscrit ne le sera pas deux fois."
)


def expliquer_panne(erreur: DBAPIError | ErreurAttente, adresse: URL) -> ErreurGenerateur:
    """L'échec d'une base en une phrase et un remède."""
    origine = erreur.orig if isinstance(erreur, DBAPIError) else None
    if isinstance(origine, sqlite3.Error):
        return _expliquer_fichier(origine, adresse)
    return _expliquer_serveur(str(getattr(origine, "sqlstate", None) or ""), adresse)


@contextlib.contextmanager
def traduire_pannes(adresse: URL) -> Iterator[None]:
    """Convertit ce que SQLAlchemy lève."""
    try:
        yield
    except (DBAPIError, ErreurAttente) as erreur:
        raise expliquer_panne(erreur, adresse) from erreur


def _expliquer_fichier(erreur: sqlite3.Error, adresse: URL) -> ErreurGenerateur:
    lieu = str(fichier_de(adresse))
    nom = getattr(erreur, "sqlite_errorname", "")
    genre = nom.removeprefix("SQLITE_").partition("_")[0]
    if genre in {"BUSY", "LOCKED"}:
        return ErreurEcriture(_OCCUPE, lieu=lieu, remede=_REMEDE_OCCUPE)
    if genre in {"READONLY", "PERM", "AUTH"}:
        return ErreurEcriture(_LECTURE_SEULE, lieu=lieu, remede=_REMEDE_DROITS)
    if genre in {"CORRUPT", "NOTADB", "FORMAT"}:
        return dire_abime(lieu)
    if genre in {"FULL", "IOERR", "NOLFS", "TOOBIG"}:
        return ErreurEcriture(
            "le registre ne s'écrit pas : le disque est plein ou refuse ; ce qui y était est intact",
            lieu=lieu,
            remede="Libérer de la place, puis relancer la même commande : ce qui est inscrit ne le sera pas deux fois.",
        )
    if genre == "CANTOPEN":
        return ErreurLecture(
            "le registre ne s'ouvre pas", lieu=lieu, remede="Vérifier le chemin et les droits de ce répertoire."
        )
    return _dire_imprevu(nom or type(erreur).__name__, lieu)


def dire_abime(lieu: str) -> ErreurLecture:
    """Le fichier du registre ne se lit plus, ou n'en est pas un."""
    return ErreurLecture("ce fichier n'est pas un registre, ou il est abîmé", lieu=lieu, remede=_REMEDE_ABIME)


def _expliquer_serveur(code: str, adresse: URL) -> ErreurGenerateur:
    """D'après le code SQLSTATE ; sans code, la connexion a échoué ou s'est rompue."""
    lieu = dire_adresse(adresse)
    if not code or code[:2] in {"08", "57", "28", "3D"}:
        return ErreurOutilAbsent(
            "le serveur du registre ne répond pas, ou refuse la connexion", lieu=lieu, remede=_REMEDE_SERVEUR
        )
    if code in {"55P03", "40001", "40P01"}:
        return ErreurEcriture(_OCCUPE, lieu=lieu, remede=_REMEDE_OCCUPE)
    if code in {"25006", "42501"}:
        return ErreurEcriture(_LECTURE_SEULE, lieu=lieu, remede=_REMEDE_DROITS)
    if code[:2] == "53":
        return ErreurEcriture(
            "le serveur du registre manque de place ou de mémoire ; ce qui y était est intact",
            lieu=lieu,
            remede="Lui en rendre, puis relancer la même commande : ce qui est inscrit ne le sera pas deux fois.",
        )
    if code.startswith("22"):
        return ErreurUsage(
            "le registre refuse une de ces valeurs",
            lieu=lieu,
            remede="Ôter des noms et des mentions les signes qui ne s'impriment pas.",
        )
    return _dire_imprevu(code, lieu)


def _dire_imprevu(code: str, lieu: str) -> ErreurGenerateur:
    return ErreurGenerateur(
        f"le registre a refusé cette opération ({code}) : rien n'y est écrit",
        lieu=lieu,
        remede="Relancer avec -v et transmettre le message.",
    )


def dire_inconnu(reference: str) -> ErreurUsage:
    """Ce registre ne connaît pas cette référence."""
    return ErreurUsage(
        "cette référence n'est pas au registre",
        lieu=reference,
        remede="« generateur registre lister » les donne ; « generateur registre inscrire DOSSIER » l'ajoute.",
    )

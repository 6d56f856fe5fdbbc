"""Un fichier écrit là où l'utilisateur le demande : entier ou pas du tout, jamais à la place de celui d'un autre."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from generateur.erreurs import ErreurEcriture, ErreurUsage, raison_du_systeme
from generateur.surveillance.droits import droits_d_un_fichier
from generateur.surveillance.provisoires import creer_fichier_provisoire


def ecrire_fichier_demande(fichier: Path, octets: bytes, est_remplacable: Callable[[bytes], bool]) -> None:
    """Écrit le fichier d'un geste ; `est_remplacable` dit si ce qui porte déjà ce nom vient d'ici, inchangé.

    Lève ErreurUsage si c'est le fichier de quelqu'un, ErreurEcriture si le disque refuse.
    """
    try:
        if fichier.is_symlink() or (fichier.exists() and not est_remplacable(fichier.read_bytes())):
            raise ErreurUsage(
                "un autre fichier porte déjà ce nom, ou celui-ci a été modifié : il n'est pas remplacé",
                lieu=str(fichier),
                remede="Choisir un autre nom, ou déplacer ce fichier.",
            )
        fichier.parent.mkdir(parents=True, exist_ok=True)
        ecrire_d_un_geste(fichier, octets)
    except OSError as erreur:
        raise ErreurEcriture(f"ce fichier ne s'écrit pas : {raison_du_systeme(erreur)}", lieu=str(fichier)) from erreur


def ecrire_d_un_geste(fichier: Path, octets: bytes) -> None:
    """Écrit à côté, puis prend la place : entier ou pas du tout, lisible selon le partage demandé. Lève OSError."""
    descripteur, provisoire = creer_fichier_provisoire(fichier.parent)
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(octets)
        provisoire.chmod(droits_d_un_fichier())
        provisoire.replace(fichier)
    finally:
        provisoire.unlink(missing_ok=True)


def est_un_document_intact(octets: bytes) -> bool:
    """Vrai pour un document Office que personne n'a enregistré depuis sa création : il porte deux fois sa date."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            proprietes = archive.read("docProps/core.xml").decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return False
    cree, change = (_lire(proprietes, f"dcterms:{nom}") for nom in ("created", "modified"))
    return bool(cree) and cree == change


def _lire(proprietes: str, balise: str) -> str:
    return proprietes.partition(f"<{balise}")[2].partition(">")[2].partition("</")[0]

"""Écrire dans un dossier ouvert : l'édition et ses copies, ou rien ; après quoi il doit encore se lire."""

import os
from collections.abc import Sequence
from pathlib import Path

from generateur.contrats import Ajout, Pose
from generateur.erreurs import ErreurDossier, ErreurEcriture, ErreurLecture, raison_du_systeme
from generateur.lecture.edition_toml import Etat, ecrire_si_inchange, modifier
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.publication.rangement import Copies
from generateur.surveillance.provisoires import creer_fichier_provisoire


def ecrire_editions(etat: Etat, editions: Sequence[Pose | Ajout], copies: Copies) -> None:
    """Copie les fichiers, puis modifie le dossier à sa place.

    Lève ErreurLecture s'il ne se lisait pas et ne se lit toujours pas ; ErreurDossier si l'édition le rendrait
    illisible, n'est pas sûre, ou si le fichier a changé depuis qu'il a été lu ; ErreurEcriture (disque).
    """
    texte = modifier(etat, editions)
    relire(etat.fichier, texte)
    copies.ecrire(etat.fichier.parent)
    try:
        ecrire_si_inchange(etat, texte)
    except (ErreurDossier, ErreurEcriture):
        copies.defaire()
        raise


def relire(fichier: Path, texte: str) -> DossierLu:
    """Le dossier tel qu'il se lirait avec ce texte ; rien n'est gardé. Lève comme `ecrire_editions`."""
    try:
        descripteur, essai = creer_fichier_provisoire(fichier.parent, fichier.suffix)
    except OSError as erreur:
        raise ErreurEcriture(f"rien ne s'écrit ici : {raison_du_systeme(erreur)}", lieu=str(fichier.parent)) from erreur
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(texte.encode())
        return lire_dossier(essai)
    except ErreurLecture as erreur:
        lire_dossier(fichier)  # déjà illisible : c'est cela qu'il faut dire
        raise ErreurDossier(
            f"cet ajout rendrait le dossier illisible ; rien n'y a été écrit : {erreur.message}",
            lieu=str(fichier),
            remede="Corriger ce qui est ajouté, puis relancer.",
        ) from erreur
    finally:
        essai.unlink(missing_ok=True)

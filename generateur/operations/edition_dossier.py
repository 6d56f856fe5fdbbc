"""Écrire dans un dossier ouvert : l'édition et ses copies, ou rien ; après quoi il doit encore se lire."""

import os
from collections.abc import Sequence
from pathlib import Path

from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurDossier, ErreurEcriture, ErreurLecture, raison_du_systeme
from generateur.lecture.edition_toml import Etat, modifier
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.publication.rangement import Copies
from generateur.surveillance.provisoires import creer_fichier_provisoire, ecrire_d_un_geste


def ecrire_editions(
    etat: Etat, editions: Sequence[Pose | Ajout], copies: Copies, *, meme_illisible: bool = False
) -> None:
    """Copie les fichiers, puis modifie le dossier à sa place.

    `meme_illisible` : un dossier qui ne se lisait déjà pas se modifie aussi, sans défaut de plus.

    Lève ErreurLecture s'il ne se lisait pas et ne se lit toujours pas ; ErreurDossier si l'édition le rendrait
    illisible, n'est pas sûre, ou si le fichier a changé depuis qu'il a été lu ; ErreurEcriture (disque).
    """
    texte = modifier(etat, editions)
    if meme_illisible:
        refuser_un_defaut_de_plus(etat.fichier, texte)
    else:
        relire(etat.fichier, texte)
    copies.ecrire(etat.fichier.parent)
    try:
        ecrire_si_inchange(etat, texte)
    except (ErreurDossier, ErreurEcriture):
        copies.defaire()
        raise


def ecrire_si_inchange(etat: Etat, texte: str) -> None:
    """Remplace le fichier, droits gardés, s'il est encore celui qui a été lu.

    Lève ErreurDossier (changé entre-temps), ErreurEcriture (disque).
    """
    fichier = etat.fichier.resolve()  # un lien reste un lien
    try:
        if fichier.read_bytes() != etat.texte.encode():
            raise ErreurDossier(
                "le fichier a changé pendant l'opération : rien n'y a été écrit",
                lieu=str(etat.fichier),
                remede="Enregistrer et fermer ce fichier dans l'éditeur, puis relancer.",
            )
        ecrire_d_un_geste(fichier, texte.encode(), fichier.stat().st_mode & 0o7777)
    except OSError as erreur:
        raise ErreurEcriture(
            f"le fichier ne s'écrit pas : {raison_du_systeme(erreur)} ; l'ancien est intact", lieu=str(etat.fichier)
        ) from erreur


def relire(fichier: Path, texte: str) -> DossierLu:
    """Le dossier tel qu'il se lirait avec ce texte ; rien n'est gardé. Lève comme `ecrire_editions`."""
    try:
        return _essayer(fichier, texte)
    except ErreurLecture as erreur:
        lire_dossier(fichier)  # déjà illisible : c'est cela qu'il faut dire
        raise _refuser(fichier, erreur.message) from erreur


def refuser_un_defaut_de_plus(fichier: Path, texte: str) -> None:
    """Ce texte se lit, ou n'a que des défauts que le fichier avait : un dossier se remplit un champ à la fois.

    Lève ErreurDossier, ErreurEcriture.
    """
    try:
        _essayer(fichier, texte)
    except ErreurLecture as erreur:
        deja = _relever_defauts(fichier)
        neufs = [phrase for cle, phrase in _defauts_de(erreur) if (cle, phrase) not in deja]
        if neufs:
            raise _refuser(fichier, " ; ".join(neufs)) from erreur


def _relever_defauts(fichier: Path) -> frozenset[tuple[str, str]]:
    try:
        lire_dossier(fichier)
    except ErreurLecture as erreur:
        return frozenset(_defauts_de(erreur))
    return frozenset()


def _defauts_de(erreur: ErreurLecture) -> tuple[tuple[str, str], ...]:
    return erreur.defauts or (("", erreur.message),)


def _refuser(fichier: Path, pourquoi: str) -> ErreurDossier:
    return ErreurDossier(
        f"cet ajout rendrait le dossier illisible ; rien n'y a été écrit : {pourquoi}",
        lieu=str(fichier),
        remede="Corriger ce qui est ajouté, puis relancer.",
    )


def _essayer(fichier: Path, texte: str) -> DossierLu:
    try:
        descripteur, essai = creer_fichier_provisoire(fichier.parent, fichier.suffix)
    except OSError as erreur:
        raise ErreurEcriture(f"rien ne s'écrit ici : {raison_du_systeme(erreur)}", lieu=str(fichier.parent)) from erreur
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(texte.encode())
        return lire_dossier(essai)
    finally:
        essai.unlink(missing_ok=True)

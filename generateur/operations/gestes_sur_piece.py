"""Ce qu'on fait d'une pièce : la préciser, la retirer du bordereau, effacer un fichier que rien ne cite."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generateur.domaine.chemins import fichiers_designes
from generateur.domaine.chemins_de_cle import nommer
from generateur.domaine.entrees_bordereau import normaliser_fichier
from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurEcriture, ErreurUsage, raison_du_systeme
from generateur.lecture import retrait_toml
from generateur.lecture.edition_toml import Etat, modifier, relire_etat
from generateur.lecture.socle import lire_dossier
from generateur.operations.bordereau_choisi import CLE as ORDRE
from generateur.operations.edition_dossier import ecrire_editions, ecrire_si_inchange, relire
from generateur.operations.formulaire_dossier import Lieu, genre_de, trouver_champ
from generateur.operations.saisie import Saisi, exiger_version, lire_version, valider_textes
from generateur.pieces.emplacement import lister_presents, localiser
from generateur.publication.numeros_servis import lire_registre
from generateur.publication.rangement import Copies


class ErreurPrecisions(ErreurUsage):
    """Des valeurs qui ne sont pas admises, clé par clé."""

    def __init__(self, refus: Mapping[str, str]) -> None:
        super().__init__("ces précisions ne sont pas enregistrées", remede="Corriger ce qui est signalé.")
        self.refus = refus


def rang_du_bloc(donnees: Mapping[str, Any], fichier: str) -> int | None:
    """Le rang, à partir de 0, du bloc [[pieces]] qui parle de ce fichier ; None s'il n'y en a pas."""
    return next((rang for rang, bloc in _blocs(donnees) if _est(bloc.get("fichier"), fichier)), None)


def lieux_de(donnees: Mapping[str, Any], fichier: str) -> tuple[Lieu, ...]:
    """Chaque endroit du dossier qui cite ce fichier comme une pièce, dans l'ordre du fichier."""
    return tuple(lieu for lieu, valeur in _feuilles(donnees, ()) if _est(valeur, fichier) and _est_un_fichier(lieu))


def verser_piece(source: Path, fichier: str, textes: Mapping[str, str]) -> None:
    """Un fichier rangé dans pieces/ que rien ne cite devient une pièce du dossier.

    Lève ErreurUsage (il n'y est pas), ErreurPrecisions (chaque valeur refusée), ErreurDossier, ErreurEcriture.
    """
    etat, _ = lire_version(source)
    racine = etat.fichier.parent
    if fichier not in lister_presents(racine):
        raise ErreurUsage("ce fichier n'est pas dans pieces/", lieu=fichier)
    valeurs, refus = valider_textes(("pieces", 0), textes)
    if refus:
        raise ErreurPrecisions(refus)
    dites = {cle: valeur for cle, valeur in valeurs.items() if valeur != ""}
    ecrire_editions(etat, [Ajout("pieces", {**dites, "fichier": fichier})], Copies(racine))


def preciser_piece(source: Path, fichier: str, textes: Mapping[str, str], *, version: str) -> Saisi:
    """Écrit ces clés dans le bloc [[pieces]] du fichier, créé au besoin ; un texte vide retire ce que la clé disait.

    Lève ErreurPrecisions (chaque valeur refusée), ErreurSaisieDouble, ErreurDossier, ErreurLecture, ErreurEcriture.
    """
    valeurs, refus = valider_textes(("pieces", 0), textes)
    if refus:
        raise ErreurPrecisions(refus)
    etat = exiger_version(source, version, ("pieces",))
    rang = rang_du_bloc(etat.donnees, fichier)
    if rang is None:
        dites = {cle: valeur for cle, valeur in valeurs.items() if valeur != ""}
        editions: list[Pose | Ajout] = [Ajout("pieces", {**dites, "fichier": fichier})] if dites else []
    else:
        bloc = etat.donnees["pieces"][rang]
        editions = [Pose(("pieces", rang, c), v) for c, v in valeurs.items() if v != bloc.get(c, "")]
    if editions:
        ecrire_editions(etat, editions, Copies(etat.fichier.parent))
    return Saisi("pieces", lire_version(source)[1])


def retirer_piece(source: Path, fichier: str, *, version: str) -> Saisi:
    """Plus rien ne cite ce fichier, qui reste dans pieces/. Lève comme `preciser_piece` ; ErreurUsage s'il n'est cité.

    Un bloc [[pieces]] part entier ; ailleurs, seule la clé qui nomme le fichier se vide.
    """
    etat = exiger_version(source, version, ("pieces",))
    lieux = lieux_de(etat.donnees, fichier)
    if not lieux:
        raise ErreurUsage(
            "le fichier de ce dossier ne cite pas cette pièce lui-même",
            lieu=fichier,
            remede="Elle vient d'un profil partagé : la retirer de ce profil.",
        )
    etat_neuf = relire_etat(etat, modifier(etat, [*_vider(lieux), *_oublier(etat, fichier)]))
    rangs = [rang for rang, bloc in _blocs(etat.donnees) if _est(bloc.get("fichier"), fichier)]
    for rang in reversed(rangs):
        etat_neuf = relire_etat(etat, retrait_toml.retirer_bloc(etat_neuf, "pieces", rang))
    relire(etat.fichier, etat_neuf.texte)
    ecrire_si_inchange(etat, etat_neuf.texte)
    return Saisi(nommer(lieux[0]), lire_version(source)[1])


def effacer_fichier(source: Path, fichier: str) -> None:
    """Efface du disque un fichier de pieces/ que rien ne cite et qui n'a jamais été communiqué.

    Lève ErreurUsage s'il sert encore, ErreurEcriture si le disque refuse.
    """
    lu = lire_dossier(source)
    registre = lire_registre(lu.racine, lu.dossier.reference)
    if fichier not in lister_presents(lu.racine):
        raise ErreurUsage("ce fichier n'est pas dans pieces/", lieu=fichier)
    if normaliser_fichier(fichier) in {normaliser_fichier(f) for f in fichiers_designes(lu.dossier)}:
        raise ErreurUsage("ce fichier est cité au dossier", lieu=fichier, remede="Le retirer d'abord du bordereau.")
    if registre and any(_est(piece.fichier, fichier) for piece in registre.pieces):
        raise ErreurUsage("ce fichier a été communiqué : il se garde", lieu=fichier)
    try:
        localiser(lu.racine, fichier).unlink()
    except OSError as erreur:
        raise ErreurEcriture(f"ce fichier ne s'efface pas : {raison_du_systeme(erreur)}", lieu=fichier) from erreur


def _vider(lieux: tuple[Lieu, ...]) -> list[Pose]:
    """Hors de [[pieces]], dont le bloc entier s'en va."""
    return [Pose(lieu, "") for lieu in lieux if lieu[0] != "pieces"]


def _oublier(etat: Etat, fichier: str) -> list[Pose]:
    choisi = etat.donnees.get(ORDRE) or []
    reste = [autre for autre in choisi if not _est(autre, fichier)]
    return [Pose((ORDRE,), reste)] if len(reste) != len(choisi) else []


def _blocs(donnees: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for rang, bloc in enumerate(donnees.get("pieces") or ()):
        if isinstance(bloc, Mapping):
            yield rang, bloc


def _est(valeur: Any, fichier: str) -> bool:
    return isinstance(valeur, str) and bool(valeur) and normaliser_fichier(valeur) == normaliser_fichier(fichier)


def _feuilles(valeur: Any, lieu: Lieu) -> Iterator[tuple[Lieu, Any]]:
    if isinstance(valeur, Mapping):
        for cle, contenu in valeur.items():
            yield from _feuilles(contenu, (*lieu, cle))
    elif isinstance(valeur, list):
        for rang, contenu in enumerate(valeur):
            yield from _feuilles(contenu, (*lieu, rang))
    else:
        yield lieu, valeur


def _est_un_fichier(lieu: Lieu) -> bool:
    """Vrai pour une clé qui nomme une pièce : ni l'ordre choisi, ni un acte gardé pour les suites."""
    try:
        return genre_de(str(lieu[-1]), trouver_champ(lieu)) == "fichier"
    except (KeyError, IndexError):
        return False

"""Joindre un fichier à la clé du dossier qui le demande : regardé, rangé dans pieces/, puis cité là."""

from pathlib import Path

from generateur.erreurs import ErreurLecture, ErreurUsage
from generateur.operations.formulaire_dossier import Lieu, decrire_section
from generateur.operations.outillage import OutilsPieces
from generateur.operations.reception import recevoir_fichiers
from generateur.operations.saisie import lire_version, saisir
from generateur.pieces.emplacement import lister_presents


def joindre_fichier(source: Path, champ: Lieu, depose: Path, *, outils: OutilsPieces) -> None:
    """Range le fichier et l'écrit à cette clé, s'il n'y en a pas déjà un qui existe.

    Lève ErreurUsage (un fichier y est déjà), ErreurLecture (celui-ci ne se lit pas), ErreurDossier, ErreurEcriture.
    """
    etat, version = lire_version(source)
    present = next((c.valeur for c in decrire_section(etat.donnees, champ[:-1]).champs if c.chemin == champ), "")
    if present in lister_presents(etat.fichier.parent):
        raise ErreurUsage("un fichier y est déjà joint", lieu=present, remede="Recharger la page.")
    recu = recevoir_fichiers(source, [depose], outils=outils)
    if recu.refuses:
        raise ErreurLecture(recu.refuses[0].message, lieu=recu.refuses[0].lieu, remede=recu.refuses[0].remede)
    saisir(source, champ, recu.entres[0], version=version)

"""Les messages d'un dossier (relances, accords), rangés à côté de sa liasse et gardés quand elle est refaite."""

from collections.abc import Mapping
from pathlib import Path

from generateur.domaine.noms_de_fichier import NOM_MESSAGES
from generateur.erreurs import ErreurEcriture, raison_du_systeme
from generateur.publication.echange import occuper
from generateur.publication.fichier_demande import ecrire_d_un_geste


def ecrire_messages(sortie: Path, reference: str, messages: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Écrit chaque message dans sortie/<reference>/relances/, entier ou pas du tout ; refait, il remplace le sien.

    Lève ErreurEcriture si le disque refuse, ou si l'endroit mène ailleurs.
    """
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        with occuper(sortie, reference) as publie:
            repertoire = publie / NOM_MESSAGES
            repertoire.mkdir(parents=True, exist_ok=True)
            if repertoire.is_symlink() or publie.is_symlink():
                raise ErreurEcriture("cet emplacement mène ailleurs : rien n'y est écrit", lieu=str(repertoire))
            fichiers = {repertoire / nom: octets for nom, octets in messages.items()}
            for fichier, octets in fichiers.items():
                ecrire_d_un_geste(fichier, octets)
            return tuple(fichiers)
    except OSError as erreur:
        raise ErreurEcriture(
            f"le message ne s'écrit pas : {raison_du_systeme(erreur)}", lieu=str(sortie / reference / NOM_MESSAGES)
        ) from erreur

"""Les constats d'un dossier déjà communiqué."""

from collections.abc import Iterable, Iterator

from generateur.controles.catalogue import constater
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.publication.ecarts import Ecart
from generateur.publication.numeros_servis import NOM_REGISTRE


def constater_ecarts(ecarts: Iterable[Ecart], dossier: Dossier, *, sont_retenus: bool) -> Iterator[Constat]:
    """Ce qu'il faut savoir d'un dossier déjà communiqué : numéros non retenus, pièces retirées ou changées."""
    if not sont_retenus and dossier.suivi and dossier.suivi.depot:
        yield constater(
            "NUMEROS_NON_RETENUS",
            f"Le dossier a été déposé le {date_longue(dossier.suivi.depot)}, mais les numéros de ses pièces ne "
            "sont pas retenus : une pièce ajoutée décalerait les suivantes.",
            lieu="suivi.depot",
            remede=f"Tant que la liasse déposée est dans la sortie : « generateur retenir-numeros {CE_DOSSIER} ».",
        )
    for ecart in ecarts:
        piece = f"La pièce n° {ecart.numero} (« {ecart.titre} »), déjà communiquée,"
        if ecart.genre == "retiree":
            yield constater(
                "PIECE_SERVIE_RETIREE",
                f"{piece} n'est plus au dossier : son numéro reste vide.",
                lieu=NOM_REGISTRE,
                remede="La remettre, ou annoncer son retrait à ceux qui l'ont reçue.",
            )
        elif ecart.genre == "modifiee":
            yield constater(
                "PIECE_SERVIE_MODIFIEE",
                f"{piece} a changé : son fichier n'est plus celui qui a été communiqué.",
                lieu=NOM_REGISTRE,
                remede="Rétablir l'ancien fichier et verser le nouveau sous un autre nom : il prendra un numéro à lui.",
            )

"""Ce qui se dit d'un dossier déjà communiqué : les constats, et le journal de ce qui a changé depuis."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from generateur.controles.catalogue import constater
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, montant
from generateur.domaine.numeros import lire_numero
from generateur.publication.ecarts import Ecart, Genre
from generateur.publication.numeros_servis import NOM_REGISTRE, LiasseServie, Registre

SUITE_JOURNAL = "_journal.txt"
_TITRES: Mapping[Genre, str] = {
    "ajoutee": "Pièces ajoutées",
    "retiree": "Pièces retirées (leur numéro n'est pas réemployé)",
    "modifiee": "Pièces dont le fichier a changé",
    "deplacee": "Pièces dont le fichier a changé de nom",
    "intitule": "Pièces dont l'intitulé a changé",
    "renumerotee": "Pièces renumérotées",
}


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


def ecrire_journal(
    registre: Registre | None,
    ecarts: Sequence[Ecart],
    bordereau: Bordereau,
    chantier: Path,
    *,
    au: date,
    total: Decimal,
) -> None:
    """Le journal des changements depuis la dernière communication, s'il y en a eu une ; jamais dans la liasse.

    `au` et `total` sont la date d'arrêté et la somme de la liasse que l'on écrit.
    """
    if registre is None:
        return
    touchees = {ecart.numero for ecart in ecarts if ecart.genre != "retiree"}
    memes = [piece.numero for piece in bordereau.pieces if piece.numero not in touchees]
    lignes = [
        f"Dossier {registre.reference} : ce qui a changé depuis la liasse communiquée le "
        f"{date_longue(registre.derniere.le)}",
        f"(empreinte de cette liasse : {registre.derniere.sha256})",
        *_comparer_sommes(registre.derniere, au, total),
    ]
    for genre, titre in _TITRES.items():
        concernes = sorted((e for e in ecarts if e.genre == genre), key=lambda e: lire_numero(e.numero))
        if concernes:
            lignes += ["", titre]
            lignes += [f"  n° {e.numero} : {e.titre}" + (f" ({e.detail})" if e.detail else "") for e in concernes]
    lignes += ["", f"Pièces inchangées : {', '.join(memes) or 'aucune'}"]
    journal = chantier / f"{registre.reference}{SUITE_JOURNAL}"
    journal.write_bytes(("\n".join(lignes) + "\n").encode())


def _comparer_sommes(servie: LiasseServie, au: date, total: Decimal) -> Iterator[str]:
    """La date d'arrêté et la somme ; rien d'un registre qui ne les a pas retenues."""
    if servie.au is None or servie.total is None:
        return
    yield ""
    if servie.au == au:
        yield f"Date d'arrêté : {date_longue(au)}, inchangée"
    else:
        yield f"Date d'arrêté : {date_longue(servie.au)} devient {date_longue(au)}"
    if Decimal(servie.total) == total:
        yield f"Somme demandée : {montant(total)}, inchangée"
    else:
        yield f"Somme demandée : {montant(Decimal(servie.total))} devient {montant(total)}"

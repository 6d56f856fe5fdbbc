"""Le journal d'un dossier déjà communiqué : ce qui a changé depuis."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from generateur.domaine.bordereau import Bordereau
from generateur.domaine.langue import date_longue, montant
from generateur.domaine.numeros import lire_numero
from generateur.publication.ecarts import Ecart, Genre
from generateur.publication.numeros_servis import LiasseServie, Registre

SUITE_JOURNAL = "_journal.txt"
_TITRES: Mapping[Genre, str] = {
    "ajoutee": "Pièces ajoutées",
    "retiree": "Pièces retirées (leur numéro n'est pas réemployé)",
    "modifiee": "Pièces dont le fichier a changé",
    "deplacee": "Pièces dont le fichier a changé de nom",
    "intitule": "Pièces dont l'intitulé a changé",
    "renumerotee": "Pièces renumérotées",
}


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

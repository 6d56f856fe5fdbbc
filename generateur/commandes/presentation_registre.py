"""Le registre à l'écran : un tableau, une affaire et ses événements, ou l'objet du contrat."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import date_courte, montant, pluriel
from generateur.operations.voies import libelle_ecrit
from generateur.registre.parcours import NATURES, Evenement
from generateur.registre.recherche import Affaire

_COLONNES = ("Référence", "État", "Débiteur", "Créancier", "Total", "Prochaine échéance")
_A_DROITE = 4
_LARGEUR_MAXIMALE = 32
_PRECISIONS = ("procedure", "total", "montant")


def en_objet(affaires: Sequence[Affaire]) -> dict[str, Any]:
    """Objet de « lister », « montrer » et « evenement »."""
    return {"dossiers": [affaire_en_objet(affaire) for affaire in affaires]}


def affaire_en_objet(affaire: Affaire) -> dict[str, Any]:
    """Une affaire, comme le contrat la veut."""
    le, titre = affaire.echeance or (None, None)
    return {
        "reference": affaire.reference,
        "debiteur": affaire.debiteur,
        "creancier": affaire.creancier,
        "etat": affaire.etat,
        "procedure": affaire.procedure,
        "total": None if affaire.total is None else f"{affaire.total:.2f}",
        "prochaine_echeance": le.isoformat() if le else None,
        "prochaine_echeance_titre": titre,
        "evenements": [_evenement_en_objet(evenement) for evenement in affaire.evenements],
    }


def _evenement_en_objet(evenement: Evenement) -> dict[str, Any]:
    fait = evenement.fait
    return {
        "rang": evenement.rang,
        "nature": fait.nature,
        "date": fait.le.isoformat(),
        **fait.contenu,
        **({"note": fait.mention} if fait.mention else {}),
    }


def presenter(affaires: Sequence[Affaire]) -> str:
    """Un tableau, une ligne par affaire, puis leur nombre et leur total."""
    if not affaires:
        return "Aucune affaire."
    lignes = [_COLONNES, *(_ligne(affaire) for affaire in affaires)]
    largeurs = [max(len(ligne[rang]) for ligne in lignes) for rang in range(len(_COLONNES))]
    total = sum((affaire.total for affaire in affaires if affaire.total), Decimal(0))
    return assembler(
        [*(_aligner(ligne, largeurs) for ligne in lignes), "", f"{pluriel(len(affaires), 'affaire')}, {montant(total)}"]
    )


def _ligne(affaire: Affaire) -> tuple[str, ...]:
    echeance = f"{date_courte(affaire.echeance[0])} {affaire.echeance[1]}" if affaire.echeance else ""
    return (
        mettre_en_ligne(affaire.reference),
        NATURES[affaire.etat],
        _abreger(affaire.debiteur),
        _abreger(affaire.creancier),
        montant(affaire.total) if affaire.total is not None else "",
        mettre_en_ligne(echeance),
    )


def _abreger(nom: str) -> str:
    propre = mettre_en_ligne(nom)
    return propre if len(propre) <= _LARGEUR_MAXIMALE else f"{propre[: _LARGEUR_MAXIMALE - 1]}…"


def _aligner(ligne: Sequence[str], largeurs: Sequence[int]) -> str:
    cases = (
        f"{case:>{largeur}}" if rang == _A_DROITE else f"{case:<{largeur}}"
        for rang, (case, largeur) in enumerate(zip(ligne, largeurs, strict=True))
    )
    return "  ".join(cases).rstrip()


def presenter_affaire(affaire: Affaire) -> str:
    """Une affaire, puis ses événements dans l'ordre où ils ont été inscrits."""
    lignes = [
        f"{mettre_en_ligne(affaire.reference)} — {NATURES[affaire.etat]}",
        f"  {mettre_en_ligne(affaire.creancier)} contre {mettre_en_ligne(affaire.debiteur)}",
    ]
    if affaire.total is not None:
        lignes.append(f"  {montant(affaire.total)}, {libelle_ecrit(affaire.procedure)}")
    if affaire.echeance:
        lignes.append(f"  Prochaine échéance : {date_courte(affaire.echeance[0])}, {affaire.echeance[1]}")
    return assembler([*lignes, "", *(_decrire(evenement) for evenement in affaire.evenements)])


def _decrire(evenement: Evenement) -> str:
    fait = evenement.fait
    precisions = [_preciser(cle, fait.contenu[cle]) for cle in _PRECISIONS if cle in fait.contenu]
    suite = ", ".join([*precisions, *([mettre_en_ligne(fait.mention)] if fait.mention else [])])
    return f"  {evenement.rang:>3}. {date_courte(fait.le)}  {NATURES[fait.nature]}{f' : {suite}' if suite else ''}"


def _preciser(cle: str, valeur: str) -> str:
    return montant(Decimal(valeur)) if cle in {"total", "montant"} else libelle_ecrit(valeur)


def presenter_export(fichier: Path, affaires: Sequence[Affaire]) -> str:
    """Ce qui a été écrit."""
    return f"{pluriel(len(affaires), 'affaire')} : {mettre_en_ligne(fichier.as_posix())}"


def export_en_objet(fichier: Path, affaires: Sequence[Affaire]) -> dict[str, Any]:
    """Objet de « exporter »."""
    return {"fichier": fichier.as_posix(), "dossiers": len(affaires)}

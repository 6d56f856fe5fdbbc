"""Écrit les actes : un Word modifiable et son PDF, pour chaque acte d'une procédure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from generateur.contrats import Conversion, MoteurRendu
from generateur.procedures.socle import Acte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.gabarits import Bibliotheque

CHAMPS_MESURES = frozenset({"pieces.page", "liasse.pages"})


@dataclass(frozen=True)
class ActeEcrit:
    """Un acte écrit sur le disque."""

    acte: Acte
    docx: Path
    pdf: Path


def depend_des_mesures(acte: Acte, bibliotheque: Bibliotheque) -> bool:
    """Vrai si l'acte imprime une page de la liasse : il s'écrit alors après la mesure."""
    return not CHAMPS_MESURES.isdisjoint(bibliotheque.modele(acte.modele).chemins())


def ecrire_actes(
    emplacements: Mapping[Acte, Path],
    contexte: ContexteActes,
    bibliotheque: Bibliotheque,
    moteur: MoteurRendu,
    jour: dt.date,
) -> list[ActeEcrit]:
    """Écrit chaque acte à son emplacement (sans extension) : .docx puis .pdf.

    Lève ErreurModele si un modèle est en défaut, ErreurRendu si la conversion échoue.
    """
    ecrits = []
    for acte, base in emplacements.items():
        champs = en_champs(replace(contexte, titre_acte=acte.titre))
        contenu = bibliotheque.modele(acte.modele).rendre(
            champs, titre=f"{acte.titre} – {contexte.reference}", auteur=contexte.creancier.nom, jour=jour
        )
        ecrit = ActeEcrit(acte, base.with_name(f"{base.name}.docx"), base.with_name(f"{base.name}.pdf"))
        ecrit.docx.write_bytes(contenu)
        ecrits.append(ecrit)
    moteur.convertir([Conversion(e.docx, e.pdf) for e in ecrits])
    return ecrits


def en_champs(contexte: ContexteActes) -> dict[str, Any]:
    """Racine des champs d'un modèle."""
    return {champ.name: getattr(contexte, champ.name) for champ in fields(contexte)}

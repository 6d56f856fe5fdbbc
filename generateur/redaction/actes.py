"""Écrit les actes : un Word modifiable et son PDF, pour chaque acte d'une procédure."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from generateur.contrats import Conversion, MoteurRendu
from generateur.procedures.socle import Acte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.controle_modeles import exige_libreoffice, refuser_sans_libreoffice
from generateur.redaction.gabarits import Bibliotheque

# page d'une pièce (quel que soit le nom de la variable de boucle), pages de la liasse : connues après la mesure
CHAMPS_MESURES = re.compile(r"\.page\b|\bliasse\.pages\b")


@dataclass(frozen=True)
class ActeEcrit:
    """Un acte écrit sur le disque."""

    acte: Acte
    docx: Path
    pdf: Path
    moteur: str


@dataclass(frozen=True)
class Ecritoire:
    """De quoi écrire : les modèles, le moteur choisi, et celui où va un modèle que le premier rendrait mal."""

    bibliotheque: Bibliotheque
    moteur: MoteurRendu
    moteur_fidele: MoteurRendu

    def moteur_pour(self, acte: Acte) -> MoteurRendu:
        """Le moteur qui rend fidèlement cet acte. Lève ErreurModele si aucun ne le peut ici."""
        gabarit = self.bibliotheque.modele(acte.modele)
        if self.moteur.rend_tout or not exige_libreoffice(gabarit):
            return self.moteur
        if not self.moteur_fidele.disponibilite().presente:
            refuser_sans_libreoffice(gabarit)
        return self.moteur_fidele

    def depend_des_mesures(self, acte: Acte) -> bool:
        """Vrai si l'acte imprime une page de la liasse : il s'écrit alors après la mesure."""
        return self.bibliotheque.modele(acte.modele).emploie(CHAMPS_MESURES)


def ecrire_actes(
    emplacements: Mapping[Acte, Path],
    contexte: ContexteActes,
    ecritoire: Ecritoire,
    jour: dt.date,
    *,
    est_resserre: bool = False,
) -> list[ActeEcrit]:
    """Écrit chaque acte à son emplacement (sans extension) : .docx puis .pdf ; `est_resserre` : avec moins de blanc.

    Lève ErreurModele si un modèle est en défaut, ErreurRendu si la conversion échoue.
    """
    ecrits = []
    par_moteur: dict[MoteurRendu, list[Conversion]] = {}
    for acte, base in emplacements.items():
        moteur = ecritoire.moteur_pour(acte)
        champs = en_champs(replace(contexte, titre_acte=acte.titre))
        contenu = ecritoire.bibliotheque.modele(acte.modele).rendre(
            champs,
            titre=f"{acte.titre} – {contexte.reference}",
            auteur=contexte.creancier.nom,
            jour=jour,
            est_resserre=est_resserre,
        )
        ecrit = ActeEcrit(acte, base.with_name(f"{base.name}.docx"), base.with_name(f"{base.name}.pdf"), moteur.nom)
        ecrit.docx.write_bytes(contenu)
        ecrits.append(ecrit)
        par_moteur.setdefault(moteur, []).append(Conversion(ecrit.docx, ecrit.pdf))
    for moteur, conversions in par_moteur.items():
        moteur.convertir(conversions)
    return ecrits


def en_champs(contexte: ContexteActes) -> dict[str, Any]:
    """Racine des champs d'un modèle."""
    return {champ.name: getattr(contexte, champ.name) for champ in fields(contexte)}

"""À côté de la liasse : le formulaire officiel rempli si son PDF vierge est donné, et les données d'un portail."""

import json
from dataclasses import dataclass
from pathlib import Path

from generateur.erreurs import ErreurPiece, ErreurUsage
from generateur.liasse.formulaire_pdf import Remplissage, remplir_formulaire
from generateur.operations.inventaire import DONNEES_DU_PORTAIL, FORMULAIRE_REMPLI
from generateur.pieces.emplacement import localiser
from generateur.redaction.composition import Matiere, composer_contexte
from generateur.redaction.formulaires import (
    aplatir_nom,
    choisir_formulaires,
    donnees_du_portail,
    remplir,
    valeurs_pdf,
)


@dataclass(frozen=True)
class Vierge:
    """Le formulaire vierge donné par l'utilisateur, et où il l'a dit."""

    fichier: Path
    lieu: str


def trouver_vierge(matiere: Matiere, racine: Path, donne: Path | None) -> Vierge | None:
    """Celui de --formulaire, sinon celui du dossier ; None s'il n'y en a pas. Lève ErreurPiece s'il manque."""
    if donne is not None:
        if donne.exists() and not donne.is_file():
            raise ErreurPiece(
                "ce formulaire n'est pas un fichier", lieu="--formulaire", remede="Donner le PDF vierge du formulaire."
            )
        return Vierge(donne, "--formulaire")
    saisi = getattr(matiere.procedure.complement_de(matiere.espece.dossier), "formulaire", None)
    lieu = f"procedures.{matiere.procedure.nom}.formulaire"
    return Vierge(localiser(racine, saisi), lieu) if saisi else None


def joindre_formulaires(matiere: Matiere, actes: Path, vierge: Vierge | None) -> Remplissage | None:
    """Écrit dans `actes` le formulaire rempli et le JSON du portail, s'il y a lieu.

    Lève ErreurUsage si un formulaire est donné pour une voie qui n'en remplit pas, ErreurPiece s'il ne se remplit pas.
    """
    espece, procedure = matiere.espece, matiere.procedure
    contexte = composer_contexte(matiere)
    donnees = donnees_du_portail(espece, procedure, contexte)
    if donnees is not None:
        texte = json.dumps(donnees, ensure_ascii=False, indent=2) + "\n"
        (actes / DONNEES_DU_PORTAIL).write_text(texte, encoding="utf-8", newline="\n")
    if vierge is None:
        return None
    attendus = [f for f in choisir_formulaires(espece, procedure) if f.usage != "portail"]
    if not attendus:
        raise ErreurUsage(
            f"la voie « {procedure.libelle} » ne remplit aucun formulaire devant ce tribunal",
            lieu=vierge.lieu,
            remede="Retirer ce formulaire.",
        )
    valeurs = valeurs_pdf(remplir(attendus[0], espece, procedure, contexte))
    return remplir_formulaire(vierge.fichier, actes / FORMULAIRE_REMPLI, valeurs, aplatir_nom)

"""Qui dépose : avocat et commissaire de justice sans pouvoir, les autres avec un pouvoir spécial.

Sources : CPC 1407 ; CPCE R124-1 à R124-7 (recouvrement amiable pour autrui : convention, déclaration au
procureur, mentions des lettres) ; CPCE L111-8 (frais à la charge du créancier).
"""

from collections.abc import Iterator

from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.domaine.dossier import Dossier


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Pouvoirs du mandataire et du signataire."""
    del contexte  # les pouvoirs ne dépendent ni de la date ni du décompte
    return [*_mandataire(dossier), *_signataire(dossier)]


def _pouvoir_verse(dossier: Dossier) -> bool:
    return any(piece.nature == "pouvoir" for piece in dossier.pieces)


def _mandataire(dossier: Dossier) -> Iterator[Constat]:
    mandataire = dossier.mandataire
    if mandataire is None or not mandataire.a_besoin_d_un_pouvoir:
        return
    if not mandataire.pouvoir and not _pouvoir_verse(dossier):
        yield constater(
            "POUVOIR_ABSENT",
            f"{mandataire.nom_complet} n'est ni avocat ni commissaire de justice : il faut un pouvoir "
            "spécial du "
            "créancier.",
            lieu="mandataire.pouvoir",
            remede=f"« generateur produire {CE_DOSSIER} --projet » l'écrit (actes/pouvoir.docx) : faites-le signer, "
            'puis écrivez pouvoir = "pieces/pouvoir.pdf" dans [mandataire].',
        )
    if mandataire.est_une_agence:
        yield constater(
            "AGENCE_DE_RECOUVREMENT",
            "L'agence agit pour autrui : convention écrite avec le créancier, assurance, compte dédié et "
            "déclaration "
            "au procureur doivent être en place.",
            lieu="mandataire.role",
            remede="Vérifiez la convention et rappelez ses références dans chaque lettre ; aucun frais de "
            "recouvrement n'est demandé au débiteur.",
        )


def _signataire(dossier: Dossier) -> Iterator[Constat]:
    signataire = dossier.creancier.signataire
    representant = dossier.creancier.representant
    est_le_representant = representant is not None and signataire is not None and signataire.nom == representant.nom
    if signataire and not est_le_representant and not signataire.pouvoir and not _pouvoir_verse(dossier):
        yield constater(
            "SIGNATAIRE_SANS_POUVOIR",
            f"{signataire.nom} signe pour le créancier sans en être le représentant légal, et son pouvoir "
            "n'est pas "
            "versé.",
            lieu="creancier.signataire.pouvoir",
            remede='Ajoutez pouvoir = "pieces/pouvoir.pdf" à « signataire ».',
        )

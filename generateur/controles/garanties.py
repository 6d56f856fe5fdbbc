"""Ce qui garantit ou accroît la créance : réserve de propriété, sûretés, capitalisation ; et le chèque rejeté.

Sources : C. com. L624-9 et L624-16 (revendication), L622-25 (sûreté à déclarer) ; C. civ. 1343-2 (anatocisme),
2367 (réserve de propriété) ; CMF L131-73 (certificat de non-paiement).
"""

from collections.abc import Iterator

from generateur.calculs.echeances import calculer_revendication
from generateur.controles.catalogue import constater, mots
from generateur.controles.lieux import situer, situer_contrats, vise_une_declaration
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir, date_longue


def controler_garanties(dossier: Dossier) -> list[Constat]:
    """Constats sur les garanties et les accessoires de la créance."""
    return [*_reserves(dossier), *_suretes(dossier), *_capitalisation(dossier), *_cheques(dossier)]


def _reserves(dossier: Dossier) -> Iterator[Constat]:
    for lieu, contrat in situer_contrats(dossier):
        reserve = contrat.reserve_propriete
        if reserve is None:
            continue
        biens = f" ({reserve.biens_en_nature})" if isinstance(reserve.biens_en_nature, str) else ""
        endroit = f"{lieu}.reserve_propriete"
        if not vise_une_declaration(dossier):
            yield constater(
                "RESERVE_DE_PROPRIETE",
                f"Les biens{biens} restent la propriété du créancier jusqu'au paiement.",
                lieu=endroit,
                remede="S'ils sont encore chez le débiteur, leur restitution peut être demandée (injonction de "
                "délivrer) au lieu du prix.",
                gravite="information",
            )
            continue
        terme = calculer_revendication(dossier.debiteur)
        limite = f" au plus tard le {date_longue(terme)}" if terme else " dans le délai, compté du BODACC"
        etat = "se retrouvent en nature" if reserve.biens_en_nature else "se retrouveraient en nature (à vérifier)"
        yield constater(
            "RESERVE_DE_PROPRIETE",
            f"Les biens{biens} vendus avec réserve de propriété {etat} : la déclaration ne suffit pas à les reprendre.",
            lieu=f"{endroit}.biens_en_nature",
            remede=f"Revendiquez-les par lettre recommandée au mandataire judiciaire ou au liquidateur{limite}.",
        )


def _suretes(dossier: Dossier) -> Iterator[Constat]:
    """Le mandataire judiciaire n'admet un rang que sur un titre, et l'inscription le date."""
    if not vise_une_declaration(dossier):
        return
    for lieu, surete in situer("suretes", dossier.suretes):
        manques = [
            nom
            for nom, present in (("son titre (fichier)", surete.fichier), ("son inscription", surete.inscription))
            if not present
        ]
        if manques:
            yield constater(
                "SURETE_A_PROUVER",
                f"La sûreté « {surete.type} » est déclarée sans {' ni '.join(manques)}.",
                lieu=lieu,
                remede='Ajoutez par exemple inscription = "greffe de Lyon, 12/03/2026, n° 118" et '
                'fichier = "pieces/nantissement.pdf" ; une sûreté sans inscription se déclare telle quelle.',
            )


def _capitalisation(dossier: Dossier) -> Iterator[Constat]:
    for lieu, contrat in situer_contrats(dossier):
        if contrat.capitalisation:
            yield constater(
                "CAPITALISATION",
                "La capitalisation des intérêts est prévue : seule une requête la demande au juge ; le décompte ne la "
                "chiffre jamais.",
                lieu=f"{lieu}.capitalisation",
                remede="Rien à faire ; écrivez capitalisation = false pour y renoncer.",
            )


def _cheques(dossier: Dossier) -> Iterator[Constat]:
    certificat = any(piece.nature == "certificat_non_paiement" for piece in dossier.pieces)
    for lieu, paiement in situer("paiements", dossier.paiements):
        est_un_cheque = aplatir(paiement.mode or "").startswith(mots("mode_cheque"))
        if paiement.statut == "rejete" and est_un_cheque and not certificat:
            yield constater(
                "CHEQUE_REJETE",
                "Un chèque rejeté ouvre sa propre voie : le certificat de non-paiement, signifié, donne un titre "
                "exécutoire.",
                lieu=lieu,
                remede="Demandez le certificat de non-paiement à votre banque ; versez-le avec nature = "
                '"certificat_non_paiement" si vous préférez la présente procédure.',
            )

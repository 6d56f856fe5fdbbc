"""Les paiements tels que reçus, puis ce que chacun a éteint et pourquoi (C. civ. 1342-10 et 1343-1)."""

from generateur.calculs.auteurs import emane_du_debiteur
from generateur.calculs.decompte import Decompte, Imputation, PaiementRecu
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import Paiement
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, courber, enumerer, montant
from generateur.domaine.socle import ZERO
from generateur.droit.tables import valeur_au
from generateur.redaction.contexte import ImputationActe, PaiementActe
from generateur.redaction.manques import dire_date_du_paiement


def lister_paiements(dossier: Dossier, decompte: Decompte, bordereau: Bordereau) -> tuple[PaiementActe, ...]:
    """Un paiement par ligne, pour le montant reçu ; la facture n'est dite que si le débiteur l'a choisie."""
    return tuple(_presenter(dossier, decompte, recu, bordereau) for recu in decompte.paiements)


def _presenter(dossier: Dossier, decompte: Decompte, recu: PaiementRecu, bordereau: Bordereau) -> PaiementActe:
    paiement, parts = recu.paiement, recu.imputations
    jour, mode = dire_date_du_paiement(recu, decompte.au), _dire_mode(dossier, paiement)
    return PaiementActe(
        date=jour,
        montant=montant(paiement.montant),
        mode=mode,
        facture=_factures_choisies(recu),
        motif=_dire_motif(decompte, recu),
        sur_interets=montant(sum((part.interets for part in parts), ZERO)),
        sur_principal=montant(sum((part.principal for part in parts), ZERO)),
        imputations=tuple(_presenter_imputation(part) for part in parts),
        resume=f"{montant(paiement.montant)} le {jour}{f' par {mode}' if mode else ''}, dont {_resumer(recu)}",
        citation=bordereau.citation(paiement.fichier),
    )


def _presenter_imputation(part: Imputation) -> ImputationActe:
    indemnite = f", indemnité {montant(part.indemnites)}" if part.indemnites else ""
    return ImputationActe(f"{part.facture}{indemnite}", montant(part.interets), montant(part.principal))


def _resumer(recu: PaiementRecu) -> str:
    """« 36,20 € sur les intérêts et 1 164,30 € sur le principal » : la somme des morceaux fait le paiement."""
    sommes = {
        "sur les intérêts": sum((part.interets for part in recu.imputations), ZERO),
        "sur le principal": sum((part.principal for part in recu.imputations), ZERO),
        "sur l’indemnité forfaitaire": sum((part.indemnites for part in recu.imputations), ZERO),
        "reçus en trop": recu.excedent,
    }
    hors = recu.paiement.montant - sum(sommes.values(), ZERO)
    sommes["sur une somme qui n’est pas demandée ici"] = hors
    return enumerer([f"{montant(somme)} {ou}" for ou, somme in sommes.items() if somme])


def _factures_choisies(recu: PaiementRecu) -> str:
    """« F-1 et F-2 » si le débiteur a dit ce qu'il payait ; vide sinon, et vide si le décompte ne les connaît pas."""
    if not recu.est_affecte:
        return ""
    paiement = recu.paiement
    designees = [part.facture for part in paiement.ventilation] or [paiement.facture or ""]
    return enumerer(list(dict.fromkeys(designees)))


def _dire_motif(decompte: Decompte, recu: PaiementRecu) -> str:
    """Pourquoi ce paiement a éteint ces factures-là ; vide quand il n'y en avait qu'une à payer."""
    texte = courber(str(valeur_au("textes_demande", decompte.au, "ordre_des_dettes").valeur))
    debut = f"Paiement de {montant(recu.paiement.montant)} du {dire_date_du_paiement(recu, decompte.au)}{INSECABLE}:"
    if choisies := _factures_choisies(recu):
        pluriel = "aux factures" if " et " in choisies else "à la facture"
        return f"{debut} affecté par le débiteur {pluriel} n°{INSECABLE}{choisies} ({texte})."
    if len(decompte.soldes) > 1:
        return (
            f"{debut} faute d’affectation par le débiteur, imputé sur les factures échues, d’abord celle qu’il avait "
            f"le plus d’intérêt à payer, puis la plus ancienne ({texte})."
        )
    return ""


def _dire_mode(dossier: Dossier, paiement: Paiement) -> str:
    """« virement de Untel (référence VIR-22) » : l'auteur n'est nommé que si ce n'est pas le débiteur."""
    du_debiteur = emane_du_debiteur(dossier, paiement.auteur, par_son_representant=False)
    auteur = "" if du_debiteur else f" de {paiement.auteur}"
    reference = f" (référence {paiement.reference})" if paiement.reference else ""
    mode = paiement.mode or ("versement" if auteur or reference else "")
    return f"{mode}{auteur}{reference}"

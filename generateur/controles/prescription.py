"""La prescription, facture par facture : acquise, incertaine, proche, ou seulement datée.

Les hypothèses viennent de calculs/prescription (régime, départ, interruptions). Acquise sous toutes :
bloquant. Acquise sous l'une d'elles, ou à moins des mois de garde de l'être : à compléter, car ni la
demande L125-1 ni la requête déposée n'interrompent la prescription. Une déclaration de créance
l'interrompt (C. com. L622-25-1) : avertissement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from generateur.calculs.auteurs import emane_du_debiteur
from generateur.calculs.calendrier import MOIS_PAR_AN, ajouter_mois
from generateur.calculs.entraves import entrave_de
from generateur.calculs.prescription import (
    ACTES_DU_DEBITEUR,
    UN_JOUR,
    HypothesePrescription,
    est_de_la_retenue,
    hypotheses_de_prescription,
)
from generateur.calculs.titre import est_en_instance, est_titre, signification_utile, terme_d_execution
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import lieu_facture, situer, vise_une_declaration
from generateur.domaine.apres_depot import Signification
from generateur.domaine.constat import CE_DOSSIER, Constat, Gravite
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer
from generateur.droit.tables import entier_au

_REMEDE_INTERRUPTION = (
    "S'il existe une reconnaissance de dette, un paiement partiel ou un acte interruptif, ajoutez :\n"
    '[[interruptions]]\ndate = 2025-06-01\nnature = "reconnaissance"\nfichier = "pieces/reconnaissance.pdf"'
)
_REMEDE_VERIFICATION = (
    "La date vérifiée, écrivez qui l'a vérifiée et comment ; le dossier n'en est plus empêché :\n"
    '[situation]\nprescription_verifiee = "Vérifiée par Me Exemple le 20 novembre 2026"'
)
_REMEDE_FORCLUSION = (
    "C'est une forclusion : seuls une demande en justice ou un acte d'exécution l'arrêtent ; alors ajoutez :\n"
    '[[interruptions]]\ndate = 2025-06-01\nnature = "demande_en_justice"\nfichier = "pieces/assignation.pdf"'
)


@dataclass(frozen=True)
class Prescription:
    """Terme d'une facture sous ses hypothèses ; les deux dates sont des derniers jours pour agir, compris."""

    facture: str
    lieu: str
    objet: str  # « la facture F1 », « l'échéance du … de la facture F1 », « la retenue de garantie de la facture F1 »
    regime: str
    fondement: str
    au_plus_tot: date
    au_plus_tard: date
    hypotheses: tuple[HypothesePrescription, ...]

    @property
    def acquise_le(self) -> date:
        """Premier jour où elle est acquise sous toute hypothèse : le lendemain du dernier terme (C. civ. 2229)."""
        return self.au_plus_tard + UN_JOUR

    @property
    def est_forclusion(self) -> bool:
        """Vrai si toutes les hypothèses sont des forclusions."""
        return all(hypothese.est_forclusion for hypothese in self.hypotheses)

    @property
    def remede(self) -> str:
        """Ce qui peut encore l'écarter ; une reconnaissance n'interrompt jamais une forclusion."""
        return _REMEDE_FORCLUSION if self.est_forclusion else _REMEDE_INTERRUPTION


def analyser_prescription(dossier: Dossier, au: date) -> tuple[Prescription, ...]:
    """Une analyse par facture et par échéance, dans leur ordre. Lève ErreurDroitManquant au-delà de la table."""
    par_echeance: dict[tuple[str, date], list[HypothesePrescription]] = {}
    for hypothese in hypotheses_de_prescription(dossier, au):
        par_echeance.setdefault((hypothese.facture, hypothese.echeance), []).append(hypothese)
    factures = {facture.numero: facture for facture in dossier.factures}
    analyses = []
    for (numero, echeance), hypotheses in par_echeance.items():
        premiere = min(hypotheses, key=lambda hypothese: hypothese.terme)
        analyses.append(
            Prescription(
                facture=numero,
                lieu=lieu_facture(dossier, numero),
                objet=_nommer(factures[numero], echeance),
                regime=premiere.regime,
                fondement=premiere.fondement,
                au_plus_tot=premiere.terme,
                au_plus_tard=max(hypothese.terme for hypothese in hypotheses),
                hypotheses=tuple(hypotheses),
            )
        )
    return tuple(analyses)


def _nommer(facture: Facture, echeance: date) -> str:
    if est_de_la_retenue(facture, echeance):
        return f"la retenue de garantie de la facture {facture.numero}"
    if len(facture.echeances) > 1:
        return f"l'échéance du {date_longue(echeance)} de la facture {facture.numero}"
    return f"la facture {facture.numero}"


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Un constat par facture menacée ; sinon la date la plus proche, en information."""
    au = contexte.au
    garde = entier_au("delais", au, "garde_prescription")
    satisfaite = vise_une_declaration(dossier, contexte) or dossier.situation.prescription_verifiee
    exigence: Gravite = "avertissement" if satisfaite else "a_completer"
    constats: list[Constat] = []
    analyses = analyser_prescription(dossier, au)
    reste = bool(contexte.decompte.soldes) if contexte.decompte else any(a.au_plus_tard >= au for a in analyses)
    for analyse in analyses:
        if analyse.au_plus_tard < au:
            constats += _acquise(analyse, reste=reste)
        elif not est_en_instance(dossier, au):
            constats += _juger(analyse, au, garde, exigence, dossier.situation.prescription_verifiee or "")
    if analyses and not constats and not est_en_instance(dossier, au):
        constats.append(_dater(min(analyses, key=lambda analyse: analyse.au_plus_tot)))
    if (signification := signification_utile(dossier, au)) and est_titre(dossier, au):
        constats.append(_dater_le_titre(dossier, signification, au))
    return [*constats, *_auteurs(dossier)]


def _auteurs(dossier: Dossier) -> Iterator[Constat]:
    """La reconnaissance ou le paiement d'un autre que le débiteur n'interrompt pas."""
    for lieu, acte in situer("interruptions", dossier.interruptions):
        reponse = emane_du_debiteur(dossier, acte.auteur)
        if acte.nature in ACTES_DU_DEBITEUR and reponse is not True:
            effet = "n'est pas comptée" if reponse is False else "est comptée comme venant de lui"
            yield constater(
                "AUTEUR_A_VERIFIER",
                f"La reconnaissance ou le paiement du {date_longue(acte.date)} est attribué à « {acte.auteur} », qui "
                f"n'est pas connu comme le débiteur : l'interruption {effet}.",
                lieu=f"{lieu}.auteur",
                remede="Vérifiez que l'auteur est le débiteur, son représentant légal ou un codébiteur solidaire.",
            )


def _acquise(analyse: Prescription, *, reste: bool) -> Iterator[Constat]:
    """`reste` : une autre facture se demande encore ; celle-ci en est écartée sans fermer la voie."""
    ecartee = " : elle est laissée hors de la demande" if reste else ""
    yield constater(
        "CREANCE_PRESCRITE",
        f"{_majuscule(analyse.objet)} est prescrite depuis le {date_longue(analyse.acquise_le)} sous toute hypothèse "
        f"({_decrire(analyse)}){ecartee}.",
        lieu=analyse.lieu,
        remede=f"Ne la demandez pas telle quelle : le débiteur opposerait la prescription. {analyse.remede}",
        gravite="avertissement" if reste else "bloquant",
        fondement=analyse.fondement,
    )


def _juger(analyse: Prescription, au: date, garde: int, exigence: Gravite, verification: str) -> Iterator[Constat]:
    """`verification` : ce que l'utilisateur dit avoir vérifié, ou vide ; une prescription acquise n'en dépend pas."""
    verifie = f" Vérification indiquée : {verification.rstrip('.')}." if verification else ""
    suite = "" if verification else f"\n{_REMEDE_VERIFICATION}"
    if analyse.au_plus_tot < au:
        yield constater(
            "PRESCRIPTION_INCERTAINE",
            f"{_majuscule(analyse.objet)} est prescrite depuis le {date_longue(analyse.au_plus_tot + UN_JOUR)} ou ne "
            f"le sera que le {date_longue(analyse.au_plus_tard)}, selon l'hypothèse ({_decrire(analyse)}).{verifie}",
            lieu=analyse.lieu,
            remede="Précisez ce qui départage (agit_en_professionnel, qualite, activite, livraison). "
            f"{analyse.remede}{suite}",
            gravite=exigence,
            fondement=analyse.fondement,
        )
    elif ajouter_mois(au, garde) > analyse.au_plus_tot:
        limite = date_longue(analyse.au_plus_tot)
        yield constater(
            "PRESCRIPTION_PROCHE",
            f"{_majuscule(analyse.objet)} sera prescrite après le {limite}, dans moins de {garde} mois "
            f"({_decrire(analyse)}). Ni la requête ni la demande à l'étude n'interrompent ce délai : l'ordonnance doit "
            f"être signifiée au plus tard le {limite}.{verifie}",
            lieu=analyse.lieu,
            remede="Déposez sans attendre et faites signifier aussitôt, ou faites délivrer une assignation "
            f"(« generateur produire {CE_DOSSIER} --procedure assignation_paiement »). {analyse.remede}{suite}",
            gravite=exigence,
            fondement=analyse.fondement,
        )


def _dater_le_titre(dossier: Dossier, signification: Signification, au: date) -> Constat:
    terme = terme_d_execution(dossier, signification, dossier.debiteur, au)
    entrave = entrave_de(dossier, dossier.debiteur, au)
    return constater(
        "TITRE_DATE",
        f"L'ordonnance signifiée le {date_longue(signification.date)} peut être exécutée jusqu'au "
        f"{date_longue(terme)} ; les intérêts échus depuis se prescrivent à part.",
        lieu="suivi.signification",
        remede=entrave.remede if entrave else "Remettez le titre au commissaire de justice pour exécution.",
    )


def _dater(analyse: Prescription) -> Constat:
    return constater(
        "PRESCRIPTION_DATE",
        f"La première à se prescrire est {analyse.objet}, après le "
        f"{date_longue(analyse.au_plus_tot)} "
        f"({_decrire(analyse)}).",
        lieu=analyse.lieu,
        remede="Rien à faire ; une relance ou une mise en demeure n'interrompt pas ce délai.",
        fondement=analyse.fondement,
    )


def _majuscule(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def _decrire(analyse: Prescription) -> str:
    descriptions = [
        f"{_duree(hypothese.mois)}, {hypothese.hypothese}"
        + (f", après {enumerer(hypothese.evenements)}" if hypothese.evenements else "")
        for hypothese in analyse.hypotheses
    ]
    return " ; ".join(dict.fromkeys(descriptions))


def _duree(mois: int) -> str:
    """« 5 ans » plutôt que « 60 mois »."""
    annees, reste = divmod(mois, MOIS_PAR_AN)
    if reste or not annees:
        return f"{mois} mois"
    return "1 an" if annees == 1 else f"{annees} ans"

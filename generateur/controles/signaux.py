"""Ce qui pèse sur la décision de poursuivre, devant ce que la demande coûte : pour la fiche interne seule."""

from collections.abc import Iterator, Mapping

from generateur.controles.ecarts_annuaire import dire_cessation, est_recente
from generateur.domaine.dossier import Dossier
from generateur.domaine.fiche_annuaire import FicheAnnuaire
from generateur.domaine.historique import HistoriquePaiement
from generateur.domaine.langue import date_longue
from generateur.domaine.signal_de_poursuite import Signal

_CESSEE = "C"


def relever_signaux(
    dossier: Dossier, fiches: Mapping[str, FicheAnnuaire], historique: HistoriquePaiement | None
) -> tuple[Signal, ...]:
    """Les signaux de chaque débiteur consulté, puis ce qu'il a payé jusqu'ici ; rien s'il n'y a rien à en dire."""
    signaux = [
        signal
        for debiteur in dossier.debiteurs
        if (fiche := fiches.get(debiteur.siren_deduit or "")) is not None
        for signal in _lire_fiche(debiteur.nom_complet, fiche)
    ]
    if historique is not None:
        signaux.append(_dire_historique(historique))
    return tuple(signaux)


def _lire_fiche(nom: str, fiche: FicheAnnuaire) -> Iterator[Signal]:
    source = f"Registres publics lus le {date_longue(fiche.lu_le)}."
    if fiche.derniere_procedure is not None:
        publiee = fiche.derniere_procedure
        yield Signal(f"{nom} : BODACC", publiee.nature, f"Annonce {publiee.annonce}. {source}")
    if fiche.etat == _CESSEE:
        yield Signal(f"{nom} : activité", dire_cessation(fiche), source)
    elif fiche.creee_le is not None:
        jeune = " Une entreprise jeune a souvent peu d'actif." if est_recente(fiche) else ""
        yield Signal(f"{nom} : ancienneté", f"créée le {date_longue(fiche.creee_le)}", f"{source}{jeune}")


def _dire_historique(historique: HistoriquePaiement) -> Signal:
    payees = f"{historique.payees} sur {historique.factures}"
    retard = ""
    if historique.retard_moyen is not None:
        jours = abs(historique.retard_moyen)
        sens = "de retard" if historique.retard_moyen > 0 else "d'avance"
        retard = f", avec {jours} jours {sens} en moyenne" if jours else ", à l'échéance en moyenne"
    return Signal(
        "Factures qu'il vous a payées", f"{payees}{retard}", f"Export importé le {date_longue(historique.lu_le)}."
    )

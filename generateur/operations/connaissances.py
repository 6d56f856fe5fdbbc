"""Ce que le programme sait déjà d'un débiteur, sans réseau : la réponse gardée des registres, l'historique importé."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from generateur.annuaire.retenue import lire_retenues
from generateur.controles.catalogue import adoucir
from generateur.controles.ecarts_annuaire import constater_annuaire, relever_ecarts
from generateur.controles.lieux import situer
from generateur.controles.signaux import relever_signaux
from generateur.domaine.constat import Constat
from generateur.domaine.fiche_annuaire import FicheAnnuaire
from generateur.domaine.signal_de_poursuite import Signal
from generateur.erreurs import ErreurLecture
from generateur.importation.origine import lire_origine
from generateur.lecture.socle import DossierLu

_A_VERIFIER = frozenset({"ENTREPRISE_CESSEE"})  # cessée n'est pas radiée : à vérifier, sans arrêter le dossier


@dataclass(frozen=True)
class Connaissances:
    """Les constats que la réponse gardée appelle, et les signaux qui pèsent sur la décision."""

    constats: tuple[Constat, ...]
    signaux: tuple[Signal, ...]


def rassembler_connaissances(lu: DossierLu, jour: dt.date) -> Connaissances:
    """D'après annuaire.json et origine.json, s'ils sont là ; un fichier abîmé n'apprend rien."""
    fiches = lire_retenues(lu.racine)
    try:
        origine = lire_origine(lu.racine)
    except ErreurLecture:
        origine = None
    return Connaissances(
        tuple(_constater(lu, fiches, jour)) if fiches else (),
        relever_signaux(lu.dossier, fiches, origine.historique if origine else None),
    )


def _constater(lu: DossierLu, fiches: dict[str, FicheAnnuaire], jour: dt.date) -> Iterator[Constat]:
    for lieu, debiteur in situer("debiteurs", lu.dossier.debiteurs):
        fiche = fiches.get(debiteur.siren_deduit or "")
        if fiche is not None:
            for constat in constater_annuaire(lieu, debiteur, fiche, relever_ecarts(lieu, debiteur, fiche), jour=jour):
                yield adoucir(constat) if constat.code in _A_VERIFIER else constat

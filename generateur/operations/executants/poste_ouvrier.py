"""Un poste : un ouvrier à part, et sa relève. C'est le même sur cette machine et dans une grappe.

Le poste sait le dossier en main : un ouvrier qui tombe est remplacé et son dossier repris une fois ; s'il en fait
tomber un second, ce dossier seul est en échec.
"""

import datetime as dt
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from generateur.erreurs import CodeSortie, ErreurGenerateur
from generateur.operations.executants.ouvrier import VARIABLE_MOT_DE_PASSE
from generateur.operations.outillage import munir_de_sceau, ouvrir_moteurs
from generateur.operations.travail import echouer
from generateur.reglages import Reglages, Resultat, Travail
from generateur.surveillance.enfant import Enfant, ErreurEnfant

_RACINE = Path(__file__).resolve().parents[3]
DELAI_DOSSIER_S = 1800.0
_DELAI_DE_DEPART_S = 5
_ESSAIS = 2
_MINUTE_S = 60


class Poste:
    """Un travail à la fois ; `arreter` peut venir d'un autre fil, même pendant un travail."""

    def __init__(self, embaucher: Callable[[], Enfant], delai_s: float = DELAI_DOSSIER_S) -> None:
        """`delai_s` : au-delà, l'ouvrier est tué avec ses moteurs, et le dossier en échec."""
        self._embaucher = embaucher
        self._delai_s = delai_s
        self._ouvrier: Enfant | None = None
        self._verrou = threading.Lock()
        self._arrete = False

    def accomplir(self, travail: Travail) -> Resultat:
        """Le résultat, quoi qu'il arrive à l'ouvrier. Lève OSError si aucun ne peut être embauché."""
        perte = ErreurEnfant(trop_long=False)
        for _ in range(_ESSAIS):
            ouvrier = self._tenir_un_ouvrier()
            if ouvrier is None:
                break
            try:
                reponse = ouvrier.demander(travail.model_dump_json().encode(), self._delai_s)
            except ErreurEnfant as panne:
                self._congedier()
                perte = panne
                if panne.trop_long:
                    break
            else:
                return Resultat.model_validate_json(reponse)
        return echouer(travail.source, _dire_la_perte(perte, self._delai_s))

    def _tenir_un_ouvrier(self) -> Enfant | None:
        """L'ouvrier du poste, remplacé s'il est mort ; None si le poste est arrêté."""
        if self._ouvrier is not None and not self._ouvrier.est_vivant:
            self._congedier()
        with self._verrou:
            if self._arrete:
                return None
            if self._ouvrier is None:
                self._ouvrier = self._embaucher()
            return self._ouvrier

    def _congedier(self) -> None:
        """Au retour, l'ouvrier est mort, même si c'est un autre fil qui l'a congédié : ce qu'il laisse se balaie."""
        with self._verrou:
            ouvrier, self._ouvrier = self._ouvrier, None
            if ouvrier is not None:
                ouvrier.arreter()

    def laisser_finir(self) -> None:
        """Plus de travail : l'ouvrier, inoccupé, range ses moteurs et ses répertoires, et s'en va de lui-même."""
        self._arrete = True
        if self._ouvrier is not None:
            self._ouvrier.laisser_finir(_DELAI_DE_DEPART_S)

    def arreter(self) -> None:
        """Arrête l'ouvrier, même au travail : le dossier en main n'est pas publié."""
        self._arrete = True
        self._congedier()


def preparer_environnement(
    reglages: Reglages, jour: dt.date, demander_mot_de_passe: Callable[[], str]
) -> dict[str, str]:
    """Sonde une fois, ici, ce qui empêcherait tous les dossiers, et demande une fois le mot de passe du certificat.

    Lève ErreurUsage, ErreurLecture ou ErreurOutilAbsent.
    """
    with ouvrir_moteurs(reglages.rendu, ocr=reglages.ocr, coeurs=0) as moteurs:
        environnement = os.environ | situer_programme()
        if reglages.sceau is not None:
            mot_de_passe = demander_mot_de_passe()
            munir_de_sceau(moteurs, reglages, jour=jour, demander_mot_de_passe=lambda: mot_de_passe)
            environnement[VARIABLE_MOT_DE_PASSE] = mot_de_passe
    return environnement


def situer_programme() -> dict[str, str]:
    """Ce qui, dans l'environnement d'un autre processus, lui fait trouver ce programme."""
    chemins = [str(_RACINE), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, chemins)), "PYTHONUTF8": "1"}


def embaucher(reglages: Reglages, jour: dt.date, environnement: Mapping[str, str]) -> Enfant:
    """Un ouvrier de ces réglages, dans sa propre session."""
    arguments = json.dumps([reglages.model_dump_json(), jour.isoformat()])
    commande = [sys.executable, "-P", "-m", "generateur.operations.executants.ouvrier", arguments]
    return Enfant(commande, environnement)


class _ErreurOuvrier(ErreurGenerateur):
    """Un dossier a fait tomber deux fois le processus qui le produisait, ou l'a occupé trop longtemps."""

    code = CodeSortie.ERREUR_INTERNE


def _dire_la_perte(perte: ErreurEnfant, delai_s: float) -> ErreurGenerateur:
    remede = "Le produire seul (« generateur produire ») pour voir où il s'arrête"
    if perte.trop_long:
        raison = f"ce dossier demande plus de {_dire_delai(delai_s)}"
        remede += " ; s'il est seulement très lourd, relancer le lot avec un plus grand --delai-dossier"
    elif perte.est_tue:
        raison = (
            "ce dossier a fait tomber deux fois le processus qui le produisait, tué du dehors : peut-être la mémoire"
        )
        remede += ", ou relancer le lot avec un plus petit --processus"
    else:
        raison = "ce dossier a fait tomber deux fois le processus qui le produisait : il est mis à part"
    return _ErreurOuvrier(raison, remede=f"{remede}.")


def _dire_delai(secondes: float) -> str:
    if secondes < 2 * _MINUTE_S:
        return f"{secondes:.0f} secondes"
    return f"{secondes / _MINUTE_S:.0f} minutes"

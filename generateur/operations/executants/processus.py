"""Plusieurs processus, un tube chacun, sous notre surveillance.

Le surveillant sait le dossier en main : un ouvrier qui tombe est remplacé et son dossier repris une fois ; s'il en
fait tomber un second, ce dossier seul est en échec. Les résultats sortent dans l'ordre des travaux, quel que soit
celui où ils finissent. Rien d'autre que le parent n'écrit hors des dossiers.
"""

import datetime as dt
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from generateur.erreurs import CodeSortie, ErreurGenerateur
from generateur.operations.executants.ouvrier import VARIABLE_MOT_DE_PASSE
from generateur.operations.outillage import munir_de_sceau, ouvrir_moteurs
from generateur.operations.travail import echouer
from generateur.reglages import Reglages, Resultat, Travail
from generateur.surveillance.enfant import Enfant, ErreurEnfant

_RACINE = Path(__file__).resolve().parents[3]
_DELAI_DOSSIER_S = 1800
_AVANCE = 4  # travaux en main ou en attente, par ouvrier : assez pour ne jamais attendre, jamais toute la liste
_ESSAIS = 2


class ExecutantProcessus:
    """Autant d'ouvriers que de cœurs, ou que demandé ; jamais plus que de travaux."""

    nom = "processus"

    def __init__(
        self, reglages: Reglages, *, jour: dt.date, demander_mot_de_passe: Callable[[], str], nombre: int = 1
    ) -> None:
        self._reglages = reglages
        self._jour = jour
        self._demander = demander_mot_de_passe
        self._nombre = max(1, nombre)

    def executer(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Un résultat par travail, dans leur ordre. Lève ErreurUsage ou ErreurOutilAbsent si rien ne peut commencer."""
        environnement = self._preparer()
        equipe = _Equipe(self._nombre, lambda: self._embaucher(environnement))
        try:
            yield from equipe.accomplir(travaux)
        finally:
            equipe.arreter()

    def _preparer(self) -> dict[str, str]:
        """Sonde une fois, ici, ce qui empêcherait tous les dossiers, et demande une fois le mot de passe."""
        with ouvrir_moteurs(self._reglages.rendu, ocr=self._reglages.ocr, coeurs=0) as moteurs:
            chemins = [str(_RACINE), os.environ.get("PYTHONPATH", "")]
            environnement = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, chemins)), "PYTHONUTF8": "1"}
            if self._reglages.sceau is not None:
                mot_de_passe = self._demander()
                munir_de_sceau(moteurs, self._reglages, jour=self._jour, demander_mot_de_passe=lambda: mot_de_passe)
                environnement[VARIABLE_MOT_DE_PASSE] = mot_de_passe
        return environnement

    def _embaucher(self, environnement: dict[str, str]) -> Enfant:
        reglages = json.dumps([self._reglages.model_dump_json(), self._jour.isoformat()])
        commande = [sys.executable, "-P", "-m", "generateur.operations.executants.ouvrier", reglages]
        return Enfant(commande, environnement, est_a_part=True)


class _Equipe:
    """Des fils, un ouvrier chacun, qui prennent les travaux d'une file courte et rangent les résultats par rang."""

    def __init__(self, nombre: int, embaucher: Callable[[], Enfant]) -> None:
        self._embaucher = embaucher
        self._a_faire: queue.Queue[tuple[int, Travail] | None] = queue.Queue()
        self._faits: queue.Queue[tuple[int, Resultat] | BaseException] = queue.Queue()
        self._ouvriers: set[Enfant] = set()
        self._verrou = threading.Lock()
        self._arrete = False
        self._nombre = nombre
        self._fils: list[threading.Thread] = []

    def accomplir(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Les résultats dans l'ordre ; la file n'est nourrie qu'à mesure, la mémoire ne suit pas la longueur du lot."""
        suite = enumerate(travaux)
        en_attente: dict[int, Resultat] = {}
        donnes = rendus = 0
        fini = False
        while True:
            while not fini and donnes - rendus < self._nombre * _AVANCE:
                suivant = next(suite, None)
                if suivant is None:
                    fini = True
                    break
                self._a_faire.put(suivant)
                donnes += 1
                self._renforcer(donnes)
            if rendus == donnes and fini:
                return
            while rendus not in en_attente:
                arrive = self._faits.get()
                if isinstance(arrive, BaseException):
                    raise arrive
                en_attente[arrive[0]] = arrive[1]
            yield en_attente.pop(rendus)
            rendus += 1

    def _renforcer(self, demandes: int) -> None:
        if len(self._fils) < min(self._nombre, demandes):
            fil = threading.Thread(target=self._travailler, name=f"ouvrier-{len(self._fils) + 1}", daemon=True)
            self._fils.append(fil)
            fil.start()

    def _travailler(self) -> None:
        ouvrier: Enfant | None = None
        try:
            while (suivant := self._a_faire.get()) is not None and not self._arrete:
                rang, travail = suivant
                ouvrier, resultat = self._accomplir(ouvrier, travail)
                self._faits.put((rang, resultat))
        except BaseException as erreur:  # noqa: BLE001 (une panne du surveillant se dit au parent, qui l'attend)
            self._faits.put(erreur)
        finally:
            self._congedier(ouvrier)

    def _accomplir(self, ouvrier: Enfant | None, travail: Travail) -> tuple[Enfant | None, Resultat]:
        """Le résultat, et l'ouvrier qui reste ; celui qui tombe est remplacé, le dossier repris une fois."""
        perte = ErreurEnfant(trop_long=False)
        for _ in range(_ESSAIS):
            if ouvrier is None or not ouvrier.est_vivant:
                self._congedier(ouvrier)
                ouvrier = self._prendre()
            try:
                reponse = ouvrier.demander(travail.model_dump_json().encode(), _DELAI_DOSSIER_S)
            except ErreurEnfant as panne:
                self._congedier(ouvrier)
                ouvrier, perte = None, panne
                if panne.trop_long or self._arrete:
                    break
            else:
                return ouvrier, Resultat.model_validate_json(reponse)
        return None, echouer(travail.source, _dire_la_perte(perte))

    def _prendre(self) -> Enfant:
        ouvrier = self._embaucher()
        with self._verrou:
            self._ouvriers.add(ouvrier)
        return ouvrier

    def _congedier(self, ouvrier: Enfant | None) -> None:
        if ouvrier is not None:
            with self._verrou:
                self._ouvriers.discard(ouvrier)
            ouvrier.arreter()

    def arreter(self) -> None:
        """Arrête les ouvriers, même au travail : le dossier en main n'est pas publié, ce qui l'était est intact."""
        self._arrete = True
        for _ in self._fils:
            self._a_faire.put(None)
        with self._verrou:
            ouvriers = [*self._ouvriers]
        for ouvrier in ouvriers:
            ouvrier.arreter()


class _ErreurOuvrier(ErreurGenerateur):
    """Un dossier a fait tomber deux fois le processus qui le produisait, ou l'a occupé trop longtemps."""

    code = CodeSortie.ERREUR_INTERNE


def _dire_la_perte(perte: ErreurEnfant) -> ErreurGenerateur:
    if perte.trop_long:
        raison = f"ce dossier demande plus de {_DELAI_DOSSIER_S // 60} minutes"
    else:
        raison = "ce dossier a fait tomber deux fois le processus qui le produisait : il est mis à part"
    return _ErreurOuvrier(raison, remede="Le produire seul (« generateur produire ») pour voir où il s'arrête.")

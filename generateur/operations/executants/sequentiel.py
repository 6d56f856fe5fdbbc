"""Un dossier après l'autre, dans ce processus, par la fonction même qui sert dans les autres."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from generateur.operations.outillage import munir_de_sceau, ouvrir_moteurs
from generateur.operations.travail_distant import enchainer
from generateur.reglages import Reglages, Resultat, Travail


class ExecutantSequentiel:
    """Ouvre ses moteurs au premier travail et les ferme après le dernier."""

    nom = "sequentiel"

    def __init__(
        self,
        reglages: Reglages,
        *,
        jour: dt.date,
        demander_mot_de_passe: Callable[[], str],
        nombre: int = 1,  # noqa: ARG002 (contrat commun : il n'y a qu'un processus)
    ) -> None:
        self._reglages = reglages
        self._jour = jour
        self._demander = demander_mot_de_passe

    def executer(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Un résultat par travail, au fil de l'eau."""
        with ouvrir_moteurs(self._reglages.rendu, ocr=self._reglages.ocr) as moteurs:
            munis = munir_de_sceau(moteurs, self._reglages, jour=self._jour, demander_mot_de_passe=self._demander)
            yield from enchainer(travaux, munis)

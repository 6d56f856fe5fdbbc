"""Les actes au format d'archivage : déclarés, puis jugés dans l'enfant des pièces pendant que la liasse s'assemble."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from generateur.erreurs import ErreurPiece
from generateur.liasse.approbations import Approbations
from generateur.liasse.archivage import NIVEAU, ecrire_pdfa, juger_pdfa
from generateur.operations.outillage import JUGER_PDFA
from generateur.pieces.atelier import Atelier, executer_borne
from generateur.redaction.actes import ActeEcrit


class Archivage:
    """Les actes d'une liasse et leurs jugements en cours ; s'ouvre par `archiver_a_cote`."""

    def __init__(self, atelier: Atelier, fil: ThreadPoolExecutor, jour: dt.date) -> None:
        self._atelier = atelier
        self._fil = fil
        self._jour = jour
        self._approbations = Approbations(NIVEAU)
        self._jugements: list[tuple[Path, Path, Future[list[str]]]] = []

    def confier(self, ecrit: ActeEcrit) -> None:
        """Met le PDF de l'acte au format d'archivage et le donne à juger ; l'original attend le jugement."""
        pdf, original = ecrit.pdf, ecrit.pdf.with_suffix(".original")
        pdf.replace(original)
        ecrire_pdfa(original, pdf, ecrit.acte.titre, self._jour)
        self._jugements.append((pdf, original, self._fil.submit(self._juger, pdf)))

    def rendre_les_refuses(self) -> bool:
        """Attend les jugements ; l'acte que le validateur n'approuve pas redevient l'original. Vrai s'il y en a un."""
        refuses = 0
        for pdf, original, jugement in self._jugements:
            if jugement.result():
                original.replace(pdf)
                refuses += 1
            original.unlink(missing_ok=True)
        return refuses > 0

    def _juger(self, pdf: Path) -> list[str]:
        cle = self._approbations.cle(pdf)
        if self._approbations.a_approuve(cle):
            return []
        try:
            raisons: list[str] = executer_borne(self._atelier, JUGER_PDFA, pdf)["raisons"]
        except ErreurPiece:  # l'enfant est tombé : le jugement ne dépend pas de lui
            raisons = juger_pdfa(pdf)
        if not raisons:
            self._approbations.retenir(cle)
        return raisons


@contextlib.contextmanager
def archiver_a_cote(atelier: Atelier, jour: dt.date) -> Iterator[Archivage]:
    """De quoi archiver les actes d'une liasse ; ce qui n'est pas encore jugé à la sortie ne le sera pas."""
    fil = ThreadPoolExecutor(atelier.places, thread_name_prefix="juge")
    try:
        yield Archivage(atelier, fil, jour)
    finally:
        fil.shutdown(wait=False, cancel_futures=True)

"""Les moteurs d'un processus : ouverts quand il en a besoin, fermés quand il a fini ; jamais dans les réglages.

Rien de lourd n'est chargé avant que les enfants ne démarrent : ils se préparent pendant que le programme se charge.
"""

import contextlib
import datetime as dt
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generateur.contrats import MoteurRendu
from generateur.pieces.atelier import Atelier
from generateur.pieces.fonds import Fonds, ouvrir_fonds

if TYPE_CHECKING:  # pydantic et le sceau ne se chargent que si l'on s'en sert
    from generateur.domaine.fichiers import Inspection
    from generateur.liasse.sceau import Scelleur
    from generateur.reglages import Reglages

JUGER_PDFA = "juger_pdfa"
_PLACES = 2  # soixante mégaoctets chacune ; au-delà, le programme lui-même est ce qu'on attend
_OBJETS_AVANT_BALAYAGE = 20_000  # 700 par défaut : charger le programme balaierait la mémoire cent fois pour rien


@dataclass(frozen=True)
class OutilsPieces:
    """De quoi lire les pièces : l'atelier où elles se décodent, le moteur des documents bureautiques.

    `reconnaissance` ajoute le texte aux scans ; None sans --ocr.
    """

    atelier: Atelier
    bureautique: MoteurRendu
    reconnaissance: MoteurRendu | None = None
    fonds: Fonds = field(default_factory=Fonds)

    def regarder(self, fichier: Path, mot_de_passe: str | None = None) -> "Inspection":
        """L'état de ce seul fichier, où qu'il soit (voir pieces/inspection.py)."""
        from generateur.pieces.inspection import inspecter  # noqa: PLC0415 (rien de lourd avant que l'enfant démarre)

        vus = inspecter(
            fichier.parent,
            [(fichier.name, mot_de_passe)],
            moteur_bureautique=self.bureautique,
            atelier=self.atelier,
            fonds=self.fonds,
        )
        return vus[fichier.name]


@dataclass(frozen=True)
class Moteurs:
    """Ce qui convertit et scelle : actes Word en PDF, pièces bureautiques s'il y a de quoi, certificat ouvert."""

    rendu: MoteurRendu
    pieces: OutilsPieces
    scelleur: "Scelleur | None" = None

    def empreintes(self) -> tuple[str, ...]:
        """Ce qui, dans les moteurs, détermine les octets produits."""
        reconnaissance, scelleur = self.pieces.reconnaissance, self.scelleur
        return (
            self.rendu.empreinte(),
            reconnaissance.empreinte() if reconnaissance else "",
            repr(scelleur.sceau) if scelleur else "",
        )


@contextlib.contextmanager
def ouvrir_atelier(places: int = 1) -> Iterator[Atelier]:
    """Où se décodent les pièces et se jugent les actes ; chaque enfant démarre à sa première tâche."""
    with Atelier({JUGER_PDFA: "generateur.liasse.archivage:juger_en_tache"}, places) as atelier:
        yield atelier


@contextlib.contextmanager
def ouvrir_outils(*, ocr: bool = False, coeurs: int | None = None) -> Iterator[OutilsPieces]:
    """De quoi lire les pièces, démarré d'abord, arrêté à la sortie.

    `ocr` : avec de quoi ajouter leur texte aux scans ; lève ErreurOutilAbsent s'il manque. `coeurs` : voir
    `ouvrir_moteurs`.
    """
    gc.set_threshold(_OBJETS_AVANT_BALAYAGE)
    with ouvrir_atelier(max(1, min(_PLACES, (os.cpu_count() or 1) if coeurs is None else coeurs))) as atelier:
        if coeurs != 0:
            atelier.prechauffer()
        from generateur.moteurs import choisir_bureautique, choisir_reconnaissance  # noqa: PLC0415 (l'enfant d'abord)

        bureautique = choisir_bureautique()
        try:
            fonds = ouvrir_fonds()
            yield OutilsPieces(atelier, bureautique, choisir_reconnaissance() if ocr else None, fonds)
            fonds.borner()
        finally:
            bureautique.fermer()


@contextlib.contextmanager
def ouvrir_moteurs(rendu: str | None, *, ocr: bool = False, coeurs: int | None = None) -> Iterator[Moteurs]:
    """Le moteur de rendu choisi et les outils des pièces, démarrés d'abord, arrêtés à la sortie.

    `coeurs` : processus de rendu et de lecture au plus, autant que la machine sinon ; 0 : rien n'est démarré d'avance.

    Lève ErreurUsage si le moteur est inconnu, ErreurOutilAbsent s'il ne peut pas servir ici.
    """
    from generateur.moteurs import choisir_rendu  # noqa: PLC0415 (rien de lourd avant que les enfants démarrent)

    moteur = choisir_rendu(rendu, coeurs=coeurs or None)
    try:
        moteur.prechauffer((os.cpu_count() or 1) if coeurs is None else coeurs)
        with ouvrir_outils(ocr=ocr, coeurs=coeurs) as outils:
            yield Moteurs(moteur, outils)
    finally:
        moteur.fermer()


def munir_de_sceau(
    moteurs: Moteurs, reglages: "Reglages", *, jour: dt.date, demander_mot_de_passe: Callable[[], str]
) -> Moteurs:
    """Les mêmes moteurs, avec le certificat ouvert si les réglages en demandent un.

    Lève ErreurOutilAbsent sans pyHanko ; ErreurLecture ou ErreurUsage si ce certificat ne peut pas sceller ce jour-là.
    """
    if reglages.sceau is None:
        return moteurs
    from generateur.liasse.sceau_facultatif import ouvrir_scelleur  # noqa: PLC0415 (facultatif)

    sceau = reglages.sceau
    scelleur = ouvrir_scelleur(sceau.certificat, demander_mot_de_passe, jour=jour, horodatage=sceau.horodatage)
    return replace(moteurs, scelleur=scelleur)

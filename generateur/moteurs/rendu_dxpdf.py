"""Le moteur embarqué : dxpdf dans des processus exécutants, avec nos polices et une limite de temps.

Jamais dans le processus principal : un document piégé peut faire tomber le moteur, pas le programme. Les
exécutants restent ouverts d'une conversion à l'autre et s'arrêtent avec le programme, sur Ctrl-C aussi.
"""

import importlib.util
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pikepdf

from generateur.contrats import Conversion, Disponibilite
from generateur.erreurs import ErreurOutilAbsent, ErreurRendu
from generateur.moteurs.dossier_prive import DossierPrive
from generateur.moteurs.equipe import Equipe
from generateur.moteurs.lignes_solidaires import copier_avec_entetes_lies
from generateur.moteurs.polices import (
    demande_les_polices_du_systeme,
    empreinte_polices,
    environnement_des_polices,
    polices_maitrisees,
)
from generateur.moteurs.sortie_pdf import defaut_du_pdf, publier_fichier
from generateur.moteurs.textes_perdus import perd_du_texte
from generateur.surveillance.bibliotheques import version_installee
from generateur.surveillance.enfant import Enfant
from generateur.surveillance.place import refus_du_disque

_DELAI_SECONDES = 60
_SCRIPT = Path(__file__).with_name("executant_dxpdf.py")
_FINITION = f"{Path(__file__).with_name('lignes_de_texte.py')}:remettre_en_lignes"


class RenduDxpdf:
    """Le moteur par défaut ; n'a besoin de rien d'autre que ce que le programme installe."""

    nom = "dxpdf"

    def __init__(self, executants: int | None = None, delai: float = _DELAI_SECONDES, script: Path = _SCRIPT) -> None:
        self._nombre = executants or _coeurs()
        self._delai = delai
        self._script = script
        self._dossier = DossierPrive()
        self._createur = os.getpid()
        self._ouvrir_equipes()

    def _ouvrir_equipes(self) -> None:
        """Une équipe pour nos actes, une autre, rarement ouverte, qui voit aussi les polices du système."""
        self._equipes = {
            avec_systeme: Equipe(partial(self._embaucher, avec_systeme), self._nombre, self._delai)
            for avec_systeme in (False, True)
        }

    def disponibilite(self) -> Disponibilite:
        """Présent si la bibliothèque et ses polices sont installées."""
        if importlib.util.find_spec("dxpdf") is None:
            return Disponibilite(
                presente=False,
                raison="la bibliothèque dxpdf n'est pas installée sur cette machine",
                remede="Réinstaller le programme, ou installer LibreOffice (--rendu libreoffice).",
            )
        return Disponibilite(presente=True, version=version_installee("dxpdf"))

    @property
    def rend_tout(self) -> bool:
        """Les constructions rares de Word lui échappent (redaction/controle_modeles)."""
        return False

    @property
    def polices_maitrisees(self) -> bool:
        """Faux hors de Linux, où les pages peuvent varier avec les polices du système."""
        return polices_maitrisees()

    def empreinte(self) -> str:
        """Ce qui décide du PDF en dehors du document : moteur, version, polices."""
        return (
            f"dxpdf {version_installee('dxpdf')} pikepdf {pikepdf.__version__} polices {empreinte_polices()} "
            "en-têtes liés, longs textes coupés, texte en lignes"
        )

    def prechauffer(self, nombre: int) -> None:
        """Lance les exécutants à l'avance, pendant que le programme rédige."""
        self._equipes[False].prechauffer(nombre)

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        """Écrit chaque PDF ; au premier échec, lève ErreurRendu en nommant le document."""
        if not conversions:
            return
        if os.getpid() != self._createur:
            self._createur, self._dossier = os.getpid(), DossierPrive()
            self._ouvrir_equipes()
        if len(conversions) == 1 or self._nombre == 1:
            for conversion in conversions:
                self._convertir_un(conversion)
            return
        with ThreadPoolExecutor(min(self._nombre, len(conversions))) as fils:
            try:
                for _ in fils.map(self._convertir_un, conversions):
                    pass
            except BaseException:
                fils.shutdown(wait=False, cancel_futures=True)
                self.fermer()  # les fils en attente d'une réponse se terminent aussitôt
                raise

    def fermer(self) -> None:
        """Arrête les exécutants ; le moteur peut resservir ensuite."""
        for equipe in self._equipes.values():
            equipe.fermer()
        self._dossier.fermer()

    def _convertir_un(self, conversion: Conversion) -> None:
        source, cible = conversion.source, conversion.cible
        equipe = self._equipes[polices_maitrisees() and demande_les_polices_du_systeme(source)]
        provisoire = cible.with_name(f".{cible.name}.{os.getpid()}.partiel")
        copie = provisoire.with_suffix(".docx")
        try:
            liee = copier_avec_entetes_lies(source, copie)
            raison = equipe.convertir(liee, provisoire) or defaut_du_pdf(provisoire)
            if raison:
                raise _echec(source, raison)
            if perd_du_texte(source, provisoire):
                raise _refus_de_couper(source)
            publier_fichier(provisoire.read_bytes(), cible)
        except OSError as erreur:
            raise refus_du_disque(erreur.errno or 0, cible.parent) from erreur
        finally:
            provisoire.unlink(missing_ok=True)
            copie.unlink(missing_ok=True)

    def _embaucher(self, avec_systeme: bool) -> Enfant:  # noqa: FBT001 - lié par partial, jamais appelé à la main
        trouve = importlib.util.find_spec("dxpdf")
        if trouve is None or trouve.origin is None:
            etat = self.disponibilite()
            raise ErreurOutilAbsent(f"Le moteur embarqué ne peut pas servir : {etat.raison}.", remede=etat.remede)
        polices = environnement_des_polices(self._dossier.chemin, avec_systeme=avec_systeme)
        racines = os.pathsep.join(dict.fromkeys(str(Path(o).parent.parent) for o in (trouve.origin, pikepdf.__file__)))
        commande = [sys.executable, "-I", "-S", str(self._script), racines, str(int(self._delai) + 5), _FINITION]
        return Enfant(commande, {**os.environ, **polices})


def _coeurs() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _refus_de_couper(source: Path) -> ErreurRendu:
    return ErreurRendu(
        f"« {source.name} » : un texte du dossier est trop long pour une ligne de tableau, sa fin ne s'imprimerait pas",
        lieu=str(source),
        remede="Abréger ce texte (objet d'une facture, réponse à une relance…), ou relancer avec --rendu libreoffice.",
    )


def _echec(source: Path, raison: str) -> ErreurRendu:
    return ErreurRendu(
        f"« {source.name} » n'a pas pu être converti en PDF : {raison}.",
        lieu=str(source),
        remede="Relancer avec --rendu libreoffice, ou contrôler le modèle (« generateur modeles verifier »).",
    )

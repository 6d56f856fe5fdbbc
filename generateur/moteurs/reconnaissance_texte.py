"""La reconnaissance de texte : OCRmyPDF et Tesseract ajoutent à un scan une couche de texte français, invisible.

Ce moteur reçoit un PDF et en rend un autre : les images ne sont pas touchées (« --optimize 0 »), le texte visible
non plus (« --redo-ocr » : une ligne de télécopieur n'empêche pas de lire le scan). Le sens de la page est cherché avant
de la lire quand Tesseract a son module « osd ».
"""

import os
import re
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from generateur.contrats import Conversion, Disponibilite
from generateur.erreurs import ErreurOutilAbsent, ErreurRendu
from generateur.moteurs.sortie_pdf import defaut_du_pdf, publier_fichier
from generateur.surveillance.place import disque_plein
from generateur.surveillance.programme import Programme, est_interruption, interroger
from generateur.surveillance.provisoires import repertoire_provisoire

_LANGUE = "fra"
_ORIENTATION = "osd"
_MEGAPIXELS = "150"
_SECONDES_PAR_PAGE = "120"  # au-delà, Tesseract laisse la page sans texte
_DELAI_DEPART_S = 120
_OCTETS_PAR_SECONDE = 2_000  # une page numérisée en pèse au moins dix mille, et demande quelques secondes
_DELAI_SONDE_S = 60
_REMEDE = (
    "Installer OCRmyPDF et le français de Tesseract (sous Debian : apt install ocrmypdf tesseract-ocr-fra), "
    "ou relancer sans --ocr."
)


class ReconnaissanceTexte:
    """Tient le contrat MoteurRendu : chaque « conversion » va d'un PDF au même PDF, texte ajouté."""

    nom = "ocr"
    rend_tout = True
    polices_maitrisees = True

    def __init__(self, delai: float | None = None) -> None:
        self._delai = delai

    def disponibilite(self) -> Disponibilite:
        """Cherche OCRmyPDF, Tesseract et son dictionnaire français."""
        ocrmypdf, tesseract = shutil.which("ocrmypdf"), shutil.which("tesseract")
        if not ocrmypdf or not tesseract:
            absent = "Tesseract" if ocrmypdf else "OCRmyPDF"
            return Disponibilite(
                presente=False, raison=f"{absent} n'est pas installé sur cette machine", remede=_REMEDE
            )
        versions = [_numero(_interroger(programme, "--version")) for programme in (ocrmypdf, tesseract)]
        if not all(versions):
            return Disponibilite(presente=False, raison="OCRmyPDF ou Tesseract ne répond pas", remede=_REMEDE)
        if _LANGUE not in _interroger(tesseract, "--list-langs").split():
            return Disponibilite(presente=False, raison="Tesseract n'a pas le français", remede=_REMEDE)
        sans_sens = "" if _orienter() else " sans son module « osd » (le sens d'une page se cherche en la lisant)"
        return Disponibilite(presente=True, version=f"OCRmyPDF {versions[0]}, Tesseract {versions[1]}{sans_sens}")

    def empreinte(self) -> str:
        """Ce qui décide du texte reconnu : programmes, versions, langue."""
        return " ".join((self.disponibilite().version, _LANGUE, *_orienter()))

    def prechauffer(self, nombre: int) -> None:
        """Rien à préparer."""

    def fermer(self) -> None:
        """Rien ne reste ouvert."""

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        """Ajoute le texte à chaque PDF ; lève ErreurRendu en nommant celui qui ne s'y prête pas."""
        for conversion in conversions:
            self._convertir(conversion)

    def _convertir(self, conversion: Conversion) -> None:
        programme = shutil.which("ocrmypdf")
        if programme is None:
            raise ErreurOutilAbsent("OCRmyPDF n'est pas installé sur cette machine.", remede=_REMEDE)
        with repertoire_provisoire() as prive:
            entree, produit = prive / "entree.pdf", prive / "sortie.pdf"
            shutil.copyfile(conversion.source, entree)
            code = self._lancer(programme, entree, produit, prive)
            if code is not None and est_interruption(code):  # tué du dehors : une seconde chance
                code = self._lancer(programme, entree, produit, prive)
            if code != 0 or defaut_du_pdf(produit):
                if (plein := disque_plein(prive)) is not None:
                    raise plein
                raise ErreurRendu(
                    f"Le texte de « {conversion.source.name} » n'a pas pu être reconnu.",
                    lieu=str(conversion.source),
                    remede="Relancer sans --ocr, ou remplacer ce document par un PDF qui porte déjà son texte.",
                )
            publier_fichier(produit.read_bytes(), conversion.cible)

    def _lancer(self, programme: str, entree: Path, produit: Path, prive: Path) -> int | None:
        commande = [
            programme, "--language", _LANGUE, "--redo-ocr", *_orienter(), "--output-type", "pdf", "--optimize", "0",
            "--jobs", str(os.cpu_count() or 1), "--max-image-mpixels", _MEGAPIXELS,
            "--tesseract-timeout", _SECONDES_PAR_PAGE, "--quiet", str(entree), str(produit),
        ]  # fmt: skip
        # une page par cœur : Tesseract est plus lent à se partager lui-même
        environnement = {**os.environ, "TMPDIR": str(prive), "OMP_THREAD_LIMIT": "1"}
        ocr = Programme(commande, ou=prive, environnement=environnement)
        try:
            return ocr.attendre(self._delai or _DELAI_DEPART_S + entree.stat().st_size / _OCTETS_PAR_SECONDE)
        finally:
            ocr.abattre()


def _orienter() -> list[str]:
    """L'option qui fait chercher le sens de chaque page avant de la lire, si ce qu'elle demande est là."""
    tesseract = shutil.which("tesseract")
    langues = _interroger(tesseract, "--list-langs").split() if tesseract else []
    return ["--rotate-pages"] if _ORIENTATION in langues else []


def _interroger(programme: str, option: str) -> str:
    """Ce que répond le programme installé maintenant ; demandé de nouveau s'il a été remplacé."""
    fichier = Path(programme)
    return _demander(programme, option, fichier.stat().st_mtime_ns if fichier.is_file() else 0)


@lru_cache(maxsize=8)
def _demander(programme: str, option: str, _pose_le: int) -> str:
    return interroger([programme, option], _DELAI_SONDE_S, environnement=os.environ)


def _numero(reponse: str) -> str:
    trouve = re.search(r"\d+(\.\d+)+", reponse)
    return trouve[0] if trouve else ""

"""Le cache des conversions : mêmes octets, même moteur, même PDF, sans rien convertir.

Seul un moteur déterministe y gagne sans perdre : la clé est l'empreinte du document et celle du moteur. Elle est dans
ce qu'une entrée prouve : le rendu d'un autre document, mis à sa place, n'est pas repris ; un acte repris dit encore ce
que dit son Word. Un fichier abîmé est ignoré et refait ; GENERATEUR_SANS_CACHE=1 désactive tout.
"""

import contextlib
import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from generateur.contrats import Conversion, Disponibilite, MoteurRendu
from generateur.moteurs.polices import etat_du_systeme
from generateur.moteurs.sortie_pdf import publier_fichier
from generateur.moteurs.textes_perdus import dit_le_texte
from generateur.surveillance.prive import dossier_de_cache, ecrire_prive, lire_prive, ouvrir_prive
from generateur.surveillance.provisoires import balayer

_TAILLE_MAXIMALE = 512 * 1024 * 1024
_ENTRE_DEUX_BORNES = 500  # mesurer le cache coûte un regard par entrée : pas à chaque acte d'un lot
_EMPREINTE = 32


class CacheRendu:
    """Enveloppe un moteur ; s'emploie comme lui."""

    def __init__(
        self, moteur: MoteurRendu, dossier: Path | None = None, taille_maximale: int = _TAILLE_MAXIMALE
    ) -> None:
        self._moteur = moteur
        self.nom = moteur.nom
        self._dossier = dossier if dossier is not None else dossier_de_cache() / "rendus"
        self._taille_maximale = taille_maximale
        self._ranges = 0  # depuis la dernière fois que la taille du cache a été vérifiée
        self._actif = os.environ.get("GENERATEUR_SANS_CACHE", "") in {"", "0"}

    def disponibilite(self) -> Disponibilite:
        """Celle du moteur enveloppé."""
        return self._moteur.disponibilite()

    @property
    def rend_tout(self) -> bool:
        """Celle du moteur enveloppé."""
        return self._moteur.rend_tout

    @property
    def polices_maitrisees(self) -> bool:
        """Celle du moteur enveloppé."""
        return self._moteur.polices_maitrisees

    def empreinte(self) -> str:
        """Celle du moteur enveloppé."""
        return self._moteur.empreinte()

    def prechauffer(self, nombre: int) -> None:
        """Prévient le moteur enveloppé."""
        self._moteur.prechauffer(nombre)

    def fermer(self) -> None:
        """Ferme le moteur enveloppé, et ramène le cache à sa taille."""
        self._moteur.fermer()
        if self._ranges:
            self._borner()

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        """Écrit chaque PDF, depuis le cache quand il l'a ; les autres passent par le moteur."""
        if not self._actif:
            self._moteur.convertir(conversions)
            return
        manquantes = []
        for conversion in conversions:
            rangement = self._rangement(conversion.source)
            connu = _lire(rangement, conversion.source)
            if connu is None:
                manquantes.append((conversion, rangement))
            else:
                publier_fichier(connu, conversion.cible)
        if not manquantes:
            return
        self._moteur.convertir([conversion for conversion, _ in manquantes])
        for conversion, rangement in manquantes:
            _ranger(rangement, conversion.cible.read_bytes())
        self._ranges += len(manquantes)
        if self._ranges >= _ENTRE_DEUX_BORNES:
            self._borner()

    @cached_property
    def _contexte(self) -> str:
        """Tout ce qui décide du PDF hors du document, polices de la machine comprises."""
        return f"{self._moteur.empreinte()} {etat_du_systeme()}"

    def _rangement(self, source: Path) -> Path:
        somme = hashlib.sha256(f"{self._contexte} {source.suffix.lower()}\n".encode())
        with contextlib.suppress(OSError):  # un document illisible n'est pas en cache ; le moteur le nommera
            somme.update(source.read_bytes())
        return self._dossier / f"{somme.hexdigest()}.rendu"

    def _borner(self) -> None:
        """Oublie les plus anciens rendus quand le cache dépasse sa taille."""
        self._ranges = 0
        fiches = []
        balayer(self._dossier)
        with contextlib.suppress(OSError):
            for chemin in self._dossier.glob("*.rendu"):
                etat = chemin.stat()
                fiches.append((etat.st_mtime_ns, etat.st_size, chemin))
        exces = sum(taille for _, taille, _ in fiches) - self._taille_maximale
        for _, taille, chemin in sorted(fiches):
            if exces <= 0:
                break
            with contextlib.suppress(OSError):
                chemin.unlink()
            exces -= taille


def _lire(rangement: Path, source: Path) -> bytes | None:
    """Le PDF rangé pour ce document ; rien s'il est absent, abîmé, d'un autre, ou s'il ne dit pas ce que dit l'acte."""
    contenu = lire_prive(rangement)
    if contenu is None:
        return None
    preuve, pdf = contenu[:_EMPREINTE], contenu[_EMPREINTE:]
    if _prouver(rangement, pdf) != preuve or not dit_le_texte(source, pdf):
        return None
    return pdf


def _prouver(rangement: Path, pdf: bytes) -> bytes:
    """L'empreinte du rendu et de la clé sous laquelle il est rangé."""
    return hashlib.sha256(rangement.stem.encode() + b"\n" + pdf).digest()


def _ranger(rangement: Path, pdf: bytes) -> None:
    with contextlib.suppress(OSError):  # un cache qui ne s'écrit pas n'empêche pas de produire
        if ouvrir_prive(rangement.parent):  # des actes : pour leur auteur seul
            ecrire_prive(rangement, _prouver(rangement, pdf) + pdf)

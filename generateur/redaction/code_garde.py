"""Le code compilé des modèles, gardé d'une commande à l'autre : compiler ceux d'un dossier coûte plus que les remplir.

La clé est le texte du modèle et tout ce qui le compile : Jinja, Python, et les règles de ce paquet, par leur contenu.
Une entrée ne compte que dans un répertoire fermé aux autres, et si elle porte l'empreinte de ce qu'elle rend sous sa
clé ; abîmée, elle est ignorée et refaite. GENERATEUR_SANS_CACHE=1 ne garde rien.
"""

import contextlib
import hashlib
import os
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from jinja2.bccache import Bucket, BytecodeCache

from generateur.redaction import grammaire, valeurs_imprimees
from generateur.surveillance.prive import dossier_de_cache, ecrire_prive, lire_prive, ouvrir_prive

_EMPREINTE = 32
_ENTREES_MAXIMALES = 1000


class CodeGarde(BytecodeCache):
    """La mémoire que Jinja interroge avant de compiler."""

    def __init__(self, dossier: Path | None = None) -> None:
        self._dossier = dossier if dossier is not None else dossier_de_cache() / "modeles"
        self._actif = os.environ.get("GENERATEUR_SANS_CACHE", "") in {"", "0"}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Donne à Jinja le code gardé pour ce texte, s'il y en a un entier."""
        rangement = self._rangement(bucket)
        contenu = lire_prive(rangement) if self._actif else None
        if contenu is not None and _prouver(rangement, contenu[_EMPREINTE:]) == contenu[:_EMPREINTE]:
            bucket.bytecode_from_string(contenu[_EMPREINTE:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Garde le code que Jinja vient de compiler ; un cache qui ne s'écrit pas n'empêche pas de produire."""
        rangement = self._rangement(bucket)
        if self._actif and ouvrir_prive(self._dossier):
            code = bucket.bytecode_to_string()
            with contextlib.suppress(OSError):
                self._borner()
                ecrire_prive(rangement, _prouver(rangement, code) + code)

    @cached_property
    def _graine(self) -> str:
        """Ce qui compile et ce qui juge un modèle : changés, ils rendent caduc ce qui était gardé."""
        somme = hashlib.sha256(f"jinja2 {version('jinja2')}".encode())
        for regles in (grammaire.__spec__, valeurs_imprimees.__spec__):
            somme.update(Path(str(regles.origin)).read_bytes())
        return somme.hexdigest()

    def _rangement(self, bucket: Bucket) -> Path:
        somme = hashlib.sha256(f"{self._graine} {bucket.key} {bucket.checksum}".encode())
        return self._dossier / f"{somme.hexdigest()}.code"

    def _borner(self) -> None:
        """Repart de rien quand trop de modèles ont passé : tout se recompile en une fraction de seconde."""
        entrees = list(self._dossier.glob("*.code"))
        for entree in entrees if len(entrees) >= _ENTREES_MAXIMALES else ():
            entree.unlink(missing_ok=True)


def _prouver(rangement: Path, code: bytes) -> bytes:
    """L'empreinte du code et de la clé sous laquelle il est rangé."""
    return hashlib.sha256(rangement.stem.encode() + b"\n" + code).digest()

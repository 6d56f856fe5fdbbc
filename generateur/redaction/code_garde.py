"""Le code compilé des modèles, gardé d'une commande à l'autre : compiler ceux d'un dossier coûte plus que les remplir.

La clé est le texte du modèle et tout ce qui le compile : Jinja, Python, et les règles de ce paquet, par leur contenu.
"""

import hashlib
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from jinja2.bccache import Bucket, BytecodeCache

from generateur.redaction import grammaire, valeurs_imprimees
from generateur.surveillance.entrees_prouvees import EntreesProuvees
from generateur.surveillance.prive import dossier_de_cache

_ENTREES_MAXIMALES = 1000


class CodeGarde(BytecodeCache):
    """La mémoire que Jinja interroge avant de compiler."""

    def __init__(self, dossier: Path | None = None) -> None:
        self._entrees = EntreesProuvees(dossier or dossier_de_cache() / "modeles", _ENTREES_MAXIMALES)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Donne à Jinja le code gardé pour ce texte, s'il y en a un entier."""
        code = self._entrees.lire(self._cle(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Garde le code que Jinja vient de compiler."""
        self._entrees.garder(self._cle(bucket), bucket.bytecode_to_string())

    @cached_property
    def _graine(self) -> str:
        """Ce qui compile et ce qui juge un modèle : changés, ils rendent caduc ce qui était gardé."""
        somme = hashlib.sha256(f"jinja2 {version('jinja2')}".encode())
        for regles in (grammaire.__spec__, valeurs_imprimees.__spec__):
            somme.update(Path(str(regles.origin)).read_bytes())
        return somme.hexdigest()

    def _cle(self, bucket: Bucket) -> str:
        return hashlib.sha256(f"{self._graine} {bucket.key} {bucket.checksum}".encode()).hexdigest()

"""Ce que préparer un modèle donne, gardé d'une commande à l'autre : le préparer coûte plus que le remplir.

La clé est le texte du modèle et tout ce qui le prépare : Jinja ou docxtpl, Python, et les règles de ce paquet, par leur
contenu.
"""

import hashlib
from pathlib import Path
from types import ModuleType

from jinja2.bccache import Bucket, BytecodeCache

from generateur.redaction import balises, grammaire, valeurs_imprimees
from generateur.surveillance.bibliotheques import version_installee
from generateur.surveillance.entrees_prouvees import EntreesProuvees
from generateur.surveillance.prive import dossier_de_cache

_ENTREES_MAXIMALES = 1000


def resumer_regles(bibliotheque: str, *regles: ModuleType) -> str:
    """Ce qui prépare et ce qui juge un modèle : changé, il rend caduc ce qui était gardé."""
    somme = hashlib.sha256(f"{bibliotheque} {version_installee(bibliotheque)}".encode())
    for module in regles:
        somme.update(Path(str(module.__file__)).read_bytes())
    return somme.hexdigest()


class Baliseur:
    """Rend un XML de Word lisible par Jinja (voir balises.baliser), ou redit ce qu'il en avait fait."""

    def __init__(self, dossier: Path | None = None) -> None:
        self._entrees = EntreesProuvees(dossier or dossier_de_cache() / "balises", _ENTREES_MAXIMALES)
        self._graine = resumer_regles("docxtpl", balises)

    def __call__(self, xml: str) -> str:
        """Le texte balisé."""
        cle = hashlib.sha256(f"{self._graine}\n{xml}".encode()).hexdigest()
        garde = self._entrees.lire(cle)
        if garde is not None:
            return garde.decode()
        balise = balises.baliser(xml)
        self._entrees.garder(cle, balise.encode())
        return balise


class CodeGarde(BytecodeCache):
    """La mémoire que Jinja interroge avant de compiler."""

    def __init__(self, dossier: Path | None = None) -> None:
        self._entrees = EntreesProuvees(dossier or dossier_de_cache() / "modeles", _ENTREES_MAXIMALES)
        self._graine = resumer_regles("jinja2", grammaire, valeurs_imprimees)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Donne à Jinja le code gardé pour ce texte, s'il y en a un entier."""
        code = self._entrees.lire(self._cle(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Garde le code que Jinja vient de compiler."""
        self._entrees.garder(self._cle(bucket), bucket.bytecode_to_string())

    def _cle(self, bucket: Bucket) -> str:
        return hashlib.sha256(f"{self._graine} {bucket.key} {bucket.checksum}".encode()).hexdigest()

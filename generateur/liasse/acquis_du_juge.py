"""Ce que le validateur PDF/A a déjà approuvé dans ce processus, par contenu : la preuve ne s'en refait pas.

Ses deux preuves les plus lentes ne regardent qu'un petit contenu : un dictionnaire et le rôle qu'il tient (un schéma
JSON), les octets d'un dessin de lettre (fontTools les lit en entier). Nos actes partagent gabarits et polices : elles
y reviennent par centaines. Seule une approbation se garde, pour ces octets-là ; tout ce qui diffère, et tout refus, se
rejuge. Le validateur n'offre pas de quoi le lui dire : on le lui apprend, pour les versions que l'on a lues seulement.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from generateur.surveillance.bibliotheques import version_installee

VERSIONS_LUES = {"pikepdf": "10.17.", "fonttools": "4."}
_ENTREES_MAXIMALES = 50_000  # cent octets chacune ; au-delà, tout se réapprend
_COMPOSE = 0x80  # signe du premier octet d'un dessin fait d'autres dessins


class Acquis:
    """Des contenus approuvés, par empreinte."""

    def __init__(self) -> None:
        self._connus: set[bytes] = set()

    def approuver(self, contenu: bytes, juger: Callable[[], bool]) -> bool:
        """Ce que rend `juger`, qui n'est pas rappelé pour un contenu qu'il a déjà approuvé."""
        cle = hashlib.sha256(contenu).digest()
        if cle in self._connus:
            return True
        est_approuve = juger()
        if est_approuve:
            if len(self._connus) >= _ENTREES_MAXIMALES:
                self._connus.clear()
            self._connus.add(cle)
        return est_approuve


@functools.cache  # une fois par processus : il n'y a rien à défaire
def instruire_le_juge() -> bool:
    """Apprend au validateur à ne pas refaire une preuve faite ; faux, et rien ne change, si on ne l'a pas lu."""
    if not all(version_installee(nom).startswith(debut) for nom, debut in VERSIONS_LUES.items()):
        return False
    from pikepdf.pdfa import _fontprogram, _schemas  # noqa: PLC0415 (un dixième de seconde, pour qui juge)

    _garder_les_schemas(_schemas.SchemaSet)
    _garder_les_dessins(_fontprogram.TrueTypeProgram)
    return True


def _garder_les_schemas(schemas: Any) -> None:
    def lier(controler: Any, acquis: Acquis) -> Any:
        def controler_le_neuf(self: Any, role: str, shallow: Any, ctx: Any, where: str) -> bool:
            contenu = json.dumps([self.flavour.value, role, shallow], sort_keys=True).encode()
            return acquis.approuver(contenu, lambda: controler(self, role, shallow, ctx, where))

        return controler_le_neuf

    _remplacer(schemas, "check", lier)


def _garder_les_dessins(programme: Any) -> None:
    def lier(trouver: Any, acquis: Acquis) -> Any:
        def trouver_le_neuf(self: Any, gid: int) -> bool:
            dessin = _lire_dessin(self, gid)
            return acquis.approuver(dessin, lambda: trouver(self, gid)) if dessin else trouver(self, gid)

        return trouver_le_neuf

    _remplacer(programme, "has_gid", lier)


def _remplacer(classe: Any, methode: str, lier: Callable[[Any, Acquis], Any]) -> None:
    """La méthode garde son nom, et l'originale sous `__wrapped__`."""
    originale = getattr(classe, methode)
    setattr(classe, methode, functools.wraps(originale)(lier(originale, Acquis())))


def _lire_dessin(programme: Any, gid: int) -> bytes:
    """Les octets de ce dessin, s'il ne dépend de rien d'autre ; vide sinon, ou s'ils ne se lisent pas."""
    if programme.is_cff or not 0 <= gid < programme.num_glyphs:
        return b""
    try:
        dessin = getattr(programme._font["glyf"].glyphs[programme._order[gid]], "data", b"")  # noqa: SLF001
    except Exception:  # noqa: BLE001 - fontTools lève de tout sur une police abîmée : le validateur le dira
        return b""
    return b"" if dessin[:1] >= bytes([_COMPOSE]) else dessin

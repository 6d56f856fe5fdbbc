"""Qui est au bout de la connexion : sur une machine partagée, notre cookie ne sert pas à un autre compte.

Un navigateur rend nos cookies à tout port de 127.0.0.1 : une page d'un autre compte de la machine les reçoit si on la
visite. Linux dit à qui est chaque prise ; ailleurs, le secret seul protège.
"""

import os
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

_PRISES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_DEPUIS_IPV6 = "0000000000000000FFFF0000"  # une adresse IPv4 appelée par une prise IPv6
_LOCALE, _DISTANTE, _COMPTE = 1, 2, 7  # colonnes de proc(5)
_ADMINISTRATEUR = 0  # il lit déjà tout ; les relais de session et de conteneur sont à lui
Bout = tuple[str, int]


def est_du_meme_compte(client: Bout, ici: Bout) -> bool:
    """Vrai si la prise de ce client est à nous ou à l'administrateur, ou si ce système ne le dit pas."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        comptes = set(_lire_comptes(_ecrire(client), _ecrire(ici)))
    except OSError:
        return True
    return bool(comptes & {os.getuid(), _ADMINISTRATEUR})


def _lire_comptes(client: str, ici: str) -> Iterator[int]:
    for prises in _PRISES:
        if not prises.exists():
            continue
        for ligne in prises.read_text(encoding="ascii").splitlines()[1:]:
            champs = ligne.split()
            bouts = [champs[rang].removeprefix(_DEPUIS_IPV6) for rang in (_LOCALE, _DISTANTE)]
            if bouts == [client, ici]:
                yield int(champs[_COMPTE])


def _ecrire(bout: Bout) -> str:
    """« 127.0.0.1 », 8765 s'écrit « 0100007F:223D » dans la table du noyau, selon l'ordre des octets de la machine."""
    adresse, port = bout
    return f"{int.from_bytes(IPv4Address(adresse).packed, sys.byteorder):08X}:{port:04X}"

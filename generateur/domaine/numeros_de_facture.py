"""Un numéro de facture, et les façons dont un tableur ou une main l'écrivent autrement."""

import re

from generateur.domaine.langue import aplatir


def cle_du_numero(numero: str) -> str:
    """Le numéro sans casse, ponctuation ni zéros de tête : deux écritures du même ont la même clé.

    >>> cle_du_numero("F 2026-007") == cle_du_numero("f2026-7")
    True
    """
    morceaux = re.findall(r"[0-9]+|[a-z]+", aplatir(numero))
    return " ".join(morceau.lstrip("0") or "0" if morceau.isdigit() else morceau for morceau in morceaux)

"""Le nom d'une juridiction, saisi à la main ou déduit, lu une fois : son type, son genre, et qui y est saisi."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from generateur.droit.juridictions import RESSORTS, TypeJuridiction
from generateur.droit.ressources import Marque, lire_octets, marquer

TABLE_DES_NOMS = "noms.toml"
Saisi = Literal["president", "juge", "lui_meme"]
_ARTICLE = re.compile(r"^(?:le|la|au|à la|du|de la)\s+(?=\w)", re.IGNORECASE)


@dataclass(frozen=True)
class JuridictionNommee:
    """`type` None : le nom ne le dit pas ; `commun` : le nom sans article, à mettre après « le » ou « du »."""

    nom: str
    commun: str
    type: TypeJuridiction | None
    est_feminine: bool
    saisi: Saisi


def reconnaitre_juridiction(nom: str) -> JuridictionNommee:
    """Ce que ce nom dit ; un nom que la table ne connaît pas est un masculin dont le président est saisi."""
    nu = _ARTICLE.sub("", nom.strip())
    sigle = nu.partition(" ")[0]
    commun = nu if len(sigle) > 1 and sigle.isupper() else nu[:1].lower() + nu[1:]
    plat = " ".join(commun.casefold().split())
    entrees = _lire_noms(marquer(RESSORTS, TABLE_DES_NOMS))
    entree = next((e for e in entrees if plat.startswith(e["debut"]) or sigle == e.get("sigle")), {})
    # « pôle civil du tribunal judiciaire » : le type est celui du tribunal que le nom cite
    typee = entree if "type" in entree else next((e for e in entrees if "type" in e and e["debut"] in plat), {})
    return JuridictionNommee(
        nom, commun, typee.get("type"), bool(entree.get("feminin")), entree.get("saisi", "president")
    )


@lru_cache(maxsize=2)
def _lire_noms(_marque: Marque | None) -> tuple[Mapping[str, Any], ...]:
    return tuple(tomllib.loads(lire_octets(RESSORTS, TABLE_DES_NOMS).decode())["noms"])

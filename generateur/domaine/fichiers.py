"""Ce que l'on sait d'un fichier de pièce sans le convertir : donnée figée, remplie par pieces/inspection."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

NATURES_ORDINAIRES = frozenset({"métadonnées", "données de l’appareil", "fichiers joints"})
SortDuCache = Literal["retire", "reste", "montre"]


@dataclass(frozen=True)
class ContenuCache:
    """Ce qu'une pièce porte sans le montrer ; `page` à partir de 1, None quand c'est tout le fichier.

    `sort` : retiré de la liasse ; y reste, à regarder ; se montre, et n'est dit que pour être su.
    """

    nature: str
    page: int | None = None
    texte: str = ""
    sort: SortDuCache = "reste"
    jointe: str = ""  # la pièce jointe qui le porte, s'il n'est pas dans le message lui-même

    @property
    def est_ordinaire(self) -> bool:
        """Vrai pour ce que presque tout fichier porte, et qui s'en va sans qu'on ait à y penser."""
        return self.nature in NATURES_ORDINAIRES

    def dans(self, jointe: str) -> "ContenuCache":
        """Le même, porté par une pièce jointe ; le nom de la plus profonde demeure."""
        return replace(self, jointe=self.jointe or jointe)


def lire_caches(faits: Mapping[str, Any]) -> tuple[ContenuCache, ...]:
    """Les contenus cachés des faits d'une pièce, tels que l'atelier ou le fonds les donnent."""
    return tuple(ContenuCache(**cache) for cache in faits.get("caches", ()))


@dataclass(frozen=True)
class MessageLu:
    """Un courriel, rempli par pieces/correspondance ; `jour` est celui de l'expéditeur, None s'il n'est pas sûr.

    `jours` : ce jour et celui qu'il était en France ; `adresses` : celles de tous ses destinataires, en minuscules ;
    `identifiant` : son Message-ID, vide s'il n'en a pas.
    """

    jour: dt.date | None
    objet: str
    expediteur: str
    destinataires: str
    corps: str
    est_brouillon: bool = False
    jours: frozenset[dt.date] = frozenset()
    adresses: tuple[str, ...] = ()
    identifiant: str = ""

    @property
    def est_envoye(self) -> bool:
        """Faux pour un brouillon, et pour un message sans aucune date : rien n'y montre un envoi."""
        return not self.est_brouillon and bool(self.jours)


@dataclass(frozen=True)
class Inspection:
    """État d'un fichier du dossier.

    `chemin` est le chemin saisi. `lisible` dit que la pièce pourra devenir un PDF ici et maintenant ; sinon
    `raison` et `remede` sont des phrases pour l'utilisateur, et `code_sortie` vaut 8 (pièce en cause) ou 9
    (seul un outil externe manque). `pages` est None quand le compte demanderait une conversion.
    `texte` est celui des premières pages (vide si la pièce est une image ou ne se lit pas). `empreinte` est celle du
    contenu, vide s'il n'a pas été lu. `messages` : ceux d'un courriel ou d'une boîte, leur corps laissé dans `texte`.
    `observations` : comment une image sera mise en pages, ou quelle page est trop longue ; `a_regarder` si la pièce
    pourrait mal s'y lire.
    """

    chemin: str
    existe: bool
    lisible: bool
    pages: int | None = None
    raison: str = ""
    remede: str = ""
    code_sortie: int = 0
    texte: str = ""
    famille: str = ""
    sans_texte: bool = False
    signe: bool = False
    pieces_jointes: tuple[str, ...] = ()
    empreinte: str = ""
    caches: tuple[ContenuCache, ...] = ()
    messages: tuple[MessageLu, ...] = ()
    observations: tuple[str, ...] = ()
    a_regarder: bool = False

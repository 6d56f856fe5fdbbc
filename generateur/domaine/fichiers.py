"""Ce que l'on sait d'un fichier de pièce sans le convertir : donnée figée, remplie par pieces/inspection."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Inspection:
    """État d'un fichier du dossier.

    `chemin` est le chemin saisi. `lisible` dit que la pièce pourra devenir un PDF ici et maintenant ; sinon
    `raison` et `remede` sont des phrases pour l'utilisateur, et `code_sortie` vaut 8 (pièce en cause) ou 9
    (seul un outil externe manque). `pages` est None quand le compte demanderait une conversion.
    `texte` est celui des premières pages (vide si la pièce est une image ou ne se lit pas). `empreinte` est celle du
    contenu, vide s'il n'a pas été lu.
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


@dataclass(frozen=True)
class MessageLu:
    """Un courriel, rempli par pieces/correspondance ; `jour` est celui de l'expéditeur, None s'il n'est pas sûr."""

    jour: dt.date | None
    objet: str
    expediteur: str
    destinataires: str
    corps: str
    est_brouillon: bool = False

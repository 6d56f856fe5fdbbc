"""Ce que le validateur PDF/A relève, dit en français : la cause, et la règle d'ISO 19005-2 qui n'est pas tenue."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Dictionary, Name

if TYPE_CHECKING:  # le validateur ne se charge que pour juger
    from pikepdf.pdfa import Finding

NORME = "ISO_19005_2:"
POLICE_ABSENTE = "6.2.11.4.1-1"
# Du plus précis au plus général : le premier début de règle qui convient donne la cause.
CAUSES = (
    (POLICE_ABSENTE, "police non incorporée"),
    ("6.2.11", "police incomplète ou qui ne dit pas ce qu'elle montre"),
    ("6.2.4.3", "couleurs sans profil"),
    ("6.2.4", "couleurs que le format n'admet pas"),
    ("6.2.2", "dessin illisible"),
    ("6.2.5", "réglage de dessin que le format n'admet pas"),
    ("6.2.8.3", "image JPEG 2000 que le format n'admet pas"),
    ("6.2.8", "image que le format n'admet pas"),
    ("6.2.9", "PostScript, ou données lues dans un autre fichier"),
    ("6.2.10", "transparence que le format n'admet pas"),
    ("6.1.2", "en-tête du fichier"),
    ("6.1.3", "fichier chiffré ou mal identifié"),
    ("6.1.7", "compression interdite, ou données lues dans un autre fichier"),
    ("6.1.10", "compression interdite"),
    ("6.1.13-11", "page plus grande ou plus petite que le format n'admet"),
    ("6.1", "structure du fichier que le format n'admet pas"),
    ("6.2", "dessin que le format n'admet pas"),
    ("6.3.3", "annotation sans apparence"),
    ("6.3", "annotation interdite"),
    ("6.4", "formulaire sans apparence figée"),
    ("6.5", "action interdite"),
    ("6.6", "métadonnées que le format n'admet pas"),
    ("6.8", "fichiers joints"),
    ("6.9", "calques que le format n'admet pas"),
)
# Ce que le validateur ne range sous aucune règle : le premier mot trouvé dans sa réponse donne la cause.
MOTS = (
    ("CMYK", "couleurs CMJN sans profil"),
    ("Separation", "encre nommée (Separation) que le validateur ne reconnaît pas"),
    ("DeviceN", "encres nommées (DeviceN) que le validateur ne reconnaît pas"),
    ("JPEG 2000", "image JPEG 2000 que le validateur ne reconnaît pas"),
    ("ICC", "profil de couleurs que le validateur n'approuve pas"),
    ("annotation", "annotation que le validateur ne reconnaît pas"),
    ("operator", "dessin illisible"),
)
INCONNUE = "construction que le validateur ne reconnaît pas"
OBJET = re.compile(r"obj (\d+) (\d+)")
NOM_DE_POLICE = re.compile(r"(?:/Font|font )(/[^ /(]+)")


def dire_raisons(pdf: pikepdf.Pdf, constats: "Iterable[Finding]") -> list[str]:
    """Les raisons, triées et sans doublon ; le document relu donne le nom des polices en cause."""
    return sorted({_dire(pdf, constat) for constat in constats})


def _dire(pdf: pikepdf.Pdf, constat: "Finding") -> str:
    if not constat.rule.startswith(NORME):
        return next((cause for mot, cause in MOTS if mot in constat.message), INCONNUE)
    regle = constat.rule.removeprefix(NORME)
    if regle == POLICE_ABSENTE and (nom := _nommer_police(pdf, constat.where)):
        return f"police non incorporée : {nom}"
    if regle.startswith("6.2.4.3") and "CMYK" in constat.message:
        return "couleurs CMJN sans profil"
    cause = next((cause for debut, cause in CAUSES if regle.startswith(debut)), INCONNUE)
    return f"{cause} (ISO 19005-2, {regle.partition('-')[0]})"


def _nommer_police(pdf: pikepdf.Pdf, endroit: str) -> str:
    """Le nom de la police que désigne l'endroit, « obj 12 0 (Font) » ou « …/Font/F1 » ; "" s'il ne se trouve pas."""
    objet = OBJET.match(endroit)
    porteur: Any = pdf.get_object(int(objet[1]), int(objet[2])) if objet else None
    if not isinstance(porteur, Dictionary | pikepdf.Stream):
        return ""
    if Name.BaseFont not in porteur and (cle := NOM_DE_POLICE.search(endroit)):
        ressources = porteur.get(Name.Resources)
        polices = ressources.get(Name.Font) if isinstance(ressources, Dictionary) else None
        porteur = polices.get(cle[1]) if isinstance(polices, Dictionary) else None
    nom = porteur.get(Name.BaseFont) if isinstance(porteur, Dictionary) else None
    return str(nom)[1:] if isinstance(nom, Name) else ""

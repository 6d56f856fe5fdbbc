"""Ce que rend une vérification : des contrôles, prouvés, différents ou non prouvés, et ce qu'ils valent ensemble."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generateur.publication.manifeste import empreinte

Etat = Literal["prouve", "differe", "non_prouve"]
REMEDE_DIFFERENCE = "Produire de nouveau la liasse, ou retrouver l'exemplaire que le manifeste décrit."


@dataclass(frozen=True)
class Controle:
    """Un point vérifié : sur quoi il porte, ce qui en est résulté, et ce qu'il faut en dire, sans redire l'objet."""

    objet: str
    etat: Etat
    message: str


@dataclass(frozen=True)
class Verification:
    """Résultat : conforme si tout a été prouvé, non conforme si quelque chose diffère, sinon ni l'un ni l'autre."""

    fichier: Path
    controles: tuple[Controle, ...]

    @property
    def conforme(self) -> bool | None:
        """Vrai si tout est prouvé, faux si quelque chose diffère, None si rien ne diffère sans que tout soit prouvé."""
        if any(controle.etat == "differe" for controle in self.controles):
            return False
        return True if self.entiere else None

    @property
    def entiere(self) -> bool:
        """Vrai si chaque contrôle est prouvé."""
        return all(controle.etat == "prouve" for controle in self.controles)


def comparer_empreinte(objet: str, libelle: str, fichier: Path, attendue: str) -> Controle:
    """Le fichier a-t-il l'empreinte (SHA-256) que le manifeste en donne ?"""
    if not attendue:
        return Controle(objet, "non_prouve", f"{libelle} : empreinte absente du manifeste")
    try:
        lue = empreinte(fichier)
    except OSError:
        return Controle(objet, "non_prouve", f"{libelle} : le fichier ne se lit pas")
    if lue == attendue:
        return Controle(objet, "prouve", f"{libelle} identique")
    return Controle(objet, "differe", f"{libelle} : ce n'est plus ce que le manifeste décrit")


def est_la(fichier: Path) -> bool:
    """Vrai si c'est un fichier ; un chemin que le système refuse n'en est pas un."""
    try:
        return fichier.is_file()
    except (OSError, ValueError):  # un nom trop long, un signe nul : un manifeste hostile
        return False

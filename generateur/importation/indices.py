"""Ce qu'un document est et le jour qu'il porte, d'après son nom et le haut de son texte ; les mots sont des données."""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from generateur.importation.groupement import aplatir_nom

_HAUT_DE_PAGE = 500  # signes : au-delà, un bon de livraison n'est plus qu'une mention de la facture
_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")


@dataclass(frozen=True)
class Nature:
    """Un genre de document : son nom interne, ses mots, et la clé `pieces.nature` qu'il prend."""

    nom: str
    libelle: str
    noms: tuple[str, ...]
    titres: tuple[str, ...]
    nature: str = ""


@dataclass(frozen=True)
class Indices:
    """Ce que disent le nom et le texte, chacun de son côté ; None quand il ne dit rien."""

    par_nom: Nature | None
    par_texte: Nature | None

    @property
    def nature(self) -> Nature | None:
        """La nature retenue : le texte l'emporte sur le nom."""
        return self.par_texte or self.par_nom

    @property
    def se_contredisent(self) -> bool:
        """Vrai si le nom dit une chose et le texte une autre."""
        return self.par_nom is not None and self.par_texte is not None and self.par_nom != self.par_texte

    @property
    def raison(self) -> str:
        """Pourquoi, en français."""
        if self.par_nom is None and self.par_texte is None:
            return "ni son nom ni son texte ne disent ce que c'est"
        if self.par_nom is not None and self.par_texte is not None:
            if self.se_contredisent:
                return f"son nom dit « {self.par_nom.libelle} », son texte « {self.par_texte.libelle} »"
            return f"son nom et son texte disent « {self.par_texte.libelle} »"
        if self.par_texte is not None:
            return f"son texte commence par « {self.par_texte.libelle} »"
        return f"son nom dit « {self.par_nom.libelle if self.par_nom else ''} »"


@cache
def _donnees() -> Mapping[str, Any]:
    texte = files("generateur.importation").joinpath("natures_documents.toml").read_text(encoding="utf-8")
    return tomllib.loads(texte)


@cache
def lister_natures() -> tuple[Nature, ...]:
    """Les natures connues, dans l'ordre où elles se cherchent."""
    return tuple(
        Nature(nom, n["libelle"], tuple(n["noms"]), tuple(n["titres"]), n.get("nature", ""))
        for nom, n in _donnees()["natures"].items()
    )


def lire_indices(nom: str, texte: str) -> Indices:
    """La nature d'un document d'après son nom (sans extension) et le haut de son texte."""
    return Indices(
        _chercher(aplatir_nom(_separer(nom)), "noms"), _chercher(aplatir_nom(texte)[:_HAUT_DE_PAGE], "titres")
    )


def _separer(nom: str) -> str:
    """« BonLivraison118 » et « BL118 » : un mot, puis un nombre."""
    return re.sub(r"(?<=[a-zé])(?=[A-Z0-9])|(?<=[A-Za-z])(?=[0-9])", " ", nom)


def _chercher(texte: str, liste: str) -> Nature | None:
    """La nature dont un mot vient le premier ; à égalité, le mot le plus long."""
    trouvees = [
        (place, -len(mot), rang)
        for rang, nature in enumerate(lister_natures())
        for mot in getattr(nature, liste)
        if (place := f" {texte} ".find(f" {mot} ")) >= 0
    ]
    return lister_natures()[min(trouvees)[2]] if trouvees else None


def cite_un_mot(texte: str, genre: str) -> bool:
    """Vrai si le texte porte un des mots d'un courriel de ce genre (relance, mise_en_demeure)."""
    plat = f" {aplatir_nom(texte)} "
    return any(f" {mot} " in plat for mot in _donnees()["courriels"][genre])


def lire_dates(texte: str) -> list[dt.date]:
    """Les dates du texte, dans l'ordre, sans double : 31/05/2026, 2026-05-31, 31 mai 2026, 1er mai 2026."""
    mois: Sequence[str] = _donnees()["mois"]["noms"]
    plat = aplatir_nom(texte)
    lettres = re.finditer(rf"\b(\d{{1,2}})(?:er)? ({'|'.join(mois)}) (\d{{4}})\b", plat)
    brutes = [(int(m[3]), mois.index(m[2]) + 1, int(m[1])) for m in lettres]
    brutes += [
        (int(m[3]), int(m[2]), int(m[1])) if m[1] else (int(m[4]), int(m[5]), int(m[6])) for m in _DATE.finditer(texte)
    ]
    return list(dict.fromkeys(jour for brute in brutes if (jour := _composer(*brute)) is not None))


def _composer(annee: int, mois: int, jour: int) -> dt.date | None:
    try:
        return dt.date(annee, mois, jour)
    except ValueError:
        return None

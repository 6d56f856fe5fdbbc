"""Un classeur XLSX : vrais nombres et vraies dates, filtres, en-têtes figés ; mêmes données, mêmes octets.

Un texte venu d'un dossier reste un texte : ni formule, ni lien, quels que soient ses premiers signes.
"""

import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from generateur.commandes.signes import rendre_inoffensif

Valeur = str | int | Decimal | dt.date | None
Genre = Literal["texte", "euros", "pourcent", "nombre", "entier", "date"]
AUTEUR = "generateur"
# Écrits pour toute langue : un tableur français montre « 1 234,50 € », « 12,40 % » et 28/11/2026.
_FORMATS: dict[Genre, str] = {
    "texte": "@",
    "euros": '#,##0.00\\ "€"',
    "pourcent": "0.00\\ %",
    "nombre": "#,##0.00",
    "entier": "#,##0",
    "date": "dd/mm/yyyy",
}
_LARGEURS: dict[Genre, int] = {"texte": 12, "euros": 16, "pourcent": 11, "nombre": 12, "entier": 11, "date": 12}
_LARGEUR_MAXIMALE = 60
_HAUTEUR_LIGNE = 15
_A4 = 9
_POUR_CENT = 100
_SANS_SURPRISE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Colonne:
    """Une colonne : son titre, et ce qu'elle porte."""

    titre: str
    genre: Genre = "texte"


@dataclass(frozen=True)
class Feuille:
    """Une feuille : un en-tête, ses lignes, et une ligne de total hors du filtre."""

    nom: str
    colonnes: tuple[Colonne, ...]
    lignes: Sequence[Sequence[Valeur]]
    total: Sequence[Valeur] = ()


@dataclass(frozen=True)
class _Formes:
    """Les formats du classeur, par genre de colonne."""

    corps: dict[Genre, Format]
    total: dict[Genre, Format]
    entete: dict[Genre, Format]


def composer_classeur(feuilles: Sequence[Feuille], *, titre: str, jour: dt.date) -> bytes:
    """Les octets du classeur ; `jour` : la date qu'il porte, pour que les mêmes données donnent les mêmes octets."""
    tampon = io.BytesIO()
    classeur = Workbook(tampon, _SANS_SURPRISE)
    classeur.set_properties({"title": titre, "author": AUTEUR, "created": dt.datetime.combine(jour, dt.time())})
    formes = _former(classeur)
    for feuille in feuilles:
        _ecrire_feuille(classeur.add_worksheet(feuille.nom), feuille, formes)
    classeur.close()
    return tampon.getvalue()


def _former(classeur: Workbook) -> _Formes:
    def former(**commun: Any) -> dict[Genre, Format]:
        return {
            genre: classeur.add_format({"num_format": forme, "text_wrap": genre == "texte", **commun})
            for genre, forme in _FORMATS.items()
        }

    entete = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E3E8EF", "bottom": 1}
    a_gauche, a_droite = classeur.add_format(entete), classeur.add_format({**entete, "align": "right"})
    entetes = {genre: a_gauche if genre == "texte" else a_droite for genre in _FORMATS}
    return _Formes(former(valign="top"), former(bold=True, top=1), entetes)


def _ecrire_feuille(page: Worksheet, feuille: Feuille, formes: _Formes) -> None:
    largeurs = [_mesurer(feuille, rang) for rang in range(len(feuille.colonnes))]
    for rang, (colonne, largeur) in enumerate(zip(feuille.colonnes, largeurs, strict=True)):
        page.write_string(0, rang, colonne.titre, formes.entete[colonne.genre])
        page.set_column(rang, rang, largeur)
    for numero, ligne in enumerate(feuille.lignes, start=1):
        _ecrire_ligne(page, numero, feuille.colonnes, ligne, formes.corps)
        if (rangs := _compter_rangs(ligne, largeurs)) > 1:  # tous les tableurs ne l'agrandissent pas d'eux-mêmes
            page.set_row(numero, _HAUTEUR_LIGNE * rangs)
    if feuille.total:
        _ecrire_ligne(page, len(feuille.lignes) + 1, feuille.colonnes, feuille.total, formes.total)
    page.autofilter(0, 0, max(len(feuille.lignes), 1), len(feuille.colonnes) - 1)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&R&P / &N")


def _ecrire_ligne(
    page: Worksheet, numero: int, colonnes: Sequence[Colonne], ligne: Sequence[Valeur], formes: dict[Genre, Format]
) -> None:
    for rang, (colonne, valeur) in enumerate(zip(colonnes, ligne, strict=True)):
        forme = formes[colonne.genre]
        if valeur is None:
            page.write_blank(numero, rang, None, forme)
        elif isinstance(valeur, dt.date):
            page.write_datetime(numero, rang, valeur, forme)
        elif isinstance(valeur, str):
            page.write_string(numero, rang, rendre_inoffensif(valeur), forme)
        else:
            nombre = valeur / _POUR_CENT if colonne.genre == "pourcent" else valeur
            page.write_number(numero, rang, float(nombre), forme)


def _mesurer(feuille: Feuille, rang: int) -> int:
    """Assez large pour le titre et le contenu, sans qu'un long texte repousse les autres : il passe à la ligne."""
    colonne = feuille.colonnes[rang]
    if colonne.genre != "texte":
        return max(_LARGEURS[colonne.genre], max(map(len, colonne.titre.split())) + 2)
    lignes = (*feuille.lignes, feuille.total) if feuille.total else feuille.lignes
    contenus = (len(str(ligne[rang] or "")) for ligne in lignes)
    return min(max((*contenus, len(colonne.titre), _LARGEURS["texte"])) + 2, _LARGEUR_MAXIMALE)


def _compter_rangs(ligne: Sequence[Valeur], largeurs: Sequence[int]) -> int:
    """Combien de lignes de texte le plus long des textes demande dans sa colonne."""
    return max(
        sum(math.ceil(len(morceau) / largeur) or 1 for morceau in valeur.split("\n"))
        for valeur, largeur in zip(ligne, largeurs, strict=True)
        if isinstance(valeur, str)
    )

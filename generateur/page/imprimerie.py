"""Les gabarits HTML, remplis avec échappement ; les mêmes écritures que les actes pour les montants et les dates."""

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.responses import HTMLResponse

from generateur import VERSION
from generateur.domaine.constat import LIBELLES_GRAVITES
from generateur.domaine.langue import date_courte, date_longue, majuscule, montant, pluriel, pourcentage
from generateur.domaine.socle import lire_nombre
from generateur.operations.constats_ranges import ranger_constats
from generateur.operations.formulaire_dossier import Groupe, libelle_de
from generateur.operations.juridiction_dite import juridiction_saisie
from generateur.operations.verdict_dit import dire_etape
from generateur.operations.voies import libelle_de_voie
from generateur.page.cles_dites import dire_cles
from generateur.page.endroits import (
    adresser_lieu,
    alleger_remede,
    dire_cle,
    dire_lieu,
    dire_manque,
    dire_place,
    taire_commandes,
)
from generateur.page.essentiels import est_ouvert, ordonner
from generateur.page.maison import Maison
from generateur.page.ponctuation import ponctuer_page
from generateur.page.remedes import remedier

_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_RESUMEES = ("denomination", "nom", "numero", "titre", "date", "montant_ttc", "montant", "canal")
_SOMMES = frozenset({"montant_ttc", "montant"})
_VERDICTS = {"pret": "prêt à déposer", "a_completer": "à compléter", "irrecevable": "à ne pas déposer"}


class Gabarits:
    """L'imprimerie de la page : un gabarit, ses champs, une réponse."""

    def __init__(self, maison: Maison) -> None:
        self._maison = maison
        self._cadre = jinja2.Environment(
            loader=jinja2.PackageLoader("generateur.page", "gabarits"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._cadre.filters |= {
            "montant": _montant,
            "date_longue": _date_longue,
            "date_courte": date_courte,
            "pourcentage": pourcentage,
            "majuscule": majuscule,
            "pluriel": pluriel,
            "gravite": LIBELLES_GRAVITES.__getitem__,
            "verdict": _VERDICTS.__getitem__,
            "etape": dire_etape,
            "procedure": libelle_de_voie,
            "libelle": lambda cle: libelle_de("Dossier", cle),
            "resume": _resumer,
            "urlencode": lambda texte: quote(str(texte), errors="replace"),
            "ordonner": ordonner,
            "est_ouvert": est_ouvert,
            "dire_lieu": dire_lieu,
            "dire_place": dire_place,
            "nom_de_fichier": lambda chemin: PurePosixPath(chemin).name,
            "souche": lambda chemin: PurePosixPath(chemin).stem.replace("_", " "),
            "adresser": adresser_lieu,
            "alleger": alleger_remede,
            "clair": dire_cles,
            "remedier": remedier,
            "juridiction_saisie": juridiction_saisie,
            "sans_commande": taire_commandes,
            "dire_manque": dire_manque,
            "dire_version": _dire_version,
            "dire_cle": dire_cle,
            "en_json": json.dumps,
            "est_iso": lambda valeur: not valeur or bool(_ISO.fullmatch(valeur)),
            "zip_soi": lambda valeurs: [(valeur, valeur) for valeur in valeurs],
            "nom_de_profil": lambda chemin: PurePosixPath(chemin).stem,
        }
        self._cadre.globals |= {"VERSION": VERSION, "ranger_constats": ranger_constats}

    def remplir(self, gabarit: str, /, **champs: Any) -> str:
        """Le gabarit rempli ; chaque page connaît le jour et le jeton de ses formulaires."""
        communs = {"csrf": self._maison.seance.csrf, "jour": self._maison.aujourd_hui()}
        return ponctuer_page(self._cadre.get_template(gabarit).render(communs | champs))

    def repondre(self, gabarit: str, code: int = 200, /, **champs: Any) -> HTMLResponse:
        """La page elle-même ; un nom de fichier qui n'est pas de l'UTF-8 s'y lit avec des « ? »."""
        return HTMLResponse(self.remplir(gabarit, **champs).encode(errors="replace"), status_code=code)


def _dire_version(valeur: Any) -> str:
    """Une valeur d'un export ou d'un dossier ; « – » quand elle n'y est pas."""
    if valeur is None:
        return "–"
    if isinstance(valeur, Decimal):
        return _montant(valeur)
    if isinstance(valeur, dt.date):
        return date_courte(valeur)
    return str(valeur)


def _resumer(groupe: Groupe) -> str:
    """Ce qui distingue un bloc d'un autre : son numéro, son nom, sa date, son montant."""
    dits = {str(champ.chemin[-1]): champ.valeur for champ in groupe.champs if champ.valeur}
    vus = ((cle, dits[cle]) for cle in _RESUMEES if cle in dits)
    return (
        " · ".join(_ISO.sub(_a_la_francaise, _en_euros(vu) if cle in _SOMMES else vu) for cle, vu in vus) or "à remplir"
    )


def _en_euros(saisi: str) -> str:
    """Une somme comme ailleurs à l'écran ; ce qui n'en est pas une se montre tel quel."""
    try:
        return montant(lire_nombre(saisi))
    except ValueError:
        return saisi


def _a_la_francaise(trouve: re.Match[str]) -> str:
    return "/".join(reversed(trouve[0].split("-")))


def _montant(valeur: Decimal | None) -> str:
    return "" if valeur is None else montant(valeur)


def _date_longue(jour: dt.date | None) -> str:
    return "" if jour is None else date_longue(jour)

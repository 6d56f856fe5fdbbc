"""Un dossier complet entre commerçants, et de quoi le déformer pour voir quels constats apparaissent."""

import copy
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generateur.calculs.decompte import chiffrer
from generateur.controles.contexte import Contexte
from generateur.controles.tous import controler_commun
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.fichiers import ContenuCache, Inspection, MessageLu

AU = date(2026, 11, 21)
RETIRER = "(retirer)"
FACTURE = "pieces/f2026-118.pdf"
CODES = Path(__file__).parent / "codes"

COMPLET: dict[str, Any] = {
    "reference": "2026-0042",
    "objet": "Fourniture de menuiseries",
    "creancier": {
        "nature": "personne_morale",
        "denomination": "Atelier Lumen",
        "forme": "SARL",
        "capital": "10000",
        "siren": "732829320",
        "siret": "73282932000074",
        "tva": "FR44732829320",
        "rcs_ville": "Lyon",
        "adresse": {"voie": "12 rue des Fleurs", "code_postal": "69003", "commune": "Lyon"},
        "representant": {"nom": "Claire Martin", "qualite": "gérante"},
        "iban": "FR7630006000011234567890189",
        "bic": "BNPAFRPP",
    },
    "debiteurs": [
        {
            "nature": "personne_morale",
            "denomination": "Menuiserie Dupont & Fils",
            "forme": "SAS",
            "siren": "404833048",
            "adresse": {"voie": "3 quai Perrache", "code_postal": "69002", "commune": "Lyon"},
        }
    ],
    "contrat": {
        "nature": "bon_de_commande",
        "date": date(2026, 3, 2),
        "reference": "BC-118",
        "fichier": "pieces/bc118.pdf",
        "activite": "vente",
    },
    "cgv": {
        "version": "2026-01",
        "fichier": "pieces/cgv.pdf",
        "acceptation": {"date": date(2026, 3, 2), "mode": "signature", "fichier": "pieces/bc118.pdf"},
    },
    "factures": [
        {
            "numero": "F2026-118",
            "date": date(2026, 4, 1),
            "echeance": date(2026, 5, 1),
            "montant_ht": "7200.00",
            "montant_tva": "1440.00",
            "montant_ttc": "8640.00",
            "fichier": "pieces/f2026-118.pdf",
            "livraison": {"date": date(2026, 3, 28), "fichier": "pieces/bl118.pdf"},
        }
    ],
    "relances": [
        {"date": date(2026, 5, 15), "canal": "courriel", "fichier": "pieces/relance1.pdf"},
        {"date": date(2026, 7, 10), "canal": "telephone"},
    ],
    "mise_en_demeure": {
        "date_envoi": date(2026, 9, 14),
        "mode": "lrar",
        "date_presentation": date(2026, 9, 16),
        "issue": "distribuee",
        "date_reception": date(2026, 9, 16),
        "delai_jours": 15,
        "fichier": "pieces/mise_en_demeure.pdf",
        "preuve_depot": "pieces/depot.pdf",
        "accuse": "pieces/accuse.pdf",
    },
    "pieces": [
        {"nature": "kbis_debiteur", "fichier": "pieces/kbis.pdf", "delivre_le": date(2026, 11, 2)},
    ],
}


def deformer(base: Any, changements: Any) -> Any:
    """Fusionne : un dict modifie les clés, ou un rang de liste compté à partir de 1 ; « (retirer) » ôte la clé."""
    if changements == RETIRER:
        return None
    if isinstance(changements, Mapping) and isinstance(base, list):
        elements = [*base, *({} for _ in range(len(base), max(map(int, changements))))]
        return [deformer(e, changements.get(str(rang), {})) for rang, e in enumerate(elements, start=1)]
    if isinstance(changements, Mapping) and isinstance(base, Mapping | None):
        fusion = dict(base or {})
        return fusion | {cle: deformer(fusion.get(cle), valeur) for cle, valeur in changements.items()}
    return copy.deepcopy(changements)


@cache
def _fragments() -> Mapping[str, Any]:
    return tomllib.loads((CODES / "fragments.toml").read_text("utf-8"))


def dossier_deforme(changements: Mapping[str, Any]) -> Dossier:
    """Le dossier complet, déformé par les fragments de « avec », puis par les autres clés."""
    donnees: Any = COMPLET
    for nom in changements.get("avec", ()):
        donnees = deformer(donnees, _fragments()[nom])
    return Dossier.model_validate(
        deformer(donnees, {cle: valeur for cle, valeur in changements.items() if cle != "avec"})
    )


@pytest.fixture
def dossier_de() -> Callable[[Mapping[str, Any]], Dossier]:
    """Le dossier complet, déformé."""
    return dossier_deforme


@pytest.fixture
def inspection() -> Callable[..., Mapping[str, Inspection]]:
    """L'inspection de la facture du dossier complet ; « (facture complète) » : le texte d'une facture en règle."""

    def _inspecter(**vue: Any) -> Mapping[str, Inspection]:
        if vue.get("texte") == "(facture complète)":
            vue["texte"] = _fragments()["texte"]["facture"]
        if "caches" in vue:
            vue["caches"] = tuple(ContenuCache("note", 1, "accepter 50 %", sort) for sort in vue["caches"])
        if "messages" in vue:
            vue["messages"] = tuple(_message(**message) for message in vue["messages"])
        return {FACTURE: Inspection(FACTURE, **{"existe": True, "lisible": True, "pages": 1} | vue)}

    return _inspecter


def _message(jour: date | None = None, a: str = "compta@dupont.example", **reste: Any) -> MessageLu:
    jours = frozenset({jour} if jour else ())
    return MessageLu(jour, "Facture impayée", "Atelier Lumen", a, "", jours=jours, adresses=(a,), **reste)


@pytest.fixture
def controler() -> Callable[..., tuple[Constat, ...]]:
    """Contrôle le dossier déformé ; `fichiers` : inspections par chemin."""

    def _controler(
        changements: Mapping[str, Any] | None = None,
        *,
        au: date = AU,
        jour: date = AU,
        fichiers: Mapping[str, Inspection] | None = None,
    ) -> tuple[Constat, ...]:
        dossier = dossier_deforme(changements or {})
        contexte = Contexte(au=au, jour=jour, fichiers=fichiers or {}, decompte=chiffrer(dossier, au))
        return controler_commun(dossier, contexte)

    return _controler

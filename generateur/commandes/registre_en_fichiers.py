"""Le registre exporté : CSV pour un tableur français, classeur XLSX, ou le JSON de « registre lister »."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generateur.commandes.presentation_registre import en_objet
from generateur.commandes.signes import mettre_en_ligne
from generateur.erreurs import ErreurUsage
from generateur.registre.parcours import NATURES
from generateur.registre.recherche import Affaire

_TITRES = (
    "Référence", "État", "Débiteur", "Créancier", "Procédure", "Total", "Échéance", "Objet",
    "Inscrite le",
)  # fmt: skip
_TITRE = "Registre"
_COMMANDE = ("=", "+", "-", "@", "\t", "\r")  # ce qu'un tableur prendrait pour une formule
FORMATS = (".csv", ".xlsx", ".json")


def choisir_format(fichier: Path) -> str:
    """Le format que le nom demande. Lève ErreurUsage pour un autre."""
    extension = fichier.suffix.lower()
    if extension not in FORMATS:
        raise ErreurUsage(
            f"le format « {fichier.suffix or fichier.name} » n'est pas écrit",
            lieu=str(fichier),
            remede=f"Donner un nom qui finit par {', '.join(FORMATS)}.",
        )
    return extension


def composer(affaires: Sequence[Affaire], extension: str, jour: dt.date) -> bytes:
    """Les octets du fichier."""
    if extension == ".json":
        return json.dumps(en_objet(affaires), ensure_ascii=False).encode()
    return _composer_csv(affaires) if extension == ".csv" else _composer_classeur(affaires, jour)


def _ligne(affaire: Affaire) -> tuple[Any, ...]:
    le, titre = affaire.echeance or (None, "")
    return (
        affaire.reference,
        NATURES[affaire.etat],
        affaire.debiteur,
        affaire.creancier,
        affaire.procedure or "",
        affaire.total,
        le,
        titre,
        affaire.ouverte_le,
    )


def _composer_csv(affaires: Sequence[Affaire]) -> bytes:
    """Point-virgule, virgule décimale et marque d'UTF-8 : ce qu'un tableur français ouvre sans question."""
    tampon = io.StringIO()
    redacteur = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    redacteur.writerow(_TITRES)
    redacteur.writerows([_en_case(valeur) for valeur in _ligne(affaire)] for affaire in affaires)
    return tampon.getvalue().encode("utf-8-sig")


def _en_case(valeur: Any) -> str:
    if isinstance(valeur, str):
        propre = mettre_en_ligne(valeur)
        return f"'{propre}" if propre.startswith(_COMMANDE) else propre
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    return "" if valeur is None else f"{valeur:.2f}".replace(".", ",")


def _composer_classeur(affaires: Sequence[Affaire], jour: dt.date) -> bytes:
    from generateur.commandes.classeur import Colonne, Feuille, Genre, composer_classeur

    genres: dict[str, Genre] = {"Total": "euros", "Échéance": "date", "Inscrite le": "date"}
    colonnes = tuple(Colonne(titre, genres.get(titre, "texte")) for titre in _TITRES)
    lignes = [_ligne(affaire) for affaire in affaires]
    return composer_classeur((Feuille(_TITRE, colonnes, lignes),), titre=_TITRE, jour=jour)

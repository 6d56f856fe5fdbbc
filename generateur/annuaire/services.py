"""Les services consultés et la mesure qu'on y met, lus dans `services.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from generateur.erreurs import ErreurUsage


@dataclass(frozen=True)
class Service:
    """Un service public : son nom, l'adresse employée, les paramètres d'une demande."""

    nom: str
    adresse: str
    parametres: tuple[tuple[str, str], ...]

    def parametrer(self, siren: str) -> dict[str, str]:
        """Les paramètres de la demande pour ce SIREN."""
        return {cle: valeur.replace("{siren}", siren) for cle, valeur in self.parametres}


@dataclass(frozen=True)
class Services:
    """Les deux registres."""

    entreprises: Service
    bodacc: Service


@dataclass(frozen=True)
class Mesure:
    """Ce que l'on s'impose : délais en secondes, taille en octets, nombre d'échecs de toute la commande."""

    intervalle_s: float
    echecs: int
    attente_s: float
    attente_max_s: float
    delai_s: float
    duree_max_s: float
    octets_max: int


@cache
def lire_donnees(nom: str) -> dict[str, Any]:
    """Un fichier de données de cette salle."""
    return tomllib.loads(files("generateur.annuaire").joinpath(nom).read_text(encoding="utf-8"))


def choisir_services(url_entreprises: str | None = None, url_bodacc: str | None = None) -> Services:
    """Les services, à l'adresse donnée ou à la leur. Lève ErreurUsage si une adresse n'est pas http(s)."""
    donnees = lire_donnees("services.toml")
    return Services(
        _decrire(donnees["entreprises"], url_entreprises, "--url-entreprises"),
        _decrire(donnees["bodacc"], url_bodacc, "--url-bodacc"),
    )


def lire_mesure() -> Mesure:
    """La mesure ordinaire."""
    brute = lire_donnees("services.toml")["mesure"]
    return Mesure(
        float(brute["intervalle_s"]),
        brute["echecs"],
        float(brute["attente_s"]),
        float(brute["attente_max_s"]),
        float(brute["delai_s"]),
        float(brute["duree_max_s"]),
        brute["octets_max"],
    )


def _decrire(brut: dict[str, Any], url: str | None, option: str) -> Service:
    """Une adresse donnée sans chemin prend celui du service."""
    adresse = brut["adresse"]
    if url:
        try:
            donnee = urlsplit(url.strip())
            est_bonne = donnee.scheme in {"http", "https"} and bool(donnee.hostname) and donnee.port != 0
        except ValueError:
            est_bonne = False
        if not est_bonne:
            raise ErreurUsage(
                f"« {url} » n'est pas une adresse de service",
                lieu=option,
                remede=f"Exemple : {option} {adresse}",
            )
        chemin = donnee.path if donnee.path.strip("/") else urlsplit(adresse).path
        adresse = urlunsplit((donnee.scheme, donnee.netloc, chemin, donnee.query, ""))
    return Service(brut["nom"], adresse, tuple(brut["parametres"].items()))

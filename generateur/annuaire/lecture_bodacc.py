"""Les annonces de procédures collectives du BODACC, lues en suite datée : la plus récente d'abord."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generateur.annuaire.services import lire_donnees
from generateur.annuaire.valeurs_recues import lire_date, lire_objet, lire_texte, refuser_forme
from generateur.domaine.fiche_annuaire import Procedure
from generateur.domaine.langue import aplatir

_FAMILLE = "collective"
_CLES = ("famille", "nature", "complementJugement")


def lire_procedures(reponse: Any, siren: str) -> tuple[Procedure, ...]:
    """Les annonces qui visent ce SIREN, de la plus récente à la plus ancienne.

    Une date illisible est laissée vide, l'annonce gardée. Celle qu'une annulation vise n'ouvre plus rien.
    Lève ErreurOutilAbsent si la réponse a changé de forme.
    """
    collectives = [a for a in _lister(reponse) if _vise(a, siren) and _est_collective(a)]
    annulees = {_precedente(a) for a in collectives if _est_annulation(a)}
    lues = [_lire_annonce(a, est_nulle=_est_annulation(a) or _designer(a) in annulees) for a in collectives]
    return tuple(sorted(lues, key=_age, reverse=True))


def _age(procedure: Procedure) -> tuple[dt.date, dt.date]:
    publiee = procedure.parution or procedure.date or dt.date.min
    return procedure.date or publiee, publiee


def _lister(reponse: Any) -> list[Mapping[str, Any]]:
    """Les annonces, quelle que soit la version de l'interface : results, ou records et leurs fields."""
    suite = reponse
    if isinstance(reponse, Mapping):
        suite = reponse.get("results", reponse.get("records"))
    if not isinstance(suite, list):
        raise refuser_forme(lire_donnees("services.toml")["bodacc"]["nom"])
    annonces = [_deballer(annonce) for annonce in suite]
    if not all("registre" in annonce for annonce in annonces):
        raise refuser_forme(lire_donnees("services.toml")["bodacc"]["nom"])
    return annonces


def _deballer(annonce: Any) -> Mapping[str, Any]:
    objet = lire_objet(annonce)
    return lire_objet(objet.get("fields")) or lire_objet(lire_objet(objet.get("record")).get("fields")) or objet


def _vise(annonce: Mapping[str, Any], siren: str) -> bool:
    registre = annonce["registre"]
    numeros = registre.split(",") if isinstance(registre, str) else registre if isinstance(registre, list) else []
    return siren in {re.sub(r"\D", "", str(numero)) for numero in numeros}


def _est_collective(annonce: Mapping[str, Any]) -> bool:
    return annonce.get("familleavis") == _FAMILLE


def _est_annulation(annonce: Mapping[str, Any]) -> bool:
    return "annulation" in aplatir(f"{annonce.get('typeavis')} {annonce.get('typeavis_lib')}")


def _designer(annonce: Mapping[str, Any]) -> tuple[str, str]:
    return str(annonce.get("parution")), str(annonce.get("numeroannonce"))


def _precedente(annonce: Mapping[str, Any]) -> tuple[str, str]:
    visee = lire_objet(annonce.get("parutionavisprecedent"))
    return str(visee.get("numeroParution")), str(visee.get("numeroAnnonce"))


def _lire_annonce(annonce: Mapping[str, Any], *, est_nulle: bool) -> Procedure:
    jugement = lire_objet(annonce.get("jugement"))
    textes = dict.fromkeys(filter(None, _textes(jugement)))
    nature = " — ".join(textes) or "Annonce de procédure collective"
    regle = {} if est_nulle else _comprendre(jugement)
    return Procedure(
        f"Annulée : {nature}" if est_nulle else nature,
        lire_date(jugement.get("date")),
        lire_texte(annonce.get("tribunal")) or "",
        lire_texte(annonce.get("id")) or "",
        lire_date(annonce.get("dateparution")),
        regle.get("situation"),
        est_nulle or bool(regle.get("situation")) or bool(regle.get("neutre")),
    )


def _textes(jugement: Mapping[str, Any]) -> Iterator[str | None]:
    yield lire_texte(jugement.get("nature")) or lire_texte(jugement.get("famille"))
    yield (lire_texte(jugement.get("complementJugement")) or "").rstrip(".") or None


def _comprendre(jugement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ce que dit la nature ; à défaut seulement, le complément, où l'on parle aussi d'étapes à venir."""
    nature = aplatir(lire_texte(jugement.get("nature")) or "")
    entier = aplatir(" ".join(filter(None, (lire_texte(jugement.get(cle)) for cle in _CLES))))
    natures = lire_donnees("natures_bodacc.toml")["natures"]
    return next((regle for texte in (nature, entier) for regle in natures if re.search(regle["motif"], texte)), {})

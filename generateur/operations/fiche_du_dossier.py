"""Qui, contre qui, devant qui : ce que la synthèse d'un lot et ses piles disent d'un dossier sans le rouvrir."""

import datetime as dt
from dataclasses import dataclass

from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Adresse
from generateur.operations.remise import composer_remise
from generateur.publication.manifeste import Manifeste
from generateur.redaction.designation import adresse_sur_une_ligne
from generateur.reglages import FicheDossier

PROJET = "projet, à compléter avant de partir"


@dataclass(frozen=True)
class Depart:
    """Comment un dossier est déjà parti, et quand : « déposé », « communiqué »."""

    comment: str
    le: dt.date


def dresser_fiche(
    dossier: Dossier, manifeste: Manifeste | None = None, *, parti: Depart | None = None, est_a_classer: bool = False
) -> FicheDossier:
    """La fiche d'un dossier lu, complétée de ce qui est publié ; `parti` : comment il l'est déjà, None sinon."""
    etude = dossier.destinataire
    identite = {
        "creancier": dossier.creancier.nom_complet,
        "creancier_siren": dossier.creancier.siren_deduit or "",
        "debiteurs": tuple(debiteur.nom_complet for debiteur in dossier.debiteurs),
        "etude": (etude.etude if etude else None) or "",
        "etude_adresse": _aligner(etude.adresse if etude else None),
        "etude_courriel": (etude.courriel if etude else None) or "",
    }
    if manifeste is None:
        return FicheDossier.model_validate(identite)
    juridiction, horizon = manifeste.juridiction, manifeste.horizon
    retenue = parti.comment if parti else PROJET if manifeste.projet else ""
    return FicheDossier.model_validate(
        identite
        | {
            "juridiction": juridiction.nom if juridiction else "",
            "juridiction_adresse": juridiction.adresse if juridiction else "",
            "au": dt.date.fromisoformat(manifeste.au),
            "pieces": len(manifeste.pieces),
            "pages": manifeste.liasse.pages or 0,
            "horizon": dt.date.fromisoformat(horizon.date) if horizon else None,
            "tables": horizon.tables if horizon else (),
            "retenue": retenue,
            "retenue_le": parti.le if parti else None,
            "remise": composer_remise(dossier, manifeste) if est_a_classer and not retenue else {},
        }
    )


def _aligner(adresse: Adresse | str | None) -> str:
    if adresse is None or isinstance(adresse, str):
        return adresse or ""
    return adresse_sur_une_ligne(adresse)

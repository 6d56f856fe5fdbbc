"""Les objets JSON du contrat d'interface : montants en texte à deux décimales, dates ISO."""

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generateur.calculs.decompte import Decompte, PaiementRecu
from generateur.domaine.arrondi import CENTIME
from generateur.erreurs import ErreurGenerateur
from generateur.operations.etude import Chiffrage, Etude
from generateur.operations.juridiction_dite import decrire_juridiction
from generateur.publication.manifeste import Manifeste

if TYPE_CHECKING:
    from generateur.operations.retenir_numeros import Retenue
    from generateur.publication.preuve import Verification

_TOTAUX = (
    "principal",
    "interets",
    "indemnites",
    "clause_penale",
    "frais",
    "total",
    "interet_journalier",
    "compense",
    "trop_percu",
)


def verification_en_json(etude: Etude) -> dict[str, Any]:
    """Objet de « verifier »."""
    return {
        "reference": etude.dossier.reference,
        "verdict": etude.verdict,
        "constats": [c.en_json() for c in etude.constats],
    }


def choix_en_json(etude: Etude) -> dict[str, Any]:
    """Objet de « choisir »."""
    juridiction = decrire_juridiction(etude)
    return {
        "reference": etude.dossier.reference,
        "retenue": etude.decision.retenue.nom if etude.decision.retenue else None,
        "juridiction": juridiction.model_dump() if juridiction else None,
        "cour_appel": etude.espece.competence.cour_appel,
        "examens": [en_json(examen) for examen in etude.decision.examens],
        "constats": [c.en_json() for c in etude.constats],
    }


def chiffrage_en_json(chiffrage: Chiffrage) -> dict[str, Any]:
    """Objet de « chiffrer » ; `posterieures` : les créances nées après le jugement, quand les autres se déclarent."""
    autre = {"posterieures": _decompte_en_json(chiffrage.autre)} if chiffrage.autre else {}
    return {"reference": chiffrage.dossier.reference, **_decompte_en_json(chiffrage.decompte), **autre}


def _decompte_en_json(decompte: Decompte) -> dict[str, Any]:
    return {
        "au": decompte.au.isoformat(),
        "arrete_le": decompte.arrete_le.isoformat(),
        **{nom: en_json(getattr(decompte, nom)) for nom in _TOTAUX},
        "lignes": en_json(decompte.lignes),
        "imputations": en_json(decompte.imputations),
        "paiements": [_paiement_en_json(recu) for recu in decompte.paiements],
        "factures": en_json(decompte.soldes),
        "exclues": en_json(decompte.exclues),
        "a_echoir": en_json(decompte.a_echoir),
        "ecarts_plancher": en_json(decompte.ecarts_plancher),
    }


def manifeste_en_json(manifeste: Manifeste) -> dict[str, Any]:
    """Objet de « produire » : le manifeste publié, et ce qui a été gardé à part de la version d'avant."""
    gardes = {"gardes_a_part": list(manifeste.gardes_a_part)} if manifeste.gardes_a_part else {}
    return manifeste.model_dump(mode="json") | gardes


def retenue_en_json(retenue: "Retenue") -> dict[str, Any]:
    """Objet de « retenir-numeros » : le registre, et où la liasse communiquée est gardée."""
    return {**retenue.registre.model_dump(mode="json"), "gardee": retenue.gardee.as_posix()}


def _paiement_en_json(recu: PaiementRecu) -> dict[str, Any]:
    """Un paiement tel que reçu, puis ce qu'il a éteint."""
    paiement = recu.paiement
    return {
        "date": en_json(paiement.date),
        "montant": en_json(paiement.montant),
        "mode": paiement.mode,
        "reference": paiement.reference,
        "affecte_par_le_debiteur": recu.est_affecte,
        "imputations": en_json(recu.imputations),
        "excedent": en_json(recu.excedent),
    }


def liasse_verifiee_en_json(verification: "Verification") -> dict[str, Any]:
    """Objet de « verifier-liasse »."""
    return {"conforme": verification.conforme, "entiere": verification.entiere, **en_json(verification)}


def erreur_en_json(erreur: ErreurGenerateur) -> dict[str, Any]:
    """Objet d'un échec ; un refus porte ses constats."""
    objet: dict[str, Any] = {
        "erreur": {
            "code": int(erreur.code),
            "type": erreur.genre,
            "message": erreur.message,
            "lieu": erreur.lieu,
            "remede": erreur.remede,
        }
    }
    if erreur.constats:
        objet["constats"] = [c.en_json() for c in erreur.constats]
    return objet


def en_json(valeur: Any) -> Any:
    """Convertit dataclasses, montants, dates, chemins et suites."""
    if dataclasses.is_dataclass(valeur) and not isinstance(valeur, type):
        return {champ.name: en_json(getattr(valeur, champ.name)) for champ in dataclasses.fields(valeur)}
    if isinstance(valeur, Decimal):
        # un taux peut avoir plus de deux décimales : on n'en perd aucune
        exact = valeur == valeur.quantize(CENTIME)
        return f"{valeur:.2f}" if exact else f"{valeur.normalize():f}"
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    if isinstance(valeur, Path):
        return valeur.as_posix()
    if isinstance(valeur, list | tuple):
        return [en_json(v) for v in valeur]
    return valeur

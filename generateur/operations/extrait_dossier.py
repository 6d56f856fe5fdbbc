"""L'extrait d'un dossier que le registre garde : de quoi dresser le tableau de bord, et rien de plus.

Ni adresse, ni courriel, ni téléphone, ni compte, ni pièce, ni texte libre : des noms, des dates et des sommes.
"""

import json
from typing import Any

from generateur.domaine.dossier import Dossier

_IDENTITE = {"nature", "qualite", "denomination", "nom", "prenoms", "forme", "siren", "siret"}
_FACTURE = {
    "numero", "date", "echeance", "echeances", "montant_ht", "montant_tva", "montant_ttc", "nature", "net_a_payer",
    "acomptes_deduits", "retenue_garantie", "regime_tva", "devise", "contestee", "montant_conteste",
}  # fmt: skip
_LETTRE = {"date_envoi", "mode", "factures"}
_ACTE = {"date", "montant", "partielle", "mode", "nature", "denonciation", "debiteur"}
_SUIVI = {
    "depot": True,
    "ordonnance": _ACTE,
    "rejet": _ACTE,
    "signification": _ACTE,
    "significations": {"__all__": _ACTE},
    "avis_greffe": True,
    "opposition": True,
    "consignation": True,
    "saisies": {"__all__": _ACTE},
    "clos": {"date", "motif"},
}
_GARDE: dict[str, Any] = {
    "reference": True,
    "au": True,
    "creancier": _IDENTITE,
    "debiteurs": {
        "__all__": {
            **dict.fromkeys((*_IDENTITE, "role", "situation", "agit_en_professionnel"), True),
            "procedure_collective": {"jugement", "publication_bodacc"},
        }
    },
    "factures": {"__all__": _FACTURE},
    "avoirs": {"__all__": {"numero", "date", "montant_ht", "montant_tva", "montant_ttc", "facture", "ventilation"}},
    "paiements": {"__all__": {"date", "montant", "facture", "ventilation", "statut", "date_rejet"}},
    "relances": {"__all__": {"date", "canal", "niveau"}},
    "mise_en_demeure": _LETTRE,
    "mises_en_demeure": {"__all__": _LETTRE},
    "accord": {"date", "echeances", "decheance_terme"},
    "cession": {"sens", "date"},
    "assurance_credit": {"indemnise"},
    "situation": {"litige", "cession"},
    "suivi": _SUIVI,
}


def extraire_dossier(dossier: Dossier) -> str:
    """L'extrait, en JSON ; le même dossier donne le même texte."""
    return dossier.model_dump_json(include=_GARDE, exclude_defaults=True)


def relire_extrait(texte: str) -> Dossier:
    """Le dossier réduit à son extrait."""
    return Dossier.model_validate(json.loads(texte))

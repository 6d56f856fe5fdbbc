"""Les conflits d'importation, dits au moment d'importer, puis à chaque contrôle du dossier tant qu'ils durent."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.controles.catalogue import constater
from generateur.domaine.chemins_de_cle import nommer
from generateur.domaine.constat import Constat
from generateur.domaine.langue import date_courte, enumerer
from generateur.importation.fusion import ANNULATION, Conflit, Fusion
from generateur.importation.origine import ConflitGarde, Origine, garder_conflit, lire_origine
from generateur.importation.valeurs_a_plat import CheminValeur, aplatir, situer_valeur

_SECTIONS = frozenset({"factures", "avoirs", "pieces"})
_RETIRER = {
    "factures": "Si elle n'est plus due, retirez son bloc [[factures]] du dossier : elle n'y reviendra pas.",
    "avoirs": "S'il a été remboursé, annulé ou imputé ailleurs, retirez son bloc [[avoirs]] du dossier : il n'y "
    "reviendra pas.",
}
_GARDEE = "la source a changé depuis la dernière importation. Ce que dit le dossier est gardé."


def constater_conflit(conflit: Conflit, dossier: str) -> Constat:
    """Le constat d'une importation ; `dossier` : la référence, une importation en touchant plusieurs."""
    if conflit.cle[-1] == ANNULATION:
        return constater(
            "CONFLIT_IMPORT",
            _dire_annulation(conflit.cle, conflit.lieu, conflit.source),
            lieu=f"{dossier}, {conflit.lieu}",
            remede=_RETIRER[conflit.cle[0]],
        )
    return constater(
        "CONFLIT_IMPORT",
        f"{_nommer(conflit.lieu)} : le dossier dit « {_dire(conflit.saisie)} », "
        f"la source dit « {_dire(conflit.source)} » ; {_GARDEE}",
        lieu=f"{dossier}, {conflit.lieu}",
        remede="Mettre dans le dossier la valeur qui est juste ; si c'est celle de la source, la recopier.",
    )


def retenir_conflits(fusion: Fusion, ancienne: Origine | None) -> tuple[ConflitGarde, ...]:
    """Ceux de cette importation, et les anciens dont elle ne dit rien."""
    vus = fusion.comparees | {conflit.cle for conflit in fusion.conflits}
    anciens = [c for c in (ancienne.conflits if ancienne else ()) if c.cle not in vus]
    return (*anciens, *(garder_conflit(c.cle, c.lieu, c.source) for c in fusion.conflits))


def constater_conflits_restants(dossier: Path, lire: Callable[[], Mapping[str, Any]]) -> list[Constat]:
    """Ceux que le dossier, tel que `lire` le rend, porte encore. Lève ErreurLecture si l'origine est abîmée."""
    origine = lire_origine(dossier)
    if origine is None or not origine.conflits:
        return []
    donnees = lire()
    presentes = aplatir(donnees)
    sources = enumerer(list(dict.fromkeys(source.fichier for source in origine.sources)))
    return [
        _rappeler(c, presentes.get(c.cle), sources, _situer(c, donnees))
        for c in origine.conflits
        if _dure(c, presentes)
    ]


def _situer(conflit: ConflitGarde, donnees: Mapping[str, Any]) -> str:
    """La clé du dossier qui porte ce conflit ; une facture annulée désigne son bloc entier."""
    cle = conflit.cle[:-1] if conflit.cle[-1] == ANNULATION else conflit.cle
    return nommer(situer_valeur(cle, donnees))


def _rappeler(conflit: ConflitGarde, saisie: Any, sources: str, lieu: str) -> Constat:
    if conflit.cle[-1] == ANNULATION:
        message, remede = _dire_annulation(conflit.cle, conflit.lieu, conflit.valeur), _RETIRER[conflit.cle[0]]
    else:
        message = f"{_nommer(conflit.lieu)} : le dossier dit « {_dire(saisie)} », la dernière importation ({sources}) "
        message += f"dit « {_dire(conflit.valeur)} » ; {_GARDEE}"
        remede = "Si la source a raison, recopiez sa valeur dans le dossier ; si c'est vous, il n'y a rien à faire."
    return constater("CONFLIT_IMPORT", message, gravite="avertissement", lieu=lieu, remede=remede)


def _dire_annulation(cle: CheminValeur, lieu: str, raison: Any) -> str:
    if cle[0] == "avoirs":
        return f"{lieu} : le dossier le déduit, mais la source ne le déduit plus ({raison})."
    return f"{lieu} : le dossier la réclame, mais la source ne la réclame plus ({raison})."


def _dure(conflit: ConflitGarde, presentes: Mapping[CheminValeur, Any]) -> bool:
    """Faux si le dossier a pris la valeur de la source, ou n'a plus ce bloc."""
    est_la = conflit.cle[0] not in _SECTIONS or any(cle[:2] == conflit.cle[:2] for cle in presentes)
    return est_la and presentes.get(conflit.cle) != conflit.valeur


def _nommer(lieu: str) -> str:
    """« facture F1, « echeance » » : la clé entre guillemets, que la page sait dire."""
    debut, virgule, cle = lieu.rpartition(", ")
    return f"{debut}, « {cle} »" if virgule and "." not in cle else lieu


def _dire(valeur: Any) -> str:
    if valeur is None:
        return "rien"
    if isinstance(valeur, dt.date):
        return date_courte(valeur)
    return f"{valeur:.2f}".replace(".", ",") if isinstance(valeur, Decimal) else str(valeur)

"""L'historique des relances : aucune, trous, relances sans trace.

Aucun texte n'exige une relance (C. com. L441-10 II : les pénalités courent sans rappel) : rien ici
n'empêche de déposer. Une relance n'interrompt jamais la prescription.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from generateur.controles.catalogue import constater, repere
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer, vise_une_declaration
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer

_CANAUX_ECRITS = frozenset({"courriel", "sms", "courrier", "lrar"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Défauts de l'historique ; rien pour une déclaration de créance."""
    if vise_une_declaration(dossier, contexte):
        return []
    if not dossier.relances:
        return [
            constater(
                "RELANCES_AUCUNE",
                "Aucune relance au dossier : le juge et l'étude y lisent la patience du créancier et "
                "l'absence de "
                "contestation.",
                lieu="relances",
                remede="Ajoutez :\n"
                '[[relances]]\ndate = 2026-05-15\ncanal = "courriel"\nfichier = "pieces/relance1.pdf"',
            )
        ]
    return [*_trous(dossier, contexte.au), *_sans_trace(dossier)]


def _trous(dossier: Dossier, au: date) -> Iterator[Constat]:
    plus_long = timedelta(days=repere("relances_trou_jours"))
    depart = dossier.premiere_echeance or au
    envois = [lettre.date_envoi for lettre in dossier.toutes_mises_en_demeure]
    jalons = sorted({*(relance.date for relance in dossier.relances), *envois})
    suite = [depart, *(jour for jour in jalons if depart < jour <= au)]
    trous = [
        f"du {date_longue(avant)} au {date_longue(apres)}"
        for avant, apres in pairwise(suite)
        if apres - avant > plus_long
    ]
    if trous:
        yield constater(
            "RELANCES_TROU",
            f"Longues périodes sans relance : {enumerer(trous)}.",
            lieu="relances",
            remede="Ajoutez les relances faites entre ces dates, s'il y en a eu.",
        )


def _sans_trace(dossier: Dossier) -> Iterator[Constat]:
    for lieu, relance in situer("relances", dossier.relances):
        if relance.canal in _CANAUX_ECRITS and not relance.fichier:
            yield constater(
                "RELANCE_SANS_TRACE",
                f"La relance du {date_longue(relance.date)} ({relance.canal}) n'a pas de pièce.",
                lieu=f"{lieu}.fichier",
                remede='Versez le message ou la lettre : fichier = "pieces/relance1.pdf".',
            )

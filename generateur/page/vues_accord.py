"""Accorder un échelonnement : l'échéancier répond à chaque changement, le protocole s'écrit quand on le demande."""

from collections.abc import Mapping
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response

from generateur.domaine.socle import ZERO, lire_jour, lire_nombre
from generateur.erreurs import ErreurGenerateur, ErreurUsage
from generateur.operations.accorder import Termes, prevoir
from generateur.page.adresses import Bureau


class Accords:
    """« /dossiers/<ref>/accord »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """L'échéancier que ces termes donnent ; `morceau` : lui seul."""
        chemin = self._bureau.dossier(demande)
        champs = dict(demande.query_params)
        echeancier, erreur = None, None
        try:
            termes = lire_termes(champs) if champs.get("premiere") else None
            echeancier = prevoir(chemin, termes, jour=self._maison.aujourd_hui(), au=None) if termes else None
        except ErreurGenerateur as levee:
            erreur = levee
        return self._bureau.gabarits.repondre(
            "morceaux/echeancier.html" if champs.get("morceau") == "1" else "accord.html",
            reference=chemin.name,
            champs=champs,
            echeancier=echeancier,
            erreur=erreur,
        )


def lire_termes(champs: Mapping[str, str]) -> Termes:
    """Les termes saisis. Lève ErreurUsage avec la phrase à montrer."""
    try:
        nombre = lire_nombre(champs.get("echeances") or "1")
        if nombre != int(nombre):
            raise ErreurUsage("le nombre d'échéances est un nombre entier", lieu="echeances")
        return Termes(
            int(nombre),
            lire_jour(champs.get("premiere", "")),
            acompte=_lire(champs.get("acompte", "")),
            remise_pourcent=_lire(champs.get("remise", "")),
        )
    except ValueError as erreur:
        raise ErreurUsage(str(erreur), lieu="accord") from erreur


def _lire(texte: str) -> Decimal:
    return lire_nombre(texte) if texte.strip() else ZERO

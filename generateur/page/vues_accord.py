"""Accorder un échelonnement : l'échéancier répond à chaque changement, le protocole s'écrit quand on le demande."""

from collections.abc import Mapping
from decimal import Decimal

from starlette.datastructures import FormData
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
        """Les termes à choisir ; rien du dossier ne passe par l'adresse."""
        chemin = self._bureau.dossier(demande)
        return self._bureau.gabarits.repondre("accord.html", reference=chemin.name, echeancier=None, erreur=None)

    def prevoir(self, demande: Request, saisie: FormData) -> Response:
        """L'échéancier que ces termes donnent, ou ce qui ne va pas."""
        chemin = self._bureau.dossier(demande)
        champs = {cle: valeur for cle, valeur in saisie.items() if isinstance(valeur, str)}
        echeancier, erreur = None, None
        try:
            if champs.get("premiere"):
                echeancier = prevoir(chemin, lire_termes(champs), jour=self._maison.aujourd_hui(), au=None)
        except ErreurGenerateur as levee:
            erreur = levee
        return self._bureau.gabarits.repondre("morceaux/echeancier.html", echeancier=echeancier, erreur=erreur)


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

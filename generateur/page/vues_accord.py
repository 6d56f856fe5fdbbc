"""Accorder un échelonnement : l'échéancier répond à chaque changement, le protocole s'écrit, puis se note signé."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.domaine.socle import ZERO, lire_jour, lire_nombre
from generateur.erreurs import ErreurGenerateur, ErreurUsage
from generateur.operations.accorder import Termes, accorder, prevoir, proposer_termes, rappeler_protocole
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer_piece
from generateur.reglages import Reglages


class Accords:
    """« /dossiers/<ref>/accord »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._proposes: dict[str, Termes] = {}  # les derniers termes essayés, par dossier : on les retrouve en revenant

    def montrer(self, demande: Request) -> Response:
        """Les termes à choisir, l'échéancier sous les yeux ; rien du dossier ne passe par l'adresse.

        D'abord ceux du protocole déjà écrit : signé, c'est lui qu'on notera.
        """
        chemin, jour = self._bureau.dossier(demande), self._maison.aujourd_hui()
        ecrit = rappeler_protocole(self._maison.lieux.sortie, self._bureau.reference(chemin))
        termes = self._proposes.get(chemin.name) or (ecrit[1] if ecrit else proposer_termes(jour))
        echeancier, erreur = None, None
        try:
            echeancier = prevoir(chemin, termes, jour=jour, au=None)
        except ErreurGenerateur as levee:
            erreur = levee
        return self._bureau.gabarits.repondre(
            "accord.html",
            reference=chemin.name,
            debiteur=self._maison.vitrine.nommer_debiteur(chemin) or "",
            termes=termes,
            ecrit=ecrit,
            echeancier=echeancier,
            erreur=erreur,
        )

    def noter(self, demande: Request, saisie: FormData) -> Response:
        """Le protocole est signé : ses termes et l'exemplaire numérisé entrent au dossier."""
        chemin, maison = self._bureau.dossier(demande), self._maison
        termes = lire_termes({cle: valeur for cle, valeur in saisie.items() if isinstance(valeur, str)})
        envoi = saisie.get("signe")
        if not isinstance(envoi, UploadFile) or not envoi.filename:
            raise ErreurUsage("il manque l'exemplaire signé", lieu="signe", remede="Le numériser, puis le choisir.")
        try:
            signe_le = lire_jour(str(saisie.get("signe_le", "")))
        except ValueError as erreur:
            raise ErreurUsage(str(erreur), lieu="signe_le", remede="Choisir la date du protocole.") from erreur
        with maison.recus.preter() as depot, maison.produire() as moteurs:
            accorder(
                chemin,
                maison.lieux.sortie,
                replace(termes, signe_le=signe_le, fichier=deposer_piece(envoi, depot, maison.outils())),
                jour=maison.aujourd_hui(),
                au=None,
                reglages=Reglages(modeles=maison.lieux.modeles),
                moteurs=moteurs,
            )
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}?onglet=suivi", status_code=303)

    def prevoir(self, demande: Request, saisie: FormData) -> Response:
        """L'échéancier que ces termes donnent, ou ce qui ne va pas."""
        chemin = self._bureau.dossier(demande)
        champs = {cle: valeur for cle, valeur in saisie.items() if isinstance(valeur, str)}
        echeancier, erreur = None, None
        try:
            if champs.get("premiere"):
                termes = lire_termes(champs)
                echeancier = prevoir(chemin, termes, jour=self._maison.aujourd_hui(), au=None)
                self._proposes[chemin.name] = termes
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

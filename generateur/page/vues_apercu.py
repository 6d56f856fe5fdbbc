"""Une pièce page par page, telle qu'elle sera tamponnée ; le fichier du débiteur n'est jamais servi tel quel."""

import threading
from collections import OrderedDict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from generateur.erreurs import ErreurGenerateur
from generateur.operations.apercu_piece import ApercuPiece, apercevoir_piece, dater_pieces, trouver_piece
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.saisie import lire_version
from generateur.page.adresses import Bureau

_GARDES = 12  # la page qu'on regarde et ses voisines ; l'image suit la page sans être refaite
_Cle = tuple[str, str, str, str, int]


class Apercus:
    """« /dossiers/<ref>/pieces/<n> » et son image."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._gardes: OrderedDict[_Cle, ApercuPiece] = OrderedDict()
        self._verrou = threading.Lock()

    def montrer(self, demande: Request) -> Response:
        """La page d'une pièce, ses voisines, et ce qui l'empêche d'être reprise s'il y a lieu."""
        chemin, numero = self._bureau.dossier(demande), demande.path_params["numero"]
        etude = etudier_dossier(chemin, jour=self._maison.aujourd_hui(), outils=self._maison.outils())
        piece = trouver_piece(etude, numero)
        numeros = [autre.numero for autre in etude.bordereau.pieces]
        rang = numeros.index(numero)
        vue, erreur = None, None
        try:
            vue = self._apercevoir(chemin, etude, numero, _page(demande))
        except ErreurGenerateur as levee:
            erreur = levee
        return self._bureau.gabarits.repondre(
            "piece.html",
            200 if vue else 422,
            reference=chemin.name,
            piece=piece,
            vue=vue,
            erreur=erreur,
            precedente=numeros[rang - 1] if rang else None,
            suivante=numeros[rang + 1] if rang + 1 < len(numeros) else None,
        )

    def image(self, demande: Request) -> Response:
        """L'image de la page : c'est nous qui la faisons."""
        chemin, numero = self._bureau.dossier(demande), demande.path_params["numero"]
        vue = self._apercevoir(chemin, None, numero, _page(demande))
        entetes = {"x-page": str(vue.page), "x-pages": str(vue.pages)}
        return Response(vue.png, media_type="image/png", headers=entetes)

    def _apercevoir(self, chemin: Path, etude: Etude | None, numero: str, page: int) -> ApercuPiece:
        maison = self._maison
        cle = (chemin.name, lire_version(chemin)[1], dater_pieces(chemin), numero, page)
        with self._verrou:
            if cle in self._gardes:
                return self._gardes[cle]
        with maison.produire() as moteurs:
            etude = etude or etudier_dossier(chemin, jour=maison.aujourd_hui(), outils=moteurs.pieces)
            vue = apercevoir_piece(etude, numero, page, jour=maison.aujourd_hui(), outils=moteurs.pieces)
        with self._verrou:
            self._gardes[cle] = vue
            while len(self._gardes) > _GARDES:
                self._gardes.popitem(last=False)
        return vue


def _page(demande: Request) -> int:
    voulue = demande.query_params.get("page", "1")
    return int(voulue) if voulue.isdecimal() and len(voulue) < 7 else 1  # noqa: PLR2004

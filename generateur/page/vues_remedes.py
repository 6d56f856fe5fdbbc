"""Joindre, depuis un constat, le fichier qu'il demande : il est regardé, rangé, et cité à sa place."""

from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.domaine.chemins_de_cle import denommer
from generateur.erreurs import ErreurUsage
from generateur.operations.joindre import joindre_fichier
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer
from generateur.page.onglets import onglet_de
from generateur.page.remedes import est_un_fichier


class Remedes:
    """« /dossiers/<ref>/joindre »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def joindre(self, demande: Request, saisie: FormData) -> Response:
        """Range le fichier reçu et l'écrit à l'endroit demandé, s'il n'y en a pas déjà un qui existe."""
        chemin = self._bureau.dossier(demande)
        lieu, envoi = str(saisie.get("lieu", "")), saisie.get("fichier")
        if not est_un_fichier(lieu):
            raise ErreurUsage("aucun fichier ne se joint à cet endroit", lieu=lieu)
        if not isinstance(envoi, UploadFile) or not envoi.filename:
            raise ErreurUsage("aucun fichier n'a été choisi", remede="Choisir un fichier, puis joindre.")
        champ = denommer(lieu)
        with self._maison.recus.preter() as depot:
            joindre_fichier(chemin, champ, deposer(envoi, depot), outils=self._maison.outils())
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}?onglet={onglet_de(str(champ[0]))}", status_code=303)

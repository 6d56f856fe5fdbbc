"""Joindre, depuis un constat, le fichier qu'il demande : il est regardé, rangé, et cité à sa place."""

from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.domaine.chemins_de_cle import denommer
from generateur.erreurs import ErreurLecture, ErreurUsage
from generateur.operations.formulaire_dossier import decrire_section
from generateur.operations.reception import recevoir_fichiers
from generateur.operations.saisie import lire_version, saisir
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer
from generateur.page.onglets import onglet_de
from generateur.page.remedes import est_un_fichier
from generateur.pieces.emplacement import lister_presents


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
        etat, version = lire_version(chemin)
        present = next((c.valeur for c in decrire_section(etat.donnees, champ[:-1]).champs if c.chemin == champ), "")
        if present in map(str, lister_presents(chemin)):
            raise ErreurUsage("un fichier y est déjà joint", lieu=present, remede="Recharger la page.")
        with self._maison.depot() as depot:
            recu = recevoir_fichiers(chemin, [deposer(envoi, depot)], outils=self._maison.outils())
        if recu.refuses:
            raise ErreurLecture(recu.refuses[0].message, lieu=recu.refuses[0].lieu, remede=recu.refuses[0].remede)
        saisir(chemin, champ, recu.entres[0], version=version)
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}?onglet={onglet_de(str(champ[0]))}", status_code=303)

"""Les pièces d'un dossier : recevoir des fichiers, proposer une place à chacun, montrer la page tamponnée."""

from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.contrats import Ajout
from generateur.domaine.chemins import fichiers_designes
from generateur.erreurs import ErreurGenerateur, ErreurUsage
from generateur.lecture.socle import lire_dossier
from generateur.operations.apercu_piece import apercevoir_piece, trouver_piece
from generateur.operations.completer import completer
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.etude import etudier_dossier
from generateur.operations.saisie import lire_version
from generateur.page.adresses import Bureau
from generateur.page.depots import deposer
from generateur.page.montre import montrer_onglet
from generateur.pieces.emplacement import lister_presents
from generateur.publication.rangement import Copies


class Pieces:
    """L'onglet des pièces et « /dossiers/<ref>/pieces/<n> »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """Le bordereau tel qu'il sera, et ce que pieces/ garde sans que rien ne le cite, avec une place proposée."""
        chemin = self._bureau.dossier(demande)
        try:
            propositions = completer(chemin, est_accepte=False, outils=self._maison.outils()).propositions
            places = fichiers_designes(lire_dossier(chemin).dossier) | {p.fichier for p in propositions}
        except ErreurGenerateur:  # le dossier ne se lit pas : la page dit pourquoi
            propositions, places = (), frozenset(lister_presents(chemin))
        libres = [fichier for fichier in lister_presents(chemin) if fichier not in places]
        return montrer_onglet(self._bureau, chemin, "pieces", propositions=propositions, libres=libres)

    def recevoir(self, demande: Request, saisie: FormData) -> Response:
        """Les fichiers déposés entrent dans pieces/ ; rien n'est écrasé, le dossier ne change pas encore."""
        chemin = self._bureau.dossier(demande)
        recus = [envoi for envoi in saisie.getlist("fichiers") if isinstance(envoi, UploadFile) and envoi.filename]
        if not recus:
            raise ErreurUsage("aucun fichier n'a été choisi", remede="Choisir un ou plusieurs fichiers, puis envoyer.")
        copies = Copies(chemin)
        with self._maison.depot() as depot:
            for envoi in recus:
                copies.prevoir(deposer(envoi, depot))
            copies.ecrire(chemin)
        return _retourner(chemin.name)

    def placer(self, demande: Request, _saisie: FormData) -> Response:
        """Écrit au dossier les places certaines."""
        chemin = self._bureau.dossier(demande)
        completer(chemin, est_accepte=True, outils=self._maison.outils())
        return _retourner(chemin.name)

    def citer(self, demande: Request, saisie: FormData) -> Response:
        """Un fichier sans place devient une pièce, sous le titre donné."""
        chemin = self._bureau.dossier(demande)
        fichier, titre = str(saisie.get("fichier", "")), str(saisie.get("titre", "")).strip()
        if fichier not in lister_presents(chemin):
            raise ErreurUsage("ce fichier n'est pas dans pieces/", lieu=fichier)
        etat, _ = lire_version(chemin)
        valeurs = {"titre": titre or fichier.rpartition("/")[2], "fichier": fichier}
        ecrire_editions(etat, [Ajout("pieces", valeurs)], Copies(chemin))
        return _retourner(chemin.name)

    def apercevoir(self, demande: Request) -> Response:
        """La page d'une pièce, avec son tampon, dans la page du dossier."""
        chemin = self._bureau.dossier(demande)
        etude = etudier_dossier(chemin, jour=self._maison.aujourd_hui(), outils=self._maison.outils())
        piece = trouver_piece(etude, demande.path_params["numero"])
        return self._bureau.gabarits.repondre(
            "piece.html", reference=chemin.name, piece=piece, numero_page=_page(demande), etude=etude
        )

    def image(self, demande: Request) -> Response:
        """L'image de la page : c'est nous qui la faisons, le fichier du débiteur n'est jamais servi tel quel."""
        chemin, maison = self._bureau.dossier(demande), self._maison
        numero = demande.path_params["numero"]
        with maison.produire() as moteurs:
            etude = etudier_dossier(chemin, jour=maison.aujourd_hui(), outils=moteurs.pieces)
            vue = apercevoir_piece(etude, numero, _page(demande), jour=maison.aujourd_hui(), outils=moteurs.pieces)
        entetes = {"x-page": str(vue.page), "x-pages": str(vue.pages)}
        return Response(vue.png, media_type="image/png", headers=entetes)


def _page(demande: Request) -> int:
    voulue = demande.query_params.get("page", "1")
    return int(voulue) if voulue.isdecimal() and len(voulue) < 7 else 1  # noqa: PLR2004


def _retourner(reference: str) -> Response:
    return RedirectResponse(f"/dossiers/{quote(reference)}/pieces", status_code=303)

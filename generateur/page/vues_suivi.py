"""Le décompte, le tableau de bord, les échéances, le droit et l'aide : ce qui se lit sans rien changer."""

from xml.etree.ElementTree import tostring

from starlette.requests import Request
from starlette.responses import Response

from generateur.erreurs import ErreurGenerateur
from generateur.operations.agenda import ecrire_agenda
from generateur.operations.aide import lire_sujet, lister_sujets
from generateur.operations.chiffres_gardes import ChiffresTableau
from generateur.operations.consultation_droit import lister
from generateur.operations.dessins_du_tableau import dessiner_balance, dessiner_recouvre
from generateur.operations.echeances import NOM_AGENDA, lister_echeances
from generateur.operations.etude import chiffrer_dossier
from generateur.page.adresses import Bureau
from generateur.page.markdown import mettre_en_html
from generateur.page.montre import montrer_onglet


class Suivi:
    """Les pages de lecture."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def decompte(self, demande: Request) -> Response:
        """Le décompte à ce jour, chaque ligne avec son article et la source de son taux."""
        chemin = self._bureau.dossier(demande)
        try:
            chiffrage = chiffrer_dossier(chemin, jour=self._maison.aujourd_hui())
        except ErreurGenerateur:
            chiffrage = None  # le dossier ne se lit pas : la page dit pourquoi
        return montrer_onglet(self._bureau, chemin, "decompte", chiffrage=chiffrage)

    def echeances(self, _demande: Request) -> Response:
        """Toutes les dates à tenir, les plus proches d'abord, et les dossiers qui ne se lisent pas."""
        maison = self._maison
        if not maison.vitrine.lister():
            return self._bureau.gabarits.repondre("echeances.html", dates=(), illisibles=())
        chiffres = maison.chiffres.lister_echeances(maison.aujourd_hui())
        return self._bureau.gabarits.repondre("echeances.html", dates=chiffres.dates, illisibles=chiffres.illisibles)

    def agenda(self, _demande: Request) -> Response:
        """Les mêmes dates, pour le calendrier de chacun ; aucun débiteur n'y est nommé."""
        maison = self._maison
        # le même fichier que la commande : c'est lui qui sait ce qui a changé depuis la fois d'avant
        fichier = maison.lieux.sortie / NOM_AGENDA
        ecrire_agenda(lister_echeances(maison.lieux.racine, maison.aujourd_hui(), None), fichier)
        entetes = {"content-disposition": f'attachment; filename="{NOM_AGENDA}"'}
        return Response(fichier.read_bytes(), media_type="text/calendar", headers=entetes)

    def tableau(self, _demande: Request) -> Response:
        """Les chiffres de tous les dossiers, leurs dessins, et ce qui n'y entre pas."""
        tableau = self._maison.chiffres.dresser_tableau(self._maison.aujourd_hui())
        return self._bureau.gabarits.repondre("tableau.html", tableau=tableau, dessins=_dessiner(tableau))

    def droit(self, _demande: Request) -> Response:
        """Les tables de droit, leur horizon et ce qui expire bientôt."""
        return self._bureau.gabarits.repondre("droit.html", sommaire=lister(self._maison.aujourd_hui()))

    def aide(self, demande: Request) -> Response:
        """Une page d'aide, la même que « generateur aide »."""
        sujet = lire_sujet(demande.path_params.get("sujet") or "premier-dossier")
        return self._bureau.gabarits.repondre(
            "aide.html", sujet=sujet, sujets=lister_sujets(), corps=mettre_en_html(sujet.texte)
        )


def _dessiner(tableau: ChiffresTableau) -> dict[str, str]:
    """Les deux dessins, en SVG dont chaque texte est échappé."""
    tous = {"balance": dessiner_balance(tableau.balance), "etapes": dessiner_recouvre(tableau.etapes)}
    return {nom: tostring(dessin, encoding="unicode") for nom, dessin in tous.items()}

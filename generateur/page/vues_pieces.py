"""Les pièces d'un dossier : recevoir des fichiers, proposer une place à chacun, montrer le bordereau."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.erreurs import ErreurGenerateur, ErreurUsage
from generateur.operations.completer import completer
from generateur.operations.formulaire_dossier import decrire_section
from generateur.operations.gestes_sur_piece import ErreurPrecisions, verser_piece
from generateur.operations.reception import recevoir_fichiers
from generateur.page.adresses import Bureau, est_htmx
from generateur.page.bordereau_montre import montrer_bordereau
from generateur.page.depots import deposer
from generateur.page.garde import TAILLE_MAXIMALE
from generateur.page.montre import montrer_onglet

_CLES = ("titre", "nature", "date")


class Pieces:
    """L'onglet des pièces."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """Le bordereau tel qu'il sera, et ce que pieces/ garde sans que rien ne le cite, avec une place proposée."""
        return self.dresser(self._bureau.dossier(demande))

    def dresser(self, chemin: Path, code: int = 200, **propres: Any) -> Response:
        """L'onglet ; `propres` : ce qui vient de se passer, à dire (refuses, double, annonce, focus, saisis…)."""
        try:
            vus = completer(chemin, est_accepte=False, outils=self._maison.outils())
            propositions, sans_place = vus.propositions, vus.sans_place
        except ErreurGenerateur:  # le dossier ne se lit pas : la page dit pourquoi
            propositions, sans_place = (), ()
        rien: dict[str, Any] = {"refuses": (), "double": None, "annonce": "", "focus": "", "saisis": None}
        return montrer_onglet(
            self._bureau,
            chemin,
            "pieces",
            code,
            tirer=lambda etude, lues: {"bordereau": montrer_bordereau(etude, lues, self._maison.lieux.sortie)},
            propositions=propositions,
            libres=sans_place,
            a_preciser=_champs_d_une_piece(),
            maximum=TAILLE_MAXIMALE,
            **(rien | propres),
        )

    def recevoir(self, demande: Request, saisie: FormData) -> Response:
        """Les fichiers déposés entrent dans pieces/, ou sont refusés sur place ; rien n'est écrasé."""
        chemin = self._bureau.dossier(demande)
        recus = [envoi for envoi in saisie.getlist("fichiers") if isinstance(envoi, UploadFile) and envoi.filename]
        if not recus:
            raise ErreurUsage("aucun fichier n'a été choisi", remede="Choisir un ou plusieurs fichiers, puis envoyer.")
        with self._maison.recus.preter() as depot:
            deposes = [deposer(envoi, depot) for envoi in recus]
            mot_de_passe = str(saisie.get("mot_de_passe", ""))
            faite = recevoir_fichiers(chemin, deposes, outils=self._maison.outils(), mot_de_passe=mot_de_passe)
        annonce = _dire_reception(len(faite.entres), len(faite.refuses))
        if faite.refuses:
            return self.dresser(chemin, 422, refuses=faite.refuses, annonce=annonce, entres=faite.entres)
        return self.conclure(demande, chemin, annonce=annonce)

    def placer(self, demande: Request, saisie: FormData) -> Response:
        """Écrit au dossier les places certaines, ou celle d'un seul fichier."""
        chemin = self._bureau.dossier(demande)
        fichier = str(saisie.get("fichier", ""))
        faite = completer(
            chemin, est_accepte=True, outils=self._maison.outils(), choisis=frozenset({fichier} if fichier else ())
        )
        if not faite.ecrites:
            raise ErreurUsage("rien n'a pu être rangé", lieu=fichier, remede="Verser le fichier comme pièce.")
        return self.conclure(demande, chemin, annonce=f"Rangé : {', '.join(p.fichier for p in faite.ecrites)}.")

    def citer(self, demande: Request, saisie: FormData) -> Response:
        """Un fichier sans place devient une pièce, sous le titre, la nature et la date donnés."""
        chemin = self._bureau.dossier(demande)
        fichier = str(saisie.get("fichier", ""))
        textes = {cle: str(saisie.get(cle, "")).strip() for cle in _CLES}
        textes["titre"] = textes["titre"] or fichier.rpartition("/")[2]
        try:
            verser_piece(chemin, fichier, textes)
        except ErreurPrecisions as erreur:
            saisis = {"fichier": fichier, "valeurs": textes, "refus": erreur.refus, "double": ()}
            return self.dresser(chemin, 422, saisis=saisis)
        return self.conclure(demande, chemin, annonce=f"Versée : {textes['titre']}.", focus=fichier)

    def conclure(self, demande: Request, chemin: Path, **propres: Any) -> Response:
        """C'est écrit : l'onglet se remontre sur place, sans perdre la main ; sans htmx, la page se recharge."""
        if est_htmx(demande):
            return self.dresser(chemin, **propres)
        return RedirectResponse(f"/dossiers/{quote(chemin.name)}/pieces", status_code=303)


def _champs_d_une_piece() -> dict[str, Any]:
    groupe = decrire_section({}, ("pieces", 0))
    return {str(champ.chemin[-1]): champ for champ in groupe.champs}


def _dire_reception(entres: int, refuses: int) -> str:
    dits = [f"{entres} {'fichiers ajoutés' if entres > 1 else 'fichier ajouté'}"] if entres else []
    dits += [f"{refuses} {'fichiers refusés' if refuses > 1 else 'fichier refusé'}"] if refuses else []
    return f"{', '.join(dits)}."

"""Le profil d'un créancier, commun à plusieurs dossiers : rempli une fois pour tous."""

from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.erreurs import ErreurGenerateur, ErreurLecture
from generateur.lecture.messages import denommer
from generateur.operations.formulaire_dossier import Champ, Groupe, decrire_section
from generateur.operations.nouveau_dossier import REPERTOIRE_PROFILS
from generateur.operations.saisie import ErreurSaisieDouble, lire_version_du_profil, saisir_au_profil
from generateur.page.adresses import Bureau, est_htmx
from generateur.page.essentiels import est_essentiel


class Profils:
    """« /creanciers/<nom> »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """Les champs du créancier, tels que le profil les dit."""
        profil = self._trouver(demande)
        etat, version = lire_version_du_profil(profil)
        contenu = etat.donnees.get("creancier", etat.donnees)
        return self._bureau.gabarits.repondre(
            "profil.html",
            nom=profil.stem,
            groupe=decrire_section({"creancier": contenu}, ("creancier",)),
            est_visible=_est_visible,
            dits={},
            fichiers=(),
            a_deplier=frozenset(),
            page=self._maison.onglets.ouvrir(version),
        )

    def enregistrer(self, demande: Request, saisie: FormData) -> Response:
        """Un champ quitté : écrit, ou refusé à côté de lui."""
        profil = self._trouver(demande)
        lieu, page, valeur = (str(saisie.get(cle, "")) for cle in ("lieu", "page", "valeur"))
        champ = denommer(lieu)
        identifiant = "-".join(map(str, champ))
        version = str(saisie.get("malgre", "")) or self._maison.onglets.version(page)
        try:
            ecrit = saisir_au_profil(profil, champ, valeur, version=version)
        except ErreurSaisieDouble as double:
            return self._bureau.gabarits.repondre(
                "morceaux/double.html",
                409,
                action=demande.url.path,
                lieu=lieu,
                identifiant=identifiant,
                valeur=valeur,
                double=double,
                page=page,
            )
        except ErreurGenerateur as erreur:
            if not est_htmx(demande):
                raise
            return self._bureau.gabarits.repondre("morceaux/refuse.html", 422, identifiant=identifiant, erreur=erreur)
        self._maison.onglets.noter(page, ecrit.version)
        if not est_htmx(demande):
            return RedirectResponse(f"/creanciers/{profil.stem}", status_code=303)
        return self._bureau.gabarits.repondre("morceaux/profil_enregistre.html", identifiant=identifiant)

    def _trouver(self, demande: Request) -> Path:
        nom = demande.path_params["nom"]
        for profil in (self._maison.lieux.racine / REPERTOIRE_PROFILS).glob("*.toml"):
            if profil.stem == nom:
                return profil
        raise ErreurLecture("ce profil n'existe pas", lieu=nom, remede="Revenir à la liste des dossiers.")


def _est_visible(groupe: Groupe, champ: Champ) -> bool:
    return bool(champ.valeur) or est_essentiel(groupe, champ)

"""Le profil d'un créancier, commun à plusieurs dossiers : rempli une fois pour tous."""

from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from generateur.erreurs import ErreurIntrouvable
from generateur.operations.formulaire_dossier import Champ, Groupe, Lieu, decrire_section
from generateur.operations.profils import lister_profils
from generateur.operations.saisie import lire_version_du_profil, saisir_au_profil
from generateur.page.adresses import Bureau
from generateur.page.essentiels import est_essentiel
from generateur.page.saisie_recue import enregistrer_champ


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
            titre=str(contenu.get("denomination") or contenu.get("nom") or ""),
            groupe=decrire_section({"creancier": contenu}, ("creancier",)),
            est_visible=_est_visible,
            dits={},
            deduits={},
            fichiers=(),
            a_deplier=frozenset(),
            page=self._maison.onglets.ouvrir(version),
        )

    def enregistrer(self, demande: Request, saisie: FormData) -> Response:
        """Un champ quitté ; il vaut pour tous les dossiers qui citent ce profil."""
        profil = self._trouver(demande)
        return enregistrer_champ(
            self._bureau,
            demande,
            saisie,
            lambda champ, valeur, version: saisir_au_profil(profil, champ, valeur, version=version),
            self._suivre,
        )

    def _suivre(self, champ: Lieu) -> Response:
        return self._bureau.gabarits.repondre("morceaux/profil_enregistre.html", identifiant="-".join(map(str, champ)))

    def _trouver(self, demande: Request) -> Path:
        nom = demande.path_params["nom"]
        for profil in lister_profils(self._maison.lieux.racine):
            if profil.stem == nom:
                return profil
        raise ErreurIntrouvable("ce profil n'existe pas", lieu=nom, remede="Revenir à la liste des dossiers.")


def _est_visible(groupe: Groupe, champ: Champ) -> bool:
    return bool(champ.valeur) or est_essentiel(groupe, champ)

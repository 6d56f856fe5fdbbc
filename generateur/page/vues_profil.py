"""Le profil d'un créancier, commun à plusieurs dossiers : rempli une fois pour tous."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from generateur.erreurs import ErreurIntrouvable
from generateur.operations.formulaire_dossier import Champ, Groupe, Lieu, decrire_section
from generateur.operations.profils import controler_creancier, lister_profils
from generateur.operations.saisie import lire_version_du_profil, saisir_au_profil
from generateur.page.adresses import Bureau
from generateur.page.essentiels import est_essentiel
from generateur.page.montre import ranger_par_lieu
from generateur.page.saisie_recue import enregistrer_champ


class Profils:
    """« /creanciers/<nom> »."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """Les champs du créancier, tels que le profil les dit."""
        profil = self._trouver(demande)
        etat, version = lire_version_du_profil(profil)
        contenu = _creancier(etat.donnees)
        return self._bureau.gabarits.repondre(
            "profil.html",
            nom=profil.stem,
            titre=str(contenu.get("denomination") or contenu.get("nom") or ""),
            groupe=decrire_section({"creancier": contenu}, ("creancier",)),
            est_visible=_est_visible,
            dits=ranger_par_lieu(controler_creancier(contenu)),
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
            lambda champ: self._suivre(profil, champ),
        )

    def _suivre(self, profil: Path, champ: Lieu) -> Response:
        contenu = _creancier(lire_version_du_profil(profil)[0].donnees)
        return self._bureau.gabarits.repondre(
            "morceaux/profil_enregistre.html",
            identifiant="-".join(map(str, champ)),
            champs=decrire_section({"creancier": contenu}, ("creancier",)).tous(),
            dits=ranger_par_lieu(controler_creancier(contenu)),
            deduits={},
        )

    def _trouver(self, demande: Request) -> Path:
        nom = demande.path_params["nom"]
        for profil in lister_profils(self._maison.lieux.racine):
            if profil.stem == nom:
                return profil
        raise ErreurIntrouvable("ce profil n'existe pas", lieu=nom, remede="Revenir à la liste des dossiers.")


def _creancier(donnees: Mapping[str, Any]) -> Mapping[str, Any]:
    contenu = donnees.get("creancier", donnees)
    return contenu if isinstance(contenu, Mapping) else {}


def _est_visible(groupe: Groupe, champ: Champ) -> bool:
    return bool(champ.valeur) or est_essentiel(groupe, champ)

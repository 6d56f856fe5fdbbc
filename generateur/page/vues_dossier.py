"""Un dossier, onglet par onglet : chaque champ avec son aide, enregistré dès qu'on le quitte, ses constats à côté."""

import re
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.erreurs import ErreurUsage
from generateur.operations.ajouter import SECTIONS, Saisie, ajouter
from generateur.operations.deductions import deduire
from generateur.operations.saisie import lire_version, retirer_bloc, saisir
from generateur.page.adresses import Bureau
from generateur.page.montre import lister_sections, montrer_onglet, profil_cite, ranger_par_lieu
from generateur.page.onglets import A_PART, ONGLETS, SECTIONS_DES_ONGLETS, nom_nu, onglet_de
from generateur.page.saisie_recue import enregistrer_champ
from generateur.page.vues_evenements import Evenements
from generateur.page.vues_relances import Relances

_AJOUTS = {section: genre for genre, (section, _) in SECTIONS.items()}


class Dossiers:
    """« /dossiers/<ref> » et ce qu'on y écrit."""

    def __init__(self, bureau: Bureau, relances: Relances, evenements: Evenements) -> None:
        self._bureau, self._maison = bureau, bureau.maison
        self._relances, self._evenements = relances, evenements

    def montrer(self, demande: Request) -> Response:
        """Un onglet du dossier ; un dossier qui ne se lit pas montre pourquoi, et ses champs restent à corriger."""
        chemin = self._bureau.dossier(demande)
        onglet = demande.query_params.get("onglet", "")
        if onglet in A_PART:
            return RedirectResponse(f"/dossiers/{quote(chemin.name)}/{onglet}", status_code=303)
        if onglet == "suivi":
            return self._evenements.montrer(demande)
        onglet = onglet if onglet in ONGLETS else next(iter(ONGLETS))
        propres = self._relances.rassembler(chemin) if onglet == "relances" else {}
        return montrer_onglet(self._bureau, chemin, onglet, **propres)

    def mener_au_creancier(self, demande: Request) -> Response:
        """Le champ du créancier, là où il s'écrit : dans ce dossier, ou dans le profil qu'il cite."""
        chemin = self._bureau.dossier(demande)
        champ = re.sub(r"[^a-z0-9_-]", "", demande.query_params.get("champ", ""))
        etat, _ = lire_version(chemin)
        profil = profil_cite(etat.donnees)
        page = f"/creanciers/{quote(PurePosixPath(profil).stem)}" if profil else ""
        return RedirectResponse(
            f"{page or f'/dossiers/{quote(chemin.name)}?onglet=parties'}#c-{champ}", status_code=303
        )

    def enregistrer(self, demande: Request, saisie: FormData) -> Response:
        """Un champ quitté ; les constats et le décompte suivent."""
        chemin = self._bureau.dossier(demande)
        return enregistrer_champ(
            self._bureau,
            demande,
            saisie,
            lambda champ, valeur, version: saisir(chemin, champ, valeur, version=version),
            lambda champ: self._suivre(chemin, champ),
        )

    def ajouter(self, demande: Request, saisie: FormData) -> Response:
        """Un bloc de plus : facture, avoir, paiement, relance, pièce."""
        chemin = self._bureau.dossier(demande)
        genre, onglet = str(saisie.get("genre", "")), str(saisie.get("onglet", ""))
        if genre not in SECTIONS:
            raise ErreurUsage("on n'ajoute rien de ce genre à un dossier", lieu=genre)
        valeurs = {
            cle.removeprefix("v."): valeur.strip()
            for cle, valeur in saisie.items()
            if cle.startswith("v.") and isinstance(valeur, str) and valeur.strip()
        }
        ajouter(chemin, genre, Saisie(valeurs, {}), jour=self._maison.aujourd_hui(), outils=self._maison.outils())
        return _retourner(chemin, onglet)

    def retirer(self, demande: Request, saisie: FormData) -> Response:
        """Un bloc de moins ; ses fichiers restent dans pieces/."""
        chemin = self._bureau.dossier(demande)
        section, rang = str(saisie.get("section", "")), str(saisie.get("rang", ""))
        page, onglet = str(saisie.get("page", "")), str(saisie.get("onglet", ""))
        if section not in _listes() or not rang.isdecimal():
            raise ErreurUsage("ce bloc ne se retire pas d'ici", lieu=section)
        retirer_bloc(chemin, section, int(rang), version=self._maison.onglets.version(page))
        return _retourner(chemin, onglet)

    def _suivre(self, chemin: Path, champ: tuple[str | int, ...]) -> Response:
        etude, erreur = self._bureau.etudier(chemin)
        etat, _ = lire_version(chemin)
        constats = etude.constats if etude else ()
        onglet = onglet_de(str(champ[0]))
        return self._bureau.gabarits.repondre(
            "morceaux/enregistre.html",
            reference=chemin.name,
            identifiant="-".join(map(str, champ)),
            etude=etude,
            erreur=erreur,
            constats=constats,
            dits=ranger_par_lieu(constats),
            deduits=deduire(etude.dossier) if etude else {},
            profil=profil_cite(etat.donnees),
            champs=[
                c
                for section in lister_sections(etat.donnees, onglet, constats)
                for g in section.groupes
                for c in g.tous()
            ],
        )


def _retourner(chemin: Path, onglet: str) -> Response:
    suite = f"?onglet={onglet}" if onglet in ONGLETS else ""
    return RedirectResponse(f"/dossiers/{quote(chemin.name)}{suite}", status_code=303)


def _listes() -> frozenset[str]:
    return frozenset(nom_nu(nom) for noms in SECTIONS_DES_ONGLETS.values() for nom in noms if nom.endswith("[]"))

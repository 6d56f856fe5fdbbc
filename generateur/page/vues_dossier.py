"""Un dossier, onglet par onglet : chaque champ avec son aide, enregistré dès qu'on le quitte, ses constats à côté."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from generateur.controles.constat import Constat
from generateur.erreurs import ErreurGenerateur, ErreurUsage
from generateur.lecture.messages import denommer
from generateur.operations.ajouter import SECTIONS, Saisie, ajouter
from generateur.operations.formulaire_dossier import Champ, Groupe, decrire_section, lister_rangs
from generateur.operations.saisie import ErreurSaisieDouble, lire_version, retirer_bloc, saisir
from generateur.page.adresses import Bureau, est_htmx
from generateur.page.essentiels import est_essentiel
from generateur.page.onglets import A_PART, ONGLETS, SECTIONS_DES_ONGLETS, nom_nu, onglet_de
from generateur.pieces.emplacement import lister_presents

_AJOUTS = {section: genre for genre, (section, _) in SECTIONS.items()}


@dataclass(frozen=True)
class Section:
    """Une section montrée : un groupe par bloc ; `genre` : ce qu'on peut y ajouter, None si rien."""

    nom: str
    groupes: tuple[Groupe, ...]
    est_liste: bool
    genre: str | None = None


class Dossiers:
    """« /dossiers/<ref> » et ce qu'on y écrit."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau, self._maison = bureau, bureau.maison

    def montrer(self, demande: Request) -> Response:
        """Un onglet du dossier ; un dossier qui ne se lit pas montre pourquoi, et ses champs restent à corriger."""
        chemin = self._bureau.dossier(demande)
        onglet = demande.query_params.get("onglet", "")
        if onglet in A_PART:
            return RedirectResponse(f"/dossiers/{quote(chemin.name)}/{onglet}", status_code=303)
        onglet = onglet if onglet in ONGLETS else next(iter(ONGLETS))
        etat, version = lire_version(chemin)
        etude, erreur = self._bureau.etudier(chemin)
        constats = etude.constats if etude else ()
        return self._bureau.gabarits.repondre(
            f"onglets/{onglet}.html",
            reference=chemin.name,
            onglets=ONGLETS,
            onglet=onglet,
            etude=etude,
            erreur=erreur,
            constats=constats,
            sections=_sections(etat.donnees, onglet),
            est_visible=lambda groupe, champ: _est_visible(groupe, champ, constats),
            a_deplier=_a_deplier(constats),
            dits=_par_lieu(constats),
            fichiers=lister_presents(chemin),
            page=self._maison.onglets.ouvrir(version),
            profil=etat.donnees.get("creancier") if isinstance(etat.donnees.get("creancier"), str) else "",
        )

    def enregistrer(self, demande: Request, saisie: FormData) -> Response:
        """Un champ quitté : écrit, ou refusé à côté de lui ; les constats et le décompte suivent."""
        chemin = self._bureau.dossier(demande)
        lieu, page = str(saisie.get("lieu", "")), str(saisie.get("page", ""))
        champ, valeur = denommer(lieu), str(saisie.get("valeur", ""))
        version = str(saisie.get("malgre", "")) or self._maison.onglets.version(page)
        try:
            ecrit = saisir(chemin, champ, valeur, version=version)
        except ErreurSaisieDouble as double:
            return self._bureau.gabarits.repondre(
                "morceaux/double.html",
                409,
                action=demande.url.path,
                lieu=lieu,
                identifiant="-".join(map(str, champ)),
                valeur=valeur,
                double=double,
                page=page,
            )
        except ErreurGenerateur as erreur:
            return self._dire_refus(demande, champ, erreur)
        self._maison.onglets.noter(page, ecrit.version)
        if not est_htmx(demande):
            return RedirectResponse(f"/dossiers/{quote(chemin.name)}", status_code=303)
        return self._suivre(chemin, champ)

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
            dits=_par_lieu(constats),
            champs=[c for section in _sections(etat.donnees, onglet) for g in section.groupes for c in g.tous()],
        )

    def _dire_refus(self, demande: Request, champ: tuple[str | int, ...], erreur: ErreurGenerateur) -> Response:
        if not est_htmx(demande):
            raise erreur
        return self._bureau.gabarits.repondre(
            "morceaux/refuse.html", 422, identifiant="-".join(map(str, champ)), erreur=erreur
        )


def _retourner(chemin: Path, onglet: str) -> Response:
    suite = f"?onglet={onglet}" if onglet in ONGLETS else ""
    return RedirectResponse(f"/dossiers/{quote(chemin.name)}{suite}", status_code=303)


def _listes() -> frozenset[str]:
    return frozenset(nom_nu(nom) for noms in SECTIONS_DES_ONGLETS.values() for nom in noms if nom.endswith("[]"))


def _sections(donnees: Mapping[str, Any], onglet: str) -> tuple[Section, ...]:
    return tuple(_section(donnees, nom) for nom in SECTIONS_DES_ONGLETS.get(onglet, ()))


def _section(donnees: Mapping[str, Any], nom: str) -> Section:
    nu, est_liste = nom_nu(nom), nom.endswith("[]")
    if est_liste:
        groupes = tuple(decrire_section(donnees, (nu, rang)) for rang in lister_rangs(donnees, nu))
    else:
        groupes = (decrire_section(donnees, (nu,)),)
    return Section(nu, groupes, est_liste, _AJOUTS.get(nu))


def _est_visible(groupe: Groupe, champ: Champ, constats: tuple[Constat, ...]) -> bool:
    """Ce qui est rempli, ce qu'un constat désigne, et l'essentiel ; le reste se déplie."""
    return bool(champ.valeur) or est_essentiel(groupe, champ) or any(c.lieu == champ.lieu for c in constats)


def _a_deplier(constats: tuple[Constat, ...]) -> frozenset[str]:
    """Les sections qu'un constat désigne : elles se montrent ouvertes."""
    lieux = (constat.lieu for constat in constats if constat.gravite in {"bloquant", "a_completer"})
    return frozenset(prefixe for lieu in lieux for prefixe in (lieu, lieu.rpartition(".")[0]) if prefixe)


def _par_lieu(constats: tuple[Constat, ...]) -> dict[str, list[Constat]]:
    dits: dict[str, list[Constat]] = {}
    for constat in constats:
        if constat.lieu:
            dits.setdefault(constat.lieu, []).append(constat)
    return dits

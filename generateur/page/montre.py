"""Ce que tout onglet d'un dossier montre : son étude, ses champs, ses constats à côté, la version qu'on voit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from generateur.controles.constat import Constat
from generateur.operations.ajouter import SECTIONS
from generateur.operations.etude import Etude
from generateur.operations.formulaire_dossier import Champ, Groupe, decrire_section, lister_rangs
from generateur.operations.saisie import lire_version
from generateur.page.adresses import Bureau
from generateur.page.deductions import deduire
from generateur.page.essentiels import est_essentiel
from generateur.page.onglets import ONGLETS, SECTIONS_DES_ONGLETS, nom_nu
from generateur.pieces.emplacement import lister_presents
from generateur.redaction.fiche import conduite_apres_depot

_AJOUTS = {section: genre for genre, (section, _) in SECTIONS.items()}


@dataclass(frozen=True)
class Section:
    """Une section montrée : un groupe par bloc ; `genre` : ce qu'on peut y ajouter, None si rien."""

    nom: str
    groupes: tuple[Groupe, ...]
    est_liste: bool
    genre: str | None = None


def montrer_onglet(
    bureau: Bureau,
    chemin: Path,
    onglet: str,
    code: int = 200,
    /,
    *,
    tirer: Callable[[Etude, Mapping[str, Any]], Mapping[str, Any]] | None = None,
    **propres: Any,
) -> Response:
    """L'onglet ; un dossier qui ne se lit pas montre pourquoi, et ses champs restent à corriger.

    `tirer` : ce que cet onglet tire de l'étude et des données telles qu'écrites, s'il y a une étude.
    """
    etat, version = lire_version(chemin)
    etude, erreur = bureau.etudier(chemin)
    constats = etude.constats if etude else ()
    partage = etat.donnees.get("creancier")
    communs: dict[str, Any] = {
        "reference": chemin.name,
        "onglets": ONGLETS,
        "onglet": onglet,
        "etude": etude,
        "erreur": erreur,
        "constats": constats,
        "sections": lister_sections(etat.donnees, onglet),
        "est_visible": lambda groupe, champ: _est_visible(groupe, champ, constats),
        "a_deplier": _a_deplier(constats),
        "dits": ranger_par_lieu(constats),
        "deduits": deduire(etude.dossier) if etude else {},
        "fichiers": lister_presents(chemin),
        "page": bureau.maison.onglets.ouvrir(version),
        "conduite": conduite_apres_depot(etude.dossier, etude.espece.au, etude.depot) if etude else None,
        "profil": partage if isinstance(partage, str) else "",
    }
    tires = tirer(etude, etat.donnees) if tirer and etude else {}
    return bureau.gabarits.repondre(f"onglets/{onglet}.html", code, **communs, **propres, **tires)


def lister_sections(donnees: Mapping[str, Any], onglet: str) -> tuple[Section, ...]:
    """Les sections que cet onglet montre."""
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


def ranger_par_lieu(constats: tuple[Constat, ...]) -> dict[str, list[Constat]]:
    """Les constats qui désignent un champ, par ce champ."""
    dits: dict[str, list[Constat]] = {}
    for constat in constats:
        if constat.lieu:
            dits.setdefault(constat.lieu, []).append(constat)
    return dits

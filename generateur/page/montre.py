"""Ce que tout onglet d'un dossier montre : son étude, ses champs, ses constats à côté, la version qu'on voit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from generateur.domaine.chemins_de_cle import denommer
from generateur.domaine.constat import Constat
from generateur.erreurs import ErreurDossier
from generateur.operations.ajouter import SECTIONS
from generateur.operations.deductions import deduire
from generateur.operations.etude import Etude
from generateur.operations.formulaire_dossier import Champ, Groupe, decrire_section, decrire_voies, lister_rangs
from generateur.operations.saisie import ouvrir_dossier
from generateur.page.adresses import Bureau
from generateur.page.essentiels import est_essentiel
from generateur.page.onglets import ONGLETS, PROPRES_AUX_VOIES, SECTIONS_DES_ONGLETS, nom_nu, onglet_de

_CLES_SEULES = frozenset({"objet"})  # une clé du dossier lui-même, montrée comme une section
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
    etude, erreur = bureau.etudier(chemin)
    try:
        ouvert = ouvrir_dossier(chemin)
    except ErreurDossier as illisible:  # pas même du TOML : l'étude dit la ligne
        raise erreur or illisible from illisible
    constats = etude.constats if etude else ()
    communs: dict[str, Any] = {
        "reference": chemin.name,
        "onglets": ONGLETS,
        "onglet": onglet,
        "etude": etude,
        "erreur": erreur,
        "constats": constats,
        "sections": lister_sections(ouvert.donnees, onglet, constats),
        "est_visible": lambda groupe, champ: _est_visible(groupe, champ, constats),
        "a_deplier": _a_deplier(constats),
        "dits": ranger_par_lieu(constats),
        "deduits": deduire(etude.dossier) if etude else {},
        "fichiers": ouvert.fichiers,
        "page": bureau.maison.onglets.ouvrir(ouvert.version),
        "conduite": etude.conduite if etude else None,
        "profil": profil_cite(ouvert.donnees),
    }
    tires = tirer(etude, ouvert.donnees) if tirer and etude else {}
    return bureau.gabarits.repondre(f"onglets/{onglet}.html", code, **communs, **propres, **tires)


def profil_cite(donnees: Mapping[str, Any]) -> str:
    """Le chemin du profil d'où vient le créancier ; vide s'il est écrit dans le dossier."""
    creancier = donnees.get("creancier")
    return creancier if isinstance(creancier, str) else ""


def lister_sections(donnees: Mapping[str, Any], onglet: str, constats: Iterable[Constat] = ()) -> tuple[Section, ...]:
    """Les sections que cet onglet montre ; celles d'une voie, si le dossier ou un constat en parle."""
    est_la = onglet == onglet_de(PROPRES_AUX_VOIES)
    voies = decrire_voies(donnees, _citees(donnees, constats)) if est_la else ()
    propres = Section(PROPRES_AUX_VOIES, voies, est_liste=False)
    return (*(_section(donnees, nom) for nom in SECTIONS_DES_ONGLETS.get(onglet, ())), *([propres] if voies else []))


def _citees(donnees: Mapping[str, Any], constats: Iterable[Constat]) -> set[str]:
    """Les voies dont le dossier ou un constat parle."""
    designees = [denommer(constat.lieu)[:2] for constat in constats]
    noms = {str(chemin[1]) for chemin in designees if len(chemin) > 1 and chemin[0] == PROPRES_AUX_VOIES}
    ecrites = donnees.get(PROPRES_AUX_VOIES)
    return noms | (set(ecrites) if isinstance(ecrites, Mapping) else set())


def _section(donnees: Mapping[str, Any], nom: str) -> Section:
    nu, est_liste = nom_nu(nom), nom.endswith("[]")
    if est_liste:
        groupes = tuple(decrire_section(donnees, (nu, rang)) for rang in lister_rangs(donnees, nu))
    elif nu in _CLES_SEULES:
        tout = decrire_section(donnees, ())
        groupes = (Groupe((nu,), tout.libelle, tuple(c for c in tout.champs if c.chemin == (nu,))),)
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

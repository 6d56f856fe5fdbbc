"""Ce que les registres publics disent d'un débiteur : comparé au dossier, et gardé en pièce datée, jamais écrasée."""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generateur.annuaire.client import Client
from generateur.annuaire.memoire import Memoire
from generateur.annuaire.registres import consulter
from generateur.annuaire.retenue import retenir
from generateur.annuaire.services import Services, choisir_services
from generateur.controles.ecarts_annuaire import Ecart, constater_annuaire, est_siren, relever_ecarts
from generateur.controles.lieux import situer
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.fiche_annuaire import FicheAnnuaire
from generateur.domaine.langue import date_longue
from generateur.domaine.parties import Debiteur
from generateur.domaine.retouches import Ajout
from generateur.erreurs import ErreurDossier, ErreurUsage
from generateur.lecture.edition_toml import Etat, lire_etat
from generateur.lecture.socle import lire_dossier
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.outillage import ouvrir_atelier
from generateur.pieces.atelier import Atelier
from generateur.publication.rangement import Copies
from generateur.surveillance.prive import dossier_de_cache
from generateur.surveillance.provisoires import creer_provisoire, effacer_provisoire

_LONGUEUR_SIREN, _LONGUEUR_SIRET = 9, 14
_DELAI_S, _MEMOIRE = 30.0, 1 << 30
_AVIS = (
    "Relevé des données publiques de l'annuaire des entreprises (annuaire-entreprises.data.gouv.fr), qui reprend le "
    "répertoire Sirene de l'Insee. Il ne remplace ni l'avis de situation de l'Insee, ni un extrait du registre."
)
_AVIS_BODACC = "Relevé des annonces de procédures collectives publiées au BODACC (bodacc.fr)."


@dataclass(frozen=True)
class Consultee:
    """Une entreprise consultée : sa fiche, ce qu'elle change, les pièces écrites (la situation d'abord)."""

    fiche: FicheAnnuaire
    lieu: str = ""
    ecarts: tuple[Ecart, ...] = ()
    constats: tuple[Constat, ...] = ()
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consultation:
    """Ce qui a été lu ; `reference` et `chemin` sont None pour un SIREN seul. `sans_siren` : débiteurs laissés."""

    consultees: tuple[Consultee, ...]
    reference: str | None = None
    chemin: Path | None = None
    sans_siren: tuple[str, ...] = ()


def lire_siren(cible: str) -> str | None:
    """Le SIREN que dit la cible (un SIRET aussi) ; None si c'est un chemin.

    Lève ErreurUsage si le numéro est faux.
    """
    nu = re.sub(r"[\s.\u00a0\u202f]", "", cible)
    if Path(cible).exists() or not (nu.isascii() and nu.isdigit()):
        return None
    numero = nu[:_LONGUEUR_SIREN]
    if len(nu) not in {_LONGUEUR_SIREN, _LONGUEUR_SIRET} or not est_siren(numero):
        raise ErreurUsage(
            f"« {cible} » n'est pas un SIREN : il faut neuf chiffres, et la clé de contrôle doit correspondre",
            lieu="DOSSIER|SIREN",
            remede="Le recopier depuis une facture, ou donner le répertoire du dossier.",
        )
    return numero


def consulter_cible(
    cible: str, *, url_entreprises: str | None, url_bodacc: str | None, jour: dt.date, est_hors_ligne: bool
) -> Consultation:
    """La fiche d'un SIREN, ou celles des débiteurs d'un dossier, aux adresses données ou à celles des services.

    Lève ErreurUsage (une adresse n'en est pas une), ErreurOutilAbsent, ErreurLecture, ErreurDossier.
    """
    services, siren = choisir_services(url_entreprises, url_bodacc), lire_siren(cible)
    if siren is not None:
        return consulter_siren(siren, services, jour=jour, est_hors_ligne=est_hors_ligne)
    with ouvrir_atelier() as atelier:
        return consulter_dossier(Path(cible), services, jour=jour, est_hors_ligne=est_hors_ligne, atelier=atelier)


def consulter_siren(
    siren: str, services: Services, *, jour: dt.date, est_hors_ligne: bool, cache: Path | None = None
) -> Consultation:
    """La fiche d'un SIREN seul : rien n'est écrit. Lève ErreurOutilAbsent si un registre ne répond pas."""
    with _ouvrir(cache, est_hors_ligne=est_hors_ligne) as (memoire, client):
        fiche = consulter(siren, services, jour=jour, memoire=memoire, client=client)
    return Consultation((Consultee(fiche, constats=constater_annuaire("", None, fiche, (), jour=jour)),))


def consulter_dossier(
    source: Path,
    services: Services,
    *,
    jour: dt.date,
    est_hors_ligne: bool,
    atelier: Atelier,
    cache: Path | None = None,
) -> Consultation:
    """Consulte les registres pour chaque débiteur qui a un SIREN, et range leurs réponses en pièces.

    Ce qui est saisi n'est jamais changé. Lève ErreurLecture, ErreurDossier (aucun SIREN à consulter, le dossier a
    changé entre-temps), ErreurOutilAbsent (un registre ne répond pas), ErreurEcriture.
    """
    with _ouvrir(cache, est_hors_ligne=est_hors_ligne) as (memoire, client):
        # lu sous le verrou : deux commandes à la fois écrivent l'une après l'autre
        lu = lire_dossier(source)
        etat = lire_etat(lu.source)
        visees, sans_siren = _viser(lu.dossier)
        lues: dict[str, FicheAnnuaire] = {}
        for siren, _, _ in visees:
            if siren not in lues:
                lues[siren] = consulter(siren, services, jour=jour, memoire=memoire, client=client)
        pieces = _ranger(etat, list(lues.values()), atelier)
        retenir(lu.racine, lues)
    return Consultation(
        tuple(_comparer(lieu, debiteur, lues[siren], pieces, jour) for siren, lieu, debiteur in visees),
        lu.dossier.reference,
        lu.racine,
        sans_siren,
    )


def _viser(dossier: Dossier) -> tuple[list[tuple[str, str, Debiteur]], tuple[str, ...]]:
    """(SIREN, lieu, débiteur) de chaque débiteur à consulter, et le nom des autres."""
    visees: list[tuple[str, str, Debiteur]] = []
    sans_siren: list[str] = []
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        siren = debiteur.siren_deduit
        if siren and est_siren(siren):
            visees.append((siren, lieu, debiteur))
        else:
            sans_siren.append(debiteur.nom_complet)
    if not visees:
        raise ErreurDossier(
            "aucun débiteur n'a de SIREN juste : il n'y a rien à demander à l'annuaire",
            lieu="debiteurs[1].siren",
            remede='Écrire siren = "123 456 782" au débiteur ; un particulier n\'est dans aucun de ces registres.',
        )
    return visees, tuple(sans_siren)


@contextlib.contextmanager
def _ouvrir(cache: Path | None, *, est_hors_ligne: bool) -> Iterator[tuple[Memoire, Client | None]]:
    memoire = Memoire(cache if cache is not None else dossier_de_cache() / "annuaire")
    with memoire.reserver():
        if est_hors_ligne:
            yield memoire, None
            return
        with Client() as client:
            yield memoire, client


def _comparer(
    lieu: str, debiteur: Debiteur, fiche: FicheAnnuaire, pieces: dict[str, tuple[str, ...]], jour: dt.date
) -> Consultee:
    ecarts = relever_ecarts(lieu, debiteur, fiche)
    constats = constater_annuaire(lieu, debiteur, fiche, ecarts, jour=jour)
    return Consultee(fiche, lieu, ecarts, constats, pieces.get(fiche.siren, ()))


def _ranger(etat: Etat, fiches: Sequence[FicheAnnuaire], atelier: Atelier) -> dict[str, tuple[str, ...]]:
    """Chaque réponse en PDF, citée par un bloc [[pieces]] ; celle qui est déjà citée ne l'est pas deux fois."""
    copies = Copies(etat.fichier.parent)
    cites = {str(bloc.get("fichier", "")) for bloc in etat.donnees.get("pieces") or () if isinstance(bloc, dict)}
    ajouts: list[Ajout] = []
    rangees: dict[str, tuple[str, ...]] = {}
    for fiche in fiches:
        chemins = []
        for nature, titre, blocs in _relever(fiche):
            nom = f"{nature}_{fiche.siren}_{fiche.lu_le.isoformat()}.pdf"
            chemin = copies.prevoir_contenu(nom, _composer(atelier, titre, blocs))
            chemins.append(chemin)
            if chemin not in cites:
                bloc = {"titre": titre, "date": fiche.lu_le, "fichier": chemin, "nature": nature}
                ajouts.append(Ajout("pieces", {**bloc, "delivre_le": fiche.lu_le}))
        rangees[fiche.siren] = tuple(chemins)
    if ajouts:
        ecrire_editions(etat, ajouts, copies)
    return rangees


def _composer(atelier: Atelier, titre: str, blocs: Sequence[tuple[str, ...]]) -> bytes:
    repertoire = creer_provisoire()
    try:
        cible = repertoire / "releve.pdf"
        atelier.executer(
            "composer_releve",
            delai=_DELAI_S,
            memoire=_MEMOIRE,
            cible=str(cible),
            titre=titre,
            blocs=[list(bloc) for bloc in blocs],
        )
        return cible.read_bytes()
    finally:
        effacer_provisoire(repertoire)


def _relever(fiche: FicheAnnuaire) -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    """Nature, titre et blocs de chaque pièce ; que des données publiques, rien de ce que le programme en pense."""
    qui = fiche.denomination or f"SIREN {fiche.siren}"
    if fiche.est_connue:
        lignes = {
            "SIREN": fiche.siren,
            "Dénomination": fiche.denomination or "non diffusée",
            "Forme": fiche.forme,
            "État": _dire_etat(fiche),
            "Siège": fiche.adresse or "non diffusé",
            "SIRET du siège": fiche.siret_siege,
            "Créée le": _jour(fiche.creee_le),
            "Cessée le": _jour(fiche.fermee_le),
            "Radiée le": _jour(fiche.radiee_le),
            "Lu le": date_longue(fiche.lu_le),
        }
        yield (
            "situation_sirene",
            f"Situation au répertoire Sirene : {qui}",
            [
                ("titre", f"Situation au répertoire Sirene : {qui}"),
                *(("entete", valeur, etiquette) for etiquette, valeur in lignes.items() if valeur),
                ("filet",),
                ("note", _AVIS),
            ],
        )
    if fiche.procedures:
        blocs: list[tuple[str, ...]] = [("titre", f"Annonces au BODACC : {qui}"), ("entete", fiche.siren, "SIREN")]
        for procedure in fiche.procedures:
            blocs += [("filet",), ("entete", procedure.nature, "Nature")]
            suite: dict[str, Any] = {
                "Jugement": _jour(procedure.date),
                "Tribunal": procedure.tribunal,
                "Publiée le": _jour(procedure.parution),
                "Annonce": procedure.annonce,
            }
            blocs += [("entete", valeur, etiquette) for etiquette, valeur in suite.items() if valeur]
        blocs += [("filet",), ("entete", date_longue(fiche.lu_le), "Lu le"), ("note", _AVIS_BODACC)]
        yield "bodacc", f"Annonces au BODACC : {qui}", blocs


def _dire_etat(fiche: FicheAnnuaire) -> str:
    return "en activité" if fiche.etat == "A" else "cessée"


def _jour(jour: dt.date | None) -> str:
    return date_longue(jour) if jour else ""

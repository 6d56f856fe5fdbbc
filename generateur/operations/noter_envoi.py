"""Noter ce qui est parti et ce qui est revenu : les mises en demeure écrites ici, leur preuve de dépôt, leur avis."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from generateur.domaine.creances import MiseEnDemeure
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.domaine.retouches import Ajout, Pose
from generateur.droit.tables import entier_au
from generateur.erreurs import ErreurPiece, ErreurUsage
from generateur.lecture.edition_toml import lire_etat
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.mise_en_demeure import nommer_lettre, situer_lettres
from generateur.pieces.emplacement import localiser
from generateur.publication.manifeste import empreinte
from generateur.publication.rangement import Copies

Issue = Literal["distribuee", "non_reclamee", "refusee", "npai"]
ISSUES: tuple[Issue, ...] = get_args(Issue)


@dataclass(frozen=True)
class Pli:
    """Une lettre écrite ici et pas encore notée ; `rang` : le débiteur à qui elle s'adresse, 1 pour le premier."""

    rang: int
    debiteur: str
    lettre: Path


@dataclass(frozen=True)
class Attente:
    """Une mise en demeure partie dont l'avis n'est pas revenu ; `chemin` : où elle est au dossier."""

    chemin: tuple[str | int, ...]
    date_envoi: dt.date
    numero: str


@dataclass(frozen=True)
class Envoi:
    """Le jour de l'envoi ; par rang de débiteur, le numéro du recommandé et la preuve de dépôt, s'ils sont là."""

    le: dt.date
    numeros: Mapping[int, str] = field(default_factory=dict)
    preuves: Mapping[int, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Avis:
    """Le jour où le facteur s'est présenté, ce qu'il en est advenu, et l'avis numérisé s'il est là."""

    presentee_le: dt.date
    issue: Issue
    fichier: Path | None = None


@dataclass(frozen=True)
class EnCours:
    """Les lettres écrites à noter, et les plis dont on attend l'avis."""

    plis: tuple[Pli, ...]
    attentes: tuple[Attente, ...]


def consulter_envois(source: Path, sortie: Path) -> EnCours:
    """Ce qui est écrit sans être noté parti, et ce qui est parti sans être revenu. Lève ErreurLecture."""
    lu = lire_dossier(source)
    return EnCours(lister_plis(lu, sortie), lister_attentes(lu.dossier))


def lister_plis(lu: DossierLu, sortie: Path) -> tuple[Pli, ...]:
    """Les lettres écrites dans la sortie qu'aucune mise en demeure du dossier ne porte encore."""
    return tuple(_plis(lu, sortie))


def lister_attentes(dossier: Dossier) -> tuple[Attente, ...]:
    """Les mises en demeure dont la date de présentation n'est pas connue."""
    unique = [(("mise_en_demeure",), dossier.mise_en_demeure)] if dossier.mise_en_demeure else []
    autres = [(("mises_en_demeure", rang), mise) for rang, mise in enumerate(dossier.mises_en_demeure)]
    return tuple(
        Attente(chemin, mise.date_envoi, mise.numero or "")
        for chemin, mise in [*unique, *autres]
        if mise.date_presentation is None and mise.date_reception is None
    )


def noter_envoi(source: Path, sortie: Path, envoi: Envoi, *, jour: dt.date) -> tuple[Pli, ...]:
    """Écrit la mise en demeure au dossier, sa lettre et sa preuve rangées dans pieces/ ; rend les plis notés.

    Lève ErreurUsage (date à venir, aucune lettre écrite), ErreurLecture, ErreurDossier, ErreurEcriture.
    """
    _refuser_a_venir(envoi.le, jour)
    lu = lire_dossier(source)
    plis = lister_plis(lu, sortie)
    if not plis:
        raise ErreurUsage(
            "aucune lettre de mise en demeure n'attend d'être notée",
            lieu="mise_en_demeure",
            remede="Écrire la lettre, l'envoyer, puis noter son envoi.",
        )
    copies = Copies(lu.racine)
    editions: list[Pose | Ajout] = []
    for pli in plis:
        bloc = _dresser(pli, envoi, copies)
        if len(lu.dossier.debiteurs) > 1:
            editions.append(Ajout("mises_en_demeure", {"debiteur": pli.rang, **bloc}))
        elif lu.dossier.toutes_mises_en_demeure:
            editions.append(Ajout("mises_en_demeure", bloc))
        else:
            editions += [Pose(("mise_en_demeure", cle), valeur) for cle, valeur in bloc.items()]
    ecrire_editions(lire_etat(lu.source), editions, copies)
    return plis


def noter_avis(source: Path, chemin: tuple[str | int, ...], avis: Avis, *, jour: dt.date) -> None:
    """Écrit la présentation et l'issue d'une mise en demeure partie. Lève comme `noter_envoi`."""
    _refuser_a_venir(avis.presentee_le, jour)
    lu = lire_dossier(source)
    attente = next((a for a in lister_attentes(lu.dossier) if a.chemin == chemin), None)
    if attente is None:
        raise ErreurUsage("aucune mise en demeure n'attend d'avis ici", lieu="mise_en_demeure")
    if avis.presentee_le < attente.date_envoi:
        raise ErreurUsage(
            f"la lettre est partie le {date_longue(attente.date_envoi)} : elle ne peut être présentée avant",
            lieu="date_presentation",
        )
    copies = Copies(lu.racine)
    bloc: dict[str, Any] = {"date_presentation": avis.presentee_le, "issue": avis.issue}
    if avis.fichier:
        bloc["accuse"] = copies.prevoir(avis.fichier)
    ecrire_editions(lire_etat(lu.source), [Pose((*chemin, cle), valeur) for cle, valeur in bloc.items()], copies)


def _plis(lu: DossierLu, sortie: Path) -> Iterator[Pli]:
    dossier = lu.dossier
    notees = {empreinte(fichier) for mise in dossier.toutes_mises_en_demeure if (fichier := _fichier_de(lu, mise))}
    for rang, debiteur in enumerate(dossier.debiteurs, start=1):
        lettre = sortie / situer_lettres(dossier) / f"{nommer_lettre(dossier, rang)}.pdf"
        if lettre.is_file() and empreinte(lettre) not in notees:
            yield Pli(rang, debiteur.nom_complet, lettre)


def _fichier_de(lu: DossierLu, mise: MiseEnDemeure) -> Path | None:
    try:
        return localiser(lu.racine, mise.fichier) if mise.fichier else None
    except ErreurPiece:
        return None


def _dresser(pli: Pli, envoi: Envoi, copies: Copies) -> dict[str, Any]:
    """Le bloc de ce pli : le délai est celui que la lettre laisse."""
    numero, preuve = envoi.numeros.get(pli.rang), envoi.preuves.get(pli.rang)
    return {
        "date_envoi": envoi.le,
        "mode": "lrar",
        **({"numero": numero} if numero else {}),
        "delai_jours": entier_au("delais_jours", envoi.le, "mise_en_demeure_usuel"),
        "fichier": copies.prevoir(pli.lettre),
        **({"preuve_depot": copies.prevoir(preuve)} if preuve else {}),
    }


def _refuser_a_venir(le: dt.date, jour: dt.date) -> None:
    if le > jour:
        raise ErreurUsage(f"le {date_longue(le)} n'est pas encore venu", lieu="date")

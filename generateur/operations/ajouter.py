"""Ajouter à la main : une facture, un avoir, un paiement, une relance, une pièce, un événement.

Une facture électronique ou un courriel donné seul remplit les clés ; ce qui est saisi l'emporte, et l'écart se dit.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.creances import Avoir, Facture, Paiement, Relance
from generateur.domaine.dossier import Piece
from generateur.domaine.retouches import Ajout, Pose
from generateur.domaine.socle import Donnee, est_vide
from generateur.erreurs import ErreurGenerateur, ErreurIntrouvable, ErreurLecture, ErreurUsage
from generateur.importation import format_facture_electronique
from generateur.importation.groupement import grouper, siren_de
from generateur.importation.socle import Consignes, PieceLue
from generateur.importation.soldes import solder
from generateur.importation.valeurs_a_plat import (
    montant_de_l_avoir,
    normaliser,
    valeurs_de_l_avoir,
    valeurs_de_la_facture,
    valeurs_du_paiement,
)
from generateur.lecture.edition_toml import Etat, ecrire_edition, lire_etat
from generateur.lecture.messages import expliquer
from generateur.lecture.socle import trouver_source
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.etude import etudier_dossier
from generateur.operations.outillage import OutilsPieces
from generateur.operations.profils import siren_du_profil
from generateur.pieces.correspondance import lire_messages
from generateur.publication.rangement import Copies

SECTIONS: Mapping[str, tuple[str, type[Donnee]]] = {
    "facture": ("factures", Facture),
    "avoir": ("avoirs", Avoir),
    "paiement": ("paiements", Paiement),
    "relance": ("relances", Relance),
    "piece": ("pieces", Piece),
}
_COMPTES = {"facture": "facture", "avoir": "avoir"}


@dataclass(frozen=True)
class Ajoute:
    """Ce qui a été écrit : la section du dossier, le bloc, et ce qu'il appelle encore."""

    reference: str
    chemin: Path
    section: str
    ajoute: Mapping[str, Any]
    constats: tuple[Constat, ...]

    @property
    def lignes(self) -> tuple[str, ...]:
        """Le bloc tel qu'il est écrit au dossier, sans son en-tête."""
        return tuple(ecrire_edition(Ajout(self.section, self.ajoute)).splitlines()[1:])


@dataclass(frozen=True)
class Saisie:
    """Ce que l'utilisateur donne : clés et valeurs (une section interne en table), et fichiers par clé pointée."""

    valeurs: Mapping[str, Any]
    fichiers: Mapping[str, Path]


def ajouter(source: Path, genre: str, saisie: Saisie, *, jour: dt.date, outils: OutilsPieces) -> Ajoute:
    """Ajoute un bloc de ce genre au dossier (une clé de SECTIONS).

    Lève ErreurUsage (une clé manque, n'est pas admise, ou le bloc est déjà là), ErreurLecture (le fichier ou le dossier
    ne se lit pas), ErreurDossier (édition refusée), ErreurEcriture.
    """
    etat = lire_etat(trouver_source(source))
    section, modele = SECTIONS[genre]
    copies = Copies(etat.fichier.parent)
    principal = saisie.fichiers.get("fichier")
    lues, suites, constats = _lire_fichier(etat, genre, saisie, principal, outils, copies)
    fichiers = {cle: ranger(etat, f, copies) for cle, f in saisie.fichiers.items() if not _est_xml(f)}
    bloc = valider(genre, modele, _reunir(lues, saisie.valeurs, fichiers))
    _refuser_doublon(etat, section, bloc)
    rang, editions = _placer(etat, section, bloc)
    ecrire_editions(etat, [*editions, *suites], copies)
    lieu = f"{section}[{rang + 1}]"
    restants = relire_ajout(etat, lieu, jour, outils)
    return Ajoute(str(etat.donnees.get("reference", "")), etat.fichier.parent, section, bloc, (*constats, *restants))


def _est_xml(fichier: Path) -> bool:
    """Une facture XML se lit, mais ne s'imprime pas : elle n'est pas une pièce."""
    return fichier.suffix.lower() == ".xml"


def _lire_fichier(
    etat: Etat, genre: str, saisie: Saisie, fichier: Path | None, outils: OutilsPieces, copies: Copies
) -> tuple[dict[str, Any], list[Ajout], list[Constat]]:
    """Ce que le fichier dit de lui-même : valeurs du bloc, blocs qui le suivent, écarts avec la saisie."""
    if fichier is None:
        return {}, [], []
    trouve = _trouver(etat, fichier)
    if genre in _COMPTES:
        piece = _lire_facture(trouve, est_seule=not saisie.valeurs)
        return _depuis_facture(etat, genre, piece, saisie, copies) if piece else ({}, [], [])
    if genre in {"relance", "piece"}:
        return _depuis_courriel(etat, genre, trouve, saisie, outils), [], []
    return {}, [], []


def _lire_facture(fichier: Path, *, est_seule: bool) -> PieceLue | None:
    """La facture électronique ; None si c'en n'est pas une et que l'utilisateur en dit lui-même les clés."""
    if not format_facture_electronique.reconnaitre(fichier):
        return None
    try:
        lecture = format_facture_electronique.lire(fichier, Consignes())
    except ErreurLecture:
        if est_seule:
            raise
        return None
    return lecture.pieces[0] if lecture.pieces else None


def _depuis_facture(
    etat: Etat, genre: str, piece: PieceLue, saisie: Saisie, copies: Copies
) -> tuple[dict[str, Any], list[Ajout], list[Constat]]:
    est_avoir = piece.nature == "avoir"
    if est_avoir != (genre == "avoir"):
        juste = "avoir" if est_avoir else "facture"
        raise ErreurUsage(
            f"« {piece.origine} » est {'un avoir' if est_avoir else 'une facture'}",
            lieu=piece.origine,
            remede=f"Utiliser « generateur ajouter {juste} ».",
        )
    solde = solder(grouper([piece])[0])
    for _, motif in solde.ecartees:
        raise ErreurLecture(f"cette facture ne s'ajoute pas : {motif}", lieu=piece.origine)
    suites = [
        Ajout("pieces", {"titre": joint.titre, "fichier": copies.prevoir_contenu(joint.nom, joint.contenu)})
        for joint in piece.joints
    ]
    if est_avoir:
        numeros = frozenset(str(f.get("numero", "")) for f in etat.donnees.get("factures") or ())
        valeurs = {**valeurs_de_l_avoir(piece, numeros), "montant_ttc": montant_de_l_avoir(piece)}
    else:
        valeurs = valeurs_de_la_facture(piece)
        suites += [
            Ajout("paiements", valeurs_du_paiement(piece.numero, reglement))
            for facture in solde.factures
            for reglement in facture.reglements
        ]
    return valeurs, suites, [*_comparer(valeurs, saisie, piece), *_comparer_parties(etat, piece)]


def _comparer(valeurs: Mapping[str, Any], saisie: Saisie, piece: PieceLue) -> Iterator[Constat]:
    """Chaque clé saisie qui n'est pas celle de la facture électronique."""
    for cle, saisi in saisie.valeurs.items():
        lue = valeurs.get(cle)
        if lue is not None and normaliser(saisi, cle) != normaliser(lue, cle):
            yield constater(
                "ECART_FACTURE_ELECTRONIQUE",
                f"{cle} : « {saisi} » est saisi, la facture électronique dit « {lue} » ; la saisie est gardée",
                lieu=piece.origine,
                remede=f"Corriger « {cle} » dans le dossier si la facture dit juste.",
            )


def _comparer_parties(etat: Etat, piece: PieceLue) -> Iterator[Constat]:
    """L'acheteur et le vendeur de la facture, contre les SIREN écrits au dossier."""
    debiteurs = [d for d in etat.donnees.get("debiteurs") or () if isinstance(d, Mapping)]
    creancier = etat.donnees.get("creancier")
    vendeur = str(creancier.get("siren", "")) if isinstance(creancier, Mapping) else ""
    if isinstance(creancier, str):
        vendeur = siren_du_profil(etat.fichier.parent / creancier)
    paires = (
        ("l'acheteur", piece.debiteur, [str(d.get("siren", "")) for d in debiteurs]),
        ("le vendeur", piece.creancier, [vendeur]),
    )
    for role, tiers, sirens in paires:
        connus = {normaliser(siren, "siren") for siren in sirens} - {""}
        if tiers is not None and connus and siren_de(tiers) and siren_de(tiers) not in connus:
            yield constater(
                "FACTURE_D_UN_AUTRE",
                f"{role} de cette facture est {tiers.nom} (SIREN {siren_de(tiers)}), qui n'est pas au dossier",
                lieu=piece.origine,
                remede="Retirer cette facture du dossier, ou corriger le SIREN s'il est faux.",
            )


def _depuis_courriel(etat: Etat, genre: str, fichier: Path, saisie: Saisie, outils: OutilsPieces) -> dict[str, Any]:
    messages = lire_messages(fichier, outils.atelier)
    if not messages:
        return {}
    if len(messages) > 1 and genre == "relance" and "date" not in saisie.valeurs:
        raise ErreurUsage(
            f"cette boîte contient {len(messages)} messages",
            lieu=str(fichier),
            remede="La copier dans pieces/ : « generateur completer » propose une relance par message.",
        )
    message = messages[0]
    if genre == "relance" and "canal" not in saisie.valeurs and _vient_du_debiteur(etat, message.expediteur):
        raise ErreurUsage(
            "ce courriel vient du débiteur : ce n'est pas une relance",
            lieu=str(fichier),
            remede="« generateur ajouter piece » le verse en correspondance ; une réponse se note dans la relance même "
            '(reponse = "…").',
        )
    propres = {"canal": "courriel"} if genre == "relance" else {"nature": "correspondance"}
    libelle = "objet" if genre == "relance" else "titre"
    lues = {"date": message.jour, **propres, libelle: message.objet}
    return {cle: valeur for cle, valeur in lues.items() if valeur}


def _vient_du_debiteur(etat: Etat, expediteur: str) -> bool:
    courriels = (str(d.get("courriel", "")) for d in etat.donnees.get("debiteurs") or () if isinstance(d, Mapping))
    return any(courriel and courriel.casefold() in expediteur.casefold() for courriel in courriels)


def _trouver(etat: Etat, fichier: Path) -> Path:
    """Le fichier donné, d'ici ou du dossier. Lève ErreurLecture s'il n'existe pas."""
    for candidat in (fichier, etat.fichier.parent / fichier):
        if candidat.is_file():
            return candidat
    raise ErreurIntrouvable("ce fichier n'existe pas", lieu=str(fichier), remede="Vérifier le chemin donné.")


def ranger(etat: Etat, fichier: Path, copies: Copies) -> str:
    """Le chemin du fichier dans le dossier : le sien s'il y est, sinon celui de sa copie dans pieces/."""
    trouve, racine = _trouver(etat, fichier).resolve(), etat.fichier.parent.resolve()
    if trouve.is_relative_to(racine):
        return trouve.relative_to(racine).as_posix()
    return copies.prevoir(trouve, fichier.name)


def _reunir(lues: Mapping[str, Any], saisies: Mapping[str, Any], fichiers: Mapping[str, str]) -> dict[str, Any]:
    valeurs: dict[str, Any] = {**lues, **saisies}
    for cle, chemin in fichiers.items():
        section, point, feuille = cle.partition(".")
        if point:
            valeurs[section] = {**valeurs.get(section, {}), feuille: chemin}
        else:
            valeurs[cle] = chemin
    return valeurs


def valider(genre: str, modele: type[Donnee], valeurs: Mapping[str, Any]) -> dict[str, Any]:
    """Le bloc tel qu'il s'écrira. Lève ErreurUsage : chaque clé qui manque ou n'est pas admise."""
    try:
        return modele.model_validate(dict(valeurs)).model_dump(exclude_unset=True, exclude_none=True)
    except ValidationError as erreur:
        defauts = [f"{cle} : {phrase}" if cle else phrase for cle, phrase in expliquer(erreur, modele, {})]
        raise ErreurUsage(
            f"ceci ne peut pas être ajouté : {' ; '.join(defauts)}",
            lieu=genre,
            remede=f"« generateur ajouter {genre} --aide » donne chaque option.",
        ) from erreur


def _refuser_doublon(etat: Etat, section: str, bloc: Mapping[str, Any]) -> None:
    presents = [b for b in etat.donnees.get(section) or () if isinstance(b, Mapping)]
    numero = bloc.get("numero")
    deja = section in {"factures", "avoirs"} and numero and any(str(b.get("numero")) == numero for b in presents)
    if deja or any(_simplifier(b) == _simplifier(bloc) for b in presents):
        raise ErreurUsage(
            f"« {numero} » est déjà au dossier" if deja else "ce bloc est déjà au dossier, mot pour mot",
            lieu=str(etat.fichier),
            remede="Le corriger dans le fichier : ce qui y est écrit n'est jamais remplacé.",
        )


def _simplifier(bloc: Mapping[str, Any]) -> dict[str, Any]:
    return {cle: normaliser(valeur, cle) for cle, valeur in bloc.items()}


def _placer(etat: Etat, section: str, bloc: Mapping[str, Any]) -> tuple[int, Sequence[Pose | Ajout]]:
    """Le rang du bloc et comment l'écrire : dans celui qui attend, vide, d'être rempli ; sinon à la suite."""
    presents = etat.donnees.get(section) or []
    for rang, present in enumerate(presents):
        if isinstance(present, Mapping) and est_vide(present):
            return rang, [Pose((section, rang, cle), valeur) for cle, valeur in bloc.items()]
    return len(presents), [Ajout(section, dict(bloc))]


def relire_ajout(etat: Etat, lieu: str, jour: dt.date, outils: OutilsPieces) -> list[Constat]:
    """Ce que le dossier, relu, dit du bloc ajouté ; l'écart avec la facture électronique vient d'être dit."""
    try:
        etude = etudier_dossier(etat.fichier, jour=jour, outils=outils)
    except ErreurGenerateur:
        return []  # l'ajout est fait ; « verifier » dira ce qui manque au droit
    return [c for c in etude.constats if lieu in c.lieu and c.code != "ECART_FACTURE_ELECTRONIQUE"]

"""La synthèse d'un lot en classeur : ce qui est produit, ce qui ne l'est pas, et ce qu'il faut faire."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from generateur.commandes.classeur import Colonne, Feuille, Valeur, composer_classeur
from generateur.commandes.presentation_lot import ETATS, dire_chemin
from generateur.domaine.langue import courber, date_longue, majuscule
from generateur.operations.lot import Bilan
from generateur.operations.synthese_lot import Geste, compter_par_voie, grouper_les_gestes
from generateur.operations.voies import libelle_de_voie
from generateur.reglages import FicheDossier, Resultat

_CITEES = 30  # une cellule ne se lit plus au-delà ; la feuille des refus les a toutes


def composer(bilan: Bilan, jour: dt.date) -> bytes:
    """Les octets du classeur."""
    return composer_classeur(tuple(_feuilles(bilan)), titre=f"Lot du {date_longue(jour)}", jour=jour)


def _feuilles(bilan: Bilan) -> Iterator[Feuille]:
    gestes = grouper_les_gestes(bilan.dossiers)
    yield _resumer(bilan)
    yield _dire_gestes(gestes)
    yield _dire_refus(gestes)
    yield _dire_dossiers(bilan)
    if bilan.piles.piles:
        yield Feuille(
            "Piles",
            (Colonne("Pile"), Colonne("Dossiers", "entier"), Colonne("Somme", "euros"), Colonne("Répertoire")),
            [(p.nom, p.dossiers, p.total, dire_chemin(p.chemin)) for p in bilan.piles.piles],
            (
                "Total",
                sum(p.dossiers for p in bilan.piles.piles),
                sum((p.total for p in bilan.piles.piles), Decimal(0)),
                "",
            ),
        )


def _resumer(bilan: Bilan) -> Feuille:
    colonnes = (Colonne("Lot"), Colonne("Dossiers", "entier"), Colonne("Somme", "euros"))
    lignes: list[tuple[Valeur, ...]] = [
        (majuscule(libelle), bilan.combien(etat), None) for etat, libelle in ETATS.items()
    ]
    lignes += [
        (libelle_de_voie(nom), compte.dossiers, compte.total)
        for nom, compte in sorted(compter_par_voie(bilan.dossiers).items())
    ]
    return Feuille("Lot", colonnes, lignes, ("Dossiers du lot", len(bilan.dossiers), bilan.dossiers.total))


def _dire_gestes(gestes: tuple[Geste, ...]) -> Feuille:
    colonnes = (
        Colonne("Ce qui manque"),
        Colonne("Ce qu'il faut faire"),
        Colonne("Dossiers arrêtés", "entier"),
        Colonne("N'attendent que cela", "entier"),
        Colonne("Références"),
        Colonne("Code"),
    )
    return Feuille(
        "À faire",
        colonnes,
        [
            (
                courber(majuscule(geste.libelle)),
                courber(geste.remede),
                len(geste.references),
                geste.seuls,
                _citer(geste.references),
                geste.code,
            )
            for geste in gestes
        ],
    )


def _citer(references: tuple[str, ...]) -> str:
    reste = len(references) - _CITEES
    return ", ".join(references[:_CITEES]) + (f" et {reste} autres" if reste > 0 else "")


def _dire_refus(gestes: tuple[Geste, ...]) -> Feuille:
    """Un manque par ligne, réunis par ce qu'il faut faire, dans l'ordre de la feuille « À faire »."""
    colonnes = (
        Colonne("Ce qui manque"),
        Colonne("Référence"),
        Colonne("Créancier"),
        Colonne("Débiteur"),
        Colonne("État"),
        Colonne("Code de sortie", "entier"),
        Colonne("Raison"),
        Colonne("Où"),
        Colonne("Que faire"),
    )
    return Feuille(
        "Refus",
        colonnes,
        [
            (
                courber(majuscule(geste.libelle)),
                r.resultat.reference,
                r.resultat.fiche.creancier,
                ", ".join(r.resultat.fiche.debiteurs),
                ETATS[r.resultat.etat],
                r.resultat.code,
                courber(r.manque.message),
                r.manque.lieu,
                courber(r.manque.remede),
            )
            for geste in gestes
            for r in geste.reproches
        ],
    )


def _dire_dossiers(bilan: Bilan) -> Feuille:
    colonnes = (
        Colonne("Référence"),
        Colonne("État"),
        Colonne("Procédure"),
        Colonne("Somme", "euros"),
        Colonne("Arrêtée au", "date"),
        Colonne("Créancier"),
        Colonne("Débiteur"),
        Colonne("Étude"),
        Colonne("Juridiction"),
        Colonne("Pièces", "entier"),
        Colonne("Pages", "entier"),
        Colonne("À savoir"),
        Colonne("Liasse"),
    )
    return Feuille(
        "Dossiers",
        colonnes,
        [_en_ligne(resultat) for resultat in bilan.dossiers],
        ("Total", "", "", bilan.dossiers.total, None, "", "", "", "", None, None, "", ""),
    )


def _dire_retenue(fiche: FicheDossier) -> str:
    """« déposé le 3 mai 2026 »."""
    return f"{fiche.retenue} le {date_longue(fiche.retenue_le)}" if fiche.retenue_le else fiche.retenue


def _en_ligne(resultat: Resultat) -> tuple[Valeur, ...]:
    fiche, est_produit = resultat.fiche, bool(resultat.fichier)
    return (
        resultat.reference,
        ETATS[resultat.etat],
        libelle_de_voie(resultat.procedure) if resultat.procedure else "",
        Decimal(resultat.total) if resultat.total else None,
        fiche.au,
        fiche.creancier,
        ", ".join(fiche.debiteurs),
        fiche.etude,
        fiche.juridiction,
        fiche.pieces if est_produit else None,
        fiche.pages if est_produit else None,
        courber(resultat.raison or _dire_retenue(fiche)),
        resultat.fichier or "",
    )

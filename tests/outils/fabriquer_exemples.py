"""Fabrique les pièces PDF des dossiers d'exemple : `python -m tests.outils.fabriquer_exemples [REFERENCE…]`.

Les sommes, dates et parties viennent de `dossiers/<reference>/dossier.toml` ; les libellés, textes et mises en
page, de `tests/outils/exemples/<reference>.toml`. Deux exécutions donnent les mêmes octets.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Piece
from tests.outils import exemples_contrats as contrats
from tests.outils import exemples_courriers as courriers
from tests.outils import exemples_officiels as officiels
from tests.outils.exemples_affaire import Affaire, lire_affaire
from tests.outils.exemples_factures import dessiner_facture

RACINE = Path(__file__).resolve().parents[2]
RECETTES = RACINE / "tests" / "outils" / "exemples"
Document = tuple[str, bytes]


def _dessiner_titre(affaire: Affaire) -> Iterator[Document]:
    dossier = affaire.dossier
    for contrat in dossier.tous_contrats:
        if contrat.fichier:
            dessin = contrats.dessiner_contrat if "articles" in affaire.recette else contrats.dessiner_commande
            yield contrat.fichier, dessin(affaire, contrat)
    if dossier.cgv and dossier.cgv.fichier:
        yield dossier.cgv.fichier, contrats.dessiner_cgv(affaire, dossier.cgv)


def _dessiner_livraison(affaire: Affaire, facture: Facture) -> Iterator[Document]:
    bon = affaire.recette["factures"][facture.numero].get("bon")
    for livraison in facture.toutes_livraisons:
        if livraison.fichier and bon:
            yield livraison.fichier, contrats.dessiner_livraison(affaire, facture, bon)


def _dessiner_factures(affaire: Affaire) -> Iterator[Document]:
    dossier = affaire.dossier
    for facture in dossier.factures:
        yield from _dessiner_livraison(affaire, facture)
        assert facture.fichier is not None
        yield facture.fichier, dessiner_facture(affaire, facture)
    for avoir in dossier.avoirs:
        if avoir.fichier:
            yield avoir.fichier, dessiner_facture(affaire, avoir)
    for paiement in dossier.paiements:
        if paiement.fichier:
            yield paiement.fichier, officiels.dessiner_virement(affaire, paiement)


def _dessiner_courriers(affaire: Affaire) -> Iterator[Document]:
    textes = affaire.recette.get("courriers", {})
    for relance in affaire.dossier.relances:
        if not relance.fichier:
            continue
        texte = textes[Path(relance.fichier).name]
        if relance.canal == "courriel":
            yield relance.fichier, courriers.dessiner_courriel(affaire, texte, relance.date)
        else:
            yield relance.fichier, courriers.dessiner_lettre(affaire, relance, texte["corps"])
    for interruption in affaire.dossier.interruptions:
        if interruption.fichier:
            texte = textes[Path(interruption.fichier).name]
            yield interruption.fichier, courriers.dessiner_courriel(affaire, texte, interruption.date)
    for lettre in affaire.dossier.toutes_mises_en_demeure:
        for chemin, dessin in (
            (lettre.fichier, courriers.dessiner_mise_en_demeure),
            (lettre.preuve_depot, courriers.dessiner_preuve_depot),
            (lettre.accuse, courriers.dessiner_avis_reception),
        ):
            if chemin:
                yield chemin, dessin(affaire, lettre)


def _dessiner_piece(affaire: Affaire, piece: Piece) -> bytes | None:
    textes = affaire.recette.get("courriers", {})
    nom = Path(piece.fichier).name
    if piece.nature == "situation_sirene":
        return officiels.dessiner_sirene(affaire, affaire.dossier.debiteur, piece)
    if piece.nature == "bodacc":
        return officiels.dessiner_bodacc(affaire, piece)
    if piece.nature == "releve_compte":
        return officiels.dessiner_releve(affaire, piece)
    if piece.nature == "cession":
        return officiels.dessiner_quittance(affaire, piece, textes[nom])
    if nom in textes and "heure" in textes[nom] and piece.date:
        return courriers.dessiner_courriel(affaire, textes[nom], piece.date)
    return officiels.dessiner_lettre_recue(affaire, piece, textes[nom]) if nom in textes else None


def dessiner_pieces(affaire: Affaire) -> dict[str, bytes]:
    """Toutes les pièces du dossier : chemin relatif au dossier, octets du PDF."""
    pieces: dict[str, bytes] = {}
    for etape in (_dessiner_titre, _dessiner_factures, _dessiner_courriers):
        pieces |= dict(etape(affaire))
    for piece in affaire.dossier.pieces:
        octets = _dessiner_piece(affaire, piece)
        if octets:
            pieces[piece.fichier] = octets
    for nom in affaire.recette.get("numerises", []):
        pieces[nom] = officiels.numeriser(pieces[nom], Path(nom).stem, affaire.auteur)
    return pieces


def fabriquer(dossier: Path, sortie: Path) -> int:
    """Écrit les pièces d'un dossier sous `sortie` ; rend leur nombre."""
    pieces = dessiner_pieces(lire_affaire(dossier, RECETTES))
    for chemin, octets in pieces.items():
        cible = sortie / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_bytes(octets)
    return len(pieces)


def principal(references: list[str]) -> None:
    """Fabrique les dossiers nommés, ou tous ceux qui ont une recette."""
    dossiers = sorted(chemin.parent for chemin in (RACINE / "dossiers").glob("*/dossier.toml"))
    for dossier in dossiers:
        recette = (RECETTES / f"{dossier.name}.toml").exists()
        if recette and (not references or dossier.name in references):
            sys.stdout.write(f"{dossier.name} : {fabriquer(dossier, dossier)} pièces\n")


if __name__ == "__main__":
    principal(sys.argv[1:])

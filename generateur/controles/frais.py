"""Les frais accessoires demandés : sans titre exécutoire, les frais de recouvrement restent au créancier.

Source : CPCE L111-8 (seuls les actes prescrits par la loi sont à la charge du débiteur). Les frais se
saisissent dans `[procedures.injonction_de_payer] frais_accessoires`, que la procédure valide elle-même.
"""

from collections.abc import Iterator
from typing import Any

from generateur.controles.catalogue import constater, mots
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Frais interdits ou non justifiés, quelle que soit la procédure qui les porte."""
    dehors = {e.facture for e in contexte.decompte.exclues} if contexte.decompte else set()  # ne se demande pas
    constats: list[Constat] = []
    for nom, complement in sorted(dossier.procedures.items()):
        frais = complement.get("frais_accessoires")
        if isinstance(frais, list | tuple):
            for lieu, ligne in situer(f"procedures.{nom}.frais_accessoires", frais):
                if isinstance(ligne, dict):
                    constats += _ligne(lieu, ligne, dossier)
    for lieu, facture in situer("factures", dossier.factures):
        if facture.objet and facture.numero not in dehors and _nomme(facture.objet, "facture_de_frais"):
            constats.append(_interdits(f"{lieu}.objet", facture.objet))
    return constats


def _ligne(lieu: str, ligne: dict[str, Any], dossier: Dossier) -> Iterator[Constat]:
    libelle = str(ligne.get("libelle", ""))
    if _nomme(libelle, "deja_au_decompte"):
        yield constater(
            "FRAIS_DEJA_COMPTES",
            f"« {libelle} » : le décompte compte déjà les pénalités, les intérêts et l'indemnité forfaitaire.",
            lieu=f"{lieu}.libelle",
            remede="Retirez cette ligne : elle ferait payer deux fois la même somme.",
        )
    elif _nomme(libelle, "frais_interdits"):
        yield _interdits(f"{lieu}.libelle", libelle)
    elif not ligne.get("fichier") and not any(piece.nature == "justificatif_frais" for piece in dossier.pieces):
        yield constater(
            "FRAIS_SANS_JUSTIFICATIF",
            f"Les frais « {libelle} » n'ont pas de justificatif.",
            lieu=f"{lieu}.fichier",
            remede='Ajoutez fichier = "pieces/justificatif.pdf" à cette ligne.',
        )


def _nomme(libelle: str, liste: str) -> bool:
    plat = aplatir(libelle)
    return any(mot in plat for mot in mots(liste))


def _interdits(lieu: str, libelle: str) -> Constat:
    return constater(
        "FRAIS_INTERDITS",
        f"« {libelle} » : sans titre exécutoire, ces frais restent à la charge du créancier.",
        lieu=lieu,
        remede="Retirez cette somme ; entre professionnels, l'indemnité forfaitaire par facture est déjà comptée.",
    )

"""De quoi remplir un dossier neuf sans rien retaper : une facture électronique, une facture imprimée, des réponses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurIntrouvable, ErreurLecture, ErreurUsage
from generateur.importation import format_facture_electronique
from generateur.importation.conditions import proposer_clauses
from generateur.importation.facture_imprimee import lire_facture_imprimee
from generateur.importation.groupement import grouper, siren_de
from generateur.importation.socle import Consignes, PieceLue, Tiers
from generateur.importation.soldes import solder
from generateur.importation.valeurs_a_plat import valeurs_de_la_facture, valeurs_du_debiteur, valeurs_du_paiement
from generateur.importation.valeurs_lues import lire_date, lire_montant
from generateur.operations.outillage import OutilsPieces
from generateur.publication.rangement import Copies

_NOMS = ("denomination", "nom")  # une partie se nomme par l'une ou par l'autre
_DEVINEES = ("nature", "forme")  # le squelette en propose ; une facture ne les dit pas


@dataclass(frozen=True)
class Amorce:
    """Ce qu'il faut écrire dans le squelette, les fichiers à y ranger, et ce qu'il faut en dire."""

    editions: tuple[Pose | Ajout, ...]
    copies: Copies = field(default_factory=Copies)
    constats: tuple[Constat, ...] = ()


def amorcer_par_document(document: Path, outils: OutilsPieces, *, a_un_profil: bool, vendeur: str = "") -> Amorce:
    """Remplit le dossier d'après une facture ; `a_un_profil` : le créancier est déjà connu, de SIREN `vendeur`.

    Lève ErreurLecture si le document ne se lit pas, ErreurUsage si c'est un avoir.
    """
    if not document.is_file():
        raise ErreurIntrouvable("ce document n'existe pas", lieu=str(document), remede="Vérifier le chemin donné.")
    copies = Copies()
    try:
        lecture = format_facture_electronique.lire(document, Consignes())
    except ErreurLecture:
        return _amorcer_par_texte(document, copies, outils)
    if not lecture.pieces:
        raise ErreurLecture("ce document n'est pas une facture", lieu=str(document), remede="Donner une facture.")
    piece = lecture.pieces[0]
    amorce = _amorcer_par_facture(piece, copies, a_un_profil=a_un_profil)
    return replace(amorce, constats=(*_constater_vendeur(piece, vendeur), *amorce.constats))


def _amorcer_par_facture(piece: PieceLue, copies: Copies, *, a_un_profil: bool) -> Amorce:
    if piece.nature == "avoir":
        raise ErreurUsage(
            "un avoir n'ouvre pas de dossier", lieu=piece.origine, remede="Donner la facture qui reste impayée."
        )
    solde = solder(grouper([piece])[0])
    for _, motif in solde.ecartees:
        raise ErreurLecture(f"cette facture n'ouvre pas de dossier : {motif}", lieu=piece.origine)
    fichier = copies.prevoir(piece.fichier) if piece.fichier else ""
    editions: list[Pose | Ajout] = [*_poser_partie(("debiteurs", 0), piece.debiteur)]
    if piece.creancier and not a_un_profil:
        editions += _poser_partie(("creancier",), piece.creancier)
    editions += _poser(("factures", 0), valeurs_de_la_facture(piece, fichier))
    editions += [
        Ajout("paiements", valeurs_du_paiement(piece.numero, reglement))
        for facture in solde.factures
        for reglement in facture.reglements
    ]
    editions += [
        Ajout("pieces", {"titre": joint.titre, "fichier": copies.prevoir_contenu(joint.nom, joint.contenu)})
        for joint in piece.joints
    ]
    return Amorce(tuple(editions), copies, tuple(_constater_conditions(piece)))


def _constater_vendeur(piece: PieceLue, vendeur: str) -> Iterator[Constat]:
    """La facture d'un autre que le créancier du dossier."""
    if piece.creancier and vendeur and siren_de(piece.creancier) not in {"", vendeur}:
        yield constater(
            "FACTURE_D_UN_AUTRE",
            f"le vendeur de cette facture est {piece.creancier.nom} (SIREN {siren_de(piece.creancier)}), qui n'est pas "
            "le créancier du dossier",
            lieu=piece.origine,
            remede="Donner le profil de ce vendeur, ou l'une de vos factures.",
        )


def _constater_conditions(piece: PieceLue) -> Iterator[Constat]:
    if piece.conditions:
        phrase, remede = proposer_clauses(piece.conditions, a_un_contrat=True)
        message = f"la facture {piece.numero} porte des conditions de paiement ({phrase})"
        yield constater("CONDITIONS_PROPOSEES", message, lieu="contrat", remede=remede)


def _amorcer_par_texte(document: Path, copies: Copies, outils: OutilsPieces) -> Amorce:
    """Le fichier, et ce que son texte dit sans ambiguïté."""
    vu = outils.regarder(document)
    if not vu.lisible:
        raise ErreurLecture(f"ce document ne se lit pas : {vu.raison}", lieu=str(document), remede=vu.remede)
    valeurs = {**lire_facture_imprimee(vu.texte), "fichier": copies.prevoir(document)}
    return Amorce(tuple(_poser(("factures", 0), valeurs)), copies)


_LECTURES: dict[str, Callable[[str], Any]] = {"montant": lire_montant, "date": lire_date, "texte": str.strip}


def lire_reponse(genre: str, texte: str) -> Any:
    """La valeur d'une réponse : un montant, une date ou un texte. Lève ValueError, avec la phrase à montrer."""
    return _LECTURES[genre](texte)


def amorcer_par_reponses(reponses: Mapping[tuple[str | int, ...], Any]) -> Amorce:
    """Remplit le dossier d'après des réponses, par chemin de clé ; une réponse vide ne remplit rien."""
    return Amorce(tuple(Pose(chemin, valeur) for chemin, valeur in reponses.items() if valeur not in (None, "")))


def completer_amorce(amorce: Amorce, reponses: Mapping[tuple[str | int, ...], Any]) -> Amorce:
    """L'amorce et ce qui est répondu en plus : une réponse l'emporte sur ce que le document dit."""
    return replace(amorce, editions=(*amorce.editions, *amorcer_par_reponses(reponses).editions))


def lister_manques(amorce: Amorce, *, a_un_profil: bool) -> list[str]:
    """Ce sans quoi le dossier ne se lirait pas, et qu'elle ne dit pas."""
    dits = {edition.chemin for edition in amorce.editions if isinstance(edition, Pose) and edition.valeur}
    exiges: dict[str, list[tuple[str | int, ...]]] = {
        "le nom du débiteur": [("debiteurs", 0, nom) for nom in _NOMS],
        "le numéro de la facture": [("factures", 0, "numero")],
        "son montant TTC": [("factures", 0, "montant_ttc")],
        "le nom de votre entreprise": [] if a_un_profil else [("creancier", nom) for nom in _NOMS],
    }
    return [quoi for quoi, chemins in exiges.items() if chemins and not dits.intersection(chemins)]


def _poser(lieu: tuple[str | int, ...], valeurs: Mapping[str, Any]) -> list[Pose | Ajout]:
    return [Pose((*lieu, cle), valeur) for cle, valeur in valeurs.items()]


def _poser_partie(lieu: tuple[str | int, ...], tiers: Tiers) -> list[Pose | Ajout]:
    return _poser(lieu, {**dict.fromkeys(_DEVINEES, ""), **valeurs_du_debiteur(tiers)})

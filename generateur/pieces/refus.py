"""Les formats qui ne deviennent pas une pièce : pourquoi, et que faire."""

import zipfile
from pathlib import Path
from typing import Any

from generateur.domaine.langue import enumerer
from generateur.erreurs import ErreurPiece
from generateur.pieces.familles import Famille, Reconnaissance, reconnaitre

_NOMS_LISTES = 20
_REFUS: dict[Famille, tuple[str, str]] = {
    Famille.BUREAUTIQUE_CHIFFREE: (
        "Ce document bureautique est protégé par un mot de passe ou des droits d'accès.",
        "Ouvrez-le, retirez la protection ou enregistrez-le en PDF, et joignez cette copie.",
    ),
    Famille.BUREAUTIQUE_ABIMEE: (
        "Ce document bureautique est abîmé ou incomplet.",
        "Reprenez-le à sa source, ou ouvrez-le dans son logiciel et enregistrez-le en PDF.",
    ),
    Famille.OUTLOOK: (
        "Ce courriel est au format Outlook (.msg), qui n'est pas lu.",
        "Dans Outlook : Fichier, Imprimer, « Microsoft Print to PDF » ; ou glissez le message dans une autre "
        "messagerie et enregistrez-le en .eml.",
    ),
    Famille.SIGNATURE: (
        "Ce fichier est une enveloppe de signature électronique (.p7m) : son contenu n'est pas lisible tel quel.",
        "Extrayez le document avec le logiciel de signature et joignez-le en PDF ; gardez l'enveloppe à part.",
    ),
    Famille.FACTURE_XML: (
        "Ce fichier est une facture électronique en XML seul : un juge ne peut pas la lire.",
        "Joignez le PDF lisible de la facture (Factur-X, ou la représentation donnée par votre plateforme).",
    ),
    Famille.XML: (
        "Ce fichier est un fichier de données XML, sans présentation.",
        "Joignez le document lisible qu'il décrit, en PDF.",
    ),
    Famille.DESSIN: (
        "Ce fichier est un dessin vectoriel (SVG), qui n'est pas lu.",
        "Ouvrez-le dans un navigateur et imprimez-le en PDF.",
    ),
    Famille.IWORK: (
        "Ce document est au format Apple iWork (Pages, Numbers, Keynote), qui n'est pas lu.",
        "Dans l'application : Fichier, Exporter vers, PDF.",
    ),
    Famille.SON_OU_VIDEO: (
        "Ce fichier est un son ou une vidéo : il ne tient pas dans une liasse.",
        "Faites-le constater ou retranscrire (procès-verbal de commissaire de justice), et joignez ce document.",
    ),
    Famille.INCONNUE: (
        "Le format de ce fichier n'est pas reconnu.",
        "Ouvrez-le dans son logiciel et enregistrez-le en PDF.",
    ),
}


def reconnaitre_ou_refuser(source: str) -> dict[str, Any]:
    """Famille et extension du fichier ; ErreurPiece si cette famille ne devient pas une pièce."""
    reconnue = reconnaitre(Path(source))
    if reconnue.famille is Famille.ARCHIVE:
        raise ErreurPiece(
            f"Ce fichier est une archive compressée{_contenu(Path(source), reconnue)}.",
            remede="Décompressez-la et joignez chacun des documents utiles comme une pièce.",
        )
    if reconnue.famille in _REFUS:
        raison, remede = _REFUS[reconnue.famille]
        raise ErreurPiece(raison, remede=remede)
    return {"famille": reconnue.famille.value, "extension": reconnue.extension}


def _contenu(source: Path, reconnue: Reconnaissance) -> str:
    """La liste de ce que contient une archive ZIP ; rien n'en est extrait."""
    if reconnue.extension != ".zip":
        return f" ({reconnue.extension.removeprefix('.')})"
    try:
        with zipfile.ZipFile(source) as archive:
            noms = [entree.filename for entree in archive.infolist() if not entree.is_dir()]
            chiffree = any(entree.flag_bits & 1 for entree in archive.infolist())
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError):
        return " (ZIP) abîmée"
    propres = ["".join(c if c.isprintable() else "?" for c in nom) for nom in noms]
    liste = enumerer([f"« {nom} »" for nom in propres[:_NOMS_LISTES]]) or "aucun fichier"
    reste = f" et {len(noms) - _NOMS_LISTES} autres" if len(noms) > _NOMS_LISTES else ""
    return f" (ZIP{', protégée par un mot de passe' if chiffree else ''}) qui contient {liste}{reste}"

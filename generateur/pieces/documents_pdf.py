"""Les pièces PDF : ouvertes, réparées si qpdf ou PDFium le peuvent, réécrites sans chiffrement.

Tout s'exécute dans l'enfant de l'atelier. Aucune page ne se perd sans bruit : un document réparé dont le
compte de pages ne se retrouve pas est refusé. qpdf (pikepdf) répare et réécrit ; PDFium lit le texte,
contre-vérifie le compte et sert de second réparateur.
"""

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from generateur.domaine.langue import citer, enumerer
from generateur.erreurs import ErreurPiece
from generateur.pieces.calques_eteints import CALQUE_ETEINT
from generateur.pieces.champs_remplis import Champs, ecrire_reference, figer_champs
from generateur.pieces.contenu_cache import retirer_caches
from generateur.pieces.fidelite import comparer
from generateur.pieces.images_piegees import refuser_codage_d_image, refuser_images_piegees
from generateur.pieces.lecture_pdf import (
    compter_pages,
    est_formulaire_dynamique,
    est_porte_documents,
    est_signe,
    lire_pieces_jointes,
    lire_texte_et_pages,
    lister_pieces_jointes,
    pages_blanches,
    pages_hors_arborescence,
    sans_dessin,
)
from generateur.pieces.longues_images import relever_pages_longues
from generateur.surveillance.provisoires import repertoire_provisoire

_REMEDE_IMPRIMER = (
    "Ouvrez-le dans un lecteur PDF, imprimez-le en PDF (« Enregistrer au format PDF »), et joignez le résultat."
)
_REMEDE_REPRENDRE = "Reprenez le fichier à sa source (nouvel envoi, nouveau téléchargement)."
_DOCUMENTS_A_LA_MAIN = 20
_REMEDE_PORTE_DOCUMENTS = (
    "Ouvrez-le dans un lecteur PDF et n'en enregistrez que les documents utiles au dossier : chacun est une pièce. "
    "Pour les verser tous, réunissez-les d'abord en un seul PDF."
)
_PANNES = (pikepdf.PdfError, pypdfium2.PdfiumError, RuntimeError, ValueError, KeyError, TypeError, OSError)
_CONTENU_MAXIMAL = 256 * 1024 * 1024  # octets d'une page une fois décompressée
_PAGES_REGARDEES = 300  # d'un document réparé
_PAGES_CITEES = 10  # dans un message : dix suffisent au lecteur


def traiter(source: str, cible: str | None, mot_de_passe: str | None, pages_maximales: int) -> dict[str, Any]:
    """Pages, texte des premières pages, signature, fichiers joints, contenu caché, que la copie n'a plus.

    Avec une cible, l'y réécrit, complet et sans chiffrement : mêmes octets pour la même source.
    """
    with _ouvrir(Path(source), mot_de_passe) as (pdf, avertissements):
        faits = _controler(pdf, pages_maximales)
        caches = retirer_caches(pdf)
        constates: list[str] = []
        champs = Champs()
        if cible is not None:
            champs = _figer(pdf, f"{cible}.reference")
            constates = _enregistrer(pdf, cible, avertissements)
            videes = [cache.page for cache in caches if cache.page and cache.nature == CALQUE_ETEINT]
            faits["fidelite"] = _verifier_fidelite(source, mot_de_passe, cible, champs, constates, videes)
        elif avertissements:
            with repertoire_provisoire() as essai:
                _enregistrer(pdf, str(essai / "essai.pdf"), avertissements)
    (texte, sans_texte), textes_caches, emprises = lire_texte_et_pages(source, _mots_de_passe(mot_de_passe))
    if cible is not None and (constates or champs.pages):  # la copie a d'autres textes que les pages de la source
        (_, sans_texte), poses, _ = lire_texte_et_pages(cible, [None])
        # ce qu'un champ fondu dans sa page y laisse de caché
        textes_caches += [cache for cache in poses if champs.pages and cache not in textes_caches]
        emprises = []
    caches += textes_caches
    return faits | {
        "texte": texte,
        "sans_texte": sans_texte,
        "avertissements": faits["observations"] + constates + champs.observations,
        "caches": [vars(cache) for cache in caches],
        "emprises": emprises,
    }


def _verifier_fidelite(
    source: str, mot_de_passe: str | None, cible: str, champs: Champs, constates: list[str], videes: list[int]
) -> dict[str, Any]:
    """Compare à leur source les pages que la préparation a touchées ; dit celles qui diffèrent.

    Une page à champs se compare à ce que ses apparences enregistrées montraient ; une page réparée, ou vidée de ses
    calques éteints, au fichier reçu.
    """
    fidelite: dict[str, Any] = {"comparees": 0, "differentes": []}
    if champs.pages:
        reference = f"{cible}.reference"
        fidelite = comparer(reference, [None], cible, champs.pages, champs.dessinees)
        Path(reference).unlink(missing_ok=True)
    touchees = range(1, champs.total + 1) if constates else videes
    if touchees:
        autres = [page for page in touchees if page not in set(champs.pages)]
        reparees = comparer(source, _mots_de_passe(mot_de_passe), cible, autres, {})
        fidelite = {cle: fidelite[cle] + reparees[cle] for cle in fidelite}
    if fidelite["differentes"]:
        constates.append(
            "Page(s) qui ne se montrent plus tout à fait comme dans l'original : "
            f"{_citer(sorted(fidelite['differentes']))}. Comparez-les."
        )
    return fidelite


def _citer(pages: list[int]) -> str:
    suite = " …" if len(pages) > _PAGES_CITEES else ""
    return enumerer([str(numero) for numero in pages[:_PAGES_CITEES]]) + suite


def extraire_jointes(source: str, mot_de_passe: str | None, dossier: str, maximum: int) -> dict[str, Any]:
    """Écrit dans le dossier, sous des noms choisis ici, les premiers fichiers joints ; rend leurs noms d'origine."""
    jointes = []
    with _ouvrir(Path(source), mot_de_passe) as (pdf, _):
        for rang, (nom, contenu) in enumerate(islice(lire_pieces_jointes(pdf), maximum), 1):
            fichier = Path(dossier) / f"jointe_{rang:04d}"
            fichier.write_bytes(contenu)
            jointes.append({"nom": nom, "fichier": str(fichier)})
    return {"jointes": jointes}


def reunir(sources: list[str], cible: str) -> dict[str, Any]:
    """Met bout à bout des PDF déjà préparés (un courriel, puis ses pièces jointes)."""
    with pikepdf.new() as ensemble:
        for source in sources:
            with pikepdf.open(source) as partie:
                ensemble.pages.extend(partie.pages)
        ensemble.save(cible, static_id=True)
        return {"pages": len(ensemble.pages)}


def _controler(pdf: pikepdf.Pdf, pages_maximales: int) -> dict[str, Any]:
    _verifier_structure(pdf, pages_maximales)
    _verifier_contenus(pdf)
    refuser_images_piegees(pdf)
    longues = relever_pages_longues(pdf)
    return {
        "pages": len(pdf.pages),
        "observations": longues,
        "a_regarder": bool(longues),
        "signe": est_signe(pdf),
        "pieces_jointes": lister_pieces_jointes(pdf),
    }


def _figer(pdf: pikepdf.Pdf, reference: str) -> Champs:
    """Fond les champs d'un formulaire dans ses pages ; écrit d'abord ce qu'elles montraient."""
    try:
        ecrire_reference(pdf, reference)
        return figer_champs(pdf)
    except _PANNES as erreur:
        raise ErreurPiece(
            "Ce PDF est un formulaire dont les champs ne se laissent pas lire.", remede=_REMEDE_IMPRIMER
        ) from erreur


def _enregistrer(pdf: pikepdf.Pdf, cible: str, avertissements: list[str]) -> list[str]:
    """Réécrit le document ; s'il a fallu le réparer, regarde ce qu'il montre."""
    try:
        pdf.save(cible, encryption=False, static_id=True)
    except _PANNES as erreur:
        raise ErreurPiece("Ce PDF est abîmé et ne peut pas être réécrit.", remede=_REMEDE_IMPRIMER) from erreur
    if pdf.get_warnings() and not avertissements:
        avertissements = ["Le PDF est abîmé par endroits : vérifiez ses pages."]
    if not avertissements:
        return []
    return avertissements + _controler_reparation(cible, len(pdf.pages))


@contextmanager
def _ouvrir(source: Path, mot_de_passe: str | None) -> Iterator[tuple[pikepdf.Pdf, list[str]]]:
    """Le document, et ce que sa réparation a demandé ; lève ErreurPiece si personne ne sait l'ouvrir."""
    try:
        pdf = _ouvrir_qpdf(source, mot_de_passe)
        nb_pages = len(pdf.pages)
    except pikepdf.PasswordError as erreur:
        raise _mot_de_passe_en_cause(mot_de_passe) from erreur
    except _PANNES as erreur:
        with _secourir(source, erreur) as pdf:
            yield pdf, ["Le PDF était abîmé : ses pages ont été recopiées, sans ses signets."]
        return
    with pdf:
        if pdf.get_warnings():
            selon_pdfium = compter_pages(str(source), _mots_de_passe(mot_de_passe))
            yield pdf, _avertir_de_la_reparation(pdf, nb_pages, selon_pdfium)
        else:
            yield pdf, []


def _ouvrir_qpdf(source: Path, mot_de_passe: str | None) -> pikepdf.Pdf:
    """Essaie chaque écriture du mot de passe : la forme des accents dépend de l'âge du chiffrement."""
    essais = _mots_de_passe(mot_de_passe)
    for essai in essais[:-1]:
        try:
            return pikepdf.open(source, password=essai or "")
        except pikepdf.PasswordError:
            continue
    return pikepdf.open(source, password=essais[-1] or "")


def _mots_de_passe(mot_de_passe: str | None) -> list[str | None]:
    if mot_de_passe is None:
        return [None]
    formes = [unicodedata.normalize(forme, mot_de_passe) for forme in ("NFC", "NFKC", "NFD")]
    return list(dict.fromkeys([mot_de_passe, *formes]))


def _mot_de_passe_en_cause(mot_de_passe: str | None) -> ErreurPiece:
    if mot_de_passe is None:
        return ErreurPiece(
            "Ce PDF est protégé par un mot de passe.",
            remede="Ajoutez la clé mot_de_passe à une entrée [[pieces]] pour ce fichier, "
            "ou joignez une copie sans mot de passe.",
        )
    return ErreurPiece(
        "Le mot de passe donné n'ouvre pas ce PDF.",
        remede="Corrigez la clé mot_de_passe de ce fichier, ou joignez une copie sans mot de passe.",
    )


def _avertir_de_la_reparation(pdf: pikepdf.Pdf, nb_pages: int, selon_pdfium: int | None) -> list[str]:
    if selon_pdfium is not None and selon_pdfium > nb_pages:
        raise ErreurPiece(
            f"Ce PDF est abîmé : {nb_pages} page(s) seulement se retrouvent sur {selon_pdfium}.",
            remede=_REMEDE_REPRENDRE,
        )
    avertissements = ["Le PDF était abîmé : il a été réparé."]
    if perdues := pages_hors_arborescence(pdf):
        avertissements.append(f"{perdues} page(s) du fichier ne sont rattachées à rien : vérifiez qu'aucune ne manque.")
    return avertissements


def _secourir(source: Path, cause: Exception) -> pikepdf.Pdf:
    """Demande à PDFium de recopier les pages d'un document que qpdf n'ouvre pas."""
    octets = io.BytesIO()
    try:
        with pypdfium2.PdfDocument(source) as origine, pypdfium2.PdfDocument.new() as copie:
            nb_pages = len(origine)
            for rang in range(nb_pages):
                origine[rang].close()
            copie.import_pages(origine)
            copie.save(octets)
        pdf = pikepdf.open(octets)
    except _PANNES as erreur:
        cause.__context__ = erreur
        raise ErreurPiece("Ce PDF est illisible, même après réparation.", remede=_REMEDE_REPRENDRE) from cause
    if len(pdf.pages) != nb_pages:
        raise ErreurPiece("Ce PDF est abîmé et a perdu des pages.", remede=_REMEDE_REPRENDRE) from cause
    return pdf


def _verifier_structure(pdf: pikepdf.Pdf, pages_maximales: int) -> None:
    nb_pages = len(pdf.pages)
    if nb_pages == 0:
        raise ErreurPiece("Ce PDF ne contient aucune page.", remede=_REMEDE_REPRENDRE)
    if nb_pages > pages_maximales:
        raise ErreurPiece(
            f"Ce PDF compte {nb_pages} pages : le maximum par pièce est {pages_maximales}.",
            remede="Ne joignez que les pages utiles, ou partagez-le en plusieurs pièces.",
        )
    if est_formulaire_dynamique(pdf):
        raise ErreurPiece(
            "Ce PDF est un formulaire dynamique (XFA) : son contenu ne s'affiche que dans Adobe Acrobat.",
            remede=_REMEDE_IMPRIMER,
        )
    if est_porte_documents(pdf):
        noms = lister_pieces_jointes(pdf)
        raise ErreurPiece(
            f"Ce PDF est un porte-documents : il renferme {citer(noms)}.",
            remede=_REMEDE_PORTE_DOCUMENTS
            if len(noms) > _DOCUMENTS_A_LA_MAIN
            else "Enregistrez chacun de ces documents et joignez-les comme autant de pièces.",
        )


def _verifier_contenus(pdf: pikepdf.Pdf) -> None:
    """Chaque page se décompresse, sans excès : ni page illisible, ni bombe, découvertes à l'assemblage."""
    for rang, page in enumerate(pdf.pages, 1):
        contenu = page.obj.get("/Contents")
        total = 0
        for flux in contenu if isinstance(contenu, pikepdf.Array) else (contenu,):
            if not isinstance(flux, pikepdf.Stream):
                continue
            refuser_codage_d_image(flux, rang)
            try:
                total += len(flux.read_bytes(pikepdf.StreamDecodeLevel.specialized))
            except _PANNES as erreur:
                raise ErreurPiece(
                    f"La page {rang} de ce PDF est abîmée : une partie de son contenu est perdue.",
                    remede=f"{_REMEDE_REPRENDRE} À défaut, regardez cette page dans un lecteur PDF : "
                    "si ce qu'il en reste suffit, imprimez le document en PDF et joignez le résultat.",
                ) from erreur
        if total > _CONTENU_MAXIMAL:
            raise ErreurPiece(
                f"La page {rang} de ce PDF se décompresse en plus de {_CONTENU_MAXIMAL >> 20} Mo.",
                remede=_REMEDE_IMPRIMER,
            )


def _controler_reparation(cible: str, nb_pages: int) -> list[str]:
    """Regarde le document réparé : tout blanc, il est refusé ; une page qui a perdu son dessin est signalée."""
    if compter_pages(cible, [None]) != nb_pages:
        raise ErreurPiece("Ce PDF reste illisible après réparation.", remede=_REMEDE_REPRENDRE)
    blanches = pages_blanches(cible, _PAGES_REGARDEES)
    with pikepdf.open(cible) as pdf:
        vides = [page for page in blanches if sans_dessin(pdf, page)]
    perdues = [page for page in blanches if page not in vides]
    if perdues and len(blanches) == nb_pages:
        raise ErreurPiece("Ce PDF est abîmé : une fois réparé, il ne montre plus rien.", remede=_REMEDE_REPRENDRE)
    dits = [f"Page(s) laissée(s) blanche(s) par leur auteur : {_citer(vides)}."] if vides else []
    if perdues:
        dits.append(f"Page(s) blanche(s) après réparation : {_citer(perdues)}. Comparez avec l'original.")
    return dits

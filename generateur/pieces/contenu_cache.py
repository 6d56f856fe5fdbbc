"""Ce qu'un PDF porte à côté de ses pages : notes, calques éteints, champs masqués, métadonnées. Retiré, et relevé.

S'exécute dans l'enfant de l'atelier, sur le document ouvert. Ce que la page montre reste : un surlignage garde sa
couleur et perd sa note, un texte posé sur la page y demeure et s'imprime.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from generateur.domaine.fichiers import ContenuCache
from generateur.domaine.langue import citer
from generateur.pieces.calques_eteints import retirer_calques_eteints
from generateur.pieces.donnees_image import lire_xmp, nettoyer_jpeg, nettoyer_jpeg2000
from generateur.pieces.lecture_pdf import lister_champs, lister_pieces_jointes

_CACHE, _IMPRIME, _HORS_ECRAN = 2, 4, 32
_TEXTE_RENDU = 300
_TROUVES_MAXIMAUX = 500
_NOMS_CITES = 5
_CLES_DE_NOTE = ("/RC", "/Popup", "/IRT", "/T", "/Subj", "/NM", "/M", "/CreationDate", "/IT", "/ExData", "/OverlayText")
_DONNEES_CACHEES = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified")
_CLES_INFO = {
    "/Author": "auteur",
    "/Subject": "sujet",
    "/Keywords": "mots-clés",
    "/Comments": "commentaires",
    "/Company": "société",
    "/Manager": "responsable",
}
_TUS = frozenset({"/Title", "/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped", "/PTEX.Fullbanner"})


_VALEURS_TUES = frozenset({"untitled", "unspecified", "anonymous", "(unspecified)", "(anonymous)", "unknown"})


def retirer_caches(pdf: pikepdf.Pdf) -> list[ContenuCache]:
    """Retire du document ce qu'il porte sans le montrer ; rend ce qui a été trouvé, dans l'ordre des pages."""
    trouves = [*_relever_metadonnees(pdf), *_relever_fichiers_joints(pdf)]
    trouves += _relever_champs_masques(pdf)
    trouves += retirer_calques_eteints(pdf)  # d'abord : une annotation éteinte n'est ni une note, ni un texte montré
    for rang, page in enumerate(pdf.pages, 1):
        trouves += _trier_annotations(page.obj, rang)
    trouves += _nettoyer_objets(pdf)
    if len(trouves) > _TROUVES_MAXIMAUX:
        reste = len(trouves) - _TROUVES_MAXIMAUX
        trouves[_TROUVES_MAXIMAUX:] = [ContenuCache("autres contenus cachés", None, f"{reste} de plus", "retire")]
    return trouves


def _relever_metadonnees(pdf: pikepdf.Pdf) -> Iterator[ContenuCache]:
    valeurs: dict[str, str] = {}
    infos = pdf.trailer.get(Name.Info)
    if isinstance(infos, Dictionary):
        for cle, valeur in infos.items():
            texte = _lire(valeur)
            if texte and texte not in _VALEURS_TUES and cle not in _TUS:
                valeurs[texte] = f"{_CLES_INFO.get(cle, cle.removeprefix('/'))} « {texte} »"
        del pdf.trailer[Name.Info]
    if Name.Metadata in pdf.Root:
        if isinstance(pdf.Root.Metadata, Stream):
            for texte in lire_xmp(pdf.Root.Metadata.read_bytes()):
                valeurs.setdefault(texte, f"« {texte} »")
        del pdf.Root[Name.Metadata]
    if Name.PieceInfo in pdf.Root:
        del pdf.Root[Name.PieceInfo]
    if valeurs:
        yield ContenuCache("métadonnées", None, ", ".join(valeurs.values())[:_TEXTE_RENDU], "retire")


def _relever_fichiers_joints(pdf: pikepdf.Pdf) -> Iterator[ContenuCache]:
    """Les fichiers que renferme le PDF : ils n'entrent pas dans la liasse (voir assainissement)."""
    if noms := lister_pieces_jointes(pdf):
        cites = citer([f"« {_lire(String(nom))} »" for nom in noms], _NOMS_CITES)
        yield ContenuCache("fichiers joints", None, f"fichiers joints {cites}", "retire")


def _relever_champs_masques(pdf: pikepdf.Pdf) -> Iterator[ContenuCache]:
    """Les champs de formulaire remplis que la page ne montre pas : ils partent avec le formulaire."""
    for champ in lister_champs(pdf):
        valeur = _lire(champ.get("/V"))
        if valeur and _drapeaux(champ) & (_CACHE | _HORS_ECRAN):
            yield ContenuCache("champ masqué", None, valeur, "retire")


def _trier_annotations(page: Any, rang: int) -> list[ContenuCache]:
    annotations = page.get(Name.Annots)
    if not isinstance(annotations, Array):
        return []
    trouves: list[ContenuCache] = []
    gardees = []
    for annotation in annotations:
        if not isinstance(annotation, Dictionary):
            continue
        trouve, est_gardee = _trier(annotation, rang)
        trouves += trouve
        if est_gardee:
            gardees.append(annotation)
    page[Name.Annots] = Array(gardees)
    return trouves


def _trier(annotation: Dictionary, rang: int) -> tuple[list[ContenuCache], bool]:
    """Ce que cache l'annotation, et si elle reste."""
    nature, texte = str(annotation.get(Name.Subtype, "")), _lire(annotation.get(Name.Contents))
    if nature in {"/Widget", "/FileAttachment"}:
        return [], True
    if nature == "/Text":
        libelle = texte or "sans texte"
        return [ContenuCache("note", rang, f"{libelle} (son icône n’est pas reproduite)", "retire")], False
    if nature == "/Popup" or _drapeaux(annotation) & (_CACHE | _HORS_ECRAN):
        est_tue = nature == "/Popup" or not texte
        return ([] if est_tue else [ContenuCache("annotation masquée", rang, texte, "retire")]), False
    _oter(annotation, _CLES_DE_NOTE)
    if nature == "/Link":
        _oter(annotation, ("/Contents",))
        return [], True
    annotation[Name.F] = _drapeaux(annotation) | _IMPRIME
    return _separer_note(annotation, nature, texte, rang), True


def _separer_note(annotation: Dictionary, nature: str, texte: str, rang: int) -> list[ContenuCache]:
    """Ce que dit une annotation qui se voit : son dessin reste, sa note non, sauf si c'est elle qui s'affiche."""
    if nature != "/FreeText" or _a_une_apparence(annotation):
        _oter(annotation, ("/Contents",))
    if nature == "/Redact":
        return [ContenuCache("caviardage non appliqué", rang, texte)]
    if nature == "/FreeText":
        return [ContenuCache("texte posé sur la page", rang, texte, "montre")]
    return [ContenuCache("note", rang, texte, "retire")] if texte else []


def _a_une_apparence(annotation: Dictionary) -> bool:
    apparences = annotation.get(Name.AP)
    return isinstance(apparences, Dictionary) and isinstance(apparences.get(Name.N), Stream)


def _oter(annotation: Dictionary, cles: tuple[str, ...]) -> None:
    for cle in cles:
        if cle in annotation:
            del annotation[cle]


def _drapeaux(annotation: Any) -> int:
    valeur = annotation.get(Name.F)
    try:
        return int(valeur) if valeur is not None else 0
    except (TypeError, ValueError):
        return 0


def _lire(valeur: Any) -> str:
    if isinstance(valeur, Stream):
        return ""
    texte = str(valeur) if isinstance(valeur, pikepdf.String) else ""
    lisible = "".join(signe if signe.isprintable() else " " for signe in texte)
    return " ".join(lisible.split())[:_TEXTE_RENDU]


def _nettoyer_objets(pdf: pikepdf.Pdf) -> Iterator[ContenuCache]:
    """Métadonnées de page, de forme et d'image, EXIF d'une photo rangée telle quelle."""
    for objet in pdf.objects:
        if not isinstance(objet, (Dictionary, Stream)):
            continue
        for cle in _DONNEES_CACHEES:
            if cle in objet:
                del objet[cle]
        if isinstance(objet, Stream) and objet.get(Name.Subtype) == Name.Image:
            yield from _nettoyer_image(objet)


def _nettoyer_image(image: Stream) -> Iterator[ContenuCache]:
    filtre: Any = image.get(Name.Filter)
    if isinstance(filtre, Array) and len(filtre) == 1:
        filtre = filtre[0]
    if filtre not in (Name.DCTDecode, Name.JPXDecode):
        return
    octets = image.read_raw_bytes()
    propres, releve = nettoyer_jpeg(octets) if filtre == Name.DCTDecode else nettoyer_jpeg2000(octets)
    if propres != octets:
        reglages: Any = image.get(Name.DecodeParms)
        image.write(propres, filter=filtre, decode_parms=reglages)
    for nature, texte in releve:
        yield ContenuCache(nature, None, texte, "retire")

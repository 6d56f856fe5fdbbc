"""Rien d'actif n'entre dans la liasse : retire d'un PDF ce qui s'exécute, sort du document ou s'y cache.

Ce qui se voit reste : les champs de formulaire sont aplatis avec leur apparence, les annotations gardées.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from generateur.liasse.destinations import CarteDestinations
from generateur.liasse.geometrie import IDENTITE, Cle, attribut_herite, lire_nombre
from generateur.liasse.signets import ecrire_signets, lire_signets

CATALOGUE = {
    "/OpenAction": "action à l'ouverture",
    "/AA": "actions automatiques",
    "/AcroForm": "formulaire interactif",
    "/Names": "",
    "/Dests": "",
    "/URI": "",
    "/Collection": "porte-documents",
    "/AF": "fichiers joints",
    "/Threads": "",
    "/SpiderInfo": "",
    "/PieceInfo": "",
    "/Requirements": "",
    "/Legal": "",
    "/DSS": "données de signature",
    "/Perms": "droits liés à une signature",
    "/StructTreeRoot": "",
    "/MarkInfo": "",
}
ARBRES_DE_NOMS = {"/JavaScript": "JavaScript", "/EmbeddedFiles": "fichiers joints"}
CLES_DE_PAGE = frozenset(
    {
        *("/Type", "/Parent", "/Contents", "/Resources", "/Annots", "/Group"),
        *("/MediaBox", "/CropBox", "/Rotate", "/UserUnit"),
    }
)
ANNOTATIONS_GARDEES = frozenset(
    {
        *("/Link", "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Stamp"),
        *("/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Ink", "/Redact"),
    }
)
ANNOTATIONS_RETIREES = {
    "/FileAttachment": "fichiers joints",
    "/RichMedia": "contenu multimédia",
    "/Screen": "contenu multimédia",
    "/Movie": "contenu multimédia",
    "/Sound": "contenu multimédia",
    "/3D": "contenu multimédia",
}
CLES_ACTIVES = ("/A", "/AA", "/PA", "/AF", "/FS", "/Popup", "/IRT", "/P", "/StructParent", "/Parent", "/URI")
ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "lancement de programme",
    "/URI": "liens vers l'extérieur",
    "/GoToR": "liens vers l'extérieur",
    "/GoToE": "liens vers l'extérieur",
    "/SubmitForm": "envoi de formulaire",
    "/ImportData": "import de données",
}
CLES_EXTERNES = ("/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/Alternates", "/AF", "/PieceInfo")
DRAPEAU_CACHE = 2
DRAPEAU_INVISIBLE_ECRAN = 32
PROFONDEUR_FORMES = 20


def assainir(pdf: pikepdf.Pdf) -> list[str]:
    """Rend le document inerte, sur place ; rend la liste triée, en français, de ce qui a été retiré."""
    retraits: set[str] = set()
    carte = CarteDestinations(pdf)
    signets = lire_signets(pdf)
    retraits |= _relever_formulaire(pdf)
    _aplatir_champs(pdf)
    vus: set[Cle] = set()
    for page in pdf.pages:
        _assainir_page(page.obj, carte, retraits)
        _couper_flux_externes(page.obj, vus, retraits)
    noms = pdf.Root.get(Name.Names)
    if isinstance(noms, Dictionary):
        retraits |= {libelle for cle, libelle in ARBRES_DE_NOMS.items() if cle in noms}
    for cle, libelle in CATALOGUE.items():
        if cle in pdf.Root:
            retraits.add("" if cle == "/OpenAction" and _est_une_vue(pdf.Root[cle]) else libelle)
            del pdf.Root[cle]
    pages = [page.obj for page in pdf.pages]
    ecrire_signets(pdf, signets, pages, [IDENTITE] * len(pages))
    return sorted(retraits - {""})


def _est_une_vue(ouverture: pikepdf.Object) -> bool:
    """Vrai si ouvrir le document n'y fait que montrer une page : LibreOffice l'écrit dans tout ce qu'il convertit."""
    if isinstance(ouverture, Array):
        return True
    return isinstance(ouverture, Dictionary) and ouverture.get(Name.S) == Name.GoTo and Name.Next not in ouverture


def _relever_formulaire(pdf: pikepdf.Pdf) -> set[str]:
    formulaire = pdf.Root.get(Name.AcroForm)
    if not isinstance(formulaire, Dictionary):
        return set()
    releve = {"formulaire XFA"} if Name.XFA in formulaire else set()
    signatures = lire_nombre(formulaire.get(Name.SigFlags)) or 0
    return releve | ({"signature électronique"} if int(signatures) & 1 else set())


def _aplatir_champs(pdf: pikepdf.Pdf) -> None:
    """Fond dans la page les champs avec l'apparence de chacun, jamais refaite : un acte n'en a pas d'autre.

    Ceux d'une pièce y sont fondus dès sa préparation, où les apparences absentes sont dessinées.
    """
    mises_de_cote: list[tuple[pikepdf.Object, list[Any]]] = []
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        if not isinstance(annotations, Array):
            continue
        widgets: list[Any] = []
        autres: list[Any] = []
        for annotation in annotations:
            est_champ = isinstance(annotation, Dictionary) and annotation.get(Name.Subtype) == Name.Widget
            (widgets if est_champ else autres).append(annotation)
        mises_de_cote.append((page.obj, autres))
        page.obj[Name.Annots] = Array(widgets)
    if any(len(objet[Name.Annots]) for objet, _ in mises_de_cote):
        formulaire = pdf.Root.get(Name.AcroForm)
        if isinstance(formulaire, Dictionary):
            formulaire[Name.NeedAppearances] = False  # sans quoi qpdf ne fond rien
        pdf.flatten_annotations("screen")
    for objet, autres in mises_de_cote:
        objet[Name.Annots] = Array(autres)


def _assainir_page(page: pikepdf.Object, carte: CarteDestinations, retraits: set[str]) -> None:
    for cle in [cle for cle in map(str, page) if cle not in CLES_DE_PAGE]:
        if cle == "/AA":
            retraits.add(CATALOGUE[cle])
        del page[cle]
    annotations = page.get(Name.Annots)
    if annotations is None:
        return
    gardees = [
        annotation
        for annotation in (annotations if isinstance(annotations, Array) else ())
        if isinstance(annotation, Dictionary) and _assainir_annotation(annotation, carte, retraits)
    ]
    if gardees:
        page[Name.Annots] = Array(gardees)
    else:
        del page[Name.Annots]


def _assainir_annotation(annotation: Dictionary, carte: CarteDestinations, retraits: set[str]) -> bool:
    """Désarme l'annotation ; rend faux s'il ne doit rien en rester."""
    nature = str(annotation.get(Name.Subtype, ""))
    action = annotation.get(Name.A)
    if isinstance(action, Dictionary):
        retraits.add(ACTIONS.get(str(action.get(Name.S, "")), ""))
    destination = carte.resoudre(annotation.get(Name.Dest)) or carte.resoudre_action(action)
    drapeaux = int(lire_nombre(annotation.get(Name.F)) or 0)
    for cle in CLES_ACTIVES:
        if cle in annotation:
            del annotation[cle]
    if nature in ANNOTATIONS_RETIREES:
        retraits.add(ANNOTATIONS_RETIREES[nature])
        return False
    if nature not in ANNOTATIONS_GARDEES or drapeaux & (DRAPEAU_CACHE | DRAPEAU_INVISIBLE_ECRAN):
        return False
    if nature != "/Link":
        return True
    if destination is None:
        return False
    annotation[Name.Dest] = destination.dresser(carte.pages[destination.page])
    return True


def _couper_flux_externes(page: pikepdf.Object, vus: set[Cle], retraits: set[str]) -> None:
    """Retire les clés par lesquelles un flux ou une image va chercher ses données dans un autre fichier."""
    contenus = page.get(Name.Contents)
    flux = list(contenus) if isinstance(contenus, Array) else [contenus]
    for objet in [*flux, *parcourir_objets_externes(attribut_herite(page, Name.Resources), vus)]:
        if isinstance(objet, Stream):
            for cle in CLES_EXTERNES:
                if cle in objet:
                    del objet[cle]
                    retraits.add("données lues dans un autre fichier" if cle in {"/F", "/Ref", "/OPI"} else "")


def parcourir_objets_externes(ressources: Any, vus: set[Cle], profondeur: int = 0) -> Iterator[Stream]:
    """Images et formes atteintes depuis des ressources, chacune une fois (vus est complété)."""
    if not isinstance(ressources, Dictionary) or profondeur > PROFONDEUR_FORMES:
        return
    if ressources.is_indirect:
        if ressources.objgen in vus:
            return
        vus.add(ressources.objgen)
    objets = ressources.get(Name.XObject)
    if not isinstance(objets, Dictionary):
        return
    for objet in objets.values():
        if not isinstance(objet, Stream) or objet.objgen in vus:
            continue
        vus.add(objet.objgen)
        yield objet
        yield from parcourir_objets_externes(objet.get(Name.Resources), vus, profondeur + 1)

"""PDF/A-2b : ce qu'il faut ajouter à un PDF pour l'archiver, et ce qui l'interdit.

Les contrôles faits ici sont structurels (polices incorporées, couleurs, annotations, actions, filtres) : une pièce
qu'ils laissent passer peut encore cacher un défaut de police ou d'image. Nos actes et la liasse d'exemple passent,
dans les tests, le validateur PDF/A de pikepdf.
"""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import ImageCms

from generateur.liasse.ecriture import LANGUE, decrire, enregistrer
from generateur.liasse.geometrie import lire_nombre
from generateur.liasse.ouverture_pdf import ERREURS_PDF, nommer_la_faute, ouvrir_pdf

COULEURS_PROFIL = 3
DATE_ICC = bytes([0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])  # 1er janvier 2000 : lcms y met l'heure courante
PLATEFORME_ICC = b"APPL"  # lcms y met le système où il tourne
POLICES_SIMPLES = frozenset({"/Type1", "/MMType1", "/TrueType", "/CIDFontType0", "/CIDFontType2"})
FICHIERS_POLICE = ("/FontFile", "/FontFile2", "/FontFile3")
CLES_EXTERNES = ("/F", "/Ref", "/OPI", "/Alternates")
FILTRES_INTERDITS = frozenset({"/LZWDecode", "/Crypt"})
ANNOTATIONS_INTERDITES = frozenset({"/3D", "/Sound", "/Screen", "/Movie", "/RichMedia", "/FileAttachment"})
ACTIONS_INTERDITES = frozenset(
    {
        *("/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/SetOCGState"),
        *("/Rendition", "/Trans", "/GoTo3DView", "/SubmitForm"),
    }
)
CMJN = re.compile(rb"[kK](?=[\s%/\[(<]|$)")
COTE_MAXIMAL_PDFA = 14_400.0
DRAPEAU_IMPRIME, DRAPEAUX_CACHES = 4, 1 | 2 | 32


@cache
def profil_srgb() -> bytes:
    """Profil de couleur sRGB fabriqué par LittleCMS, date et système effacés : toujours les mêmes octets."""
    octets = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    octets[24:36] = DATE_ICC
    octets[40:44] = PLATEFORME_ICC
    return bytes(octets)


def rendre_pdfa(source: Path, cible: Path, titre: str, jour: dt.date, langue: str = LANGUE) -> list[str]:
    """Écrit cible en PDF/A-2b et rend [] ; sinon l'écrit sans s'en réclamer et rend les raisons, triées."""
    with ouvrir_pdf(source, source.name) as pdf, nommer_la_faute(source.name):
        raisons = relever_obstacles(pdf)
        if Name.OpenAction in pdf.Root:  # un acte s'ouvre à sa première page sans qu'on le lui dise
            del pdf.Root[Name.OpenAction]
        if raisons:
            decrire(pdf, titre=titre, auteur="", jour=jour, langue=langue)
        else:
            declarer_pdfa(pdf, titre=titre, auteur="", jour=jour, langue=langue)
        enregistrer(pdf, cible, f"{titre}\n{jour}\n{len(pdf.pages)}")
    return raisons


def declarer_pdfa(pdf: pikepdf.Pdf, *, titre: str, auteur: str, jour: dt.date, langue: str = LANGUE) -> None:
    """Corrige ce qui peut l'être sans perte, ajoute le profil de couleur et les métadonnées PDF/A-2b."""
    for objet in pdf.objects:
        if isinstance(objet, Dictionary | Stream):
            _corriger(objet)
    for page in pdf.pages:
        for annotation in _lister_annotations(page.obj):
            drapeaux = int(lire_nombre(annotation.get(Name.F)) or 0)
            annotation[Name.F] = (drapeaux | DRAPEAU_IMPRIME) & ~DRAPEAUX_CACHES
    profil = Stream(pdf, profil_srgb())
    profil[Name.N] = COULEURS_PROFIL
    intention = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=profil,
    )
    pdf.Root[Name.OutputIntents] = Array([pdf.make_indirect(intention)])
    decrire(pdf, titre=titre, auteur=auteur, jour=jour, langue=langue, pdfa=True)


def _corriger(objet: Any) -> None:
    nature = objet.get(Name.Subtype)
    if nature == Name.CIDFontType2 and Name.CIDToGIDMap not in objet:
        objet[Name.CIDToGIDMap] = Name.Identity
    if Name.CIDSet in objet:
        del objet[Name.CIDSet]  # facultatif, et faux s'il est incomplet
    if nature == Name.Image and objet.get(Name.Interpolate):
        del objet[Name.Interpolate]
    if objet.get(Name.Type) == Name.ExtGState:
        for cle in (Name.TR, Name.TR2, Name.HTP):
            if cle in objet:
                del objet[cle]


def relever_obstacles(pdf: pikepdf.Pdf) -> list[str]:
    """Raisons, triées et sans doublon, pour lesquelles le document ne peut pas être déclaré PDF/A-2b."""
    raisons = set(_relever_catalogue(pdf))
    for objet in pdf.objects:
        if isinstance(objet, Dictionary | Stream):
            raisons.update(_relever_objet(objet))
    for numero, page in enumerate(pdf.pages, 1):
        raisons.update(_relever_page(page, numero))
    return sorted(raisons)


def _relever_catalogue(pdf: pikepdf.Pdf) -> Iterator[str]:
    racine = pdf.Root
    noms = racine.get(Name.Names)
    if isinstance(noms, Dictionary):
        if Name.JavaScript in noms:
            yield "JavaScript"
        if Name.EmbeddedFiles in noms:
            yield "fichiers joints"
    if Name.AA in racine:
        yield "actions automatiques"
    formulaire = racine.get(Name.AcroForm)
    if isinstance(formulaire, Dictionary) and (Name.XFA in formulaire or formulaire.get(Name.NeedAppearances)):
        yield "formulaire sans apparence figée"


def _relever_objet(objet: Any) -> Iterator[str]:
    nature, sorte = objet.get(Name.Subtype), objet.get(Name.Type)
    if sorte == Name.Font and str(nature) in POLICES_SIMPLES:
        descripteur = objet.get(Name.FontDescriptor)
        if not isinstance(descripteur, Dictionary) or not any(c in descripteur for c in FICHIERS_POLICE):
            yield f"police non incorporée : {str(objet.get(Name.BaseFont, '/?'))[1:]}"
    if sorte in {None, Name.Action} and str(objet.get(Name.S, "")) in ACTIONS_INTERDITES:
        yield "action interdite"
    if isinstance(objet, Stream):
        yield from _relever_flux(objet, nature)


def _relever_flux(flux: Any, nature: Any) -> Iterator[str]:
    filtres = flux.get(Name.Filter)
    noms = {str(filtre) for filtre in (filtres if isinstance(filtres, Array) else [filtres])}
    if noms & FILTRES_INTERDITS:
        yield "compression interdite (LZW ou chiffrement)"
    if any(cle in flux for cle in CLES_EXTERNES):
        yield "données lues dans un autre fichier"
    if nature == Name.PS or Name.PS in flux:
        yield "PostScript"
    if nature == Name.Image and "/JPXDecode" in noms:
        yield "image JPEG 2000 (non contrôlée)"
    if nature == Name.Image and _est_cmjn(flux.get(Name.ColorSpace)):
        yield "couleurs CMJN sans profil"


def _relever_page(page: pikepdf.Page, numero: int) -> Iterator[str]:
    for cote in page.mediabox:
        if abs(lire_nombre(cote) or 0.0) > COTE_MAXIMAL_PDFA:
            yield f"page {numero} plus grande que le format n'admet"
    try:
        if _peut_etre_cmjn(page) and pikepdf.parse_content_stream(page, "k K"):
            yield "couleurs CMJN sans profil"
    except ERREURS_PDF:
        yield f"dessin illisible à la page {numero}"
    for annotation in _lister_annotations(page.obj):
        nature = str(annotation.get(Name.Subtype, ""))
        if nature in ANNOTATIONS_INTERDITES:
            yield "annotation multimédia ou fichier joint"
        elif nature not in {"/Link", "/Popup"} and Name.AP not in annotation:
            yield "annotation sans apparence"


def _peut_etre_cmjn(page: pikepdf.Page) -> bool:
    """Faux si aucun opérateur k ou K ne s'y lit, même dans un texte : l'analyse entière est alors inutile."""
    contenus = page.obj.get(Name.Contents)
    flux = contenus if isinstance(contenus, Array) else [contenus]
    return any(CMJN.search(objet.read_bytes()) for objet in flux if isinstance(objet, Stream))


def _est_cmjn(espace: Any) -> bool:
    if isinstance(espace, Array) and len(espace) > 1 and espace[0] == Name.Indexed:
        return _est_cmjn(espace[1])
    return bool(espace == Name.DeviceCMYK)


def _lister_annotations(page: pikepdf.Object) -> list[Any]:
    annotations = page.get(Name.Annots)
    if not isinstance(annotations, Array):
        return []
    return [annotation for annotation in annotations if isinstance(annotation, Dictionary)]

"""PDF/A-2b : ce qu'il faut ajouter à un PDF pour l'archiver, et le jugement du fichier écrit.

Le juge est le validateur de pikepdf, qui suit les règles de veraPDF : il n'approuve que ce qu'il reconnaît en entier
(formes, images incorporées, espaces de couleurs nommés, polices, apparences d'annotations). Un fichier qu'il
n'approuve pas ne se réclame pas de PDF/A-2b ; ses raisons sont dites en français (raisons_pdfa.py).
"""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import ImageCms

from generateur.liasse.acquis_du_juge import instruire_le_juge
from generateur.liasse.ecriture import LANGUE, decrire, enregistrer
from generateur.liasse.geometrie import lire_nombre
from generateur.liasse.ouverture_pdf import nommer_la_faute, ouvrir_pdf
from generateur.liasse.raisons_pdfa import dire_raisons

NIVEAU = "2b"
JOUR_D_ESSAI = dt.date(2000, 1, 1)
COULEURS_PROFIL = 3
DATE_ICC = bytes([0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])  # 1er janvier 2000 : lcms y met l'heure courante
PLATEFORME_ICC = b"APPL"  # lcms y met le système où il tourne
EFFETS_DE_PROJECTION = ("/Trans", "/Dur", "/PresSteps")
DRAPEAU_IMPRIME, DRAPEAUX_CACHES = 4, 1 | 2 | 32


@cache
def profil_srgb() -> bytes:
    """Profil de couleur sRGB fabriqué par LittleCMS, date et système effacés : toujours les mêmes octets."""
    octets = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    octets[24:36] = DATE_ICC
    octets[40:44] = PLATEFORME_ICC
    return bytes(octets)


def ecrire_pdfa(source: Path, cible: Path, titre: str, jour: dt.date, langue: str = LANGUE) -> None:
    """Écrit cible en PDF/A-2b, à faire juger avant d'y croire."""
    with ouvrir_pdf(source, source.name) as pdf, nommer_la_faute(source.name):
        if Name.OpenAction in pdf.Root:  # un acte s'ouvre à sa première page sans qu'on le lui dise
            del pdf.Root[Name.OpenAction]
        graine = f"{titre}\n{jour}\n{len(pdf.pages)}"
        declarer_pdfa(pdf, titre=titre, auteur="", jour=jour, langue=langue)
        enregistrer(pdf, cible, graine)


def juger_pdfa(fichier: Path) -> list[str]:
    """Pourquoi le validateur n'approuve pas ce fichier écrit, en français, triées ; [] s'il l'approuve."""
    from pikepdf.pdfa import validate_written  # noqa: PLC0415 (un dixième de seconde, pour qui juge)

    instruire_le_juge()
    rapport = validate_written(fichier, NIVEAU)
    if rapport.passed:
        return []
    with ouvrir_pdf(fichier, fichier.name) as pdf:
        return dire_raisons(pdf, rapport.findings)


def juger_en_tache(source: str) -> dict[str, list[str]]:
    """Le même jugement, fait dans un enfant : ses raisons, sous une clé."""
    return {"raisons": juger_pdfa(Path(source))}


def relever_obstacles(pdf: pikepdf.Pdf, essai: Path) -> list[str]:
    """Ce qui empêcherait ce document d'être un PDF/A-2b, jugé sur une copie écrite dans le fichier d'essai."""
    brut = essai.with_suffix(".brut")
    enregistrer(pdf, brut, essai.name)  # les flux tels qu'ils sont : qpdf en recomprimerait qui sont interdits
    with pikepdf.open(brut) as copie:
        declarer_pdfa(copie, titre="Essai", auteur="", jour=JOUR_D_ESSAI)
        enregistrer(copie, essai, essai.name)
    brut.unlink()
    return juger_pdfa(essai)


def declarer_pdfa(pdf: pikepdf.Pdf, *, titre: str, auteur: str, jour: dt.date, langue: str = LANGUE) -> None:
    """Corrige ce qui peut l'être sans perte, ajoute le profil de couleur et les métadonnées PDF/A-2b.

    Rien n'est déclaré pour de bon tant que le fichier écrit n'a pas été jugé.
    """
    for objet in pdf.objects:
        if isinstance(objet, Dictionary | Stream):
            _corriger(objet)
    for page in pdf.pages:
        for cle in EFFETS_DE_PROJECTION:
            if cle in page.obj:
                del page.obj[cle]
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


def retirer_declaration(pdf: pikepdf.Pdf, *, titre: str, auteur: str, jour: dt.date, langue: str = LANGUE) -> None:
    """Le document ne se réclame plus de PDF/A-2b."""
    del pdf.Root[Name.OutputIntents]
    decrire(pdf, titre=titre, auteur=auteur, jour=jour, langue=langue)


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


def _lister_annotations(page: pikepdf.Object) -> list[Any]:
    annotations = page.get(Name.Annots)
    if not isinstance(annotations, Array):
        return []
    return [annotation for annotation in annotations if isinstance(annotation, Dictionary)]

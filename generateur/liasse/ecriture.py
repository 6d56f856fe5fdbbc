"""Écrire un PDF : mêmes entrées, mêmes octets, et l'empreinte calculée au passage.

Aucune horloge ni aucun hasard : dates données, identifiant tiré du contenu, flux d'origine jamais recompressés,
flux ajoutés écrits tels quels (quelques octets par page) : rien ne dépend de la bibliothèque de compression.
"""

import datetime as dt
import hashlib
import html
from io import BufferedWriter, RawIOBase
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, ObjectStreamMode, Stream, StreamDecodeLevel, String

from generateur import VERSION

LANGUE = "fr-FR"
LOGICIEL = f"generateur {VERSION}"
# avec static_id, qpdf écrit ces octets (les décimales de π) là où il tirerait un identifiant de l'heure
IDENTIFIANT_QPDF = b"31415926535897932384626433832795"
CLES_DE_FIN = frozenset({"/Root", "/Info", "/Encrypt"})
TAMPON_ECRITURE = 1 << 20
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"{pdfa_espace}>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{titre}</rdf:li></rdf:Alt></dc:title>
{auteur}<dc:language><rdf:Bag><rdf:li>{langue}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:CreatorTool>{logiciel}</xmp:CreatorTool>
<pdf:Producer>{logiciel}</pdf:Producer>{pdfa}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
XMP_PDFA_ESPACE = ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
XMP_PDFA = "\n<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>"
XMP_AUTEUR = "<dc:creator><rdf:Seq><rdf:li>{auteur}</rdf:li></rdf:Seq></dc:creator>\n"


class _FluxEmpreinte(RawIOBase):
    """Fichier de sortie qui pose l'identifiant voulu et calcule sha256 sans relire."""

    def __init__(self, chemin: Path, identifiant: str) -> None:
        self._fichier = chemin.open("wb", buffering=0)
        self._identifiant = identifiant.encode("ascii")
        self._empreinte = hashlib.sha256()
        self._attente = b""

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        # la garde reste en attente : l'identifiant pourrait être à cheval sur deux écritures
        pret = (self._attente + bytes(octets)).replace(IDENTIFIANT_QPDF, self._identifiant)
        coupe = max(0, len(pret) - len(IDENTIFIANT_QPDF))
        self._verser(pret[:coupe])
        self._attente = pret[coupe:]
        return len(octets)

    def conclure(self) -> str:
        """Verse ce qui reste et rend l'empreinte."""
        self._verser(self._attente)
        self._attente = b""
        return self._empreinte.hexdigest()

    def close(self) -> None:
        if not self.closed:
            self._fichier.close()
        super().close()

    def _verser(self, octets: bytes) -> None:
        reste = memoryview(octets)
        while reste:  # une écriture sans tampon peut n'écrire qu'une partie
            reste = reste[self._fichier.write(reste) :]
        self._empreinte.update(octets)


def enregistrer(pdf: pikepdf.Pdf, chemin: Path, graine: str) -> str:
    """Écrit le document et rend son sha256 ; graine : ce dont l'identifiant du fichier est tiré."""
    identifiant = hashlib.sha256(graine.encode()).hexdigest()[: len(IDENTIFIANT_QPDF)]
    octets = bytes.fromhex(identifiant)
    # un fichier réparé peut traîner dans sa fin des clés qui contrediraient la nouvelle table des objets
    for cle in [cle for cle in map(str, pdf.trailer) if cle not in CLES_DE_FIN]:
        del pdf.trailer[cle]
    pdf.trailer[Name.Size] = len(pdf.objects) + 1  # qpdf le recalcule, mais tient à ce que la clé existe
    pdf.trailer[Name.ID] = pikepdf.Array([String(octets), String(octets)])
    flux = _FluxEmpreinte(chemin, identifiant)
    with flux, BufferedWriter(flux, TAMPON_ECRITURE) as tampon:
        pdf.save(
            tampon,
            static_id=True,
            fix_metadata_version=False,
            compress_streams=False,
            stream_decode_level=StreamDecodeLevel.none,
            object_stream_mode=ObjectStreamMode.generate,
            min_version="1.7",
        )
        tampon.flush()
        return flux.conclure()


def decrire(
    pdf: pikepdf.Pdf, *, titre: str, auteur: str, jour: dt.date, langue: str = LANGUE, pdfa: bool = False
) -> None:
    """Titre, auteur, langue et dates (minuit, temps universel), dans les deux écritures du format, concordantes."""
    titre, auteur = _nettoyer(titre), _nettoyer(auteur)
    date = f"D:{jour:%Y%m%d}000000Z"
    notice = Dictionary(
        Title=String(titre),
        Creator=String(LOGICIEL),
        Producer=String(LOGICIEL),
        CreationDate=String(date),
        ModDate=String(date),
    )
    if auteur:
        notice[Name.Author] = String(auteur)
    pdf.trailer[Name.Info] = pdf.make_indirect(notice)
    paquet = XMP.format(
        titre=html.escape(titre, quote=False),
        auteur=XMP_AUTEUR.format(auteur=html.escape(auteur, quote=False)) if auteur else "",
        langue=langue,
        date=f"{jour:%Y-%m-%d}T00:00:00Z",
        logiciel=LOGICIEL,
        pdfa_espace=XMP_PDFA_ESPACE if pdfa else "",
        pdfa=XMP_PDFA if pdfa else "",
    )
    pdf.Root[Name.Metadata] = Stream(pdf, paquet.encode(), Dictionary(Type=Name.Metadata, Subtype=Name.XML))
    pdf.Root[Name.Lang] = String(langue)
    pdf.Root[Name.ViewerPreferences] = Dictionary(DisplayDocTitle=True)


def _nettoyer(texte: str) -> str:
    """Une ligne, sans les signes de contrôle que XML refuse."""
    return " ".join("".join(signe if signe.isprintable() else " " for signe in texte).split())

"""L'empreinte de ce que chaque page montre, quelle que soit la façon dont le fichier est rangé.

Contenu, ressources (polices, images, formes, de proche en proche), cadres, orientation et annotations d'une page ;
puis, pour le document, signets, étiquettes, calques, champs et fichiers joints. Renuméroter, recompresser ou ranger
autrement les objets n'y change rien ; ajouter un masque, un texte, un lien, tourner une page, si. Le sceau, ajouté
ensuite, n'en est pas ; ni les dates, ni la structure logique, que rien ne dessine.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, PdfError, Stream, String

from generateur.contrats import NOM_MANIFESTE

__all__ = ["EmpreintesPages", "PdfError", "resumer_fichier", "resumer_pages"]

_HERITES = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DESSINES = (
    "/ArtBox", "/BleedBox", "/TrimBox", "/UserUnit", "/Group", "/Trans", "/Dur", "/AA", "/Tabs", "/VP", "/Thumb",
)  # fmt: skip
_TUS = frozenset(
    {
        "/P", "/Parent", "/StructParent", "/StructParents", "/PieceInfo", "/LastModified", "/Length", "/Filter",
        "/DecodeParms", "/DL", "/Metadata", "/M", "/CreationDate", "/ModDate",
    }
)  # fmt: skip
_COMPRIMES = frozenset({"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"})
_DU_DOCUMENT = (
    "/PageMode", "/PageLayout", "/PageLabels", "/OCProperties", "/OpenAction", "/AA", "/ViewerPreferences", "/Dests",
    "/Lang", "/Collection", "/NeedsRendering", "/Requirements", "/URI", "/Threads",
)  # fmt: skip
_DES_INFOS = ("/Title", "/Author", "/Subject", "/Keywords")


@dataclass(frozen=True)
class EmpreintesPages:
    """Une empreinte par page, dans l'ordre, et celle de ce qui vaut pour tout le document."""

    pages: tuple[str, ...]
    document: str


def resumer_fichier(fichier: Path) -> EmpreintesPages:
    """Les empreintes d'un PDF. Lève PdfError s'il ne s'ouvre pas."""
    with pikepdf.open(fichier) as pdf:
        return resumer_pages(pdf)


def resumer_pages(pdf: pikepdf.Pdf) -> EmpreintesPages:
    """Les empreintes d'un PDF ouvert, enregistré ou non."""
    lecture = _Lecture({page.obj.objgen: rang for rang, page in enumerate(pdf.pages)})
    pages = tuple(lecture.resumer_page(page.obj) for page in pdf.pages)
    return EmpreintesPages(pages, lecture.resumer_document(pdf))


class _Lecture:
    """Une lecture du document : chaque objet indirect n'est résumé qu'une fois."""

    def __init__(self, rangs: dict[tuple[int, int], int]) -> None:
        self._rangs = rangs
        self._connus: dict[tuple[int, int], bytes] = {}
        self._en_cours: set[tuple[int, int]] = set()

    def resumer_page(self, page: Object) -> str:
        somme = hashlib.sha256()
        for cle in (*_HERITES, *_DESSINES):
            somme.update(cle.encode() + self._lire(_chercher(page, cle) if cle in _HERITES else page.get(cle)))
        somme.update(b"/Contents" + _lire_contenu(page))
        for annotation in _lister(page.get("/Annots")):
            if not _est_un_sceau(annotation):
                somme.update(b"/Annot" + self._lire(annotation))
        return somme.hexdigest()

    def resumer_document(self, pdf: pikepdf.Pdf) -> str:
        racine, somme = pdf.Root, hashlib.sha256()
        for cle in _DU_DOCUMENT:
            somme.update(cle.encode() + self._lire(racine.get(cle)))
        for titre in self._lire_signets(racine.get("/Outlines")):
            somme.update(titre)
        noms = racine.get("/Names")
        for cle, valeur in noms.items() if isinstance(noms, Dictionary) else ():
            if cle != "/EmbeddedFiles":
                somme.update(cle.encode() + self._lire(valeur))
        for nom, contenu in _lister_joints(pdf):
            somme.update(b"/Joint" + nom.encode() + contenu)
        formulaire = racine.get("/AcroForm")
        champs = _lister(formulaire.get("/Fields")) if isinstance(formulaire, Dictionary) else ()
        for champ in champs:
            if not _est_un_sceau(champ):
                somme.update(b"/Champ" + self._lire(champ))
        for cle in _DES_INFOS:
            somme.update(cle.encode() + self._lire(pdf.trailer.get("/Info", Dictionary()).get(cle)))
        return somme.hexdigest()

    def _lire(self, objet: object) -> bytes:
        """Une suite d'octets qui ne dépend que de la valeur ; un renvoi vers une page vaut son rang."""
        if not isinstance(objet, Object) or not objet.is_indirect:
            return self._lire_valeur(objet)
        cle = objet.objgen
        if cle in self._rangs:
            return b"page%d" % self._rangs[cle]
        if cle in self._connus:
            return self._connus[cle]
        if cle in self._en_cours:
            return b"cercle"
        self._en_cours.add(cle)
        lu = hashlib.sha256(self._lire_valeur(objet)).digest()
        self._en_cours.discard(cle)
        self._connus[cle] = lu
        return lu

    def _lire_valeur(self, objet: object) -> bytes:
        if isinstance(objet, Stream):
            dictionnaire = {cle: valeur for cle, valeur in objet.items() if cle not in _TUS}
            return b"flux" + self._lire_paires(dictionnaire.items()) + _lire_flux(objet)
        if isinstance(objet, Dictionary):
            return b"<<" + self._lire_paires((c, v) for c, v in objet.items() if c not in _TUS) + b">>"
        if isinstance(objet, Array):
            return b"[" + b" ".join(self._lire(element) for element in objet) + b"]"
        return _ecrire_simple(objet)

    def _lire_paires(self, paires: Iterable[tuple[str, object]]) -> bytes:
        return b"".join(cle.encode() + b"=" + self._lire(valeur) + b";" for cle, valeur in sorted(paires))

    def _lire_signets(self, noeud: object, niveau: int = 0) -> Iterator[bytes]:
        """Titre, niveau et destination de chaque signet, dans l'ordre ; un cercle s'arrête."""
        vus: set[tuple[int, int]] = set()
        signet = noeud.get("/First") if isinstance(noeud, Dictionary) else None
        while isinstance(signet, Dictionary) and signet.objgen not in vus and niveau < _NIVEAUX:
            vus.add(signet.objgen)
            visee = self._lire(signet.get("/Dest")) + self._lire(signet.get("/A"))
            yield b"signet%d" % niveau + self._lire(signet.get("/Title")) + visee
            yield from self._lire_signets(signet, niveau + 1)
            signet = signet.get("/Next")


_NIVEAUX = 50


def _ecrire_simple(objet: object) -> bytes:
    if isinstance(objet, bool):
        return b"vrai" if objet else b"faux"
    if isinstance(objet, int | Decimal | float):
        nombre = Decimal(str(objet)).normalize()
        return f"{nombre:f}".encode()
    if isinstance(objet, String):
        return b"(" + bytes(objet) + b")"
    if isinstance(objet, Name):
        return str(objet).encode()
    return b"nul" if objet is None else str(objet).encode()


def _chercher(page: Object, cle: str) -> object:
    """La valeur de la page, à défaut celle dont elle hérite."""
    noeud: object = page
    for _ in range(_NIVEAUX):
        if not isinstance(noeud, Dictionary):
            return None
        if cle in noeud:
            return noeud[cle]
        noeud = noeud.get("/Parent")
    return None


def _lire_contenu(page: Object) -> bytes:
    contenu = page.get("/Contents")
    flux = [contenu] if isinstance(contenu, Stream) else [f for f in _lister(contenu) if isinstance(f, Stream)]
    return hashlib.sha256(b"\n".join(_decomprimer(f) for f in flux)).digest()


def _lire_flux(flux: Stream) -> bytes:
    """Les données, décomprimées ; une image dont le codage est l'image reste telle quelle, son codage nommé."""
    codages = [str(c) for c in _lister(flux.get("/Filter"))] or ([str(flux["/Filter"])] if "/Filter" in flux else [])
    dernier = b"" if set(codages) <= _COMPRIMES else codages[-1].encode()
    return dernier + hashlib.sha256(_decomprimer(flux)).digest()


def _decomprimer(flux: Stream) -> bytes:
    try:
        return bytes(flux.get_stream_buffer())
    except PdfError:
        return bytes(flux.get_raw_stream_buffer())


def _lister(objet: object) -> list[Object]:
    return list(objet) if isinstance(objet, Array) else []


def _est_un_sceau(annotation: object) -> bool:
    return isinstance(annotation, Dictionary) and annotation.get("/FT") == Name.Sig


def _lister_joints(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    """Les fichiers joints, hors du manifeste, qui ne peut pas porter sa propre empreinte."""
    for nom, fiche in sorted(pdf.attachments.items()):
        if nom != NOM_MANIFESTE:
            yield nom, hashlib.sha256(fiche.get_file().read_bytes()).digest()

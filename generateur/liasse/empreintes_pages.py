"""L'empreinte de ce que chaque page montre, quelle que soit la façon dont le fichier est rangé.

Contenu, ressources (polices, images, formes, de proche en proche), cadres, orientation et annotations d'une page ;
puis, pour le document, signets, étiquettes, calques, champs, fichiers joints et métadonnées. Renuméroter, recompresser
ou ranger autrement les objets n'y change rien ; ajouter un masque, un texte, un lien, tourner une page, si. Le sceau,
ajouté ensuite et que rien ne dessine, n'en est pas ; ni ce qu'il change avec lui (NON_COUVERT).
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, PdfError, Stream, String

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE

# un PDF hostile en fait lever bien d'autres que les siennes
ERREURS_PDF = (PdfError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

NON_COUVERT = "logiciel d'écriture, date de modification, sceau, rangement des objets dans le fichier"

_HERITES = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_LUS_A_PART_DE_LA_PAGE = frozenset({*_HERITES, "/Type", "/Parent", "/Contents", "/Annots"})
_LUS_A_PART_DU_DOCUMENT = frozenset({"/Type", "/Pages", "/Outlines", "/Names", "/AcroForm", "/Metadata"})
_DU_SCEAU = frozenset({"/Perms", "/DSS", "/Extensions", "/Version"})
_DU_RANGEMENT = frozenset({"/Length", "/Filter", "/DecodeParms", "/DL"})
_DU_SIGNET = ("/Title", "/Dest", "/A", "/C", "/F", "/Count")
_INFOS_CHANGEANTES = frozenset({"/Producer", "/ModDate"})
_XMP_CHANGEANTS = ("}ModifyDate", "}MetadataDate", "}Producer")
# décodés par tous les outils de la même façon : une recompression n'en change pas les données
_COMPRIMES = frozenset({"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode"})
_NIVEAUX = 50
_COTES = 4
_DIRECT = (0, 0)  # le numéro d'un objet écrit sur place


@dataclass(frozen=True)
class EmpreintesPages:
    """Une empreinte par page, dans l'ordre, et celle de ce qui vaut pour tout le document."""

    pages: tuple[str, ...]
    document: str


def resumer_fichier(fichier: Path) -> EmpreintesPages:
    """Les empreintes d'un PDF. Lève l'une d'ERREURS_PDF s'il ne se lit pas jusqu'au bout."""
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
        for cle in _HERITES:
            somme.update(cle.encode() + self._lire(_chercher(page, cle)))
        somme.update(self._lire_paires(page.items(), sauf=_LUS_A_PART_DE_LA_PAGE))
        somme.update(b"/Contents" + _lire_contenu(page))
        for annotation in _lister(page.get("/Annots")):
            if not _est_un_sceau(annotation):
                somme.update(b"/Annot" + self._lire(annotation))
        return somme.hexdigest()

    def resumer_document(self, pdf: pikepdf.Pdf) -> str:
        racine, somme = pdf.Root, hashlib.sha256()
        somme.update(self._lire_paires(racine.items(), sauf=_LUS_A_PART_DU_DOCUMENT | _DU_SCEAU))
        for signet in self._lire_signets(racine.get("/Outlines")):
            somme.update(signet)
        noms = racine.get("/Names")
        if isinstance(noms, Dictionary):
            somme.update(self._lire_paires(noms.items(), sauf={"/EmbeddedFiles"}))
        for nom, contenu in _lister_joints(pdf):
            somme.update(b"/Joint" + nom.encode() + contenu)
        formulaire = racine.get("/AcroForm")
        if isinstance(formulaire, Dictionary):
            somme.update(self._lire_paires(formulaire.items(), sauf={"/Fields", "/SigFlags"}))
            for champ in _lister(formulaire.get("/Fields")):
                if not _est_un_sceau(champ):
                    somme.update(b"/Champ" + self._lire(champ))
        infos = pdf.trailer.get("/Info")
        if isinstance(infos, Dictionary):
            somme.update(self._lire_paires(infos.items(), sauf=_INFOS_CHANGEANTES))
        for propriete in _lister_xmp(pdf):
            somme.update(b"/XMP" + propriete)
        return somme.hexdigest()

    def _lire(self, objet: object) -> bytes:
        """Une suite d'octets qui ne dépend que de la valeur ; un renvoi vers une page vaut son rang."""
        if not isinstance(objet, Stream | Dictionary | Array):
            return _ecrire_simple(objet)
        cle = objet.objgen
        if cle in self._rangs:
            return b"page%d" % self._rangs[cle]
        if cle == _DIRECT:
            return self._lire_valeur(objet)
        if cle in self._connus:
            return self._connus[cle]
        if cle in self._en_cours:
            return b"cercle"
        self._en_cours.add(cle)
        lu = self._lire_valeur(objet)
        self._en_cours.discard(cle)
        self._connus[cle] = lu
        return lu

    def _lire_valeur(self, objet: Object) -> bytes:
        if isinstance(objet, Stream):
            lu = b"flux" + self._lire_paires(objet.items(), sauf=_DU_RANGEMENT) + self._lire_flux(objet)
        elif isinstance(objet, Dictionary):
            lu = b"paires" + self._lire_paires(objet.items(), sauf=_taire(objet))
        else:
            lu = b"suite" + b" ".join(self._lire(element) for element in _lister(objet))
        return hashlib.sha256(lu).digest()

    def _lire_paires(self, paires: Iterable[tuple[str, object]], sauf: Collection[str]) -> bytes:
        """Chaque clé et sa valeur, dans l'ordre des clés ; une valeur nulle vaut une clé absente."""
        lues = sorted((cle, self._lire(valeur)) for cle, valeur in paires if cle not in sauf and valeur is not None)
        return b"".join(_mesurer(cle.encode()) + _mesurer(lue) for cle, lue in lues)

    def _lire_flux(self, flux: Stream) -> bytes:
        """Les données, décomprimées ; une image dont le codage est l'image reste telle quelle, son codage avec elle."""
        filtre = flux.get("/Filter")
        codages = {str(c) for c in (_lister(filtre) or ([filtre] if filtre is not None else []))}
        if codages <= _COMPRIMES:
            return hashlib.sha256(_decomprimer(flux)).digest()
        codage = self._lire(filtre) + self._lire(flux.get("/DecodeParms"))
        return codage + hashlib.sha256(bytes(flux.get_raw_stream_buffer())).digest()

    def _lire_signets(self, noeud: object, niveau: int = 0) -> Iterator[bytes]:
        """Titre, niveau, destination et style de chaque signet, dans l'ordre ; un cercle s'arrête."""
        vus: set[tuple[int, int]] = set()
        signet = noeud.get("/First") if isinstance(noeud, Dictionary) else None
        while isinstance(signet, Dictionary) and signet.objgen not in vus and niveau < _NIVEAUX:
            vus.add(signet.objgen)
            yield b"signet%d" % niveau + b"".join(_mesurer(self._lire(signet.get(cle))) for cle in _DU_SIGNET)
            yield from self._lire_signets(signet, niveau + 1)
            signet = signet.get("/Next")


def _mesurer(octets: bytes) -> bytes:
    """Ces octets précédés de leur nombre : deux suites différentes ne se confondent pas."""
    return b"%d:" % len(octets) + octets


def _taire(objet: Object) -> Collection[str]:
    """Ce qui ramène à l'arbre des pages : une annotation vers la sienne, une page retirée vers les autres."""
    if objet.get("/Type") in (Name.Page, Name.Pages):
        return {"/Parent"}
    return {"/P"} if "/Rect" in objet and "/Subtype" in objet else ()


def _ecrire_simple(objet: object) -> bytes:
    if isinstance(objet, bool):
        return b"vrai" if objet else b"faux"
    if isinstance(objet, int | Decimal | float):
        nombre = Decimal(str(objet)).normalize()
        return f"{nombre:f}".encode()
    if isinstance(objet, String):
        return b"texte" + _mesurer(bytes(objet))
    if isinstance(objet, Name):
        return _mesurer(str(objet).encode())
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


def _decomprimer(flux: Stream) -> bytes:
    try:
        return bytes(flux.get_stream_buffer())
    except PdfError:
        return bytes(flux.get_raw_stream_buffer())


def _lister(objet: object) -> list[Object]:
    return list(objet) if isinstance(objet, Array) else []


def _est_un_sceau(annotation: object) -> bool:
    """Un champ de signature sans étendue : visible, il montre quelque chose, et compte."""
    if not isinstance(annotation, Dictionary) or annotation.get("/FT") != Name.Sig:
        return False
    cotes = [float(cote) for cote in _lister(annotation.get("/Rect"))]
    return len(cotes) != _COTES or cotes[0] == cotes[2] or cotes[1] == cotes[3]


def _lister_xmp(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    """Les propriétés que les lecteurs montrent ; un bloc illisible vaut ses octets."""
    flux = pdf.Root.get("/Metadata")
    if not isinstance(flux, Stream):
        return
    try:
        lues = dict(pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False, strict=True))
    except (*ERREURS_PDF, SyntaxError):
        yield _decomprimer(flux)
        return
    for cle, valeur in sorted(lues.items()):
        if not cle.endswith(_XMP_CHANGEANTS):
            yield f"{cle}={sorted(valeur) if isinstance(valeur, set) else valeur}".encode()


def _lister_joints(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    """Les fichiers joints, hors du manifeste, qui ne peut pas porter sa propre empreinte."""
    for nom, fiche in sorted(pdf.attachments.items()):
        if nom != NOM_MANIFESTE:
            yield nom, hashlib.sha256(fiche.get_file().read_bytes()).digest()

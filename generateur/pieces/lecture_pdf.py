"""Ce qu'un PDF dit de lui-même : texte, signature, fichiers joints, formulaire dynamique, pages blanches.

S'exécute dans l'enfant de l'atelier. Ces lectures n'arrêtent jamais rien : une structure tordue compte
pour une absence.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from generateur.domaine.fichiers import ContenuCache
from generateur.pieces.texte_cache import relever_pages

PAGES_LUES = 5
_PAGES_SONDEES = 20  # au-delà, un document sans un caractère est tenu pour un scan
_CARACTERES_LUS = 50_000
_ECHELLE_SONDE = 0.25  # 18 points par pouce : assez pour voir si une page est blanche
_COTE_SONDE = 1000  # pixels
_CHAMPS_PARCOURUS = 20_000
_BORD = 0.05  # part de la page où un numériseur laisse une ombre
_PAPIER_LE_PLUS_SOMBRE = 160
_GRAIN_DU_PAPIER = 20  # niveaux de gris : une ligne de texte, même à cette échelle, en change davantage
_ECRIT_OU_POSE = "Tj TJ ' \" Do sh EI INLINE"  # un aplat ou un filet qui ne se voit pas n'a rien perdu


def lire_texte_et_pages(
    source: str, mots_de_passe: Sequence[str | None]
) -> tuple[tuple[str, bool], list[ContenuCache], list[str]]:
    """Le texte des premières pages (et s'il n'y en a aucun), ce que les pages cachent (texte_cache), leurs emprises."""
    document = ouvrir_pdfium(source, mots_de_passe)
    if document is None:
        return ("", False), [], []
    ouvertes: dict[int, pypdfium2.PdfPage] = {}
    with document:
        return _lire_texte(document, ouvertes), *relever_pages(document, ouvertes)


def _lire_texte(document: pypdfium2.PdfDocument, ouvertes: dict[int, pypdfium2.PdfPage]) -> tuple[str, bool]:
    """Le texte ; les pages lues restent ouvertes, par rang."""
    morceaux: list[str] = []
    for rang in range(min(len(document), _PAGES_SONDEES)):
        if rang >= PAGES_LUES and any(morceaux):
            break
        with contextlib.suppress(pypdfium2.PdfiumError):
            ouvertes[rang] = document[rang]
        morceaux.append(_texte_de_page(ouvertes[rang]).strip() if rang in ouvertes else "")
    texte = "\n\f".join(morceaux[:PAGES_LUES])
    return texte[:_CARACTERES_LUS], not any(morceaux)


def ouvrir_pdfium(source: str, mots_de_passe: Sequence[str | None]) -> pypdfium2.PdfDocument | None:
    """Le document selon PDFium, avec le premier mot de passe qui l'ouvre ; None si aucun."""
    for mot_de_passe in mots_de_passe:
        try:
            return pypdfium2.PdfDocument(source, password=mot_de_passe)
        except pypdfium2.PdfiumError:
            continue
    return None


def _texte_de_page(page: pypdfium2.PdfPage) -> str:
    texte: str = page.get_textpage().get_text_bounded()
    return texte.replace("\r\n", "\n").replace("\x00", "")


def compter_pages(source: str, mots_de_passe: Sequence[str | None]) -> int | None:
    """Compte des pages selon PDFium, None s'il n'ouvre pas le document."""
    document = ouvrir_pdfium(source, mots_de_passe)
    if document is None:
        return None
    with document:
        return len(document)


def pages_blanches(source: str, maximum: int) -> list[int]:
    """Numéros (à partir de 1) des pages entièrement blanches parmi les premières."""
    document = ouvrir_pdfium(source, [None])
    if document is None:
        return []
    blanches = []
    with document:
        for rang in range(min(len(document), maximum)):
            try:
                vide = est_blanche(document[rang])
            except (pypdfium2.PdfiumError, ValueError, OSError):
                vide = True
            if vide:
                blanches.append(rang + 1)
    return blanches


def est_blanche(page: pypdfium2.PdfPage) -> bool:
    """Vrai si la page, rendue, ne montre que du blanc."""
    blanc: bool = _sonder(page).getextrema() == (255, 255)
    return blanc


def est_papier_nu(page: pypdfium2.PdfPage) -> bool:
    """Vrai si la page ne montre que du papier, blanc ou numérisé, hors de l'ombre de ses bords."""
    vue = _sonder(page)
    marges = (round(vue.width * _BORD), round(vue.height * _BORD))
    extremes: Any = vue.crop((*marges, vue.width - marges[0], vue.height - marges[1])).getextrema()
    return bool(extremes[0] >= _PAPIER_LE_PLUS_SOMBRE and extremes[1] - extremes[0] <= _GRAIN_DU_PAPIER)


def _sonder(page: pypdfium2.PdfPage) -> Image.Image:
    cote = max(1.0, *page.get_size())
    echelle = min(_ECHELLE_SONDE, _COTE_SONDE / cote)  # une page géante ne doit pas épuiser la mémoire
    vue: Image.Image = page.render(scale=echelle).to_pil().convert("L")
    return vue


def sans_dessin(pdf: pikepdf.Pdf, numero: int) -> bool:
    """Vrai si la page est vide de naissance : son contenu se lit, et n'écrit ni ne pose rien."""
    page = pdf.pages[numero - 1]
    if "/Contents" not in page.obj:
        return False
    try:
        return not any(True for _ in pikepdf.parse_content_stream(page, _ECRIT_OU_POSE))
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
        return False


def est_signe(pdf: pikepdf.Pdf) -> bool:
    """Vrai si un champ de signature est rempli (le tampon ou la fusion détruiraient la signature)."""
    return any(
        champ.get("/FT") == pikepdf.Name.Sig and isinstance(champ.get("/V"), pikepdf.Dictionary)
        for champ in lister_champs(pdf)
    )


def lister_champs(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Les champs de formulaire et leurs dessins, en nombre borné."""
    formulaire = pdf.Root.get("/AcroForm")
    if not isinstance(formulaire, pikepdf.Dictionary):
        return
    attente: list[Any] = [formulaire.get("/Fields")]
    vus: set[tuple[int, int]] = set()
    while attente and len(vus) < _CHAMPS_PARCOURUS:
        liste = attente.pop()
        for champ in liste if isinstance(liste, pikepdf.Array) else ():
            if not isinstance(champ, pikepdf.Dictionary) or (champ.is_indirect and champ.objgen in vus):
                continue
            vus.add(champ.objgen if champ.is_indirect else (-len(vus) - 1, 0))
            yield champ
            attente.append(champ.get("/Kids"))


def est_formulaire_dynamique(pdf: pikepdf.Pdf) -> bool:
    """Vrai pour un formulaire XFA que seul Acrobat compose : ses pages ne montrent que « Veuillez patienter »."""
    formulaire = pdf.Root.get("/AcroForm")
    return (
        isinstance(formulaire, pikepdf.Dictionary)
        and "/XFA" in formulaire
        and bool(pdf.Root.get("/NeedsRendering", False))
    )


def est_porte_documents(pdf: pikepdf.Pdf) -> bool:
    """Vrai si le PDF n'est que l'enveloppe d'autres fichiers (porte-documents)."""
    return isinstance(pdf.Root.get("/Collection"), pikepdf.Dictionary) and bool(lister_pieces_jointes(pdf))


def lister_pieces_jointes(pdf: pikepdf.Pdf) -> list[str]:
    """Noms des fichiers joints au document ou à une page, sans doublon."""
    noms: list[str] = []
    try:
        noms.extend(fichier.filename or cle for cle, fichier in pdf.attachments.items())
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
        noms.append("(fichier joint illisible)")
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        noms.extend(
            _nom_annotation(annotation)
            for annotation in (annotations if isinstance(annotations, pikepdf.Array) else ())
            if isinstance(annotation, pikepdf.Dictionary) and annotation.get("/Subtype") == "/FileAttachment"
        )
    return list(dict.fromkeys(noms))


def _nom_annotation(annotation: pikepdf.Dictionary) -> str:
    return _nom_de_fiche(annotation.get("/FS"))


def _nom_de_fiche(fiche: Any) -> str:
    if isinstance(fiche, pikepdf.Dictionary):
        for cle in ("/UF", "/F"):
            if isinstance(fiche.get(cle), pikepdf.String):
                return str(fiche[cle])
    return "(fichier joint sans nom)"


def lire_pieces_jointes(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    """Nom et contenu de chaque fichier joint au document ou à une page ; un fichier illisible est passé."""
    fiches: list[Any] = [fichier.obj for fichier in pdf.attachments.values()]
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        fiches += [
            annotation.get("/FS")
            for annotation in (annotations if isinstance(annotations, pikepdf.Array) else ())
            if isinstance(annotation, pikepdf.Dictionary) and annotation.get("/Subtype") == "/FileAttachment"
        ]
    for fiche in fiches:
        contenus = fiche.get("/EF") if isinstance(fiche, pikepdf.Dictionary) else None
        flux = (contenus.get("/UF") or contenus.get("/F")) if isinstance(contenus, pikepdf.Dictionary) else None
        if isinstance(flux, pikepdf.Stream):
            with contextlib.suppress(pikepdf.PdfError, RuntimeError, ValueError):
                yield _nom_de_fiche(fiche), flux.read_bytes()


def pages_hors_arborescence(pdf: pikepdf.Pdf) -> int:
    """Objets page que l'arborescence n'atteint pas : anciennes versions, ou pages perdues."""
    rattachees = {page.obj.objgen for page in pdf.pages}
    return sum(
        isinstance(objet, pikepdf.Dictionary) and objet.get("/Type") == "/Page" and objet.objgen not in rattachees
        for objet in pdf.objects
    )

"""Les textes et les listes d'un formulaire qui n'ont pas d'apparence, mis en page par PDFium.

PDFium sait couper les lignes, choisir le corps, espacer les peignes, aligner et tourner ; on ne lui donne qu'un
document d'essai où sont les seuls champs à dessiner, et l'on n'en reprend que le dessin. Un texte que la police du
champ ne sait pas écrire l'est avec Source Sans, incorporée.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream, String

from generateur.pieces.caracteres import Police

Rectangle = tuple[float, float, float, float]
_DE_SECOURS = "/GenSecours"
_TAILLE = re.compile(r"/(\S+)\s+(-?[0-9.]+)\s+Tf")
_PAR_DEFAUT = "/Helv 0 Tf 0 g"
_PEIGNE, _SECRET = 1 << 24, 1 << 13
_PAGE = 14_400  # points, le plus grand côté d'une page PDF
_AUTRES_COUPURES = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " "})


@dataclass(frozen=True)
class TexteDeChamp:
    """Ce qu'un champ de texte ou de choix doit montrer ; `options` : son /Ff ; `habits` : /MK, /BS, /Border."""

    texte: str
    rectangle: Rectangle
    apparence: str
    options: int = 0
    quadrage: int = 0
    signes: int = 0
    choix: tuple[str, ...] = ()
    choisis: tuple[int, ...] = ()
    premier: int = 0
    habits: Mapping[str, Any] = field(default_factory=dict)
    est_multiligne: bool = False

    @property
    def montre(self) -> str:
        """Le texte tel qu'il se compte une fois dessiné."""
        return "".join(self.lignes.split("\n"))

    @property
    def lignes(self) -> str:
        """Le texte, ses fins de ligne d'une seule sorte."""
        return self.texte.replace("\r\n", "\n").translate(_AUTRES_COUPURES)


@dataclass(frozen=True)
class Resultat:
    """Le dessin d'un champ (None s'il ne montre rien), les caractères sans dessin, et s'il a fallu réduire."""

    dessin: Any
    perdus: int = 0
    est_reduit: bool = False


def lire_rectangle(objet: Any) -> Rectangle | None:
    """Le rectangle du champ, coins remis en ordre ; None s'il est vide ou illisible."""
    try:
        x0, y0, x1, y1 = (float(cote) for cote in objet[Name.Rect])
    except (KeyError, TypeError, ValueError):
        return None
    boite = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return boite if 0 < boite[2] - boite[0] < _PAGE and 0 < boite[3] - boite[1] < _PAGE else None


def dessiner_textes(pdf: pikepdf.Pdf, ressources: Any, demandes: Sequence[TexteDeChamp]) -> list[Resultat]:
    """Le dessin de chaque demande, dans l'ordre ; `ressources` : le /DR du formulaire."""
    if not demandes:
        return []
    secours = Police("normal")
    premiers = _essayer(pdf, ressources, demandes, secours)
    reprises: dict[int, TexteDeChamp] = {}
    for rang, (demande, dessin) in enumerate(zip(demandes, premiers, strict=True)):
        if _est_incomplet(demande, dessin):
            reprises[rang] = _reecrire(demande, police=_DE_SECOURS)
    refaits = dict(zip(reprises, _essayer(pdf, ressources, list(reprises.values()), secours), strict=True))
    dessins = [refaits.get(rang, dessin) for rang, dessin in enumerate(premiers)]
    debordants = {
        rang: _reecrire(reprises.get(rang, demande), corps="0")
        for rang, (demande, dessin) in enumerate(zip(demandes, dessins, strict=True))
        if demande.est_multiligne and demande.texte and _deborde(dessin)
    }
    reduits = dict(zip(debordants, _essayer(pdf, ressources, list(debordants.values()), secours), strict=True))
    police = secours.enfouir(pdf) if reprises else None
    resultats = []
    for rang, dessin in enumerate(dessins):
        final = reduits.get(rang, dessin)
        if final is not None and rang in reprises:
            final.Resources.Font[_DE_SECOURS] = police
        perdus = sum(not secours.possede(c) for c in demandes[rang].montre) if rang in reprises else 0
        resultats.append(Resultat(final, perdus, rang in reduits))
    return resultats


def _reecrire(demande: TexteDeChamp, *, police: str = "", corps: str = "") -> TexteDeChamp:
    """La même demande dans une autre police, ou dans un autre corps (« 0 » : le plus grand qui tienne)."""
    trouve = _TAILLE.search(demande.apparence)
    nom, taille = (f"/{trouve[1]}", trouve[2]) if trouve else ("/Helv", "0")
    reste = _TAILLE.sub("", demande.apparence) if trouve else "0 g"
    apparence = f"{police or nom} {corps or taille} Tf {reste}"
    return replace(demande, apparence=apparence)


def _essayer(pdf: pikepdf.Pdf, ressources: Any, demandes: Sequence[TexteDeChamp], secours: Police) -> list[Any]:
    """Fait dessiner les demandes par PDFium, et recopie chaque dessin dans le document."""
    if not demandes:
        return []
    octets = io.BytesIO()
    with pikepdf.new() as essai:
        _monter(essai, ressources, demandes, secours)
        essai.save(octets)
    dessine = io.BytesIO()
    with pypdfium2.PdfDocument(octets.getvalue()) as document:
        document[0].render(scale=0.01)  # la liste des annotations, et donc leur dessin, naît du premier rendu
        document.save(dessine)
    polices = ressources.get(Name.Font) if isinstance(ressources, Dictionary) else None
    with pikepdf.open(dessine) as fait:
        return [_reprendre(pdf, widget, polices) for widget in fait.pages[0].obj.Annots]


def _monter(essai: pikepdf.Pdf, ressources: Any, demandes: Sequence[TexteDeChamp], secours: Police) -> None:
    essai.add_blank_page(page_size=(200, 200))
    polices = Dictionary()
    if isinstance(ressources, Dictionary) and isinstance(ressources.get(Name.Font), Dictionary):
        for nom, police in ressources[Name.Font].items():
            polices[nom] = essai.copy_foreign(police) if police.is_indirect else police
    if "/Helv" not in polices:
        polices[Name.Helv] = essai.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        )
    secours.coder("".join(sorted({c for demande in demandes for c in demande.montre})))
    polices[_DE_SECOURS] = secours.enfouir(essai)
    widgets = Array([essai.make_indirect(_presenter(demande, rang)) for rang, demande in enumerate(demandes)])
    essai.pages[0].obj.Annots = widgets
    essai.Root.AcroForm = Dictionary(Fields=widgets, NeedAppearances=True, DR=Dictionary(Font=polices))


def _presenter(demande: TexteDeChamp, rang: int) -> Dictionary:
    """Le champ équivalent que PDFium sait dessiner : un texte, ou une liste."""
    x0, y0, x1, y1 = demande.rectangle
    apparence = demande.apparence if _TAILLE.search(demande.apparence) else _PAR_DEFAUT
    widget = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        Rect=Array([0, 0, round(x1 - x0, 4), round(y1 - y0, 4)]),
        F=4,
        T=String(f"c{rang}"),
        DA=String(apparence),
        Q=demande.quadrage,
    )
    for cle, valeur in demande.habits.items():
        widget[cle] = _detacher(valeur)
    if demande.choix:
        widget[Name.FT] = Name.Ch
        widget[Name.Opt] = Array([String(choix) for choix in demande.choix])
        widget[Name.I], widget[Name.TI] = Array(list(demande.choisis)), demande.premier
        return widget
    widget[Name.FT], widget[Name.Ff] = Name.Tx, demande.options
    widget[Name.V] = String(demande.lignes)
    if demande.signes > 0 and demande.options & _PEIGNE:
        widget[Name.MaxLen] = max(demande.signes, len(demande.montre))
    return widget


def _detacher(valeur: Any) -> Any:
    """Une copie directe des seuls nombres, noms et textes : ni image ni objet d'un autre document."""
    if isinstance(valeur, Dictionary) and not isinstance(valeur, Stream):
        return Dictionary({cle: _detacher(v) for cle, v in valeur.items() if not isinstance(v, Stream)})
    if isinstance(valeur, Array):
        return Array([_detacher(v) for v in valeur if not isinstance(v, Stream)])
    return valeur


def _reprendre(pdf: pikepdf.Pdf, widget: Any, polices: Any) -> Any:
    """Le dessin que PDFium vient de faire, avec les polices du document lui-même quand elles y sont."""
    dessin = widget.get(Name.AP, Dictionary()).get(Name.N)
    if not isinstance(dessin, Stream):
        return None
    copie = Stream(pdf, dessin.read_bytes())
    copie[Name.Type], copie[Name.Subtype] = Name.XObject, Name.Form
    copie[Name.BBox] = Array([float(cote) for cote in dessin[Name.BBox]])
    if Name.Matrix in dessin:
        copie[Name.Matrix] = Array([float(cote) for cote in dessin[Name.Matrix]])
    employees = Dictionary()
    for nom, police in dessin.get(Name.Resources, Dictionary()).get(Name.Font, Dictionary()).items():
        if nom == _DE_SECOURS:
            continue
        propre = polices.get(nom) if isinstance(polices, Dictionary) else None
        employees[nom] = propre if propre is not None else pdf.copy_foreign(police)
    copie[Name.Resources] = Dictionary(Font=employees)
    return pdf.make_indirect(copie)


def _est_incomplet(demande: TexteDeChamp, dessin: Any) -> bool:
    """Vrai si la police du champ n'a pas su tout écrire ; une liste qui défile ne montre jamais tout."""
    if not demande.texte or demande.options & _SECRET:
        return False
    if demande.choix:
        return demande.montre.encode("cp1252", "ignore").decode("cp1252") != demande.montre
    return _compter(dessin) < len(demande.montre)


def _compter(dessin: Any) -> int:
    """Nombre de caractères que le dessin montre."""
    if dessin is None:
        return 0
    polices = dessin.Resources.Font
    total, octets_par_signe = 0, 1
    for operation in pikepdf.parse_content_stream(dessin):
        if str(operation.operator) == "Tf":
            police = polices.get(str(operation.operands[0]))
            est_large = isinstance(police, Dictionary) and police.get(Name.Subtype) == Name.Type0
            octets_par_signe = 2 if est_large else 1
        elif str(operation.operator) == "Tj":
            total += len(bytes(operation.operands[0])) // octets_par_signe
    return total


def _deborde(dessin: Any) -> bool:
    """Vrai si une ligne du dessin est sous le cadre."""
    if dessin is None:
        return False
    y = 0.0
    for operation in pikepdf.parse_content_stream(dessin):
        if str(operation.operator) == "BT":
            y = 0.0
        elif str(operation.operator) == "Td":
            y += float(operation.operands[1])
            if y < 0:
                return True
    return False

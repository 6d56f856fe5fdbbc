"""Le texte qu'écrit le moteur embarqué, signe par signe, remis en lignes : mêmes signes aux mêmes places.

Le moteur pose chaque signe par son propre déplacement : une page demande alors près de mille cinq cents ordres, que
relisent le juge PDF/A, la recherche des citations et le lecteur de chaque destinataire. Une ligne s'écrit d'un seul
ordre, où seuls les écarts avec la chasse des signes sont dits. Ce qui n'est pas écrit comme on l'attend reste tel
quel.
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

_NOMBRE = rb"-?+(?:\d++\.?+\d*+|\.\d++)"  # rien à reprendre en arrière : deux fois plus vite lu
_PAROLE = re.compile(
    rb"BT\n(/\w++) (" + _NOMBRE + rb") Tf\n1 0 0 -1 (" + _NOMBRE + rb") (" + _NOMBRE + rb") Tm\n"
    rb"((?:(?:" + _NOMBRE + rb" 0 Td )?+<(?:[0-9A-F]{4})++> Tj\n)++)ET\n"
)
_SIGNES = re.compile(rb"(?:(" + _NOMBRE + rb") 0 Td )?+<([0-9A-F]++)> Tj\n")
_CODE = 4  # chiffres hexadécimaux d'un signe, en Identity-H
_CHASSE_PAR_DEFAUT = 1000.0  # ISO 32000, 9.7.4.3
_MILLE = 1000.0
_ECART_TU = 0.05  # millième de corps : six dix-millièmes de point dans un texte de treize points
_DECIMALES = 2
_MOT_VOISIN = 0.3  # corps : au-delà, ce n'est pas la suite de la même ligne, mais une autre cellule


class Chasses(dict[bytes, float]):
    """La chasse de chaque suite de signes, en millièmes de corps (ISO 32000, 9.7.4.3)."""

    def __init__(self, signes: Mapping[int, float], par_defaut: float = _CHASSE_PAR_DEFAUT) -> None:
        super().__init__()
        self._signes, self._par_defaut = signes, par_defaut

    def __missing__(self, codes: bytes) -> float:
        """Somme des chasses d'une suite rencontrée pour la première fois."""
        signes = (int(codes[rang : rang + _CODE], 16) for rang in range(0, len(codes), _CODE))
        self[codes] = sum(self._signes.get(signe, self._par_defaut) for signe in signes)
        return self[codes]


class _Ligne:
    """Une ligne en cours : où elle commence, où elle en est, ce qu'elle montre."""

    def __init__(self, police: bytes, corps: bytes, x: bytes, y: bytes) -> None:
        self._identite = (police, corps, y)
        self._entete = b"BT\n%s %s Tf\n1 0 0 -1 %s %s Tm\n" % (police, corps, x, y)
        self._millieme, self._depart = float(corps) / _MILLE, float(x)
        self._place = 0.0  # en millièmes de corps, depuis le début de la ligne
        self._morceaux: list[bytes] = []

    def se_poursuit_par(self, police: bytes, corps: bytes, x: bytes, y: bytes) -> bool:
        """Vrai si cette parole est la suite de la ligne, à un mot près."""
        if (police, corps, y) != self._identite:
            return False
        return abs((float(x) - self._depart) / self._millieme - self._place) <= _MOT_VOISIN * _MILLE

    def montrer(self, x: bytes, signes: bytes, chasses: Chasses) -> None:
        """Pose ces signes, chacun à sa place."""
        cible, place, morceaux = (float(x) - self._depart) / self._millieme, self._place, self._morceaux
        for pas, codes in _SIGNES.findall(signes):
            if pas:
                cible += float(pas) / self._millieme
            ecart = place - cible
            if not -_ECART_TU < ecart < _ECART_TU:
                ecart = round(ecart, _DECIMALES)
                morceaux.append(f">{ecart:.10g}<".encode())
                place -= ecart
            morceaux.append(codes)
            place += chasses[codes]
        self._place = place

    def ecrire(self) -> bytes:
        """Les ordres de la ligne."""
        texte = b"".join(self._morceaux)
        return self._entete + (b"[<%s>] TJ\nET\n" if b">" in texte else b"<%s> Tj\nET\n") % texte


def remettre_en_lignes(pdf: bytes) -> bytes:
    """Le même document, son texte écrit par lignes. Lève PdfError si le document ne s'ouvre pas."""
    with pikepdf.open(BytesIO(pdf)) as document:
        connues: dict[Any, Chasses] = {}
        for page in document.pages:
            contenu = page.obj.get(Name.Contents)
            if isinstance(contenu, Stream):
                chasses = {nom: _lire_chasses(police, connues) for nom, police in _lister_polices(page.obj)}
                contenu.write(tasser(contenu.read_bytes(), chasses))
        sortie = BytesIO()
        document.save(sortie, deterministic_id=True)
    return sortie.getvalue()


def tasser(contenu: bytes, polices: Mapping[bytes, Chasses]) -> bytes:
    """Les ordres de dessin d'une page, chaque ligne de texte en un seul."""
    sortie: list[bytes] = []
    ligne: _Ligne | None = None
    fin = 0
    for parole in _PAROLE.finditer(contenu):
        police, corps, x, y, signes = parole.groups()
        if ligne is not None and (parole.start() != fin or not ligne.se_poursuit_par(police, corps, x, y)):
            sortie.append(ligne.ecrire())
            ligne = None
        sortie.append(contenu[fin : parole.start()])
        fin = parole.end()
        if police not in polices or float(corps) <= 0:
            sortie.append(parole[0])
            continue
        ligne = ligne or _Ligne(police, corps, x, y)
        ligne.montrer(x, signes, polices[police])
    if ligne is not None:
        sortie.append(ligne.ecrire())
    sortie.append(contenu[fin:])
    return b"".join(sortie)


def _lister_polices(page: pikepdf.Object) -> Iterator[tuple[bytes, pikepdf.Object]]:
    ressources = page.get(Name.Resources)
    polices = ressources.get(Name.Font) if isinstance(ressources, Dictionary) else None
    for nom, police in polices.items() if isinstance(polices, Dictionary) else ():
        if police.get(Name.Subtype) == Name.Type0 and police.get(Name.Encoding) == Name("/Identity-H"):
            yield nom.encode(), police


def _lire_chasses(police: pikepdf.Object, connues: dict[Any, Chasses]) -> Chasses:
    if police.objgen not in connues:
        descendante = police[Name.DescendantFonts][0]
        signes: dict[int, float] = {}
        suite = iter(descendante.get(Name.W, Array()))
        for premier in suite:  # « premier [chasses] », ou « premier dernier chasse »
            second = next(suite)
            if isinstance(second, Array):
                signes |= {int(premier) + rang: float(chasse) for rang, chasse in enumerate(second)}
            else:
                signes |= dict.fromkeys(range(int(premier), int(second) + 1), float(next(suite)))
        connues[police.objgen] = Chasses(signes, float(descendante.get(Name.DW, _CHASSE_PAR_DEFAUT)))
    return connues[police.objgen]

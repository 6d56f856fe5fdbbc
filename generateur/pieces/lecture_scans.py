"""Lire les scans d'une pièce préparée : page par page, dans le bon sens, et dire ce que vaut ce qui a été lu.

Une page dont la lecture n'a pas de sens est relue tournée d'un quart, d'un demi et de trois quarts de tour ; la
meilleure lecture est gardée. Si aucune n'a de sens (écriture manuscrite, photo, image floue), rien n'y est ajouté.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generateur.contrats import Conversion, MoteurRendu
from generateur.domaine.langue import INSECABLE, enumerer
from generateur.erreurs import ErreurPiece, ErreurRendu
from generateur.pieces.atelier import Atelier, executer_borne

NETTE = 0.7  # part de mots vraisemblables : en deçà, la page est peut-être lue de travers
BRUIT = 0.5  # en deçà, dans le meilleur sens, ce n'est pas du texte
TOURS = (90, 270, 180)
PAGES_CITEES = 10


@dataclass(frozen=True)
class Lecture:
    """Ce qui a été lu d'une page : où en est la couche, dans quel sens, et ce qu'elle vaut (0 à 1)."""

    fichier: Path
    rang: int
    tour: int
    signes: int
    qualite: float


@dataclass(frozen=True)
class TexteAjoute:
    """Les pages qui ont reçu un texte, et la phrase qui dit tout ce qui a été lu et ce qui ne l'a pas été."""

    pages: tuple[int, ...]
    phrase: str


def ajouter_texte(
    pdf: Path,
    *,
    titre: str,
    moteur: MoteurRendu,
    atelier: Atelier,
    premieres: int | None = None,
) -> TexteAjoute | None:
    """Ajoute leur texte aux pages numérisées (aux `premieres` seulement, si dit) ; None si aucune n'est à lire.

    Lève ErreurPiece en nommant la pièce ; elle n'est alors pas touchée.
    """
    with tempfile.TemporaryDirectory(prefix=".texte-", dir=pdf.parent) as nom:
        chantier = Path(nom)
        try:
            choix = executer_borne(atelier, "choisir_pages_a_lire", pdf, premieres=premieres)
            if not (pages := choix["pages"]):
                return None
            lectures = _lire(pages, lambda lues, tour: _essayer(pdf, lues, tour, chantier, moteur, atelier))
            gardees = {page: lue for page, lue in lectures.items() if lue.signes and lue.qualite >= BRUIT}
            couches = [{"page": p, "fichier": str(lue.fichier), "rang": lue.rang} for p, lue in gardees.items()]
            greffe = chantier / "greffe.pdf"
            recues = executer_borne(atelier, "greffer_texte_reconnu", pdf, cible=str(greffe), couches=couches)["pages"]
        except (ErreurRendu, ErreurPiece) as erreur:
            raise ErreurPiece(
                f"Le texte de la pièce « {titre} » n'a pas pu être reconnu.",
                lieu=titre,
                remede="Relancer sans --ocr, ou remplacer ce scan par un PDF qui porte déjà son texte.",
            ) from erreur
        if recues:
            greffe.replace(pdf)
    phrase = _dire(lectures, recues, moteur.disponibilite().version)
    blanches = f" Page(s) blanche(s) : {_citer(choix['blanches'])}." if choix["blanches"] else ""
    return TexteAjoute(tuple(recues), phrase + blanches)


def _lire(pages: list[int], essayer: Callable[[list[int], int], dict[int, Lecture]]) -> dict[int, Lecture]:
    """La meilleure lecture de chaque page ; seules celles qui n'ont pas de sens sont relues tournées."""
    lectures = essayer(pages, 0)
    for tour in TOURS:
        douteuses = [page for page, lue in lectures.items() if lue.signes and lue.qualite < NETTE]
        if not douteuses:
            break
        for page, lue in essayer(douteuses, tour).items():
            if lue.qualite > lectures[page].qualite:
                lectures[page] = lue
    return lectures


def _essayer(
    pdf: Path, pages: list[int], tour: int, chantier: Path, moteur: MoteurRendu, atelier: Atelier
) -> dict[int, Lecture]:
    a_lire, lu = chantier / f"a_lire_{tour}.pdf", chantier / f"lu_{tour}.pdf"
    executer_borne(atelier, "extraire_pages", pdf, cible=str(a_lire), pages=pages, tour=tour)
    moteur.convertir([Conversion(a_lire, lu)])
    jugees = executer_borne(atelier, "juger_texte_reconnu", lu, pages=len(pages))["lectures"]
    return {
        page: Lecture(lu, rang, tour, int(jugee["signes"]), jugee["qualite"])
        for rang, (page, jugee) in enumerate(zip(pages, jugees, strict=True))
    }


def _dire(lectures: dict[int, Lecture], recues: Sequence[int], version: str) -> str:
    bruit = [page for page, lue in lectures.items() if lue.signes and lue.qualite < BRUIT]
    vides = [page for page in lectures if page not in recues and page not in bruit]
    tournees = [page for page in recues if lectures[page].tour]
    phrases = []
    if recues:
        phrases.append(
            f"Scan : texte reconnu sur {len(recues)}{INSECABLE}page(s) ({_citer(recues)}) et ajouté sous l'image, sans "
            f"la changer ({version}) ; il peut contenir des erreurs de lecture."
        )
    if tournees:
        phrases.append(f"Page(s) lue(s) après les avoir tournées : {_citer(tournees)} ; elles restent comme reçues.")
    if bruit:
        phrases.append(
            f"Page(s) {_citer(bruit)} : ce qui y a été lu est surtout du bruit (écriture manuscrite, photo ou image "
            "trop floue). Rien n'y a été ajouté : son texte ne se cherche pas."
        )
    if vides:
        phrases.append(f"Page(s) {_citer(vides)} : aucun texte n'y a été lu.")
    return " ".join(phrases)


def _citer(pages: Sequence[int]) -> str:
    suite = " …" if len(pages) > PAGES_CITEES else ""
    return enumerer([str(page) for page in pages[:PAGES_CITEES]]) + suite

"""La liasse en volumes qui passent sous la taille admise par un portail, chacun précédé du même index.

Les folios restent ceux de la liasse entière : une citation de page vaut d'un volume à l'autre.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from generateur.erreurs import ErreurPiece
from generateur.liasse.destinations import HAUT_DE_PAGE, Destination
from generateur.liasse.ecriture import decrire, enregistrer
from generateur.liasse.geometrie import IDENTITE, ecrire_nombre
from generateur.liasse.ouverture_pdf import nommer_la_faute
from generateur.liasse.plan import PlanLiasse, Volume
from generateur.liasse.police_des_marques import charger_police, ecrire_chaine, incorporer
from generateur.liasse.reunion import reunir
from generateur.liasse.signets import Signet, decaler_signets, ecrire_signets, lire_signets

FEUILLE = (595.0, 842.0)
MARGE, CORPS, PAS = 64.0, 10.0, 17.0
LIGNES_PAR_PAGE = 40
RESERVE = 24_000  # octets gardés pour l'index, la police et la structure de chaque volume


@dataclass(frozen=True)
class Morceau:
    """Des pages de la liasse qui vont ensemble (un acte, une pièce ou une partie de pièce), bornes comprises."""

    intitule: str
    premiere: int
    derniere: int
    octets: int

    @property
    def etendue(self) -> str:
        """« 12 » ou « 12-15 »."""
        return f"{self.premiere}" if self.premiere == self.derniere else f"{self.premiere}-{self.derniere}"


def decouper(
    liasse: Path, plan: PlanLiasse, elements: Sequence[tuple[str, int, int]], max_octets: int
) -> tuple[Volume, ...]:
    """Écrit à côté de la liasse <nom>_volume_NN.pdf, chacun de max_octets au plus ; une pièce trop lourde est partagée.

    elements : (intitulé, première page, nombre de pages) des actes puis des pièces, dans l'ordre.
    Rend () si la liasse entière passe. ErreurPiece si une seule page dépasse la limite.
    """
    if liasse.stat().st_size <= max_octets:
        return ()
    with tempfile.TemporaryDirectory(dir=liasse.parent, prefix=".volumes-") as dossier:
        chantier = Path(dossier)
        with pikepdf.open(liasse) as document:
            total = len(document.pages)
            signets = lire_signets(document)
        debuts = [debut for _, debut, _ in elements] + [total + 1]
        morceaux: list[Morceau] = []
        for rang, (intitule, debut, _) in enumerate(elements):
            morceaux += _peser(liasse, intitule, debut, debuts[rang + 1] - 1, chantier, max_octets - RESERVE)
        groupes = _repartir(morceaux, max_octets - RESERVE)
        volumes: list[Volume] = []
        while len(volumes) < len(groupes):
            rang = len(volumes)
            volume = _ecrire_volume(liasse, plan, groupes, rang, signets, chantier)
            if volume.octets > max_octets and len(groupes[rang]) > 1:
                # l'estimation était courte : le dernier morceau passe au volume suivant, et l'on recommence
                groupes[rang : rang + 1] = [groupes[rang][:-1], groupes[rang][-1:]]
                volumes.clear()
                continue
            if volume.octets > max_octets:
                raise _trop_lourd(groupes[rang][0].intitule, max_octets)
            volumes.append(volume)
    for perime in sorted(liasse.parent.glob(f"{liasse.stem}_volume_*.pdf")):
        if perime not in {volume.fichier for volume in volumes}:
            perime.unlink()
    return tuple(volumes)


def _trop_lourd(intitule: str, max_octets: int) -> ErreurPiece:
    return ErreurPiece(
        f"{intitule} : une seule de ses pages dépasse la taille admise ({max_octets / 1e6:.1f} Mo).",
        lieu=intitule,
        remede="Relancer avec --alleger-images, numériser cette page à une résolution moindre, ou augmenter --max-mo.",
    )


def _peser(liasse: Path, intitule: str, premiere: int, derniere: int, chantier: Path, limite: int) -> list[Morceau]:
    """Mesure le poids de ces pages ; coupe en deux tant que c'est trop."""
    essai = chantier / "pesee.pdf"
    with reunir([(liasse, f"{premiere}-{derniere}")]) as extrait:
        enregistrer(extrait, essai, intitule)
    octets = essai.stat().st_size
    if octets <= limite:
        return [Morceau(intitule, premiere, derniere, octets)]
    if premiere == derniere:
        raise _trop_lourd(intitule, limite + RESERVE)
    milieu = (premiere + derniere) // 2
    return [
        *_peser(liasse, intitule, premiere, milieu, chantier, limite),
        *_peser(liasse, intitule, milieu + 1, derniere, chantier, limite),
    ]


def _repartir(morceaux: Sequence[Morceau], limite: int) -> list[list[Morceau]]:
    """Remplit les volumes dans l'ordre de la liasse, sans jamais revenir en arrière."""
    groupes: list[list[Morceau]] = [[]]
    charge = 0
    for morceau in morceaux:
        if groupes[-1] and charge + morceau.octets > limite:
            groupes.append([])
            charge = 0
        groupes[-1].append(morceau)
        charge += morceau.octets
    return groupes


def _ecrire_volume(
    liasse: Path,
    plan: PlanLiasse,
    groupes: Sequence[Sequence[Morceau]],
    rang: int,
    signets: Sequence[Signet],
    chantier: Path,
) -> Volume:
    groupe = groupes[rang]
    premiere, derniere = groupe[0].premiere, groupe[-1].derniere
    index = chantier / "index.pdf"
    titre = f"{plan.titre} – volume {rang + 1} / {len(groupes)}"
    avant = _ecrire_index(index, plan.titre, groupes, rang)
    fichier = liasse.with_name(f"{liasse.stem}_volume_{rang + 1:02}.pdf")
    extraits = [(index, "1-z"), (liasse, f"{premiere}-{derniere}")]
    with nommer_la_faute(fichier.name), reunir(extraits) as pdf:
        pages: list[Any] = [page.obj for page in pdf.pages]
        _couper_liens(pages)
        _relier_index(pages, groupes, rang, avant)
        suivis = _reprendre_au_debut(signets, premiere - 1)
        decales = _garder_signets(suivis, premiere - 1, derniere - 1, avant)
        index_signet = Signet("Index commun des volumes", Destination(0, HAUT_DE_PAGE, ()))
        ecrire_signets(pdf, [index_signet, *decales], pages, [IDENTITE] * len(pages))
        etiquettes = Array([0, Dictionary(S=Name.r), avant, Dictionary(S=Name.D, St=premiere)])
        pdf.Root[Name.PageLabels] = Dictionary(Nums=etiquettes)
        pdf.Root[Name.PageMode] = Name.UseOutlines
        decrire(pdf, titre=titre, auteur=plan.auteur, jour=plan.date_creation)
        graine = f"{titre}\n{premiere}\n{derniere}\n{hashlib.sha256(index.read_bytes()).hexdigest()}"
        empreinte = enregistrer(pdf, fichier, graine)
    return Volume(fichier, empreinte, fichier.stat().st_size, premiere, derniere)


def _lignes_index(groupes: Sequence[Sequence[Morceau]]) -> list[tuple[int, Morceau]]:
    return [(rang, morceau) for rang, groupe in enumerate(groupes) for morceau in groupe]


def _ecrire_index(fichier: Path, titre: str, groupes: Sequence[Sequence[Morceau]], courant: int) -> int:
    """L'index, le même dans chaque volume (le volume ouvert y est en noir) ; rend son nombre de pages."""
    police = charger_police()
    lignes = _lignes_index(groupes)
    largeur, hauteur = FEUILLE
    colonne = largeur - MARGE - 150
    with pikepdf.new() as pdf:
        objet = incorporer(pdf)
        for debut in range(0, len(lignes), LIGNES_PAR_PAGE):
            dessin = [_texte(MARGE, hauteur - MARGE, 14, police.abreger(titre, 14, largeur - 2 * MARGE))]
            dessin.append(_texte(MARGE, hauteur - MARGE - 16, CORPS, f"Volume {courant + 1} sur {len(groupes)}"))
            dessin.append(_texte(MARGE, hauteur - MARGE - 36, CORPS, "Index commun des volumes"))
            dessin.append(_texte(colonne + 20, hauteur - MARGE - 36, CORPS, "volume"))
            dessin.append(_texte(colonne + 80, hauteur - MARGE - 36, CORPS, "pages"))
            for place, (volume, morceau) in enumerate(lignes[debut : debut + LIGNES_PAR_PAGE]):
                y = _ordonnee(place)
                dessin.append(b"0 g" if volume == courant else b"0.45 g")
                dessin.append(_texte(MARGE, y, CORPS, police.abreger(morceau.intitule, CORPS, colonne - MARGE)))
                dessin.append(_texte(colonne + 20, y, CORPS, str(volume + 1)))
                dessin.append(_texte(colonne + 80, y, CORPS, morceau.etendue))
            page = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, *FEUILLE]),
                Resources=Dictionary(Font=Dictionary(Marque=objet)),
                Contents=Stream(pdf, b"\n".join(dessin)),
            )
            pdf.pages.append(pikepdf.Page(page))
        enregistrer(pdf, fichier, titre)
        return len(pdf.pages)


def _ordonnee(place: int) -> float:
    return FEUILLE[1] - MARGE - 60 - place * PAS


def _texte(x: float, y: float, corps: float, texte: str) -> bytes:
    debut = f"BT /Marque {ecrire_nombre(corps)} Tf {ecrire_nombre(x)} {ecrire_nombre(y)} Td ".encode()
    return debut + ecrire_chaine(texte) + b" Tj ET"


def _couper_liens(pages: Sequence[Any]) -> None:
    """Retire les liens vers une page restée dans un autre volume."""
    presentes = {page.objgen for page in pages}
    for page in pages:
        annotations = page.get(Name.Annots)
        if not isinstance(annotations, Array):
            continue
        gardees = [
            annotation
            for annotation in annotations
            if not isinstance(cible := annotation.get(Name.Dest), Array)
            or (isinstance(cible[0], Dictionary) and cible[0].objgen in presentes)
        ]
        page[Name.Annots] = Array(gardees)


def _relier_index(pages: Sequence[Any], groupes: Sequence[Sequence[Morceau]], rang: int, avant: int) -> None:
    """Rend cliquables les lignes de l'index dont les pages sont dans ce volume."""
    premiere = groupes[rang][0].premiere
    for place, (volume, morceau) in enumerate(_lignes_index(groupes)):
        if volume != rang:
            continue
        page, y = pages[place // LIGNES_PAR_PAGE], _ordonnee(place % LIGNES_PAR_PAGE)
        lien = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([MARGE, y - 4, FEUILLE[0] - MARGE, y + CORPS]),
            Border=Array([0, 0, 0]),
            F=4,
            Dest=Destination(0, HAUT_DE_PAGE, ()).dresser(pages[avant + morceau.premiere - premiere]),
        )
        if Name.Annots not in page:
            page[Name.Annots] = Array()
        page[Name.Annots].append(lien)


def _reprendre_au_debut(signets: Sequence[Signet], debut: int) -> list[Signet]:
    """Les mêmes ; celui du document déjà commencé avant la page `debut` (à partir de 0) mène à elle, dit « suite »."""
    places = [s.destination.page if s.destination else -1 for s in signets]
    commence = max((rang for rang, place in enumerate(places) if 0 <= place <= debut), default=None)
    if commence is None or places[commence] == debut:
        return list(signets)
    suite = replace(
        signets[commence],
        titre=f"{signets[commence].titre} (suite)",
        destination=Destination(debut, HAUT_DE_PAGE, ()),
    )
    return [suite if rang == commence else signet for rang, signet in enumerate(signets)]


def _garder_signets(signets: Sequence[Signet], debut: int, fin: int, avant: int) -> list[Signet]:
    """Les signets qui mènent dans [debut, fin] (pages à partir de 0), et les groupes qui en contiennent."""
    gardes = []
    for signet in signets:
        enfants = _garder_signets(signet.enfants, debut, fin, avant)
        dedans = signet.destination is not None and debut <= signet.destination.page <= fin
        if dedans or enfants:
            vu = replace(signet, enfants=[], destination=signet.destination if dedans else None)
            deplace = decaler_signets([vu], avant - debut)[0]
            deplace.enfants = enfants
            gardes.append(deplace)
    return gardes

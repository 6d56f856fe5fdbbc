"""Les piles d'un lot : un répertoire par juridiction, étude, voie ou créancier, prêt à remettre.

Seul ce qui doit partir y entre : ni projet, ni dossier déjà déposé. Sur un disque, toutes les piles d'un classement
sont préparées à côté, puis publiées d'un seul échange : une pile d'hier ne traîne pas à côté de celles d'aujourd'hui.
Dans un magasin, elles se suivent : une annonce dit si toutes sont celles du même lot.
"""

import datetime as dt
import hashlib
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from generateur.domaine.langue import aplatir
from generateur.erreurs import ErreurUsage
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire
from generateur.operations.remise_ecrite import BORDEREAU, Joindre, ecrire_remise, joindre_ici
from generateur.procedures.repertoire import trouver_procedure
from generateur.publication.echange import preparer_publication
from generateur.publication.magasin import Adresse
from generateur.publication.pile_distante import Copie, PilesDistantes
from generateur.redaction.actes import Ecritoire
from generateur.redaction.gabarits import ouvrir_bibliotheque
from generateur.reglages import FicheDossier, Reglages, Resultat
from generateur.surveillance.provisoires import repertoire_provisoire

REPERTOIRE = "_piles"  # un tiret bas d'abord : aucune référence de dossier ne commence ainsi
_LONGUEUR = 60
_TEMOIN = "*/remise.json"
_RESERVES = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")  # noms que Windows refuse
_SANS = "Sans "

# Par classement : de quoi distinguer deux piles, ce que leur bordereau en dit, l'adresse du destinataire.
_Cle = tuple[str, ...]


@dataclass(frozen=True)
class _Classement:
    cle: Callable[[Resultat], _Cle]
    libelle: Callable[[Resultat], str]
    adresse: Callable[[FicheDossier], str]
    est_destinataire: bool = False  # la lettre confidentielle à l'étude ne va qu'à l'étude


def _reconnaitre(nom: str, precision: str = "") -> _Cle:
    """Deux écritures du même nom font une pile : ni la casse, ni les accents, ni la ponctuation ne comptent."""
    return (re.sub(r"\W+", " ", aplatir(nom)).strip(), precision) if nom else ()


CLASSEMENTS = {
    "juridiction": _Classement(
        lambda r: _reconnaitre(r.fiche.juridiction),
        lambda r: r.fiche.juridiction or f"{_SANS}juridiction saisie",
        lambda fiche: fiche.juridiction_adresse,
    ),
    "etude": _Classement(
        lambda r: _reconnaitre(r.fiche.etude, r.fiche.etude_courriel.casefold()),
        lambda r: r.fiche.etude or f"{_SANS}étude désignée",
        lambda fiche: fiche.etude_adresse,
        est_destinataire=True,
    ),
    "procedure": _Classement(
        lambda r: (r.procedure or "",),
        lambda r: trouver_procedure(r.procedure).libelle if r.procedure else f"{_SANS}voie",
        lambda _: "",
    ),
    "creancier": _Classement(
        lambda r: ("siren", r.fiche.creancier_siren) if r.fiche.creancier_siren else _reconnaitre(r.fiche.creancier),
        lambda r: r.fiche.creancier or f"{_SANS}créancier",
        lambda _: "",
    ),
}


@dataclass(frozen=True)
class Pile:
    """Une pile écrite : son nom, ses dossiers, leur total en euros, où elle est."""

    nom: str
    dossiers: int
    total: Decimal
    chemin: Path | Adresse


@dataclass(frozen=True)
class Piles:
    """Les piles d'un classement, par nom ; `laisses` : pourquoi des dossiers produits n'y sont pas, et combien."""

    piles: tuple[Pile, ...] = ()
    laisses: Counter[str] = field(default_factory=Counter)


@dataclass
class _EnCours:
    libelle: str
    adresse: str
    rangs: "array[int]" = field(default_factory=lambda: array("q"))
    total: Decimal = Decimal(0)


_Ecrire = Callable[[_EnCours, Path, Joindre], None]


def trouver_classement(nom: str) -> str:
    """Ce nom, s'il en est un. Lève ErreurUsage."""
    if nom not in CLASSEMENTS:
        raise ErreurUsage(
            f"on ne classe pas par « {nom} »", lieu="--classer", remede=f"Choisir parmi : {', '.join(CLASSEMENTS)}."
        )
    return nom


def choisir_ecritoire(reglages: Reglages, moteurs: Moteurs) -> Ecritoire:
    """De quoi écrire un bordereau de remise ; des modèles d'avant lui prennent celui qui est livré."""
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    if BORDEREAU.modele in ecritoire.bibliotheque.noms():
        return ecritoire
    return replace(ecritoire, bibliotheque=ouvrir_bibliotheque())


def ranger_en_piles(
    resultats: Sequence[Resultat], classement: str, sortie: Path | Adresse, *, jour: dt.date, ecritoire: Ecritoire
) -> Piles:
    """Écrit sortie/_piles/<classement>/ : une pile par sous-répertoire. Lève ErreurEcriture, ErreurModele, ErreurRendu.

    Rien d'autre ne se trouve là : ce qui restait d'un classement précédent s'en va, sauf ce qu'une personne y a mis,
    gardé à part. Sur un disque, d'un seul échange ; dans un magasin, pile par pile, puis l'annonce du classement dit
    que toutes y sont.
    """
    regle = CLASSEMENTS[trouver_classement(classement)]
    en_cours, laisses = _repartir(resultats, regle)
    nommees = list(_nommer(en_cours))

    def ecrire(pile: _EnCours, ou: Path, joindre: Joindre) -> None:
        ecrire_remise(
            ou,
            pile.libelle,
            pile.adresse,
            (resultats[rang] for rang in pile.rangs),
            pile.total,
            jour=jour,
            ecritoire=ecritoire,
            avec_confidentiels=regle.est_destinataire,
            joindre=joindre,
        )

    if isinstance(sortie, Adresse):
        _ranger_au_magasin(nommees, sortie, classement, ecrire)
    else:
        _ranger_ici(nommees, sortie, classement, ecrire)
    ou = sortie / REPERTOIRE / classement
    return Piles(tuple(Pile(p.libelle, len(p.rangs), p.total, ou / nom) for nom, p in nommees), laisses)


def _ranger_ici(nommees: Sequence[tuple[str, _EnCours]], sortie: Path, classement: str, ecrire: _Ecrire) -> None:
    if not nommees and not (sortie / REPERTOIRE / classement).exists():
        return
    with preparer_publication(sortie / REPERTOIRE, classement, temoin=_TEMOIN) as chantier:
        for nom, pile in nommees:
            (chantier / nom).mkdir()
            ecrire(pile, chantier / nom, joindre_ici(chantier / nom))


def _ranger_au_magasin(
    nommees: Sequence[tuple[str, _EnCours]], sortie: Adresse, classement: str, ecrire: _Ecrire
) -> None:
    """Seuls les bordereaux passent tous par ici ; une liasse n'y passe que le temps de sa copie."""
    piles = PilesDistantes(sortie / REPERTOIRE / classement, sortie)
    with piles.tenir():
        for nom, pile in nommees:
            copies: dict[str, Copie] = {}

            def joindre(source: str, nom_joint: str, somme: str, copies: dict[str, Copie] = copies) -> None:
                copies[nom_joint] = Copie(source.removeprefix(f"{sortie}/"), somme)

            with repertoire_provisoire() as ici:
                ecrire(pile, ici, joindre)
                piles.exiger_seul()
                piles.publier(nom, ici, copies)
        piles.exiger_seul()
        piles.oter_les_autres({nom for nom, _ in nommees})


def situer_dans_les_piles(sortie: Path, reference: str) -> tuple[Path, ...]:
    """Les répertoires des piles, et de ce qui y est gardé à part, où ce dossier a un fichier."""
    fichiers = (sortie / REPERTOIRE).rglob(f"{reference}_*")
    return tuple(sorted({fichier.parent for fichier in fichiers}))


def _repartir(resultats: Sequence[Resultat], regle: _Classement) -> tuple[dict[_Cle, _EnCours], Counter[str]]:
    en_cours: dict[_Cle, _EnCours] = {}
    laisses: Counter[str] = Counter()
    for rang, resultat in enumerate(resultats):
        if resultat.etat not in {"produit", "a_jour"}:
            continue
        if resultat.fiche.retenue:
            laisses[resultat.fiche.retenue] += 1
            continue
        pile = en_cours.setdefault(
            regle.cle(resultat), _EnCours(regle.libelle(resultat), regle.adresse(resultat.fiche))
        )
        pile.rangs.append(rang)
        pile.total += Decimal(resultat.total or 0)
    return en_cours, laisses


def _nommer(en_cours: dict[_Cle, _EnCours]) -> Iterator[tuple[str, _EnCours]]:
    """Un nom sûr et stable par pile ; deux piles qui prendraient le même y ajoutent une empreinte de leur clé."""
    noms = {cle: _en_nom(pile.libelle) for cle, pile in en_cours.items()}
    combien = Counter(nom.casefold() for nom in noms.values())
    for cle, nom in noms.items():
        if combien[nom.casefold()] > 1:
            noms[cle] = f"{nom}-{hashlib.sha256(repr(cle).encode()).hexdigest()[:6]}"
    yield from sorted(((noms[cle], pile) for cle, pile in en_cours.items()), key=lambda paire: paire[0].casefold())


def _en_nom(libelle: str) -> str:
    plat = "".join(c for c in unicodedata.normalize("NFKD", libelle) if not unicodedata.combining(c))
    nom = re.sub(r"[^A-Za-z0-9]+", "-", plat).strip("-")[:_LONGUEUR].rstrip("-")
    return f"pile-{nom}".rstrip("-") if not nom or _RESERVES.fullmatch(nom.casefold()) else nom

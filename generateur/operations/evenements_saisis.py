"""Noter un événement à l'écran : chaque genre et ses seuls champs, puis les mêmes contrôles que la commande.

Les champs se déduisent des modèles du domaine ; ce qui s'écrit passe par `ajouter_evenement` et `ajouter`.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.retouches import Ajout
from generateur.erreurs import ErreurDossier, ErreurGenerateur, ErreurUsage
from generateur.lecture.edition_toml import lire_etat
from generateur.lecture.socle import trouver_source
from generateur.operations.ajouter import Ajoute, Saisie, ajouter
from generateur.operations.ajouter_evenement import PREFIXE_DU_REFUS, ajouter_evenement, refuser_l_impossible
from generateur.operations.formulaire_dossier import Champ, Lieu, decrire_section, libelle_de
from generateur.operations.outillage import OutilsPieces
from generateur.operations.reception import refuser_fichier
from generateur.operations.saisie import valider_textes

DOCUMENT = "fichier"
_CLE = re.compile(r"« ([a-z_]+)(?:\[\d+\])? »")


@dataclass(frozen=True)
class GenreEvenement:
    """Ce qui peut arriver : `section`, où sont ses champs ; `cles`, ceux qu'on demande ; `requis`, ceux qu'il faut."""

    nom: str
    libelle: str
    section: Lieu
    cles: tuple[str, ...]
    requis: tuple[str, ...] = ("date",)
    valeurs: tuple[tuple[str, str], ...] = ()  # ce que ce genre dit de lui-même
    a_document: bool = True


_DATE_SEULE = ("suivi",)
GENRES: Mapping[str, GenreEvenement] = {
    genre.nom: genre
    for genre in (
        GenreEvenement("relance", "Relance envoyée", ("relances", 0),
                       ("date", "canal", "objet", "interlocuteur", "reponse"), ("date", "canal")),
        GenreEvenement("lettre", "Lettre ou courriel reçu du débiteur", ("pieces", 0), ("date", "titre"),
                       ("date", "titre"), (("nature", "correspondance"),)),
        GenreEvenement("paye", "Paiement reçu", ("paiements", 0),
                       ("date", "montant", "facture", "mode", "reference"), ("date", "montant")),
        GenreEvenement("depose", "Demande déposée", _DATE_SEULE, ("depot",), ("depot",)),
        GenreEvenement("consigne", "Frais consignés au greffe", _DATE_SEULE, ("consignation",), ("consignation",)),
        GenreEvenement("ordonnance", "Ordonnance rendue", ("suivi", "ordonnance"),
                       ("date", "montant", "numero", "partielle")),
        GenreEvenement("rejete", "Requête rejetée", ("suivi", "rejet"), ("date", "numero", "motif")),
        GenreEvenement("signifie", "Ordonnance signifiée", ("suivi", "signification"),
                       ("date", "mode", "debiteur"), ("date", "mode")),
        GenreEvenement("avis_greffe", "Avis du greffe", _DATE_SEULE, ("avis_greffe",), ("avis_greffe",)),
        GenreEvenement("oppose", "Opposition formée", _DATE_SEULE, ("opposition",), ("opposition",)),
        GenreEvenement("saisi", "Saisie", ("suivi", "saisies", 0),
                       ("date", "nature", "montant", "debiteur", "denonciation")),
        GenreEvenement("dechu", "Accord rompu : déchéance du terme", ("accord",), ("date",), a_document=False),
        GenreEvenement("clos", "Dossier clos", ("suivi", "clos"), ("date", "motif", "precision"), a_document=False),
    )
}  # fmt: skip
# Ce qui arrive d'ordinaire à chaque étape ; le reste se note aussi.
ATTENDUS: Mapping[str, tuple[str, ...]] = {
    "amiable": ("relance", "lettre", "paye", "depose"),
    "depose": ("ordonnance", "rejete", "avis_greffe", "paye"),
    "a_signifier": ("signifie", "paye"),
    "signifie": ("paye", "oppose"),
    "executoire": ("saisi", "paye"),
    "saisi": ("paye", "clos"),
    "oppose": ("consigne", "avis_greffe", "paye"),
    "rejete": ("lettre", "paye", "clos"),
    "europeenne": ("signifie", "oppose", "paye"),
    "non_avenue": ("paye", "clos"),
    "expire": ("paye", "clos"),
}


_UNE_FOIS: Mapping[str, str] = {
    "depose": "depot",
    "consigne": "consignation",
    "ordonnance": "ordonnance",
    "rejete": "rejet",
    "avis_greffe": "avis_greffe",
    "oppose": "opposition",
    "clos": "clos",
}


class ErreurEvenement(ErreurUsage):
    """Un événement refusé ; `refus` : la phrase à mettre à côté de chaque champ, « » pour celle qui n'en a pas."""

    def __init__(self, refus: Mapping[str, str]) -> None:
        super().__init__("cet événement n'est pas noté", remede="Corriger ce qui est signalé.")
        self.refus = refus


@dataclass(frozen=True)
class Note:
    """L'événement noté, et ce que le dossier, relu, en dit."""

    genre: GenreEvenement
    constats: tuple[Constat, ...]


def decrire_genre(nom: str, dossier: Dossier) -> tuple[Champ, ...]:
    """Les seuls champs de ce genre ; le débiteur et la facture se choisissent parmi ceux du dossier."""
    genre = GENRES[nom]
    trouves = {str(c.chemin[-1]): c for c in decrire_section({}, genre.section).champs}
    parties = tuple((d.nom_complet, d.nom_complet) for d in dossier.debiteurs)
    factures = tuple((f.numero, f.numero) for f in dossier.factures)
    choix = {"debiteur": parties if len(parties) > 1 else (), "facture": factures}
    champs: list[Champ] = []
    for cle in genre.cles:
        champ = trouves[cle]
        if cle in choix:
            if not choix[cle]:
                continue
            champ = replace(champ, genre="choix", choix=choix[cle])
        champs.append(replace(champ, libelle="Date") if genre.section == _DATE_SEULE else champ)
    return tuple(champs)


def est_possible(nom: str, dossier: Dossier) -> bool:
    """Faux pour ce qui est déjà noté une fois pour toutes, et pour la rupture d'un accord qui n'est pas là."""
    suivi, cle = dossier.suivi, _UNE_FOIS.get(nom)
    if nom == "dechu":
        return dossier.accord is not None and dossier.accord.decheance_terme is False
    if suivi is None or cle is None:
        return True
    est_jugee = nom in {"ordonnance", "rejete"} and bool(suivi.ordonnance or suivi.rejet)
    return not est_jugee and not getattr(suivi, cle)


def noter(
    source: Path, nom: str, textes: Mapping[str, str], document: Path | None, *, jour: dt.date, outils: OutilsPieces
) -> Note:
    """Note cet événement d'après ce qui est saisi, son document gardé au dossier.

    Lève ErreurEvenement (chaque champ refusé), ErreurLecture (le dossier ne se lit pas), ErreurEcriture.
    """
    if nom not in GENRES:
        raise ErreurUsage("cet événement n'est pas de ceux qu'on note", lieu=nom)
    genre = GENRES[nom]
    saisis = {cle: textes.get(cle, "").strip() for cle in genre.cles}
    valeurs, refus = valider_textes(genre.section, saisis)
    refus |= {cle: "à remplir" for cle in genre.requis if not saisis[cle] and cle not in refus}
    if document is not None and (constat := refuser_fichier(document, outils)):
        refus[DOCUMENT] = f"{constat.message} {constat.remede}"
    if refus:
        raise ErreurEvenement(refus)
    dites = {cle: valeur for cle, valeur in valeurs.items() if valeur != ""} | dict(genre.valeurs)
    try:
        fait = _ecrire(source, genre, dites, document, jour=jour, outils=outils)
    except (ErreurUsage, ErreurDossier) as erreur:
        raise ErreurEvenement(_situer(genre, erreur)) from erreur
    return Note(genre, fait.constats)


def _ecrire(
    source: Path,
    genre: GenreEvenement,
    valeurs: Mapping[str, Any],
    document: Path | None,
    *,
    jour: dt.date,
    outils: OutilsPieces,
) -> Ajoute:
    if genre.nom not in {"relance", "lettre"}:
        datees = {"date": valeurs[genre.cles[0]]} if genre.section == _DATE_SEULE else valeurs
        return ajouter_evenement(source, genre.nom, datees, document, jour=jour, outils=outils)
    if genre.nom == "lettre" and document is None:
        raise ErreurEvenement({DOCUMENT: "joindre la lettre ou le courriel reçu"})
    section = str(genre.section[0])
    etat = lire_etat(trouver_source(source))
    ecrit = dict(valeurs) if genre.nom == "relance" else {**valeurs, DOCUMENT: "pieces/a_venir.pdf"}
    refuser_l_impossible(etat, section, [Ajout(section, ecrit)], jour)
    saisie = Saisie(valeurs, {DOCUMENT: document} if document else {})
    return ajouter(source, "relance" if genre.nom == "relance" else "piece", saisie, jour=jour, outils=outils)


def _nommer(trouve: re.Match[str]) -> str:
    """La clé du fichier, comme une personne la dit."""
    return f"« {libelle_de('Suivi', trouve[1])} »"


def _situer(genre: GenreEvenement, erreur: ErreurGenerateur) -> dict[str, str]:
    """À côté de quel champ dire ce refus : celui que l'erreur nomme ; une date qui ne se suit pas, à la date."""
    if isinstance(erreur, ErreurEvenement):
        return dict(erreur.refus)
    phrase = _CLE.sub(_nommer, erreur.message.removeprefix(PREFIXE_DU_REFUS).removeprefix("Suivi : "))
    nommee = erreur.lieu.rpartition(".")[2]
    if nommee in genre.cles:
        return {nommee: phrase}
    return {genre.requis[0] if isinstance(erreur, ErreurDossier) else "": phrase}

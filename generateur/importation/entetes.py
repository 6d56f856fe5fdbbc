"""Comprendre les en-têtes d'un export : des listes exactes, et rien n'est deviné entre deux colonnes."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from generateur.erreurs import ErreurColonnes, ErreurUsage
from generateur.importation.feuilles import Cellule, Feuille
from generateur.importation.socle import Statut
from generateur.importation.valeurs_lues import lire_texte, normaliser_entete

_LIGNES_CHERCHEES = 15
_CHAMPS_SUFFISANTS = 2
Correspondances = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Entete:
    """La ligne d'en-tête d'une feuille, et la colonne de chaque champ compris."""

    rang: int
    noms: tuple[str, ...]
    colonnes: Mapping[str, int]

    def en_clair(self, champs: Sequence[str]) -> dict[str, str | None]:
        """Pour chaque champ, l'en-tête tel qu'il est écrit, ou None."""
        return {c: self.noms[self.colonnes[c]] if c in self.colonnes else None for c in champs}

    def non_lus(self) -> list[str]:
        """Les en-têtes dont aucun champ ne se sert."""
        prises = set(self.colonnes.values())
        return [nom for place, nom in enumerate(self.noms) if nom and place not in prises]


@cache
def _donnees() -> Mapping[str, Any]:
    return tomllib.loads(files("generateur.importation").joinpath("correspondances.toml").read_text(encoding="utf-8"))


def correspondances_communes() -> Correspondances:
    """Les en-têtes que tout tableau peut employer, par champ."""
    synonymes: Correspondances = _donnees()["champs"]
    return synonymes


def correspondances_de_la_banque() -> Correspondances:
    """Les en-têtes d'un relevé de banque, par champ, du meilleur au moins bon."""
    synonymes: Correspondances = _donnees()["banque"]
    return synonymes


def est_un_compte_collectif(libelle: str) -> bool:
    """Vrai si ce libellé de compte ne nomme personne : « Clients », « Clients divers »."""
    return normaliser_entete(libelle) in _donnees()["comptes"]["collectifs"]


def est_une_operation_ecartee(statut: Cellule) -> bool:
    """Vrai si la banque dit l'opération en cours, refusée ou annulée."""
    return normaliser_entete(statut) in _donnees()["lignes_de_banque"]["ecartees"]


def libeller(champ: str) -> str:
    """Le champ d'un export, dit comme à une personne : « montant_ttc » est « montant TTC »."""
    return str(_donnees()["libelles"].get(champ, champ.replace("_", " ")))


def champs_connus() -> tuple[str, ...]:
    """Les champs d'un export, dans l'ordre où ils se présentent."""
    return tuple(_donnees()["champs"])


def lire_statut(cellule: Cellule) -> Statut:
    """Le statut normalisé ; inconnu s'il n'est dans aucune liste."""
    trouve: Statut = _chercher("statuts", cellule, "inconnu")
    return trouve


def lire_type(cellule: Cellule) -> str:
    """facture, avoir, acompte, rectificative ; vide si le type n'est dans aucune liste."""
    return str(_chercher("types", cellule, ""))


def lire_devise(cellule: Cellule) -> str:
    """Le code de la devise ; ce qui est écrit quand on ne le connaît pas."""
    texte = lire_texte(cellule)
    signe = {"€": "EUR", "$": "USD", "£": "GBP"}.get(texte.strip())
    return signe or str(_chercher("devises", cellule, texte.upper() or "EUR"))


def est_un_total(ligne: Sequence[Cellule]) -> bool:
    """Vrai si une cellule de la ligne n'est qu'un mot de total."""
    return any(dit_un_total(cellule) for cellule in ligne if isinstance(cellule, str))


def dit_un_total(cellule: Cellule) -> bool:
    """« Total », « Total général », « Total (12 factures) » ; non « Total Énergies »."""
    return _motif_de_total().fullmatch(normaliser_entete(cellule)) is not None


def commence_par_un_total(cellule: Cellule) -> bool:
    """« Total Durand », « Sous-total client C01 »."""
    debut = normaliser_entete(cellule)
    return any(debut == mot or debut.startswith(f"{mot} ") for mot in _donnees()["lignes"]["total"])


@cache
def _motif_de_total() -> re.Pattern[str]:
    mots = "|".join(map(re.escape, _donnees()["lignes"]["total"]))
    return re.compile(rf"(?:{mots})(?: (?:de )?[0-9]+)?(?: (?:factures?|lignes?|ttc|ht|eur|a payer|du))*")


def _chercher(liste: str, cellule: Cellule, defaut: str) -> Any:
    texte = normaliser_entete(cellule)
    return next((cle for cle, mots in _donnees()[liste].items() if texte in mots and texte), defaut)


def trouver_entete(feuille: Feuille, connues: Correspondances) -> int | None:
    """Le rang de la ligne qui porte le plus d'en-têtes connus, parmi les premières ; None s'il n'y en a pas assez."""
    tous = {nom for noms in connues.values() for nom in noms}
    notes = [
        len({normaliser_entete(cellule) for cellule in ligne if isinstance(cellule, str)} & tous)
        for ligne in feuille.lignes[:_LIGNES_CHERCHEES]
    ]
    meilleure = max(notes, default=0)
    return notes.index(meilleure) if meilleure >= _CHAMPS_SUFFISANTS else None


def comprendre(feuille: Feuille, rang: int, connues: Correspondances, imposees: Mapping[str, str]) -> Entete:
    """La colonne de chaque champ. Lève ErreurUsage si deux colonnes se disputent un champ, ou si l'imposée manque."""
    noms = tuple(lire_texte(cellule) for cellule in feuille.lignes[rang])
    normalises = [normaliser_entete(nom) for nom in noms]
    colonnes: dict[str, int] = {}
    for champ, voulu in imposees.items():
        colonnes[champ] = _imposer(champ, voulu, noms, normalises)
    for champ, synonymes in connues.items():
        if champ in imposees:
            continue
        prises = set(colonnes.values())
        candidates = [i for i, nom in enumerate(normalises) if nom in synonymes and i not in prises]
        if len(candidates) > 1:
            raise _hesiter(champ, [noms[i] for i in candidates])
        if candidates:
            colonnes[champ] = candidates[0]
    for champ, noms_de_repli in _donnees()["replis"].items():
        if champ in connues and champ not in colonnes:
            candidates = [
                i for i, nom in enumerate(normalises) if nom in noms_de_repli and i not in set(colonnes.values())
            ]
            colonnes |= {champ: candidates[0]} if len(candidates) == 1 else {}
    return Entete(rang, noms, colonnes)


def _imposer(champ: str, voulu: str, noms: Sequence[str], normalises: Sequence[str]) -> int:
    cherche = normaliser_entete(voulu)
    places = [i for i, nom in enumerate(noms) if nom == voulu] or [i for i, n in enumerate(normalises) if n == cherche]
    if len(places) != 1:
        proches = difflib.get_close_matches(voulu, [nom for nom in noms if nom], n=3, cutoff=0.5)
        raise ErreurUsage(
            f"aucune colonne ne s'appelle « {voulu} »" if not places else f"deux colonnes s'appellent « {voulu} »",
            lieu=f"--colonnes {champ}",
            remede=f"Colonnes proches : {', '.join(proches)}."
            if proches
            else f"Colonnes : {', '.join(filter(None, noms))}.",
        )
    return places[0]


def _hesiter(champ: str, noms: Sequence[str]) -> ErreurColonnes:
    erreur = ErreurColonnes(
        f"deux colonnes se disputent le champ « {champ} » : {' et '.join(f'« {nom} »' for nom in noms)}",
        lieu="--colonnes",
        remede=f'Dire laquelle : --colonnes "{champ}={noms[0]}", ou --colonnes "{champ}={noms[1]}".'
        if noms[0] != noms[1]
        else f"Renommer dans l'export celle des deux « {noms[0]} » qui n'est pas la bonne.",
    )
    erreur.champ, erreur.dit, erreur.candidates = champ, libeller(champ), tuple(noms)
    return erreur

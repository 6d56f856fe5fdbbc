"""Formulaires officiels et données de portail : l'ordre et les champs viennent des tables, les valeurs du dossier.

Une table est un fichier `generateur/droit/formulaires/<nom>.toml` : rubriques dans l'ordre du formulaire, chemins
essayés pour chaque champ, noms reconnus dans un PDF vierge. La même lecture sert la fiche imprimée, le formulaire PDF
rempli et le JSON d'un portail.
"""

import datetime as dt
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

from generateur.domaine.langue import INSECABLE, courber, date_longue, montant
from generateur.droit.ressources import Marque, lire_octets, lister_fichiers, marquer
from generateur.procedures.juridiction_saisie import trouver_juridiction_saisie
from generateur.procedures.socle import Espece, Procedure
from generateur.redaction.contexte import ContexteActes, FormulaireActe, LigneFormulaire, RubriqueActe

Usage = Literal["formulaire", "portail", "acte"]
Valeur = Decimal | dt.date | int | str | bool | None
FORMULAIRES = "formulaires"
_A_REMPLIR = "……………"


@dataclass(frozen=True)
class Champ:
    """Un champ : clé, libellé, chemins essayés, noms dans un PDF ; `pour` : les seules personnes qu'il vise."""

    cle: str
    libelle: str
    valeur: tuple[str, ...]
    pdf: tuple[str, ...]
    pour: Literal["physique", "morale", ""] = ""


@dataclass(frozen=True)
class Rubrique:
    """Des champs, une fois ou pour chaque élément ; `partie` : la personne décrite ; `si` : leur condition."""

    cle: str
    titre: str
    champs: tuple[Champ, ...]
    pour_chaque: str = ""
    partie: str = ""
    si: str = ""
    en_ligne: str = ""  # clé du champ qui nomme l'élément, quand chacun tient en une ligne


@dataclass(frozen=True)
class Formulaire:
    """Un formulaire officiel, ou les données d'un portail ; pour quelles procédures et quels tribunaux."""

    nom: str
    numero: str
    version: str
    titre: str
    usage: Usage
    procedures: tuple[str, ...]
    juridictions: tuple[str, ...]
    verifie_le: dt.date
    confiance: str
    source: str
    note: str
    rubriques: tuple[Rubrique, ...]


@dataclass(frozen=True)
class RubriqueRemplie:
    """Une rubrique et ses valeurs brutes ; `rang` compte de 1 les éléments d'une liste, 0 sinon.

    `numero` : celui de l'élément s'il en porte un (une pièce), sinon son rang.
    """

    rubrique: Rubrique
    rang: int
    numero: str
    valeurs: tuple[tuple[Champ, Valeur], ...]


def lister_formulaires() -> tuple[Formulaire, ...]:
    """Tous les formulaires connus, par nom de fichier ; relus quand l'un d'eux change."""
    noms = sorted(nom for nom in lister_fichiers(FORMULAIRES) if nom.endswith(".toml"))
    return _lire_formulaires(tuple((nom, marquer(FORMULAIRES, nom)) for nom in noms))


@lru_cache(maxsize=4)
def _lire_formulaires(fichiers: tuple[tuple[str, Marque | None], ...]) -> tuple[Formulaire, ...]:
    bruts = {nom.removesuffix(".toml"): lire_octets(FORMULAIRES, nom).decode() for nom, _ in fichiers}
    return tuple(_lire(nom, tomllib.loads(brut)) for nom, brut in bruts.items())


def _lire(nom: str, brut: Mapping[str, Any]) -> Formulaire:
    rubriques = tuple(
        Rubrique(**{**r, "champs": tuple(_lire_champ(champ) for champ in r["champs"])}) for r in brut["rubriques"]
    )
    listes = {"procedures": tuple(brut["procedures"]), "juridictions": tuple(brut["juridictions"])}
    return Formulaire(**{**brut, **listes, "nom": nom, "rubriques": rubriques})


def _lire_champ(brut: Mapping[str, Any]) -> Champ:
    return Champ(**{**brut, "valeur": tuple(brut["valeur"]), "pdf": tuple(brut["pdf"])})


def choisir_formulaires(espece: Espece, procedure: Procedure) -> tuple[Formulaire, ...]:
    """Les formulaires que cette procédure remplit devant ce tribunal ; aucun si le tribunal n'est pas connu."""
    saisie = trouver_juridiction_saisie(espece, procedure)
    type_ = saisie.type if saisie else ""
    return tuple(
        f
        for f in lister_formulaires()
        if procedure.nom in f.procedures and (not f.juridictions or type_ in f.juridictions)
    )


def remplir(formulaire: Formulaire, espece: Espece, procedure: Procedure, acte: ContexteActes) -> list[RubriqueRemplie]:
    """Chaque rubrique et ses valeurs brutes, dans l'ordre du formulaire."""
    noms = {
        "dossier": espece.dossier,
        "decompte": espece.decompte,
        "complement": procedure.complement_de(espece.dossier),
        "acte": acte,
    }
    remplies = []
    for rubrique in formulaire.rubriques:
        if rubrique.si and not _suivre(rubrique.si, noms):
            continue
        if not rubrique.pour_chaque:
            remplies.append(_remplir_rubrique(rubrique, 0, noms))
            continue
        elements = _suivre(rubrique.pour_chaque, noms) or ()
        for rang, element in enumerate(elements, start=1):
            remplies.append(_remplir_rubrique(rubrique, rang, {**noms, "element": element}))
    return remplies


def _remplir_rubrique(rubrique: Rubrique, rang: int, noms: Mapping[str, Any]) -> RubriqueRemplie:
    partie = _suivre(rubrique.partie, noms) if rubrique.partie else None
    genre = ("physique" if partie.est_physique else "morale") if partie else ""
    champs = (champ for champ in rubrique.champs if not champ.pour or champ.pour == genre)
    numero = str(getattr(noms.get("element"), "numero", rang))
    return RubriqueRemplie(rubrique, rang, numero, tuple((champ, _valoir(champ, noms)) for champ in champs))


def _valoir(champ: Champ, noms: Mapping[str, Any]) -> Valeur:
    """La première valeur renseignée : un chemin, des chemins joints par « + », ou « =texte »."""
    for chemin in champ.valeur:
        if chemin.startswith("="):
            return chemin[1:]
        parties = [p for c in chemin.split(" + ") if (p := _simplifier(_suivre(c, noms))) not in (None, "")]
        if len(parties) == 1:
            return parties[0]
        if parties:
            return ", ".join(map(str, parties))
    return None


def _simplifier(valeur: Any) -> Valeur:
    if isinstance(valeur, list | tuple):
        return ", ".join(map(str, valeur))
    return None if isinstance(valeur, Decimal) and not valeur else valeur


def _suivre(chemin: str, noms: Mapping[str, Any]) -> Any:
    """Suit « dossier.creancier.nom » ; None dès qu'un maillon manque. Lève AttributeError si un champ n'existe pas."""
    valeur: Any = noms
    for maillon in chemin.split("."):
        if valeur is None:
            return None
        if isinstance(valeur, Mapping):
            valeur = valeur.get(maillon)
        elif isinstance(valeur, list | tuple) and maillon.isdigit():
            valeur = valeur[int(maillon)] if int(maillon) < len(valeur) else None
        else:
            valeur = getattr(valeur, maillon)
    return valeur


def presenter_formulaires(espece: Espece, procedure: Procedure, acte: ContexteActes) -> tuple[FormulaireActe, ...]:
    """Les fiches à imprimer : chaque champ dans l'ordre du formulaire, ceux qu'on ignore laissés en blanc."""
    return tuple(
        FormulaireActe(
            titre=courber(f.titre),
            numero=f"{f.numero}{f.version}" if f.version.startswith("*") else f"{f.numero} – {f.version}",
            avertissement=courber(f.note),
            rubriques=tuple(_presenter_rubriques(remplir(f, espece, procedure, acte))),
        )
        for f in choisir_formulaires(espece, procedure)
    )


def _presenter_rubriques(remplies: Sequence[RubriqueRemplie]) -> Iterator[RubriqueActe]:
    """Une rubrique par élément ; les listes d'un seul champ (les pièces) tiennent dans la même."""
    for _, suite in groupby(remplies, key=lambda remplie: remplie.rubrique):
        groupe = list(suite)
        rubrique = groupe[0].rubrique
        if rubrique.en_ligne:
            yield RubriqueActe(courber(rubrique.titre), tuple(map(_presenter_en_ligne, groupe)))
            continue
        if len(rubrique.champs) == 1:
            yield RubriqueActe(
                courber(rubrique.titre), tuple(ligne for remplie in groupe for ligne in _presenter_lignes(remplie))
            )
            continue
        for remplie in groupe:
            rang = f" {remplie.rang}" if len(groupe) > 1 else ""
            yield RubriqueActe(f"{courber(rubrique.titre)}{rang}", tuple(_presenter_lignes(remplie)))


def _presenter_en_ligne(remplie: RubriqueRemplie) -> LigneFormulaire:
    """« Facture F2026-118 | Échéance : 30 avril 2026 ; Restant dû : 8 640,00 € »."""
    valeurs = {champ: ecrire_valeur(valeur) for champ, valeur in remplie.valeurs}
    nom = next(valeur for champ, valeur in valeurs.items() if champ.cle == remplie.rubrique.en_ligne)
    details = (
        f"{champ.libelle}{INSECABLE}: {valeur}"
        for champ, valeur in valeurs.items()
        if valeur and champ.cle != remplie.rubrique.en_ligne
    )
    return LigneFormulaire(nom, courber(f"{INSECABLE}; ".join(details)))


def _presenter_lignes(remplie: RubriqueRemplie) -> Iterator[LigneFormulaire]:
    for champ, valeur in remplie.valeurs:
        libelle = courber(champ.libelle.replace("{numero}", remplie.numero))
        yield LigneFormulaire(libelle, ecrire_valeur(valeur) or _A_REMPLIR)


def ecrire_valeur(valeur: Valeur) -> str:
    """La valeur telle qu'on la lit : montant, date en toutes lettres, texte."""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, Decimal):
        return montant(valeur)
    return date_longue(valeur) if isinstance(valeur, dt.date) else str(valeur or "")


def valeurs_pdf(remplies: Sequence[RubriqueRemplie]) -> dict[str, str]:
    """Nom de champ PDF reconnu (aplati) → valeur écrite ; le premier qui porte un nom l'emporte.

    Un champ se reconnaît à ses noms de la table, à son libellé, ou à sa rubrique suivie de son libellé.
    """
    valeurs: dict[str, str] = {}
    for remplie in remplies:
        for champ, valeur in remplie.valeurs:
            if texte := ecrire_valeur(valeur):
                for nom in (*champ.pdf, *_noms_lisibles(remplie.rubrique, champ)):
                    for variante in _variantes(nom, remplie.rang):
                        valeurs.setdefault(aplatir_nom(variante), texte.replace("\u00a0", " ").replace("\u202f", " "))
    return valeurs


def _noms_lisibles(rubrique: Rubrique, champ: Champ) -> tuple[str, ...]:
    rang = " {rang}" if rubrique.pour_chaque else ""
    compose = f"{rubrique.titre}{rang} {champ.libelle}"
    return (compose,) if rubrique.partie or rubrique.pour_chaque else (champ.libelle, compose)


def _variantes(nom: str, rang: int) -> tuple[str, ...]:
    """« debiteur_{rang}_nom » : avec son rang, et sans rang pour le premier."""
    if "{rang}" not in nom:
        return (nom,)
    numerote = nom.replace("{rang}", str(rang))
    return (numerote, nom.replace("{rang}", "")) if rang == 1 else (numerote,)


def aplatir_nom(nom: str) -> str:
    """Nom de champ sans accent, casse ni ponctuation : « Débiteur – Nom » donne « debiteurnom »."""
    nu = unicodedata.normalize("NFKD", nom).encode("ascii", "ignore").decode().casefold()
    return "".join(c for c in nu if c.isalnum())


def donnees_du_portail(espece: Espece, procedure: Procedure, acte: ContexteActes) -> dict[str, Any] | None:
    """Les données d'un portail de greffe, montants à deux décimales et dates ISO ; None si aucun n'est concerné."""
    portail = next((f for f in choisir_formulaires(espece, procedure) if f.usage == "portail"), None)
    if portail is None:
        return None
    donnees: dict[str, Any] = {"version": portail.version, "confiance": portail.confiance}
    for remplie in remplir(portail, espece, procedure, acte):
        valeurs = {champ.cle: _en_json(valeur) for champ, valeur in remplie.valeurs if champ.valeur}
        if remplie.rang:
            donnees.setdefault(remplie.rubrique.cle, []).append(valeurs)
        else:
            donnees[remplie.rubrique.cle] = valeurs
    return donnees


def _en_json(valeur: Valeur) -> str | int | bool | None:
    if isinstance(valeur, Decimal):
        return f"{valeur:.2f}"
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    return valeur.replace("\u00a0", " ").replace("\u202f", " ") if isinstance(valeur, str) else valeur

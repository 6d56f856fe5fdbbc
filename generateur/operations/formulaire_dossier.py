"""Les champs d'un dossier tels qu'une personne les remplit : libellé, aide, genre, choix, valeur écrite.

Ils se déduisent des modèles du domaine : une clé nouvelle y apparaît sans qu'on touche à rien d'autre que ses libellés.
"""

import datetime as dt
import tomllib
import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from generateur.domaine.chemins_de_cle import nommer
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import Chemin, Montant, est_vide
from generateur.procedures.repertoire import lister_procedures

Genre = Literal["texte", "date", "montant", "nombre", "choix", "ouinon", "precise", "fichier", "liste", "secret"]
Lieu = tuple[str | int, ...]
_SECRETES = frozenset({"mot_de_passe"})
_LIRE_MONTANT, _REFUSER_SIGNES = get_args(Montant)[1], get_args(Chemin)[1]


@dataclass(frozen=True)
class Champ:
    """Un champ à remplir ; `valeur` : telle qu'écrite au dossier, vide si absente."""

    chemin: Lieu
    libelle: str
    aide: str
    genre: Genre
    valeur: str
    choix: tuple[tuple[str, str], ...] = ()

    @property
    def lieu(self) -> str:
        """L'endroit, tel que les constats le nomment."""
        return nommer(self.chemin)

    @property
    def identifiant(self) -> str:
        """Le nom du champ dans une page : lettres, chiffres et tirets."""
        return "-".join(map(str, self.chemin))


@dataclass(frozen=True)
class Groupe:
    """Une section : ses champs, puis ses sections internes ; `est_saisi` : le fichier en dit quelque chose."""

    chemin: Lieu
    libelle: str
    champs: tuple[Champ, ...]
    groupes: tuple["Groupe", ...] = ()
    est_saisi: bool = True

    @property
    def lieu(self) -> str:
        """L'endroit de la section."""
        return nommer(self.chemin)

    def tous(self) -> Iterator[Champ]:
        """Ses champs et ceux de ses sections internes."""
        yield from self.champs
        for groupe in self.groupes:
            yield from groupe.tous()


def decrire_section(donnees: Mapping[str, Any], chemin: Lieu) -> Groupe:
    """La section à ce chemin, comme ("debiteurs", 0) et ce qui y est écrit. Lève KeyError si elle n'est pas."""
    modele = _modele_de(chemin)
    ecrit = _valeur_ecrite(donnees, chemin)
    return _decrire(modele, chemin, ecrit if isinstance(ecrit, Mapping) else {}, est_saisi=ecrit is not None)


def lister_rangs(donnees: Mapping[str, Any], section: str) -> range:
    """Les rangs d'une liste de blocs, vide si elle n'est pas écrite."""
    blocs = donnees.get(section)
    return range(len(blocs)) if isinstance(blocs, list) else range(0)


def trouver_champ(chemin: Lieu) -> FieldInfo:
    """La définition de la clé à ce chemin. Lève KeyError si le dossier n'en a pas de telle, ou si c'est une section."""
    champ = _modele_de(chemin[:-1]).model_fields[str(chemin[-1])]
    if _modele_interne(champ.annotation) is not None:
        raise KeyError(chemin)
    return champ


def genre_de(cle: str, champ: FieldInfo) -> Genre:
    """Ce qu'on y écrit, d'après son type."""
    bases, marques = types_de(champ), {*champ.metadata, *_marques(champ.annotation)}
    epreuves: tuple[tuple[Genre, bool], ...] = (
        ("secret", cle in _SECRETES),
        ("fichier", _REFUSER_SIGNES in marques),
        ("choix", any(get_origin(forme) is Literal for forme in _formes(champ.annotation))),
        ("montant", _LIRE_MONTANT in marques),
        ("precise", bool in bases and len(bases) > 1),  # oui, non, ou autre chose : une date, une phrase
        ("ouinon", bool in bases),
        ("liste", bool(bases & {tuple, dict})),
        ("date", bases == {dt.date}),
        ("nombre", bool(bases & {Decimal}) or bases == {int}),
    )
    return next((genre for genre, est_le_sien in epreuves if est_le_sien), "texte")


def types_de(champ: FieldInfo) -> frozenset[type]:
    """Les types qu'une clé admet, sans leurs marques."""
    return frozenset(_bases(champ.annotation))


def libelle_de(modele: str, cle: str) -> str:
    """Le nom de la clé pour une personne."""
    libelles = _lire("libelles.toml")
    return str(libelles.get("cles_de", {}).get(modele, {}).get(cle) or libelles["cles"].get(cle, cle))


def libelle_de_valeur(valeur: str) -> str:
    """Le nom d'une valeur d'énumération pour une personne."""
    return str(_lire("libelles.toml")["valeurs"].get(valeur, valeur))


def decrire_voies(donnees: Mapping[str, Any], citees: Collection[str]) -> tuple[Groupe, ...]:
    """Ce qui est propre à chacune de ces voies, dans l'ordre où on les préfère."""
    return tuple(
        decrire_section(donnees, ("procedures", procedure.nom))
        for procedure in lister_procedures()
        if procedure.nom in citees
    )


def _decrire(modele: type[BaseModel], chemin: Lieu, ecrit: Mapping[str, Any], *, est_saisi: bool) -> Groupe:
    champs: list[Champ] = []
    groupes: list[Groupe] = []
    for cle, champ in modele.model_fields.items():
        la, valeur = (*chemin, cle), ecrit.get(cle)
        interne = _modele_interne(champ.annotation)
        if interne is None:
            champs.append(_champ(modele, cle, champ, la, valeur))
        elif _est_liste(champ.annotation):
            blocs = valeur if isinstance(valeur, list) else []
            groupes += [
                _decrire(interne, (*la, rang), bloc if isinstance(bloc, Mapping) else {}, est_saisi=True)
                for rang, bloc in enumerate(blocs)
            ]
        elif interne is not modele:  # un représentant peut être représenté : un seul degré se montre
            contenu = valeur if isinstance(valeur, Mapping) else {}
            groupes.append(_decrire(interne, la, contenu, est_saisi=valeur is not None and not est_vide(valeur)))
    nom = next((str(pas) for pas in reversed(chemin) if isinstance(pas, str)), "")
    return Groupe(chemin, libelle_de(modele.__name__, nom), tuple(champs), tuple(groupes), est_saisi)


def _champ(modele: type[BaseModel], cle: str, champ: FieldInfo, chemin: Lieu, valeur: Any) -> Champ:
    genre = genre_de(cle, champ)
    return Champ(
        chemin,
        libelle_de(modele.__name__, cle),
        _aide_de(modele, cle),
        genre,
        _ecrire(valeur, genre),
        tuple((choix, libelle_de_valeur(choix)) for choix in _choix(champ.annotation)) if genre == "choix" else (),
    )


def _ecrire(valeur: Any, genre: Genre) -> str:
    """La valeur telle que le fichier la porte, pour être relue à l'identique ; un secret ne se montre pas."""
    if valeur is None or genre == "secret":
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, list | tuple):
        return " ; ".join(_ecrire(element, "texte") for element in valeur)
    return str(valeur)


def _aide_de(modele: type[BaseModel], cle: str) -> str:
    for classe in modele.__mro__:
        cles = _lire("cles.toml").get(classe.__name__, {}).get("cles", {})
        if cle in cles:
            return str(cles[cle]["sens"]).replace("`", "")
    return ""


@cache
def _lire(nom: str) -> dict[str, Any]:
    """Un fichier livré avec le paquet : il ne change pas tant que le programme tourne."""
    return tomllib.loads(files("generateur").joinpath("aide", nom).read_text(encoding="utf-8"))


def _valeur_ecrite(donnees: Mapping[str, Any], chemin: Lieu) -> Any:
    valeur: Any = donnees
    for pas in chemin:
        try:
            valeur = valeur[pas]
        except (KeyError, IndexError, TypeError):
            return None
    return valeur


def _modele_de(chemin: Lieu) -> type[BaseModel]:
    """Le modèle de la section à ce chemin. Lève KeyError."""
    modele: type[BaseModel]
    if chemin[:1] == ("procedures",) and len(chemin) > 1:
        complements: dict[str, type[BaseModel]] = {p.nom: p.complement for p in lister_procedures()}
        modele, reste = complements[str(chemin[1])], chemin[2:]
    else:
        modele, reste = Dossier, chemin
    for pas in reste:
        if isinstance(pas, str):
            interne = _modele_interne(modele.model_fields[pas].annotation)
            if interne is None:
                raise KeyError(chemin)
            modele = interne
    return modele


def _formes(annotation: Any) -> Iterator[Any]:
    """Les formes qu'une clé admet, sans leurs marques."""
    if get_origin(annotation) is Annotated:
        yield from _formes(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, types.UnionType}:
        for forme in get_args(annotation):
            yield from _formes(forme)
    elif annotation is not types.NoneType:
        yield annotation


def _bases(annotation: Any) -> Iterator[type]:
    for forme in _formes(annotation):
        origine = get_origin(forme)
        if origine is Literal:
            yield from {type(valeur) for valeur in get_args(forme)}
        else:
            yield origine or forme


def _marques(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    for interne in get_args(annotation):
        yield from _marques(interne)


def _choix(annotation: Any) -> Iterator[str]:
    for forme in _formes(annotation):
        if get_origin(forme) is Literal:
            yield from map(str, get_args(forme))


def _est_liste(annotation: Any) -> bool:
    return any(get_origin(forme) is tuple for forme in _formes(annotation))


def _modele_interne(annotation: Any) -> type[BaseModel] | None:
    """Le modèle d'une section interne ou des éléments d'une liste de sections ; None pour une valeur simple."""
    for forme in _formes(annotation):
        if isinstance(forme, type) and issubclass(forme, BaseModel):
            return forme
        if get_origin(forme) is tuple and (interne := _modele_interne(get_args(forme)[0])):
            return interne
    return None

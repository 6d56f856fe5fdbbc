"""Lecture d'un dossier : choisir le lecteur, valider en un seul endroit, dire tous les défauts à la fois."""

import importlib
import pkgutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

import generateur.lecture
from generateur.domaine.chemins_de_cle import Origines, situer
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Creancier
from generateur.erreurs import ErreurIntrouvable, ErreurLecture, ErreurProfilVide
from generateur.lecture.blocs import BlocIncomplet, completer_natures, suivre_origines, valider
from generateur.lecture.contrat_lecteur import Lecteur, LectureBrute
from generateur.lecture.messages import expliquer, retirer_ligne
from generateur.lecture.synonymes import Lecture, normaliser_synonymes
from generateur.procedures.repertoire import lister_procedures

NOM_DOSSIER = "dossier"
_CLES_DE_DOSSIER = {"reference", "debiteurs", "factures"}  # un profil de créancier n'en a aucune
REPERTOIRE_DES_PROFILS = "creanciers"
SOURCES_A_IMPORTER = "exemples_import"  # des exports et des factures à importer, livrés à côté des dossiers d'exemple
_DE_SORTIE = (".verrou", ".en_cours")  # ce que le programme laisse dans une sortie, même sans rien y publier
# Invisibles qu'un copier-coller apporte et que les actes n'impriment pas : césure, marques d'ordre, liants.
_INOFFENSIFS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


@dataclass(frozen=True)
class DossierLu:
    """Un dossier validé, sa racine, et l'endroit de chaque clé pour les messages."""

    dossier: Dossier
    racine: Path
    source: Path
    origines: Origines
    incomplets: tuple[BlocIncomplet, ...] = ()
    lectures: tuple[Lecture, ...] = ()  # synonymes acceptés
    profil: Path | None = None  # le fichier qui porte le créancier, s'il n'est pas écrit dans le dossier


@cache
def lister_lecteurs() -> dict[str, Lecteur]:
    """Les formats connus, par extension : un module lecture/dossier_<format>.py chacun."""
    noms = sorted(m.name for m in pkgutil.iter_modules(generateur.lecture.__path__))
    modules = [
        cast("Lecteur", importlib.import_module(f"generateur.lecture.{nom}"))
        for nom in noms
        if nom.startswith("dossier_")
    ]
    return {extension: module for module in modules for extension in module.EXTENSIONS}


def trouver_source(chemin: Path) -> Path:
    """Le fichier du dossier : chemin lui-même, ou dossier.toml s'il désigne un répertoire."""
    if chemin.is_file():
        return chemin
    if not chemin.is_dir():
        raise ErreurIntrouvable(
            "ce dossier n'existe pas",
            lieu=str(chemin),
            remede=_retrouver(chemin),
        )
    for extension in lister_lecteurs():
        if (candidat := chemin / f"{NOM_DOSSIER}{extension}").is_file():
            return candidat
    raise ErreurLecture(
        "aucun fichier dossier.toml dans ce répertoire" if any(chemin.iterdir()) else "ce répertoire est vide",
        lieu=str(chemin),
        remede=_reconnaitre(chemin),
    )


def _retrouver(chemin: Path) -> str:
    """La référence seule a été donnée : le dossier est sous dossiers/."""
    voisin = Path("dossiers") / chemin
    if voisin.is_dir():
        return f"Vouliez-vous dire « {voisin.as_posix()} » ?"
    return "Vérifier le chemin, ou créer un dossier avec « generateur nouveau REFERENCE »."


def _reconnaitre(chemin: Path) -> str:
    """Un fichier enregistré sous un autre nom (« dossier.toml.txt »), que Windows montre sans sa fin."""
    if autre := _trouver_mal_nomme(chemin):
        return f"Le fichier s'appelle « {autre} » : l'enregistrer en texte brut sous le nom exact dossier.toml."
    if any(_contient_un_dossier(p) for p in chemin.iterdir()):
        return f"Ce répertoire contient lui-même des dossiers : « generateur lot {chemin} » les produit."
    return (
        "Donner le répertoire d'un seul dossier, en créer un avec « generateur nouveau REFERENCE », "
        "ou produire tous ceux d'un répertoire avec « generateur lot »."
    )


def _trouver_mal_nomme(chemin: Path) -> str:
    """« dossier.toml.txt », « Dossier.toml » ou, à défaut, un fichier qui a les clés d'un dossier."""
    fichiers = sorted(p.name for p in chemin.iterdir() if p.is_file())
    if autre := next((nom for nom in fichiers if nom.casefold().startswith(f"{NOM_DOSSIER}.")), ""):
        return autre
    return next((nom for nom in fichiers if _ressemble_a_un_dossier(chemin / nom)), "")


def _ressemble_a_un_dossier(fichier: Path) -> bool:
    lecteur = lister_lecteurs().get(fichier.suffix.lower())
    try:
        return lecteur is not None and bool(_CLES_DE_DOSSIER & lecteur.lire(fichier).donnees.keys())
    except ErreurLecture:
        return True  # illisible : mieux vaut le dire que le taire


def lister_dossiers(source: Path, sauf: Path | None = None) -> list[Path]:
    """Le dossier lui-même, ou chaque sous-répertoire, par nom, même s'il y manque un dossier.toml lisible.

    Un répertoire écarté sans un mot serait un dossier oublié. Seuls restent dehors les répertoires cachés, `sauf` et
    toute autre sortie du programme, et ceux qui ne portent que des profils de créanciers. Lève ErreurLecture si rien
    n'est là.
    """
    if source.is_file() or _contient_un_dossier(source):
        return [source]
    exclu = _identifier(sauf)
    trouves = sorted(p for p in source.iterdir() if p.is_dir() and _pourrait_etre(p, exclu)) if source.is_dir() else []
    if not trouves:
        raise ErreurLecture(
            "aucun dossier ici",
            lieu=str(source),
            remede=_reconnaitre(source)
            if source.is_dir() and _trouver_mal_nomme(source)
            else "Donner un répertoire dont les sous-répertoires contiennent un dossier.toml.",
        )
    return trouves


def trouver_dossier(source: Path, nom: str, sauf: Path | None = None) -> Path | None:
    """Celui de ce nom parmi ceux de `lister_dossiers`, sans les regarder tous ; un nom ne mène jamais ailleurs."""
    if source.is_file() or _contient_un_dossier(source):
        return source if source.name == nom else None
    chemin = source / nom
    est_la = source.is_dir() and any(p.name == nom for p in source.iterdir()) and chemin.is_dir()
    return chemin if est_la and _pourrait_etre(chemin, _identifier(sauf)) else None


def _identifier(chemin: Path | None) -> tuple[int, int] | None:
    """Ce qui désigne un répertoire sous tous ses noms ; None s'il n'est pas là."""
    try:
        etat = chemin.stat() if chemin is not None else None
    except OSError:
        return None
    return (etat.st_dev, etat.st_ino) if etat is not None else None


def _pourrait_etre(chemin: Path, exclu: tuple[int, int] | None) -> bool:
    if chemin.name.startswith(".") or (exclu is not None and _identifier(chemin) == exclu):
        return False
    if _contient_un_dossier(chemin):
        return True
    return (
        chemin.name != SOURCES_A_IMPORTER
        and not any((chemin / nom).exists() for nom in _DE_SORTIE)
        and not _ne_porte_que_des_profils(chemin)
    )


def _ne_porte_que_des_profils(chemin: Path) -> bool:
    """Vrai pour un répertoire comme creanciers/ : ni sous-répertoire, ni fichier qui ressemble à un dossier."""
    if _trouver_mal_nomme(chemin) or any(p.is_dir() and not p.name.startswith(".") for p in chemin.iterdir()):
        return False
    return chemin.name == REPERTOIRE_DES_PROFILS or any(p.suffix.lower() in lister_lecteurs() for p in chemin.iterdir())


def _contient_un_dossier(chemin: Path) -> bool:
    return chemin.is_dir() and any((chemin / f"{NOM_DOSSIER}{e}").is_file() for e in lister_lecteurs())


def lire_dossier(chemin: Path) -> DossierLu:
    """Lit et valide un dossier. Lève ErreurLecture avec tous les défauts et leur endroit."""
    source = trouver_source(chemin)
    lecteur = lister_lecteurs().get(source.suffix.lower())
    if lecteur is None:
        raise ErreurLecture(
            f"le format « {source.suffix or source.name} » n'est pas lu",
            lieu=str(source),
            remede=f"Formats lus : {', '.join(lister_lecteurs())}.",
        )
    brute = lecteur.lire(source)
    donnees = _normaliser(brute.donnees, (), brute.origines)
    profil = None
    if isinstance(donnees.get("creancier"), str):
        profil = source.parent / donnees["creancier"]
        brute, donnees = _joindre_profil(source, brute, donnees)
    donnees, lectures = normaliser_synonymes(donnees, Dossier)
    donnees = completer_natures(donnees)
    donnees, des_procedures = _valider_complements(source, donnees, brute.origines)
    try:
        dossier, _, incomplets = valider(Dossier, donnees)
    except ValidationError as erreur:
        raise _rassembler(source, expliquer(erreur, Dossier, brute.origines)) from erreur
    incomplets = (*incomplets, *des_procedures)
    origines = suivre_origines(brute.origines, incomplets)
    return DossierLu(dossier, source.parent, source, origines, incomplets, lectures, profil)


def lire_profil(profil: Path) -> Creancier:
    """Le créancier d'un fichier de profil, validé. Lève ErreurLecture avec tous les défauts et leur endroit."""
    lecteur = lister_lecteurs().get(profil.suffix.lower())
    if lecteur is None or not profil.is_file():
        raise ErreurLecture(
            "ce profil de créancier est introuvable",
            lieu=str(profil),
            remede="Donner un fichier .toml qui porte les clés du bloc [creancier].",
        )
    lu = lecteur.lire(profil)
    saisie, _ = normaliser_synonymes(lu.donnees.get("creancier", lu.donnees), Creancier)
    donnees = completer_natures({"creancier": saisie})["creancier"]
    try:
        return valider(Creancier, donnees)[0]
    except ValidationError as erreur:
        raise _rassembler(profil, expliquer(erreur, Creancier, lu.origines)) from erreur


def citer_profil(chemin: Path) -> Path | None:
    """Le profil de créancier que le dossier cite, qu'il existe ou non, sans rien valider d'autre."""
    try:
        source = trouver_source(chemin)
        lecteur = lister_lecteurs().get(source.suffix.lower())
        cite = lecteur.lire(source).donnees.get("creancier") if lecteur else None
    except ErreurLecture:
        return None
    return source.parent / cite if isinstance(cite, str) else None


def lire_reference(chemin: Path) -> str:
    """La référence saisie, sans rien valider d'autre ; vide si elle ne se lit pas."""
    try:
        source = trouver_source(chemin)
        lecteur = lister_lecteurs().get(source.suffix.lower())
        reference = lecteur.lire(source).donnees.get("reference") if lecteur else None
    except ErreurLecture:
        return ""
    return reference if isinstance(reference, str) else ""


def _rassembler(source: Path, defauts: list[tuple[str, str]]) -> ErreurLecture:
    if len(defauts) == 1:
        lieu, phrase = defauts[0]
        erreur = ErreurLecture(phrase, lieu=lieu or source.name, remede="Corriger cette clé puis relancer.")
    else:
        lignes = "\n".join(f"  - {lieu} : {phrase}" if lieu else f"  - {phrase}" for lieu, phrase in defauts)
        erreur = ErreurLecture(
            f"{len(defauts)} défauts dans le fichier :\n{lignes}",
            lieu=source.name,
            remede="Corriger ces clés puis relancer ; « generateur aide cles-du-dossier » décrit chacune d'elles.",
        )
    erreur.defauts = tuple((retirer_ligne(lieu), phrase) for lieu, phrase in defauts)
    return erreur


def _normaliser(valeur: Any, lieu: tuple[str | int, ...], origines: Origines) -> Any:
    """Textes en NFC (deux « é » ne sont pas deux lettres) et sans caractère qui trompe à l'impression."""
    if isinstance(valeur, Mapping):
        return {cle: _normaliser(v, (*lieu, cle), origines) for cle, v in valeur.items()}
    if isinstance(valeur, list):
        return [_normaliser(v, (*lieu, rang), origines) for rang, v in enumerate(valeur)]
    if isinstance(valeur, str):
        if fautif := next((c for c in valeur if _trompe(c)), None):
            genre = "de commande" if unicodedata.category(fautif) == "Cc" else "invisible"
            raise ErreurLecture(
                f"caractère {genre} interdit (U+{ord(fautif):04X}) dans un texte",
                lieu=situer(lieu, origines),
                remede="Dans un chemin, écrivez « / » : « \\b », « \\f » ou « \\r » est lu comme un signe de commande."
                if genre == "de commande"
                else "Retaper ce texte sans copier de caractère invisible.",
            )
        return unicodedata.normalize("NFC", valeur)
    return valeur


def _trompe(caractere: str) -> bool:
    """Caractère de commande ou de mise en forme : il renverse, cache ou annote ce qui s'imprime."""
    categorie = unicodedata.category(caractere)
    return (categorie == "Cc" and caractere not in "\n\t") or (categorie == "Cf" and caractere not in _INOFFENSIFS)


def _joindre_profil(source: Path, brute: LectureBrute, donnees: dict[str, Any]) -> tuple[LectureBrute, dict[str, Any]]:
    """Remplace creancier = "../creanciers/x.toml" par le contenu du profil, voisin du dossier."""
    lieu = situer(("creancier",), brute.origines)
    racine = source.parent.resolve()  # « . » n'a pas de parent tant qu'il n'est pas résolu
    profil = (racine / donnees["creancier"]).resolve()
    if not profil.is_relative_to(racine.parent):
        raise ErreurLecture(
            f"le profil « {donnees['creancier']} » est trop loin du dossier",
            lieu=lieu,
            remede='Le placer à côté des dossiers, par exemple creancier = "../creanciers/atelier.toml".',
        )
    if profil.suffix.lower() not in lister_lecteurs() or not profil.is_file():
        raise ErreurLecture(
            f"le profil « {donnees['creancier']} » est introuvable",
            lieu=lieu,
            remede="Vérifier le nom du fichier, ou écrire la section [creancier] dans le dossier.",
        )
    lu = lister_lecteurs()[profil.suffix.lower()].lire(profil)
    contenu = lu.donnees.get("creancier", lu.donnees)
    if isinstance(contenu, Mapping) and not any(contenu.get(cle) for cle in ("denomination", "nom")):
        raise ErreurProfilVide(
            "le profil du créancier n'est pas rempli : il n'y a pas son nom",
            lieu=str(donnees["creancier"]),
            remede='Y écrire au moins denomination = "…" (ou nom = "…" pour une personne) ; tous les dossiers qui le '
            "citent s'en serviront.",
        )
    origines = {("creancier", *cle): endroit for cle, endroit in lu.origines.items()}
    fusion = {**donnees, "creancier": _normaliser(contenu, ("creancier",), origines)}
    return LectureBrute(fusion, {**brute.origines, **origines}), fusion


def _valider_complements(
    source: Path, donnees: dict[str, Any], origines: Origines
) -> tuple[dict[str, Any], tuple[BlocIncomplet, ...]]:
    """Valide [procedures.<nom>] par le complément de chaque procédure ; rend les données sans les blocs incomplets."""
    saisies = donnees.get("procedures")
    if not isinstance(saisies, dict):
        return donnees, ()  # absente, ou d'une forme que le dossier refusera
    procedures = {procedure.nom: procedure for procedure in lister_procedures()}
    defauts: list[tuple[str, str]] = []
    gardees: dict[str, Any] = {}
    incomplets: list[BlocIncomplet] = []
    for nom, contenu in saisies.items():
        lieu = ("procedures", nom)
        if nom not in procedures:
            connues = ", ".join(sorted(procedures))
            defauts.append((situer(lieu, origines), f"procédure inconnue « {nom} » ; connues : {connues}"))
            continue
        modele: type[BaseModel] = procedures[nom].complement
        try:
            valide, _, manques = valider(modele, contenu, lieu)
            gardees[nom] = valide.model_dump(exclude_unset=True)  # typées : un chemin y est un chemin
            incomplets += manques
        except ValidationError as erreur:
            defauts += expliquer(erreur, modele, origines, lieu)
    if defauts:
        raise _rassembler(source, defauts)
    return {**donnees, "procedures": gardees}, tuple(incomplets)

"""Modifier le texte d'un dossier.toml : commentaires, ordre et blancs gardés, et rien d'autre ne bouge.

tomlkit édite, tomllib contrôle : il lui arrive de déplacer un commentaire, de réordonner des blocs interrompus ou
d'avaler une clé pointée. Après chaque édition, le fichier relu doit valoir exactement ce qu'on attend et garder ses
lignes dans l'ordre ; sinon le bloc est inséré par nous à la fin, ou l'édition est refusée.
"""

import copy
import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomlkit
import tomlkit.items
from tomlkit.exceptions import TOMLKitError

from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurDossier
from generateur.lecture.dossier_toml import reperer_rangs

_BOM = "\ufeff"
_TETE = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)\s*(?:\.[^\]]*)?\]\]?")
_CLE = re.compile(r"[A-Za-z0-9_.\"-]+\s*=")
_EXACTE = re.compile(r"\s*\[\[?\s*[A-Za-z0-9_-]+\s*\]\]?\s*(?:#.*)?$")


@dataclass(frozen=True)
class Etat:
    """Le fichier tel qu'il a été lu : son texte, et ce qu'il vaut."""

    fichier: Path
    texte: str
    donnees: dict[str, Any]


def lire_etat(fichier: Path) -> Etat:
    """Lit le fichier à modifier. Lève ErreurDossier s'il n'est pas lisible (le lecteur dira mieux pourquoi)."""
    try:
        texte = fichier.read_bytes().decode("utf-8")
        return Etat(fichier, texte, tomllib.loads(texte.removeprefix(_BOM), parse_float=Decimal))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as erreur:
        raise ErreurDossier(
            "ce fichier ne peut pas être modifié : il ne se lit pas",
            lieu=str(fichier),
            remede=f"« generateur verifier {fichier.parent} » dit la ligne en cause.",
        ) from erreur


def relire_etat(etat: Etat, texte: str) -> Etat:
    """Le même fichier, tel que ce texte le ferait ; rien n'est écrit. Le texte vient d'être contrôlé."""
    return Etat(etat.fichier, texte, tomllib.loads(texte.removeprefix(_BOM), parse_float=Decimal))


def modifier(etat: Etat, editions: Sequence[Pose | Ajout]) -> str:
    """Le nouveau texte, contrôlé, sans rien écrire. Lève ErreurDossier si l'édition ne peut pas être sûre."""
    texte = etat.texte
    for edition in editions:
        texte = _editer(etat.fichier, texte, edition)
    return texte


def _editer(fichier: Path, texte: str, edition: Pose | Ajout) -> str:
    marque, nu = (_BOM, texte[1:]) if texte.startswith(_BOM) else ("", texte)
    try:
        attendu = _appliquer(tomllib.loads(nu, parse_float=Decimal), edition)
    except (TypeError, AttributeError, IndexError, KeyError) as erreur:  # la section est un texte, ou n'a pas ce rang
        raise _refuser(fichier, edition) from erreur
    for essai in (_par_remplacement, _par_insertion, _en_tete, _par_table_en_ligne, _par_tomlkit, _a_la_fin):
        nouveau = essai(nu, edition)
        if nouveau is not None and _est_sur(nu, nouveau, attendu, edition):
            return marque + nouveau
    raise _refuser(fichier, edition)


def _refuser(fichier: Path, edition: Pose | Ajout) -> ErreurDossier:
    return ErreurDossier(
        f"cette modification ({_nommer(edition)}) ne peut pas s'écrire sans toucher au reste du fichier",
        lieu=str(fichier),
        remede="L'écrire à la main :\n" + ecrire_edition(edition),
    )


def ecrire_edition(edition: Pose | Ajout) -> str:
    """Le texte TOML à coller pour faire la même chose à la main."""
    if isinstance(edition, Ajout):
        return _ecrire_bloc(edition)
    cle = ".".join(str(pas) for pas in edition.chemin if isinstance(pas, str))
    return f"{cle} = {_ecrire_valeur(edition.valeur)}"


def _nommer(edition: Pose | Ajout) -> str:
    return f"[[{edition.section}]]" if isinstance(edition, Ajout) else ".".join(map(str, edition.chemin))


def _appliquer(donnees: dict[str, Any], edition: Pose | Ajout) -> dict[str, Any]:
    """Ce que le fichier doit valoir une fois modifié."""
    voulu = copy.deepcopy(donnees)
    if isinstance(edition, Ajout):
        voulu.setdefault(edition.section, []).append(_simplifier(edition.valeurs))
        return voulu
    lieu: Any = voulu
    for pas in edition.chemin[:-1]:
        lieu = lieu.setdefault(pas, {}) if isinstance(pas, str) else lieu[pas]
    lieu[edition.chemin[-1]] = _simplifier(edition.valeur)
    return voulu


def _simplifier(valeur: Any) -> Any:
    """La valeur telle que tomllib la rend ; un montant s'écrit en texte, jamais en flottant."""
    if isinstance(valeur, Decimal):
        return f"{valeur:.2f}"
    if isinstance(valeur, Mapping):
        return {cle: _simplifier(v) for cle, v in valeur.items() if v is not None}
    if isinstance(valeur, list | tuple):
        return [_simplifier(v) for v in valeur]
    return valeur


def _par_insertion(texte: str, edition: Pose | Ajout) -> str | None:
    """À sa place : un bloc après le dernier des siens, une clé nouvelle après la dernière de sa section."""
    lignes = texte.splitlines(keepends=True)
    section = edition.section if isinstance(edition, Ajout) else str(edition.chemin[0])
    tetes = [rang for rang, ligne in enumerate(lignes) if _est_tete_de(ligne, section)]
    if isinstance(edition, Ajout):
        ajout = "\n" + _ecrire_bloc(edition)
    else:
        rang = edition.chemin[1] if len(edition.chemin) > 1 else None
        suite = edition.chemin[2:] if isinstance(rang, int) else edition.chemin[1:]
        exactes = [tete for tete in tetes if _EXACTE.match(lignes[tete])]
        tetes = exactes[rang : rang + 1] if isinstance(rang, int) else exactes[:1]
        if not suite or not all(isinstance(pas, str) for pas in suite):
            return None
        ajout = f"{'.'.join(map(str, suite))} = {_ecrire_valeur(edition.valeur)}\n"
    if not tetes:
        return None
    apres = tetes[-1] + 1
    while apres < len(lignes) and not lignes[apres].lstrip().startswith("["):
        apres += 1
    while not lignes[apres - 1].strip() or lignes[apres - 1].lstrip().startswith("#"):
        apres -= 1  # un commentaire qui précède une autre section lui appartient
    fin = "\r\n" if "\r\n" in texte else "\n"
    avant = "".join(lignes[:apres])
    return avant + ("" if avant.endswith("\n") else fin) + ajout.replace("\n", fin) + "".join(lignes[apres:])


def _en_tete(texte: str, edition: Pose | Ajout) -> str | None:
    """En haut du fichier : une clé hors de toute section, après la dernière des siennes."""
    if isinstance(edition, Ajout) or len(edition.chemin) != 1:
        return None
    lignes = texte.splitlines(keepends=True)
    apres = next((rang for rang, ligne in enumerate(lignes) if ligne.lstrip().startswith("[")), len(lignes))
    while apres and (not lignes[apres - 1].strip() or lignes[apres - 1].lstrip().startswith("#")):
        apres -= 1
    if not apres:
        return None
    fin = "\r\n" if "\r\n" in texte else "\n"
    avant = "".join(lignes[:apres])
    ajout = f"{edition.chemin[0]} = {_ecrire_valeur(edition.valeur)}{fin}"
    return avant + ("" if avant.endswith("\n") else fin) + ajout + "".join(lignes[apres:])


def _est_tete_de(ligne: str, section: str) -> bool:
    """Vrai pour « [section] », « [[section]] » et leurs sous-sections."""
    trouvee = _TETE.match(ligne)
    return trouvee is not None and trouvee[1] == section


def _par_remplacement(texte: str, edition: Pose | Ajout) -> str | None:
    """Sur sa ligne : la valeur d'une clé qui en occupe une seule, son commentaire gardé."""
    if isinstance(edition, Ajout):
        return None
    rang = reperer_rangs(texte).get(edition.chemin)
    lignes = texte.splitlines(keepends=True)
    if rang is None or rang > len(lignes):
        return None
    ligne = lignes[rang - 1]
    gauche, egal, droite = ligne.partition("=")
    for coupe in (*(place for place, signe in enumerate(droite) if signe == "#"), len(droite.rstrip())):
        valeur = droite[:coupe].rstrip()
        try:
            tomllib.loads(f"valeur ={valeur}")
        except tomllib.TOMLDecodeError:
            continue
        blanc = droite[: len(droite) - len(droite.lstrip())]
        lignes[rang - 1] = f"{gauche}{egal}{blanc}{_ecrire_valeur(edition.valeur)}{droite[len(valeur) :]}"
        return "".join(lignes)
    return None


def _par_table_en_ligne(texte: str, edition: Pose | Ajout) -> str | None:
    """Une clé de plus dans « adresse = { … } » : la table entière est réécrite sur sa ligne."""
    if isinstance(edition, Ajout) or len(edition.chemin) < 2:  # noqa: PLR2004 (table, clé)
        return None
    table: Any = tomllib.loads(texte, parse_float=Decimal)
    try:
        for pas in edition.chemin[:-1]:
            table = table[pas]
    except (KeyError, IndexError, TypeError):
        return None
    if not isinstance(table, dict):
        return None
    return _par_remplacement(texte, Pose(edition.chemin[:-1], {**table, str(edition.chemin[-1]): edition.valeur}))


def _par_tomlkit(texte: str, edition: Pose | Ajout) -> str | None:
    try:
        document = tomlkit.parse(texte)
        if isinstance(edition, Ajout):
            blocs = document[edition.section]
            if not isinstance(blocs, tomlkit.items.Array):
                return None
            bloc = tomlkit.inline_table()
            bloc.update(_simplifier(edition.valeurs))
            blocs.append(bloc)  # factures = [ { … } ], sur une seule clé
            return tomlkit.dumps(document)
        lieu: Any = document
        for pas in edition.chemin[:-1]:
            if isinstance(pas, str) and pas not in lieu:
                lieu[pas] = tomlkit.table() if lieu is document else tomlkit.inline_table()
            lieu = lieu[pas]
        lieu[edition.chemin[-1]] = tomlkit.item(_simplifier(edition.valeur))
        return tomlkit.dumps(document)
    except (TOMLKitError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        return None


def _a_la_fin(texte: str, edition: Pose | Ajout) -> str | None:
    """En fin de fichier : un bloc, ou une clé dont la section n'existe pas encore."""
    fin = "\r\n" if "\r\n" in texte else "\n"
    if isinstance(edition, Ajout):
        bloc = _ecrire_bloc(edition)
    elif len(edition.chemin) == 2 and isinstance(edition.chemin[0], str):  # noqa: PLR2004 (section, clé)
        section, cle = edition.chemin
        bloc = f"[{section}]\n{cle} = {_ecrire_valeur(edition.valeur)}\n"
    else:
        return None
    return texte + ("" if not texte or texte.endswith("\n") else fin) + fin + bloc.replace("\n", fin)


def _ecrire_bloc(edition: Ajout) -> str:
    lignes = [f"{cle} = {_ecrire_valeur(v)}" for cle, v in edition.valeurs.items() if v is not None]
    return "\n".join((f"[[{edition.section}]]", *lignes, ""))


def _ecrire_valeur(valeur: Any) -> str:
    simple = _simplifier(valeur)
    if isinstance(simple, Mapping):
        return "{ " + ", ".join(f"{cle} = {_ecrire_valeur(v)}" for cle, v in simple.items()) + " }"
    if isinstance(simple, list):
        return "[" + ", ".join(_ecrire_valeur(v) for v in simple) + "]"
    if isinstance(simple, dt.date):
        return simple.isoformat()
    if isinstance(simple, bool):
        return "true" if simple else "false"
    return str(tomlkit.item(simple).as_string())


def _est_sur(ancien: str, nouveau: str, attendu: dict[str, Any], edition: Pose | Ajout) -> bool:
    """Vrai si le fichier vaut ce qu'on attend, et si rien n'y a bougé hors de la clé modifiée."""
    try:
        if tomllib.loads(nouveau, parse_float=Decimal) != attendu:
            return False
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return False
    avant, apres = ancien.splitlines(), nouveau.splitlines()
    debut = _communes(avant, apres)
    fin = _communes(avant[debut:][::-1], apres[debut:][::-1])
    retirees = avant[debut : len(avant) - fin]
    if not any(ligne.strip() for ligne in retirees):
        return True
    if len(retirees) > 1:  # une valeur sur plusieurs lignes se remplace d'un bloc ; deux clés, jamais
        suites = [ligne.strip() for ligne in retirees[1:]]
        if isinstance(edition, Ajout) or any(_CLE.match(ligne) or ligne.startswith("[[") for ligne in suites):
            return False
    commentaires = [ligne.partition("#")[2] for ligne in retirees if "#" in ligne]
    return all(commentaire in nouveau for commentaire in commentaires)


def _communes(un: Sequence[str], autre: Sequence[str]) -> int:
    """Combien de lignes les deux ont en commun depuis le début."""
    return next((rang for rang, (a, b) in enumerate(zip(un, autre, strict=False)) if a != b), min(len(un), len(autre)))

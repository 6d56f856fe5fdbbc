"""Fabrique la table des anciennes communes (`generateur/droit/ressorts/anciennes_communes.tsv`).

Usage, à la racine du dépôt : `python -m tests.outils.fabriquer_anciennes_communes ANNEE=REPERTOIRE…`, un répertoire
par millésime du code officiel géographique (paquet public `decoupage-administratif`, Licence Ouverte 2.0), du plus
ancien au plus récent. Le plus ancien porte aussi l'historique de l'Insee depuis 1943
(`historique-communes.json`), qui date les fusions jusqu'à lui ; au-delà, un changement est daté du 1er janvier
du premier millésime qui le montre. Rejouer à chaque millésime.
"""

import itertools
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generateur.droit.juridictions import TABLE_ANCIENNES, normaliser

Fiche = Mapping[str, Any]
Ancienne = tuple[str, str, str, str, str]  # code actuel, nom, code ancien, date, statut

DELEGUEE, ASSOCIEE, FUSIONNEE, RENOMMEE = "commune déléguée", "commune associée", "commune fusionnée", "ancien nom"
STATUTS = {"commune-deleguee": DELEGUEE, "commune-associee": ASSOCIEE}
ALIAS = {("59350", "Hellemmes-Lille"): "Hellemmes"}  # nom d'usage, plus court que celui du code géographique


def lire(repertoire: Path, nom: str) -> list[Fiche]:
    """Une liste du millésime ; vide si le fichier n'y est pas."""
    fichier = repertoire / nom
    return json.loads(fichier.read_text("utf-8")) if fichier.is_file() else []


def rattacher(millesimes: Mapping[int, list[Fiche]], historique: list[Fiche]) -> dict[str, str]:
    """Pour chaque code disparu, celui de la commune actuelle ; un code passé à plusieurs communes est écarté."""
    actuelles = {f["code"] for f in millesimes[max(millesimes)] if f["type"] == "commune-actuelle"}
    suites: dict[str, str] = {}
    par_id = {f["id"]: f for f in historique}
    for fiche in sorted(historique, key=lambda f: f.get("dateDebut", "")):
        pole = fiche.get("pole")
        if pole:
            suites[fiche["code"]] = pole.split("-")[1].split("@")[0]
        elif fiche["type"] == "COM":
            suivant = par_id.get(fiche.get("successeur", ""), fiche)
            if suivant["code"] != fiche["code"]:  # changement de code ou de département
                suites[fiche["code"]] = suivant["code"]
    for _, fiches in sorted(millesimes.items()):
        suites |= {f["code"]: f["chefLieu"] for f in fiches if f["type"] in STATUTS}
        for f in fiches:
            suites |= {ancien: f["code"] for ancien in f.get("anciensCodes", ()) if f["type"] == "commune-actuelle"}
    return {code: fin for code in suites if (fin := _suivre(code, suites, actuelles))}


def _suivre(code: str, suites: Mapping[str, str], actuelles: set[str]) -> str:
    vus = set()
    while code not in actuelles and code in suites and code not in vus:
        vus.add(code)
        code = suites[code]
    return code if code in actuelles else ""


def relever(millesimes: Mapping[int, list[Fiche]], historique: list[Fiche]) -> Iterator[Ancienne]:
    """Toutes les anciennes communes, avec le nom qu'elles portaient."""
    derniere = max(millesimes)
    noms = {f["code"]: f["nom"] for f in millesimes[derniere] if f["type"] == "commune-actuelle"}
    suites = rattacher(millesimes, historique)
    dates = dater(millesimes, historique)
    statuts = {f["code"]: STATUTS[f["type"]] for f in millesimes[derniere] if f["type"] in STATUTS}
    portes = {(f["code"], f["nom"]) for f in historique}
    portes |= {(f["code"], f["nom"]) for fiches in millesimes.values() for f in fiches}
    for code, nom in sorted(portes):
        actuelle = code if code in noms else suites.get(code, "")
        if not actuelle or normaliser(nom) == normaliser(noms[actuelle]) or "arrondissement" in nom.casefold():
            continue
        statut = statuts.get(code, RENOMMEE if code in noms else FUSIONNEE)
        yield actuelle, nom, code, dates.get((code, nom), ""), statut
        if alias := ALIAS.get((actuelle, nom)):
            yield actuelle, alias, code, dates.get((code, nom), ""), statut


def dater(millesimes: Mapping[int, list[Fiche]], historique: list[Fiche]) -> dict[tuple[str, str], str]:
    """Jour où le nom a cessé d'être celui d'une commune, le plus récent s'il y en a plusieurs."""
    dates: dict[tuple[str, str], str] = {}
    for fiche in historique:
        if fiche["type"] == "COM" and "dateFin" in fiche:
            repere = (fiche["code"], fiche["nom"])
            dates[repere] = max(dates.get(repere, ""), fiche["dateFin"])
    annees = sorted(millesimes)
    for avant, apres in itertools.pairwise(annees):
        restes = {(f["code"], f["nom"]) for f in millesimes[apres] if f["type"] == "commune-actuelle"}
        for f in millesimes[avant]:
            if f["type"] == "commune-actuelle" and (f["code"], f["nom"]) not in restes:
                dates[f["code"], f["nom"]] = f"{apres}-01-01"
    return dates


def principal(arguments: list[str]) -> None:
    """Écrit la table et dit combien de lignes elle a."""
    repertoires = {int(annee): Path(chemin) for annee, _, chemin in (a.partition("=") for a in arguments)}
    millesimes = {annee: lire(chemin, "communes.json") for annee, chemin in repertoires.items()}
    historique = [f for chemin in repertoires.values() for f in lire(chemin, "historique-communes.json")]
    relevees = {(ligne[0], ligne[1]): ligne for ligne in sorted(relever(millesimes, historique), key=lambda a: a[3])}
    lignes = sorted(relevees.values())  # un même nom deux fois dans la même commune : le plus récent
    cible = Path("generateur/droit/ressorts") / TABLE_ANCIENNES
    cible.write_text("".join("\t".join(ligne) + "\n" for ligne in lignes), encoding="utf-8")
    print(f"{cible} : {len(lignes)} anciennes communes")  # noqa: T201 (outil)


if __name__ == "__main__":
    principal(sys.argv[1:])

"""Fabrique la table compacte des ressorts (`generateur/droit/ressorts/communes.z`).

Usage, à la racine du dépôt : `python -m tests.outils.fabriquer_juridictions DONNEES`, où DONNEES contient les
relevés publics (`communes_juridictions.csv.gz`, `adresses_juridictions.json`, `tae.json`). Rejouer après
chaque nouvelle liste du ministère, puis mettre à jour `communes.toml` (date, nombre de communes).

Les sièges des relevés sont en capitales sans accents : leur graphie est reprise des noms de communes.
Une adresse dont le code postal n'est pas du département du siège, ou sans voie, est écartée.
Une seule source non contredite vaut « certaine » ; un conflit, ou aucun greffe nommé, « a_confirmer ».
"""

import csv
import gzip
import json
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from generateur.droit.juridictions import ENTETE_COMMUNES, ENTETE_RESSORTS, TABLE_COMMUNES, normaliser

Ligne = Mapping[str, str]

# Graphies que les noms de communes ne donnent pas (anciens noms, noms propres à la juridiction).
GRAPHIES = {
    "BRIEY": "Val de Briey",
    "BRIVE": "Brive-la-Gaillarde",
    "CHERBOURG": "Cherbourg-en-Cotentin",
    "EVRY": "Évry-Courcouronnes",
    "LILLE METROPOLE": "Lille Métropole",
    "ROMANS": "Romans-sur-Isère",
    "SAINT PIERRE (TGI)": "Saint-Pierre-et-Miquelon",
    "SAINT-DENIS-DE-LA-REUNION": "Saint-Denis-de-La-Réunion",
    "SAINT-PIERRE-DE-LA-REUNION": "Saint-Pierre-de-La-Réunion",
    "VILLEFRANCHE-TARARE": "Villefranche-Tarare",
}
CORRECTIONS = (
    ("d'Epinal", "d'Épinal"),
    ("d'Etampes", "d'Étampes"),
    ("d'Evreux", "d'Évreux"),
    ("d'Haguenau", "de Haguenau"),
    ("Cayenne à St Laurent du Maroni", "Saint-Laurent-du-Maroni"),
    ("de-La Réunion", "de-La-Réunion"),
    ("Saint-Benoit", "Saint-Benoît"),
    ("Saint-Etienne", "Saint-Étienne"),
    ("St Gaudens", "Saint-Gaudens"),
    ("Tribunal de commerce Bordeaux", "Tribunal de commerce de Bordeaux"),
    ("Sucy en Brie", "Sucy-en-Brie"),
    ("Cour d'Appel", "Cour d'appel"),
    ("Tribunal Supérieur d'Appel", "Tribunal supérieur d'appel"),
    ("Tribunal de Première Instance", "Tribunal de première instance"),
)
ANNUAIRE = {"de Saint-Denis": "Saint-Denis-de-La-Réunion"}  # noms plus courts dans l'annuaire
SIEGES_ANCIENS = {"EVRY": "Évry", "ST OUEN": "Saint-Ouen-sur-Seine"}  # ce que l'annuaire écrit encore
TYPES = {"TC": "Tribunal de commerce", "TMC": "Tribunal mixte de commerce"}
FAMILLES = {"judiciaire": "tj", "de commerce": "commerce", "de proximité": "proximite"}
CHAMBRE = "Chambre commerciale du tribunal judiciaire"


SIGLES = {"BP", "CS", "VII"}
MOTS_COURANTS = {
    "ALLEE", "AVENUE", "BD", "BIS", "BOULEVARD", "CENTRE", "CHEMIN", "COURS", "DE", "DES", "DU", "ESPLANADE", "ET",
    "FAUBOURG", "IMPASSE", "LA", "LE", "LES", "PARC", "PASSAGE", "PLACE", "QUAI", "ROUTE", "RUE", "SQUARE", "AUX",
    "D", "L", "ER", "EME", "ERE", "AU", "SUR", "EN", "DEUXIEME",
}  # fmt: skip
MOTS_ACCENTUES = {
    "ABELARD": "Abélard", "ALLEE": "allée", "AMERIQUE": "Amérique", "ANDRE": "André", "ARENES": "Arènes",
    "ARMEE": "Armée", "CHATEAU": "Château", "CITE": "Cité", "CLEMENT": "Clément", "COMEDIE": "Comédie",
    "CREVECOEUR": "Crèvecœur", "DENTELLIERES": "Dentellières", "DESIRE": "Désiré", "DEUXIEME": "deuxième",
    "EBOUE": "Éboué", "EMILAND": "Émiland", "EMILE": "Émile", "EMILIEN": "Émilien", "ETATS": "États",
    "ETIGNY": "Étigny", "ETOILE": "Étoile", "EUGENE": "Eugène", "EVECHE": "Évêché", "FELIX": "Félix",
    "FRANCOIS": "François", "FRERES": "Frères", "FUSILLES": "Fusillés", "GENERAL": "Général", "GENES": "Gênes",
    "GL": "Général", "GUENA": "Guéna", "HEON": "Héon", "HOTEL": "Hôtel", "JAURES": "Jaurès",
    "JOSEPHINE": "Joséphine", "LAPEROUSE": "Lapérouse", "LEANDRE": "Léandre", "LEGER": "Léger", "LEGION": "Légion",
    "LEON": "Léon", "LIBERATION": "Libération", "LIBERTE": "Liberté", "MAITRE": "Maître", "MARCHE": "Marché",
    "MARECHAL": "Maréchal", "MAZIERES": "Mazières", "MENDES": "Mendès", "MOUNIE": "Mounié",
    "PENITENTS": "Pénitents", "PERE": "Père", "PERI": "Péri", "PREFECTURE": "Préfecture",
    "PRESIDENT": "Président", "PROFESSSEUR": "Professeur", "RECOLLETS": "Récollets", "RENE": "René",
    "RENEE": "Renée", "REPUBLIQUE": "République", "RESISTANCE": "Résistance", "SEMARD": "Sémard",
    "TCHEQUE": "Tchèque", "THEATRE": "Théâtre", "LT": "Lieutenant", "BD": "boulevard", "ST": "Saint",
    "1ER": "1er", "1ERE": "1re", "2EME": "2e",
}  # fmt: skip


def complement_du_nom(siege: str) -> str:
    """Le siège précédé de « de », élidé ou contracté : « du Mans », « des Sables-d'Olonne », « d'Agen »."""
    if siege.startswith("Le "):
        return f"du {siege.removeprefix('Le ')}"
    if siege.startswith("Les "):
        return f"des {siege.removeprefix('Les ')}"
    return f"d'{siege}" if normaliser(siege)[0] in "AEIOUY" else f"de {siege}"


def corriger(nom: str) -> str:
    """Rétablit accents, traits d'union et minuscules d'un nom de juridiction du relevé."""
    for avant, apres in CORRECTIONS:
        nom = nom.replace(avant, apres)
    return re.sub(r" \(\d+\)$", "", nom)


def ecrire_voie(texte: str) -> str:
    """Une voie en capitales devient une voie comme on l'écrit : « 4 boulevard Félix Éboué »."""
    mots = re.split(r"([ '’-])", texte) if texte.upper() == texte else []
    if not mots:
        return texte
    ecrite = "".join(_ecrire_mot(mot) for mot in mots)
    return ecrite[:1].upper() + ecrite[1:]


def _ecrire_mot(mot: str) -> str:
    if mot in MOTS_ACCENTUES:
        return MOTS_ACCENTUES[mot]
    if mot in MOTS_COURANTS:
        return mot.lower()
    return mot if mot in SIGLES or any(c.isdigit() for c in mot) else mot.capitalize()


def siege_du_nom(nom: str) -> str:
    """« Tribunal judiciaire du Mans » → « Le Mans »."""
    reste = re.sub(r"^(Tribunal judiciaire|Tribunal de première instance|Tribunal de proximité) ", "", nom)
    for prefixe, article in (("du ", "Le "), ("des ", "Les "), ("de ", ""), ("d'", "")):
        if reste.startswith(prefixe):
            return article + reste.removeprefix(prefixe)
    raise ValueError(nom)


def lire_graphies(lignes: Iterable[Ligne]) -> dict[str, str]:
    """Graphie de chaque siège du relevé, d'après les communes des départements de son ressort."""
    departements: dict[str, set[str]] = defaultdict(set)
    noms: dict[str, list[Ligne]] = defaultdict(list)
    for ligne in lignes:
        departements[ligne["siege_greffe"]].add(ligne["departement"])
        noms[normaliser(ligne["nom"])].append(ligne)
    graphies = dict(GRAPHIES)
    for siege, territoires in departements.items():
        trouvees = [c["nom"] for c in noms[normaliser(siege)] if c["departement"] in territoires]
        if siege not in graphies and len(trouvees) == 1:
            graphies[siege] = trouvees[0]
    return graphies


def ecrire_commune(nom: str, voisines: Iterable[str]) -> str:
    """La commune d'une adresse, avec la graphie de celle qui porte ce nom et ce code postal."""
    cedex = re.search(r" CEDEX.*$", nom.upper())
    nu = nom[: cedex.start()] if cedex else nom
    trouvee = next((v for v in voisines if normaliser(v) == normaliser(nu)), "") or SIEGES_ANCIENS.get(nu, nu.title())
    return trouvee + (cedex.group().title() if cedex else "")


def lire_adresses(
    donnees: Path, departements: Mapping[tuple[str, str], str], graphies: Mapping[str, Iterable[str]]
) -> dict[tuple[str, str], str]:
    """Adresse de chaque (famille, siège normalisé), si elle est complète et du bon département.

    `graphies` : les noms des communes de chaque code postal.
    """
    annuaire = json.loads((donnees / "adresses_juridictions.json").read_text(encoding="utf-8"))
    experimentation = json.loads((donnees / "tae.json").read_text(encoding="utf-8"))
    trouvees: list[tuple[str, str, str]] = []
    for fiche in annuaire["juridictions"]:
        nom = re.match(r"Tribunal (de commerce|judiciaire|de proximité) (.*)", corriger(fiche["nom"]))
        adresse = re.fullmatch(r"(.+) – (\d{4,5}) (.+)", fiche["adresse"])
        if nom and adresse:
            siege = ANNUAIRE.get(nom[2], siege_du_nom(f"Tribunal judiciaire {nom[2]}"))
            code = adresse[2].zfill(5)
            famille = FAMILLES[nom[1]]
            commune = ecrire_commune(adresse[3], graphies.get(code) or graphies.get(code[:2], ()))
            trouvees.append((famille, siege, f"{ecrire_voie(adresse[1])}, {code} {commune}"))
    trouvees += [("commerce", f["siege"], f["adresse"]) for f in experimentation["tae"] if f["adresse"]]
    adresses: dict[tuple[str, str], str] = {}
    for famille, siege, texte in trouvees:
        cle = (famille, normaliser(siege))
        code_postal = re.findall(r"\b\d{5}\b(?= \D)", texte)[-1]
        if cle in departements and code_postal.startswith(departements[cle]):
            adresses[cle] = texte
    return adresses


def situer_sieges(lignes: list[Ligne], graphies: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Début du code postal (département) de chaque siège.

    C'est celui de la commune du ressort qui porte le nom du siège, sinon celui qui domine dans le ressort.
    """
    comptes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for ligne in lignes:
        departement = {"2A": "20", "2B": "20"}.get(ligne["departement"], ligne["departement"])
        commune = normaliser(ligne["nom"])
        sieges = [("tj", siege_du_nom(corriger(ligne["tribunal_judiciaire"])))]
        if ligne["tribunal_proximite"]:
            sieges.append(("proximite", siege_du_nom(corriger(ligne["tribunal_proximite"]))))
        if ligne["siege_greffe"] in graphies:
            sieges.append(("commerce", graphies[ligne["siege_greffe"]]))
        for famille, siege in sieges:
            poids = len(lignes) if normaliser(siege) == commune else 1
            comptes[famille, normaliser(siege)][departement] += poids
    return {cle: compte.most_common(1)[0][0] for cle, compte in comptes.items()}


def completer(lignes: list[dict[str, str]]) -> None:
    """Communes recréées, sans greffe connu : celui du tribunal judiciaire, s'il n'en a qu'un."""
    greffes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for ligne in lignes:
        if ligne["siege_greffe"] and ligne["concordance"] == "accord":
            greffes[ligne["tribunal_judiciaire"]].add((ligne["juridiction_commerciale"], ligne["siege_greffe"]))
    for ligne in lignes:
        candidats = greffes[ligne["tribunal_judiciaire"]]
        if not ligne["juridiction_commerciale"] and len(candidats) == 1:
            ligne["juridiction_commerciale"], ligne["siege_greffe"] = next(iter(candidats))


def decrire_ressort(ligne: Ligne, graphies: Mapping[str, str], adresses: Mapping[tuple[str, str], str]) -> str:
    """Une ligne de la section des ressorts, champs séparés par des tabulations."""
    tribunal = corriger(ligne["tribunal_judiciaire"])
    siege_tj = siege_du_nom(tribunal)
    adresse_tj = adresses.get(("tj", normaliser(siege_tj)), "")
    type_ = ligne["juridiction_commerciale"]
    nom = siege = adresse = ""
    if type_ == "TJ_CHCOM":
        siege = graphies[ligne["siege_greffe"]]
        nom, adresse = f"{CHAMBRE} {complement_du_nom(siege)}", adresse_tj
    elif type_ and type_ != "HORS_PERIMETRE_COM":
        type_ = "TC" if type_ == "TAE" else type_  # la table datée « tae » dit quand il devient TAE
        siege = graphies[ligne["siege_greffe"]]
        nom = f"{TYPES[type_]} {complement_du_nom(siege)}"
        adresse = adresses.get(("commerce", normaliser(siege)), "")
    doute = ligne["concordance"] in {"conflit", "aucune"} or ligne["siege_greffe"].endswith("(TGI)")
    confiance = "a_confirmer" if doute else "certaine"
    proximite, cour = corriger(ligne["tribunal_proximite"]), corriger(ligne["cour_appel"])
    siege_px = siege_du_nom(proximite) if proximite else ""
    chez_lui = (proximite, siege_px, adresses.get(("proximite", normaliser(siege_px)), ""))
    champs = (type_, nom, siege, adresse, confiance, tribunal, siege_tj, adresse_tj, *chez_lui, cour)
    return "\t".join(champs)


def fabriquer_texte(donnees: Path) -> str:
    """Le contenu de la table, avant compression."""
    with gzip.open(donnees / "communes_juridictions.csv.gz", "rt", encoding="utf-8") as flux:
        lignes = sorted(csv.DictReader(flux), key=lambda ligne: ligne["insee"])
    completer(lignes)
    graphies = lire_graphies(lignes)
    noms: dict[str, list[str]] = defaultdict(list)
    for ligne in lignes:
        for code in (*ligne["codes_postaux"].split(";"), ligne["departement"]):
            noms[code].append(ligne["nom"])
    adresses = lire_adresses(donnees, situer_sieges(lignes, graphies), noms)
    ressorts: dict[str, int] = {}
    communes = []
    for ligne in lignes:
        rang = ressorts.setdefault(decrire_ressort(ligne, graphies, adresses), len(ressorts))
        communes.append("\t".join((ligne["insee"], ligne["nom"], ligne["codes_postaux"], str(rang))))
    return "\n".join((ENTETE_RESSORTS, *ressorts, ENTETE_COMMUNES, *communes, ""))


if __name__ == "__main__":
    cible = Path("generateur/droit/ressorts") / TABLE_COMMUNES
    cible.write_bytes(zlib.compress(fabriquer_texte(Path(sys.argv[1])).encode(), 9))
    sys.stdout.write(f"{cible} : {cible.stat().st_size} octets\n")

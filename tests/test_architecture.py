"""La maison tient debout : direction des imports, noyau pur, chaque outil à sa place ; lu par `ast`, sans exécuter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[1]

# Du bas vers le haut. On n'importe que plus bas, ou dans son propre paquet ; jamais un voisin de palier.
ETAGES = (
    {"VERSION", "erreurs", "reglages", "contrats"},
    {"domaine", "droit", "surveillance"},
    {"calculs"},
    {"controles"},
    {"procedures"},
    {"lecture", "importation", "redaction", "pieces", "liasse", "moteurs", "annuaire"},
    {"publication", "registre"},  # deux mémoires : les fichiers publiés, la base des affaires ; elles s'ignorent
    {"operations"},
    {"commandes", "page"},  # deux façades sur les mêmes opérations ; elles s'ignorent
    {"cli"},
    {"__main__"},
)
NIVEAU = {nom: rang for rang, noms in enumerate(ETAGES) for nom in noms}
FLECHES = 85  # entre salles, celles qui ne vont chercher que la version non comprises
NOYAU = ("domaine", "droit", "calculs", "controles", "procedures")

# Un même nom dans plusieurs salles : admis quand c'est la même chose, vue de chacune. (salles, raison)
NOMS_PARTAGES = {
    "aide": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "annexe_provision": ({"operations", "redaction"}, "l'annexe demandée, puis ses champs"),
    "annuaire": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "attribution": ({"controles", "procedures"}, "la compétence d'attribution, contrôlée puis dite par un acte"),
    "bordereau": ({"domaine", "liasse"}, "le bordereau, puis ses lignes retrouvées dans l'acte rendu"),
    "contexte": ({"controles", "redaction"}, "ce que reçoit un contrôle, ce que reçoit un modèle"),
    "contribution": ({"calculs", "procedures"}, "la contribution, calculée puis dite au créancier"),
    "echeances": ({"calculs", "operations"}, "les échéances, calculées puis demandées"),
    "etabli": ({"importation", "pieces"}, "le programme de l'enfant surveillé, un par salle"),
    "etude": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "formulaires": ({"operations", "redaction"}, "le formulaire demandé, puis rempli"),
    "horizons": ({"commandes", "operations"}, "le droit bientôt inconnu, trouvé puis dit"),
    "lot": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "mise_en_demeure": ({"controles", "operations"}, "la mise en demeure, contrôlée ou écrite"),
    "prescription": ({"calculs", "controles"}, "la prescription, calculée puis contrôlée"),
    "production": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "purge": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "qualites": ({"calculs", "controles"}, "les qualités, déduites ou demandées"),
    "tableau_de_bord": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "registre": ({"commandes", "operations"}, "la commande et l'opération qu'elle appelle"),
    "socle": (
        {"domaine", "importation", "lecture", "procedures"},
        "ce que tous les modules d'une salle partagent",
    ),
}
# Les répertoires de tests/ qui ne sont pas ceux d'une salle.
HORS_SALLES = {
    "attendus": "textes de référence",
    "bancs": "mesures de vitesse",
    "cas": "cas chiffrés, en données",
    "modeles": "les modèles Word livrés, qui sont des données",
    "outils": "fabriques d'exemples et de tables",
}

# Ce que le noyau peut demander à Python : ni fichier, ni horloge, ni réseau, ni processus, ni hasard.
STDLIB_DU_NOYAU = {
    "bisect", "calendar", "collections", "copy", "dataclasses", "datetime", "decimal", "difflib", "enum",
    "functools", "itertools", "math", "re", "string", "types", "typing", "unicodedata",
}  # fmt: skip
BIBLIOTHEQUES_DU_NOYAU = {"pydantic", "stdnum"}
# (module, import) admis en plus, avec la raison.
EXCEPTIONS_DU_NOYAU = {
    ("domaine", "pathlib.PurePosixPath"): "juge l'écriture d'un chemin, sans toucher au disque",
    ("droit.ressources", "importlib.resources"): "trouve les fichiers de droit livrés dans le paquet",
    ("droit.ressources", "pathlib"): "lit les fichiers de droit livrés dans le paquet, et la date de chacun",
    ("droit.tables", "contextlib"): "les ajouts de l'utilisateur valent le temps d'un bloc",
    ("droit.tables", "contextvars"): "les ajouts de l'utilisateur valent dans un fil, le temps d'un bloc",
    ("droit.tables", "tomllib"): "lit les tables livrées dans le paquet",
    ("droit.juridictions", "tomllib"): "lit la table des ressorts livrée dans le paquet",
    ("droit.noms_de_juridictions", "tomllib"): "lit la table des noms de juridictions livrée dans le paquet",
    ("droit.juridictions", "zlib"): "décompresse la table des ressorts",
    ("controles.catalogue", "importlib.resources"): "lit le catalogue des codes livré dans le paquet",
    ("controles.catalogue", "tomllib"): "lit le catalogue des codes livré dans le paquet",
    ("procedures.repertoire", "importlib"): "découvre les modules du paquet procedures",
    ("procedures.repertoire", "pkgutil"): "découvre les modules du paquet procedures",
}

A_PYDANTIC = {
    "annuaire.retenue", "domaine", "importation.origine", "lecture", "operations.ajouter", "operations.chiffres_gardes",
    "operations.dossier_importe", "operations.executants.guichet", "operations.formulaire_dossier",
    "operations.inscription_composee", "operations.mise_a_jour_droit", "operations.nouveau_dossier",
    "operations.saisie", "procedures", "publication", "reglages",
}  # fmt: skip
A_LXML = {
    "importation.decodage_facture", "importation.lignes_masquees", "moteurs.lignes_solidaires",
    "moteurs.textes_perdus", "pieces", "redaction",
}  # fmt: skip
# Chaque bibliothèque est enfermée : (paquets ou modules qui l'emploient). Une nouvelle s'ajoute ici, avec sa place.
PLACES = {
    "click": {"cli", "commandes"},
    "starlette": {"page"},
    "h11": {"page.protocole"},
    "uvicorn": {"page.service", "page.protocole"},
    "anyio": {"page.garde"},
    "markdown_it": {"page.markdown"},
    "docxtpl": {"redaction"},
    "docx": {"redaction"},
    "jinja2": {"redaction", "page.imprimerie"},
    "markupsafe": {"redaction"},
    "num2words": {"redaction"},
    "lxml": A_LXML,
    "pikepdf": {"pieces", "liasse", "moteurs.lignes_de_texte", "moteurs.rendu_dxpdf"},
    "facturx": {"importation.decodage_facture"},
    "python_calamine": {"importation.decodage_classeur"},
    "pypdf": {"importation.decodage_facture", "pieces", "liasse", "publication.verification"},
    "pypdfium2": {"pieces", "liasse", "moteurs.textes_perdus"},
    "fontTools": {"pieces", "liasse", "moteurs.polices"},
    "PIL": {"pieces", "liasse"},
    "asn1crypto": {"pieces.signature_courriel"},
    "tnefparse": {"pieces.enveloppe_outlook"},
    "pillow_heif": {"pieces"},
    "img2pdf": {"pieces"},
    "dxpdf": {"moteurs.executant_dxpdf"},
    "obstore": {"publication.magasin"},
    "distributed": {"operations.executants"},
    "dask": {"operations.executants.ordonnanceur"},
    "cryptography": {"operations.executants.ordonnanceur"},
    "pyhanko": {"liasse.scellement"},
    "pyhanko_certvalidator": {"liasse.scellement"},
    "psutil": {"surveillance.provisoires"},
    "filelock": {"annuaire.memoire", "publication.echange", "operations.droit_ajoute"},
    "httpx2": {"annuaire.client"},
    "stamina": {"annuaire.client", "registre.plume"},
    "psycopg": {"registre.silence"},
    "sqlalchemy": {"registre"},
    "alembic": {"registre.base", "registre.migrations"},
    "icalendar": {"operations.agenda"},
    "rich": {"commandes.avancee_lot"},
    "pydantic": A_PYDANTIC,
    "platformdirs": {"surveillance.prive", "operations.donnees_utilisateur"},
    "pydantic_core": {"lecture"},
    "tomlkit": {"lecture.edition_toml", "operations.droit_ajoute"},
    "stdnum": {"controles"},
    "xlsxwriter": {"commandes.classeur"},
}
# Les processus ne se lancent qu'à un endroit, dont c'est le métier. On ne parle au réseau que si l'utilisateur donne
# une adresse : « annuaire », un magasin s3://, un ordonnanceur (et pyHanko, pour horodater).
PROCESSUS = {"subprocess": {"surveillance"}}
RESEAU = {
    "socket", "urllib.request", "http", "ftplib", "smtplib", "ssl", "asyncio", "requests", "httpx", "httpx2", "obstore",
    "distributed",
}  # fmt: skip
AU_RESEAU = {
    ("page.protocole", "asyncio"),  # les types de la boucle où uvicorn sert la page
    ("annuaire.client", "httpx2"),
    ("publication.magasin", "obstore"),
    ("operations.executants.grappe", "distributed"),
    ("operations.executants.guichet", "distributed"),
    ("operations.executants.ordonnanceur", "distributed"),
}


def _imports(arbre: ast.AST) -> Iterator[str]:
    """Noms complets importés, où que ce soit dans le module : « pathlib.Path », « generateur.etude.Etude »."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            assert noeud.level == 0, "import relatif"
            yield from (f"{noeud.module}.{alias.name}" for alias in noeud.names)


def _etage(nom: str) -> str:
    return nom.split(".", maxsplit=1)[0]


def _est_chez(module: str, places: set[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def _aretes(arbres: dict[str, ast.Module]) -> set[tuple[str, str]]:
    """(module, étage importé), pour les imports du programme hors de son propre paquet."""
    return {
        (module, _etage(importe.removeprefix("generateur.")))
        for module, arbre in arbres.items()
        for importe in _imports(arbre)
        if importe.startswith("generateur.") and _etage(importe.removeprefix("generateur.")) != _etage(module)
    }


def test_chaque_module_a_un_etage(arbres):
    assert {_etage(nom) for nom in arbres} - {""} == set(NIVEAU) - {"VERSION"}


def test_on_n_importe_que_vers_le_bas(arbres):
    montees = {
        f"{module} importe {voisin}" for module, voisin in _aretes(arbres) if NIVEAU[_etage(module)] <= NIVEAU[voisin]
    }
    assert not montees


def _aretes_entre_modules(arbres: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Module → modules du programme qu'il importe, où que ce soit dans le fichier."""
    graphe: dict[str, set[str]] = {}
    for module, arbre in arbres.items():
        voisins = set()
        for importe in _imports(arbre):
            nom = importe.removeprefix("generateur.") if importe.startswith("generateur.") else ""
            while nom and nom not in arbres:
                nom = nom.rpartition(".")[0]
            voisins.add(nom)
        graphe[module] = voisins - {"", module}
    return graphe


def _cercle(graphe: dict[str, set[str]]) -> list[str]:
    """Le premier cercle trouvé, module par module ; vide s'il n'y en a pas."""
    try:
        TopologicalSorter(graphe).prepare()
    except CycleError as erreur:
        return list(erreur.args[1])
    return []


def test_aucun_cercle_entre_modules_meme_par_un_import_tardif(arbres):
    assert not _cercle(_aretes_entre_modules(arbres))


def _fleches(arbres: dict[str, ast.Module]) -> set[tuple[str, str]]:
    """Les flèches entre salles, de la salle qui emploie à celle qui sert."""
    return {(_etage(module), voisin) for module, voisin in _aretes(arbres) if voisin != "VERSION"}


def test_les_fleches_entre_salles_ne_se_multiplient_pas(arbres):
    """Une salle de plus à connaître se paie à chaque lecture : la borne ne fait que descendre."""
    assert len(_fleches(arbres)) <= FLECHES


def test_un_cercle_par_un_import_tardif_se_voit():
    sceau = ast.parse("def sceller():\n    from generateur.liasse import pose\n    return pose")
    pose = ast.parse("from generateur.liasse.sceau import Sceau")
    cercle = _cercle(_aretes_entre_modules({"liasse.sceau": sceau, "liasse.pose": pose}))
    assert set(cercle) == {"liasse.sceau", "liasse.pose"}


def test_rien_d_etranger_a_la_racine_du_paquet():
    racine = {chemin.stem for chemin in (RACINE / "generateur").glob("*.py")}
    assert racine == {"__init__", "__main__", "cli", "erreurs", "contrats", "reglages"}


def test_deux_salles_n_ont_pas_un_meme_nom_pour_deux_choses(arbres):
    salles: dict[str, set[str]] = {}
    for module in arbres:
        salle, _, nom = module.partition(".")
        if nom:
            salles.setdefault(nom.rpartition(".")[2], set()).add(salle)
    partages = {nom: qui for nom, qui in salles.items() if len(qui) > 1}
    assert partages == {nom: qui for nom, (qui, _) in NOMS_PARTAGES.items()}


def test_les_essais_suivent_les_salles():
    salles = {chemin.parent.name for chemin in (RACINE / "generateur").glob("*/__init__.py")}
    rangees = {chemin.name for chemin in (RACINE / "tests").iterdir() if chemin.is_dir()} - {"__pycache__"}
    assert rangees - salles == set(HORS_SALLES)


def test_aucun_etage_inutile(arbres):
    """Chaque palier sépare vraiment : un paquet du dessus emploie toujours quelque chose d'un palier inférieur."""
    employes = {voisin for _, voisin in _aretes(arbres)}
    assert set(NIVEAU) - employes == {"__main__"}


@pytest.mark.parametrize("paquet", NOYAU)
def test_le_noyau_ne_connait_ni_fichier_ni_horloge_ni_reseau(arbres, paquet):
    interdits = set()
    for module, arbre in arbres.items():
        if _etage(module) != paquet:
            continue
        for importe in _imports(arbre):
            racine = importe.split(".")[0]
            admis = racine in STDLIB_DU_NOYAU | BIBLIOTHEQUES_DU_NOYAU | {"generateur"}
            excepte = any(_est_chez(module, {ici}) and _est_chez(importe, {quoi}) for ici, quoi in EXCEPTIONS_DU_NOYAU)
            if not admis and not excepte:
                interdits.add(f"{module} importe {importe}")
    assert not interdits


def test_les_exceptions_du_noyau_servent_toutes(arbres):
    inutiles = {
        (module, quoi)
        for module, quoi in EXCEPTIONS_DU_NOYAU
        if not any(
            _est_chez(importe, {quoi})
            for nom, arbre in arbres.items()
            if _est_chez(nom, {module})
            for importe in _imports(arbre)
        )
    }
    assert not inutiles


@pytest.mark.parametrize("paquet", NOYAU)
def test_le_noyau_n_ouvre_ni_n_imprime_rien(arbres, paquet):
    appels = {
        f"{module}, ligne {noeud.lineno} : {noeud.func.id}"
        for module, arbre in arbres.items()
        if _etage(module) == paquet
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name)
        if noeud.func.id in {"open", "print", "input", "exec", "eval"}
    }
    assert not appels


def test_chaque_bibliotheque_est_a_sa_place(arbres):
    egarees = set()
    for module, arbre in arbres.items():
        for importe in _imports(arbre):
            racine = importe.split(".")[0]
            if racine in sys.stdlib_module_names or racine == "generateur":
                continue
            if not _est_chez(module, PLACES.get(racine, set())):
                egarees.add(f"{module} importe {racine}")
    assert not egarees


def test_les_processus_ne_se_lancent_qu_a_leur_place(arbres):
    for bibliotheque, places in PROCESSUS.items():
        egares = {
            module
            for module, arbre in arbres.items()
            if any(i.split(".")[0] == bibliotheque for i in _imports(arbre)) and not _est_chez(module, places)
        }
        assert not egares


def test_seuls_ces_modules_parlent_au_reseau(arbres):
    bavards = {
        (module, importe.split(".")[0])
        for module, arbre in arbres.items()
        for importe in _imports(arbre)
        if _est_chez(importe, RESEAU)
    }
    assert bavards == AU_RESEAU


def test_une_autre_commande_ne_charge_pas_le_reseau():
    charges = _charges_par("chiffrer", str(RACINE / "dossiers" / "2026-0042"))
    assert not charges & {"httpx2", "stamina", "obstore", "distributed", "dask"}


def test_l_horloge_se_regarde_a_un_seul_endroit(arbres):
    regards = [
        (module, noeud.attr)
        for module, arbre in arbres.items()
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Attribute) and noeud.attr in {"today", "now", "utcnow", "localtime", "gmtime"}
    ]
    assert regards == [("commandes.options", "today")]


@pytest.mark.parametrize("commande", ["verifier", "choisir", "chiffrer"])
def test_une_autre_commande_ne_charge_pas_de_base_de_donnees(commande):
    charges = _charges_par(commande, str(RACINE / "dossiers" / "2026-0042"))
    assert not charges & {"sqlalchemy", "alembic", "sqlite3", "psycopg", "xlsxwriter"}


def _charges_par(*arguments: str) -> set[str]:
    """Modules chargés par une commande, dans un interpréteur neuf."""
    code = (
        "import sys\n"
        "from generateur.cli import executer\n"
        f"assert executer({list(arguments)!r}) == 0\n"
        "print('|'.join(sorted(sys.modules)), file=sys.stderr)\n"
    )
    fait = subprocess.run(
        [sys.executable, "-c", code], cwd=RACINE, capture_output=True, text=True, check=True, timeout=60
    )
    return {nom.split(".")[0] for nom in fait.stderr.strip().splitlines()[-1].split("|")}


def test_l_aide_ne_charge_que_la_ligne_de_commande():
    lourds = set(PLACES) - {"click"}
    assert not _charges_par("--aide") & lourds
    assert not _charges_par("produire", "--aide") & lourds


def test_chiffrer_ne_charge_ni_word_ni_assemblage():
    charges = _charges_par("chiffrer", str(RACINE / "dossiers" / "2026-0042"))
    assert not charges & {"docxtpl", "docx", "jinja2", "lxml", "pikepdf", "pypdf", "img2pdf", "fontTools", "icalendar"}


def test_un_import_cache_dans_une_fonction_se_voit():
    code = "def f():\n    from pathlib import Path\n    import socket\n    return Path, socket"
    assert set(_imports(ast.parse(code))) == {"pathlib.Path", "socket"}

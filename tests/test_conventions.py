"""Les conventions d'écriture : noms français sans accent, fichiers courts, aucun droit en dur dans le code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from generateur.operations.exemples import lister_exemples

RACINE = Path(__file__).parents[1]
LIGNES_MAXIMALES = 400

MOTS_REFUSES = {
    "get", "set", "compute", "build", "handle", "handler", "util", "utils", "helper", "helpers", "manager",
    "data", "file", "check", "parse", "load", "save", "update", "delete", "make", "process", "new", "value",
    "item", "items", "error", "result", "config", "settings", "worker", "template", "bundle", "job", "list",
}  # fmt: skip
# Noms qu'une bibliothèque ou Python impose : on les redéfinit, on ne les choisit pas.
NOMS_IMPOSES = {
    "get_help_option", "list_commands", "model_config", "value", "handle_data", "handle_endtag", "handle_starttag",
    "data", "_update_meta", "parse_args", "do_GET", "_parse", "load_bytecode", "file_digest",
    "data_received",
}  # fmt: skip

# Nombres qui ne sont pas du droit : l'unité, la paire, le pour cent.
NOMBRES_ADMIS = {-1, 0, 1, 2, 100}
MODULES_DE_CALENDRIER = {"calculs.calendrier"}  # l'algorithme de Pâques n'a que des constantes
CHIFFRES = ("calculs", "controles", "procedures")
ARTICLE_OU_SOMME = re.compile(r"\b[LRD]\.? ?\d{3}-\d|\bart\. ?\d|\b1[34]\d\d\b|\d[\d ]* ?€")
LECTURES_DE_TABLE = {"valeur_au", "decimal_au", "entier_au"}
# Textes où un numéro d'article est une donnée, avec la raison.
ARTICLES_ADMIS = {
    ("calculs.echeances", "643"): "article de procédure dit dans l'explication d'une échéance",
    ("calculs.prescription", "L125-1"): "nomme l'accord qui suspend le délai",
}


def _sources() -> list[Path]:
    return sorted(chemin for dossier in ("generateur", "tests") for chemin in (RACINE / dossier).rglob("*.py"))


def _noms_crees(arbre: ast.AST) -> Iterator[str]:
    for noeud in ast.walk(arbre):
        match noeud:
            case ast.FunctionDef(name=nom) | ast.ClassDef(name=nom) | ast.arg(arg=nom):
                yield nom
            case ast.Name(id=nom, ctx=ast.Store()) | ast.Attribute(attr=nom, ctx=ast.Store()):
                yield nom


def _mots(nom: str) -> set[str]:
    return {mot.lower() for mot in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", nom)}


def _anglais(noms: Iterator[str]) -> set[str]:
    return {nom for nom in noms if nom not in NOMS_IMPOSES and _mots(nom) & MOTS_REFUSES}


def test_les_noms_sont_francais():
    fautifs = {
        f"{chemin.relative_to(RACINE)} : {nom}"
        for chemin in _sources()
        for nom in _anglais(iter((*_noms_crees(ast.parse(chemin.read_text("utf-8"))), chemin.stem)))
    }
    assert not fautifs


def test_un_mot_anglais_se_voit():
    arbre = ast.parse("def get_taux(valeur):\n    total_value = valeur\n    return total_value")
    assert _anglais(_noms_crees(arbre)) == {"get_taux", "total_value"}


def test_aucun_accent_dans_les_noms():
    accentues = {
        f"{chemin.relative_to(RACINE)} : {nom}"
        for chemin in _sources()
        for nom in _noms_crees(ast.parse(chemin.read_text("utf-8")))
        if not nom.isascii()
    }
    assert not accentues


def test_aucun_accent_dans_les_chemins():
    livres = [RACINE / nom for nom in ("generateur", "tests", "modeles", "dossiers/creanciers")]
    for racine in (*livres, *lister_exemples()):
        assert not [str(chemin) for chemin in racine.rglob("*") if not chemin.name.isascii()]


def test_aucun_fichier_trop_long():
    longs = {
        f"{chemin.relative_to(RACINE)} : {lignes} lignes"
        for chemin in _sources()
        if (lignes := chemin.read_text("utf-8").count("\n")) > LIGNES_MAXIMALES
    }
    assert not longs


def _nombres_nus(arbre: ast.Module) -> set[int | float]:
    """Nombres écrits ailleurs que dans une constante de module (`NOM_EN_CAPITALES = …`) ou un rang `preference`."""
    nommes: set[int] = set()
    for noeud in ast.walk(arbre):
        cibles = noeud.targets if isinstance(noeud, ast.Assign) and noeud in arbre.body else []
        nomme = any(isinstance(cible, ast.Name) and cible.id.strip("_").isupper() for cible in cibles)
        rang = isinstance(noeud, ast.keyword) and noeud.arg == "preference"
        if nomme or rang:
            nommes |= {id(sous) for sous in ast.walk(noeud)}
    return {
        noeud.value
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Constant)
        and isinstance(noeud.value, int | float)
        and not isinstance(noeud.value, bool)
        and id(noeud) not in nommes
        and noeud.value not in NOMBRES_ADMIS
    }


@pytest.mark.parametrize("paquet", CHIFFRES)
def test_aucun_nombre_de_droit_dans_le_code(arbres, paquet):
    """Un taux, un seuil, un délai viennent d'une table datée ; un autre nombre porte un nom."""
    nus = {
        f"{module} : {nombre}"
        for module, arbre in arbres.items()
        if module.split(".")[0] == paquet and module not in MODULES_DE_CALENDRIER
        for nombre in _nombres_nus(arbre)
    }
    assert not nus


def test_un_seuil_en_dur_se_voit():
    assert _nombres_nus(ast.parse("JOURS_PAR_AN = 365\ndef f(x):\n    return x > 5000")) == {5000}


def _consulte_une_table(noeud: ast.AST) -> bool:
    """`valeur_au("articles", jour, "CPC 1409")` : l'article y est une clé, le texte vient de la table."""
    return isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name) and noeud.func.id in LECTURES_DE_TABLE


def _textes_de_droit(arbre: ast.AST) -> set[str]:
    """Textes, hors documentation et mentions de modèles, qui portent un article ou une somme."""
    ecartes = {
        id(noeud.body[0].value)
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Module | ast.FunctionDef | ast.ClassDef)
        and noeud.body
        and isinstance(noeud.body[0], ast.Expr)
    }
    ecartes |= {
        id(sous)
        for noeud in ast.walk(arbre)
        if (isinstance(noeud, ast.keyword) and noeud.arg == "mentions") or _consulte_une_table(noeud)
        for sous in ast.walk(noeud)
    }
    return {
        noeud.value
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and id(noeud) not in ecartes
        if ARTICLE_OU_SOMME.search(noeud.value)
    }


def _decimaux_en_dur(arbre: ast.AST) -> set[str]:
    return {
        ast.unparse(noeud)
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name) and noeud.func.id == "Decimal"
        for argument in noeud.args
        if isinstance(argument, ast.Constant) and argument.value not in NOMBRES_ADMIS
    }


@pytest.mark.parametrize("paquet", CHIFFRES)
def test_aucun_article_ni_somme_dans_le_code(arbres, paquet):
    """Ni Decimal("5000"), ni « 40 € », ni article dans un message : le texte et la somme viennent des tables."""
    trouves = {
        f"{module} : {texte}"
        for module, arbre in arbres.items()
        if module.split(".")[0] == paquet
        for texte in (*_textes_de_droit(arbre), *_decimaux_en_dur(arbre))
        if not any(module == ici and quoi in texte for ici, quoi in ARTICLES_ADMIS)
    }
    assert not trouves


@pytest.mark.parametrize("texte", ["les 40 € sont dus", "C. com. L441-10", "art. 1343-1", "CPC 1405"])
def test_un_article_ou_une_somme_se_voit(texte):
    assert _textes_de_droit(ast.parse(f"def f():\n    return {texte!r}"))


def test_un_montant_decimal_se_voit():
    assert _decimaux_en_dur(ast.parse('seuil = Decimal("5000")')) == {"Decimal('5000')"}


DELAI_ECRIT = re.compile(
    r"\b(un|deux|trois|quatre|cinq|six|huit|dix|quinze|trente|[2-9]|\d{2,})[\s\u00a0](mois|jours?|ans|années?|semaines?)\b"
)


def _delais_ecrits(arbre: ast.AST) -> set[str]:
    """Textes, hors documentation, qui écrivent un délai en toutes lettres ou en chiffres."""
    documentes = {
        id(noeud.body[0].value)
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Module | ast.FunctionDef | ast.ClassDef)
        and noeud.body
        and isinstance(noeud.body[0], ast.Expr)
    }
    textes = (n for n in ast.walk(arbre) if isinstance(n, ast.Constant) and id(n) not in documentes)
    return {n.value for n in textes if isinstance(n.value, str) and DELAI_ECRIT.search(n.value)}


def test_aucun_delai_n_est_ecrit_dans_un_message(arbres):
    """« moins de trois mois », « dans les six mois » : le nombre vient d'une table datée."""
    trouves = {f"{module} : {texte}" for module, arbre in arbres.items() for texte in _delais_ecrits(arbre)}
    assert not trouves


@pytest.mark.parametrize("texte", ["moins de trois mois", "sous 15 jours", "dans les six mois de la publication"])
def test_un_delai_ecrit_se_voit(texte):
    assert _delais_ecrits(ast.parse(f"remede = {texte!r}"))


MONTRES = {"libelle", "titre", "message", "remede", "fondement", "retenue"}
COUPES = {"startswith", "endswith", "partition", "rpartition"}
# Un message que nous n'écrivons pas : celui du validateur PDF/A n'a pas d'autre façon de dire sa couleur.
MESSAGES_D_AILLEURS = {"liasse.raisons_pdfa"}


def _decisions_sur_un_texte(arbre):
    """Les lignes où le programme décide d'après ce qu'il montre : un mot changé changerait la décision."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute) and noeud.func.attr in COUPES:
            cote = [noeud.func.value]
        elif isinstance(noeud, ast.Compare):
            cote = [noeud.left, *noeud.comparators]
            if not any(isinstance(c, ast.Constant) and isinstance(c.value, str) and c.value for c in cote):
                continue
        else:
            continue
        if any(isinstance(c, ast.Attribute) and c.attr in MONTRES for c in cote):
            yield noeud.lineno


def test_aucune_decision_ne_se_prend_sur_un_texte_montre(arbres):
    trouves = {f"{module}, ligne {n}" for module, arbre in arbres.items() for n in _decisions_sur_un_texte(arbre)}
    assert {trouve.partition(",")[0] for trouve in trouves} == MESSAGES_D_AILLEURS, trouves


@pytest.mark.parametrize(
    "code", ['e.titre.startswith("Décompte")', '"absent" in erreur.message', 'f.fondement.partition(" (")']
)
def test_une_decision_sur_un_texte_se_voit(code):
    assert list(_decisions_sur_un_texte(ast.parse(code)))


TABLES_ENTIERES = {"lire_table", "lire_table_livree", "completer_table"}
# Le rapprochement des tables publiées regarde une série entière : il demande si une valeur y est déjà, à sa date.
SERIES_REGARDEES = {"operations.mise_a_jour_droit"}


def _series_sans_date(arbre):
    """Les lignes où l'on prend toutes les valeurs d'une table, sans dire à quelle date."""

    def est_lecture(noeud):
        return isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name) and noeud.func.id in TABLES_ENTIERES

    tables = {
        cible.id
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Assign) and est_lecture(noeud.value)
        for cible in noeud.targets
        if isinstance(cible, ast.Name)
    } | {n.arg for n in ast.walk(arbre) if isinstance(n, ast.arg) and getattr(n.annotation, "id", "") == "Table"}
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Attribute) and noeud.attr in {"valeurs", "series"}:
            source = noeud.value
            if est_lecture(source) or (isinstance(source, ast.Name) and source.id in tables):
                yield noeud.lineno


def test_une_valeur_de_droit_se_demande_a_une_date(arbres):
    """Hors de la salle du droit et de ce qui montre une table, aucune valeur ne se prend sans sa date."""
    trouves = {
        module
        for module, arbre in arbres.items()
        if module.split(".")[0] not in {"droit", "commandes"} and any(_series_sans_date(arbre))
    }
    assert trouves == SERIES_REGARDEES


@pytest.mark.parametrize(
    "code",
    ["lire_table(nom).valeurs[-1]", "t = lire_table('frais')\nt.series['X']", "def f(t: Table):\n    return t.valeurs"],
)
def test_une_valeur_prise_sans_date_se_voit(code):
    assert list(_series_sans_date(ast.parse(code)))

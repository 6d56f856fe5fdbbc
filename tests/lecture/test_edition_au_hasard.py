"""Des éditions au hasard sur les dossiers d'exemple : la valeur attendue, et chaque ancienne ligne à sa place."""

import copy
import datetime as dt
import difflib
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurDossier
from generateur.lecture.edition_toml import Etat, modifier

EXEMPLES = {p.parent.name: p.read_text("utf-8") for p in Path(__file__).parents[2].glob("dossiers/*/dossier.toml")}
TEXTES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)
SIMPLES = st.one_of(
    TEXTES,
    st.dates(dt.date(1990, 1, 1), dt.date(2099, 1, 1)),
    st.decimals(0, 10**6, places=2),
    st.booleans(),
    st.integers(0, 99),
)
VALEURS = st.one_of(SIMPLES, st.dictionaries(st.sampled_from(["date", "fichier", "note"]), SIMPLES, min_size=1))
CLES = st.sampled_from(["numero", "date", "fichier", "montant_ttc", "objet", "livraison", "essai"])
AJOUTS = st.builds(
    Ajout,
    st.sampled_from(["factures", "paiements", "relances", "avoirs", "pieces", "interruptions"]),
    st.dictionaries(CLES, VALEURS, min_size=1),
)
POSES = st.one_of(
    st.builds(lambda cle, v: Pose(("factures", 0, cle), v), CLES, VALEURS),
    st.builds(lambda cle, v: Pose(("suivi", cle), v), st.sampled_from(["depot", "ordonnance", "opposition"]), VALEURS),
    st.builds(lambda cle, v: Pose(("mise_en_demeure", cle), v), st.sampled_from(["fichier", "accuse"]), VALEURS),
    st.builds(lambda v: Pose(("debiteurs", 0, "adresse", "complement"), v), SIMPLES),
    st.builds(lambda v: Pose(("objet",), v), TEXTES),
)


def _simple(valeur):
    if isinstance(valeur, Decimal):
        return f"{valeur:.2f}"
    return {cle: _simple(v) for cle, v in valeur.items()} if isinstance(valeur, dict) else valeur


def _appliquer(donnees, edition):
    voulu = copy.deepcopy(donnees)
    if isinstance(edition, Ajout):
        voulu.setdefault(edition.section, []).append(_simple(edition.valeurs))
        return voulu
    lieu = voulu
    for pas in edition.chemin[:-1]:
        lieu = lieu.setdefault(pas, {}) if isinstance(pas, str) else lieu[pas]
    lieu[edition.chemin[-1]] = _simple(edition.valeur)
    return voulu


def _survivent(avant, apres, retirees_au_plus):
    """Les lignes d'avant, dans l'ordre, sauf celles que l'édition remplace ; deux lignes égales restent deux."""
    lignes = avant.splitlines()
    communes = difflib.SequenceMatcher(None, lignes, apres.splitlines(), autojunk=False).get_matching_blocks()
    return len(lignes) - sum(bloc.size for bloc in communes) <= retirees_au_plus


@pytest.mark.parametrize("reference", sorted(EXEMPLES))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(editions=st.lists(st.one_of(AJOUTS, POSES), min_size=1, max_size=4))
def test_une_edition_dit_ce_qu_on_attend_et_ne_bouge_rien_d_autre(reference, editions):
    texte = EXEMPLES[reference]
    for edition in editions:
        avant = tomllib.loads(texte, parse_float=Decimal)
        try:
            neuf = modifier(Etat(Path("dossier.toml"), texte, avant), [edition])
        except ErreurDossier:
            continue  # refusée plutôt qu'incertaine : le texte d'avant reste
        assert tomllib.loads(neuf, parse_float=Decimal) == _appliquer(avant, edition)
        assert _survivent(texte, neuf, 0 if isinstance(edition, Ajout) else 8)
        texte = neuf


@pytest.mark.parametrize("reference", sorted(EXEMPLES))
def test_les_ajouts_ordinaires_ne_sont_jamais_refuses(reference):
    texte = EXEMPLES[reference]
    etat = Etat(Path("dossier.toml"), texte, tomllib.loads(texte, parse_float=Decimal))
    neuf = modifier(
        etat,
        [
            Ajout("relances", {"date": dt.date(2026, 6, 1), "canal": "courriel"}),
            Ajout("paiements", {"montant": Decimal("1.00")}),
            Ajout("factures", {"numero": "F9", "montant_ttc": Decimal("1.00")}),
            Pose(("factures", 0, "fichier"), "pieces/f.pdf"),
        ],
    )
    assert tomllib.loads(neuf)["factures"][0]["fichier"] == "pieces/f.pdf"

"""Chaque article cité vient de la table datée, son code et son numéro ensemble."""

from datetime import date

import pytest

from generateur.controles.catalogue import catalogue
from generateur.droit.articles import articles_cites, articles_inconnus
from generateur.droit.tables import lire_table, lister_tables
from generateur.redaction.gabarits import Bibliotheque
from generateur.redaction.modeles_livres import racine_par_defaut

JOUR = date(2026, 11, 27)
TABLES_DE_TEXTES = [nom for nom in lister_tables() if nom.startswith("motifs_") or nom == "textes_demande"]
MODELES = Bibliotheque(racine_par_defaut())


@pytest.mark.parametrize(
    ("texte", "cites"),
    [
        ("CPC 1405, 1409 et 1415", ("CPC 1405", "CPC 1409", "CPC 1415")),
        ("C. com. L441-10 II et D441-5 ; CMF L313-2", ("C. com. L441-10", "C. com. D441-5", "CMF L313-2")),
        ("CGI, ann. II, 242 nonies A", ("CGI ann. II 242 nonies A",)),
        ("CPCE (postes) L100", ("CPCE (postes) L100",)),
        ("art. 1343-2 C. civ.", ("C. civ. 1343-2",)),
        ("articles 1405 et suivants du code de procédure civile", ("CPC 1405",)),
        ("articles L211-3 et L212-8 du code de l’organisation judiciaire", ("COJ L211-3", "COJ L212-8")),
        ("article R211-3-26, 11°, du code de l’organisation judiciaire", ("COJ R211-3-26",)),
        (
            "articles L622-24 du code de commerce, applicables par l’article L641-3 du même code",
            ("C. com. L622-24", "C. com. L641-3"),
        ),
        ("aucun article", ()),
    ],
)
def test_les_articles_d_un_texte_sont_lus_avec_leur_code(texte, cites):
    assert articles_cites(texte) == cites
    assert articles_inconnus(texte, JOUR) == ()


@pytest.mark.parametrize(
    ("texte", "inconnu"),
    [
        ("article 1406 du code civil", "C. civ. 1406"),
        ("CPC 1343-2", "CPC 1343-2"),
        ("C. com. L125-1", "C. com. L125-1"),
        ("articles 1405 et 1999 du code de procédure civile", "CPC 1999"),
        ("C. rur. L411-31", "C. rur."),
        ("loi n° 2099-12 du 1er janvier 2099", "n° 2099-12"),
        ("Cass. com., 1er janvier 2020, n° 19-99.999", "n° 19-99.999"),
    ],
)
def test_un_bon_numero_sous_un_mauvais_code_est_inconnu(texte, inconnu):
    assert articles_inconnus(texte, JOUR) == (inconnu,)


def test_un_article_est_inconnu_avant_sa_premiere_date():
    assert articles_inconnus("CPCE L126-1", date(2026, 4, 24)) == ("CPCE L126-1",)
    assert articles_inconnus("CPCE L126-1", date(2026, 4, 25)) == ()


@pytest.mark.parametrize("code", [code for code, entree in catalogue().items() if entree.fondement])
def test_le_fondement_d_un_constat_est_dans_la_table_des_articles(code):
    assert articles_inconnus(catalogue()[code].fondement, JOUR) == ()


@pytest.mark.parametrize("nom", TABLES_DE_TEXTES)
def test_un_texte_cite_par_une_table_est_dans_la_table_des_articles(nom):
    inconnus = {v.cle: articles_inconnus(str(v.valeur), JOUR) for v in lire_table(nom).valeurs if v.valeur}
    assert not {cle: articles for cle, articles in inconnus.items() if articles}


@pytest.mark.parametrize("nom", MODELES.noms())
def test_un_article_cite_par_un_modele_word_est_dans_la_table_avec_son_code(nom):
    if nom.endswith("charte"):
        return
    assert articles_inconnus(MODELES.modele(nom).texte_visible(), JOUR) == ()


def test_presque_tous_les_fondements_se_lisent():
    """Un fondement qu'on ne sait pas lire échapperait au contrôle : ils se comptent."""
    muets = [
        c for c, e in catalogue().items() if e.fondement and not articles_cites(e.fondement) and "n°" not in e.fondement
    ]
    assert muets == ["PROFESSIONNEL_CONTREDIT", "PIECE_NON_TRADUITE"]

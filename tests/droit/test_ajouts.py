"""Un ajout prolonge une table livrée ; il ne la contredit jamais, même quand le programme se met à jour."""

from datetime import date
from decimal import Decimal
from threading import Thread

from generateur.droit.ajouts import Ajout, AjoutsDroit, completer_table
from generateur.droit.tables import employer_ajouts, lire_table, lire_table_livree
from generateur.droit.valeurs import Source, Valeur

BCE = "taux_bce_refinancement"


def _ajouter(depuis, valeur):
    source = Source("Banque centrale européenne", "", date(2026, 12, 20))
    return Ajout(BCE, Valeur("", depuis, Decimal(valeur), source, "certaine", "", date(2027, 1, 4)))


def test_une_version_qui_livre_la_periode_l_emporte_sur_l_ajout():
    livree = lire_table_livree(BCE)
    derniere = livree.valeurs[-1].depuis
    for depuis in (derniere, date(2026, 1, 1)):
        assert completer_table(livree, AjoutsDroit((_ajouter(depuis, "9.99"),))) is livree


def test_un_ajout_ne_vaut_que_dans_son_fil():
    vus = []
    with employer_ajouts(AjoutsDroit((_ajouter(date(2027, 1, 1), "2.65"),))):
        fil = Thread(target=lambda: vus.append(lire_table(BCE).horizon))
        fil.start()
        fil.join()
        vus.append(lire_table(BCE).horizon)
    assert vus == [date(2026, 12, 31), date(2027, 6, 30)]

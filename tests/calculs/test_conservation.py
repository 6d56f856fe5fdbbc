"""Un dossier clos se garde jusqu'à la plus tardive de ses durées ; au moindre doute, il se garde."""

from datetime import date

import pytest

from generateur.calculs.conservation import Reperes, juger_conservation, reperer_dossier
from generateur.erreurs import ErreurDroitManquant
from generateur.lecture.socle import lire_dossier

AU = date(2026, 11, 28)


def _juger(clos_le, **reste):
    return juger_conservation(Reperes(clos_le, **reste), AU)


@pytest.mark.parametrize(
    ("reperes", "terme"),
    [
        ({"clos_le": date(2021, 11, 27)}, date(2026, 11, 27)),
        ({"clos_le": date(2020, 1, 5), "titre_le": date(2016, 11, 27)}, date(2026, 11, 27)),
        ({"clos_le": date(2016, 1, 5), "piece_le": date(2015, 11, 27)}, date(2026, 11, 27)),
        ({"clos_le": date(2020, 2, 29)}, date(2025, 2, 28)),
    ],
)
def test_la_plus_tardive_des_durees_decide(reperes, terme):
    conservation = juger_conservation(Reperes(**reperes), AU)
    assert conservation.terme == terme
    assert not conservation.raison


@pytest.mark.parametrize(
    "reperes",
    [
        {"clos_le": date(2021, 11, 28)},
        {"clos_le": date(2016, 1, 5), "titre_le": date(2016, 11, 28)},
        {"clos_le": date(2015, 1, 5), "piece_le": date(2015, 11, 28)},
    ],
)
def test_le_dernier_jour_est_encore_a_garder(reperes):
    conservation = juger_conservation(Reperes(**reperes), AU)
    assert conservation.terme == AU
    assert "28" in conservation.raison


def test_chaque_duree_cite_son_article():
    conservation = _juger(date(2010, 1, 5), titre_le=date(2009, 6, 1), piece_le=date(2008, 6, 1))
    assert [(d.titre, d.fondement) for d in conservation.delais] == [
        ("Pièces comptables", "C. com., art. L123-22"),
        ("Titre exécutoire", "CPCE, art. L111-4"),
        ("Preuve des actions", "C. com., art. L110-4 I ; C. civ., art. 2224"),
    ]


def test_un_dossier_non_clos_ou_douteux_se_garde_toujours():
    assert _juger(None).raison == "non clos"
    assert _juger(date(1990, 1, 1), doute="deux clôtures").raison == "deux clôtures"


def test_on_ne_juge_pas_au_dela_du_droit_connu():
    with pytest.raises(ErreurDroitManquant, match="conservation"):
        juger_conservation(Reperes(date(2010, 1, 1)), date(2028, 1, 1))


CLOS = "[suivi]\ndepot = 2026-11-10\nclos = { date = 2026-11-20 }\n"


@pytest.mark.parametrize(
    ("ajout", "doute"),
    [
        (CLOS, ""),
        (CLOS.replace("2026-11-20", "2026-12-20"), "pas arrivé"),
        (CLOS.replace("2026-11-10", "2026-11-21"), "plus tardif que la clôture"),
        (CLOS + "[situation]\nlitige = true\n", "litige"),
        (CLOS + "[situation]\ntitre_existant = true\n", "titre"),
        (CLOS + '[[paiements]]\nmontant = "10.00"\n', "sans date"),
        (CLOS + '[[paiements]]\nmontant = "10.00"\ndate = 2026-11-25\n', "plus tardif que la clôture"),
    ],
)
def test_ce_qui_dans_un_dossier_fait_douter(racine, tmp_path, ajout, doute):
    texte = (racine / "dossiers" / "2026-0042" / "dossier.toml").read_text("utf-8")
    (tmp_path / "dossier.toml").write_text(texte + "\n" + ajout, encoding="utf-8")
    reperes = reperer_dossier(lire_dossier(tmp_path).dossier, AU)
    assert doute in reperes.doute if doute else not reperes.doute


def test_les_reperes_d_un_dossier(racine, tmp_path):
    texte = (racine / "dossiers" / "2026-0042" / "dossier.toml").read_text("utf-8")
    suite = (
        "\n[suivi]\ndepot = 2026-11-10\nordonnance = { date = 2026-11-12 }\n"
        'signification = { date = 2026-11-14, mode = "personne" }\n'
        'saisies = [{ date = 2026-11-16, montant = "100.00" }]\nclos = { date = 2026-11-20 }\n'
    )
    (tmp_path / "dossier.toml").write_text(texte + suite, encoding="utf-8")
    reperes = reperer_dossier(lire_dossier(tmp_path).dossier, AU)
    assert (reperes.clos_le, reperes.titre_le) == (date(2026, 11, 20), date(2026, 11, 16))
    assert reperes.piece_le == date(2026, 3, 31)

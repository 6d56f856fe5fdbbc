"""Toutes les tables du droit : forme, sources, horizons, et les valeurs que le droit publie."""

import ast
import json
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.droit import ressources
from generateur.droit.tables import (
    decimal_au,
    entier_au,
    expirations,
    lire_table,
    lister_tables,
    valeur_au,
)
from generateur.erreurs import CodeSortie, ErreurDroitManquant, ErreurUsage

DONNEES = Path(__file__).parents[3] / "shared" / "donnees"
UNITES = {
    "booleen",
    "euros",
    "exigence",
    "jour_ferie",
    "jours",
    "mois",
    "multiple",
    "nature",
    "points",
    "pourcent",
    "pourcent_par_an",
    "qualite",
    "salaries",
    "siege",
    "texte",
}
PREMIERE_DATE = date(1976, 1, 1)
ECART_PUBLICATION = timedelta(days=548)  # dix-huit mois
TABLES_FIXES = {
    "articles",
    "delai_signification_ordonnance",
    "delais",
    "formes_juridiques",
    "indemnite_recouvrement",
    "penalites_multiple_plancher",
    "penalites_points_suppletifs",
    "prescription",
    "seuil_petites_creances",
    "taux_bce_refinancement",
    "taux_legal_particuliers",
    "taux_legal_professionnels",
}


def test_les_tables_convenues_existent():
    assert set(lister_tables()) >= TABLES_FIXES
    assert list(lister_tables()) == sorted(lister_tables())


@pytest.mark.parametrize("nom", lister_tables())
def test_chaque_table_est_triee_sourcee_et_bornee(nom):
    table = lire_table(nom)
    assert table.libelle
    assert table.unite in UNITES
    assert table.valeurs
    reperes = [(valeur.cle, valeur.depuis) for valeur in table.valeurs]
    assert reperes == sorted(reperes)
    assert len(reperes) == len(set(reperes))
    assert ("" in table.cles) == (table.cles == ("",)), "une série unique ou des séries nommées"
    assert all(valeur.depuis < table.horizon for valeur in table.valeurs)
    assert date(2026, 1, 1) <= table.verifie_le <= table.horizon


@pytest.mark.parametrize("nom", lister_tables())
def test_chaque_valeur_dit_d_ou_elle_vient(nom):
    for valeur in lire_table(nom).valeurs:
        repere = f"{nom} {valeur.cle} {valeur.depuis}"
        assert valeur.depuis >= PREMIERE_DATE, repere
        assert valeur.source.titre, repere
        assert valeur.source.url.startswith("https://"), repere
        assert valeur.confiance in {"certaine", "probable", "non_etablie"}, repere
        publication = valeur.source.publication
        assert publication is None or abs(valeur.depuis - publication) <= ECART_PUBLICATION, repere
        assert valeur.valeur is not None or valeur.note, f"{repere} : une absence s'explique"


@pytest.mark.parametrize("nom", lister_tables())
def test_chaque_valeur_a_le_type_de_son_unite(nom):
    table = lire_table(nom)
    types = {
        "booleen": bool,
        "mois": int,
        "jours": int,
        "salaries": int,
        "euros": (int, Decimal),
        "multiple": (int, Decimal),
        "points": (int, Decimal),
        "pourcent": Decimal,
        "pourcent_par_an": Decimal,
    }
    attendu = types.get(table.unite, str)
    for valeur in table.valeurs:
        if valeur.valeur is not None:
            assert isinstance(valeur.valeur, attendu), valeur.cle
            assert isinstance(valeur.valeur, bool) == (table.unite == "booleen"), valeur.cle


@pytest.mark.parametrize("nom", ["taux_legal_particuliers", "taux_legal_professionnels"])
def test_le_taux_legal_change_chaque_semestre_sans_trou(nom):
    attendus = [date(annee, mois, 1) for annee in range(2015, 2027) for mois in (1, 7)]
    assert [valeur.depuis for valeur in lire_table(nom).valeurs] == attendus


@pytest.mark.parametrize("nom", ["taux_legal_particuliers", "taux_legal_professionnels", "taux_bce_refinancement"])
def test_refuse_un_taux_au_dela_de_l_horizon(nom):
    assert decimal_au(nom, date(2026, 12, 31)) > 0
    with pytest.raises(ErreurDroitManquant) as refus:
        decimal_au(nom, date(2027, 1, 1))
    assert refus.value.code is CodeSortie.DROIT_MANQUANT
    assert nom in refus.value.message
    assert "31/12/2026" in refus.value.message
    assert f"generateur droit ajouter {nom} 2027-01-01" in refus.value.remede
    assert ".toml" not in f"{refus.value.remede}{refus.value.lieu}", "on ne modifie pas le paquet"


@pytest.mark.parametrize("nom", lister_tables())
def test_refuse_le_lendemain_de_chaque_horizon(nom):
    table = lire_table(nom)
    cle = table.valeurs[0].cle
    assert valeur_au(nom, table.horizon, cle).cle == cle
    with pytest.raises(ErreurDroitManquant, match=nom):
        valeur_au(nom, table.horizon + timedelta(days=1), cle)


def test_refuse_avant_la_premiere_valeur():
    assert decimal_au("taux_legal_professionnels", date(2015, 1, 1)) == Decimal("0.93")
    with pytest.raises(ErreurDroitManquant, match="01/01/2015"):
        decimal_au("taux_legal_professionnels", date(2014, 12, 31))


def test_refuse_une_serie_inconnue_et_une_table_inconnue():
    with pytest.raises(ErreurDroitManquant, match="« appel »"):
        entier_au("delais", date(2026, 11, 21), "appel")
    with pytest.raises(ErreurUsage, match="taux_usuraire"):
        lire_table("taux_usuraire")


def test_un_montant_non_etabli_n_est_pas_un_nombre():
    jour = date(2026, 11, 21)
    assert valeur_au("frais", jour, "creances_commerciales_incontestees_max").valeur is None
    with pytest.raises(ErreurDroitManquant, match="frais"):
        decimal_au("frais", jour, "creances_commerciales_incontestees_max")
    with pytest.raises(ErreurDroitManquant, match="regles_procedure"):
        entier_au("regles_procedure", jour, "petites_creances_ouverte")


SUPPLETIFS = {
    (2022, 1): "10.00",
    (2022, 7): "10.00",
    (2023, 1): "12.50",
    (2023, 7): "14.00",
    (2024, 1): "14.50",
    (2024, 7): "14.25",
    (2025, 1): "13.15",
    (2025, 7): "12.15",
    (2026, 1): "12.15",
    (2026, 7): "12.40",
}


@pytest.mark.parametrize(("semestre", "attendu"), SUPPLETIFS.items())
def test_taux_suppletif_bce_plus_dix_points(semestre, attendu):
    annee, mois = semestre
    jour = date(annee, mois, 1)
    bce = decimal_au("taux_bce_refinancement", jour)
    assert bce + decimal_au("penalites_points_suppletifs", jour) == Decimal(attendu)


@pytest.mark.parametrize(
    ("jour", "plancher"),
    [
        (date(2026, 7, 1), "8.25"),
        (date(2026, 6, 30), "7.86"),
        (date(2025, 12, 31), "8.28"),
        (date(2025, 1, 1), "11.13"),
        (date(2024, 1, 1), "15.21"),
    ],
)
def test_plancher_de_trois_fois_le_taux_legal(jour, plancher):
    legal = decimal_au("taux_legal_professionnels", jour)
    assert legal * decimal_au("penalites_multiple_plancher", jour) == Decimal(plancher)


@pytest.mark.parametrize(
    ("nom", "cle", "veille", "avant", "apres"),
    [
        ("delai_signification_ordonnance", "", date(2026, 8, 31), 6, 3),
        ("seuil_petites_creances", "", date(2019, 12, 31), 4000, 5000),
        ("indemnite_recouvrement", "", date(2012, 12, 31), 0, 40),
        ("delais", "execution_ordonnance", date(2026, 8, 31), 1, 2),
        (
            "regles_procedure",
            "petites_creances_exclut_factures_entre_commercants",
            date(2026, 4, 24),
            False,
            True,
        ),
        ("regles_procedure", "creances_commerciales_incontestees_ouverte", date(2026, 4, 24), False, True),
        ("regles_procedure", "formule_executoire_immediate", date(2022, 2, 28), False, True),
        ("regles_procedure", "artisans_devant_tribunal_de_commerce", date(2021, 12, 31), False, True),
        ("taux_bce_refinancement", "", date(2026, 6, 16), Decimal("2.15"), Decimal("2.40")),
        ("taux_bce_refinancement", "", date(2026, 9, 15), Decimal("2.40"), Decimal("2.65")),
    ],
)
def test_la_regle_change_a_sa_date(nom, cle, veille, avant, apres):
    assert valeur_au(nom, veille, cle).valeur == avant
    assert valeur_au(nom, veille + timedelta(days=1), cle).valeur == apres


@pytest.mark.parametrize(
    ("table", "cle", "attendu"),
    [
        ("delais", "opposition", 1),
        ("delais", "declaration_de_creance", 2),
        ("delais", "releve_de_forclusion", 6),
        ("delais", "revendication", 3),
        ("delais", "reponse_petites_creances", 1),
        ("delais_jours", "consignation", 15),
        ("delais_jours", "paiement_maximal", 60),
        ("delais_jours", "paiement_fin_de_mois", 45),
        ("delais_distance", "outre_mer", 1),
        ("delais_distance", "etranger", 2),
        ("prescription", "commercial", 60),
        ("prescription", "consommateur", 24),
        ("prescription", "transport", 12),
        ("prescription", "bail_habitation", 36),
        ("prescription", "delai_butoir", 240),
        ("seuils", "ecrit_obligatoire", 1500),
        ("seuils", "ministere_avocat", 10000),
    ],
)
def test_delais_et_seuils_du_droit_en_vigueur(table, cle, attendu):
    assert entier_au(table, date(2026, 11, 21), cle) == attendu


@pytest.mark.parametrize(
    ("forme", "qualite"),
    [
        ("SARL", "commercant"),
        ("SASU", "commercant"),
        ("SNC", "commercant"),
        ("SCI", "societe_civile"),
        ("ASSOCIATION", "association"),
        ("SELARL", "liberal"),
        ("SCP", "liberal"),
        ("EARL", "agricole"),
        ("GIE", None),
    ],
)
def test_qualite_selon_la_forme(forme, qualite):
    assert valeur_au("formes_juridiques", date(2026, 11, 21), forme).valeur == qualite


def test_les_formes_d_exercice_liberal_ont_toutes_une_qualite():
    liberales = set(lire_table("formes_exercice_liberal").cles)
    assert "SELARL" in liberales
    assert liberales <= set(lire_table("formes_juridiques").cles)


def test_les_fourchettes_de_frais_sont_ordonnees():
    jour = date(2026, 11, 21)
    for table in ("frais",):
        for cle in lire_table(table).cles:
            if not cle.endswith("_min"):
                continue
            bas = valeur_au(table, jour, cle).valeur
            haut = valeur_au(table, jour, cle.removesuffix("_min") + "_max").valeur
            assert bas is None or haut is None or bas <= haut, cle


@pytest.mark.parametrize("cle", lire_table("jours_feries").cles)
def test_un_jour_ferie_est_une_date_ou_un_decalage_sur_paques(cle):
    territoire, nom = cle.split("/")
    assert nom
    assert territoire == "national" or territoire.isdigit()
    valeur = str(valeur_au("jours_feries", date(2026, 1, 1), cle).valeur)
    if valeur.startswith("paques"):
        assert -3 < int(valeur.removeprefix("paques")) <= 50
    else:
        assert date.fromisoformat(f"2026-{valeur}")


def test_annonce_ce_qui_expire_dans_le_delai():
    horizon = date(2026, 12, 31)
    attendues = {"recuperation_tva", "taux_bce_refinancement", "taux_legal_particuliers", "taux_legal_professionnels"}
    assert {t.nom for t in expirations(horizon - timedelta(days=60), 60)} == attendues
    assert expirations(horizon - timedelta(days=61), 60) == ()
    assert {t.nom for t in expirations(date(2027, 3, 1), 0)} == attendues


def test_les_taux_legaux_sont_ceux_des_releves():
    chemin = DONNEES / "taux" / "taux_interet_legal.json"
    if not chemin.exists():
        pytest.skip("relevés de taux absents (dossier partagé)")
    for semestre, taux in json.loads(chemin.read_text(encoding="utf-8"))["serie"].items():
        annee, rang = semestre.split("-S")
        jour = date(int(annee), 1 if rang == "1" else 7, 1)
        assert decimal_au("taux_legal_particuliers", jour) == Decimal(taux["particuliers"]), semestre
        assert decimal_au("taux_legal_professionnels", jour) == Decimal(taux["autres"]), semestre


def test_les_taux_de_la_bce_sont_ceux_des_releves():
    chemin = DONNEES / "taux" / "bce_mro.json"
    if not chemin.exists():
        pytest.skip("relevés de taux absents (dossier partagé)")
    releve = json.loads(chemin.read_text(encoding="utf-8"))
    serie = {valeur.depuis.isoformat(): valeur.valeur for valeur in lire_table("taux_bce_refinancement").valeurs}
    publies = {jour: Decimal(taux) for jour, taux in releve["changements"]}
    assert {jour: taux for jour, taux in serie.items() if jour >= min(publies)} == publies
    for semestre, attendu in releve["taux_penalite_L441_10_par_semestre"].items():
        annee, rang = semestre.split("-S")
        jour = date(int(annee), 1 if rang == "1" else 7, 1)
        assert decimal_au("taux_bce_refinancement", jour) + 10 == Decimal(attendu), semestre


def test_chaque_table_sert(arbres):
    """Une table que rien ne lit ne dit rien à personne : elle sert, ou elle s'en va."""
    ecrits = {n.value for a in arbres.values() for n in ast.walk(a) if isinstance(n, ast.Constant)}
    assert not set(lister_tables()) - ecrits


@pytest.mark.parametrize(
    ("table", "cle", "jour"),
    [
        ("taux_bce_refinancement", "", date(2026, 7, 1)),
        ("taux_bce_refinancement", "", date(2026, 9, 16)),
        ("taux_legal_professionnels", "", date(2026, 7, 1)),
        ("taux_legal_particuliers", "", date(2026, 7, 1)),
        ("frais", "signification_emolument", date(2025, 6, 1)),
    ],
)
def test_une_valeur_mal_sourcee_n_est_que_probable(table, cle, jour):
    assert valeur_au(table, jour, cle).confiance == "probable"


def test_le_tarif_de_signification_a_une_fin():
    assert decimal_au("frais", date(2026, 2, 28), "signification_emolument") == Decimal("25.79")
    for cle in ("signification_emolument", "signification_min", "signification_max"):
        suivante = valeur_au("frais", date(2026, 3, 1), cle)
        assert (suivante.valeur, suivante.confiance) == (None, "non_etablie")


def test_la_contribution_d_aide_juridique_d_une_injonction_n_est_pas_etablie():
    assert valeur_au("frais", date(2026, 6, 1), "contribution_aide_juridique_injonction_max").valeur is None


def test_l_option_du_demandeur_non_commercant_est_lue_comme_telle():
    arret = valeur_au("articles", date(2026, 11, 27), "Cass. com., 18 novembre 2020, n° 19-19.463")
    assert "peut saisir" in arret.valeur
    assert "seulement" not in arret.valeur


def test_une_table_remplacee_sans_changer_ni_date_ni_taille_se_relit(tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    fichier = tmp_path / "tables" / "seuil_petites_creances.toml"
    octets = ressources.lire_octets("tables", fichier.name)
    fichier.write_bytes(octets)
    monkeypatch.setattr(ressources, "_RACINE", tmp_path)
    avant, etat = lire_table("seuil_petites_creances"), fichier.stat()
    fichier.write_bytes(octets.replace(b"5000", b"7000"))
    os.utime(fichier, ns=(etat.st_atime_ns, etat.st_mtime_ns))
    assert fichier.stat().st_size == etat.st_size
    assert lire_table("seuil_petites_creances") != avant

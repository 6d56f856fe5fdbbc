"""Deux cents dossiers aux dates limites : tableau, relances et échéances contre un calcul fait autrement."""

import contextlib
import datetime as dt
import functools
import io
import json
from fractions import Fraction

import pytest

from generateur.cli import executer
from generateur.erreurs import CodeSortie
from tests.outils.portefeuille_fictif import AU, NOMBRE, ecrire_portefeuille, ventes
from tests.outils.recalcul_portefeuille import (
    BORNES,
    au_centime,
    compter,
    delai_par_epuisement,
    lignes,
    recouvre,
    restes,
    suite_attendue,
    terme_de_prescription,
)


@pytest.fixture(scope="module")
def portefeuille(tmp_path_factory):
    racine = tmp_path_factory.mktemp("portefeuille") / "dossiers"
    return racine, ecrire_portefeuille(racine)


@pytest.fixture(scope="module")
def demander(portefeuille, tmp_path_factory):
    """L'objet d'une commande sur tout le portefeuille, demandé une seule fois."""
    sortie = tmp_path_factory.mktemp("sortie")

    @functools.cache
    def _demander(commande):
        ailleurs = ["-o", str(sortie)] if commande != "tableau" else []
        lu = io.StringIO()
        with contextlib.redirect_stdout(lu):
            code = executer([commande, str(portefeuille[0]), "--au", AU.isoformat(), "--json", "-q", *ailleurs])
        assert code == CodeSortie.FAIT
        return json.loads(lu.getvalue())

    return _demander


def test_les_faits_entourent_chaque_borne(portefeuille):
    _, faits = portefeuille
    assert len(faits) == NOMBRE
    retards = {(AU - f["factures"][0]["echeance"]).days for f in faits}
    for borne, _ in BORNES[:-1]:
        assert {borne - 1, borne, borne + 1} <= retards


def test_chaque_creance_est_celle_du_calcul_independant(portefeuille, demander):
    attendues = [
        (
            c["reference"],
            au_centime(c["reste"]),
            c["retard"],
            c["provision"] if c["provision"] is None else au_centime(c["provision"]),
        )
        for c in lignes(portefeuille[1], AU)
    ]
    trouvees = [
        (c["reference"], c["reste"], c["retard_jours"], c["provision"]) for c in demander("tableau")["creances"]
    ]
    assert sorted(trouvees, key=str) == sorted(attendues, key=str)


def test_la_balance_et_les_indicateurs_sont_ceux_du_calcul_independant(portefeuille, demander):
    faits = portefeuille[1]
    dues = list(lignes(faits, AU))
    objet = demander("tableau")
    for rang, tranche in enumerate(objet["balance"]["tranches"]):
        siennes = [c for c in dues if c["tranche"] == rang]
        assert tranche["creances"] == len(siennes)
        assert tranche["montant"] == au_centime(sum((c["reste"] for c in siennes), Fraction(0)))
        assert tranche["provision"] == au_centime(sum((c["provision"] or Fraction(0) for c in siennes), Fraction(0)))
    echues = [c for c in dues if c["retard"] > 0]
    encours, echu = (sum((c["reste"] for c in choix), Fraction(0)) for choix in (dues, echues))
    facture, _ = recouvre(faits, AU)["avant_relance"]
    par_mois: dict[str, Fraction] = {}
    for vente in ventes():
        par_mois[vente["mois"]] = par_mois.get(vente["mois"], Fraction(0)) + Fraction(vente["montant_ttc"])
    epuise = delai_par_epuisement(encours, par_mois, AU)
    jours = (AU - dt.date(2025, 11, 30)).days
    attendus = {
        "encours": encours,
        "echu": echu,
        "facture": facture,
        "recouvre": sum((paye for _, paye in recouvre(faits, AU).values()), Fraction(0)),
        "taux_impayes": echu / facture * 100,
        "taux_impayes_ventes": echu / sum(par_mois.values()) * 100,
        "retard_moyen": sum(c["reste"] * c["retard"] for c in echues) / echu,
        "dso_epuisement": epuise,
        "dso_classique": encours / sum(par_mois.values()) * jours,
        "provision": sum((c["provision"] or Fraction(0) for c in dues), Fraction(0)),
    }
    trouves = {i["cle"]: i["valeur"] for i in objet["indicateurs"] if i["cle"] in attendus}
    assert trouves == {cle: None if valeur is None else au_centime(valeur) for cle, valeur in attendus.items()}
    assert epuise is not None


@pytest.mark.parametrize(("groupes", "cle"), [("debiteurs", "debiteur"), ("creanciers", "creancier")])
def test_chaque_groupe_est_celui_du_calcul_independant(portefeuille, demander, groupes, cle):
    attendus: dict[str, list[Fraction]] = {}
    for creance in lignes(portefeuille[1], AU):
        sommes = attendus.setdefault(creance[cle], [Fraction(0)] * 3)
        sommes[0] += creance["reste"]
        sommes[1] += creance["reste"] if creance["retard"] > 0 else 0
        sommes[2] += creance["provision"] or 0
    trouves = {
        g["nom"]: [g["encours"], g["echu"], g["provision"]]
        for g in demander("tableau")[groupes]
        if g["encours"] != "0.00"
    }
    assert trouves == {nom: [au_centime(somme) for somme in sommes] for nom, sommes in attendus.items()}


def test_le_recouvre_par_etape_est_celui_du_calcul_independant(portefeuille, demander):
    attendu = {etape: tuple(map(au_centime, sommes)) for etape, sommes in recouvre(portefeuille[1], AU).items()}
    trouve = {e["etape"]: (e["engage"], e["recouvre"]) for e in demander("tableau")["recouvrement"]}
    assert trouve == attendu


def test_les_creances_cedees_indemnisees_ou_closes_sont_nommees(portefeuille, demander):
    faits = portefeuille[1]
    sorties = {f["reference"] for f in faits} - {f["reference"] for f in compter(faits)}
    sorties |= {f["reference"] for f in faits if f.get("suivi", {}).get("clos", {"date": dt.date.max})["date"] <= AU}
    assert sorties
    motifs = {h["reference"]: h["motif"] for h in demander("tableau")["hors_sommes"] if "hors taxe" not in h["motif"]}
    assert set(motifs) == sorties


def test_la_suite_de_chaque_dossier_est_celle_du_calcul_independant(portefeuille, demander):
    attendues = {f["reference"]: suite_attendue(f, AU) for f in portefeuille[1]}
    objet = demander("relancer")
    trouvees = {d["reference"]: (d["suite"], d["niveau"]) for d in objet["dossiers"]}
    assert {r: (trouvees[r], s) for r, s in attendues.items() if trouvees[r] != s} == {}
    assert {suite for suite, _ in attendues.values()} == {
        "relancer", "mettre_en_demeure", "produire", "attendre", "aucune",
    }  # fmt: skip
    assert {niveau for _, niveau in attendues.values()} == {None, 1, 2, 3, 4, 5}
    for dossier in objet["dossiers"]:
        assert bool(dossier["fichiers"]) == (dossier["suite"] == "relancer")


def test_les_echeances_sont_celles_du_calcul_independant(portefeuille, demander):
    objet = demander("echeances")
    par_reference = {d["reference"]: {(e["titre"], e["date"]) for e in d["echeances"]} for d in objet["dossiers"]}
    assert len(par_reference) == NOMBRE
    vus = set()
    for fait in portefeuille[1]:
        dates = {date for _, date in par_reference[fait["reference"]]}
        for echeance in fait.get("accord", {}).get("echeances", []):
            if echeance["date"] >= AU and restes(fait, AU):
                assert echeance["date"].isoformat() in dates
                vus.add("accord")
        if set(fait) & {"paiements", "suivi", "mise_en_demeure", "accord"}:
            continue
        terme = terme_de_prescription(fait["factures"][0]["echeance"])
        assert terme.isoformat() in dates, fait["reference"]
        vus.add((terme - AU).days if abs((terme - AU).days) <= 1 else "prescription")
    assert vus >= {"accord", "prescription", -1, 0, 1}

"""Les cas de tests/cas/calculs, lisibles par un juriste : un dossier, une date, ce qui est attendu, pourquoi."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.decompte import chiffrer
from generateur.erreurs import ErreurDroitManquant

CAS = sorted((Path(__file__).parents[1] / "cas" / "calculs").glob("*.toml"))
MONTANTS = {
    "principal",
    "interets",
    "indemnites",
    "clause_penale",
    "frais",
    "total",
    "interet_journalier",
    "compense",
    "trop_percu",
}
DATES = {"arrete_le"}


def _lire_listes(decompte):
    return {
        "lignes": [
            [ligne.facture, ligne.du, ligne.au, ligne.jours, ligne.base, ligne.taux, ligne.montant]
            for ligne in decompte.lignes
        ],
        "imputations": [[i.facture, i.date, i.montant, i.interets, i.principal] for i in decompte.imputations],
        "a_echoir": [[somme.facture, somme.echeance, somme.montant] for somme in decompte.a_echoir],
        "exclues": [[exclue.facture, exclue.motif] for exclue in decompte.exclues],
        "ecarts_plancher": [
            [e.facture, e.taux_contrat, e.plancher, e.montant_contrat, e.montant_plancher, e.montant_suppletif]
            for e in decompte.ecarts_plancher
        ],
    }


def _en_nombres(valeur):
    """Les nombres écrits entre guillemets deviennent des décimaux ; les numéros de facture restent du texte."""
    if isinstance(valeur, list):
        return [_en_nombres(element) for element in valeur]
    est_nombre = isinstance(valeur, str) and valeur.replace(".", "", 1).isdigit()
    return Decimal(valeur) if est_nombre else valeur


@pytest.mark.parametrize("chemin", CAS, ids=lambda chemin: chemin.stem)
def test_cas(chemin, fabriquer):
    cas = tomllib.loads(chemin.read_text(encoding="utf-8"))
    assert cas["titre"], "un cas dit ce qu'il montre"
    assert cas["source"], "un cas dit d'où il vient"
    dossier = fabriquer(**cas["dossier"])
    attendu = cas["attendu"]
    if "droit_manquant" in attendu:
        with pytest.raises(ErreurDroitManquant, match=attendu["droit_manquant"]):
            chiffrer(dossier, cas["au"])
        return
    frais = [Decimal(montant) for montant in cas.get("frais", [])]
    decompte = chiffrer(dossier, cas["au"], frais, perimetre=cas.get("perimetre"))
    listes = _lire_listes(decompte)
    for cle, valeur in attendu.items():
        obtenu = getattr(decompte, cle) if cle in MONTANTS | DATES else listes[cle]
        assert obtenu == _en_nombres(valeur), cle


def test_les_cas_sont_la():
    assert len(CAS) > 30

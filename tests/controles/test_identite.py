"""Identifiants réels et faux : ce que disent les clés de contrôle, exception de La Poste comprise."""

import json
from pathlib import Path

import pytest

ANNUAIRE = Path(__file__).parents[3] / "shared" / "corpus" / "annuaire" / "siren_cas.json"
sans_corpus = pytest.mark.skipif(not ANNUAIRE.exists(), reason="corpus ../shared/corpus/annuaire absent")


def _codes(constats, lieu):
    return {constat.code for constat in constats if constat.lieu == lieu}


@sans_corpus
def test_les_siren_du_corpus_sont_juges_par_leur_cle(controler):
    for cas in json.loads(ANNUAIRE.read_text("utf-8"))["siren"]:
        constats = controler({"debiteurs": {"1": {"siren": cas["siren"]}}})
        attendu = {"SIREN_PUBLIC"} if cas["siren"][0] in "12" else set()
        assert _codes(constats, "debiteurs[1].siren") == (attendu if cas["luhn"] else {"SIREN_INVALIDE"}), cas


@sans_corpus
def test_les_siret_du_corpus_sont_juges_par_leur_cle(controler):
    for cas in json.loads(ANNUAIRE.read_text("utf-8"))["siret_cas_particuliers"]:
        siret = cas["siret"]
        constats = controler({"debiteurs": {"1": {"siret": siret, "siren": siret[:9]}}})
        assert ("SIRET_INVALIDE" in _codes(constats, "debiteurs[1].siret")) is not cas["stdnum_siret"], cas


@sans_corpus
def test_les_numeros_de_tva_du_corpus_sont_juges_par_leur_cle(controler):
    for cas in json.loads(ANNUAIRE.read_text("utf-8"))["tva"]:
        constats = controler({"debiteurs": {"1": {"tva": cas["n"], "siren": "(retirer)"}}})
        assert ("TVA_INVALIDE" in _codes(constats, "debiteurs[1].tva")) is not cas["ok"], cas


def test_un_siret_de_la_poste_sans_cle_de_luhn_est_admis(controler):
    constats = controler({"debiteurs": {"1": {"siret": "35600000009075", "siren": "356000000"}}})
    assert not _codes(constats, "debiteurs[1].siret")


def test_un_siret_de_zeros_revele_un_siren_factice(controler):
    constats = controler({"debiteurs": {"1": {"siret": "00000000000000", "siren": "(retirer)"}}})
    assert _codes(constats, "debiteurs[1].siren") == {"SIREN_FACTICE"}


def test_une_tva_etrangere_se_juge_par_son_pays_sans_la_rapprocher_du_siren(controler):
    assert not _codes(controler({"creancier": {"tva": "BE0428759497"}}), "creancier.tva")
    assert _codes(controler({"creancier": {"tva": "BE0428759498"}}), "creancier.tva") == {"TVA_INVALIDE"}


def test_une_association_creanciere_ne_declare_ni_capital_ni_rcs(controler):
    sans_capital = {"capital": "(retirer)", "rcs_ville": "(retirer)"}
    constats = controler({"creancier": {"forme": "association", "qualite": "association", **sans_capital}})
    assert "MENTION_SOCIETE_ABSENTE" not in {constat.code for constat in constats}


def test_chaque_cle_manquante_d_une_creanciere_est_nommee(controler):
    retraits = dict.fromkeys(("prenoms", "naissance", "nationalite", "profession"), "(retirer)")
    constats = controler({"avec": ["creanciere_liberale"], "creancier": retraits})
    manques = {constat.lieu for constat in constats if constat.code == "IDENTITE_INCOMPLETE"}
    assert manques == {f"creancier.{cle}" for cle in retraits}


def test_un_siren_d_organisme_public_est_attendu_d_une_personne_publique(controler):
    constats = controler({"debiteurs": {"1": {"nature": "personne_publique", "siren": "217500016"}}})
    assert not _codes(constats, "debiteurs[1].siren")


@pytest.mark.parametrize(
    ("saisi", "cause"),
    [
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "le mot « IBAN »"),
        ("iban : fr76 3000 6000 0112 3456 7890 189", "le mot « IBAN »"),
        ("FR76 3OOO 6OOO 0112 3456 7890 189", "la lettre O"),
        ("FR76 3000 6000 0112 3456 7890 18", "26 signes au lieu de 27, il en manque 1"),
        ("FR76 3000 6000 0112 3456 7890 1899", "il y en a 1 de trop"),
        ("FR76\u200b3000 6000 0112 3456 7890 189", "U+200B"),
        ("FR76 3000 6000 0112 3456 7890 188", "clé de contrôle"),
        ("DE89 3704 0044 0532 0130 0", "clé de contrôle"),
        ("ZZ12 3456", "clé de contrôle"),
    ],
)
def test_un_iban_faux_dit_sa_faute(controler, saisi, cause):
    constats = controler({"creancier": {"iban": saisi}})
    (message,) = (constat.message for constat in constats if constat.code == "IBAN_INVALIDE")
    assert cause in message

"""Le texte du dossier : encodage, TOML, et l'endroit à ouvrir dans chaque message."""

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generateur.erreurs import ErreurLecture
from generateur.lecture import dossier_toml
from generateur.lecture.dossier_toml import reperer_lignes
from generateur.lecture.socle import lire_dossier


def test_lit_le_dossier_minimal(lire, minimal):
    lu = lire(minimal)
    assert lu.dossier.reference == "CAS-1"
    assert lu.racine.name == "CAS-1"


def test_accepte_un_bom_et_des_fins_de_ligne_windows(lire, minimal):
    assert lire(b"\xef\xbb\xbf" + minimal.replace("\n", "\r\n").encode()).dossier.reference == "CAS-1"


def test_refuse_un_autre_encodage_en_disant_la_ligne(refuser, minimal):
    refus = refuser(minimal.replace("Atelier d'essai", "Atelier Éclair").encode("latin-1"))
    assert "UTF-8" in refus.message
    assert refus.lieu == "dossier.toml, ligne 7"
    assert "Enregistrer sous" in refus.remede


@pytest.mark.parametrize("encodage", ["utf-16", "utf-32"])
def test_refuse_utf_16_et_utf_32(refuser, minimal, encodage):
    assert "UTF-8" in refuser(minimal.encode(encodage)).message


@pytest.mark.parametrize(
    ("avant", "apres", "ligne", "mot"),
    [
        ('objet = "Fourniture d\'essai"', 'objet = "Un"\nobjet = "Deux"', 3, "déjà écrite"),
        ('forme = "SARL"', "forme = SARL", 8, "guillemets"),
        ("date = 2026-03-01", "date = 2026-02-30", 19, "n'existe pas au calendrier"),
        ("date = 2026-03-01", "date = 1er mars 2026", 19, "une date s'écrit 2026-05-31"),
        ("date = 2026-03-01", "date = 01/03/2026", 19, "une date s'écrit 2026-05-31"),
        ('numero = "F1"', "numero = “F1”", 18, "guillemets doivent être droits"),
        ('numero = "F1"', "numero = 1 234,56 €", 18, "entre guillemets"),
        ('numero = "F1"', "contestee = non", 18, "non s'écrit false"),
        ('numero = "F1"', 'fichier = "C:\\Users\\f.pdf"', 18, "s'écrit avec « / »"),
        ('numero = "F1"', 'numero = "F1" ; objet = "x"', 18, "une seule clé par ligne"),
        ("[[factures]]", "[[factures]", 17, "un bloc [[factures]]"),
        ('numero = "F1"', 'numero : "F1"', 18, "il faut « = »"),
        ('objet = "Fourniture', 'objet = "Fourniture\n', 2, ""),
        ("[creancier]", "[creancier", 5, ""),
        ('commune = "Lyon" }', 'commune = "Lyon"', 9, ""),
        ('numero = "F1"', 'numero "F1"', 18, "« = »"),
        ("[creancier]", "[reference]", 5, "déjà écrite plus haut"),
        ('numero = "F1"', 'numero = "F1" date = 2026-03-01', 18, ""),
        ('code_postal = "69003"', "code_postal = 01000", 9, "commence par 0"),
    ],
)
def test_un_toml_fautif_dit_la_ligne_en_francais(refuser, minimal, avant, apres, ligne, mot):
    refus = refuser(minimal.replace(avant, apres, 1))
    assert refus.message.startswith("ligne mal écrite : « ")
    assert refus.lieu.endswith(f"ligne {ligne}")
    assert mot in refus.message
    assert refus.remede
    assert not {"Invalid", "Expected", "Cannot", "Illegal"} & set(refus.message.split())


def test_dit_toutes_les_lignes_mal_ecrites_a_la_fois(refuser, minimal):
    fautif = minimal.replace("date = 2026-03-01", "date = 01/03/2026").replace('"SARL"', "SARL")
    refus = refuser(fautif)
    assert refus.message.startswith("2 lignes mal écrites :")
    assert "ligne 8 : « forme = SARL »" in refus.message
    assert "ligne 19 : « date = 01/03/2026 »" in refus.message


def test_une_liste_sur_plusieurs_lignes_n_est_pas_une_faute(refuser, minimal):
    assert "ligne 1" in refuser(f"Objet : x\n{minimal}\n[procedures.x]\nliste = [\n  1,\n]\n").lieu


def test_refuse_un_fichier_enorme_sans_le_lire(refuser, minimal, monkeypatch):
    monkeypatch.setattr(dossier_toml, "TAILLE_MAXIMALE", 100)
    assert "trop gros" in refuser(minimal).message


@pytest.mark.parametrize("profondeur", [200, 320, 480, 495, 900, 100_000])
def test_refuse_une_imbrication_trop_profonde(refuser, minimal, profondeur):
    refuser(f"{minimal}\n[procedures.petites_creances]\nnegociation = {'[' * profondeur}{']' * profondeur}\n")


def test_refuse_des_sections_emboitees_sans_fin(refuser, minimal):
    assert "imbriqués" in refuser(f"{minimal}\n[{'.'.join('a' * 2000)}]\nx = 1\n").message


def test_refuse_un_nombre_de_milliers_de_chiffres(refuser, minimal):
    assert "trop de chiffres" in refuser(minimal.replace('"1200.00"', "9" * 5000)).message


def test_un_repertoire_a_la_place_du_fichier_se_refuse(tmp_path):
    (tmp_path / "dossier.toml").mkdir()
    with pytest.raises(ErreurLecture, match=r"aucun fichier dossier\.toml"):
        lire_dossier(tmp_path)


def test_reperer_les_lignes_suit_les_tableaux_et_les_textes_longs():
    texte = '[a]\nb = """\n[faux]\n"""\n[[f]]\nn = 1\n[[f]]\nn = 2\n[[f.sous]]\nk = 1\n'
    lignes = reperer_lignes(texte, "x")
    assert lignes[("a", "b")] == "x, ligne 2"
    assert ("faux",) not in lignes
    assert lignes[("f", 1, "n")] == "x, ligne 8"
    assert lignes[("f", 1, "sous", 0, "k")] == "x, ligne 10"


def test_une_cle_a_points_garde_sa_ligne(refuser, minimal):
    refus = refuser(minimal.replace("[[factures]]", "[cgv]\nacceptation.mode = 'oral'\n\n[[factures]]"))
    assert "ligne 18" in refus.lieu


TEXTES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
FRAGMENTS = st.sampled_from(
    [
        "[creancier]\n", "[[debiteurs]]\n", "[[factures]]\n", '"x"\n', "2026-01-01\n", "{ ", " }", "[",
        "]", "= ", "nature = 'particulier'\n", "creancier = '../x.toml'\n", "procedures.x = 1\n", "-1\n", "nan\n",
        "montant_ttc = 1e999\n", "\x00", "é", '"""', "true\n", "adresse = { voie = 'a' }\n",
        "factures = [1, 'a', {}]\n",
    ]
)  # fmt: skip


def _ne_lever_que_les_notres(repertoire: Path, octets: bytes) -> None:
    (repertoire / "dossier.toml").write_bytes(octets)
    with contextlib.suppress(ErreurLecture):
        lire_dossier(repertoire)


SANS_HATE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SANS_HATE
@given(texte=TEXTES)
def test_un_texte_quelconque_ne_leve_que_nos_erreurs(tmp_path, texte):
    _ne_lever_que_les_notres(tmp_path, texte.encode())


@SANS_HATE
@given(morceaux=st.lists(FRAGMENTS, max_size=30))
def test_des_morceaux_de_dossier_ne_levent_que_nos_erreurs(tmp_path, morceaux):
    _ne_lever_que_les_notres(tmp_path, "".join(morceaux).encode())


@SANS_HATE
@given(octets=st.binary(max_size=200))
def test_des_octets_quelconques_ne_levent_que_nos_erreurs(tmp_path, octets):
    _ne_lever_que_les_notres(tmp_path, octets)


VALEURS = st.recursive(
    st.one_of(
        st.integers(-(10**30), 10**30).map(str),
        st.sampled_from(["true", "1.5", "nan", "inf", "1e400", "2026-01-01", "2026-01-01T00:00:00Z", "07:32:00"]),
        TEXTES.map(lambda t: f'"{"".join(c for c in t if c.isprintable() and c not in chr(34) + chr(92))}"'),
    ),
    lambda interieur: st.one_of(
        st.lists(interieur, max_size=3).map(lambda v: f"[{', '.join(v)}]"),
        interieur.map(lambda v: f"{{ cle = {v} }}"),
    ),
    max_leaves=4,
)
CLES = st.sampled_from(
    [
        "reference", "objet", "au", "creancier.nature", "creancier.siren", "creancier.capital",
        "contrat", "contrat.penalites", "cgv", "factures", "avoirs", "paiements", "relances", "mise_en_demeure",
        "interruptions", "pieces", "situation.litige", "situation.procedures_anterieures", "suivi", "accord",
        "accord.decheance_terme", "procedures", "procedures.petites_creances", "procedures.injonction_de_payer",
        "suretes", "mandataire", "destinataire", "assurance_credit", "inconnue",
    ]
)  # fmt: skip


@SANS_HATE
@given(cle=CLES, valeur=VALEURS)
def test_une_valeur_quelconque_a_une_cle_connue_ne_leve_que_nos_erreurs(tmp_path, minimal, cle, valeur):
    debut, _, _ = minimal.partition("[creancier]")
    reste = minimal.removeprefix(debut)
    sans_la_cle = "\n".join(ligne for ligne in debut.splitlines() if not ligne.startswith(f"{cle} ="))
    _ne_lever_que_les_notres(tmp_path, f"{sans_la_cle}\n{cle} = {valeur}\n{reste}".encode())


def test_une_cle_de_milliers_de_parties_se_refuse_sans_attendre(refuser, minimal):
    """Le lecteur y passerait une demi-minute ; une longue ligne de points dans un texte, elle, se lit."""
    debut = time.monotonic()
    for cle in (".".join(["a"] * 30_000), f"x = {{ {'.'.join(['a'] * 30_000)}"):
        assert "imbriqués" in refuser(f"{cle} = 1\n{minimal}").message
    assert time.monotonic() - debut < 25
    assert "imbriqués" not in refuser(f'{minimal}\ninconnue = "{"." * 3000}"\n').message

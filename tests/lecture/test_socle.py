"""La validation : chaque défaut dit sa ligne, ce qui a été lu et ce qu'il faut écrire ; tous à la fois."""

import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.domaine.chemins_de_cle import denommer, nommer
from generateur.domaine.parties import Creancier
from generateur.domaine.socle import est_vide
from generateur.erreurs import ErreurLecture
from generateur.lecture.socle import lire_dossier, lister_dossiers, trouver_source
from generateur.lecture.synonymes import normaliser_synonymes


@pytest.mark.parametrize(
    ("avant", "apres", "ligne", "attendu"),
    [
        ('numero = "F1"', 'numero = "F1"\nmontant_tcc = "1"', 19, "vouliez-vous dire « montant_ttc »"),
        ('objet = "', 'objt = "x"\nobjet = "', 2, "vouliez-vous dire « objet »"),
        ("[creancier]", "[creancier]\nqsdf = 1", 6, "clés admises ici"),
        ('numero = "F1"\n', "", 17, "« numero » est obligatoire"),
        ('"1200.00"', '"-1200.00"', 21, "supérieur à zéro"),
        ('"1200.00"', "-1200.00", 21, "supérieur à zéro"),
        ('"1200.00"', '"1.234,56"', 21, "ambigu"),
        ('"1200.00"', '"1,234.56"', 21, "ambigu"),
        ('"1200.00"', '"12.3456"', 21, "deux décimales"),
        ('"1200.00"', '"mille"', 21, "n'est pas un nombre"),
        ('"1200.00"', "nan", 21, "nombre"),
        ('"1200.00"', "inf", 21, "nombre"),
        ('"1200.00"', "1e400", 21, "dépasse"),
        ('"1200.00"', "1e999999999", 21, "dépasse"),
        ('"1200.00"', "1e-999999999", 21, "dépasse"),
        ('fichier = "pieces/f1.pdf"', 'fichier = "pieces\\nouveau.pdf"', 22, "écrivez « / »"),
        ('fichier = "pieces/f1.pdf"', 'fichier = "pieces\\tva.pdf"', 22, "écrivez « / »"),
        ('"1200.00"', "true", 21, "nombre attendu"),
        ("date = 2026-03-01", 'date = "1er mars 2026"', 19, "2026-05-31"),
        ("date = 2026-03-01", 'date = "2026-02-30"', 19, "n'existe pas au calendrier"),
        ("date = 2026-03-01", "date = 2026-03-01T10:00:00", 19, "date attendue"),
        ("date = 2026-03-01", "date = 20260301", 19, "date attendue"),
        ("date = 2026-03-01", "date = 9999-12-31", 19, "l'année 9999"),
        ("date = 2026-03-01", 'date = "0226-03-01"', 19, "l'année 0226"),
        ("[[factures]]", "[factures]", 17, "[[ … ]] (lu : une section)"),
        ('objet = "Fourniture d\'essai"', "objet = true", 2, "lu : « true »"),
        ('fichier = "pieces/f1.pdf"', 'fichier = "../ailleurs.pdf"', 22, "sort du dossier"),
        ('fichier = "pieces/f1.pdf"', 'fichier = "/etc/passwd"', 22, "sort du dossier"),
        ('fichier = "pieces/f1.pdf"', "fichier = 'C:\\x.pdf'", 22, "sort du dossier"),
        ('fichier = "pieces/f1.pdf"', "fichier = 'pieces\\..\\..\\x.pdf'", 22, "sort du dossier"),
        ('nature = "personne_morale"', 'nature = "societe"', 6, "valeurs possibles"),
        ('forme = "SARL"', "siren = 100000009", 8, "entre guillemets"),
        ('denomination = "Atelier d\'essai"\n', "", 5, "denomination"),
        ('reference = "CAS-1"', 'reference = "Réf"', 1, "sans accent"),
        ('reference = "CAS-1"', 'reference = "CAS."', 1, "sans point final"),
        ('numero = "F1"', 'numero = "F1"\ncontestee = "non"', 19, "true ou false"),
        ('reference = "CAS-1"', 'reference = "CAS-1"\nObjet = "x"', 2, "vouliez-vous dire « objet »"),
        ('nature = "personne_morale"', 'nature = "Personne morale"', 6, "vouliez-vous dire « personne_morale »"),
    ],
)  # fmt: skip
def test_un_defaut_dit_sa_ligne_et_quoi_ecrire(refuser, minimal, avant, apres, ligne, attendu):
    assert avant in minimal
    refus = refuser(minimal.replace(avant, apres, 1))
    assert attendu in refus.message
    assert refus.remede
    if ligne is not None:
        assert f"dossier.toml, ligne {ligne}" in refus.lieu


def test_sans_facture_ni_procedure_collective_il_en_faut_une(refuser, minimal):
    debut, _, _ = minimal.partition("[[factures]]")
    assert "[[factures]]" in refuser(debut).message


def test_tous_les_defauts_sont_dits_a_la_fois(refuser, minimal):
    faux = minimal.replace('"1200.00"', '"-1"').replace('numero = "F1"\n', "").replace('"SAS"', "3")
    refus = refuser(faux)
    assert refus.message.startswith("3 défauts")
    for attendu in ("ligne 14, debiteurs[1].forme", "« numero » est obligatoire", "supérieur à zéro"):
        assert attendu in refus.message


def test_les_unions_ne_parlent_pas_de_pydantic(refuser, minimal):
    refus = refuser(f"{minimal}\n[accord]\ndate = 2026-05-01\ndecheance_terme = 'peut-être'\n")
    assert "pydantic" not in refus.message
    assert "function" not in refus.message
    assert "ligne 26" in refus.lieu


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("1234.56", "1234.56"),
        ('"1234.56"', "1234.56"),
        ('"1 234,56"', "1234.56"),
        ('"1\u00a0234,56\u00a0€"', "1234.56"),
        ('"1\u202f234,56"', "1234.56"),
        ("1234", "1234.00"),
        ("0.1", "0.10"),
        ("4503599627370497.5", None),
        ("1_234.5", "1234.50"),
        ("1e3", "1000.00"),
    ],
)
def test_un_montant_se_lit_exactement(lire, refuser, minimal, ecrit, lu):
    texte = minimal.replace('"1200.00"', ecrit)
    if lu is None:
        assert "dépasse" in refuser(texte).message
    else:
        montant = lire(texte).dossier.factures[0].montant_ttc
        assert str(montant) == lu
        assert montant == Decimal(lu)


@pytest.mark.parametrize("saisie", ["100 000 009", "100.000.009", "100\u00a0000\u00a0009", "100\u202f000\u202f009"])
def test_un_identifiant_se_tape_avec_des_blancs(lire, minimal, saisie):
    assert lire(minimal.replace('forme = "SARL"', f'siren = "{saisie}"')).dossier.creancier.siren == "100000009"


def test_deux_ecritures_d_un_accent_sont_la_meme_lettre(lire, minimal):
    decompose = unicodedata.normalize("NFD", "Élan & Fils « L'Œuvre »")
    lu = lire(minimal.replace("Essai et Fils", decompose))
    assert lu.dossier.debiteur.nom_complet == "Élan & Fils « L'Œuvre »"


@pytest.mark.parametrize("caractere", ["\\u0007", "\\u0000", "\\u001B", "\\u0085"])
def test_refuse_un_caractere_de_commande(refuser, minimal, caractere):
    refus = refuser(minimal.replace("Essai et Fils", f"Essai{caractere} et Fils"))
    assert "caractère de commande" in refus.message
    assert "debiteurs[1].denomination" in refus.lieu


@pytest.mark.parametrize(
    "caractere",
    [
        *(f"\\u{code:04X}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
        *("\\u061C", "\\u206A", "\\uFFF9", "\\u180E", "\\U000E0041"),
    ],
)
def test_refuse_un_caractere_qui_renverse_ou_cache_le_texte(refuser, minimal, caractere):
    refus = refuser(minimal.replace("Essai et Fils", f"Essai{caractere} et Fils"))
    assert "caractère invisible interdit" in refus.message
    assert "debiteurs[1].denomination" in refus.lieu


@pytest.mark.parametrize("caractere", ["\\u00AD", "\\u200B", "\\u200D", "\\u200E", "\\uFEFF"])
def test_admet_un_invisible_que_les_actes_n_impriment_pas(lire, minimal, caractere):
    lu = lire(minimal.replace("Essai et Fils", f"Essai{caractere} et Fils"))
    assert lu.dossier.debiteur.nom_complet.endswith("et Fils")


def test_un_caractere_de_commande_dit_sa_ligne(refuser, minimal):
    assert "ligne 13" in refuser(minimal.replace("Essai et Fils", "Essai\\u0007")).lieu


def _avec_profil(minimal, chemin):
    debut, _, reste = minimal.partition("[creancier]")
    section, _, suite = reste.partition("[[debiteurs]]")
    return f'{debut}creancier = "{chemin}"\n\n[[debiteurs]]{suite}', section


def test_un_profil_voisin_est_partage(ecrire, minimal):
    texte, section = _avec_profil(minimal, "../creanciers/atelier.toml")
    dossier = ecrire(texte)
    profils = dossier.parent / "creanciers"
    profils.mkdir()
    for contenu in (section, f"[creancier]{section}"):
        (profils / "atelier.toml").write_text(contenu, encoding="utf-8")
        assert lire_dossier(dossier).dossier.creancier.denomination == "Atelier d'essai"


def test_un_profil_se_trouve_depuis_le_dossier_lui_meme(ecrire, minimal, monkeypatch):
    texte, section = _avec_profil(minimal, "../creanciers/atelier.toml")
    dossier = ecrire(texte)
    (dossier.parent / "creanciers").mkdir()
    (dossier.parent / "creanciers" / "atelier.toml").write_text(section, encoding="utf-8")
    monkeypatch.chdir(dossier)
    assert lire_dossier(Path()).dossier.creancier.denomination == "Atelier d'essai"


def test_un_defaut_du_profil_se_situe_dans_le_profil(ecrire, minimal):
    texte, section = _avec_profil(minimal, "../creanciers/atelier.toml")
    dossier = ecrire(texte)
    (dossier.parent / "creanciers").mkdir()
    (dossier.parent / "creanciers" / "atelier.toml").write_text(f"{section}\nfrome = 'SA'\n", encoding="utf-8")
    with pytest.raises(ErreurLecture, match="vouliez-vous dire « forme »") as refus:
        lire_dossier(dossier)
    assert "atelier.toml, ligne 8" in refus.value.lieu


@pytest.mark.parametrize(
    ("chemin", "attendu"),
    [
        ("../creanciers/absent.toml", "introuvable"),
        ("../../loin.toml", "trop loin"),
        ("/etc/passwd", "trop loin"),
        ("../creanciers", "introuvable"),
        ("", "introuvable"),
    ],
)
def test_un_profil_absent_ou_trop_loin_se_refuse_a_sa_ligne(refuser, minimal, chemin, attendu):
    texte, _ = _avec_profil(minimal, chemin)
    refus = refuser(texte)
    assert attendu in refus.message
    assert "ligne 5" in refus.lieu


def test_un_profil_illisible_est_une_erreur_de_lecture(ecrire, minimal):
    texte, _ = _avec_profil(minimal, "../creanciers/x.toml")
    dossier = ecrire(texte)
    (dossier.parent / "creanciers").mkdir()
    (dossier.parent / "creanciers" / "x.toml").write_bytes(b"creancier = 3\n")
    with pytest.raises(ErreurLecture):
        lire_dossier(dossier)


@pytest.mark.parametrize(
    ("section", "attendu"),
    [
        ("[procedures.inventee]\nx = 1", "procédure inconnue « inventee »"),
        ("[procedures.petites_creances]\nnegocation = {}", "vouliez-vous dire « negociation »"),
        ('[procedures.petites_creances]\nnegociation = { delai_mois = "six" }', "nombre entier"),
        ("[procedures.declaration_de_creance]\nmontant = '-1'", "supérieur à zéro"),
    ],
)
def test_le_complement_d_une_procedure_est_valide_a_la_lecture(refuser, minimal, section, attendu):
    refus = refuser(f"{minimal}\n{section}\n")
    assert attendu in refus.message
    assert "procedures." in refus.lieu


def test_un_chemin_qui_n_existe_pas(tmp_path):
    with pytest.raises(ErreurLecture, match="n'existe pas"):
        trouver_source(tmp_path / "rien")


def test_une_reference_seule_fait_proposer_le_dossier(tmp_path, monkeypatch):
    (tmp_path / "dossiers" / "2026-0042").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ErreurLecture) as refus:
        trouver_source(Path("2026-0042"))
    assert "« dossiers/2026-0042 »" in refus.value.remede


def test_un_dossier_enregistre_sous_un_autre_nom_est_reconnu(tmp_path):
    (tmp_path / "dossier.toml.txt").write_text('reference = "A"', encoding="utf-8")
    with pytest.raises(ErreurLecture) as refus:
        lire_dossier(tmp_path)
    assert "« dossier.toml.txt »" in refus.value.remede


@pytest.mark.parametrize("lieu", [("objet",), ("factures", 1, "echeance"), ("factures", 0, "livraisons", 2, "fichier")])
def test_un_endroit_nomme_redevient_un_chemin(lieu):
    assert denommer(nommer(lieu)) == lieu


def test_un_format_inconnu_nomme_ceux_qui_se_lisent(tmp_path):
    (tmp_path / "dossier.docx").write_bytes(b"x")
    with pytest.raises(ErreurLecture, match="docx") as refus:
        lire_dossier(tmp_path / "dossier.docx")
    assert ".toml" in refus.value.remede


def test_lister_les_dossiers_ne_prend_que_ceux_qui_en_ont_un(ecrire, minimal):
    racine = ecrire(minimal).parent
    (racine / "creanciers").mkdir()
    (racine / "note.txt").write_text("x")
    assert [chemin.name for chemin in lister_dossiers(racine)] == ["CAS-1"]
    with pytest.raises(ErreurLecture, match="aucun dossier"):
        lister_dossiers(racine / "creanciers")


@pytest.mark.parametrize("nom", ["\u200b", "\u2060\u3164", "\u2800 \u00ad"])
def test_un_nom_que_rien_ne_montre_est_un_nom_absent(nom):
    assert est_vide(nom)
    assert not est_vide(f"{nom}L")


@pytest.mark.parametrize("pays", ["France", "FRANCE", "république française", "Republique  Francaise", "FRA", "Fr."])
def test_la_france_ecrite_en_toutes_lettres_est_fr(pays):
    donnees, lectures = normaliser_synonymes({"adresse": {"pays": pays}}, Creancier)
    assert donnees["adresse"]["pays"] == "FR"
    assert lectures


def test_un_etat_voisin_ecrit_en_toutes_lettres_a_son_code():
    donnees, _ = normaliser_synonymes({"adresse": {"pays": "Belgique"}}, Creancier)
    assert donnees["adresse"]["pays"] == "BE"


def test_un_chemin_qui_commence_par_un_signe_de_commande_le_dit(refuser, minimal):
    refus = refuser(minimal.replace('"pieces/f1.pdf"', '"\\nouveau.pdf"'))
    assert "écrivez « / »" in refus.message


def test_une_saisie_demesuree_ne_se_recopie_pas(refuser, minimal):
    refus = refuser(minimal.replace('"1200.00"', f'"{"9" * 20000}"'))
    assert len(refus.message) < 500
    refus = refuser(f"{minimal}\n[{'a.' * 30000}b]\nx = 1\n")
    assert "imbriqués trop profondément" in refus.message


def test_une_barre_inverse_lue_comme_un_signe_dit_d_ecrire_la_barre(refuser, minimal):
    refus = refuser(minimal.replace('"pieces/f1.pdf"', '"pieces\\bl.pdf"'))
    assert "écrivez « / »" in refus.remede

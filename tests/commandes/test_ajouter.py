"""« ajouter » : à sa place dans le fichier, rien d'écrasé, un document qui dit ses propres clés."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from generateur.commandes.ajout import _MODELES
from generateur.erreurs import CodeSortie, ErreurDossier
from generateur.lecture import edition_toml
from generateur.lecture.socle import lire_dossier
from generateur.operations.ajouter import SECTIONS
from tests.commandes.conftest import EXEMPLES
from tests.pieces.conftest import ecrire_pdf

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "factures"
corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus de factures n'est pas à côté du dépôt")

RELANCE = """From: Atelier Lumen <compta@atelier.example>
To: achats@client.example
Subject: =?utf-8?q?Relance_facture_F2026-118_impay=C3=A9e?=
Date: Mon, 15 Jun 2026 10:12:00 +0200
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Sauf erreur, la facture F2026-118 reste à régler.
"""


def _donnees(dossier):
    return tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))


def _texte(dossier):
    return (dossier / "dossier.toml").read_text(encoding="utf-8")


def _est_suite(avant, apres):
    """Chaque ligne d'avant survit, dans l'ordre."""
    lignes = iter(apres.splitlines())
    return all(ligne in lignes for ligne in avant.splitlines())


CAS = {
    "facture": (
        ["--numero", "F2026-900", "--date", "2026-06-01", "--echeance", "2026-07-01", "--montant-ttc", "1 200,50"],
        "factures",
        {"numero": "F2026-900", "date": dt.date(2026, 6, 1), "echeance": dt.date(2026, 7, 1), "montant_ttc": "1200.50"},
    ),
    "avoir": (
        ["--numero", "A1", "--date", "2026-06-01", "--montant-ttc", "10,00"],
        "avoirs",
        {"numero": "A1", "date": dt.date(2026, 6, 1), "montant_ttc": "10.00"},
    ),
    "paiement": (
        ["--date", "2026-06-01", "--montant", "100", "--mode", "virement"],
        "paiements",
        {"date": dt.date(2026, 6, 1), "montant": "100.00", "mode": "virement"},
    ),
    "relance": (
        ["--date", "2026-06-01", "--canal", "telephone", "--interlocuteur", "Mme Petit"],
        "relances",
        {"date": dt.date(2026, 6, 1), "canal": "telephone", "interlocuteur": "Mme Petit"},
    ),
}


@pytest.mark.parametrize("genre", CAS)
def test_chaque_bloc_s_ecrit_a_la_suite_des_siens_et_rien_d_autre_ne_bouge(commander, copier, genre):
    options, section, attendu = CAS[genre]
    dossier = copier("2026-0042")
    avant, nombre = _texte(dossier), len(_donnees(dossier).get(section, []))
    reponse = commander("ajouter", genre, dossier, *options, "--json")
    assert reponse.code == 0, reponse.messages
    assert set(reponse.objet) == {"reference", "section", "ajoute", "constats"}
    assert (reponse.objet["reference"], reponse.objet["section"]) == ("2026-0042", section)
    assert _donnees(dossier)[section][nombre:] == [attendu]
    assert reponse.objet["ajoute"] == {
        cle: valeur.isoformat() if isinstance(valeur, dt.date) else valeur for cle, valeur in attendu.items()
    }
    assert _est_suite(avant, _texte(dossier))
    assert lire_dossier(dossier).dossier.reference == "2026-0042"


def test_un_fichier_d_ailleurs_est_copie_dans_pieces_jamais_sur_un_autre(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    ailleurs = ecrire_pdf(tmp_path / "Reçu n° 1.pdf", 1)
    (dossier / "pieces" / "Recu_n_1.pdf").write_bytes(b"un autre")
    options = ("--date", "2026-06-01", "--montant", "5", "--fichier", ailleurs)
    reponse = commander("ajouter", "paiement", dossier, *options, "--json")
    assert reponse.objet["ajoute"]["fichier"] == "pieces/Recu_n_1_2.pdf"
    assert (dossier / "pieces" / "Recu_n_1.pdf").read_bytes() == b"un autre"
    assert (dossier / "pieces" / "Recu_n_1_2.pdf").read_bytes() == ailleurs.read_bytes()


def test_un_fichier_deja_dans_le_dossier_est_cite_la_ou_il_est(commander, copier):
    dossier = copier("2026-0042")
    ecrire_pdf(dossier / "pieces" / "rib.pdf", 1)
    for donne in (dossier / "pieces" / "rib.pdf", "pieces/rib.pdf"):
        titre = f"RIB {Path(donne).is_absolute()}"
        reponse = commander(
            "ajouter", "piece", dossier, "--titre", titre, "--nature", "rib", "--fichier", donne, "--json"
        )
        assert reponse.objet["ajoute"]["fichier"] == "pieces/rib.pdf"
    assert len(list((dossier / "pieces").glob("rib*"))) == 1


def test_un_courriel_seul_fait_une_relance_avec_sa_preuve(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    courriel = tmp_path / "relance.eml"
    courriel.write_text(RELANCE, encoding="utf-8")
    reponse = commander("ajouter", "relance", dossier, courriel, "--json")
    assert reponse.objet["ajoute"] == {
        "date": "2026-06-15",
        "canal": "courriel",
        "objet": "Relance facture F2026-118 impayée",
        "fichier": "pieces/relance.eml",
    }


def test_la_reponse_du_debiteur_n_est_pas_une_relance(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    avant = (dossier / "dossier.toml").read_bytes()
    reponse = tmp_path / "reponse.eml"
    texte = RELANCE.replace("compta@atelier.example", "Comptabilite@comptoirs-beaurivage.example")
    reponse.write_text(texte, encoding="utf-8")
    refus = commander("ajouter", "relance", dossier, reponse)
    assert refus.code == CodeSortie.USAGE
    assert "vient du débiteur" in refus.messages
    assert "ajouter piece" in refus.messages
    assert (dossier / "dossier.toml").read_bytes() == avant
    assert not (dossier / "pieces" / "reponse.eml").exists()
    piece = commander("ajouter", "piece", dossier, reponse, "--json")
    assert piece.objet["ajoute"]["nature"] == "correspondance"


def test_ce_qui_est_saisi_l_emporte_sur_le_courriel(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    courriel = tmp_path / "relance.eml"
    courriel.write_text(RELANCE, encoding="utf-8")
    reponse = commander("ajouter", "relance", dossier, "--fichier", courriel, "--objet", "Rappel", "--json")
    assert (reponse.objet["ajoute"]["objet"], reponse.objet["ajoute"]["date"]) == ("Rappel", "2026-06-15")


@corpus
def test_une_facture_electronique_seule_remplit_la_facture(commander, copier):
    dossier = copier("2026-0042")
    facture = CORPUS / "cas_limites" / "OK-001" / "facture.pdf"
    reponse = commander("ajouter", "facture", dossier, facture, "--json")
    ajoute = reponse.objet["ajoute"]
    assert (ajoute["numero"], ajoute["montant_ttc"], ajoute["echeance"]) == ("FA-2026-0001", "3042.00", "2026-09-14")
    assert (dossier / ajoute["fichier"]).read_bytes() == facture.read_bytes()
    assert "FACTURE_D_UN_AUTRE" in {c["code"] for c in reponse.objet["constats"]}


@corpus
def test_une_saisie_qui_contredit_la_facture_electronique_se_dit(commander, copier):
    facture = CORPUS / "cas_limites" / "OK-001" / "facture.pdf"
    reponse = commander("ajouter", "facture", copier("2026-0042"), facture, "--montant-ttc", "3000", "--json")
    assert reponse.objet["ajoute"]["montant_ttc"] == "3000.00"
    (ecart,) = [c for c in reponse.objet["constats"] if c["code"] == "ECART_FACTURE_ELECTRONIQUE"]
    assert "3000" in ecart["message"]
    assert "3042.00" in ecart["message"]


@corpus
def test_un_avoir_electronique_n_est_pas_une_facture(commander, copier):
    avoir = CORPUS / "fnfe" / "Avoir_FR_type381_BASIC.pdf"
    dossier = copier("2026-0042")
    refus = commander("ajouter", "facture", dossier, avoir, "--json")
    assert refus.code == CodeSortie.USAGE
    assert "ajouter avoir" in refus.objet["erreur"]["remede"]
    assert commander("ajouter", "avoir", dossier, avoir, "--json").objet["section"] == "avoirs"


@corpus
def test_les_documents_joints_et_ce_qui_est_deja_verse_suivent_la_facture(commander, copier):
    dossier = copier("2026-0042")
    commander("ajouter", "facture", dossier, CORPUS / "lunatech" / "ubl" / "facture_ubl_avec_pj.xml")
    versees = {piece["fichier"] for piece in _donnees(dossier)["pieces"]}
    assert {"pieces/bon_commande_PO-2025-4567.pdf", "pieces/bordereau_livraison.png"} <= versees
    assert not any(fichier.endswith(".csv") for fichier in versees)
    commander("ajouter", "facture", dossier, CORPUS / "fnfe" / "Facture_FR_BASICWL.pdf")
    facture, verse = _donnees(dossier)["factures"][-1], _donnees(dossier)["paiements"][-1]
    assert verse["facture"] == facture["numero"]


def test_un_pdf_ordinaire_seul_dit_ce_qui_manque(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    avant = _texte(dossier)
    reponse = commander("ajouter", "facture", dossier, ecrire_pdf(tmp_path / "f.pdf", 1), "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert "facture électronique" in reponse.objet["erreur"]["message"]
    assert _texte(dossier) == avant
    assert not (dossier / "pieces" / "f.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "mot"),
    [
        (("relance", "--date", "2026-06-01", "--canal", "pigeon"), "pigeon"),
        (("relance", "--canal", "courriel"), "date"),
        (("paiement", "--date", "2026-06-01", "--montant", "cent"), "cent"),
        (("facture", "--numero", "F1"), "montant_ttc"),
        (("piece", "--titre", "Sans fichier"), "fichier"),
        (("evenement", "appel", "--date", "2026-06-01"), "appel"),
        (("evenement", "produit", "--date", "2026-06-01"), "produit"),
        (("evenement", "accord", "--date", "2026-06-01"), "accord"),
        (("evenement", "ordonnance", "--date", "2026-06-01", "--mode", "etude"), "mode"),
        (("evenement", "depot"), "date"),
        (("evenement", "depot", "--date", "2026-06-01", "--montant", "3"), "depot"),
    ],
)
def test_ce_qui_manque_ou_n_est_pas_admis_est_refuse_par_son_nom(commander, copier, arguments, mot):
    dossier = copier("2026-0042")
    avant = _texte(dossier)
    genre, *suite = arguments
    positions = [suite.pop(0)] if genre == "evenement" else []
    reponse = commander("ajouter", genre, dossier, *positions, *suite, "--json")
    assert reponse.code == CodeSortie.USAGE
    assert mot in reponse.objet["erreur"]["message"]
    assert _texte(dossier) == avant


def test_une_facture_deja_au_dossier_n_est_pas_doublee(commander, copier):
    dossier = copier("2026-0042")
    numero = _donnees(dossier)["factures"][0]["numero"]
    reponse = commander("ajouter", "facture", dossier, "--numero", numero, "--montant-ttc", "1", "--json")
    assert reponse.code == CodeSortie.USAGE
    assert numero in reponse.objet["erreur"]["message"]


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("depot", "--date", "2026-11-02"), {"depot": dt.date(2026, 11, 2)}),
        (("--nature", "opposition", "--date", "2026-11-02"), {"opposition": dt.date(2026, 11, 2)}),
        (
            ("ordonnance", "--date", "2026-11-02", "--numero", "26/118", "--montant", "1 000,00"),
            {"ordonnance": {"date": dt.date(2026, 11, 2), "numero": "26/118", "montant": "1000.00"}},
        ),
        (
            ("signification", "--date", "2026-11-02", "--mode", "etude"),
            {"signification": {"date": dt.date(2026, 11, 2), "mode": "etude"}},
        ),
    ],
)
def test_un_evenement_s_ecrit_dans_le_suivi_et_ne_remplace_rien(commander, copier, arguments, attendu):
    dossier = copier("2026-0042")
    reponse = commander("ajouter", "evenement", dossier, *arguments, "--json")
    assert reponse.code == 0, reponse.messages
    assert reponse.objet["section"] == "suivi"
    assert _donnees(dossier)["suivi"] == attendu
    assert commander("ajouter", "evenement", dossier, *arguments, "--json").code == CodeSortie.USAGE
    assert _donnees(dossier)["suivi"] == attendu


def test_un_dossier_change_entre_temps_n_est_pas_ecrit_et_rien_n_est_copie(commander, copier, tmp_path, monkeypatch):
    dossier = copier("2026-0042")
    piece, fichier = ecrire_pdf(tmp_path / "recu.pdf", 1), dossier / "dossier.toml"
    modifier = edition_toml.modifier

    def modifier_puis_changer(etat, editions):
        texte = modifier(etat, editions)
        fichier.write_text(etat.texte + "# une autre main\n", encoding="utf-8")
        return texte

    monkeypatch.setattr("generateur.operations.edition_dossier.modifier", modifier_puis_changer)
    options = ("--date", "2026-06-01", "--montant", "5", "--fichier", piece)
    reponse = commander("ajouter", "paiement", dossier, *options, "--json")
    assert reponse.code == ErreurDossier.code
    assert "a changé" in reponse.objet["erreur"]["message"]
    assert fichier.read_text(encoding="utf-8").endswith("# une autre main\n")
    assert not (dossier / "pieces" / "recu.pdf").exists()


def test_un_dossier_illisible_le_dit_et_reste_tel_quel(commander, copier):
    dossier = copier("2026-0042", ("[[debiteurs]]", "[[debiteurs]]\ncouleur = 3"))
    avant = _texte(dossier)
    reponse = commander("ajouter", "paiement", dossier, "--date", "2026-06-01", "--montant", "5", "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert _texte(dossier) == avant


def test_le_bloc_vide_d_un_squelette_est_rempli_plutot_que_double(commander, tmp_path):
    commander("nouveau", "R1", "--racine", tmp_path)
    fichier = tmp_path / "R1" / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace('denomination = ""', 'denomination = "Essai"'), "utf-8")
    reponse = commander("ajouter", "facture", tmp_path / "R1", "--numero", "F1", "--montant-ttc", "100", "--json")
    assert reponse.code == 0, reponse.messages
    assert [(f["numero"], f["montant_ttc"]) for f in _donnees(tmp_path / "R1")["factures"]] == [("F1", "100.00")]
    assert "PIECE_FACTURE_MANQUANTE" in {c["code"] for c in reponse.objet["constats"]}


def test_chaque_option_est_une_cle_du_dossier(commander):
    assert set(_MODELES) == set(SECTIONS)
    for genre, (_, modele) in SECTIONS.items():
        aide = commander("ajouter", genre, "--aide").sortie
        for option in _MODELES[genre][1]:
            nom = option(lambda: None).__click_params__[0].name.split("__")[0]
            assert nom in modele.model_fields, f"{genre} : {nom}"
        assert "--fichier" in aide


FACTURE_XML = EXEMPLES / "exemples_import" / "facture_electronique" / "F2026-201.xml"


@pytest.mark.parametrize(("siren", "dits"), [("999 999 923", 1), ("100.000.009", 0)])
def test_le_vendeur_d_une_facture_se_compare_au_profil_du_creancier(commander, tmp_path, siren, dits):
    (tmp_path / "creanciers").mkdir()
    profil = tmp_path / "creanciers" / "moi.toml"
    profil.write_text(f'denomination = "Moi"\nsiren = "{siren}"\n', encoding="utf-8")
    dossier = tmp_path / "R1"
    dossier.mkdir()
    (dossier / "dossier.toml").write_text(
        'reference = "R1"\ncreancier = "../creanciers/moi.toml"\n[[debiteurs]]\ndenomination = "Client"\n'
        '[[factures]]\nnumero = "F1"\nmontant_ttc = 10\n',
        encoding="utf-8",
    )
    ajout = commander("ajouter", "facture", dossier, FACTURE_XML, "--json")
    neuf = commander("nouveau", "R2", "--racine", tmp_path, "--creancier", profil, "--depuis", FACTURE_XML, "--json")
    for reponse in (ajout, neuf):
        assert reponse.code == 0
        constats = [c["message"] for c in reponse.objet["constats"] if c["code"] == "FACTURE_D_UN_AUTRE"]
        assert sum("vendeur de cette facture est Atelier Lumen" in message for message in constats) == dits

"""Factures électroniques : lues, ou refusées avec leur raison ; jamais corrigées en silence."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.domaine.langue import montant
from generateur.erreurs import ErreurLecture
from generateur.importation.cycle_de_vie import appliquer
from generateur.importation.lecteurs import choisir_lecteur
from generateur.importation.socle import Consignes
from tests.pieces.conftest import ecrire_pdf

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "factures"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus de factures n'est pas à côté du dépôt")


def _lire(chemin):
    fichier = CORPUS / chemin if isinstance(chemin, str) else chemin
    return choisir_lecteur(fichier).lire(fichier, Consignes())


@pytest.mark.parametrize("chemin", ["cas_limites/OK-001/facture.pdf", "cas_limites/OK-001/factur-x.xml"])
def test_le_pdf_et_son_xml_disent_la_meme_facture(chemin):
    (piece,) = _lire(chemin).pieces
    assert (piece.numero, piece.debiteur.siren, piece.montant_ttc, str(piece.echeance)) == (
        "FA-2026-0001",
        "244500011",
        Decimal("3042.00"),
        "2026-09-14",
    )
    assert set(piece.conditions) == {"penalites", "indemnite", "escompte"}
    assert piece.creancier is not None


@pytest.mark.parametrize(
    ("chemin", "nature", "du"),
    [
        ("lunatech/ubl/facture_ubl_002_avoir.xml", "avoir", "10200.00"),
        ("lunatech/ubl/facture_rectificative_ubl_384.xml", "rectificative", "9600.00"),
        ("lunatech/ubl/facture_ubl_acompte_386.xml", "acompte", "4950.00"),
        ("lunatech/ubl/autofacture_ubl_389.xml", "autofacture", "16458.00"),
        ("lunatech/ubl/facture_ubl_definitive_apres_acompte.xml", "facture", "11550.00"),
        ("akretion/ubl-21-en16931.xml", "facture", "208.03"),
        ("fnfe/Facture_FR_BASICWL.pdf", "facture", "470.15"),
        ("lunatech/ubl/facture_ubl_marketplace_a8.xml", "facture", "0.00"),
    ],
)
def test_chaque_type_et_ce_qui_reste_a_payer(chemin, nature, du):
    (piece,) = _lire(chemin).pieces
    assert (piece.nature, piece.reste_du) == (nature, Decimal(du))


def test_un_avoir_nomme_la_facture_qu_il_corrige():
    (piece,) = _lire("fnfe/Avoir_FR_type381_BASIC.pdf").pieces
    assert piece.facture_visee == "FA-2017-0010"


def test_une_date_impossible_n_emporte_pas_la_facture():
    lecture = _lire("cas_limites/DATA-002/facture.pdf")
    (piece,) = lecture.pieces
    assert piece.date is None
    assert str(piece.echeance) == "2026-09-14"
    assert [d.code for d in lecture.doutes] == ["DATE_IMPOSSIBLE"]


def test_une_facture_sans_devise_n_est_pas_prise_en_euros():
    (piece,) = _lire("cas_limites/DATA-004/facture.pdf").pieces
    assert piece.devise != "EUR"


def test_les_documents_joints_sont_gardes():
    (piece,) = _lire("lunatech/ubl/facture_ubl_avec_pj.xml").pieces
    assert piece.joints[0].nom == "bon_commande_PO-2025-4567.pdf"
    assert piece.joints[0].contenu.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("chemin", "raison"),
    [
        ("cas_limites/RBT-002/facture.pdf", "cassé"),
        ("cas_limites/XML-002/facture.pdf", "profil"),
        ("akretion/order-x-basic.xml", "commande"),
        ("lunatech/errors/cii_type_invalide.xml", "999"),
        ("lunatech/errors/ubl_sans_acheteur.xml", "acheteur"),
        ("lunatech/errors/facture_invalide_ubl_001.xml", "devise"),
    ],
)
def test_chaque_raison_de_ne_pas_lire_est_la_sienne(chemin, raison):
    with pytest.raises(ErreurLecture, match=raison):
        _lire(chemin)


def test_un_pdf_sans_xml_le_dit(tmp_path):
    with pytest.raises(ErreurLecture, match="aucun fichier n'y est joint"):
        _lire(ecrire_pdf(tmp_path / "f.pdf", 1))


def test_un_doctype_est_refuse_avant_d_etre_developpe(tmp_path):
    piege = tmp_path / "f.xml"
    piege.write_text(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "&x;&x;&x;">]>'
        "<Invoice>&y;</Invoice>",
        encoding="utf-8",
    )
    with pytest.raises(ErreurLecture, match="DOCTYPE"):
        _lire(piege)


@pytest.mark.parametrize(
    ("code", "fichier", "verifier"),
    [
        ("207", "cdv_207_litige.xml", lambda p: p.motif_contestation == "Taux de TVA erroné"),
        ("212", "cdv_212_encaissee.xml", lambda p: p.reglements[-1].montant == Decimal("12000.00")),
        ("220", "cdv_220_annulee.xml", lambda p: p.statut == "annulee"),
    ],
)
def test_un_message_de_cycle_de_vie_change_sa_facture(code, fichier, verifier):
    (evenement,) = _lire(f"lunatech/cdar/{fichier}").evenements
    assert evenement.code == code
    (modele,) = _lire("cas_limites/OK-001/facture.pdf").pieces
    pieces, _ = appliquer([replace(modele, numero=evenement.numero, reste_du=Decimal(12000))], [evenement])
    assert verifier(pieces[0])


def test_un_litige_se_dit_et_un_message_sans_facture_aussi():
    (evenement,) = _lire("lunatech/cdar/cdv_207_litige.xml").evenements
    (modele,) = _lire("cas_limites/OK-001/facture.pdf").pieces
    _, doutes = appliquer([replace(modele, numero=evenement.numero)], [evenement])
    assert [d.code for d in doutes] == ["FACTURE_CONTESTEE_PAR_MESSAGE"]
    _, doutes = appliquer([modele], [evenement])
    assert [d.code for d in doutes] == ["MESSAGE_SANS_FACTURE"]


def test_des_totaux_qui_se_contredisent_posent_une_question(tmp_path):
    xml = (CORPUS / "lunatech" / "ubl" / "facture_ubl_definitive_apres_acompte.xml").read_text(encoding="utf-8")
    fausse = tmp_path / "f.xml"
    fausse.write_text(xml.replace(">11550.00<", ">11500.00<"), encoding="utf-8")
    lecture = _lire(fausse)
    assert "TOTAUX_INCOHERENTS" in [d.code for d in lecture.doutes]
    assert lecture.pieces[0].reste_du == Decimal("11500.00")  # déclaré, jamais recalculé


EXEMPLE = Path(__file__).parents[2] / "dossiers" / "exemples_import" / "facture_electronique" / "F2026-201.xml"


@pytest.fixture
def changer(tmp_path):
    """L'exemple livré, un passage remplacé."""

    def _changer(avant, apres, codage="utf-8"):
        texte = EXEMPLE.read_text(encoding="utf-8")
        assert avant in texte
        fichier = tmp_path / "f.xml"
        fichier.write_bytes(texte.replace(avant, apres).encode(codage))
        return fichier

    return _changer


def test_un_net_a_payer_que_rien_n_explique_pose_une_question(changer):
    lecture = _lire(changer("<ram:DuePayableAmount>2400.00", "<ram:DuePayableAmount>2300.00"))
    (doute,) = lecture.doutes
    assert doute.code == "TOTAUX_INCOHERENTS"
    assert montant(Decimal(2300)) in doute.message
    assert montant(Decimal(2400)) in doute.message


def test_le_profil_minimum_ne_dit_pas_le_deja_verse():
    assert not _lire("fnfe/Facture_FR_MINIMUM.pdf").doutes


@pytest.mark.parametrize("texte", ["deux mille", "2400,00"])
def test_un_montant_illisible_se_dit(changer, texte):
    lecture = _lire(changer("2400.00", texte))
    assert any(texte in doute.message for doute in lecture.doutes)
    assert lecture.pieces[0].montant_ttc is None


def test_un_mois_seul_n_est_pas_une_date_et_le_reste_est_lu(changer):
    lecture = _lire(changer('format="102">20260504', 'format="610">202605'))
    assert [d.code for d in lecture.doutes] == ["DATE_IMPOSSIBLE"]
    assert lecture.pieces[0].date is None
    assert str(lecture.pieces[0].echeance) == "2026-06-03"


def test_une_date_avec_son_heure_est_son_jour(changer):
    lecture = _lire(changer('format="102">20260504', 'format="203">202605041130'))
    assert (str(lecture.pieces[0].date), lecture.doutes) == ("2026-05-04", ())


def test_un_profil_inconnu_se_nomme_en_francais(changer):
    with pytest.raises(ErreurLecture, match="profil de cette facture électronique est inconnu : « urn:exemple:x »"):
        _lire(changer("urn:factur-x.eu:1p0:basicwl", "urn:exemple:x"))


def test_un_xml_en_utf_16_se_lit(changer):
    assert _lire(changer("UTF-8", "UTF-16", "utf-16")).pieces[0].numero == "F2026-201"


def test_un_fichier_vide_se_dit(tmp_path):
    (tmp_path / "f.xml").touch()
    with pytest.raises(ErreurLecture, match="vide"):
        _lire(tmp_path / "f.xml")

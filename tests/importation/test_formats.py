"""Chaque export connu, lu dans un fichier fictif du corpus : le même scénario, les mêmes factures dues."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.erreurs import ErreurLecture, ErreurUsage
from generateur.importation.groupement import grouper
from generateur.importation.lecteurs import choisir_lecteur, lister_formats
from generateur.importation.socle import Consignes
from generateur.importation.soldes import solder

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
EXPORTS = CORPUS / "exports" / "synthetiques"
exige_corpus = pytest.mark.skipif(not EXPORTS.is_dir(), reason="le corpus d'exports n'est pas à côté du dépôt")


def _lire(fichier, **colonnes):
    return choisir_lecteur(fichier).lire(fichier, Consignes(colonnes))


def _nets(lecture):
    soldes = [(g.tiers.nom, solder(g)) for g in grouper(lecture.pieces)]
    return {nom: (s.net, [f.piece.numero for f in s.dues]) for nom, s in soldes if s.dues}


@exige_corpus
@pytest.mark.parametrize(
    ("nom", "format_"),
    [
        ("pennylane_factures_clients_u00a0.csv", "pennylane"),
        ("pennylane_factures_clients_u202f.csv", "pennylane"),
        ("sellsy_factures.csv", "sellsy"),
        ("odoo_account_move.xlsx", "odoo"),
    ],
)
def test_chaque_export_dit_la_meme_chose(nom, format_):
    lecture = _lire(EXPORTS / nom)
    assert lecture.format == format_
    assert not lecture.refus
    assert _nets(lecture) == {
        "GARAGE LUMEN SAS": (Decimal("3000.00"), ["F-2026-042"]),  # 3 600 moins l'avoir de 600
        "Éditions du Halage SARL": (Decimal("2220.00"), ["F-2026-043", "F-2026-050"]),
    }


@exige_corpus
def test_tiime_n_a_ni_reste_du_ni_echeance_et_rend_ses_numeros():
    lecture = _lire(EXPORTS / "tiime_factures.xlsx")
    assert lecture.format == "tiime"
    assert [p.numero for p in lecture.pieces][:2] == ["4600", "4601"]
    assert all(p.echeance is None and p.reste_du is None for p in lecture.pieces)


@exige_corpus
def test_dolibarr_a_ses_identifiants_et_ses_reglements():
    (piece,) = _lire(EXPORTS / "dolibarr_factures_reglements.csv").pieces
    assert piece.debiteur.siren == "999999923"
    assert piece.reste_du == Decimal("1200.00")
    assert [str(r.montant) for r in piece.reglements] == ["1200.00"]


@exige_corpus
def test_qonto_ne_garde_que_les_encaissements_executes():
    lecture = _lire(EXPORTS / "qonto_transactions_fr.csv")
    assert lecture.format == "qonto"
    assert all(t.montant > 0 for t in lecture.transactions)


@exige_corpus
def test_une_balance_agee_sans_numero_dit_quel_export_demander():
    with pytest.raises(ErreurLecture, match="aucune facture n'y est nommée") as refus:
        _lire(EXPORTS / "balance_agee_generique.csv")
    assert "détail" in refus.value.remede


@exige_corpus
def test_une_balance_agee_detaillee_donne_les_factures():
    lecture = _lire(EXPORTS / "balance_agee_odoo_oca.xlsx")
    assert [(p.numero, p.reste_du) for p in lecture.pieces] == [
        ("F-2026-042", Decimal("3600.00")),
        ("F-2026-043", Decimal("1200.00")),
    ]


@exige_corpus
def test_le_fec_donne_les_debits_clients_non_lettres():
    lecture = _lire(next((CORPUS / "fec").glob("*.txt")))
    assert lecture.format == "fec"
    assert lecture.pieces
    assert all(p.echeance is None for p in lecture.pieces)


def _ecrire(tmp_path, texte):
    fichier = tmp_path / "export.csv"
    fichier.write_text(texte, encoding="utf-8")
    return fichier


def test_refuse_de_choisir_entre_deux_colonnes(tmp_path):
    fichier = _ecrire(tmp_path, "Numéro;Client;Montant TTC;Total TTC\nF1;A;100;120\n")
    with pytest.raises(ErreurUsage, match="se disputent") as refus:
        _lire(fichier)
    assert "--colonnes" in refus.value.remede
    (piece,) = _lire(fichier, montant_ttc="Total TTC").pieces
    assert piece.montant_ttc == Decimal("120.00")


def test_preambule_lignes_vides_et_total_ne_sont_pas_des_factures(tmp_path):
    fichier = _ecrire(
        tmp_path,
        "Export du 01/11/2026\n\nNuméro;Date;Client;Montant TTC;Reste dû\n"
        "F1;01/05/2026;A;100,00;100,00\n\n;;TOTAL;100,00;100,00\n",
    )
    lecture = _lire(fichier)
    assert [p.numero for p in lecture.pieces] == ["F1"]
    assert lecture.pieces[0].origine == "ligne 4"


def test_une_date_impossible_refuse_sa_ligne_et_garde_les_autres(tmp_path):
    fichier = _ecrire(tmp_path, "Numéro;Date;Client;Montant TTC\nF1;30/02/2026;A;100\nF2;01/03/2026;A;50\n")
    lecture = _lire(fichier)
    assert [p.numero for p in lecture.pieces] == ["F2"]
    assert "ligne 2, colonne « Date »" in lecture.refus[0].origine


def test_une_ligne_par_article_fait_une_facture(tmp_path):
    fichier = _ecrire(tmp_path, "Numéro;Client;Montant HT;Montant TTC;Reste dû\nF1;A;50;60;120\nF1;A;50;60;120\n")
    (piece,) = _lire(fichier).pieces
    assert (piece.montant_ht, piece.montant_ttc, piece.reste_du) == (Decimal(100), Decimal(120), Decimal(120))


def test_un_statut_paye_et_un_reste_du_posent_une_question(tmp_path):
    fichier = _ecrire(tmp_path, "Numéro;Client;Montant TTC;Reste dû;Statut\nF1;A;100;100;Payée\n")
    lecture = _lire(fichier)
    assert [(d.code, "100,00" in d.message) for d in lecture.doutes] == [("STATUT_INCOHERENT", True)]
    assert _nets(lecture) == {}


def test_a_regler_n_est_pas_regle(tmp_path):
    fichier = _ecrire(tmp_path, "Numéro;Client;Montant TTC;Statut\nF1;A;100;À régler\nF2;A;50;Réglée\n")
    assert [p.statut for p in _lire(fichier).pieces] == ["impayee", "soldee"]


def test_un_fichier_etranger_dit_les_formats_lus(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"\x00\x01" * 50)
    with pytest.raises(ErreurLecture, match="reconnu par aucun format") as refus:
        choisir_lecteur(tmp_path / "x.bin")
    assert all(nom in refus.value.remede for nom in lister_formats())


def test_un_format_impose_inconnu_est_refuse(tmp_path):
    with pytest.raises(ErreurUsage, match="n'existe pas"):
        choisir_lecteur(tmp_path / "x.csv", "sage")


@pytest.mark.parametrize(
    ("entete", "ligne", "code"),
    [
        ("Numéro;Client;SIRET;Montant TTC", "F1;A;1,23E+13;100", "IDENTIFIANT_ABIME"),
        ("Numéro;Client;Montant TTC;Reste dû", "F1;A;100;60\nF1;A;100;40", "RESTE_DU_INCOHERENT"),
        ("Numéro;Client;Montant TTC;Reste dû", "F1;A;100;150", "RESTE_DU_INCOHERENT"),
        ("Numéro;Client;Montant TTC;Statut", "F1;A;100;Partiellement réglée", "STATUT_INCOHERENT"),
    ],
)
def test_ce_qui_est_douteux_se_dit(tmp_path, entete, ligne, code):
    assert code in [d.code for d in _lire(_ecrire(tmp_path, f"{entete}\n{ligne}\n")).doutes]


def test_un_montant_de_plus_de_deux_decimales_s_arrondit_et_le_dit(tmp_path):
    """Les articles s'additionnent avant d'arrondir : 0,334 trois fois font 1,00 et non 0,99."""
    lignes = "F1;A;1234,565;\nF2;A;0,334;1,0020\nF2;A;0,334;1,0020\nF2;A;0,334;1,0020\nF3;A;10,00001;\n"
    lecture = _lire(_ecrire(tmp_path, f"Numéro;Client;Montant TTC;Reste dû\n{lignes}"))
    assert [str(piece.montant_ttc) for piece in lecture.pieces] == ["1234.57", "1.00", "10.00"]
    assert {doute.code for doute in lecture.doutes} == {"MONTANT_ARRONDI"}
    assert [doute.message.replace("\u00a0", " ").replace("\u202f", " ") for doute in lecture.doutes] == [
        "facture F1 : 1234,565 arrondi à 1 234,57 €",
        "facture F2 : 1,002 arrondi à 1,00 €",
    ]


CREDIT_MUTUEL = "Compte courant 0001\n\nDate;Date de valeur;Débit;Crédit;Libellé;Solde\n"
RELEVES = {
    "debit et credit": CREDIT_MUTUEL + "02/06/2026;03/06/2026;;1 200,00;VIR SEPA GARAGE LUMEN F-1;2 000,00\n"
    "03/06/2026;03/06/2026;-50,00;;CB PAPETERIE;1950\n" + "Solde au 30/06/2026;;;;;1 950,00\n",
    "montant signe": "Date;Libellé;Montant;Devise\n03/06/2026;VIR SEPA GARAGE LUMEN F-1;1200,00;EUR\n"
    "04/06/2026;CB;-50,00;EUR\n05/06/2026;VIR;90,00;USD\n",
    "anglais": "State,Date completed (UTC),Description,Amount,Payment currency\n"
    "COMPLETED,2026-06-03 09:05:00,VIR SEPA GARAGE LUMEN F-1,1200.00,EUR\nPENDING,2026-06-03 09:05:00,x,80.00,EUR\n",
}


@pytest.mark.parametrize("texte", RELEVES.values(), ids=RELEVES)
def test_le_releve_d_une_banque_quelconque_donne_ses_encaissements(texte, tmp_path):
    fichier = tmp_path / "releve.csv"
    fichier.write_text(texte, encoding="cp1252")
    lecture = _lire(fichier)
    assert lecture.format == "releve_bancaire"
    assert not lecture.refus
    assert [(t.date.isoformat(), t.montant, t.libelle) for t in lecture.transactions] == [
        ("2026-06-03", Decimal("1200.00"), "VIR SEPA GARAGE LUMEN F-1")
    ]


def test_des_factures_qui_ont_un_libelle_ne_sont_pas_un_releve(tmp_path):
    fichier = tmp_path / "factures.csv"
    fichier.write_text("Numéro;Date;Libellé;Client;Montant;Statut\nF1;01/05/2026;Pose;Lumen;10,00;impayée\n")
    assert _lire(fichier).format == "tableau"


@exige_corpus
def test_les_releves_du_corpus():
    demo = EXPORTS.parent / "mit" / "demo-coda-export"
    assert [t.montant for t in _lire(demo / "qonto.csv").transactions][:1] == [Decimal("5000.00")]
    assert all(t.montant > 0 for t in _lire(demo / "revolut-business.csv").transactions)


ENTETE_FEC = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def _ecriture(piece="F1", client="CLUM|Lumen SAS", journal="VE|Ventes", fin="|1200,00|0,00||||||"):
    return f"{journal}|1|20260501|411000|Clients|{client}|{piece}|20260501|Facture{fin}"


@pytest.mark.parametrize(
    ("ecriture", "raison"),
    [
        (_ecriture("RAN", journal="AN|A nouveaux"), "report à nouveau de Lumen SAS"),
        (_ecriture(client="|"), "ne dit pas de quel client"),
        (_ecriture(fin=""), "incomplète"),
    ],
)
def test_une_ecriture_du_fec_qui_ne_dit_pas_une_facture_est_refusee_a_sa_place(tmp_path, ecriture, raison):
    fichier = tmp_path / "fec.txt"
    fichier.write_text("\n".join((ENTETE_FEC, _ecriture("F9"), ecriture)) + "\n", encoding="utf-8")
    lecture = _lire(fichier)
    assert [p.numero for p in lecture.pieces] == ["F9"]
    assert [r.origine for r in lecture.refus] == ["ligne 3"]
    assert raison in lecture.refus[0].raison


_SOLDES = "Numéro;Client;Montant TTC;Payé;Reste dû;Statut;Date de paiement"


@pytest.mark.parametrize(
    ("ligne", "dits"),
    [
        ("F1;A;100;;100;Payée;", ("elle n'est pas réclamée",)),
        ("F1;A;100;;0;Impayée;", ("le statut la dit impayée", "elle n'est pas réclamée")),
        ("F1;A;100;30;100;Payée en partie;", ("30,00 € sont dits payés", "100,00 € en sont réclamés")),
        ("F1;A;100;30;100;Payée en partie;01/06/2026", ("70,00 € en sont réclamés",)),
        ("F1;A;1000;100;850;;", ("100,00 € payés", "850,00 €", "l'écart compté comme payé")),
        ("F1;A;100;;60;;\nF1;A;100;;40;;", ("facture F1", "40,00 € et 60,00 €", "le plus grand est réclamé")),
    ],
)
def test_ce_qui_se_contredit_dit_ce_qui_est_compte_et_que_faire(tmp_path, ligne, dits):
    lecture = _lire(_ecrire(tmp_path, f"{_SOLDES}\n{ligne}\n"))
    (doute,) = lecture.doutes
    message = doute.message.replace("\u202f", "").replace("\u00a0", " ")
    assert [dit for dit in dits if dit not in message] == []
    assert doute.remede


def test_un_paye_et_un_reste_du_qui_s_accordent_ne_se_disent_pas(tmp_path):
    lignes = "F1;A;100;30;70;Payée en partie;\nF2;A;100;0;100;En retard;\nF3;A;100;100;0;Payée;\nF4;A;100;;100;;\n"
    assert _lire(_ecrire(tmp_path, f"{_SOLDES}\n{lignes}")).doutes == ()


@pytest.mark.parametrize("mot", ["Total Nu", "Sous-total client C01", "TOTAL GÉNÉRAL"])
def test_un_total_ecrit_a_la_place_du_numero_n_est_pas_une_facture(tmp_path, mot):
    lignes = f"2001;04/05/2026;Nu;100,00;100,00\n{mot};;Nu;100,00;100,00\nTotal Sud 7;04/05/2026;Nu;5;5\n"
    lecture = _lire(_ecrire(tmp_path, f"Numéro;Date;Client;Montant TTC;Reste dû\n{lignes}"))
    assert [piece.numero for piece in lecture.pieces] == ["2001", "Total Sud 7"]


@pytest.mark.parametrize("entete", ["Réglée", "Facture payée", "Payée (oui/non)"])
def test_une_colonne_oui_non_dit_ce_qui_est_paye(tmp_path, entete):
    lecture = _lire(_ecrire(tmp_path, f"Facture n°;Client;TTC;{entete}\nF1;A;100;Oui\nF2;A;50;Non\n"))
    assert [piece.statut for piece in lecture.pieces] == ["soldee", "impayee"]
    assert _nets(lecture) == {"A": (Decimal(50), ["F2"])}


def test_une_colonne_oui_non_ne_dispute_pas_sa_place_au_statut(tmp_path):
    lecture = _lire(_ecrire(tmp_path, "Facture n°;Client;TTC;Statut;Réglée\nF1;A;100;En retard;Non\n"))
    assert lecture.colonnes["statut"] == "Statut"


@pytest.mark.parametrize("entete", ["SIREN (ProfId1)", "ProfId1", "Id. prof. 1 (SIREN)", "Id professionnel 1"])
def test_dolibarr_nomme_le_siren_de_plusieurs_facons(tmp_path, entete):
    noms = f"Raison sociale;{entete};Réf. facture;Date facturation;Total TTC;Facture payée"
    lecture = _lire(
        _ecrire(tmp_path, f"{noms}\nAlpha;412345670;FA1;04/05/2026;120;0\nAlpha;412345670;FA2;04/05/2026;9;1\n")
    )
    assert {piece.debiteur.siren for piece in lecture.pieces} == {"412345670"}
    assert [piece.statut for piece in lecture.pieces] == ["inconnu", "soldee"]
    assert lecture.colonnes["fichier"] is None


@pytest.mark.parametrize(("notes", "net", "doutes"), [(True, 880, 0), (False, 1000, 1)])
def test_un_avoir_de_qonto_diminue_sa_facture_ou_se_dit(tmp_path, notes, net, doutes):
    facture = {"id": "1", "number": "Q1", "status": "unpaid", "credit_notes_ids": ["c"], "client": {"name": "Mu"}}
    facture |= {"total_amount": {"value": "1200"}, "amount_paid": {"value": "200"}}
    avoir = {"id": "c", "number": "A1", "invoice_id": "1", "total_amount": {"value": "120"}}
    fichier = tmp_path / "qonto.json"
    fichier.write_text(json.dumps({"client_invoices": [facture], "credit_notes": [avoir] if notes else []}))
    lecture = _lire(fichier)
    assert _nets(lecture) == {"Mu": (Decimal(net), ["Q1"])}
    assert ["avoir" in doute.message for doute in lecture.doutes] == [True] * doutes

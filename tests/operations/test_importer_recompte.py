"""Réimporter, recompté : rien déduit deux fois, rien perdu sans un mot, quel que soit l'ordre des lignes."""

from decimal import Decimal

import pytest

from tests.operations.conftest import ENTETE, F1, F2
from tests.outils.ecritures_fec import ENTETE_FEC, passer_ecriture

_AVOIR = "A1;02/06/2026;;Garage Lumen SAS;999999915;-200,00;-200,00;Avoir"
_SOLDE = _AVOIR.replace("-200,00;-200,00", "-200,00;0,00")
_PAYE = f"{ENTETE};Montant payé"


def _codes(fait):
    return [(constat.code, constat.lieu.rpartition(", ")[2]) for constat in fait.constats]


def _ajouter(bureau, bloc):
    with bureau.toml().open("a", encoding="utf-8") as flux:
        flux.write(f"\n{bloc}\n")


def _photographier(bureau):
    return {fichier.name: fichier.read_bytes() for fichier in bureau.toml().parent.iterdir() if fichier.is_file()}


def test_reimporter_le_meme_fichier_ne_change_pas_un_octet(bureau):
    bureau.importer(F1, F2)
    avant = _photographier(bureau)
    bureau.importer(F1, F2)
    assert _photographier(bureau) == avant


@pytest.mark.parametrize("statut", ["0,00;Payée;1 230,00", "-30,00;Payée;1 230,00", "-30,00;Payée;"])
def test_dit_un_trop_percu_que_rien_ne_deduit_puis_se_tait_une_fois_saisi(bureau, statut):
    payee = F1.replace("1 200,00;En retard", statut)
    fait = bureau.importer(payee, F2 + ";", entete=_PAYE)
    assert _codes(fait) == [("RESTE_DU_INCOHERENT", "facture F1")]
    assert "30,00" in fait.constats[0].message
    assert _codes(bureau.importer()) == _codes(fait)
    _ajouter(bureau, '[[paiements]]\ndate = 2026-07-01\nmontant = "30.00"')
    assert _codes(bureau.importer()) == []


def test_un_trop_percu_que_le_dossier_porte_deja_ne_se_dit_pas(bureau):
    bureau.importer(F1 + ";", F2 + ";", entete=_PAYE)
    fait = bureau.importer(F1.replace("1 200,00;En retard", "-30,00;Payée;1 230,00"), F2 + ";", entete=_PAYE)
    assert _codes(fait) == []
    assert [str(p["montant"]) for p in bureau.donnees()["paiements"]] == ["1230.00"]


@pytest.mark.parametrize(
    ("colonne", "codes"), [("Montant payé", [("RESTE_DU_INCOHERENT", "avoir A1")]), ("Reste dû", [])]
)
def test_dit_un_avoir_solde_quand_aucun_reste_du_n_en_tient_compte(bureau, colonne, codes):
    facture = "F1;01/05/2026;31/05/2026;Garage Lumen SAS;999999915;1 200,00;{};En retard"
    avoir = "A1;02/06/2026;;Garage Lumen SAS;999999915;-200,00;0,00;Soldé"
    entete = ENTETE.replace("Reste dû", colonne)
    fait = bureau.importer(facture.format("0,00" if codes else "1 000,00"), avoir, entete=entete)
    assert _codes(fait) == codes


def test_un_paiement_saisi_et_un_autre_retire_de_la_source_font_un_conflit(bureau):
    """Le chèque de 300 € est revenu, un virement de 500 € l'a remplacé : 800 € au dossier, 500 € dans la source."""
    bureau.importer(F1.replace("1 200,00;1 200,00", "1 200,00;900,00") + ";300,00", entete=_PAYE)
    _ajouter(bureau, '[[paiements]]\ndate = 2026-07-01\nmontant = "500.00"\nfacture = "F1"')
    suite = F1.replace("1 200,00;1 200,00", "1 200,00;700,00") + ";500,00"
    for _ in range(2):
        assert ("CONFLIT_IMPORT", "paiements de la facture F1") in _codes(bureau.importer(suite, entete=_PAYE))


def _dolibarr(bureau, *reglements):
    entete = "Raison sociale;SIREN;Réf. facture;Date facturation;Date échéance;Total TTC;Rest;Facture payée"
    return bureau.importer(*reglements, entete=f"{entete};Montant règlement;Date paiement")


def test_un_paiement_date_arrive_avec_un_avoir_garde_sa_date(bureau):
    debut = "Garage Lumen SAS;999999915;F1;01/05/2026;31/05/2026;1200,00;"
    _dolibarr(bureau, debut + "1200,00;0;;")
    _ajouter(bureau, '[[avoirs]]\nnumero = "A9"\ndate = 2026-06-02\nmontant_ttc = "200.00"\nfacture = "F1"')
    _dolibarr(bureau, debut + "700,00;0;300,00;15/06/2026")
    paiements = [(str(p["montant"]), str(p.get("date"))) for p in bureau.donnees()["paiements"]]
    assert paiements == [("300.00", "2026-06-15")]


def test_l_ordre_des_lignes_ne_dit_pas_quelle_facture_un_paiement_saisi_a_soldee(bureau, tmp_path):
    f2 = F2.replace("600,00;600,00", "600,00;200,00")
    f1 = F1.replace("1 200,00;1 200,00", "1 200,00;900,00")
    vus = []
    for rang, lignes in enumerate(([f1, f2], [f2, f1])):
        bureau.racine = tmp_path / f"essai{rang}"
        bureau.importer(F1, F2)
        _ajouter(bureau, '[[paiements]]\ndate = 2026-07-01\nmontant = "300.00"')
        bureau.importer(*lignes)
        vus.append(sorted((str(p.get("facture")), str(p["montant"])) for p in bureau.donnees()["paiements"]))
    assert vus == [[("F2", "400.00"), ("None", "300.00")]] * 2


def test_un_virement_sans_facture_revenu_impaye_fait_un_conflit(bureau):
    facture = passer_ecriture("VE", 1, "F9", "900", "0")
    bureau.importer(*facture, *passer_ecriture("BQ", 2, "CHQ7", "0", "200"), entete=ENTETE_FEC)
    revenu = [*passer_ecriture("BQ", 2, "CHQ7", "0", "200", "R"), *passer_ecriture("BQ", 3, "CHQ7", "200", "0", "R")]
    for _ in range(2):
        fait = bureau.importer(*facture, *revenu, entete=ENTETE_FEC)
        assert _codes(fait) == [("CONFLIT_IMPORT", "paiements sans facture")]


def _report(numero, piece, debit, credit, libelle):
    tete = f"AN|A nouveaux|{numero}|20270101|411000|Clients|CLUM|Garage Lumen SAS|{piece}|20260501|{libelle}"
    return f"{tete}|{debit}|{credit}|||||"


def test_un_virement_reporte_a_nouveau_reste_le_meme_paiement_et_un_avoir_un_avoir(bureau):
    bureau.importer(
        *passer_ecriture("VE", 1, "F9", "900", "0"),
        *passer_ecriture("VE", 2, "A10", "0", "50"),
        *passer_ecriture("BQ", 3, "VIR7", "0", "200"),
        entete=ENTETE_FEC,
    )
    bureau.importer(
        _report(1, "F9", "900", "0", "Facture F9"),
        _report(1, "A10", "0", "50", "Avoir A10"),
        _report(1, "VIR7", "0", "200", "VIR LUMEN"),
        entete=ENTETE_FEC,
    )
    donnees = bureau.donnees()
    assert [(a["numero"], a["montant_ttc"]) for a in donnees["avoirs"]] == [("A10", "50.00")]
    assert [p["montant"] for p in donnees["paiements"]] == ["200.00"]


_Q = '{"client_invoices":[%s],"credit_notes":[%s]}'
_QF = (
    '{"id":"%s","number":"%s","status":"%s","issue_date":"2026-05-01","due_date":"2026-05-31","total_amount":'
    '{"value":"%s"},"amount_paid":{"value":"0"},"client":{"name":"Garage Lumen SAS",'
    '"tax_identification_number":"999999915"}}'
)


def test_un_avoir_saisi_que_la_source_impute_hors_du_dossier_fait_un_conflit(bureau, tmp_path):
    export = tmp_path / "qonto.json"
    due, autre = _QF % ("1", "F1", "unpaid", "1200"), _QF % ("2", "F2", "paid", "200")
    export.write_text(_Q % (due, ""), encoding="utf-8")
    bureau.importer(sources=(export,))
    _ajouter(bureau, '[[avoirs]]\nnumero = "A1"\ndate = 2026-06-02\nmontant_ttc = "200.00"')
    note = '{"number":"A1","invoice_id":"2","issue_date":"2026-06-02","total_amount":{"value":"200"}}'
    export.write_text(_Q % (f"{due},{autre}", note), encoding="utf-8")
    assert _codes(bureau.importer(sources=(export,))) == [("CONFLIT_IMPORT", "avoir A1")]
    assert Decimal(bureau.donnees()["avoirs"][0]["montant_ttc"]) == Decimal(200)

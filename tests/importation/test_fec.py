"""Un FEC tel que les logiciels l'écrivent : lettrage inachevé, banque avant ventes, impayés, à nouveaux, douteux."""

from decimal import Decimal

import pytest

from generateur.importation.groupement import grouper
from generateur.importation.lecteurs import choisir_lecteur
from generateur.importation.socle import Consignes
from generateur.importation.soldes import solder

ENTETE = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
_LIBELLES = {"VE": "Ventes", "BQ": "Banque", "AN": "A nouveaux", "OD": "Divers"}


def _lignes(num, journal, piece, debit="0,00", credit="0,00", lettre="", libelle="", compte="411000"):
    """L'écriture d'un client, et sa contrepartie."""
    commun = f"{journal}|{_LIBELLES[journal]}|{num}|20260501"
    contre = {"VE": "706000", "BQ": "512000"}.get(journal, "890000")
    return [
        f"{commun}|{compte}|Clients|CLUM|Lumen SAS|{piece}|20260501|{libelle or piece}|{debit}|{credit}|{lettre}||||",
        f"{commun}|{contre}|Autre|||{piece}|20260501|{libelle or piece}|{credit}|{debit}|||||",
    ]


def _lire(tmp_path, *ecritures):
    fichier = tmp_path / "fec.txt"
    lignes = [ligne for ecriture in ecritures for ligne in ecriture]
    fichier.write_text("\n".join((ENTETE, *lignes)) + "\n", encoding="utf-8")
    return choisir_lecteur(fichier).lire(fichier, Consignes())


def _solde(lecture):
    (groupe,) = grouper(lecture.pieces)
    return solder(groupe)


F1, F2 = _lignes(1, "VE", "F-1", debit="900,00"), _lignes(2, "VE", "F-2", debit="50,00")


def test_un_lettrage_partiel_ne_perd_pas_le_reste(tmp_path):
    facture = _lignes(1, "VE", "F-1", debit="900,00", lettre="a")
    lecture = _lire(tmp_path, facture, _lignes(3, "BQ", "VIR", credit="300,00", lettre="a"), F2)
    solde = _solde(lecture)
    assert [(f.piece.numero, f.reste) for f in solde.dues] == [("F-1", Decimal(600)), ("F-2", Decimal(50))]
    (doute,) = lecture.doutes
    assert doute.code == "ECRITURE_A_ECLAIRCIR"
    assert "600,00\u00a0€ sont réclamés" in doute.message


@pytest.mark.parametrize(
    ("debit", "credit", "doutes"),
    [("900,00", "300,00", 1), ("900,00", "900,00", 0), ("900,00", None, 0), ("300,00", "900,00", 0)],
)
def test_un_lettrage_entier_qui_ne_se_solde_pas_se_dit_sans_rien_reclamer(tmp_path, debit, credit, doutes):
    """Réglé après la clôture, ou réglant l'exercice d'avant : l'autre moitié est dans un autre FEC."""
    ecritures = [_lignes(1, "VE", "F-1", debit=debit, lettre="AA"), F2]
    ecritures += [_lignes(3, "BQ", "VIR", credit=credit, lettre="AA")] if credit else []
    lecture = _lire(tmp_path, *ecritures)
    assert [f.piece.numero for f in _solde(lecture).dues] == ["F-2"]
    assert len(lecture.doutes) == doutes


@pytest.mark.parametrize("piece", ["F-1", "VIR"])
def test_la_banque_lue_avant_les_ventes_paie_sa_facture(tmp_path, piece):
    lecture = _lire(tmp_path, _lignes(3, "BQ", piece, credit="200,00", libelle="VIR LUMEN ACPTE F-1"), F1, F2)
    solde = _solde(lecture)
    assert [(f.piece.numero, f.reste) for f in solde.dues] == [("F-1", Decimal(700)), ("F-2", Decimal(50))]
    assert not solde.avoirs


def test_un_virement_sans_facture_est_un_paiement_non_un_avoir(tmp_path):
    virements = [_lignes(n, "BQ", "0000000", credit="30,00", libelle="VIR LUMEN") for n in (3, 4)]
    solde = _solde(_lire(tmp_path, *virements, F1, _lignes(5, "VE", "AV-1", credit="10,00")))
    assert [r.montant for r in solde.verses] == [Decimal(30)] * 2
    assert [a.numero for a in solde.avoirs_a_saisir] == ["AV-1"]
    assert solde.net == Decimal(830)


def test_un_debit_venu_de_la_banque_se_dit(tmp_path):
    lecture = _lire(tmp_path, F1, _lignes(3, "BQ", "CHQ1", debit="300,00", libelle="IMPAYE CHQ1"))
    assert [("revenu impayé" in d.message, bool(d.remede)) for d in lecture.doutes] == [(True, True)]
    assert _solde(lecture).net == Decimal(1200)


def test_un_report_detaille_n_invente_pas_la_date_de_la_facture(tmp_path):
    lecture = _lire(
        tmp_path, _lignes(1, "AN", "F-0", debit="90,00"), [_lignes(1, "BQ", "x")[1].replace("BQ|B", "AN|A nouveaux B")]
    )
    assert [(p.numero, p.date) for p in lecture.pieces] == [("F-0", None)]
    assert not lecture.doutes


def test_un_debit_sans_reference_est_refuse_avec_sa_raison(tmp_path):
    lecture = _lire(tmp_path, F1, _lignes(3, "VE", "", debit="40,00"))
    assert ["sans référence de pièce" in refus.raison for refus in lecture.refus] == [True]


def test_les_clients_douteux_laisses_se_disent(tmp_path):
    lecture = _lire(tmp_path, F1, _lignes(3, "OD", "F-9", debit="700,00", compte="416000"))
    assert ["700,00\u00a0€ de clients douteux" in doute.message for doute in lecture.doutes] == [True]


def test_les_colonnes_lues_se_nomment(tmp_path):
    colonnes = _lire(tmp_path, F1).colonnes
    assert colonnes["Debit"] == "Debit"
    assert None not in colonnes.values()

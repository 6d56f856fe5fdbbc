"""Ce qu'un export porte de trop, de faux ou ne porte plus : dit, sans dossier de trop ni de moins."""

import pytest

from generateur.erreurs import CodeSortie, ErreurLecture
from tests.operations.conftest import AUTRE, ENTETE, F1, F2


def _codes(fait, code):
    return [c.lieu for c in fait.constats if c.code == code]


def test_ce_que_l_export_ne_porte_plus_se_dit(bureau):
    bureau.importer(F1, F2, AUTRE)
    fait = bureau.importer(F2)
    assert _codes(fait, "FACTURE_ABSENTE_DE_LA_SOURCE") == [
        "2026-garage-lumen-sas, facture F1",
        "2026-editions-du-halage",
    ]
    assert not _codes(bureau.importer(F1, F2, AUTRE), "FACTURE_ABSENTE_DE_LA_SOURCE")


def test_un_dossier_qui_ne_se_lit_pas_n_arrete_pas_les_autres(bureau):
    bureau.importer(F1, AUTRE)
    bureau.remplacer("[[debiteurs]]", "[[debiteurs")
    abime = bureau.toml().read_bytes()
    fait = bureau.importer(F1, F2, AUTRE.replace("240,00;240,00", "240,00;200,00"))
    assert [(d.reference, d.etat) for d in fait.dossiers] == [
        ("2026-garage-lumen-sas", "ecarte"),
        ("2026-editions-du-halage", "complete"),
    ]
    assert fait.est_partiel
    assert "ne se lit pas" in fait.refus[0].raison
    assert bureau.toml().read_bytes() == abime


def test_un_export_dont_rien_ne_se_lit_est_un_refus_de_lecture_qui_dit_chaque_cause(bureau):
    illisibles = [F1.replace("1 200,00", "beaucoup"), F2.replace("600,00", "peu")]
    with pytest.raises(ErreurLecture, match="aucune ligne de ces sources ne se lit") as refus:
        bureau.importer(*illisibles)
    assert refus.value.code == CodeSortie.LECTURE
    assert ("beaucoup" in refus.value.message, "peu" in refus.value.message) == (True, True)
    assert refus.value.remede
    assert not list(bureau.racine.rglob("dossier.toml"))
    assert bureau.importer(illisibles[0], F2).est_partiel


def test_un_long_export_illisible_ne_dit_que_ses_premieres_lignes(bureau):
    with pytest.raises(ErreurLecture, match=r"  - et 5\xa0autres lignes$"):
        bureau.importer(*(F1.replace("F1", f"F{rang}").replace("1 200,00", "beaucoup") for rang in range(25)))


def test_une_facture_deja_reclamee_par_un_dossier_ecrit_a_la_main_se_dit(bureau):
    a_la_main = bureau.racine / "2026-0001"
    a_la_main.mkdir(parents=True)
    (a_la_main / "dossier.toml").write_text(
        '[[debiteurs]]\nsiren = "999 999 915"\n[[factures]]\nnumero = "F1"\n', encoding="utf-8"
    )
    fait = bureau.importer(F1, AUTRE)
    assert _codes(fait, "FACTURE_DEJA_AU_DOSSIER") == ["2026-garage-lumen-sas, facture F1"]


@pytest.mark.parametrize("total", ["TOTAL", "Total général", "Sous-total", "Total (2 factures)"])
@pytest.mark.parametrize("place", [0, 3])
def test_une_ligne_de_total_n_est_pas_un_debiteur(bureau, total, place):
    cellules = ["", "", "", "", "", "1 200,00", "1 200,00", ""]
    cellules[place] = total
    fait = bureau.importer(F1, ";".join(cellules))
    assert [d.factures for d in fait.dossiers] == [("F1",)]


def test_un_client_nomme_total_reste_un_client(bureau):
    fait = bureau.importer(F1.replace("Garage Lumen SAS", "Total"))
    assert [d.debiteur for d in fait.dossiers] == ["Total"]


def test_une_facture_sans_client_ne_fait_pas_de_dossier(bureau):
    fait = bureau.importer(F1, AUTRE.replace("Éditions du Halage;999999923", ";"))
    assert [(d.reference, d.etat) for d in fait.dossiers] == [("2026-garage-lumen-sas", "cree"), (None, "ecarte")]
    assert "ne nomme pas ce client" in fait.dossiers[1].motif


def test_des_entetes_mal_codes_ne_passent_pas_pour_une_importation_vide(bureau):
    bureau.export.write_bytes(f"{ENTETE}\n{F1}".encode("mac_roman"))
    with pytest.raises(ErreurLecture, match="aucune facture n'est comprise"):
        bureau.importer()


def test_un_entete_sans_ligne_le_dit(bureau):
    with pytest.raises(ErreurLecture, match="aucune facture sous la ligne d'en-tête"):
        bureau.importer("")


def test_un_guillemet_jamais_referme_se_dit(bureau):
    with pytest.raises(ErreurLecture, match="guillemet"):
        bureau.importer(F1.replace("Garage", '"Garage'), F2)


@pytest.mark.parametrize("option", ["banque", "clients"])
def test_une_annexe_qui_n_en_est_pas_une_se_dit(bureau, option):
    bureau.importer(F1)
    with pytest.raises(ErreurLecture, match="il y faut"):
        bureau.importer(**{option: bureau.export})


def test_deux_clients_qui_portent_le_meme_numero_ne_se_melent_pas(bureau):
    fait = bureau.importer(F1, AUTRE.replace("G1", "F1"))
    assert [(d.debiteur, d.factures, str(d.reste_du)) for d in fait.dossiers] == [
        ("Garage Lumen SAS", ("F1",), "1200.00"),
        ("Éditions du Halage", ("F1",), "240.00"),
    ]


def test_un_encaissement_ne_paie_que_la_facture_de_son_client(bureau, tmp_path):
    banque = tmp_path / "banque.csv"
    banque.write_text("Date;Libellé;Montant\n15/07/2026;VIR F1;240,00\n", encoding="utf-8")
    fait = bureau.importer(F1.replace("1 200,00", "240,00"), AUTRE.replace("G1", "F1"), banque=banque)
    assert not fait.rapprochements  # deux factures F1 de 240 € : rien n'est choisi
    fait = bureau.importer(F1, AUTRE.replace("G1", "F1"), banque=banque, racine=tmp_path / "autres")
    assert [(d.debiteur, d.etat) for d in fait.dossiers] == [
        ("Garage Lumen SAS", "cree"),
        ("Éditions du Halage", "ecarte"),
    ]

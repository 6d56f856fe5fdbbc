"""Une facture dont le numéro ou le débiteur change d'un export à l'autre n'est pas réclamée deux fois sans un mot."""

from decimal import Decimal

import pytest

from tests.operations.conftest import AUTRE, ENTETE, F1, F2

_ZEROS = F1.replace("F1;", "002002;")


def _codes(fait):
    return [constat.code for constat in fait.constats]


@pytest.mark.parametrize(("avant", "apres"), [("002002", "2002"), ("F 2026-7", "f2026-07"), ("FA-12", "FA 12")])
def test_un_numero_ecrit_autrement_est_la_meme_facture(bureau, avant, apres):
    bureau.importer(F1.replace("F1;", f"{avant};"), F2)
    payee = F1.replace("F1;", f"{apres};").replace("1 200,00;1 200,00", "1 200,00;700,00")
    for _ in range(2):
        fait = bureau.importer(payee, F2)
        assert _codes(fait) == ["NUMERO_ECRIT_AUTREMENT"]
    assert [f["numero"] for f in bureau.donnees()["factures"]] == [avant, "F2"]
    assert bureau.donnees()["paiements"] == [{"montant": "500.00", "facture": avant}]


def test_un_numero_corrige_a_la_main_suit_encore_sa_facture(bureau):
    bureau.importer(F1.replace("F1;", "24626;"))
    bureau.remplacer('"24626"', '"024626"')
    bureau.importer(F1.replace("F1;", "24626;").replace("1 200,00;1 200,00", "1 200,00;700,00"))
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["024626"]
    assert bureau.donnees()["paiements"] == [{"montant": "500.00", "facture": "024626"}]


def test_dans_un_meme_envoi_aussi(bureau):
    fait = bureau.importer(_ZEROS, _ZEROS.replace("002002", "2002"))
    assert [d.reste_du for d in fait.dossiers] == [Decimal("1200.00")]
    assert _codes(fait) == ["NUMERO_ECRIT_AUTREMENT"]


@pytest.mark.parametrize("autre", [("01/05/2026", "02/05/2026"), ("1 200,00;1 200,00", "1 201,00;1 201,00")])
def test_une_autre_date_ou_un_autre_montant_fait_une_autre_facture(bureau, autre):
    fait = bureau.importer(_ZEROS, _ZEROS.replace("002002", "2002").replace(*autre))
    assert fait.dossiers[0].factures == ("002002", "2002")
    assert _codes(fait) == []


def test_une_facture_retiree_a_la_main_ne_revient_pas_sous_une_autre_ecriture(bureau):
    bureau.importer(F2, _ZEROS)
    texte = bureau.toml().read_text(encoding="utf-8")
    bureau.toml().write_text(texte[: texte.index('[[factures]]\nnumero = "002002"')], encoding="utf-8")
    bureau.importer(F2, _ZEROS.replace("002002", "2002"))
    assert [f["numero"] for f in bureau.donnees()["factures"]] == ["F2"]


def test_une_facture_passee_a_un_autre_debiteur_se_dit_tant_que_deux_dossiers_la_reclament(bureau):
    bureau.importer(F1, F2, AUTRE)
    passee = F1.replace("Garage Lumen SAS;999999915", "Éditions du Halage;999999923")
    for _ in range(2):
        fait = bureau.importer(passee, F2, AUTRE)
        (constat,) = [c for c in fait.constats if c.code == "FACTURE_DEJA_AU_DOSSIER"]
        assert "2026-garage-lumen-sas" in constat.message
        assert constat.lieu == "2026-editions-du-halage, facture F1"
    bureau.toml().unlink()
    assert "FACTURE_DEJA_AU_DOSSIER" not in _codes(bureau.importer(passee, AUTRE))


def test_un_debiteur_renomme_qui_recoit_son_siren_se_dit(bureau):
    bureau.importer(F1.replace("Garage Lumen SAS;999999915", "Lumen;"))
    assert "FACTURE_DEJA_AU_DOSSIER" in _codes(bureau.importer(F1, entete=ENTETE))


def test_le_meme_numero_chez_un_autre_creancier_n_est_pas_un_double(bureau, tmp_path):
    bureau.importer(F1)
    autre = tmp_path / "autre.toml"
    autre.write_text('denomination = "Atelier Sud"\n', encoding="utf-8")
    passee = F1.replace("Garage Lumen SAS;999999915", "Éditions du Halage;999999923")
    assert "FACTURE_DEJA_AU_DOSSIER" not in _codes(bureau.importer(passee, creancier=autre))


_COMPTES = "Numéro;Date;Échéance;Client;SIREN;Code client;Montant TTC;Reste dû"


def _ligne(numero, client="Lumen", siren="", compte="C1"):
    return f"{numero};01/05/2026;31/05/2026;{client};{siren};{compte};100,00;100,00"


def test_un_meme_siren_sous_deux_comptes_ne_fait_qu_un_dossier_a_chaque_importation(bureau):
    lignes = [_ligne("F1", siren="999999915"), _ligne("F2"), _ligne("F3", "Lumen Lyon", "999999915", "C2")]
    for etats in (["cree"], ["inchange"]):
        fait = bureau.importer(*lignes, entete=_COMPTES)
        assert [(d.etat, d.reste_du) for d in fait.dossiers] == [(*etats, Decimal("300.00"))]


def test_un_homonyme_d_un_autre_compte_a_son_dossier(bureau):
    bureau.importer(_ligne("F1"), entete=_COMPTES)
    for etats in (["inchange", "cree"], ["inchange", "inchange"]):
        fait = bureau.importer(_ligne("F1"), _ligne("F2", compte="C2"), entete=_COMPTES)
        assert [d.etat for d in fait.dossiers] == etats
    assert [f["numero"] for f in bureau.donnees("2026-lumen")["factures"]] == ["F1"]


def test_un_autre_outil_dont_les_comptes_different_retrouve_le_dossier_par_ses_factures(bureau):
    bureau.importer(_ligne("F1"), entete=_COMPTES)
    fait = bureau.importer(_ligne("F1", compte="411LUM"), _ligne("F2", compte="411LUM"), entete=_COMPTES)
    assert [(d.reference, d.etat) for d in fait.dossiers] == [("2026-lumen", "complete")]

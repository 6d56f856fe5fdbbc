"""Un dossier neuf dans la page : ce qu'une facture dit, ce qu'il faut encore écrire ; il se lit toujours."""

import pytest

from generateur.erreurs import ErreurDossier
from generateur.lecture.socle import lire_dossier
from generateur.operations.saisie import lire_version, saisir
from tests.outils.fabriquer_exemples_import import DUES, dessiner, fabriquer_factures
from tests.page.conftest import deponctuer, onglet_ouvert

A_LA_MAIN = {"reference": "2026-0100", "profil": "", "nature": "personne_morale", "creancier": "Atelier d'Exemple",
             "debiteur": "Café & fils", "forme": "", "numero": "F-1", "montant": "1 200,00"}  # fmt: skip
ILLISIBLE = """\
reference = "2026-0100"
[creancier]
nature = "personne_morale"
denomination = ""
[[debiteurs]]
nature = "personne_morale"
denomination = ""
[[factures]]
numero = "F-1"
montant_ttc = "1200.00"
"""


def _creer(visiteur, fichiers=(), **champs):
    return visiteur.envoyer("/nouveau", {**A_LA_MAIN, **champs}, list(fichiers))


def _imprimee():
    lignes = ("FACTURE n° F2026-310", "Date : 01/06/2026", "Total TTC 2 400,00 €", "Échéance : 01/07/2026")
    return ("facture", "facture.pdf", dessiner(*lignes))


def _lire(dossiers):
    return lire_dossier(dossiers / "2026-0100").dossier


def test_un_pdf_ordinaire_et_deux_noms_font_un_dossier_qui_se_lit(visiteur, dossiers):
    assert _creer(visiteur, [_imprimee()], numero="", montant="").code == 303
    dossier = _lire(dossiers)
    assert (dossier.debiteur.nom_complet, dossier.creancier.nom_complet) == ("Café & fils", "Atelier d'Exemple")
    assert (dossier.factures[0].numero, str(dossier.factures[0].montant_ttc)) == ("F2026-310", "2400.00")


def test_ce_qui_manque_pour_lire_le_dossier_se_demande_avant_de_le_creer(visiteur, dossiers):
    refus = _creer(visiteur, [_imprimee()], debiteur="", creancier="", numero="", montant="")
    assert refus.code == 422
    assert "le nom du débiteur et le nom de votre entreprise" in refus.texte
    assert "son montant TTC" in _creer(visiteur, montant="").texte
    assert not (dossiers / "2026-0100").exists()


def test_une_facture_electronique_n_a_pas_besoin_de_noms(visiteur, dossiers):
    pdf = fabriquer_factures(DUES[0])["facture_electronique/F2026-201.pdf"]
    assert _creer(visiteur, [("facture", "f.pdf", pdf)], debiteur="", creancier="", numero="", montant="").code == 303
    assert _lire(dossiers).debiteur.nom_complet == "Les Comptoirs Beaurivage"
    assert _lire(dossiers).debiteur.forme is None


@pytest.mark.parametrize("nature", ["personne_morale", "entrepreneur_individuel", "particulier"])
def test_rien_n_est_suppose_de_personne(visiteur, dossiers, nature):
    assert _creer(visiteur, nature=nature).code == 303
    dossier = _lire(dossiers)
    assert (dossier.debiteur.nature, dossier.debiteur.nom_complet) == (nature, "Café & fils")
    assert not dossier.debiteur.forme
    assert not dossier.creancier.forme


def test_un_dossier_qui_ne_se_lit_pas_se_remplit_champ_par_champ(visiteur, dossiers):
    fichier = dossiers / "2026-0100" / "dossier.toml"
    fichier.parent.mkdir()
    fichier.write_text(ILLISIBLE, "utf-8")
    page = visiteur.voir("/dossiers/2026-0100")
    assert "2 points à régler d’abord" in page.texte.replace("\u00a0", " ")
    assert 'href="/dossiers/2026-0100?onglet=parties#c-debiteurs-0"' in page.texte
    assert "Rien ne manque" not in page.texte
    assert "dossier.toml" not in deponctuer(page.texte)
    for lieu, valeur in (
        ("debiteurs[1].siren", "999999998"),
        ("debiteurs[1].denomination", "Café"),
        ("creancier.denomination", "Moi"),
    ):
        champs = {"page": onglet_ouvert(page.texte), "lieu": lieu, "valeur": valeur}
        reponse = visiteur.poster("/dossiers/2026-0100/champ", champs, htmx=True)
        assert reponse.code == 200
        assert "Enregistré" in reponse.texte
    assert _lire(dossiers).debiteur.siren == "999999998"


def test_un_defaut_de_plus_reste_refuse(tmp_path):
    fichier = tmp_path / "dossier.toml"
    fichier.write_text(ILLISIBLE.replace('"1200.00"', '"douze"'), "utf-8")
    saisir(tmp_path, ("factures", 0, "montant_ttc"), "1200", version=lire_version(tmp_path)[1])
    saisir(tmp_path, ("debiteurs", 0, "denomination"), "Café", version=lire_version(tmp_path)[1])
    with pytest.raises(ErreurDossier, match="rien n'y a été écrit : une personne morale se nomme"):
        saisir(tmp_path, ("debiteurs", 0, "denomination"), "", version=lire_version(tmp_path)[1])

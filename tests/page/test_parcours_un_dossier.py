"""D'un répertoire vide à une liasse déposable, sans export : en partant d'une facture, ou à la main."""

import datetime as dt
import shutil

import pytest

from tests.outils.quarante_debiteurs import A_DEPOSER, VENDEUR, ecrire_export, ventes
from tests.page.parcours import (
    Sophie,
    lire_la_liasse,
    mettre_en_demeure,
    page_ouverte,
    produire_la_liasse,
    remplir_son_profil,
    verser_les_preuves,
)

pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium n'est pas installé"),
]
ENVOI, DEPOT = dt.date(2026, 11, 3), dt.date(2026, 11, 28)
VENTE = next(vente for vente in ventes(ENVOI) if vente.client.nom == A_DEPOSER)
PAR_FACTURE, A_LA_MAIN = (22, 19), (25, 23)  # clics et champs, mesurés ; le sort du pli en est un, qui ne se devine pas


def _creer_par_facture(sophie, export):
    """La facture imprimée dit son numéro, ses dates et son montant."""
    sophie.cliquer("link", "Partir d’une facture")
    sophie.taper("#creancier", VENDEUR)
    sophie.donner("#facture", export / f"{VENTE.numero}.pdf")
    sophie.taper("#debiteur", A_DEPOSER)
    sophie.taper("#forme", "SARL")
    sophie.cliquer("button", "Créer le dossier")


def _creer_a_la_main(sophie, export):
    """Rien n'est lu d'un document : tout se tape, et la facture se joint ensuite."""
    sophie.cliquer("link", "Nouveau dossier")
    sophie.taper("#creancier", VENDEUR)
    sophie.taper("#debiteur", A_DEPOSER)
    sophie.taper("#forme", "SARL")
    sophie.taper("#numero", VENTE.numero)
    sophie.taper("#montant", f"{VENTE.ttc}")
    sophie.cliquer("button", "Créer le dossier")
    sophie.cliquer("link", "Factures et paiements")
    sophie.taper("#c-factures-0-date", VENTE.date.isoformat())
    sophie.taper("#c-factures-0-echeance", VENTE.echeance.isoformat())
    sophie.donner("form.geste:has-text('Factures 1') input[type=file]", export / f"{VENTE.numero}.pdf")
    sophie.ouvrir("form.geste:has-text('Factures 1') button")
    sophie.onglet.wait_for_selector(f"option[selected][value='pieces/{VENTE.numero}.pdf']", state="attached")
    sophie.cliquer("link", "Parties", exact=True)


def _identifier(sophie):
    client = VENTE.client
    for champ, valeur in (
        ("siren", client.siren),
        ("adresse-voie", client.voie),
        ("adresse-code_postal", client.code_postal),
        ("adresse-commune", client.commune),
    ):
        sophie.taper(f"#c-debiteurs-0-{champ}", valeur)
    sophie.cliquer("link", "Écrire l’objet")
    sophie.taper("#c-objet", "Pains et viennoiseries")
    sophie.cliquer("link", "Parties", exact=True)
    sophie.cliquer("link", "ouvrir son profil")
    remplir_son_profil(sophie)
    sophie.cliquer("link", "Voir les dossiers")
    sophie.cliquer("link", A_DEPOSER)


@pytest.mark.parametrize(
    ("creer", "gestes"), [(_creer_par_facture, PAR_FACTURE), (_creer_a_la_main, A_LA_MAIN)], ids=["facture", "main"]
)
def test_d_un_repertoire_vide_a_une_liasse_deposable(onglet, tmp_path, creer, gestes):
    racine, sortie, export = tmp_path / "mes-dossiers", tmp_path / "sortie", tmp_path / "export"
    ecrire_export(export, ENVOI)
    sophie = Sophie(onglet)
    with page_ouverte(racine, sortie, ENVOI) as adresse:
        onglet.goto(adresse)
        creer(sophie, export)
        _identifier(sophie)
        verser_les_preuves(sophie, export)
        mettre_en_demeure(sophie, export)
    with page_ouverte(racine, sortie, DEPOT) as adresse:
        onglet.goto(adresse)
        sophie.cliquer("link", A_DEPOSER)
        produire_la_liasse(sophie, export)
    assert sophie.clics <= gestes[0]
    assert sophie.champs <= gestes[1]
    lire_la_liasse(sortie, "2026-0001", [VENTE])


def test_d_un_repertoire_vide_on_ouvre_l_exemple_et_on_le_retrouve_dans_sa_pile(onglet, tmp_path):
    with page_ouverte(tmp_path / "dossiers", tmp_path / "sortie", DEPOT) as adresse:
        onglet.goto(adresse)
        onglet.get_by_role("button", name="Ouvrir l’exemple").click()
        onglet.wait_for_selector(".onglets")
        onglet.get_by_role("link", name="Dossiers", exact=True).click()
        onglet.get_by_role("navigation", name="Piles").get_by_role("link", name="Produire la liasse").click()
        onglet.get_by_role("link", name="Les Comptoirs Beaurivage").click()
        onglet.wait_for_selector(".etat.pret")

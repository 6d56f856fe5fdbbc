"""« (pièce n° X) » justifie ce qu'elle prouve : le taux légal ne vient pas des conditions générales."""

import pytest

from tests.outils.cas_actes import MISE_EN_DEMEURE, SECONDE_FACTURE, ecrire_cas, lire_actes

ENVOYEE = f"[mise_en_demeure]\n{MISE_EN_DEMEURE}"
CGV, FACTURE = "(pièce n° 2)", "(pièce n° 4)"
SUPPLETIF = 'penalites     = { mode = "suppletif" }'
CONVENU = 'penalites     = { mode = "fixe", taux = "15.00" }'
REFUSEES = 'acceptation = { date = 2026-06-15, mode = "signature", fichier = "pieces/cgv.pdf" }'


def _citation_des_penalites(chemin):
    requete = lire_actes(chemin, "injonction_de_payer")["requete"]
    return requete[requete.index("\nPénalités de retard arrêtées") :].splitlines()[3]


@pytest.mark.parametrize(
    ("remplacements", "attendu"),
    [
        ((), FACTURE),
        (((SUPPLETIF, CONVENU),), CGV),
        (((SUPPLETIF, CONVENU), (REFUSEES, 'acceptation = { mode = "aucune" }')), FACTURE),
    ],
    ids=("taux supplétif", "taux convenu aux CGV", "taux convenu aux CGV refusées"),
)
def test_ce_qui_fixe_le_taux_le_justifie(tmp_path, remplacements, attendu):
    assert _citation_des_penalites(ecrire_cas(tmp_path, ENVOYEE, remplacements=remplacements)) == attendu


def test_la_clause_penale_se_prouve_comme_le_taux_par_ce_qui_la_porte(tmp_path):
    clause = f'{CONVENU}\nclause_penale = {{ pourcent = "10" }}'
    requete = lire_actes(ecrire_cas(tmp_path, ENVOYEE, remplacements=((SUPPLETIF, clause),)), "injonction_de_payer")
    assert requete["requete"].split("\nClause pénale\n")[1].splitlines()[1] == CGV


def test_la_facture_dit_le_montant_que_porte_sa_piece(tmp_path):
    conteste = ('montant_ttc = "4 104,00"', 'montant_ttc = "4 104,00"\nmontant_conteste = "1 000,00"')
    requete = lire_actes(ecrire_cas(tmp_path, ENVOYEE, remplacements=(conteste,)), "injonction_de_payer")["requete"]
    assert "d’un montant de 4 104,00 € (dont 3 104,00 € comptés ici) toutes taxes comprises" in requete


@pytest.mark.parametrize("est_prouvee", [True, False])
def test_une_livraison_sans_document_n_est_pas_dite_justifiee(tmp_path, est_prouvee):
    bon = ', fichier = "pieces/bl131.pdf" }'
    chemin = ecrire_cas(tmp_path, ENVOYEE, remplacements=() if est_prouvee else ((bon, " }"),))
    refere = lire_actes(chemin, "refere_provision")["assignation"]
    assert ("La prestation a été exécutée, ce dont justifient" in refere) is est_prouvee
    suite = SECONDE_FACTURE if est_prouvee else SECONDE_FACTURE.replace(bon, " }")
    fichier = chemin / "dossier.toml"
    fichier.write_text(f"{fichier.read_text('utf-8')}\n{suite}", "utf-8")
    requete = lire_actes(chemin, "injonction_de_payer")["requete"]
    assert ("a exécuté ses obligations, ce dont justifient les documents suivants :" in requete) is est_prouvee
    assert "pour la facture n° F2026-180" in requete


@pytest.mark.parametrize(
    ("saisie", "est_sue"),
    [
        ('montant_tva = "684,00"', True),
        ('montant_ht = "3 420,00"', True),
        ('regime_tva = "normal"', True),
        ("", False),
        ('nature = "loyer"', False),
        ('regime_tva = "franchise_293b"', False),
        ('montant_ht = "4 104,00"\nmontant_tva = "0,00"', False),
    ],
)
def test_toutes_taxes_comprises_ne_se_dit_que_si_le_dossier_sait_la_taxe(tmp_path, saisie, est_sue):
    """CGI 293 B (franchise), 261 D (locations) : une somme sans taxe n'est pas dite taxe comprise."""
    sans = ('montant_ht  = "3 420,00"\nmontant_tva = "684,00"\n', f"{saisie}\n")
    actes = lire_actes(ecrire_cas(tmp_path, remplacements=(sans,)), "injonction_de_payer")
    lettre = actes["lettre à Hôtel des Embruns Bleus"]
    assert ("d’un montant de 4 104,00 € toutes taxes comprises, payable" in actes["requete"]) is est_sue
    assert ("d’un montant de 4 104,00 €, payable" in actes["requete"]) is not est_sue
    assert ("Montants toutes taxes comprises." in actes["decompte"]) is est_sue
    assert [("TTC" in texte) for texte in (actes["decompte"], lettre)] == [est_sue, est_sue]


@pytest.mark.parametrize("est_sue", [True, False])
def test_le_tableau_des_factures_ne_dit_pas_ttc_des_qu_une_taxe_manque(tmp_path, est_sue):
    seconde = SECONDE_FACTURE if est_sue else SECONDE_FACTURE.replace("montant_tva", "#").replace("montant_ht", "#")
    requete = lire_actes(ecrire_cas(tmp_path, ENVOYEE, seconde), "injonction_de_payer")["requete"]
    assert ("Montant TTC" in requete) is est_sue
    assert "Restant dû" in requete

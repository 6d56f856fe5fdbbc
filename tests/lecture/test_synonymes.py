"""Ce qu'on écrit d'ordinaire se lit, et un constat dit comment ; le reste est expliqué avec le mot du format."""

import datetime as dt

import pytest

from generateur.operations.etude import etudier_dossier

CREANCIER = 'forme = "SARL"'


@pytest.mark.parametrize(
    ("ajout", "champ", "valeur"),
    [
        ('email = "a@b.example"', "courriel", "a@b.example"),
        ('"e-mail" = "a@b.example"', "courriel", "a@b.example"),
        ('téléphone = "04 00 00 00 00"', "telephone", "04 00 00 00 00"),
        ('Email = "a@b.example"', "courriel", "a@b.example"),
    ],
)
def test_une_cle_usuelle_se_lit_et_se_note(lire, minimal, ajout, champ, valeur):
    lu = lire(minimal.replace(CREANCIER, f"{CREANCIER}\n{ajout}", 1))
    assert getattr(lu.dossier.creancier, champ) == valeur
    assert [lecture.lu for lecture in lu.lectures] == [champ]


@pytest.mark.parametrize(
    ("bloc", "lu_comme"),
    [
        ('[contrat]\nnature = "devis"', "devis_accepte"),
        ('[contrat]\nnature = "Bon de commande"', "bon_de_commande"),
        ('[mise_en_demeure]\ndate_envoi = 2026-05-01\nissue = "distribuée"', "distribuee"),
        ('[[mises_en_demeure]]\ndate_envoi = 2026-05-01\nissue = "Non réclamée"', "non_reclamee"),
        ('[mandataire]\nnom = "Leroy"\nrole = "huissier"\nadresse = ""', "commissaire_de_justice"),
        ('[[relances]]\ndate = 2026-05-01\ncanal = "e-mail"', "courriel"),
    ],
)
def test_une_valeur_usuelle_se_lit_et_se_note(lire, minimal, bloc, lu_comme):
    assert [lecture.lu for lecture in lire(f"{minimal}\n{bloc}\n").lectures] == [lu_comme]


def test_la_note_est_une_information(ecrire, minimal):
    dossier = ecrire(minimal.replace(CREANCIER, f'{CREANCIER}\nemail = "a@b.example"', 1))
    constats = etudier_dossier(dossier, jour=dt.date(2026, 11, 21)).constats
    (note,) = (constat for constat in constats if constat.code == "SAISIE_NORMALISEE")
    assert (note.gravite, note.lieu) == ("information", "creancier.courriel")


def test_une_cle_deja_ecrite_n_est_jamais_recouverte(refuser, minimal):
    deux = f'{CREANCIER}\ncourriel = "a@b.example"\nemail = "c@d.example"'
    assert "clé inconnue « email »" in refuser(minimal.replace(CREANCIER, deux, 1)).message


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        ('numero = "F1"', 'numéro = "F1"', "sans accent : numero"),
        ("echeance = 2026-04-01", "échéance = 2026-04-01", "sans accent : echeance"),
        ("[creancier]", "[créancier]", "sans accent : creancier"),
        ('numero = "F1"', '"numéro" = "F1"', "vouliez-vous dire « numero »"),
        ('"1200.00"', '"10.000,00"', 'retirez le point des milliers : "10000,00"'),
        ('"1200.00"', '"1.234.567,89 €"', 'retirez le point des milliers : "1234567,89"'),
        ('"1200.00"', '"1,234.56"', 'retirez la virgule des milliers : "1234.56"'),
        ('"1200.00"', '"10.000"', "retirez le point ou la virgule (10000), ou écrivez 10.00"),
        ('"1200.00"', "10.000", "est ambigu"),
        ('"1200.00"', '"1,200"', "(1200)"),
        (
            'adresse = { voie = "1 rue Haute", code_postal = "69003", commune = "Lyon" }',
            'adresse = "1 rue Haute, Lyon"',
            'par exemple : adresse = { voie = "',
        ),
        ("[[factures]]", "contrat = 3\n[[factures]]", "clé inconnue « contrat »"),
        ("[creancier]", "contrat = 3\n[creancier]", "par exemple : contrat = { "),
        ("[creancier]", 'paiements = "aucun"\n[creancier]', "par exemple : paiements = [{ montant = "),
    ],
)
def test_le_defaut_montre_ce_qu_il_faut_ecrire(refuser, minimal, avant, apres, attendu):
    assert avant in minimal
    assert attendu in refuser(minimal.replace(avant, apres, 1)).message


def test_chaque_cle_inconnue_a_sa_ligne(refuser, minimal):
    faux = minimal.replace(CREANCIER, f"{CREANCIER}\nqsdf = 1", 1).replace('numero = "F1"', 'numero = "F1"\nwxcv = 2')
    message = refuser(f"{faux}\n[truc]\na = 1\n").message
    for ligne, cle in ((9, "qsdf"), (20, "wxcv"), (26, "truc")):
        assert f"ligne {ligne}, " in message
        assert f"« {cle} »" in message

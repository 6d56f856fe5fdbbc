"""Un dossier incomplet se lit : le vide est absent, les natures se déduisent, un bloc inachevé est laissé de côté."""

import pytest


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ('objet = "Fourniture d\'essai"', 'objet = ""'),
        ('objet = "Fourniture d\'essai"', 'objet = "   "'),
        ('objet = "Fourniture d\'essai"', ""),
        ("date = 2026-03-01", 'date = ""'),
        ("date = 2026-03-01\n", ""),
        ("echeance = 2026-04-01", 'echeance = ""'),
        ('fichier = "pieces/f1.pdf"', 'fichier = ""'),
        ('forme = "SARL"', 'forme = ""'),
        ('{ voie = "1 rue Haute", code_postal = "69003", commune = "Lyon" }', '{ voie = "", commune = "" }'),
        ('{ voie = "1 rue Haute", code_postal = "69003", commune = "Lyon" }', '""'),
        ('adresse = { voie = "1 rue Haute", code_postal = "69003", commune = "Lyon" }\n', ""),
        ('forme = "SARL"', 'forme = "SARL"\nnaissance = { date = "", lieu = "" }'),
        ("[[factures]]", '[[relances]]\ndate = ""\ncanal = ""\n[[factures]]'),
    ],
)
def test_une_cle_vide_est_une_cle_absente(lire, minimal, avant, apres):
    assert avant in minimal
    lu = lire(minimal.replace(avant, apres, 1))
    assert lu.dossier.factures[0].numero == "F1"
    assert not lu.incomplets


@pytest.mark.parametrize("cle", ['objt = ""', 'Objet = ""'])
def test_une_cle_inconnue_se_signale_meme_vide(refuser, minimal, cle):
    assert "clé inconnue" in refuser(minimal.replace("objet =", f"{cle}\nobjet =", 1)).message


@pytest.mark.parametrize(
    ("partie", "nature"),
    [
        ('denomination = "A"\nforme = "S.A.R.L."', "personne_morale"),
        ('denomination = "A"\nforme = "Association loi 1901"', "personne_morale"),
        ('denomination = "A"\nforme = "GIE"', "personne_morale"),
        ('nom = "A"\nforme = "EI"', "entrepreneur_individuel"),
        ('nom = "A"\nforme = "Micro-entreprise"', "entrepreneur_individuel"),
        ('denomination = "A"\nforme = "Commune"', "personne_publique"),
        ('denomination = "A"\nsiren = "732 829 320"', "personne_morale"),
        ('denomination = "A"\nsiret = "73282932000074"', "personne_morale"),
        ('nom = "A"\nsiren = "732829320"', "entrepreneur_individuel"),
        ('nom = "A"\nqualite = "consommateur"', "particulier"),
        ('denomination = "A"\nqualite = "association"', "personne_morale"),
        ('nom = "A"\nqualite = "artisan"', "entrepreneur_individuel"),
        ('denomination = "A"\nqualite = "artisan"', "personne_morale"),
        ('denomination = "A"', None),
        ('nom = "A"', None),
        ('denomination = "A"\nsiren = "213 105 547"', None),  # série des organismes publics : à demander
        ('denomination = "A"\nqualite = "consommateur"', None),
        ('denomination = "A"\nforme = "Ltd"', None),
        ('nature = ""\ndenomination = "A"\nforme = "SAS"', "personne_morale"),
    ],
)
def test_la_nature_se_deduit_de_la_forme_de_la_qualite_ou_du_siren(lire, minimal, partie, nature):
    avant = 'nature = "personne_morale"\ndenomination = "Essai et Fils"\nforme = "SAS"'
    assert avant in minimal
    debiteur = lire(minimal.replace(avant, partie)).dossier.debiteur
    assert debiteur.nature == nature
    assert debiteur.nom_complet == "A"


def test_une_partie_sans_nom_ne_se_lit_pas(refuser, minimal):
    avant = 'nature = "personne_morale"\ndenomination = "Essai et Fils"'
    assert "« denomination »" in refuser(minimal.replace(avant, "")).message


@pytest.mark.parametrize(
    ("bloc", "lieu", "cles"),
    [
        ('[[relances]]\ncanal = "courriel"', "relances[1]", ("date",)),
        ("[[relances]]\nobjet = 'Rappel'", "relances[1]", ("date", "canal")),
        ('[mise_en_demeure]\nmode = "lrar"', "mise_en_demeure", ("date_envoi",)),
        ('[[paiements]]\ndate = 2026-05-01\nmode = "virement"', "paiements[1]", ("montant",)),
        ('[contrat]\npenalites = { mode = "fixe" }', "contrat.penalites", ("taux",)),
        ('[contrat]\npenalites = { taux = "12" }', "contrat.penalites", ("mode",)),
        ("[suivi]\nordonnance = { numero = '1' }", "suivi.ordonnance", ("date",)),
        (
            "[procedures.injonction_de_payer]\nfrais_accessoires = [{ libelle = 'x' }]",
            "procedures.injonction_de_payer.frais_accessoires[1]",
            ("montant",),
        ),
    ],
)
def test_un_bloc_inacheve_est_laisse_de_cote_et_se_dit(lire, minimal, bloc, lieu, cles):
    lu = lire(f"{minimal}\n{bloc}\n")
    assert [(b.lieu, b.cles) for b in lu.incomplets] == [(lieu, cles)]
    assert all(f"{cle} = " in lu.incomplets[0].exemple for cle in cles)


def test_les_blocs_suivants_gardent_leur_ligne(lire, minimal):
    lu = lire(f'{minimal}\n[[relances]]\ncanal = "sms"\n[[relances]]\ndate = 2026-05-02\ncanal = "sms"\n')
    assert len(lu.dossier.relances) == 1
    assert lu.origines["relances", 0, "date"] == "dossier.toml, ligne 27"


@pytest.mark.parametrize("cle", ["numero", "montant_ttc"])
def test_une_facture_sans_numero_ou_sans_montant_ne_se_lit_pas(refuser, minimal, cle):
    ligne = next(ligne for ligne in minimal.splitlines() if ligne.startswith(cle))
    assert f"« {cle} » est obligatoire" in refuser(minimal.replace(ligne, "")).message
    assert f"« {cle} » est obligatoire" in refuser(minimal.replace(ligne, f'{cle} = ""')).message

"""Après l'ordonnance : chaque suite à son heure, par débiteur, sans toucher à la liasse déposée."""

import datetime as dt
import re
import shutil

import pypdf
import pytest

from generateur.commandes import presentation_suite
from generateur.erreurs import ErreurDossier, ErreurUsage
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.production import produire_dossier
from generateur.operations.suite import SUITES, ecrire_suite
from generateur.publication.verification import verifier_liasse
from generateur.reglages import Reglages
from tests.outils.exemples_produits import EXEMPLES

JOUR = dt.date(2026, 12, 20)
ORDONNANCE = 'ordonnance = { date = 2026-09-21, numero = "2026IP118", fichier = "pieces/ordonnance.pdf" }'
SIGNIFIEE = 'signification = { date = 2026-10-05, mode = "personne", fichier = "pieces/acte.pdf" }'
SECOND = """
[[debiteurs]]
nature = "personne_morale"
denomination = "Beta Menuiserie"
forme = "SARL"
role = "codebiteur_solidaire"
adresse = { voie = "2 rue des Essais", code_postal = "69003", commune = "Lyon" }
"""


@pytest.fixture(scope="module")
def moteurs():
    with ouvrir_moteurs(None) as ouverts:
        yield ouverts


@pytest.fixture
def dossier(tmp_path):
    """Le premier exemple, avec ce que [suivi] en dit, et deux pièces de plus."""

    def _preparer(*lignes, avant=""):
        copie = tmp_path / "dossiers" / "2026-0042"
        shutil.copytree(EXEMPLES / "2026-0042", copie)
        shutil.copytree(EXEMPLES / "creanciers", tmp_path / "dossiers" / "creanciers", dirs_exist_ok=True)
        texte = re.sub(r"\n\[suivi\].*?(?=\n\[|\Z)", "", (copie / "dossier.toml").read_text("utf-8"), flags=re.DOTALL)
        texte = texte.replace("\n[contrat]", f"\n{avant}\n[contrat]", 1)
        (copie / "dossier.toml").write_text(f"{texte}\n[suivi]\n" + "\n".join(lignes) + "\n", encoding="utf-8")
        for nom in ("ordonnance", "acte"):
            shutil.copyfile(copie / "pieces" / "bc118.pdf", copie / "pieces" / f"{nom}.pdf")
            with (copie / "pieces" / f"{nom}.pdf").open("ab") as fichier:
                fichier.write(f"\n% {nom}\n".encode())
        return copie

    return _preparer


@pytest.fixture
def suivre(moteurs, tmp_path):
    def _suivre(copie, nom, jour=JOUR):
        return ecrire_suite(copie, tmp_path / "sortie", nom, jour=jour, au=jour, reglages=Reglages(), moteurs=moteurs)

    return _suivre


def _texte(pdf):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages).split())


def test_la_signification_est_demandee_avec_son_terme_et_ses_pieces(dossier, suivre, moteurs, tmp_path):
    copie = dossier(ORDONNANCE)
    produire_dossier(copie, tmp_path / "sortie", jour=JOUR, au=JOUR, reglages=Reglages(), moteurs=moteurs)
    deposee = (tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf").read_bytes()
    suite = suivre(copie, "signification")
    texte = _texte(suite.fichiers[0])
    assert "2026IP118" in texte
    assert "21 décembre 2026" in texte
    assert {joint.name for joint in suite.joints} == {"ordonnance_jointe.pdf", "requete_et_bordereau_joints.pdf"}
    assert all(joint.is_file() for joint in suite.joints)
    assert suite.a_joindre == ()
    assert (tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf").read_bytes() == deposee


def test_une_lettre_par_debiteur_qui_n_a_rien_recu(dossier, suivre):
    tous = suivre(dossier(ORDONNANCE, avant=SECOND), "signification")
    assert len(tous.fichiers) == 2
    assert "Beta Menuiserie" in _texte(tous.fichiers[1])


def test_un_debiteur_deja_servi_n_est_pas_servi_deux_fois(dossier, suivre):
    lignes = (ORDONNANCE, 'significations = [{ date = 2026-10-05, mode = "etude", debiteur = "Beta Menuiserie" }]')
    suite = suivre(dossier(*lignes, avant=SECOND), "signification")
    (lettre,) = suite.fichiers
    assert "Comptoirs Beaurivage" in _texte(lettre)


def test_le_certificat_se_demande_au_greffe_une_fois_le_delai_passe(dossier, suivre):
    copie = dossier(ORDONNANCE, SIGNIFIEE)
    with pytest.raises(ErreurDossier, match=r"8.décembre.2026"):
        suivre(copie, "certificat_non_opposition", dt.date(2026, 12, 7))
    suite = suivre(copie, "certificat_non_opposition", dt.date(2026, 12, 8))
    texte = _texte(suite.fichiers[0])
    assert "certificat" in texte
    assert "Tribunal des activités économiques de Lyon" in texte
    assert {joint.name for joint in suite.joints} == {"ordonnance_jointe.pdf", "signification_1_jointe.pdf"}


def test_la_saisie_dit_le_delai_renouvele_du_titre(dossier, suivre):
    suite = suivre(dossier(ORDONNANCE, SIGNIFIEE), "saisie")
    assert suite.dates == (("Titre exécutoire jusqu’au", dt.date(2036, 10, 5)),)
    assert "5 octobre 2036" in _texte(suite.fichiers[0])
    assert presentation_suite.en_objet(suite)["dates"][0]["date"] == "2036-10-05"


PAIEMENT = '\n[[paiements]]\ndate = 2026-11-03\nmontant = "{}"\nmode = "virement"\n'


def test_un_paiement_posterieur_a_l_ordonnance_est_impute(dossier, suivre):
    """500 € vont aux intérêts courus : 8 640 € en principal, 653,88 € − 500 € d'intérêts, 40 € d'indemnité."""
    copie = dossier(ORDONNANCE, SIGNIFIEE, avant=PAIEMENT.format("500.00"))
    suite = suivre(copie, "saisie", dt.date(2026, 12, 10))
    assert [fichier.name for fichier in suite.fichiers] == ["saisie.pdf", "decompte.pdf"]
    lettre, decompte = (_texte(fichier).replace("\u202f", " ") for fichier in suite.fichiers)
    assert "8 833,88 € arrêtée au 10 décembre 2026" in lettre
    assert "500,00 € le 3 novembre 2026" in lettre
    assert "8 833,88 €" in decompte


def test_une_ordonnance_partielle_ne_fait_saisir_que_ce_qu_elle_accorde(dossier, suivre):
    partielle = ORDONNANCE.replace("numero", 'montant = "5000.00", partielle = true, numero')
    signification = suivre(dossier(partielle), "signification")
    assert "s’en contente" in _texte(signification.fichiers[0])


def test_une_saisie_partielle_borne_la_somme(dossier, suivre):
    partielle = ORDONNANCE.replace("numero", 'montant = "5000.00", partielle = true, numero')
    copie = dossier(partielle, SIGNIFIEE.replace("personne", "etude"), avant=PAIEMENT.format("500.00"))
    (lettre,) = suivre(copie, "saisie", dt.date(2026, 12, 10)).fichiers
    texte = _texte(lettre).replace("\u202f", " ")
    assert "L’ordonnance accorde 5 000,00 € en principal" in texte
    assert "4 510,92 € en principal" in texte  # 5 000 − (500 − 10,92), 29 jours à 2,75 %
    assert "indemnités" not in texte
    assert "délai d’opposition" in texte


def test_une_opposition_ferme_la_saisie_et_ouvre_l_audience(dossier, suivre, tmp_path):
    copie = dossier(ORDONNANCE, SIGNIFIEE, "opposition = 2026-10-20")
    for nom in ("saisie", "certificat_non_opposition"):
        with pytest.raises(ErreurDossier, match="opposition"):
            suivre(copie, nom)
    suite = suivre(copie, "opposition")
    assert verifier_liasse(tmp_path / "sortie" / "2026-0042_suite_opposition").conforme
    liasse = _texte(suite.fichiers[0])
    assert "Conclusions sur opposition" in liasse
    assert "Ordonnance portant injonction de payer du 21" in liasse
    assert "Acte de signification" in liasse
    assert (suite.dates, suite.a_joindre) == ((), ()), "frappée d'opposition, l'ordonnance ne s'exécute pas"


@pytest.mark.parametrize(
    ("lignes", "nom", "dit"),
    [
        ((), "signification", "aucune ordonnance"),
        ((ORDONNANCE, SIGNIFIEE), "signification", "déjà signifiée"),
        ((ORDONNANCE,), "saisie", "aucune signification"),
        ((ORDONNANCE, SIGNIFIEE), "opposition", "aucune opposition"),
        (("rejet = { date = 2026-09-21 }",), "signification", "rejetée"),
        ((ORDONNANCE.replace("09-21", "09-17"),), "signification", "non avenue"),
        ((ORDONNANCE.replace("2026-09-21", "2026-03-30"), SIGNIFIEE), "saisie", "non avenue"),
        ((ORDONNANCE, SIGNIFIEE, "clos = { date = 2026-12-18 }"), "saisie", "Dossier clos"),
        ((ORDONNANCE.replace("numero", "partielle = true, numero"), SIGNIFIEE), "saisie", "ne dit pas combien"),
    ],
)
def test_chaque_suite_attend_son_heure(dossier, suivre, lignes, nom, dit):
    with pytest.raises(ErreurDossier, match=dit) as refus:
        suivre(dossier(*lignes), nom)
    assert refus.value.lieu.startswith("suivi.")
    assert refus.value.remede


def test_on_ne_saisit_pas_pour_ce_qui_est_paye(dossier, suivre):
    with pytest.raises(ErreurDossier, match="rien ne reste") as refus:
        suivre(dossier(ORDONNANCE, SIGNIFIEE, avant=PAIEMENT.format("9999.00")), "saisie")
    assert "cloture" in refus.value.remede


def test_une_suite_inconnue_nomme_les_autres(dossier, suivre):
    with pytest.raises(ErreurUsage) as refus:
        suivre(dossier(ORDONNANCE), "appel")
    assert all(nom in refus.value.remede for nom in SUITES)


def test_ce_que_le_dossier_n_a_pas_se_joint_a_la_main(dossier, suivre):
    suite = suivre(dossier("ordonnance = { date = 2026-09-21 }"), "signification")
    assert suite.joints == ()
    assert len(suite.a_joindre) == 2


LIQUIDE = """
situation = "liquidation"
procedure_collective = { jugement = 2026-11-20, publication_bodacc = 2026-11-27, mandataire = "Étude Lorme" }
"""
CAUTION = """
[[debiteurs]]
nature = "particulier"
nom = "Delaunoy"
prenoms = "Marc"
role = "caution"
adresse = { voie = "2 rue des Essais", code_postal = "69003", commune = "Lyon" }
cautionnement = { date = 2026-02-01, montant_max = "3000.00", solidaire = true, fichier = "pieces/bc118.pdf" }
"""


@pytest.mark.parametrize(
    ("lignes", "suite"),
    [((ORDONNANCE,), "signification"), ((ORDONNANCE, SIGNIFIEE), "saisie")],
)
def test_rien_ne_se_signifie_ni_ne_se_saisit_apres_le_jugement_d_ouverture(dossier, suivre, lignes, suite):
    """Avant, la saisie répondait « ce que l'ordonnance accorde est payé », et proposait de clore."""
    with pytest.raises(ErreurDossier, match="L622-21") as refus:
        suivre(dossier(*lignes, avant=LIQUIDE), suite)
    assert "Déclarer la créance" in refus.value.remede


def test_l_audience_ne_demande_pas_de_condamner_un_debiteur_en_liquidation(dossier, suivre):
    with pytest.raises(ErreurDossier, match="L622-21"):
        suivre(dossier(ORDONNANCE, SIGNIFIEE, "opposition = 2026-10-20", avant=LIQUIDE), "opposition")


def test_la_saisie_contre_une_caution_ne_depasse_pas_son_engagement(dossier, suivre):
    suite = suivre(dossier(ORDONNANCE, SIGNIFIEE, avant=CAUTION), "saisie")
    principal, caution = (_texte(fichier).replace("\u202f", " ") for fichier in suite.fichiers[:2])
    assert "pour la somme de 9 363,24 € arrêtée" in principal
    assert "pour la somme de 3 000,00 €, limite de son engagement de caution" in caution
    assert principal.count("l’acte de signification") == 1


def test_une_opposition_tardive_est_dite_irrecevable(dossier, suivre):
    tardive = _texte(suivre(dossier(ORDONNANCE, SIGNIFIEE, "opposition = 2026-11-20"), "opposition").fichiers[1])
    assert "pouvait être formée jusqu’au 5 novembre 2026" in tardive
    assert "de déclarer l’opposition irrecevable, et subsidiairement de la dire mal fondée" in tardive


def test_une_opposition_a_temps_ou_sans_terme_certain_n_est_pas_dite_tardive(dossier, suivre):
    a_temps = _texte(suivre(dossier(ORDONNANCE, SIGNIFIEE, "opposition = 2026-11-05"), "opposition").fichiers[1])
    assert "irrecevable" not in a_temps
    assert "article 1418" in a_temps


def test_les_conclusions_disent_la_signification_de_chaque_debiteur(dossier, suivre):
    recues = (
        'significations = [{ date = 2026-10-05, mode = "personne", debiteur = "Les Comptoirs Beaurivage" }, '
        '{ date = 2026-10-12, mode = "etude", debiteur = "Beta Menuiserie" }]'
    )
    texte = _texte(
        suivre(dossier(ORDONNANCE, recues, "opposition = 2026-10-30", avant=SECOND), "opposition").fichiers[1]
    )
    assert (
        "Beaurivage le 5 octobre 2026 à personne et à la société Beta Menuiserie le 12 octobre 2026 à l’étude" in texte
    )


def test_les_conclusions_n_inventent_pas_de_signification(dossier, suivre):
    """Avant : « a été signifiée le . », et l'acte dit produit."""
    texte = _texte(suivre(dossier(ORDONNANCE, "opposition = 2026-10-30"), "opposition").fichiers[1])
    assert "signifiée" not in texte
    assert "a été rendue le 21 septembre 2026" in texte


def test_l_article_1418_n_exige_l_acte_que_depuis_sa_nouvelle_redaction(dossier, suivre):
    ancienne, signifiee = ORDONNANCE.replace("2026-09-21", "2026-07-31"), SIGNIFIEE.replace("10-05", "08-10")
    texte = _texte(suivre(dossier(ancienne, signifiee, "opposition = 2026-09-01"), "opposition").fichiers[1])
    assert "1418" not in texte


def test_une_ordonnance_moindre_sans_le_dire_est_traitee_comme_partielle(dossier, suivre):
    moindre = ORDONNANCE.replace("numero", 'montant = "5000.00", numero')
    assert "s’en contente" in _texte(suivre(dossier(moindre), "signification").fichiers[0])


def test_un_avoir_n_est_pas_dit_paye(dossier, suivre):
    avoir = '\n[[avoirs]]\nnumero = "A1"\ndate = 2026-11-03\nmontant_ttc = "640.00"\nfacture = "F2026-118"\n'
    texte = _texte(suivre(dossier(ORDONNANCE, SIGNIFIEE, avant=avoir), "saisie").fichiers[0]).replace("\u202f", " ")
    assert "crédité par avoir depuis la demande (640,00 € le 3 novembre 2026)" in texte
    assert "payé" not in texte


@pytest.mark.parametrize("nom", SUITES)
def test_une_injonction_europeenne_n_a_pas_les_suites_nationales(dossier, suivre, nom):
    """Avant : « rendue par le , … article 1411 du code de procédure civile », sans tribunal ni bon texte."""
    copie = dossier(ORDONNANCE, SIGNIFIEE, "opposition = 2026-10-20")
    fichier = copie / "dossier.toml"
    berlin = '{ voie = "Hauptstr. 4", code_postal = "10115", commune = "Berlin", pays = "DE" }'
    texte = fichier.read_text("utf-8")
    lyon = '{ voie = "27 rue des Tisserands", code_postal = "69007", commune = "Lyon" }'
    assert lyon in texte
    fichier.write_text(texte.replace(lyon, berlin), encoding="utf-8")
    with pytest.raises(ErreurDossier, match="européenne"):
        suivre(copie, nom)

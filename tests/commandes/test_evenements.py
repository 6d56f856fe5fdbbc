"""« ajouter evenement » : ce qui est arrivé depuis le dépôt, et ce qui ne peut pas l'être."""

import tomllib

import pytest

from generateur.erreurs import CodeSortie
from tests.pieces.conftest import ecrire_pdf

ORDONNANCE = ("ordonnance", "--date", "2026-09-21", "--numero", "2026IP118")
SIGNIFICATION = ("signification", "--date", "2026-10-05", "--mode", "personne")
SECOND = """
[[debiteurs]]
nature = "personne_morale"
denomination = "Beta Menuiserie"
forme = "SARL"
role = "codebiteur_solidaire"
adresse = { voie = "2 rue des Essais", code_postal = "69003", commune = "Lyon" }
"""


@pytest.fixture
def noter(commander, copier):
    dossier = copier("2026-0042")

    def _noter(*arguments, au="2026-12-20"):
        return commander("ajouter", "evenement", dossier, *arguments, "--au", au, "--json")

    _noter.dossier = dossier
    _noter.lire = lambda: tomllib.loads((dossier / "dossier.toml").read_text("utf-8"))
    return _noter


def test_un_dossier_se_suit_du_depot_a_la_cloture(noter, commander):
    for evenement in (
        ("depot", "--date", "2026-09-10"),
        ORDONNANCE,
        SIGNIFICATION,
        ("saisie", "--date", "2026-12-08", "--montant", "9000"),
        ("paiement", "--date", "2026-12-15", "--montant", "9500", "--mode", "virement"),
        ("cloture", "--date", "2026-12-18", "--motif", "paye"),
    ):
        reponse = noter(*evenement)
        assert reponse.code == CodeSortie.FAIT, (evenement, reponse.messages)
    suivi = noter.lire()["suivi"]
    assert list(suivi) == ["depot", "ordonnance", "signification", "saisies", "clos"]
    assert noter.lire()["paiements"][-1]["mode"] == "virement"
    assert "DOSSIER_CLOS" in commander("verifier", noter.dossier, "--au", "2026-12-20", "--json").sortie


@pytest.mark.parametrize(
    ("deja", "evenement", "dit"),
    [
        ((ORDONNANCE,), ("signification", "--date", "2026-09-20", "--mode", "personne"), "précède"),
        ((ORDONNANCE, SIGNIFICATION), ("opposition", "--date", "2026-10-04"), "précède"),
        ((), ("saisie", "--date", "2026-12-08"), "aucune ordonnance"),
        ((ORDONNANCE, SIGNIFICATION), ("saisie", "--date", "2026-12-07"), "exécutoire qu'à partir du 8"),
        (
            (ORDONNANCE, SIGNIFICATION, ("opposition", "--date", "2026-10-20")),
            ("saisie", "--date", "2026-12-10"),
            "oppo",
        ),
        ((), ("depot", "--date", "2026-12-21"), "à venir"),
        ((ORDONNANCE,), ("rejet", "--date", "2026-09-21"), "accordée et rejetée"),
        ((("cloture", "--date", "2026-11-02"),), (*ORDONNANCE[:2], "2026-11-03"), "après la clôture"),
        ((ORDONNANCE,), (*SIGNIFICATION, "--debiteur", "Inconnu"), "n'est pas débiteur"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_vrai_n_est_pas_ecrit(noter, tmp_path, deja, evenement, dit):
    for fait in deja:
        assert noter(*fait).code == CodeSortie.FAIT
    avant, pieces = noter.lire(), sorted((noter.dossier / "pieces").iterdir())
    refus = noter(*evenement, "--fichier", ecrire_pdf(tmp_path / "acte.pdf", 1))
    assert refus.code == CodeSortie.DOSSIER_INVALIDE
    erreur = refus.objet["erreur"]
    assert dit in erreur["message"].replace("\u00a0", " ")
    assert erreur["remede"]
    assert erreur["lieu"].startswith("suivi.")
    assert (noter.lire(), sorted((noter.dossier / "pieces").iterdir())) == (avant, pieces)


@pytest.mark.parametrize(
    ("deja", "evenement", "code"),
    [
        ((), SIGNIFICATION, "SUIVI_INCOMPLET"),
        ((ORDONNANCE, SIGNIFICATION), ("opposition", "--date", "2026-11-06"), "OPPOSITION_TARDIVE"),
        ((("ordonnance", "--date", "2026-03-02"),), SIGNIFICATION, "ORDONNANCE_NON_AVENUE"),
        ((), (*ORDONNANCE, "--montant", "5000", "--partielle"), "ORDONNANCE_PARTIELLE"),
        ((("depot", "--date", "2026-09-10"),), ("rejet", "--date", "2026-09-21"), "REQUETE_REJETEE"),
    ],
)
def test_ce_qui_est_tardif_ou_incomplet_s_ecrit_et_se_dit(noter, deja, evenement, code):
    for fait in deja:
        noter(*fait)
    reponse = noter(*evenement)
    assert reponse.code == CodeSortie.FAIT
    assert code in {constat["code"] for constat in reponse.objet["constats"]}


@pytest.mark.parametrize(
    "evenement", [("depot", "--date", "2026-09-10"), ORDONNANCE, ("cloture", "--date", "2026-11-02")]
)
def test_un_evenement_deja_note_n_est_ni_double_ni_remplace(noter, evenement):
    assert noter(*evenement).code == CodeSortie.FAIT
    avant = noter.lire()
    refus = noter(*evenement[:2], "2026-11-05", *evenement[3:])
    assert refus.code == CodeSortie.USAGE
    assert "déjà au dossier" in refus.objet["erreur"]["message"]
    assert noter.lire() == avant


def test_chaque_debiteur_a_sa_signification_et_une_seule(noter):
    fichier = noter.dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace("\n[contrat]", f"\n{SECOND}\n[contrat]", 1), encoding="utf-8")
    noter(*ORDONNANCE)
    assert noter(*SIGNIFICATION, "--debiteur", "Les Comptoirs Beaurivage").code == CodeSortie.FAIT
    autre = ("signification", "--date", "2026-10-12", "--mode", "etude", "--debiteur", "Beta Menuiserie")
    assert noter(*autre).code == CodeSortie.FAIT
    assert noter(*autre).code == CodeSortie.USAGE
    suivi = noter.lire()["suivi"]
    assert [suivi["signification"]["mode"], *(s["mode"] for s in suivi["significations"])] == ["personne", "etude"]


def test_les_saisies_se_suivent(noter):
    noter(*ORDONNANCE)
    noter(*SIGNIFICATION)
    attribution, vente = ("saisie", "--date", "2026-12-08"), ("saisie", "--date", "2026-12-08", "--mesure", "vente")
    assert [noter(*fait).code for fait in (attribution, vente, attribution)] == [0, 0, CodeSortie.USAGE]
    assert [s.get("nature") for s in noter.lire()["suivi"]["saisies"]] == [None, "vente"]


def test_une_opposition_apprise_apres_la_saisie_s_ecrit_et_la_saisie_se_dit_sans_titre(noter):
    for fait in (ORDONNANCE, SIGNIFICATION, ("saisie", "--date", "2026-12-08")):
        noter(*fait)
    reponse = noter("opposition", "--date", "2026-11-05")
    assert reponse.code == CodeSortie.FAIT
    assert "SAISIE_SANS_TITRE" in {constat["code"] for constat in reponse.objet["constats"]}


def test_les_numeros_a_retenir_se_disent_le_jour_du_depot_seulement(noter):
    codes = [
        {constat["code"] for constat in noter(*fait).objet["constats"]}
        for fait in (("depot", "--date", "2026-09-10"), ORDONNANCE)
    ]
    assert ["NUMEROS_NON_RETENUS" in vus for vus in codes] == [True, False]


def test_le_document_suit_l_evenement_et_n_entre_pas_dans_la_liasse(noter, commander, tmp_path):
    """L'ordonnance n'est pas une pièce de la requête qui l'a obtenue : elle se joint aux suites."""
    avant = commander("verifier", noter.dossier, "--au", "2026-12-20", "--json").objet["constats"]
    noter("depot", "--date", "2026-09-10", "--fichier", ecrire_pdf(tmp_path / "recepisse.pdf", 1))
    noter(*ORDONNANCE, "--fichier", ecrire_pdf(tmp_path / "ordonnance.pdf", 1))
    donnees = noter.lire()
    assert donnees["suivi"]["ordonnance"]["fichier"] == "pieces/ordonnance.pdf"
    assert (noter.dossier / "pieces" / "ordonnance.pdf").is_file()
    assert [p["confidentiel"] for p in donnees["pieces"] if "ordonnance" in p["titre"] or "dépos" in p["titre"]] == [
        True
    ]
    apres = commander("verifier", noter.dossier, "--au", "2026-12-20", "--json").objet["constats"]
    assert "FICHIER_NON_CITE" not in {c["code"] for c in apres} - {c["code"] for c in avant}

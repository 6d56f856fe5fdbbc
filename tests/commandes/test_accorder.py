"""« accorder » : le protocole à signer, puis l'accord au dossier, et ce qui en découle."""

import datetime as dt
import tomllib
from decimal import Decimal

import pytest
from pypdf import PdfReader

from generateur.erreurs import CodeSortie

TERMES = ("--echeances", "3", "--premiere", "2026-12-31")


@pytest.fixture
def accorder(commander, copier, tmp_path):
    dossier = copier("2026-0042")

    def _accorder(*options):
        reponse = commander("accorder", dossier, *options, "--au", "2026-11-21", "-o", tmp_path / "s", "--json", "-q")
        return dossier, reponse

    return _accorder


def test_le_protocole_se_lit_et_la_somme_tombe_juste(accorder):
    _, reponse = accorder(*TERMES, "--acompte", "500,00", "--remise-pourcent", "5")
    objet = reponse.objet
    assert reponse.code == CodeSortie.FAIT
    verses = sum(Decimal(e["montant"]) for e in objet["echeances"])
    assert verses + Decimal(objet["acompte"]) + Decimal(objet["remise"]) == Decimal(objet["total"])
    docx, pdf = objet["fichiers"]
    assert docx.endswith(".docx")
    texte = " ".join(" ".join(p.extract_text() for p in PdfReader(pdf).pages).split())
    for attendu in (
        "Reconnaissance de dette",
        "articles 2231 et 2240 du code civil",
        "facture n° F2026-118 du 31 mars 2026",
        "n’engage aucune poursuite",
        "article 1343-1",
        "Déchéance du terme",
        "n’emporte pas novation",
        "500,00 €",
        "Atelier Lumen",
        "Les Comptoirs Beaurivage",
        "31 décembre 2026",
    ):
        assert attendu in texte, attendu
    bloc = tomllib.loads(objet["a_saisir"])["accord"]
    assert len(bloc["echeances"]) == 4  # l'acompte est la première


def test_signe_il_entre_au_dossier_et_la_creance_attend(accorder, commander, tmp_path):
    (tmp_path / "signe.pdf").write_bytes(b"%PDF-1.4 signe")
    dossier, reponse = accorder(*TERMES, "--signe-le", "2026-11-20", "--fichier", tmp_path / "signe.pdf")
    assert reponse.objet["enregistre"]
    accord = tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["accord"]
    assert accord["date"] == dt.date(2026, 11, 20)
    assert accord["fichier"] == "pieces/signe.pdf"
    assert (dossier / accord["fichier"]).is_file()
    choix = commander("choisir", dossier, "--au", "2026-11-21", "--json")
    assert "ACCORD_EN_COURS" in choix.sortie
    suite = commander("relancer", dossier, "--au", "2026-11-21", "-o", tmp_path / "s", "--json", "-q").objet
    assert suite["suite"] == "attendre"
    dates = commander("echeances", dossier, "--au", "2026-11-21", "--ics", tmp_path / "a.ics", "--json").objet
    titres = [e["titre"] for e in dates["dossiers"][0]["echeances"]]
    assert sum("accord de paiement" in titre for titre in titres) == 3
    encore = accorder(*TERMES, "--signe-le", "2026-11-20", "--fichier", tmp_path / "signe.pdf")[1]
    assert encore.code == CodeSortie.DOSSIER_INVALIDE


def test_signe_plus_tard_il_garde_les_montants_du_papier(accorder, tmp_path):
    """La dette court entre le protocole et sa signature : ce qui est dû est ce qui est écrit, au centime."""
    termes = (*TERMES, "--acompte", "500", "--remise-pourcent", "5,0")
    propose = accorder(*termes)[1].objet
    (tmp_path / "signe.pdf").write_bytes(b"%PDF-1.4 signe")
    dossier, signe = accorder(*termes, "--signe-le", "2026-11-28", "--fichier", tmp_path / "signe.pdf")
    assert signe.objet["protocole_du"] == "2026-11-21"
    assert (signe.objet["total"], signe.objet["echeances"]) == (propose["total"], propose["echeances"])
    accord = tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["accord"]
    assert accord["date"] == accord["echeances"][0]["date"] == dt.date(2026, 11, 28)
    assert [e["montant"] for e in accord["echeances"][1:]] == [e["montant"] for e in propose["echeances"]]


@pytest.mark.parametrize(
    ("termes", "jour"),
    [
        (("--echeances", "4", "--premiere", "2026-12-31"), "2026-11-28"),
        (TERMES, "2026-11-20"),
        ((*TERMES, "--acompte", "1"), "2026-11-28"),
    ],
    ids=["autres-termes", "signe-avant", "autre-acompte"],
)
def test_d_autres_termes_ne_reprennent_pas_ce_protocole(accorder, tmp_path, termes, jour):
    accorder(*TERMES)
    (tmp_path / "signe.pdf").write_bytes(b"%PDF-1.4 signe")
    _, signe = accorder(*termes, "--signe-le", jour, "--fichier", tmp_path / "signe.pdf")
    assert signe.objet["enregistre"]
    assert signe.objet["protocole_du"] is None


def test_une_proposition_illisible_est_laissee_de_cote(accorder, tmp_path):
    accorder(*TERMES)
    (garde,) = (tmp_path / "s").glob("*/relances/*_accord.json")
    garde.write_text('{"termes":', encoding="utf-8")
    (tmp_path / "signe.pdf").write_bytes(b"%PDF-1.4 signe")
    _, signe = accorder(*TERMES, "--signe-le", "2026-11-28", "--fichier", tmp_path / "signe.pdf")
    assert signe.objet["enregistre"]
    assert signe.objet["protocole_du"] is None


def test_une_personne_physique_ecrit_la_somme_et_chaque_debiteur_signe(commander, copier, tmp_path):
    """C. civ. 1376 : celui qui s'engage seul à payer écrit la somme en lettres et en chiffres."""
    dossier = copier("2026-0051")
    second = (
        '[[debiteurs]]\nnature = "personne_morale"\ndenomination = "Beta"\nforme = "SARL"\n'
        'role = "codebiteur_solidaire"\n'
        'adresse = { voie = "2 rue X", code_postal = "69003", commune = "Lyon" }\n\n[contrat]'
    )
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace("[contrat]", second, 1), encoding="utf-8")
    reponse = commander("accorder", dossier, *TERMES, "--au", "2026-06-25", "-o", tmp_path / "s", "--json", "-q")
    texte = " ".join(" ".join(p.extract_text() for p in PdfReader(reponse.objet["fichiers"][1]).pages).split())
    assert "« bon pour la somme de mille deux cent cinquante et un euros et trente-cinq centimes" in texte
    assert "M. Julien Fauvergue" in texte
    assert "Pour la société Beta" in texte


@pytest.mark.parametrize(
    "options",
    [
        ("--echeances", "0", "--premiere", "2026-12-31"),
        ("--echeances", "500", "--premiere", "2026-12-31"),
        ("--echeances", "3", "--premiere", "2026-11-01"),
        ("--echeances", "3", "--premiere", "2026-12-31", "--remise-pourcent", "100"),
        ("--echeances", "3", "--premiere", "2026-12-31", "--acompte", "99999"),
        ("--echeances", "3", "--premiere", "2026-12-31", "--acompte", "abc"),
        ("--echeances", "3", "--premiere", "2026-12-31", "--signe-le", "2026-11-20"),
    ],
)
def test_refuse_des_termes_impossibles_sans_rien_ecrire(accorder, tmp_path, options):
    dossier, reponse = accorder(*options)
    assert reponse.code == CodeSortie.USAGE
    assert not (tmp_path / "s").exists()
    assert "[accord]" not in (dossier / "dossier.toml").read_text(encoding="utf-8")


def test_plusieurs_factures_se_nomment_sans_faute(copier, commander, tmp_path):
    dossier = copier("2026-0042")
    seconde = '\n[[factures]]\nnumero = "F2026-119"\ndate = 2026-04-02\necheance = 2026-05-02\nmontant_ttc = "120.00"\n'
    with (dossier / "dossier.toml").open("a", encoding="utf-8") as fichier:
        fichier.write(seconde)
    fait = commander("accorder", dossier, *TERMES, "--au", "2026-11-21", "-o", tmp_path / "s", "--json", "-q").objet
    texte = " ".join(" ".join(p.extract_text() for p in PdfReader(fait["fichiers"][1]).pages).split())
    nommees = "au titre de 2 factures, n° F2026-118 du 31 mars 2026 et n° F2026-119 du 2 avril 2026, ainsi"
    assert nommees in texte.replace("- ", "-")


@pytest.mark.parametrize(
    ("reference", "situation", "interdit"),
    [
        ("2026-0051", "surendettement", "en surendettement"),
        ("2026-0042", "redressement", "en procédure collective"),
        ("2026-0042", "plan_en_cours", "sous un plan"),
        ("2026-0042", "in_bonis", ""),
    ],
)
def test_aucun_echelonnement_d_une_dette_que_la_loi_defend_de_payer(
    commander, copier, tmp_path, reference, situation, interdit
):
    """C. com. L622-7 et C. conso. L722-5 : ni procédure collective, ni surendettement, pour l’antérieur."""
    dossier = copier(reference)
    fichier = dossier / "dossier.toml"
    jugement = (
        "procedure_collective = { jugement = 2026-10-01 }\n" if situation in {"redressement", "plan_en_cours"} else ""
    )
    entete = f'[[debiteurs]]\nsituation = "{situation}"\n{jugement}'
    fichier.write_text(fichier.read_text("utf-8").replace("[[debiteurs]]\n", entete, 1), encoding="utf-8")
    options = ("--au", "2026-11-21", "-o", tmp_path / "s", "--json", "-q")
    reponse = commander("accorder", dossier, *TERMES, *options)
    assert (reponse.code == CodeSortie.FAIT) is (not interdit)
    assert ("fichiers" in reponse.objet) is (not interdit)
    assert interdit in reponse.objet.get("erreur", {}).get("message", "")


def _completer(dossier, ajout, fin=""):
    fichier = dossier / "dossier.toml"
    texte = fichier.read_text("utf-8").replace("\n[contrat]", f"\n{ajout}\n[contrat]", 1)
    fichier.write_text(f"{texte}\n{fin}\n", encoding="utf-8")


def test_une_caution_n_ecrit_de_sa_main_que_ce_a_quoi_elle_s_est_engagee(commander, copier, tmp_path):
    dossier = copier("2026-0042")
    _completer(
        dossier,
        '[[debiteurs]]\nnature = "particulier"\nnom = "Delaunoy"\nprenoms = "Marc"\nrole = "caution"\n'
        'adresse = { voie = "2 rue X", code_postal = "69003", commune = "Lyon" }\n'
        'cautionnement = { date = 2026-02-01, montant_max = "3000.00", solidaire = true }\n',
    )
    reponse = commander("accorder", dossier, *TERMES, "--au", "2026-11-21", "-o", tmp_path / "s", "--json", "-q")
    texte = " ".join(" ".join(p.extract_text() for p in PdfReader(reponse.objet["fichiers"][1]).pages).split())
    assert "« bon pour la somme de trois mille euros" in texte
    assert "n’est tenu(e) que dans la limite de 3 000,00 €" in texte.replace("\u202f", " ")


@pytest.mark.parametrize(("partielle", "refus"), [("true", "5 017,33"), ("false", "")])
def test_ce_que_l_ordonnance_signifiee_n_a_pas_accorde_ne_s_echelonne_pas(
    commander, copier, tmp_path, partielle, refus
):
    """5 000 € accordés, 46 jours à 2,75 % depuis la signification : 17,33 € d'intérêts."""
    dossier = copier("2026-0042")
    montant = ', montant = "5000.00"' if refus else ""
    suivi = (
        f"[suivi]\ndepot = 2026-09-10\nordonnance = {{ date = 2026-09-21, partielle = {partielle}{montant} }}\n"
        'signification = { date = 2026-10-06, mode = "personne" }'
    )
    _completer(dossier, "", suivi)
    reponse = commander("accorder", dossier, *TERMES, "--au", "2026-11-21", "-o", tmp_path / "s", "--json", "-q")
    message = reponse.objet.get("erreur", {}).get("message", "").replace("\u202f", " ").replace("\xa0", " ")
    assert (refus in message, "fichiers" in reponse.objet) == (True, not refus)

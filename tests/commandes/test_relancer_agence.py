"""« relancer » pour une agence : ce que la lettre au débiteur dit toujours (CPCE R124-4)."""

import email
import email.policy
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from generateur.erreurs import CodeSortie

AGENCE = """[mandataire]
role = "agence_recouvrement"
nature = "personne_morale"
denomination = "Recouvrance Exemple"
forme = "SARL"
siren = "100000009"
adresse = { voie = "8 place Bellecour", code_postal = "69002", commune = "Lyon" }
representant = { nom = "Zoé Essai", qualite = "gérante", civilite = "Mme" }

[[debiteurs]]"""
MENTIONS = (
    "exerçant une activité de recouvrement amiable",
    "Article L111-8 du code des procédures civiles d’exécution, alinéas 2 et 3",
    "restent à la charge du créancier",
    "Toute stipulation contraire est réputée non écrite",
    "laisser tout ou partie des frais ainsi exposés à la charge du débiteur de mauvaise foi",
)
ECHELLE = """depuis = 2026-01-01
ecart_minimum_jours = 3
mise_en_demeure_jours = 300
[[niveaux]]
titre = "Premier contact"
delai_jours = 3
canal = "{canal}"
ton = "{ton}"
"""


@pytest.fixture
def relancer(commander, copier, tmp_path):
    """La relance du dossier confié à une agence, par ce canal ; les textes des fichiers écrits, par extension."""

    def _relancer(canal, ton="ferme", agence=AGENCE):
        dossier = copier("2026-0042")
        fichier = dossier / "dossier.toml"
        texte = fichier.read_text("utf-8").replace("[[debiteurs]]", agence, 1)
        for passe in (r"\[\[relances\]\]", r"\[mise_en_demeure\]"):
            texte = re.sub(rf"^{passe}.*?(?=^\[|\Z)", "", texte, flags=re.DOTALL | re.MULTILINE)
        fichier.write_text(texte, encoding="utf-8")
        (dossier.parent / "relances.toml").write_text(ECHELLE.format(canal=canal, ton=ton), encoding="utf-8")
        reponse = commander("relancer", dossier, "--au", "2026-06-20", "-o", tmp_path / "s", "--json", "-q")
        assert reponse.code == CodeSortie.FAIT, reponse.sortie
        return reponse.objet, {Path(f).suffix: _lire(Path(f)) for f in reponse.objet["fichiers"]}

    return _relancer


def _lire(fichier):
    if fichier.suffix == ".eml":
        message = email.message_from_bytes(fichier.read_bytes(), policy=email.policy.default)
        return " ".join(message.get_body(("plain",)).get_content().split())
    if fichier.suffix == ".pdf":
        return " ".join(" ".join(page.extract_text() for page in PdfReader(fichier).pages).split())
    return fichier.read_text("utf-8") if fichier.suffix == ".txt" else ""


@pytest.mark.parametrize(("canal", "extension"), [("courriel", ".eml"), ("courrier", ".pdf")])
def test_l_ecrit_d_une_agence_porte_ses_mentions_une_fois(relancer, canal, extension):
    texte = relancer(canal)[1][extension]
    for mention in MENTIONS:
        assert texte.count(mention) == 1, mention
    assert "le ." not in texte  # un niveau sans délai ne laisse pas de date vide
    assert "8 place Bellecour" in texte


def test_sans_agence_ces_mentions_n_y_sont_pas(relancer):
    texte = relancer("courriel", agence="[[debiteurs]]")[1][".eml"]
    assert not [mention for mention in MENTIONS if mention in texte]


def test_un_avocat_n_est_pas_une_agence(relancer):
    avocat = AGENCE.replace('"agence_recouvrement"', '"avocat"\nbarreau = "Lyon"')
    texte = relancer("courrier", agence=avocat)[1][".pdf"]
    assert "recouvrement amiable" not in texte
    assert "L111-8" not in texte


def test_un_sms_avant_toute_lettre_se_signale(relancer):
    objet, textes = relancer("sms", "sms")
    assert "Recouvrance Exemple" in textes[".txt"]
    assert "2026-0042" in textes[".txt"]
    assert any("commence par une lettre" in ligne for ligne in objet["a_savoir"])

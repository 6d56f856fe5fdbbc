"""Les relances relues : ce qu'on reproche aux autres logiciels, une fois chacun ; le message, tel qu'il s'ouvre."""

import datetime as dt
import email
import email.policy
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from generateur.erreurs import CodeSortie
from tests.pieces.conftest import ecrire_pdf

ECHEANCE = dt.date(2026, 6, 10)
DOSSIER = """reference = "T-1"
objet = "Fourniture de menuiseries"
[creancier]
nature = "personne_morale"
denomination = "Atelier Lumen"
forme = "SARL"
adresse = { voie = "12 rue des Fleurs", code_postal = "69003", commune = "Lyon" }
representant = { nom = "Claire Martin", qualite = "gérante" }
courriel = "compta@lumen.example"
telephone = "04 65 71 20 30"
iban = "FR7630006000011234567890189"
[[debiteurs]]
nature = "personne_morale"
denomination = "Société des Éléphants Gris"
forme = "SAS"
adresse = { voie = "4 quai du Port", code_postal = "13002", commune = "Marseille" }
courriel = "compta@elephants.example"
[[factures]]
numero = "F-118"
date = 2026-05-10
echeance = 2026-06-10
montant_ttc = "1200.00"
fichier = "pieces/facture n°118 – été.pdf"
"""
SECONDE = """[[factures]]
numero = "F-121"
date = 2026-05-20
echeance = 2026-06-12
montant_ttc = "2400.50"
fichier = "pieces/f121.pdf"
"""
MOUVEMENTS = """[[avoirs]]
numero = "A-7"
date = 2026-05-25
montant_ttc = "400.50"
facture = "F-121"
[[paiements]]
date = 2026-05-28
montant = "150.25"
facture = "F-121"
[[paiements]]
date = 2026-05-30
montant = "200.00"
[[paiements]]
date = 2026-06-01
montant = "999.00"
statut = "rejete"
"""
# Toute tournure qui dirait le retard avant lui, ou dès le premier rappel.
RETARD = re.compile(
    r"retard|tardi|impay|délai|demeur|souffrance|non (r[ée]gl|pay|solde)|pas (r[ée]gl|pay|encore|parvenu|reçu|solde)|"
    r"malgré|sans effet|sans réponse|sans nouvelle|pénalit|indemnité|intérêts|justice|contentieux|huissier|commissaire|"
    r"relance|arriéré|\béchue?s?\b|dépass|oubli|défaut|toujours (d|en)|reste (due?|impay)|manqu|incident|dernier",
    re.IGNORECASE,
)


@pytest.fixture
def ouvrir(tmp_path):
    def _ouvrir(suite="", texte=DOSSIER):
        racine = tmp_path / "dossiers" / "T-1"
        (racine / "pieces").mkdir(parents=True, exist_ok=True)
        for nom in ("facture n°118 – été.pdf", "f121.pdf"):
            ecrire_pdf(racine / "pieces" / nom, 1)
        (racine / "dossier.toml").write_text(texte + suite, encoding="utf-8")
        return racine

    return _ouvrir


@pytest.fixture
def relancer(commander, tmp_path):
    def _relancer(dossier, ecart, *options):
        au = (ECHEANCE + dt.timedelta(days=ecart)).isoformat()
        return commander("relancer", dossier, "--au", au, "-o", tmp_path / "sortie", "--json", "-q", *options)

    return _relancer


def _paye(montant, jour="2026-06-11"):
    return f'[[paiements]]\ndate = {jour}\nmontant = "{montant}"\n'


REPROCHES = {
    "relancer après le paiement": _paye("1200.00"),
    "relancer un solde négatif": _paye("1300.00"),
    "relancer une facture annulée par son avoir": (
        '[[avoirs]]\nnumero = "A"\nmontant_ttc = "1200.00"\nfacture = "F-118"\n'
    ),
    "relancer une facture contestée": "contestee = true\n",
    "relancer un débiteur qui conteste": "[situation]\nlitige = true\n",
    "relancer une créance cédée": '[cession]\nsens = "cedee"\n',
    "relancer pendant un accord tenu": (
        '[accord]\ndate = 2026-06-01\necheances = [{ date = 2027-01-04, montant = "1200.00" }]\n'
    ),
    "relancer une demande déposée": "[suivi]\ndepot = 2026-06-11\n",
    "relancer un dossier clos": '[suivi]\nclos = { date = 2026-06-11, motif = "abandon" }\n',
}


@pytest.mark.parametrize("reproche", REPROCHES)
@pytest.mark.parametrize("ecart", [5, 40])
def test_ce_que_l_on_reproche_ne_part_pas(ouvrir, relancer, tmp_path, reproche, ecart):
    objet = relancer(ouvrir(REPROCHES[reproche]), ecart).objet
    assert (objet["niveau"], objet["montant"], objet["fichiers"]) == (None, None, [])
    assert objet["motif"]
    assert not list((tmp_path / "sortie").rglob("*niveau*"))


def test_jamais_deux_niveaux_le_meme_jour_meme_demandes(ouvrir, relancer, tmp_path):
    dossier = ouvrir()
    assert relancer(dossier, 20, "--enregistrer").objet["niveau"] == 2
    for niveau in ("2", "3", "4"):
        assert relancer(dossier, 20, "--niveau", niveau).code == CodeSortie.USAGE
    assert {p.name for p in (tmp_path / "sortie").rglob("*niveau*")} == {"2026-06-30_niveau_2.eml"}


def test_un_paiement_note_apres_le_courriel_arrete_l_echelle(ouvrir, relancer, commander):
    dossier = ouvrir()
    relancer(dossier, 5, "--enregistrer")
    commander("ajouter", "paiement", dossier, "--date", "2026-06-18", "--montant", "1200", "--json")
    assert relancer(dossier, 40).objet["suite"] == "aucune"


ECHELLE_COURTOISE = """depuis = 2026-01-01
ecart_minimum_jours = 3
mise_en_demeure_jours = 40
[[niveaux]]
titre = "Avant"
delai_jours = -8
canal = "{canal}"
ton = "{avant}"
[[niveaux]]
titre = "Rappel"
delai_jours = 2
canal = "{canal}"
ton = "{apres}"
"""


@pytest.mark.parametrize("suite", ["", SECONDE, SECONDE + MOUVEMENTS])
@pytest.mark.parametrize("ecart", [-8, -1, 2, 30])
@pytest.mark.parametrize(
    ("canal", "avant", "apres"),
    [
        ("courriel", "avant_echeance", "rappel"),
        ("courrier", "avant_echeance", "rappel"),
        ("sms", "sms", "sms"),
        ("telephone", "appel", "appel"),
    ],
)
def test_ni_avant_l_echeance_ni_au_premier_rappel_un_mot_de_retard(ouvrir, relancer, suite, ecart, canal, avant, apres):
    dossier = ouvrir(suite)
    echelle = ECHELLE_COURTOISE.format(canal=canal, avant=avant, apres=apres)
    (dossier.parent / "relances.toml").write_text(echelle, encoding="utf-8")
    objet = relancer(dossier, ecart).objet
    assert objet["niveau"] == (1 if ecart < 0 else 2)
    assert objet["date_limite"] is None
    texte = " ".join(map(_dire, map(Path, objet["fichiers"])))
    for interne in ("Dossier T-1 – Relance", "generateur ajouter relance", "Ce qui a déjà été fait"):
        texte = texte.replace(interne, "")
    texte = texte.partition("Ce qu’il faut obtenir")[0]  # la fin de la page d'appel n'est pas dite au débiteur
    assert texte.strip()
    assert not RETARD.search(texte), RETARD.search(texte)
    assert not re.search(r"(le|au|du) [,.?]", texte), "une date manque dans la phrase"


def _dire(fichier):
    if fichier.suffix == ".eml":
        message = email.message_from_bytes(fichier.read_bytes(), policy=email.policy.default)
        corps = [message.get_body((genre,)).get_content() for genre in ("plain", "html")]
        return " ".join([str(message["Subject"]), *corps])
    if fichier.suffix == ".pdf":
        return " ".join(page.extract_text() for page in PdfReader(fichier).pages)
    return fichier.read_text(encoding="utf-8") if fichier.suffix == ".txt" else ""


class _Tableau(HTMLParser):
    """Les rangées d'un tableau HTML, cellule par cellule."""

    def __init__(self):
        super().__init__()
        self.rangees = []

    def handle_starttag(self, balise, _attributs):
        if balise == "tr":
            self.rangees.append([])
        elif balise in {"td", "th"}:
            self.rangees[-1].append("")

    def handle_data(self, donnees):
        if self.rangees and self.rangees[-1]:
            self.rangees[-1][-1] += donnees.strip()


def _montant(texte):
    return Decimal(re.sub(r"[^0-9,]", "", texte).replace(",", ".") or 0)


def test_les_montants_du_courriel_sont_ceux_d_un_calcul_a_part(ouvrir, relancer):
    """F-118 : 1 200 − 200 (le paiement libre va à la plus tôt échue) ; F-121 : 2 400,50 − 400,50 − 150,25."""
    objet = relancer(ouvrir(SECONDE + MOUVEMENTS), 7).objet
    attendus = {"F-118": (Decimal("200.00"), Decimal("1000.00")), "F-121": (Decimal("550.75"), Decimal("1849.75"))}
    total = sum(reste for _, reste in attendus.values())
    message = email.message_from_bytes(Path(objet["fichiers"][0]).read_bytes(), policy=email.policy.default)
    tableau = _Tableau()
    tableau.feed(message.get_body(("html",)).get_content().partition("</table>")[0])
    _, *lignes, pied = [rangee for rangee in tableau.rangees if rangee]
    assert {r[0]: (_montant(r[4]), _montant(r[5])) for r in lignes} == attendus
    assert _montant(pied[-1]) == total == Decimal(objet["montant"])
    texte = message.get_body(("plain",)).get_content().replace("\u202f", " ").replace("\u00a0", " ")
    assert "déjà reçu 550,75 €, à régler 1 849,75 €" in texte
    assert "Total à régler : 2 849,75 €" in texte


def test_le_brouillon_tient_aux_regles_du_courrier(ouvrir, relancer):
    """En-têtes en ASCII encodé, lignes courtes, fins CRLF, nom de pièce jointe accentué, rien qui vienne d'ailleurs."""
    brut = Path(relancer(ouvrir(SECONDE), 7).objet["fichiers"][0]).read_bytes()
    tete = brut.partition(b"\r\n\r\n")[0]
    assert tete.isascii()
    assert b"\n" not in brut.replace(b"\r\n", b"")
    assert max(map(len, brut.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(brut, policy=email.policy.default)
    assert message["X-Unsent"] == "1"
    assert [message[nom] for nom in ("Date", "Message-ID", "Bcc", "Cc")] == [None] * 4
    assert message["To"].addresses[0].display_name == "Société des Éléphants Gris"
    assert message["Subject"] == "Rappel – factures n° F-118 et n° F-121"
    assert [p.get_content_type() for p in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
        "application/pdf",
    ]
    assert not [defaut for partie in message.walk() for defaut in partie.defects]
    assert [j.get_filename() for j in message.iter_attachments()] == ["facture n°118 – été.pdf", "f121.pdf"]
    assert all(j.get_content().startswith(b"%PDF") for j in message.iter_attachments())
    page = message.get_body(("html",)).get_content()
    assert not re.search(r"https?:|src=|href=|url\(|<img|<script|<link|cid:", page, re.IGNORECASE)


def test_la_page_d_appel_donne_la_derniere_reponse_sans_la_preter_au_debiteur(ouvrir, relancer):
    """« Sans réponse » est la note de qui a appelé, non les mots du débiteur ; ce qui est à venir n'a pas été dit."""
    relances = (
        '[[relances]]\ndate = 2026-06-15\ncanal = "courriel"\nniveau = 2\nreponse = "Sans réponse"\n'
        '[[relances]]\ndate = 2026-07-30\ncanal = "telephone"\nniveau = 4\nreponse = "Promet un virement"\n'
    )
    objet = relancer(ouvrir(relances), 12).objet
    texte = " ".join(_dire(Path(next(f for f in objet["fichiers"] if f.endswith(".pdf")))).split())
    assert "ce qui a été noté le 15 juin 2026 : « Sans réponse »" in texte.replace("\u00a0", " ")
    assert "vous nous aviez dit" not in texte
    assert "Promet un virement" not in texte

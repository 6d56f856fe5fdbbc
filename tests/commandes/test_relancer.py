"""« relancer » : ce que l'on ouvre et envoie, ce qui reste au dossier, ce qui n'est jamais dit."""

import datetime as dt
import email
import email.message
import email.policy
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from pypdf import PdfReader

from generateur.erreurs import CodeSortie
from tests.pieces.conftest import ecrire_pdf

ECHEANCE = dt.date(2026, 6, 10)
# Avant l'échéance et au premier rappel, aucun de ces mots, sous aucune forme.
INTERDITS = re.compile(
    r"retard|tardi|impay|délai|demeur|en souffrance|non r[ée]gl|pas r[ée]gl|pas (encore )?(parvenu|reçu)|malgré|"
    r"sans effet|pénalit|indemnité|justice|contentieux|huissier|relance",
    re.IGNORECASE,
)
DOSSIER = """reference = "{reference}"
objet = "Fourniture de menuiseries"
[creancier]
nature = "personne_morale"
denomination = "Atelier Lumen & Fils <b>"
forme = "SARL"
siren = "732829320"
adresse = {{ voie = "12 rue des Fleurs", code_postal = "69003", commune = "Lyon" }}
representant = {{ nom = "Claire Martin", qualite = "gérante" }}
courriel = "compta@lumen.example"
iban = "FR7630006000011234567890189"
[[debiteurs]]
nature = "personne_morale"
denomination = "Beaurivage, Comptoirs “Ünïs” 🚀"
forme = "SAS"
adresse = {{ voie = "4 quai du Port", code_postal = "13002", commune = "Marseille" }}
{contact}
[[factures]]
numero = "F-118"
date = 2026-05-10
echeance = 2026-06-10
montant_ttc = "1200.00"
fichier = "pieces/f118.pdf"
[[paiements]]
date = 2026-05-20
montant = "200.00"
"""
CONTACT = 'courriel = "compta@beaurivage.example"\ntelephone = "04 91 00 00 00"'


@pytest.fixture
def ouvrir(tmp_path):
    def _ouvrir(reference="T-1", contact=CONTACT, suite=""):
        racine = tmp_path / "dossiers" / reference
        (racine / "pieces").mkdir(parents=True)
        ecrire_pdf(racine / "pieces" / "f118.pdf", 1)
        texte = DOSSIER.format(reference=reference, contact=contact) + suite
        (racine / "dossier.toml").write_text(texte, encoding="utf-8")
        return racine

    return _ouvrir


@pytest.fixture
def relancer(commander, tmp_path):
    def _relancer(source, ecart, *options):
        au = ECHEANCE + dt.timedelta(days=ecart)
        return commander(
            "relancer", source, "--au", au.isoformat(), "-o", tmp_path / "sortie", "--json", "-q", *options
        )

    return _relancer


def _relance(ecart, niveau):
    return f'[[relances]]\ndate = {ECHEANCE + dt.timedelta(days=ecart)}\ncanal = "courriel"\nniveau = {niveau}\n'


def _message(fichier):
    return email.message_from_bytes(Path(fichier).read_bytes(), policy=email.policy.default)


def _corps(message, genre):
    return message.get_body((genre,)).get_content()


def test_le_courriel_s_ouvre_comme_un_brouillon_complet(ouvrir, relancer):
    reponse = relancer(ouvrir(), 5)
    assert reponse.code == CodeSortie.FAIT
    (fichier,) = reponse.objet["fichiers"]
    message = _message(fichier)
    assert message["X-Unsent"] == "1"
    assert message["Date"] is None
    assert message["To"].addresses[0].addr_spec == "compta@beaurivage.example"
    assert "🚀" in message["To"].addresses[0].display_name
    assert message["From"].addresses[0].display_name == "Atelier Lumen & Fils <b>"
    assert message["Subject"] == "Rappel – facture n° F-118"
    assert not message.defects
    (jointe,) = message.iter_attachments()
    assert (jointe.get_filename(), jointe.get_content_type()) == ("f118.pdf", "application/pdf")
    texte, page = _corps(message, "plain"), _corps(message, "html")
    for corps in (texte, page):
        assert "1\u202f000,00\u00a0€" in corps  # le reste, paiement déduit
        assert "FR76\u00a03000" in corps
        assert "10\u00a0juin\u00a02026" in corps
    assert "Atelier Lumen &amp; Fils &lt;b&gt;" in page
    assert not re.search(r"https?:|src=|<img|<script", page)


def test_memes_donnees_memes_octets(ouvrir, relancer):
    dossier = ouvrir()
    premier = Path(relancer(dossier, 5).objet["fichiers"][0]).read_bytes()
    assert Path(relancer(dossier, 5).objet["fichiers"][0]).read_bytes() == premier


@pytest.mark.parametrize("ecart", [-5, -1, 5, 60])
@pytest.mark.parametrize("contact", ["", CONTACT])
def test_avant_l_echeance_et_au_rappel_rien_ne_parle_de_retard(ouvrir, relancer, ecart, contact):
    objet = relancer(ouvrir(contact=contact), ecart).objet
    assert objet["niveau"] in {1, 2}
    assert objet["date_limite"] is None
    for fichier in map(Path, objet["fichiers"]):
        if fichier.suffix == ".eml":
            message = _message(fichier)
            texte = f"{message['Subject']} {_corps(message, 'plain')} {_corps(message, 'html')}"
        elif fichier.suffix == ".pdf":
            texte = " ".join(page.extract_text() for page in PdfReader(fichier).pages)
            texte = texte.replace("Dossier T-1 – Relance", "")
        else:
            continue
        assert not INTERDITS.search(texte), INTERDITS.search(texte)


@pytest.mark.parametrize(("ecart", "niveau", "canal"), [(12, 3, "telephone"), (20, 4, "courrier"), (32, 5, "courrier")])
def test_ensuite_chaque_niveau_donne_une_date(ouvrir, relancer, ecart, niveau, canal):
    dossier = ouvrir(suite=_relance(ecart - 10, niveau - 1))
    objet = relancer(dossier, ecart).objet
    assert (objet["niveau"], objet["canal"], objet["suite"]) == (niveau, canal, "relancer")
    limite = dt.date.fromisoformat(objet["date_limite"])
    assert limite > ECHEANCE + dt.timedelta(days=ecart)
    pdf = next(f for f in objet["fichiers"] if f.endswith(".pdf"))
    lecteur = PdfReader(pdf)
    texte = " ".join(" ".join(page.extract_text() for page in lecteur.pages).split())
    assert len(lecteur.pages) == 1
    assert f"{limite.day} " in texte
    assert "1 000,00 €" in texte.replace("\u202f", " ")
    assert {Path(f).suffix for f in objet["fichiers"]} == {".docx", ".pdf"}


def test_la_lettre_annonce_ce_que_la_loi_ajoute(ouvrir, relancer):
    objet = relancer(ouvrir(suite=_relance(12, 3)), 20).objet
    texte = PdfReader(next(f for f in objet["fichiers"] if f.endswith(".pdf"))).pages[0].extract_text()
    assert "40,00 € d’indemnité" in " ".join(texte.split())


def test_sans_adresse_de_courriel_la_relance_part_en_lettre(ouvrir, relancer):
    objet = relancer(ouvrir(contact='courriel = "pas une adresse"'), 5).objet
    assert objet["canal"] == "courrier"
    assert any("lettre" in quoi for quoi in objet["a_savoir"])


def test_une_facture_absente_n_est_pas_annoncee_jointe(ouvrir, relancer):
    dossier = ouvrir()
    (dossier / "pieces" / "f118.pdf").unlink()
    objet = relancer(dossier, 5).objet
    assert not list(_message(objet["fichiers"][0]).iter_attachments())
    assert any("F-118" in quoi for quoi in objet["a_savoir"])


def test_enregistrer_garde_la_trace_et_sa_preuve(ouvrir, relancer, commander):
    dossier = ouvrir()
    avant = (dossier / "dossier.toml").read_text(encoding="utf-8")
    objet = relancer(dossier, 5, "--enregistrer").objet
    apres = (dossier / "dossier.toml").read_text(encoding="utf-8")
    assert apres.startswith(avant.rstrip("\n"))
    (relance,) = tomllib.loads(apres)["relances"]
    assert (relance["date"], relance["canal"], relance["niveau"]) == (dt.date(2026, 6, 15), "courriel", 2)
    assert (dossier / relance["fichier"]).read_bytes() == Path(objet["fichiers"][0]).read_bytes()
    encore = relancer(dossier, 5, "--enregistrer").objet  # le même jour : rien de plus
    assert (encore["niveau"], encore["suite"], encore["fichiers"]) == (None, "attendre", [])
    assert (dossier / "dossier.toml").read_text(encoding="utf-8") == apres
    assert commander("verifier", dossier, "--json").code in {CodeSortie.FAIT, CodeSortie.DOSSIER_INVALIDE}


def test_un_script_d_appel_ne_devient_pas_une_piece(ouvrir, relancer):
    dossier = ouvrir(suite=_relance(5, 2))
    relancer(dossier, 12, "--enregistrer")
    relance = tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["relances"][-1]
    assert relance["canal"] == "telephone"
    assert "fichier" not in relance
    assert [p.name for p in (dossier / "pieces").iterdir()] == ["f118.pdf"]


def test_un_sms_tient_en_moins_de_trois_cents_signes(ouvrir, relancer):
    dossier = ouvrir()
    (dossier.parent / "relances.toml").write_text(
        "depuis = 2026-01-01\necart_minimum_jours = 3\nmise_en_demeure_jours = 40\n[[niveaux]]\n"
        'titre = "Message"\ndelai_jours = 3\ncanal = "sms"\nton = "sms"\n',
        encoding="utf-8",
    )
    objet = relancer(dossier, 5).objet
    texte = Path(objet["fichiers"][0]).read_text(encoding="utf-8")
    assert objet["canal"] == "sms"
    assert len(texte) < 300
    assert "1 000,00 €" in texte
    assert not set(texte) & set("\u202f\u00a0’«»–"), "rien que tous les téléphones ne rendent"
    assert not INTERDITS.search(texte)


def test_un_repertoire_dit_ce_qui_presse_et_n_oublie_personne(ouvrir, relancer):
    ouvrir("A-payee", suite='[[paiements]]\ndate = 2026-06-01\nmontant = "1000.00"\n')
    ouvrir("B-attend", suite=_relance(5, 2))
    ouvrir("C-due")
    racine = ouvrir("D-illisible").parent
    (racine / "D-illisible" / "dossier.toml").write_text("reference = \n", encoding="utf-8")
    shutil.copytree(racine / "C-due", racine / "C-due - Copie")
    reponse = relancer(racine, 8)
    assert reponse.code == CodeSortie.LOT_PARTIEL
    objet = reponse.objet
    assert objet["au"] == "2026-06-18"
    assert [(d["reference"], d["suite"]) for d in objet["dossiers"]] == [
        ("C-due", "relancer"),
        ("B-attend", "attendre"),
        ("A-payee", "aucune"),
    ]
    assert {Path(d["dossier"]).name for d in objet["ecartes"]} == {"D-illisible", "C-due - Copie"}
    assert relancer(racine, 8, "--niveau", "2").code == CodeSortie.USAGE


def test_le_lundi_matin_tient_en_une_commande(ouvrir, commander, tmp_path):
    """Le travail du jour d'abord, puis geste par geste ; chaque dossier sous un seul, avec quoi ouvrir ou taper."""
    courriel, appel, lettre = ouvrir("A-courriel"), ouvrir("B-appel"), ouvrir("C-lettre", contact="")
    (appel / "dossier.toml").write_text((appel / "dossier.toml").read_text("utf-8") + _relance(20, 2), encoding="utf-8")
    ouvrir("D-demeure", suite=_relance(20, 5))
    ouvrir("E-depot", suite=f"[mise_en_demeure]\ndate_envoi = {ECHEANCE + dt.timedelta(days=40)}\ndelai_jours = 8\n")
    ouvrir("F-venir", suite=_relance(58, 2))
    ouvrir("G-payee", suite='[[paiements]]\ndate = 2026-06-01\nmontant = "1000.00"\n')
    racine = courriel.parent
    au = (ECHEANCE + dt.timedelta(days=60)).isoformat()
    texte = commander("relancer", racine, "--au", au, "-o", tmp_path / "sortie", "-q").sortie.replace("\u00a0", " ")
    assert texte.splitlines()[0] == (
        "9 août 2026, 7 dossiers : 1 courriel, 1 appel, 1 lettre, 1 mise en demeure et 1 demande à déposer."
    )
    titres = [
        "À envoyer par courriel (1)", "À appeler (1)", "À poster (1)", "À mettre en demeure (1)", "À déposer (1)",
        "À laisser venir (1)", "Rien à relancer (1)",
    ]  # fmt: skip
    places = [texte.index(f"\n{titre}\n  {nom}") for titre, nom in zip(titres, "ABCDEFG", strict=True)]
    assert places == sorted(places)
    assert "B-appel — Beaurivage, Comptoirs “Ünïs” 🚀, 04 91 00 00 00, 1\u202f000,00 €" in texte
    assert f"→ generateur mettre-en-demeure {racine}/D-demeure" in texte
    assert f"→ generateur produire {racine}/E-depot" in texte
    assert lettre.name in texte
    assert "E-depot — Beaurivage, Comptoirs “Ünïs” 🚀, 1\u202f000,00 € : le délai" in texte
    for fichier in re.findall(r"ouvrir : (\S+)", texte):
        assert Path(fichier).is_file()
    assert texte.count("--enregistrer") == 1


def test_les_dates_de_la_semaine_ouvrent_la_tournee(ouvrir, relancer, commander, tmp_path):
    lettre = f"[mise_en_demeure]\ndate_envoi = {ECHEANCE + dt.timedelta(days=50)}\ndelai_jours = 15\n"
    racine = ouvrir("A-delai", suite=lettre).parent
    ouvrir("B-loin", suite=lettre.replace("delai_jours = 15", "delai_jours = 18"))
    objet = relancer(racine, 60).objet
    assert [(e["reference"], e["date"]) for e in objet["echeances"]] == [("A-delai", "2026-08-14")]
    au = (ECHEANCE + dt.timedelta(days=60)).isoformat()
    texte = commander("relancer", racine, "--au", au, "-o", tmp_path / "sortie", "-q").sortie
    assert texte.splitlines()[2].startswith("Dates à tenir d’ici 7 jours (1)")
    assert "rien à faire aujourd’hui" in texte.splitlines()[0]


def test_une_creance_prescrite_se_dit_avant_d_ecrire(ouvrir, relancer):
    dossier = ouvrir()
    fichier, texte = dossier / "dossier.toml", (dossier / "dossier.toml").read_text("utf-8")
    sans_paiement = texte[: texte.index("[[paiements]]")]  # un paiement ferait repartir le délai
    for annee, attendus in ((2022, 0), (2021, 1)):
        fichier.write_text(sans_paiement.replace("2026-0", f"{annee}-0"), encoding="utf-8")
        dits = [quoi for quoi in relancer(dossier, 5).objet["a_savoir"] if "prescription acquise" in quoi]
        assert len(dits) == attendus


@pytest.mark.parametrize(("ecart", "niveau"), [(5, "1"), (-5, "3"), (5, "8")])
def test_refuse_un_niveau_qui_dirait_faux(ouvrir, relancer, tmp_path, ecart, niveau):
    reponse = relancer(ouvrir(), ecart, "--niveau", niveau)
    assert reponse.code == CodeSortie.USAGE
    assert not list(tmp_path.rglob("*niveau*"))


def test_les_messages_survivent_a_la_production(copier, commander, tmp_path):
    dossier = copier("2026-0074")
    au = "2026-11-30"
    relances = commander("relancer", dossier, "--au", au, "-o", tmp_path / "sortie", "--json", "-q").objet["fichiers"]
    assert relances
    for _ in range(2):
        reponse = commander("produire", dossier, "--au", au, "-o", tmp_path / "sortie", "--projet", "--json", "-q")
        assert reponse.code == CodeSortie.FAIT
        assert all(Path(fichier).is_file() for fichier in relances)


def test_un_texte_a_soi_mal_balise_est_refuse_par_son_nom(ouvrir, relancer, tmp_path, racine):
    modeles = tmp_path / "modeles"
    shutil.copytree(racine / "modeles", modeles)
    (modeles / "relances" / "rappel.txt").write_text("Objet : x\n\n{{ complement.inconnu }}", encoding="utf-8")
    reponse = relancer(ouvrir(), 5, "--modeles", modeles)
    assert reponse.code == CodeSortie.MODELE_EN_DEFAUT
    assert "rappel" in reponse.sortie


@pytest.mark.parametrize(("objet", "est_remplace"), [("Rappel – facture n° F-118", True), ("Autre sujet", False)])
def test_le_courriel_vraiment_parti_prend_la_place_du_brouillon(ouvrir, relancer, commander, objet, est_remplace):
    dossier = ouvrir()
    relancer(dossier, 5, "--enregistrer")
    message = email.message.EmailMessage()
    message["From"], message["To"] = "compta@lumen.example", "compta@beaurivage.example"
    message["Subject"], message["Date"] = objet, "Tue, 16 Jun 2026 09:30:00 +0200"
    message.set_content("Nous nous permettons de vous rappeler la facture F-118.")
    (dossier / "pieces" / "envoye.eml").write_bytes(message.as_bytes())
    commander("completer", dossier, "--accepter", "--json")
    relance = tomllib.loads((dossier / "dossier.toml").read_text(encoding="utf-8"))["relances"][0]
    attendu = (dt.date(2026, 6, 16), "pieces/envoye.eml")
    assert ((relance["date"], relance["fichier"]) == attendu) is est_remplace

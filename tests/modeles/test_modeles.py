"""Les modèles Word livrés : complets, d'une seule charte, dans la langue voulue, et sûrs quand on les modifie."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from docx import Document

from generateur.cli import executer
from generateur.droit.tables import lire_table
from generateur.erreurs import CodeSortie
from generateur.moteurs import rendu_libreoffice
from generateur.operations.accord_menace import MISE_EN_DEMEURE_ACCORD
from generateur.operations.accorder import PROTOCOLE
from generateur.operations.annexe_provision import ANNEXE
from generateur.operations.apercu_modeles import champs_connus, champs_propres, controler_modeles
from generateur.operations.mise_en_liasse import INTERCALAIRES
from generateur.operations.relancer import actes_des_relances
from generateur.operations.remise_ecrite import BORDEREAU as BORDEREAU_REMISE
from generateur.operations.suite import ACTES_DES_SUITES
from generateur.procedures.repertoire import lister_procedures
from generateur.procedures.socle import BORDEREAU_COMPLEMENTAIRE
from generateur.redaction.gabarits import CHARTE, Bibliotheque
from tests.outils.exemples_produits import EXEMPLES
from tests.outils.variantes import MISE_EN_DEMEURE

RACINE = Path(__file__).resolve().parents[2]
MODELES = RACINE / "modeles"
NOMS = Bibliotheque(MODELES).noms()
REQUETE = "injonction_de_payer/requete"
INVOCATION = "Requête en injonction de payer"
# Ce que la charte porte pour tous : un modèle qui s'en écarterait aurait sa propre allure dans Word.
DE_LA_CHARTE = (
    "word/styles.xml",
    "word/numbering.xml",
    "word/settings.xml",
    "word/theme/theme1.xml",
    "word/header2.xml",
)
# Les seuls styles au nom anglais : Word les reconnaît à ce nom et le montre dans la langue de l'utilisateur.
STYLES_DE_WORD = {"Normal", "Default Paragraph Font", "Normal Table", "No List"}
MOTS_ANGLAIS = re.compile(r"\b(heading|title|body|table|list|header|footer|caption|text|paragraph)\b", re.IGNORECASE)
# L'article 700 se demande au juge qui tranche après débat, jamais par requête.
ASSIGNATIONS = {"assignation_paiement/assignation", "refere_provision/assignation"}
INTERDITS = {
    "sommation": (r"sommation", set()),
    "commandement": (r"commandement", {"creances_commerciales_incontestees/demande"}),
    "certifier": (r"certifi(?!ée sincère par le créancier \(article L622-25|cat)", set()),
    "incontestable": (r"incontestable", set()),
    "frais de l'article 700": (r"\b(?:article|art\.)[ \u00a0]700\b", ASSIGNATIONS),
    "un texte en anglais ou d'essai": (r"lorem|ipsum|\bTODO\b|\bxxx\b", set()),
}


@pytest.fixture
def copie(tmp_path) -> Path:
    """Une copie des modèles, à abîmer."""
    return Path(shutil.copytree(MODELES, tmp_path / "modeles"))


@pytest.fixture
def lancer(capsys) -> Callable[..., tuple[int, str, str]]:
    """Code, sortie et messages d'une commande."""

    def _lancer(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = int(executer([str(argument) for argument in arguments]))
        lu = capsys.readouterr()
        return code, lu.out, lu.err

    return _lancer


def _retoucher(racine: Path, nom: str, avant: str, apres: str) -> None:
    """Remplace un texte dans le corps d'un modèle, comme un utilisateur le ferait dans Word."""
    chemin = racine / f"{nom}.docx"
    with zipfile.ZipFile(chemin) as paquet:
        membres = {membre.filename: paquet.read(membre) for membre in paquet.infolist()}
    corps = membres["word/document.xml"].decode()
    assert avant in corps, f"« {avant} » n'est plus dans {nom}"
    membres["word/document.xml"] = corps.replace(avant, apres).encode()
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as paquet:
        for membre, contenu in membres.items():
            paquet.writestr(membre, contenu)


def _mettre_en_petites_capitales(racine: Path, nom: str, texte: str) -> None:
    document = Document(str(racine / f"{nom}.docx"))
    (suite,) = [s for p in document.paragraphs for s in p.runs if s.text == texte]
    suite.font.small_caps = True
    document.save(str(racine / f"{nom}.docx"))


def _membre(nom: str, membre: str) -> bytes:
    with zipfile.ZipFile(MODELES / f"{nom}.docx") as paquet:
        return paquet.read(membre)


def _remplacer(chemin: Path, juste: str, faux: str) -> None:
    with zipfile.ZipFile(chemin) as paquet:
        membres = {nom: paquet.read(nom) for nom in paquet.namelist()}
    texte = membres["word/document.xml"].decode()
    assert juste in texte
    membres["word/document.xml"] = texte.replace(juste, faux).encode()
    with zipfile.ZipFile(chemin, "w") as paquet:
        for nom, octets in membres.items():
            paquet.writestr(nom, octets)


def _fragments() -> set[str]:
    bibliotheque = Bibliotheque(MODELES)
    return {fragment for nom in bibliotheque.noms() for fragment in bibliotheque.modele(nom).fragments()}


def test_les_actes_declares_sont_la_et_rien_de_plus():
    declares = {acte.modele for procedure in lister_procedures() for acte in procedure.actes}
    suites = {acte.modele for acte in (*ACTES_DES_SUITES.values(), *actes_des_relances())}
    assert set(NOMS) == declares | _fragments() | suites | {
        CHARTE,
        MISE_EN_DEMEURE,
        MISE_EN_DEMEURE_ACCORD.modele,
        PROTOCOLE.modele,
        ANNEXE.modele,
        INTERCALAIRES.modele,
        BORDEREAU_COMPLEMENTAIRE.modele,
        BORDEREAU_REMISE.modele,
    }


def test_un_texte_de_loi_n_est_ecrit_que_dans_sa_table():
    """Un modèle qui le recopierait l'imprimerait encore le jour où il change."""
    textes = [str(v.valeur) for nom in ("textes_reproduits", "textes_assignation") for v in lire_table(nom).valeurs]
    phrases = [texte for texte in textes if len(texte.split()) > 8]
    ecrits = {f"{nom}.docx": re.sub("<[^>]+>", "", _membre(nom, "word/document.xml").decode()) for nom in NOMS}
    ecrits |= {chemin.name: chemin.read_text("utf-8") for chemin in (MODELES / "relances").glob("*.txt")}
    assert len(phrases) > 2
    assert not {nom for nom, ecrit in ecrits.items() for phrase in phrases if phrase in ecrit}


@pytest.mark.parametrize("nom", sorted(set(NOMS) - _fragments() - {CHARTE}))
def test_un_modele_n_emploie_que_les_champs_du_contexte(nom):
    connus = champs_connus() | champs_propres()[nom]
    assert {chemin for chemin in Bibliotheque(MODELES).modele(nom).chemins() if chemin not in connus} == set()


@pytest.mark.parametrize(
    ("modele", "juste", "faux"),
    [
        ("injonction_de_payer/requete", "complement.cause ", "complement.causse "),
        ("injonction_de_payer/requete", "complement.cause ", "complement.privilege "),  # d'une autre procédure
        ("declaration_de_creance/declaration", "complement.a_echoir", "complement.a_echoire"),
        ("communs/mise_en_demeure", "complement.delai ", "complement.cause "),
    ],
)
def test_un_champ_propre_mal_nomme_est_refuse_avant_de_produire(tmp_path, modele, juste, faux):
    racine = tmp_path / "modeles"
    shutil.copytree(MODELES, racine)
    _remplacer(racine / f"{modele}.docx", juste, faux)
    rapport = controler_modeles(racine)
    assert not rapport.conforme
    assert {(d.modele, faux.strip() in d.construction) for d in rapport.defauts if d.gravite == "bloquant"} == {
        (modele, True)
    }


@pytest.mark.parametrize("membre", DE_LA_CHARTE)
def test_une_seule_charte(membre):
    assert {nom for nom in NOMS if _membre(nom, membre) != _membre(CHARTE, membre)} == set()


def test_les_styles_portent_un_nom_francais():
    noms = {style.name for style in Document(str(MODELES / f"{CHARTE}.docx")).styles} - STYLES_DE_WORD
    assert len(noms) > 20
    assert {nom for nom in noms if MOTS_ANGLAIS.search(nom)} == set()


@pytest.mark.parametrize("nom", NOMS)
def test_chaque_style_employe_est_de_la_charte(nom):
    connus = {style.style_id for style in Document(str(MODELES / f"{CHARTE}.docx")).styles}
    corps = _membre(nom, "word/document.xml").decode()
    assert set(re.findall(r'<w:(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"', corps)) <= connus


@pytest.mark.parametrize("interdit", INTERDITS)
def test_aucun_modele_ne_dit(interdit):
    motif, admis = INTERDITS[interdit]
    bibliotheque = Bibliotheque(MODELES)
    trouves = {nom for nom in NOMS if re.search(motif, bibliotheque.modele(nom).texte_visible(), re.IGNORECASE)}
    assert trouves == admis


def test_verifier_approuve_nos_modeles(lancer):
    code, sortie, _ = lancer("modeles", "verifier")
    assert (code, sortie.strip()) == (CodeSortie.FAIT, "Tous les modèles sont en règle.")


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        ("{{ fondements }}", "{{ fondement }}", "champ inconnu « fondement »"),
        ("{{ juridiction.magistrat }}", "{{ juridiction.magistra }}", "« juridiction.magistrat »"),
        (INVOCATION, "Requête", "mention obligatoire absente"),
        ("{{ fondements }}", "{{ fondements", "ouverte sans être fermée"),
        ("{{ fondements }}", "fondements }}", "fermée sans être ouverte"),
        ('w:val="Titreacte"', 'w:val="TitreInvente"', "TitreInvente"),
    ],
)
def test_verifier_nomme_ce_qui_cloche(lancer, copie, avant, apres, dit):
    _retoucher(copie, REQUETE, avant, apres)
    code, sortie, _ = lancer("modeles", "verifier", "--modeles", copie)
    assert code == CodeSortie.MODELE_EN_DEFAUT
    assert REQUETE in sortie
    assert dit in sortie
    assert "→" in sortie
    code, sortie, _ = lancer("modeles", "verifier", "--modeles", copie, "--json")
    assert json.loads(sortie)["conforme"] is False


def test_les_modeles_de_l_utilisateur_l_emportent(lancer, copie, tmp_path):
    _retoucher(copie, REQUETE, INVOCATION, f"{INVOCATION} (modèle du cabinet)")
    code, sortie, _ = lancer("produire", EXEMPLES / "2026-0042", "--modeles", copie, "-o", tmp_path / "s", "--json")
    assert code == CodeSortie.FAIT
    (acte,) = [acte for acte in json.loads(sortie)["actes"] if acte["nom"] == "requete"]
    texte = " ".join(
        pypdf.PdfReader(tmp_path / "s" / "2026-0042" / acte["pdf"]["fichier"]).pages[0].extract_text().split()
    )
    assert "modèle du cabinet" in texte


def test_sans_libreoffice_un_modele_mal_rendu_est_refuse_par_son_nom(lancer, copie, tmp_path, monkeypatch):
    monkeypatch.setattr(rendu_libreoffice, "chercher_soffice", lambda: None)
    _mettre_en_petites_capitales(copie, REQUETE, INVOCATION)
    code, _, messages = lancer("produire", EXEMPLES / "2026-0042", "--modeles", copie, "-o", tmp_path / "s")
    assert code == CodeSortie.MODELE_EN_DEFAUT
    assert REQUETE in messages
    assert "petites capitales" in messages
    assert not (tmp_path / "s" / "2026-0042").exists()


@pytest.mark.outils
@pytest.mark.skipif(rendu_libreoffice.chercher_soffice() is None, reason="LibreOffice n'est pas installé")
def test_avec_libreoffice_lui_seul_rend_le_modele_difficile(lancer, copie, tmp_path):
    _mettre_en_petites_capitales(copie, REQUETE, INVOCATION)
    code, sortie, _ = lancer("produire", EXEMPLES / "2026-0042", "--modeles", copie, "-o", tmp_path / "s", "--json")
    assert code == CodeSortie.FAIT
    rendus = {acte["nom"]: acte["rendu"] for acte in json.loads(sortie)["actes"]}
    assert rendus.pop("requete") == "libreoffice"
    assert set(rendus.values()) == {"dxpdf"}


@pytest.mark.parametrize("nom", sorted(set(NOMS) - {CHARTE}))
def test_un_article_cite_en_word_est_dans_la_table_datee_des_articles(nom):
    connus = {cle.split()[-1] for cle in lire_table("articles").cles}
    texte = Bibliotheque(MODELES).modele(nom).texte_visible()
    cites = set(re.findall(r"\b(?:articles?|et|à|,)[\s\u00a0]([LRD][0-9]+(?:-[0-9]+)*|[0-9]{4}(?:-[0-9]+)?)\b", texte))
    assert cites <= connus

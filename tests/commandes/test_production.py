"""Les commandes qui écrivent, avec le vrai moteur embarqué, sur des copies des dossiers d'exemple."""

import json
import re
import shutil
import unicodedata
from pathlib import Path

import pypdf
import pytest

from generateur.cli import executer
from generateur.erreurs import CodeSortie
from generateur.publication.manifeste import empreinte

RACINE = Path(__file__).parents[2]
EXEMPLES = RACINE / "dossiers"
CLES_MANIFESTE = {
    "reference", "au", "verdict", "procedure", "juridiction", "total", "liasse", "pieces", "actes", "versions",
    "constats",
}  # fmt: skip
CLES_PIECE = {
    "numero", "titre", "date", "fichier", "sha256", "pages", "page_debut", "source", "source_sha256",
}  # fmt: skip


@pytest.fixture(scope="module")
def publie(tmp_path_factory):
    """sortie/2026-0042, produite une fois ; les essais qui l'abîment en font une copie."""
    sortie = tmp_path_factory.mktemp("produit") / "sortie"
    assert executer(["produire", str(EXEMPLES / "2026-0042"), "-o", str(sortie), "-q"]) == 0
    return sortie / "2026-0042"


def _manifeste(publie):
    return json.loads((publie / "manifeste.json").read_text("utf-8"))


def test_le_manifeste_a_les_cles_du_contrat(publie):
    manifeste = _manifeste(publie)
    assert set(manifeste) >= CLES_MANIFESTE
    assert (manifeste["reference"], manifeste["verdict"], manifeste["procedure"]) == (
        "2026-0042", "pret", "injonction_de_payer",
    )  # fmt: skip
    assert re.fullmatch(r"\d+\.\d{2}", manifeste["total"])
    assert all(set(piece) >= CLES_PIECE and isinstance(piece["numero"], str) for piece in manifeste["pieces"])


def test_tout_ce_que_le_manifeste_cite_est_la_et_rien_d_autre(publie):
    manifeste = _manifeste(publie)
    cites = {"manifeste.json": None, manifeste["liasse"]["fichier"]: manifeste["liasse"]["sha256"]}
    cites |= {piece["fichier"]: piece["sha256"] for piece in manifeste["pieces"]}
    cites |= {acte[sorte]["fichier"]: acte[sorte]["sha256"] for acte in manifeste["actes"] for sorte in ("docx", "pdf")}
    cites |= {autre["fichier"]: autre["sha256"] for autre in manifeste["autres"]}
    presents = {p.relative_to(publie).as_posix() for p in publie.rglob("*") if p.is_file()}
    assert presents == set(cites)
    assert all(empreinte(publie / nom) == somme for nom, somme in cites.items() if somme)
    assert all(nom.isascii() and len(Path(nom).name) <= 80 for nom in presents)
    for piece in manifeste["pieces"]:
        assert empreinte(EXEMPLES / "2026-0042" / piece["source"]) == piece["source_sha256"]


def test_les_pages_des_pieces_se_suivent_jusqu_a_la_derniere(publie):
    manifeste = _manifeste(publie)
    suivante = manifeste["pieces"][0]["page_debut"]
    for piece in manifeste["pieces"]:
        assert piece["page_debut"] == suivante
        suivante += piece["pages"]
    assert suivante == manifeste["liasse"]["pages"] + 1


def test_produire_deux_fois_donne_les_memes_octets(commander, publie, tmp_path):
    reponse = commander("produire", EXEMPLES / "2026-0042", "-o", tmp_path, "--json")
    assert reponse.code == 0
    assert reponse.objet == _manifeste(publie)
    for fichier in publie.rglob("*"):
        if fichier.is_file():
            assert fichier.read_bytes() == (tmp_path / "2026-0042" / fichier.relative_to(publie)).read_bytes(), fichier


def test_produire_dit_quoi_ouvrir_sur_la_sortie_standard_seule(commander, tmp_path):
    reponse = commander("produire", EXEMPLES / "2026-0051", "-o", tmp_path)
    assert reponse.code == 0
    assert "2026-0051_liasse.pdf" in reponse.sortie
    assert not [ligne for ligne in reponse.messages.splitlines() if not ligne.startswith("Droit bientôt inconnu")]


def test_un_nom_difficile_traverse_toute_la_chaine(commander, copier, tmp_path):
    nom = "Dupont & Fils <SARL> « L'Œuvre »"
    dossier = copier("2026-0042")
    fichier = dossier / "dossier.toml"
    texte = fichier.read_text("utf-8")
    ancien = re.findall(r'denomination\s*=\s*"([^"]+)"', texte)[1]
    fichier.write_text(texte.replace(f'"{ancien}"', f'"{nom}"'), encoding="utf-8")
    reponse = commander("produire", dossier, "-o", tmp_path / "s", "--json")
    assert reponse.code == 0
    publie = tmp_path / "s" / "2026-0042"
    for acte in reponse.objet["actes"]:
        if acte["nom"] in {"couverture", "requete"}:
            lu = " ".join(pypdf.PdfReader(publie / acte["pdf"]["fichier"]).pages[0].extract_text().split())
            assert nom in lu.replace("\u00a0", " "), acte["nom"]


def test_une_liasse_intacte_est_prouvee(commander, publie):
    for chemin in (publie, publie / "2026-0042_liasse.pdf"):
        reponse = commander("verifier-liasse", chemin, "--json")
        assert reponse.code == 0
        assert reponse.objet["conforme"] is True
        assert reponse.objet["controles"]


@pytest.mark.parametrize("victime", ["2026-0042_liasse.pdf", "pieces/*"])
def test_un_octet_change_se_voit(commander, publie, tmp_path, victime):
    copie = tmp_path / "copie"
    shutil.copytree(publie, copie)
    fichier = min(copie.glob(victime))
    octets = bytearray(fichier.read_bytes())
    octets[len(octets) // 2] ^= 1
    fichier.write_bytes(octets)
    reponse = commander("verifier-liasse", copie, "--json")
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME
    assert reponse.sortie


def test_sans_manifeste_ni_liasse_l_erreur_est_claire(commander, tmp_path):
    (tmp_path / "x_liasse.pdf").write_bytes(b"%PDF-1.7\n")
    reponse = commander("verifier-liasse", tmp_path / "x_liasse.pdf")
    assert reponse.code in {CodeSortie.LIASSE_NON_CONFORME, CodeSortie.LECTURE}
    assert "Que faire" in reponse.messages


@pytest.mark.parametrize(
    ("reference", "code"),
    [("2026-0074", CodeSortie.DOSSIER_INVALIDE), ("2026-0079", CodeSortie.PROCEDURE_INDETERMINABLE)],
)
def test_un_refus_porte_ses_constats_et_n_ecrit_rien(commander, tmp_path, reference, code):
    reponse = commander("produire", EXEMPLES / reference, "-o", tmp_path / "sortie", "--json")
    assert reponse.code == code
    assert reponse.objet["erreur"]["code"] == code
    assert reponse.objet["constats"]
    assert not (tmp_path / "sortie" / reference).exists()


def test_un_projet_se_produit_a_completer_et_le_dit_sur_chaque_page(commander, tmp_path):
    reponse = commander("produire", EXEMPLES / "2026-0074", "-o", tmp_path, "--projet", "--json")
    assert reponse.code == 0
    assert reponse.objet["verdict"] == "a_completer"
    lecteur = pypdf.PdfReader(tmp_path / "2026-0074" / reponse.objet["liasse"]["fichier"])
    assert all("PROJET" in page.extract_text() for page in lecteur.pages)


def test_le_terminal_dit_qu_un_projet_ne_se_depose_pas(commander, tmp_path):
    assert (
        "PROJET : à ne pas déposer" in commander("produire", EXEMPLES / "2026-0074", "-o", tmp_path, "--projet").sortie
    )


def test_un_projet_irrecevable_reste_refuse(commander, tmp_path):
    assert commander("produire", EXEMPLES / "2026-0079", "-o", tmp_path, "--projet").code == 5


def test_le_dossier_incomplet_devient_pret_comme_son_en_tete_le_dit(commander, copier):
    dossier = copier("2026-0074")
    fichier = dossier / "dossier.toml"
    avant, balise, bloc = fichier.read_text("utf-8").rpartition("# [mise_en_demeure]")
    assert balise
    actif = re.sub(r"(?m)^# (?=\w+ *=|\[)", "", balise + bloc)
    fichier.write_text(avant + actif, encoding="utf-8")
    assert commander("verifier", dossier, "--json").objet["verdict"] == "pret"


def _premiere_piece(dossier):
    return min((dossier / "pieces").glob("f*.pdf"))


def _tronquer(piece):
    piece.write_bytes(b"%PDF-1.7\nrien")


@pytest.mark.parametrize("abimer", [Path.unlink, lambda piece: piece.write_bytes(b""), _tronquer])
def test_une_piece_manquante_ou_illisible_sort_8(commander, copier, tmp_path, abimer):
    dossier = copier("2026-0042")
    abimer(_premiere_piece(dossier))
    reponse = commander("produire", dossier, "-o", tmp_path / "sortie", "--json")
    assert reponse.code == CodeSortie.PIECE_MANQUANTE
    assert _premiere_piece(EXEMPLES / "2026-0042").name in json.dumps(reponse.objet, ensure_ascii=False)
    assert not (tmp_path / "sortie" / "2026-0042").exists()


def test_un_nom_de_fichier_aux_accents_decomposes_est_la_meme_piece(commander, copier, tmp_path):
    """macOS et certaines clés USB écrivent « e » suivi d'un accent ; le dossier s'écrit avec « é »."""
    dossier = copier("2026-0042", ("pieces/bl118.pdf", "pieces/livré à l'été.pdf"))
    decompose = unicodedata.normalize("NFD", "livré à l'été.pdf")
    (dossier / "pieces" / "bl118.pdf").rename(dossier / "pieces" / decompose)
    reponse = commander("produire", dossier, "-o", tmp_path / "s", "--json")
    assert reponse.code == 0
    livraison = next(piece for piece in reponse.objet["pieces"] if "livraison" in piece["titre"])
    source = next((dossier / "pieces").glob("livr*"))
    assert livraison["source_sha256"] == empreinte(source)


def test_une_longue_liste_d_autres_pieces_se_poursuit_page_apres_page(commander, copier, tmp_path):
    """Les pièces que nul autre paragraphe ne cite tiennent dans un seul, qui peut dépasser la page."""
    dossier = copier("2026-0042")
    with (dossier / "dossier.toml").open("a", encoding="utf-8") as saisie:
        for rang in range(170):
            shutil.copy(dossier / "pieces" / "bl118.pdf", dossier / "pieces" / f"z{rang}.pdf")
            saisie.write(f'\n[[pieces]]\ntitre = "Document {rang}"\nfichier = "pieces/z{rang}.pdf"\n')
    reponse = commander("produire", dossier, "-o", tmp_path / "s", "--json")
    assert reponse.code == 0
    assert len(reponse.objet["pieces"]) == 11 + 170


@pytest.mark.parametrize("fois", [20, 200])
def test_un_texte_plus_long_que_la_page_est_imprime_entier(commander, copier, tmp_path, fois):
    """Une réponse de plusieurs pages collée dans une relance : jamais une liasse où la fin manque."""
    long = "Nous accusons réception de votre courrier. " * fois
    dossier = copier("2026-0042", ('"Message laissé, pas de rappel"', f'"{long}"'))
    assert commander("produire", dossier, "-o", tmp_path / "s", "-q").code == 0
    lu = pypdf.PdfReader(tmp_path / "s" / "2026-0042" / "actes" / "releve_relances.pdf")
    assert sum(page.extract_text().count("accusons") for page in lu.pages) == fois


def test_un_texte_que_le_moteur_couperait_est_refuse_par_son_nom(commander, copier, tmp_path, monkeypatch):
    """Si le moteur ne sait plus couper un long texte, l'acte est refusé, jamais publié sans sa fin."""
    monkeypatch.setattr("generateur.moteurs.lignes_solidaires._LONG", 10**9)
    long = "Vos courriers des 2 et 3 juin sont bien arrivés. " * 200
    dossier = copier("2026-0042", ('"Message laissé, pas de rappel"', f'"{long}"'))
    reponse = commander("produire", dossier, "-o", tmp_path / "s", "--json")
    assert reponse.code == CodeSortie.RENDU_ECHOUE
    assert "releve_relances" in reponse.objet["erreur"]["message"]
    assert not (tmp_path / "s" / "2026-0042").exists()


def test_un_refus_laisse_l_ancienne_liasse_intacte(commander, copier, publie, tmp_path):
    sortie = tmp_path / "sortie"
    shutil.copytree(publie, sortie / "2026-0042")
    dossier = copier("2026-0042")
    _premiere_piece(dossier).unlink()
    assert commander("produire", dossier, "-o", sortie).code == CodeSortie.PIECE_MANQUANTE
    assert commander("verifier-liasse", sortie / "2026-0042").code == 0


def test_une_piece_manquante_avec_un_autre_defaut_sort_4(commander, copier, tmp_path):
    dossier = copier("2026-0042", ("100 000 009", "123 456 789"))
    _premiere_piece(dossier).unlink()
    assert commander("produire", dossier, "-o", tmp_path / "s").code == CodeSortie.DOSSIER_INVALIDE


def test_hors_horizon_produire_sort_6(commander, tmp_path):
    reponse = commander("produire", EXEMPLES / "2026-0042", "--au", "2031-01-01", "-o", tmp_path / "s")
    assert reponse.code == CodeSortie.DROIT_MANQUANT


def test_un_modele_en_defaut_sort_7(commander, tmp_path):
    modeles = tmp_path / "modeles"
    shutil.copytree(RACINE / "modeles", modeles)
    (modeles / "injonction_de_payer" / "requete.docx").write_bytes(b"pas un docx")
    reponse = commander("produire", EXEMPLES / "2026-0042", "--modeles", modeles, "-o", tmp_path / "s")
    assert reponse.code == CodeSortie.MODELE_EN_DEFAUT
    assert "requete" in reponse.messages
    assert not (tmp_path / "s" / "2026-0042").exists()


def test_un_moteur_absent_sort_9(commander, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    reponse = commander("produire", EXEMPLES / "2026-0042", "--rendu", "libreoffice", "-o", tmp_path / "s")
    assert reponse.code == CodeSortie.OUTIL_ABSENT
    assert "Que faire" in reponse.messages


def test_une_sortie_impossible_sort_1_en_francais(commander, tmp_path):
    (tmp_path / "s").write_text("un fichier")
    reponse = commander("produire", EXEMPLES / "2026-0042", "-o", tmp_path / "s")
    assert reponse.code == CodeSortie.ERREUR_INTERNE
    assert "un fichier est à la place d'un répertoire" in reponse.messages
    assert "Traceback" not in reponse.messages


def test_la_mise_en_demeure_s_ecrit_et_dit_la_suite(commander, tmp_path):
    reponse = commander("mettre-en-demeure", EXEMPLES / "2026-0074", "-o", tmp_path)
    assert reponse.code == 0
    publies = (tmp_path / "2026-0074_mise_en_demeure").iterdir()
    ecrits = sorted(p.name for p in publies if not p.name.startswith("."))
    assert ecrits == ["mise_en_demeure.docx", "mise_en_demeure.pdf"]
    assert "[mise_en_demeure]" in reponse.sortie


def test_une_mise_en_demeure_deja_partie_ne_se_refait_pas(commander, tmp_path):
    reponse = commander("mettre-en-demeure", EXEMPLES / "2026-0042", "-o", tmp_path)
    assert reponse.code == CodeSortie.DOSSIER_INVALIDE
    assert "déjà partie" in reponse.messages

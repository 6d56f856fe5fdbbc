"""Les textes des actes des dossiers d'exemple, mot pour mot : `tests/attendus/<reference>/`.

Après un changement voulu : `pytest --maj-attendus`, puis relire le diff comme un juriste relirait l'acte.
"""

import difflib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from generateur.moteurs.polices import polices_maitrisees
from generateur.operations.outillage import ouvrir_moteurs
from tests.outils.exemples_produits import ecrire_lettre, produire_exemples, texte_du_pdf

ATTENDUS = Path(__file__).parent / "attendus"
SANS_MISE_EN_DEMEURE = "2026-0074"
# Ce qui change avec la machine, la version ou un octet : rien de ce qu'un lecteur juge.
CLES_INSTABLES = {"sha256", "source_sha256", "versions", "empreinte_entrees", "empreinte_manifeste"}
DEFAUTS = {
    "un champ vide écrit « None »": r"\bNone\b",
    "une balise": r"\{\{|\}\}|\{%|%\}|</?w:|Undefined",
    "un champ vide entre deux virgules": r",[ ⍽·]*,",
    "des parenthèses vides": r"\([ ⍽·,;]*\)",
    "des guillemets vides": r"«[ ⍽·]*»",
    "deux espaces": r"[ ⍽·]{2,}",
    "une espace avant une virgule ou un point": r"[ ⍽·](?:[,)]|\.(?!\w))",
    "une espace après une parenthèse ouvrante": r"\([ ⍽·]",
    "deux points de suite": r"(?<!\.)\.\.(?!\.)",
    "une virgule devant un point": r",\.",
    "une date ou un nombre au format informatique": r"(?<!= )\b\d{4}-\d{2}-\d{2}\b|\b\d+\.\d{2} ?€",
}
INSECABLES_MANQUANTES = {
    "un montant": r"\d €",
    "des milliers": r"\d \d{3},\d{2}",
    "un numéro": r"n° \d",
    "une ponctuation haute": r" [;:!?»]|« ",
}
# Ces actes recopient les mots de l'utilisateur : objets et réponses des relances, titres des pièces, constats.
MOTS_DE_L_UTILISATEUR = ("fiche_interne", "releve_relances", "bordereau")


def _normaliser(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {cle: _normaliser(v) for cle, v in valeur.items() if cle not in CLES_INSTABLES}
    return [_normaliser(v) for v in valeur] if isinstance(valeur, list) else valeur


@pytest.fixture(scope="module")
def produits(tmp_path_factory):
    """Fichier attendu (« 2026-0042/requete.txt ») → ce que le programme vient d'écrire, et son Word."""
    if not polices_maitrisees():
        pytest.skip("les coupes de lignes ne sont garanties que là où les polices le sont (Linux)")
    sortie = tmp_path_factory.mktemp("exemples")
    textes: dict[str, str] = {}
    words: dict[str, Path] = {}
    with ouvrir_moteurs(None) as moteurs:
        for reference, manifeste in produire_exemples(sortie, moteurs).items():
            for acte in manifeste.actes:
                nom = f"{reference}/{acte.nom}.txt"
                textes[nom] = texte_du_pdf(sortie / reference / acte.pdf.fichier)
                words[nom] = sortie / reference / acte.docx.fichier
            contenu = _normaliser(json.loads(manifeste.model_dump_json()))
            textes[f"{reference}/manifeste.json"] = json.dumps(contenu, ensure_ascii=False, indent=2) + "\n"
        lettre = ecrire_lettre(SANS_MISE_EN_DEMEURE, sortie, moteurs)
    nom = f"{SANS_MISE_EN_DEMEURE}/mise_en_demeure.txt"
    textes[nom], words[nom] = texte_du_pdf(lettre), lettre.with_suffix(".docx")
    return textes, words


def _ecrits() -> dict[str, Path]:
    return {
        chemin.relative_to(ATTENDUS).as_posix(): chemin
        for chemin in ATTENDUS.glob("*/*")
        if chemin.suffix in {".txt", ".json"}
    }


def _refaire(textes: dict[str, str]) -> None:
    for nom, chemin in _ecrits().items():
        if nom not in textes:
            chemin.unlink()
    for nom, texte in textes.items():
        chemin = ATTENDUS / nom
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_text(texte, encoding="utf-8", newline="\n")


def test_chaque_acte_a_le_texte_attendu(produits, maj_attendus):
    textes, _ = produits
    if maj_attendus:
        _refaire(textes)
    attendus = {nom: chemin.read_text("utf-8") for nom, chemin in _ecrits().items()}
    ecarts: list[str] = []
    for nom in sorted(textes.keys() | attendus.keys()):
        avant, apres = attendus.get(nom, ""), textes.get(nom, "")
        ecarts += difflib.unified_diff(
            avant.splitlines(), apres.splitlines(), f"attendu {nom}", f"produit {nom}", lineterm="", n=1
        )
    assert not ecarts, "\n".join([*ecarts, "", "Si ce changement est voulu : pytest --maj-attendus, puis relire."])


@pytest.mark.parametrize("defaut", DEFAUTS)
def test_aucun_acte_ne_montre(produits, defaut):
    motif = re.compile(DEFAUTS[defaut])
    assert not [
        f"{nom} : {ligne}"
        for nom, texte in produits[0].items()
        if nom.endswith(".txt")
        for ligne in texte.splitlines()
        if motif.search(ligne)
    ]


@pytest.mark.parametrize(
    "texte", ["M. None", "{{ x }}", "Lyon, , France", "( )", "« »", "a  b", "a ,", "( a", "15.00 €"]
)
def test_un_defaut_se_verrait(texte):
    assert any(re.search(motif, texte) for motif in DEFAUTS.values())


def _paragraphes(word: Path) -> list[str]:
    corps = Document(str(word)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in corps.iter(qn("w:p"))]


@pytest.mark.parametrize("ou", INSECABLES_MANQUANTES)
def test_aucune_espace_ordinaire_ne_coupe(produits, ou):
    motif = re.compile(INSECABLES_MANQUANTES[ou])
    assert not [
        f"{nom} : {paragraphe}"
        for nom, word in produits[1].items()
        if not word.stem.endswith(MOTS_DE_L_UTILISATEUR)
        for paragraphe in _paragraphes(word)
        if motif.search(paragraphe)
    ]


def test_la_mise_en_demeure_tient_sur_une_page(produits):
    """La lettre entière, signature comprise, tient sur sa page ; le décompte annexé suit sur la sienne."""
    lettre, _, annexe = produits[0][f"{SANS_MISE_EN_DEMEURE}/mise_en_demeure.txt"].partition("--- page 2")
    assert "Signature" in lettre
    assert "Annexe : décompte" in annexe.replace("⍽", " ")
    assert "--- page 3" not in annexe

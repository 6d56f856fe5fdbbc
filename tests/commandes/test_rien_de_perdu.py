"""Rien de ce qu'une personne met dans une sortie ne se perd, et « à jour » veut aussi dire entier."""

import hashlib
import itertools
import json
from pathlib import Path

import pytest

from generateur.erreurs import CodeSortie
from generateur.operations import apercu_modeles, production


@pytest.fixture
def produit(commander, copier, tmp_path):
    dossier = copier("2026-0051")
    assert commander("produire", dossier, "-o", tmp_path / "s", "-q").code == 0
    return dossier, tmp_path / "s" / "2026-0051"


def test_un_acte_retouche_et_une_note_survivent_a_la_production(commander, produit):
    dossier, sortie = produit
    acte = min((sortie / "actes").glob("*.docx"))
    acte.write_bytes(acte.read_bytes() + b"retouche")
    (sortie / "note.txt").write_text("à relire", encoding="utf-8")
    reponse = commander("produire", dossier, "-o", sortie.parent, "--json", "-q")
    assert reponse.objet["gardes_a_part"] == [f"gardes_a_part/actes/{acte.name}", "gardes_a_part/note.txt"]
    assert (sortie / "gardes_a_part" / "actes" / acte.name).read_bytes().endswith(b"retouche")
    manifeste = json.loads((sortie / "manifeste.json").read_text(encoding="utf-8"))
    assert "gardes_a_part" not in manifeste  # mêmes entrées, même manifeste
    assert not acte.read_bytes().endswith(b"retouche")
    texte = commander("produire", dossier, "-o", sortie.parent).sortie
    assert "gardé à part" not in texte


@pytest.mark.parametrize("quoi", ["acte", "piece", "fiche", "manifeste", "absent", "rien"])
def test_a_jour_veut_aussi_dire_entier(commander, produit, quoi):
    dossier, sortie = produit
    cibles = {
        "acte": min((sortie / "actes").glob("*.docx")),
        "piece": min((sortie / "pieces").glob("*.pdf")),
        "fiche": sortie / "2026-0051_fiche_interne.pdf",
        "manifeste": sortie / "manifeste.json",
    }
    if quoi == "absent":
        cibles["piece"].unlink()
    elif quoi == "manifeste":
        texte = cibles[quoi].read_text(encoding="utf-8")
        cibles[quoi].write_text(texte.replace('"total": "', '"total": "9'), encoding="utf-8")
    elif quoi != "rien":
        cibles[quoi].write_bytes(cibles[quoi].read_bytes() + b"\n")
    (ligne,) = commander("lot", dossier.parent, "-o", sortie.parent, "--json", "-q").objet["dossiers"]
    assert ligne["etat"] == ("a_jour" if quoi == "rien" else "produit")
    assert ligne["code"] == CodeSortie.FAIT


@pytest.mark.parametrize("abimer", [None, "{"])
def test_une_liasse_sans_manifeste_se_refait_sans_rien_perdre(commander, produit, abimer):
    dossier, sortie = produit
    acte = min((sortie / "actes").glob("*.docx"))
    acte.write_bytes(acte.read_bytes() + b"retouche")
    (sortie / "manifeste.json").unlink()
    if abimer:
        (sortie / "manifeste.json").write_text(abimer, encoding="utf-8")
    (ligne,) = commander("lot", dossier.parent, "-o", sortie.parent, "--json", "-q").objet["dossiers"]
    assert (ligne["etat"], ligne["code"]) == ("produit", CodeSortie.FAIT)
    assert "gardé à part" in ligne["message"]
    assert f"gardes_a_part/actes/{acte.name}" in ligne["message"]
    assert (sortie / "gardes_a_part" / "actes" / acte.name).read_bytes().endswith(b"retouche")
    assert commander("verifier-liasse", sortie, "--dossier", dossier, "--json").objet["conforme"] is True


def test_un_dossier_parti_qui_n_est_plus_entier_ne_se_dit_pas_a_jour(commander, produit):
    dossier, sortie = produit
    assert commander("retenir-numeros", dossier, "-o", sortie.parent).code == 0
    (ligne,) = commander("lot", dossier.parent, "-o", sortie.parent, "--json", "-q").objet["dossiers"]
    assert ligne["etat"] == "a_jour"
    gardee = min((sortie / "communiquees").iterdir())
    piece = min((gardee / "pieces").glob("*.pdf"))
    piece.unlink()
    (ligne,) = commander("lot", dossier.parent, "-o", sortie.parent, "--json", "-q").objet["dossiers"]
    assert (ligne["etat"], ligne["code"]) == ("en_echec", CodeSortie.LIASSE_NON_CONFORME)
    assert f"pieces/{piece.name}" in ligne["message"]


def test_une_piece_remplacee_pendant_la_production_n_y_change_rien(commander, copier, tmp_path, monkeypatch):
    """Ce qui est versé, ce qui est dit et ce qui est résumé sont les mêmes octets : ceux du départ."""
    dossier = copier("2026-0051")
    facture = next((dossier / "pieces").glob("*facture*"), None) or min((dossier / "pieces").glob("*.pdf"))
    depart = hashlib.sha256(facture.read_bytes()).hexdigest()
    autre = next(p for p in sorted((dossier / "pieces").glob("*.pdf")) if p != facture).read_bytes()
    vrai = production.preparer_pieces

    def remplacer_puis_preparer(*arguments):
        facture.write_bytes(autre)
        return vrai(*arguments)

    monkeypatch.setattr(production, "preparer_pieces", remplacer_puis_preparer)
    manifeste = commander("produire", dossier, "-o", tmp_path / "s", "--json", "-q").objet
    (piece,) = (p for p in manifeste["pieces"] if p["source"].endswith(facture.name))
    assert piece["source_sha256"] == depart
    verifie = commander(
        "verifier-liasse", tmp_path / "s" / "2026-0051" / "2026-0051_liasse.pdf", "--dossier", dossier, "--json"
    )
    assert verifie.code == CodeSortie.LIASSE_NON_CONFORME  # le dossier n'a plus les octets versés


@pytest.mark.parametrize("commande", ["mettre-en-demeure", "modeles apercu"])
def test_ce_qu_une_personne_a_mis_est_garde_et_dit(commander, copier, tmp_path, monkeypatch, commande):
    """Comme « produire » : une note posée là survit à la suivante, et elle le dit."""
    if commande == "mettre-en-demeure":
        arguments, ici = (commande, copier("2026-0074")), tmp_path / "s" / "2026-0074_mise_en_demeure"
    else:
        lister = apercu_modeles._exemples_par_procedure
        monkeypatch.setattr(apercu_modeles, "_exemples_par_procedure", lambda *_: itertools.islice(lister(*_), 1))
        arguments, ici = tuple(commande.split()), tmp_path / "s" / "modeles"
    premiere = commander(*arguments, "-o", tmp_path / "s")
    assert premiere.code == 0
    assert "gardé à part" not in premiere.sortie
    (ici / "note.txt").write_text("rappeler Mme Martin", encoding="utf-8")
    reponse = commander(*arguments, "-o", tmp_path / "s")
    assert f"De vous, gardé à part : {ici / 'gardes_a_part' / 'note.txt'}" in reponse.sortie
    (ici / "autre.txt").write_text("encore", encoding="utf-8")
    gardes = commander(*arguments, "-o", tmp_path / "s", "--json").objet["gardes_a_part"]
    assert "encore" in [Path(garde).read_text(encoding="utf-8") for garde in gardes]

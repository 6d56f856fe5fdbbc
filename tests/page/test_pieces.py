"""Les pièces dans la page : recevoir, proposer, citer, montrer la page tamponnée ; rien d'écrasé ni servi tel quel."""

import tomllib

import pytest

DOSSIER = "/dossiers/2026-0042"


def _deposer(visiteur, *fichiers):
    return visiteur.envoyer(f"{DOSSIER}/pieces", {}, [("fichiers", nom, octets) for nom, octets in fichiers])


def test_un_fichier_depose_entre_dans_pieces_et_se_propose(visiteur, dossiers):
    assert _deposer(visiteur, ("Note de visite.txt", b"Visite du 3 mars")).code == 303
    assert (dossiers / "2026-0042" / "pieces" / "Note_de_visite.txt").read_bytes() == b"Visite du 3 mars"
    assert "Note_de_visite.txt" in visiteur.voir(f"{DOSSIER}/pieces").texte


def test_un_fichier_de_meme_nom_n_ecrase_rien(visiteur, dossiers):
    pieces = dossiers / "2026-0042" / "pieces"
    avant = {p.name: p.read_bytes() for p in pieces.iterdir()}
    assert _deposer(visiteur, ("f2026-118.pdf", b"autre"), ("f2026-118.pdf", b"encore")).code == 303
    apres = {p.name: p.read_bytes() for p in pieces.iterdir()}
    assert {nom: apres[nom] for nom in avant} == avant
    assert {b"autre", b"encore"} <= set(apres.values())


@pytest.mark.parametrize(
    "nom", ["../../dossier.toml", "..\\..\\dossier.toml", "/etc/passwd", "a/../../b.txt", ".verrou", "é\u202e.pdf"]
)
def test_un_nom_hostile_reste_dans_pieces(visiteur, dossiers, nom):
    dossier = dossiers / "2026-0042"
    ailleurs = {p for p in dossiers.parent.rglob("*") if "pieces" not in p.parts}
    assert _deposer(visiteur, (nom, b"x")).code == 303
    assert {p for p in dossiers.parent.rglob("*") if "pieces" not in p.parts} == ailleurs
    assert not [p for p in (dossier / "pieces").iterdir() if p.name.startswith(".")]


def test_sans_fichier_rien_ne_change(visiteur):
    assert _deposer(visiteur, ("", b"")).code == 422


def test_un_fichier_sans_place_se_verse_sous_un_titre(visiteur, dossiers):
    _deposer(visiteur, ("note.txt", b"Note"))
    champs = {"fichier": "pieces/note.txt", "titre": "Note « interne »"}
    assert visiteur.poster(f"{DOSSIER}/pieces/citer", champs).code == 303
    donnees = tomllib.loads((dossiers / "2026-0042" / "dossier.toml").read_text("utf-8"))
    assert donnees["pieces"][-1] == {"titre": "Note « interne »", "fichier": "pieces/note.txt"}


@pytest.mark.parametrize("fichier", ["dossier.toml", "../2026-0074/dossier.toml", "pieces/absent.pdf", ""])
def test_on_ne_cite_que_ce_qui_est_dans_pieces(visiteur, fichier):
    assert visiteur.poster(f"{DOSSIER}/pieces/citer", {"fichier": fichier, "titre": "x"}).code == 422


def test_l_apercu_est_une_image_de_la_page_tamponnee(visiteur):
    assert "telle qu’elle sera tamponnée" in visiteur.voir(f"{DOSSIER}/pieces/1").texte
    image = visiteur.voir(f"{DOSSIER}/pieces/1/image?page=1")
    assert image.code == 200
    assert image.entetes["content-type"] == "image/png"
    assert image.octets.startswith(b"\x89PNG")
    assert image.entetes["x-page"] == "1"


def test_une_page_au_dela_de_la_derniere_montre_la_derniere(visiteur):
    image = visiteur.voir(f"{DOSSIER}/pieces/1/image?page=9999")
    assert image.entetes["x-page"] == image.entetes["x-pages"]


@pytest.mark.parametrize("numero", ["99", "0", "quatre", "../1"])
def test_une_piece_inconnue_est_dite(visiteur, numero):
    assert visiteur.voir(f"{DOSSIER}/pieces/{numero}").code in {404, 422}

"""Chaque lecture finit dans son temps : ni texte énorme, ni courriel piégé ne l'allonge plus que sa taille."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from generateur.erreurs import ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.courriels import ouvrir
from generateur.pieces.inspection import inspecter
from generateur.pieces.limites import Limites
from generateur.pieces.mise_en_page import Bloc, composer
from tests.pieces.conftest import Preparer

ENTETES = b"From: a@exemple.fr\r\nTo: %s\r\nDate: Mon, 2 Mar 2026 14:05:10 +0100\r\nSubject: Relance\r\n"
SIMPLE = ENTETES % b"b@exemple.fr"
PHRASE = "Bonjour, votre facture du 2 mars reste due à ce jour. " * 20 + "\n"


def a_deux_versions(brute: bytes, riche: bytes) -> bytes:
    return (
        SIMPLE + b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + brute + b"\r\n"
        b"--B\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + riche + b"\r\n--B--\r\n"
    )


# Chacun à deux tailles : si le temps croissait comme le carré, la seconde prendrait seize fois la première.
CROISSANCES: dict[str, Callable[[int], bytes]] = {
    "images jamais fermées": lambda n: a_deux_versions(b"[image : " * n, b"<p>monde " + b"[image : " * n + b"</p>"),
    "balises jamais fermées": lambda n: SIMPLE + b"Content-Type: text/html\r\n\r\n" + b"<img " * n,
    "étages": lambda n: SIMPLE + b"Content-Type: text/html\r\n\r\n" + b"<div>" * n,
    "gras": lambda n: SIMPLE + b"Content-Type: text/html\r\n\r\n" + b"<b>abc</b> " * n,
    "citations": lambda n: SIMPLE + b"\r\n" + b"> " * n,
    "parenthèses": lambda n: ENTETES % (b"(" * n) + b"\r\nBonjour",
    "deux-points": lambda n: ENTETES % (b"g:" * n) + b"\r\nBonjour",
    "mots encodés": lambda n: SIMPLE + b"X: " + b"=?a?q?" * n + b"\r\n\r\nBonjour",
}


def chronometrer(source: Path, dossier: Path) -> float:
    depart = time.process_time()
    ouvrir(str(source), str(dossier), est_boite=False, octets_maximaux=10_000_000, pieces_maximales=100)
    return time.process_time() - depart


@pytest.mark.parametrize("nom", CROISSANCES)
def test_le_temps_de_lecture_d_un_courriel_suit_sa_taille(tmp_path: Path, nom: str) -> None:
    temps = []
    for taille in (5_000, 20_000):
        (tmp_path / "a.eml").write_bytes(CROISSANCES[nom](taille))
        temps.append(chronometrer(tmp_path / "a.eml", tmp_path))
    assert temps[1] < 8 * temps[0] + 0.2


@pytest.mark.parametrize("destinataires", [b"(" * 200_000, b"(a" * 100_000, b"g:" * 100_000])
def test_un_en_tete_sans_fin_ne_fait_pas_refuser_le_message(
    tmp_path: Path, preparer: Preparer, atelier: Atelier, destinataires: bytes
) -> None:
    (tmp_path / "a.eml").write_bytes(ENTETES % (b"c@exemple.fr, " + destinataires) + b"\r\nBonjour")
    vue = inspecter(tmp_path, [("a.eml", None)], atelier=atelier)["a.eml"]
    assert vue.lisible
    assert vue.messages[0].adresses == ("c@exemple.fr",)
    assert preparer(tmp_path / "a.eml").pages > 1


def test_une_boite_sans_fin_de_ligne_se_lit(tmp_path: Path, preparer: Preparer) -> None:
    debut = b"From a@b Mon Jun 01 10:00:00 2009\r\nSubject: x\r\n\r\nBonjour"
    (tmp_path / "a.mbox").write_bytes(debut + b"\r\n\r\nFrom x" + b"1" * 500_000)
    assert preparer(tmp_path / "a.mbox", limites=Limites(secondes=20)).pages > 50


@pytest.mark.parametrize("texte", [PHRASE * 3_000, "mot " * 500_000, "abcdef.;" * 250_000], ids=["18", "ligne", "mot"])
def test_un_texte_enorme_se_compose_dans_son_temps(tmp_path: Path, preparer: Preparer, texte: str) -> None:
    (tmp_path / "a.txt").write_text(texte)
    assert preparer(tmp_path / "a.txt", limites=Limites(secondes=60)).pages > 300


def test_un_texte_de_trop_de_pages_s_arrete_avant_d_etre_compose(tmp_path: Path, preparer: Preparer) -> None:
    (tmp_path / "a.txt").write_text("a\n" * 500_000)
    with pytest.raises(ErreurPiece, match="demande plus de 3 pages"):
        preparer(tmp_path / "a.txt", limites=Limites(pages=3, secondes=10))


def test_une_premiere_ligne_ne_reste_pas_seule_en_bas_de_page(tmp_path: Path) -> None:
    blocs = [Bloc("note", "remplissage")] * 55 + [Bloc("corps", "première\ndeuxième")]
    assert composer(blocs, str(tmp_path / "a.pdf"), "x").pages == 2
    assert composer([Bloc("corps", "")], str(tmp_path / "a.pdf"), "x").pages == 1

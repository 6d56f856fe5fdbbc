"""Ce qu'un courriel ordinaire perdait : commentaires d'Outlook, accusés, signes mal dits, numéros de liste."""

import base64
from pathlib import Path

import pytest

from generateur.pieces.html_en_texte import extraire_texte
from tests.pieces.conftest import Preparer
from tests.pieces.test_courriels import _texte


@pytest.mark.parametrize(
    "page",
    [
        "<!--[if mso]><p>Outlook</p><![endif]--><p>visible</p><!-- suite --><p>fin</p>",
        "<!--[if gte mso 9]><xml><![endif]--><p>visible</p><!--[if !mso]><!--><p>fin</p><!--<![endif]-->",
        "<![if !mso]><p>visible</p><![endif]><p>fin</p>",
    ],
)
def test_un_commentaire_conditionnel_n_emporte_pas_la_suite(page: str) -> None:
    assert extraire_texte(f"<p>avant</p>{page}") == "avant\n\nvisible\n\nfin"


def test_une_liste_numerotee_garde_ses_numeros() -> None:
    page = "<ol><li>un<li>deux<ul><li>puce</ul><li>trois</ol><ol start=5><li>cinq<li value=9>neuf</ol>"
    lignes = [ligne for ligne in extraire_texte(page).split("\n") if ligne]
    assert lignes == ["1. un", "2. deux", "• puce", "3. trois", "5. cinq", "9. neuf"]


@pytest.mark.parametrize("dit", ["iso-8859-1", "us-ascii"])
@pytest.mark.parametrize("vrai", ["cp1252", "utf-8"])
def test_un_texte_mal_dit_latin_1_garde_ses_signes(tmp_path: Path, preparer: Preparer, dit: str, vrai: str) -> None:
    entetes = f"From: a@exemple.fr\nSubject: =?{dit}?B?%s?=\nContent-Type: text/plain; charset={dit}\n\n"
    objet = base64.b64encode("L’accord de 4 200 €".encode(vrai)).decode()
    (tmp_path / "a.eml").write_bytes((entetes % objet).encode() + "Reçu : l’accord pour 8 640 €\n".encode(vrai))
    preparer(tmp_path / "a.eml")
    texte = _texte(tmp_path / "cible.pdf")
    assert "L’accord de 4 200 €" in texte
    assert "Reçu : l’accord pour 8 640 €" in texte


@pytest.mark.parametrize(
    ("genre", "champs"),
    [
        (
            "delivery-status",
            "Reporting-MTA: dns; mx.exemple.fr\n\nFinal-Recipient: rfc822; a@exemple.fr\nAction: failed",
        ),
        ("disposition-notification", "Final-Recipient: rfc822; a@exemple.fr\nDisposition: manual-action; displayed"),
    ],
)
def test_un_accuse_de_remise_ou_de_lecture_est_imprime(
    tmp_path: Path, preparer: Preparer, genre: str, champs: str
) -> None:
    (tmp_path / "a.eml").write_text(
        "From: mx@exemple.fr\nSubject: Avis\nContent-Type: multipart/report; boundary=B\n\n--B\n\nVoici l'avis\n"
        f"--B\nContent-Type: message/{genre}\n\n{champs}\n\n--B--\n"
    )
    preparer(tmp_path / "a.eml")
    texte = _texte(tmp_path / "cible.pdf")
    assert "Voici l'avis" in texte
    assert all(ligne in texte for ligne in champs.split("\n"))


def test_un_message_joint_d_une_messagerie_internationale_garde_ses_en_tetes(
    tmp_path: Path, preparer: Preparer
) -> None:
    (tmp_path / "a.eml").write_text(
        "From: a@exemple.fr\nSubject: Suite\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nCi-joint\n"
        "--B\nContent-Type: message/global\n\nFrom: jose@exemple.fr\nSubject: Accord\n\nJe paierai\n--B--\n"
    )
    preparer(tmp_path / "a.eml")
    texte = _texte(tmp_path / "cible.pdf")
    assert "jose@exemple.fr" in texte
    assert "Je paierai" in texte

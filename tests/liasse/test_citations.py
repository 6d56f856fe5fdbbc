"""Les renvois aux pièces tels que les actes les écrivent."""

import pytest

from generateur.erreurs import ErreurLiasse
from generateur.liasse.citations import departager, lire_renvois, reperer_citations
from generateur.liasse.plan import PlanLiasse, nom_fichier_piece, paginer


@pytest.mark.parametrize(
    ("texte", "numeros"),
    [
        ("(pièce n° 4)", ["4"]),
        ("pièces n° 3, 4 et 5", ["3", "4", "5"]),
        ("Pièce n°\u00a04\u202fbis", ["4 bis"]),
        ("Pièce n° 4 quinquies", ["4 quinquies"]),
        ("pièces n° 4 octies et 12 decies", ["4 octies", "12 decies"]),
        ("pièces\u00a0n°\u00a03\r\nà 5", ["3", "5"]),
        ("pièces n° 3 ;\n4 bis, et n° 12", ["3", "4 bis", "12"]),
        ("« pièces nos 1 et 2 »", ["1", "2"]),
        ("pièce n° 4, 3 factures impayées", ["4"]),
        ("pièces n° 2 et 3, 1 200,00 € restant dus", ["2", "3"]),
        ("pièces n° 2 et 3, 12 mars 2026", ["2", "3"]),
        ("la pièce maîtresse, n° 4", []),
        ("cette espièce n° 4", []),
    ],
)
def test_repere_chaque_numero(texte, numeros):
    assert [citation.numero for citation in reperer_citations(texte)] == numeros


def test_une_plage_cite_les_pieces_intercalees(atelier):
    pieces = [atelier.piece(numero, "Document") for numero in ("3", "4", "4 bis", "5", "6")]
    plan = atelier.plan(pieces, requete=["Voir pièces n° 3 à 5 et pièce n° 8."])
    cites = lire_renvois(plan.actes[-1].pdf, [piece.numero for piece in plan.pieces])[1]
    assert departager(plan, cites) == (("3", "4", "4 bis", "5"), ("6",), ("8",))


def test_un_nom_de_fichier_est_sur_pour_tout_portail():
    assert nom_fichier_piece("4", "Facture") == "Piece_04_Facture.pdf"
    assert nom_fichier_piece("12", "../../etc/<b>é œ&") == "Piece_12_etc_b_e_oe.pdf"
    assert nom_fichier_piece("1", "😀 قانون") == "Piece_01.pdf"
    long = nom_fichier_piece("123 quinquies", "Très long titre " * 20)
    assert len(long) == 80
    assert long.isascii()


def test_pagine_avec_et_sans_versos_blancs():
    actes, pieces = [("a", 1), ("b", 2)], [("1", 1), ("2", 4)]
    assert paginer(actes, pieces, versos_blancs=False).pages_debut == {"1": 4, "2": 5}
    assert paginer(actes, pieces, versos_blancs=True).pages_debut == {"1": 5, "2": 7}
    assert paginer(actes, pieces, versos_blancs=True).total == 10


def test_refuse_un_numero_de_piece_qui_n_en_est_pas_un(atelier):
    plan = PlanLiasse("R", "T", "A", None, (), (atelier.piece("4-bis", "Document"),))
    with pytest.raises(ErreurLiasse, match="4-bis"):
        plan.verifier()

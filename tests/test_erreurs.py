"""Chaque échec a son code, un seul ; il traverse un processus sans rien perdre ; l'imprévu se dit en français."""

import errno
import pickle

import pytest

from generateur import erreurs
from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurPiece, expliquer_imprevu, raison_du_systeme

CLASSES = [
    classe
    for classe in vars(erreurs).values()
    if isinstance(classe, type) and issubclass(classe, ErreurGenerateur) and ErreurGenerateur in classe.__bases__
]
SANS_ERREUR = {CodeSortie.FAIT, CodeSortie.ERREUR_INTERNE, CodeSortie.LOT_PARTIEL}  # un lot partiel est un résultat


@pytest.mark.parametrize("classe", CLASSES)
def test_chaque_classe_a_son_code_documente(classe):
    assert classe.__doc__
    ligne = next(ligne for ligne in erreurs.__doc__.splitlines() if f" {classe.__name__} " in ligne)
    assert f" {int(classe.code)} " in ligne


def test_deux_classes_ne_partagent_pas_un_code():
    codes = [classe.code for classe in CLASSES if classe.code != CodeSortie.ERREUR_INTERNE]
    assert len(set(codes)) == len(codes)
    assert set(codes) == set(CodeSortie) - SANS_ERREUR


def test_une_erreur_precisee_garde_le_nom_public_de_son_genre():
    assert erreurs.ErreurIntrouvable("ce dossier n'existe pas").genre == "ErreurLecture"
    assert erreurs.ErreurColonnes("deux colonnes").genre == "ErreurUsage"
    assert ErreurPiece("illisible").genre == "ErreurPiece"


def test_une_erreur_traverse_un_processus():
    avant = ErreurPiece("illisible", lieu="pieces/f1.pdf", remede="La renvoyer.", constats=("x",))
    apres = pickle.loads(pickle.dumps(avant))  # noqa: S301 (notre propre objet)
    assert type(apres) is ErreurPiece
    assert vars(apres) == vars(avant)
    assert str(apres) == "illisible"


def test_un_refus_du_systeme_se_dit_en_francais():
    vue = expliquer_imprevu(OSError(errno.ENOSPC, "No space left on device", "sortie/x.pdf"))
    assert vue.code == CodeSortie.ERREUR_INTERNE
    assert "le disque est plein" in vue.message
    assert vue.lieu == "sortie/x.pdf"
    assert vue.remede


def test_une_raison_inconnue_garde_les_mots_du_systeme():
    assert "Ouille" in raison_du_systeme(OSError(9999, "Ouille"))


def test_un_imprevu_nomme_son_type_et_dit_quoi_faire():
    vue = expliquer_imprevu(ZeroDivisionError("x"))
    assert "ZeroDivisionError" in vue.message
    assert "-v" in vue.remede

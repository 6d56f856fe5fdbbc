"""Les numéros de pièces se lisent, se comparent, s'écrivent et se reconnaissent d'une seule manière."""

import re

import pytest

from generateur.domaine.numeros import (
    CANONIQUE,
    NOMBRE,
    RANGS,
    ecrire_numero,
    est_numero,
    lire_numero,
    motif_du_numero,
    normaliser_numero,
    ordonner_numero,
)


@pytest.mark.parametrize("rang", range(len(RANGS)))
def test_chaque_suffixe_fait_l_aller_retour(rang):
    numero = ecrire_numero((12, rang))
    assert lire_numero(numero) == (12, rang)
    assert est_numero(numero)
    assert re.match(CANONIQUE, numero)
    for ecrit in (numero.upper(), numero.replace(" ", "\u00a0"), numero.replace(" ", "")):
        assert re.fullmatch(NOMBRE, ecrit, re.IGNORECASE)
        assert normaliser_numero(ecrit) == numero


def test_les_numeros_se_rangent_dans_l_ordre_du_bordereau():
    ordonnes = [ecrire_numero((base, rang)) for base in (2, 10) for rang in range(len(RANGS))]
    melanges = [*ordonnes[7:], *ordonnes[:7]]
    assert sorted(melanges, key=ordonner_numero) == ordonnes


@pytest.mark.parametrize("autre", ["11", "1 bis", "1 decies", "1 1"])
def test_un_numero_n_en_cache_pas_un_autre(autre):
    assert not re.search(f"n° {motif_du_numero('1')}", f"Pièce n° {autre}")
    assert re.search(f"n° {motif_du_numero('1')}", "Pièce n° 1 Facture")


@pytest.mark.parametrize("texte", ["", "0", "4bis", "4 undecies", "bis", "4  bis"])
def test_ce_qui_n_est_pas_un_numero(texte):
    assert not est_numero(texte)

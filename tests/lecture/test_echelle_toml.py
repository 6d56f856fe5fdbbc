"""L'échelle des relances : celle du programme, ou celle de l'utilisateur, refusée si elle se contredit."""

import pytest

from generateur.erreurs import ErreurLecture
from generateur.lecture.echelle_toml import NOM_ECHELLE, lire_echelle

ENTETE = "depuis = 2026-01-01\necart_minimum_jours = 3\nmise_en_demeure_jours = 40\n"
NIVEAU = '[[niveaux]]\ntitre = "Rappel"\ndelai_jours = {}\ncanal = "courriel"\nton = "rappel"\n'


def _ecrire(racine, texte):
    (racine / NOM_ECHELLE).write_text(texte, encoding="utf-8")
    return racine


def test_celle_du_programme_va_d_avant_l_echeance_au_dernier_avis(tmp_path):
    echelle = lire_echelle(tmp_path)
    assert [niveau.canal for niveau in echelle.niveaux] == ["courriel", "courriel", "telephone", "courrier", "courrier"]
    assert echelle.niveaux[0].delai_jours < 0 < echelle.niveaux[1].delai_jours
    assert [echelle.est_courtois(n) for n in range(1, 6)] == [True, True, False, False, False]


def test_celle_de_l_utilisateur_l_emporte(tmp_path):
    echelle = lire_echelle(_ecrire(tmp_path, "\ufeff" + ENTETE + NIVEAU.format(7)))
    assert [niveau.delai_jours for niveau in echelle.niveaux] == [7]


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        (ENTETE + NIVEAU.format(7) + NIVEAU.format(7), "croissant"),
        (ENTETE + NIVEAU.format(50), "mise_en_demeure_jours"),
        (ENTETE + NIVEAU.format(3) + NIVEAU.format(9), "delai_paiement_jours"),
        (ENTETE, "niveaux"),
        (ENTETE + NIVEAU.format(3).replace("courriel", "pigeon"), "pigeon"),
        (ENTETE + NIVEAU.format(3).replace('"rappel"', '"../secret"'), "ton"),
        (ENTETE + NIVEAU.format(3) + "inconnue = 1\n", "inconnue"),
        (ENTETE + "[[niveaux\n", "TOML"),
    ],
)
def test_refuse_une_echelle_qui_se_contredit(tmp_path, texte, attendu):
    with pytest.raises(ErreurLecture) as refus:
        lire_echelle(_ecrire(tmp_path, texte))
    assert attendu in refus.value.message
    assert NOM_ECHELLE in refus.value.lieu

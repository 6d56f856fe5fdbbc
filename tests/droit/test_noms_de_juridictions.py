"""Un nom de juridiction, saisi à la main ou déduit, dit son type, son genre et qui y est saisi."""

import pytest

from generateur.droit.noms_de_juridictions import reconnaitre_juridiction
from generateur.redaction.juridiction import presenter_juridiction


@pytest.mark.parametrize(
    ("nom", "type_"),
    [
        ("Tribunal de commerce de Lyon", "TC"),
        ("tribunal des activités économiques de Paris", "TAE"),
        ("Tribunal mixte de commerce de Basse-Terre", "TMC"),
        ("Le tribunal judiciaire de Lyon", "TJ"),
        ("Pôle civil du tribunal judiciaire de Lyon", "TJ"),
        ("Tribunal de proximité de Villeurbanne", "TJ"),
        ("Chambre commerciale du tribunal judiciaire de Metz", "TJ_CHCOM"),
        ("Chambre de proximité du tribunal judiciaire de Metz", "TJ"),
        ("Juge des contentieux de la protection du tribunal judiciaire de Lyon", "JCP"),
        ("TC Villefranche-Tarare", "TC"),
        ("TAE Lyon", "TAE"),
        ("le TJ de Lyon", "TJ"),
        ("Cour suprême", None),
    ],
)
def test_le_nom_dit_le_type(nom, type_):
    assert reconnaitre_juridiction(nom).type == type_


@pytest.mark.parametrize(
    ("nom", "magistrat", "refere"),
    [
        (
            "TC Villefranche-Tarare",
            "Madame ou Monsieur le Président du TC Villefranche-Tarare",
            "le juge des référés du TC Villefranche-Tarare",
        ),
        (
            "TRIBUNAL DE COMMERCE DE LYON",
            "Madame ou Monsieur le Président du TRIBUNAL DE COMMERCE DE LYON",
            "le juge des référés du TRIBUNAL DE COMMERCE DE LYON",
        ),
        (
            "JCP Lyon",
            "Madame ou Monsieur le JCP Lyon",
            "le JCP Lyon, statuant en référé",
        ),
        (
            "le tribunal de commerce de Lyon",
            "Madame ou Monsieur le Président du tribunal de commerce de Lyon",
            "le juge des référés du tribunal de commerce de Lyon",
        ),
        (
            "Chambre commerciale du tribunal judiciaire de Metz",
            "Madame ou Monsieur le Président de la chambre commerciale du tribunal judiciaire de Metz",
            "le juge des référés de la chambre commerciale du tribunal judiciaire de Metz",
        ),
        (
            "Tribunal de proximité de Villeurbanne",
            "Madame ou Monsieur le juge du tribunal de proximité de Villeurbanne",
            "le juge des référés du tribunal de proximité de Villeurbanne",
        ),
        (
            "Juge des contentieux de la protection de Lyon",
            "Madame ou Monsieur le juge des contentieux de la protection de Lyon",
            "le juge des contentieux de la protection de Lyon, statuant en référé",
        ),
    ],
)
def test_l_acte_s_adresse_a_qui_est_saisi(nom, magistrat, refere):
    presentee = presenter_juridiction((nom,), None)
    assert presentee is not None
    assert (presentee.nom, presentee.magistrat, presentee.refere) == (nom, magistrat, refere)

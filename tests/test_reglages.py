"""Les réglages voyagent : JSON dans les deux sens, pickle, et rien d'ouvert dedans."""

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from generateur.reglages import Reglages, ReglagesLiasse, ReglagesSceau

COMPLETS = Reglages(
    procedure="injonction_de_payer",
    rendu="libreoffice",
    modeles=Path("mes modèles"),
    liasse=ReglagesLiasse(tampon_place="bas_gauche", max_octets=9_000_000, pdfa=True),
    sceau=ReglagesSceau(certificat=Path("étude.p12"), horodatage="https://horodatage.exemple/tsa"),
    ocr=True,
)


@pytest.mark.parametrize("reglages", [Reglages(), COMPLETS])
def test_les_reglages_reviennent_egaux(reglages):
    assert Reglages.model_validate_json(reglages.model_dump_json()) == reglages
    assert pickle.loads(pickle.dumps(reglages)) == reglages  # noqa: S301 (ce que ce test vient d'écrire)


def test_refuse_un_reglage_inconnu():
    with pytest.raises(ValidationError, match="tampon_partout"):
        Reglages.model_validate({"tampon_partout": True})


def test_le_mot_de_passe_ne_voyage_pas():
    assert not [nom for nom in ReglagesSceau.model_fields if "passe" in nom or "cle" in nom]

"""Une pile dans un magasin : entière ou annoncée comme ne l'étant pas, jamais celle d'un autre, rien d'une personne."""

import hashlib
import json

import pytest

from generateur.erreurs import ErreurLecture, ErreurOutilAbsent
from generateur.publication.magasin import Adresse, ErreurConcurrence
from generateur.publication.pile_distante import Copie, PilesDistantes
from tests.outils.serveur_s3 import couper

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SORTIE = Adresse("seau", "sortie")
OU = SORTIE / "_piles" / "etude"
ICI = "sortie/_piles/etude/"
LIASSES = {"R1/R1_liasse.pdf": b"une", "R2/R2_liasse.pdf": b"deux"}


@pytest.fixture
def ranger(magasin_factice, tmp_path):
    """Range une pile « Etude » de ces liasses ; rend ce qui est sous les piles."""
    magasin_factice.objets |= {f"sortie/{cle}": octets for cle, octets in LIASSES.items()}

    def faire(*references, nom="Etude", bordereau=b"bordereau"):
        ici = tmp_path / "ici"
        ici.mkdir(exist_ok=True)
        (ici / "bordereau.csv").write_bytes(bordereau)
        (ici / "remise.json").write_text(json.dumps(references), "utf-8")
        copies = {
            f"{r}_liasse.pdf": Copie(f"{r}/{r}_liasse.pdf", _resumer(LIASSES[f"{r}/{r}_liasse.pdf"]))
            for r in references
        }
        PilesDistantes(OU, SORTIE).publier(nom, ici, copies)
        return magasin_factice.sous(ICI)

    return faire


def _resumer(octets):
    return hashlib.sha256(octets).hexdigest()


def _annonce(magasin, nom="Etude"):
    return json.loads(magasin.objets[f"{ICI}.{nom}.publication.json"])


def _pile(magasin, nom="Etude"):
    return magasin.sous(f"{ICI}{nom}/")


def test_les_liasses_d_abord_remise_ensuite_et_l_annonce_dit_que_c_est_entier(magasin_factice, ranger):
    ranger("R1", "R2")
    assert _pile(magasin_factice) == {
        "R1_liasse.pdf": b"une", "R2_liasse.pdf": b"deux",
        "bordereau.csv": b"bordereau", "remise.json": b'["R1", "R2"]',
    }  # fmt: skip
    annonce = f"{ICI}.Etude.publication.json"
    assert magasin_factice.ecritures[0] == magasin_factice.ecritures[-1] == annonce
    assert magasin_factice.ecritures[-2] == f"{ICI}Etude/remise.json"
    assert _annonce(magasin_factice)["publie"]


def test_ce_qui_n_a_pas_change_n_est_ni_relu_ni_reecrit(magasin_factice, ranger):
    ranger("R1", "R2")
    magasin_factice.ecritures.clear()
    lus = []
    magasin_factice.avant = lambda methode, cle: lus.append(cle) if methode == "GET" and cle else None
    ranger("R1", "R2")
    annonce = f"{ICI}.Etude.publication.json"
    assert magasin_factice.ecritures == [annonce, annonce]
    assert lus == [annonce]


def test_une_liasse_de_moins_s_en_va_et_ce_qu_une_personne_a_mis_reste(magasin_factice, ranger):
    ranger("R1", "R2")
    magasin_factice.objets[f"{ICI}Etude/a moi.txt"] = b"note"
    magasin_factice.objets[f"{ICI}Etude/bordereau.csv"] = b"coche"
    ranger("R2", bordereau=b"autre")
    pile = _pile(magasin_factice)
    assert set(pile) == {
        "R2_liasse.pdf", "bordereau.csv", "remise.json", "a moi.txt",
        f"gardes_a_part/{_resumer(b'coche')[:12]}-bordereau.csv",
    }  # fmt: skip
    assert pile["bordereau.csv"] == b"autre"
    assert pile[f"gardes_a_part/{_resumer(b'coche')[:12]}-bordereau.csv"] == b"coche"


@pytest.mark.parametrize("arret", range(1, 7))
def test_une_commande_morte_n_importe_ou_se_reprend_sans_rien_garder_a_part(magasin_factice, ranger, arret):
    ranger("R1")
    faites = []

    def mourir(methode, _):
        if methode == "PUT":
            faites.append(1)
            if len(faites) >= arret:
                couper()

    magasin_factice.avant = mourir
    try:
        ranger("R2", bordereau=b"autre")
    except (ErreurOutilAbsent, ErreurConcurrence):
        assert not _annonce(magasin_factice)["publie"] or arret == 1
    else:
        assert arret == 6  # elle n'a que cinq écritures à faire
    magasin_factice.avant = lambda *_: None
    ranger("R2", bordereau=b"autre")
    assert _annonce(magasin_factice)["publie"]
    assert _pile(magasin_factice) == {
        "R2_liasse.pdf": b"deux", "bordereau.csv": b"autre", "remise.json": b'["R2"]',
    }  # fmt: skip


def test_une_pile_d_hier_s_en_va_sauf_ce_qu_une_personne_y_a_mis(magasin_factice, ranger):
    ranger("R1", nom="Hier")
    ranger("R1", nom="Avant")
    magasin_factice.objets[f"{ICI}Hier/a moi.txt"] = b"note"
    magasin_factice.objets[f"{ICI}Etrangere/x"] = b"pas de nous"
    ranger("R2")
    PilesDistantes(OU, SORTIE).oter_les_autres({"Etude"})
    restes = {cle for cle in magasin_factice.sous(ICI) if not cle.startswith(("Etude/", ".Etude"))}
    assert restes == {"Hier/a moi.txt", "Etrangere/x"}


def test_le_second_de_deux_rangements_est_refuse_sans_toucher_a_la_pile_du_premier(magasin_factice, ranger):
    def devancer(methode, cle):
        if methode == "PUT" and cle.endswith(".Etude.publication.json"):
            magasin_factice.avant = lambda *_: None
            ranger("R1")

    magasin_factice.avant = devancer
    with pytest.raises(ErreurConcurrence, match="range des piles"):
        ranger("R2")
    assert set(_pile(magasin_factice)) == {"R1_liasse.pdf", "bordereau.csv", "remise.json"}
    assert _annonce(magasin_factice)["publie"]


def test_une_liasse_qui_n_est_plus_celle_du_manifeste_arrete_la_pile(magasin_factice, tmp_path):
    magasin_factice.objets["sortie/R1/R1_liasse.pdf"] = b"retouchee"
    with pytest.raises(ErreurLecture, match="a changé pendant qu'on la rangeait"):
        PilesDistantes(OU, SORTIE).publier(
            "Etude", tmp_path, {"R1_liasse.pdf": Copie("R1/R1_liasse.pdf", _resumer(b"une"))}
        )
    assert _pile(magasin_factice) == {}
    assert not _annonce(magasin_factice)["publie"]

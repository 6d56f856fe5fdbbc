"""Publier sans renommer : le manifeste en dernier, un seul écrivain, et un arrêt n'importe où se reprend sans trace."""

import contextlib
import hashlib
import json

import pytest

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurLecture, ErreurOutilAbsent, ErreurUsage
from generateur.publication.distante import PublicationDistante, rapatrier
from generateur.publication.echange import preparer_publication
from generateur.publication.magasin import Adresse, ErreurConcurrence, Magasin
from tests.outils.serveur_s3 import couper

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SORTIE = Adresse("seau", "sortie")
VERSIONS = {
    "1": {"R1_liasse.pdf": b"liasse 1", "actes/requete.docx": b"requete 1", "pieces/Piece_01.pdf": b"piece"},
    "2": {"R1_liasse.pdf": b"liasse 2", "actes/requete.docx": b"requete 2", "pieces/Piece_02.pdf": b"autre"},
}


def _ecrire(chantier, version):
    for chemin, octets in VERSIONS[version].items():
        (chantier / chemin).parent.mkdir(exist_ok=True)
        (chantier / chemin).write_bytes(octets)
    sommes = {chemin: hashlib.sha256(octets).hexdigest() for chemin, octets in VERSIONS[version].items()}
    manifeste = {
        "reference": "R1",
        "liasse": {"fichier": "R1_liasse.pdf", "sha256": sommes.pop("R1_liasse.pdf"), "pages": 1},
        "pieces": [],
        "autres": [{"fichier": chemin, "sha256": somme} for chemin, somme in sommes.items()],
    }
    (chantier / NOM_MANIFESTE).write_text(json.dumps(manifeste))


def _ouvrir(ou, **reglages):
    ou.mkdir(mode=0o700, exist_ok=True)
    publication = PublicationDistante(Magasin(SORTIE), ou, **reglages)
    publication.amener("R1")
    return publication


def _publier(ou, version, publication=None):
    gardes: list[str] = []
    publication = publication or _ouvrir(ou)
    with preparer_publication(ou, "R1", gardes=gardes, publication=publication) as chantier:
        _ecrire(chantier, version)
    return gardes


def _publie(magasin):
    return {cle: octets for cle, octets in magasin.sous("sortie/R1/").items() if cle != NOM_MANIFESTE}


def test_le_manifeste_est_ecrit_en_dernier(magasin_factice, tmp_path):
    _publier(tmp_path / "m", "1")
    assert _publie(magasin_factice) == VERSIONS["1"]
    du_dossier = [cle for cle in magasin_factice.ecritures if cle.startswith("sortie/R1/")]
    assert du_dossier[-1] == f"sortie/R1/{NOM_MANIFESTE}"
    assert len(du_dossier) == len(set(du_dossier)) == 4  # chaque fichier une fois


def test_une_nouvelle_version_remplace_l_ancienne_sans_rien_en_laisser(magasin_factice, tmp_path):
    _publier(tmp_path / "m", "1")
    assert _publier(tmp_path / "n", "2") == []
    assert _publie(magasin_factice) == VERSIONS["2"]


def test_un_fichier_inchange_n_est_pas_reecrit(magasin_factice, tmp_path):
    _publier(tmp_path / "m", "1")
    magasin_factice.ecritures.clear()
    _publier(tmp_path / "n", "1")
    assert [cle for cle in magasin_factice.ecritures if cle.startswith("sortie/R1/")] == []


def test_le_second_de_deux_ecrivains_est_refuse_sans_avoir_touche_a_rien(magasin_factice, tmp_path):
    premier, second = _ouvrir(tmp_path / "a"), _ouvrir(tmp_path / "b")
    _publier(tmp_path / "a", "1", premier)
    avant = dict(magasin_factice.objets)
    with pytest.raises(ErreurConcurrence, match="une autre commande publie ce dossier"):
        _publier(tmp_path / "b", "2", second)
    assert magasin_factice.objets == avant
    assert second.est_devancee


def test_un_ecrivain_qui_commence_pendant_qu_un_autre_publie_est_refuse(magasin_factice, tmp_path):
    premier, second = _ouvrir(tmp_path / "a"), _ouvrir(tmp_path / "b")
    essais: list[str] = []

    def intercaler(methode, cle):
        if methode == "PUT" and cle.endswith("R1_liasse.pdf") and not essais:
            essais.append(cle)
            with pytest.raises(ErreurConcurrence):
                _publier(tmp_path / "b", "2", second)

    magasin_factice.avant = intercaler
    _publier(tmp_path / "a", "1", premier)
    assert essais
    assert _publie(magasin_factice) == VERSIONS["1"]


def test_lire_pendant_qu_un_autre_commence_nomme_l_autre(magasin_factice, tmp_path, monkeypatch):  # noqa: ARG001
    """Ses premiers fichiers, sans manifeste encore, ne sont pas « autre chose qu'un résultat du programme »."""
    lister = Magasin.lister

    def commencer_puis_lister(magasin, prefixe="", **reglages):
        Magasin(SORTIE).ecrire(".R1.publication.json", b'{"publie": false, "fichiers": {}}', version=None)
        Magasin(SORTIE).ecrire("R1/pieces/Piece_01.pdf", b"piece", version=None)
        return lister(magasin, prefixe, **reglages)

    monkeypatch.setattr(Magasin, "lister", commencer_puis_lister)
    with pytest.raises(ErreurConcurrence, match="autre commande"):
        _ouvrir(tmp_path / "m")


def test_un_manifeste_pose_par_un_autre_outil_arrete_la_publication(magasin_factice, tmp_path):
    publication = _ouvrir(tmp_path / "a")
    magasin_factice.objets[f"sortie/R1/{NOM_MANIFESTE}"] = b"{}"
    with pytest.raises(ErreurConcurrence):
        _publier(tmp_path / "a", "1", publication)
    assert _publie(magasin_factice) == {}


def test_celui_qui_a_perdu_la_main_ne_dit_pas_avoir_publie(magasin_factice, tmp_path):
    premier = _ouvrir(tmp_path / "a")

    def doubler(methode, cle):
        if methode == "PUT" and cle.endswith(NOM_MANIFESTE):
            magasin_factice.objets["sortie/.R1.publication.json"] = b"{}"

    magasin_factice.avant = doubler
    with pytest.raises(ErreurConcurrence):
        _publier(tmp_path / "a", "1", premier)


def _couper_des(magasin, arret):
    """Le réseau est coupé à cette écriture, comptée à partir de 1, et pour toutes les suivantes."""
    rang: list[None] = []

    def arreter(methode, _):
        if methode in {"PUT", "POST", "DELETE"}:
            rang.append(None)
            if len(rang) >= arret:
                couper()

    magasin.avant = arreter


@pytest.mark.parametrize("arret", range(1, 8))
def test_un_arret_n_importe_ou_se_reprend_sans_rien_garder_a_part(magasin_factice, tmp_path, monkeypatch, arret):
    monkeypatch.setattr("generateur.publication.magasin._REPRISES", 0)
    _publier(tmp_path / "m", "1")
    _couper_des(magasin_factice, arret)
    publication = _ouvrir(tmp_path / "n")
    with pytest.raises(Exception, match="magasin"):
        _publier(tmp_path / "n", "2", publication)
    magasin_factice.avant = lambda *_: None
    assert _publier(tmp_path / "o", "2") == []
    assert _publie(magasin_factice) == VERSIONS["2"]


@pytest.mark.parametrize("arret", range(1, 8))
def test_une_premiere_publication_arretee_n_importe_ou_se_reprend(magasin_factice, tmp_path, monkeypatch, arret):
    """Ce qu'elle laisse, sans manifeste, est à nous : le dossier n'en est pas refusé pour toujours."""
    monkeypatch.setattr("generateur.publication.magasin._REPRISES", 0)
    _couper_des(magasin_factice, arret)
    with contextlib.suppress(ErreurOutilAbsent):  # au-delà de ses écritures, rien n'est coupé
        _publier(tmp_path / "n", "1")
    magasin_factice.avant = lambda *_: None
    assert _publier(tmp_path / "o", "1") == []
    assert _publie(magasin_factice) == VERSIONS["1"]


def test_une_reponse_perdue_n_est_pas_un_autre_ecrivain(magasin_factice, tmp_path):
    _publier(tmp_path / "m", "1")
    perdues = set()

    def perdre(methode, cle):
        if methode == "PUT" and (cle, magasin_factice.version(cle)) not in perdues:
            perdues.add((cle, magasin_factice.version(cle)))
            couper()

    magasin_factice.apres = perdre
    assert _publier(tmp_path / "n", "2") == []
    assert len(perdues) == 6  # l'annonce, trois fichiers, le manifeste, l'annonce
    assert _publie(magasin_factice) == VERSIONS["2"]


def test_ce_qu_une_personne_a_mis_ou_change_est_garde_a_part(magasin_factice, tmp_path):
    _publier(tmp_path / "m", "1")
    magasin_factice.objets |= {"sortie/R1/note.txt": b"rappeler", "sortie/R1/actes/requete.docx": "retouché".encode()}
    assert _publier(tmp_path / "n", "2") == ["gardes_a_part/actes/requete.docx", "gardes_a_part/note.txt"]
    assert _publie(magasin_factice) == VERSIONS["2"] | {
        "gardes_a_part/note.txt": b"rappeler",
        "gardes_a_part/actes/requete.docx": "retouché".encode(),
    }


def test_ce_qui_ne_vient_pas_d_ici_n_est_pas_touche(magasin_factice, tmp_path):
    magasin_factice.objets["sortie/R1/precieux.txt"] = b"x"
    with pytest.raises(ErreurUsage, match="rien n'y est effacé"):
        _publier(tmp_path / "m", "1")
    assert magasin_factice.objets == {"sortie/R1/precieux.txt": b"x"}


def test_une_publication_fermee_ne_publie_pas(magasin_factice, tmp_path):
    with pytest.raises(ErreurConcurrence):
        _publier(tmp_path / "m", "1", _ouvrir(tmp_path / "m", est_ouverte=False))
    assert magasin_factice.objets == {}


def test_un_nom_a_la_fois_fichier_et_repertoire_est_refuse(magasin_factice, tmp_path):
    magasin_factice.objets |= {"sortie/R1/a": b"x", "sortie/R1/a/b": b""}
    with pytest.raises(ErreurLecture, match="se disputent"):
        _ouvrir(tmp_path / "m")


def test_un_dossier_trop_lourd_n_est_pas_telecharge(magasin_factice, tmp_path, monkeypatch):
    monkeypatch.setattr("generateur.publication.distante.OCTETS_AU_PLUS", 3)
    magasin_factice.objets["sortie/R1/a"] = b"quatre"
    magasin = Magasin(SORTIE)
    with pytest.raises(ErreurLecture, match="dépasse"):
        rapatrier(magasin, "R1", magasin.lister("R1", au_plus=10), tmp_path)
    assert list(tmp_path.iterdir()) == []

"""Purger nomme d'abord ; rien ne part sans --oui, ni ce qui n'est pas clos, ni ce dont on doute."""

import datetime as dt
import itertools

import pytest

from generateur.erreurs import CodeSortie
from generateur.operations import purge as purges
from generateur.registre.base import ouvrir_base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Plume
from generateur.registre.recherche import lister_affaires
from generateur.surveillance.prive import dossier_de_cache
from tests.outils.registres import JOUR, inscription, produit

ANCIEN = """
reference = "{reference}"
objet = "Fourniture"
[creancier]
denomination = "Atelier Lumen"
[[debiteurs]]
nature = "particulier"
nom = "Tilleul"
prenoms = "Jeanne"
[[factures]]
numero = "F1"
date = 2010-03-01
echeance = 2010-04-01
montant_ttc = "100.00"
{suite}
"""
CLOS = "[suivi]\nclos = { date = 2012-05-01 }"


@pytest.fixture
def bureau(tmp_path, commander, monkeypatch):
    """Un dossier clos depuis longtemps, un qui ne l'est pas, un illisible ; la sortie et le cache à part."""
    monkeypatch.setattr(purges, "dossier_de_cache", lambda: tmp_path / "cache")
    for reference, suite in (("2010-0001", CLOS), ("2010-0002", "")):
        dossier = tmp_path / "dossiers" / reference
        (dossier / "pieces").mkdir(parents=True)
        (dossier / "pieces" / "facture.pdf").write_bytes(b"%PDF")
        (dossier / "dossier.toml").write_text(ANCIEN.format(reference=reference, suite=suite), encoding="utf-8")
    (tmp_path / "dossiers" / "2010-0003").mkdir()
    (tmp_path / "dossiers" / "2010-0003" / "dossier.toml").write_text("x", encoding="utf-8")
    (tmp_path / "cache" / "pieces").mkdir(parents=True)
    (tmp_path / "cache" / "pieces" / "entree").write_bytes(b"copie d'une facture")

    def purger(*arguments):
        return commander("purger", tmp_path / "dossiers", "-o", tmp_path / "sortie", *arguments)

    return purger


def _restants(tmp_path):
    return sorted(p.name for p in (tmp_path / "dossiers").iterdir())


def test_sans_oui_tout_est_nomme_et_rien_ne_part(bureau, tmp_path):
    objet = bureau("--json").objet
    (juge,) = objet["a_purger"]
    assert (juge["reference"], juge["clos_le"], juge["conserve_jusqu_au"]) == ("2010-0001", "2012-05-01", "2021-03-01")
    assert {d["fondement"] for d in juge["delais"]} >= {"C. com., art. L123-22"}
    assert {g["reference"]: g["raison"] for g in objet["gardes"]} == {
        "2010-0002": "non clos",
        "2010-0003": "illisible",
    }
    assert (objet["fait"], objet["supprimes"]) == (False, [])
    assert len(_restants(tmp_path)) == 3
    assert "rien n'est fait : relancer avec --oui" in bureau().sortie


def test_avec_oui_seul_le_dossier_nomme_part_et_c_est_dit(bureau, tmp_path):
    reponse = bureau("--oui")
    assert reponse.code == 0
    assert f"Effacé : {tmp_path.as_posix()}/dossiers/2010-0001" in reponse.sortie
    assert _restants(tmp_path) == ["2010-0002", "2010-0003"]
    assert not list((tmp_path / "cache").rglob("entree"))
    assert bureau("--json").objet["a_purger"] == []


def test_la_sortie_part_avec_le_dossier_mais_pas_celle_d_un_autre(bureau, tmp_path, monkeypatch):
    publie = tmp_path / "sortie" / "2010-0001"
    publie.mkdir(parents=True)
    (publie / "note.txt").write_text("à moi", encoding="utf-8")
    assert not [lieu for lieu in bureau("--json").objet["a_purger"][0]["lieux"] if "/sortie/" in lieu]
    monkeypatch.setattr(purges, "est_de", lambda *_: True)
    assert bureau("--oui").code == 0
    assert not publie.exists()


def test_les_lettres_les_suites_et_les_messages_partent_aussi_mais_pas_ceux_d_un_autre_dossier(bureau, tmp_path):
    """Un dossier payé à l'amiable n'a pas de liasse : ses relances et sa mise en demeure nomment le débiteur."""
    sortie = tmp_path / "sortie"
    for chemin in (
        "2010-0001/relances/relance_1.eml",
        "2010-0001_mise_en_demeure/.inventaire.json",
        "2010-0001_suite_saisie/.inventaire.json",
        "2010-0002/relances/relance_1.eml",
        "2010-0002_suite_saisie/.inventaire.json",
        "2010-0001_suite_signification/note.txt",
    ):
        (sortie / chemin).parent.mkdir(parents=True)
        (sortie / chemin).write_text('{"fichiers": {}}', encoding="utf-8")
    assert bureau("--oui").code == 0
    assert sorted(p.name for p in sortie.iterdir() if not p.name.startswith(".")) == [
        "2010-0001_suite_signification", "2010-0002", "2010-0002_suite_saisie",
    ]  # fmt: skip


def _couper_a(trafic, arret):
    """La commande meurt à ce geste du disque, compté à partir de 1."""
    gestes, renommer = itertools.count(1), purges.Path.rename

    def coupable(vrai):
        def faire(*arguments, **reste):
            if next(gestes) == arret:
                if vrai is not renommer:
                    for liasse in arguments[0].glob("*_liasse.pdf"):  # un effacement s'arrête aussi au milieu
                        liasse.unlink()
                raise KeyboardInterrupt
            return vrai(*arguments, **reste)

        return faire

    trafic.setattr(purges.Path, "rename", coupable(renommer))
    trafic.setattr(purges.shutil, "rmtree", coupable(purges.shutil.rmtree))


def test_une_purge_coupee_n_importe_ou_n_oublie_rien(bureau, tmp_path, monkeypatch):
    """Le dossier part le dernier : sans lui, ce qui en a été produit resterait là sans que rien ne le nomme plus."""
    toml = (tmp_path / "dossiers" / "2010-0001" / "dossier.toml").read_bytes()
    for arret in itertools.count(1):
        (tmp_path / "dossiers" / "2010-0001").mkdir(exist_ok=True)
        (tmp_path / "dossiers" / "2010-0001" / "dossier.toml").write_bytes(toml)
        (tmp_path / "sortie" / "2010-0001" / "relances").mkdir(parents=True)
        pile = tmp_path / "sortie" / "_piles" / "etude" / "SCP-A"
        pile.mkdir(parents=True)
        for nom in ("2010-0001_liasse.pdf", "bordereau_de_remise.pdf"):
            (pile / nom).write_bytes(b"%PDF")
        with monkeypatch.context() as trafic:
            _couper_a(trafic, arret)
            code = bureau("--oui").code
        if code == CodeSortie.FAIT:
            break
        assert code == CodeSortie.INTERROMPU
        assert bureau("--oui").code == CodeSortie.FAIT
        assert _restants(tmp_path) == ["2010-0002", "2010-0003"], arret
        assert not list((tmp_path / "sortie").glob("*2010*")), arret
        assert not list(pile.parent.iterdir()), arret
    assert arret > 9  # trois répertoires, trois gestes chacun


def test_les_piles_ou_il_est_encore_partent_aussi_et_les_autres_restent(bureau, tmp_path):
    """Une pile porte les liasses et les parties : la purge ne laisse pas là ce qu'elle efface ailleurs."""
    piles = tmp_path / "sortie" / "_piles" / "etude"
    for pile, reference in (("SCP-A", "2010-0001"), ("SCP-B", "2010-0002"), ("gardes_a_part/SCP-A", "2010-0001")):
        (piles / pile).mkdir(parents=True)
        (piles / pile / f"{reference}_liasse.pdf").write_bytes(b"%PDF")
        (piles / pile / "remise.json").write_text("{}", encoding="utf-8")
    reponse = bureau("--oui", "--json")
    assert reponse.code == 0
    assert sum("/_piles/" in lieu for lieu in reponse.objet["supprimes"]) == 2
    assert [p.parent.name for p in piles.rglob("remise.json")] == ["SCP-B"]


def test_un_effacement_refuse_est_dit_et_laisse_les_autres_partir(bureau, tmp_path, monkeypatch):
    def refuser(*_):
        raise PermissionError(13, "refusé")

    monkeypatch.setattr(purges.Path, "rename", refuser)
    reponse = bureau("--oui", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert reponse.objet["echecs"][0]["reference"] == "2010-0001"
    assert "2010-0001" in _restants(tmp_path)


def test_une_purge_interrompue_s_acheve_a_la_suivante(bureau, tmp_path, monkeypatch):
    with monkeypatch.context() as trafic:

        def couper(_chemin, **reste):
            if not reste:
                raise KeyboardInterrupt

        trafic.setattr(purges.shutil, "rmtree", couper)
        assert bureau("--oui").code == CodeSortie.INTERROMPU
    assert ".2010-0001.purge" in _restants(tmp_path)
    bureau("--oui")
    assert _restants(tmp_path) == ["2010-0002", "2010-0003"]


def test_deux_dossiers_de_meme_reference_se_gardent(bureau, tmp_path):
    copie = tmp_path / "dossiers" / "copie"
    copie.mkdir()
    copie.joinpath("dossier.toml").write_text(ANCIEN.format(reference="2010-0001", suite=CLOS), encoding="utf-8")
    objet = bureau("--json").objet
    assert [juge["lieux"][0].rpartition("/")[2] for juge in objet["a_purger"]] in ([], ["2010-0001"])
    assert any("autre dossier" in garde["raison"] for garde in objet["gardes"])


def test_un_lien_se_garde(bureau, tmp_path):
    (tmp_path / "dossiers" / "2010-0001").rename(tmp_path / "ailleurs")
    (tmp_path / "dossiers" / "2010-0001").symlink_to(tmp_path / "ailleurs")
    assert bureau("--json").objet["a_purger"] == []


def test_on_ne_purge_pas_d_avance(bureau, tmp_path):
    assert bureau("--au", "2027-06-01", "--json").code == 0
    reponse = bureau("--au", "2027-06-01", "--oui")
    assert reponse.code == CodeSortie.USAGE
    assert len(_restants(tmp_path)) == 3


def test_sans_rien_a_purger_la_commande_le_dit(commander):
    assert commander("purger").code == CodeSortie.USAGE


@pytest.fixture
def adresse(tmp_path):
    """Un registre : une affaire close il y a six ans, d'autres qu'il faut garder."""
    adresse = f"sqlite:///{tmp_path}/registre.sqlite"
    vieux = [Fait("depose", dt.date(2015, 1, 5), mention="vu avec Mme Tilleul"), Fait("clos", dt.date(2019, 1, 5))]
    with ouvrir_base(adresse, creer=True) as base:
        Plume(base).inscrire(
            [
                inscription("2015-jeanne-tilleul", produit(), *vieux, debiteur="Jeanne Tilleul"),
                inscription("non-close", produit(), vieux[0], Fait("paye", dt.date(2015, 2, 5))),
                inscription("rouverte", produit(), *vieux, Fait("rouvert", dt.date(2019, 2, 5))),
                inscription("titre", produit(), *vieux, Fait("signifie", dt.date(2018, 1, 5))),
                inscription("deux-clotures", produit(), *vieux, Fait("clos", dt.date(2018, 1, 5))),
                inscription("apres", produit(), *vieux, Fait("paye", dt.date(2019, 3, 5), {"montant": "1.00"})),
            ],
            JOUR,
        )
    return adresse


def test_le_registre_est_pseudonymise_et_garde_l_histoire(commander, adresse, tmp_path):
    objet = commander("purger", "--registre", adresse, "--json").objet
    assert [juge["reference"] for juge in objet["a_purger"]] == ["2015-jeanne-tilleul"]
    assert {g["reference"]: g["raison"].partition(" ")[0] for g in objet["gardes"]} == {
        "apres": "un", "deux-clotures": "deux", "non-close": "non", "rouverte": "non", "titre": "à",
    }  # fmt: skip
    reponse = commander("registre", "--registre", adresse, "purger", "--oui")
    assert reponse.code == 0
    assert "Pseudonymisée au registre : 2015-jeanne-tilleul" in reponse.sortie
    with ouvrir_base(adresse, creer=False) as base:
        affaires = {a.reference: a for a in lister_affaires(base, JOUR)}
    purgee = affaires["affaire-000001"]
    assert (purgee.etat, purgee.debiteur) == ("purge", "effacé")
    assert [e.fait.nature for e in purgee.evenements] == ["produit", "depose", "clos", "purge"]
    assert len(affaires) == 6
    assert b"illeul" not in (tmp_path / "registre.sqlite").read_bytes().replace(b"vu avec Mme Tilleul", b"")
    assert commander("purger", "--registre", adresse, "--json").objet["a_purger"] == []


def test_le_cache_est_celui_du_programme():
    assert purges.dossier_de_cache is dossier_de_cache

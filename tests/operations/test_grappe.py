"""Une vraie grappe, de vrais processus : l'ordre, les morts bornées, et rien d'un dossier dans ce que Dask montre."""

import datetime as dt
import gc
import os
import shutil
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from generateur.erreurs import ErreurOutilAbsent, ErreurUsage
from generateur.operations import lot
from generateur.operations.executants import choisir_executant, grappe, guichet
from generateur.operations.executants.ordonnanceur import joindre
from generateur.reglages import Reglages, ReglagesSceau, Travail
from tests.operations.ouvriers_factices import grappe_capricieuse

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(sys.platform == "win32", reason="signaux"),
    # la bibliothèque de la grappe laisse au ramasse-miettes la connexion d'un ouvrier tué
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
]
RACINE = Path(__file__).parents[2]
JOUR = dt.date(2026, 11, 21)
CONSIGNE = guichet.Consigne(lot="essai", reglages=Reglages(), jour=JOUR, installation="")


@pytest.fixture(autouse=True)
def _connexions_ramassees():
    """Ici, non dans l'essai d'un autre module, qui n'y est pour rien."""
    yield
    gc.collect()


@pytest.fixture
def grappe_d_essai(socket_enabled, tmp_path):  # noqa: ARG001 (le réseau, pour cette machine seulement)
    environnement = {
        grappe_capricieuse.JOURNAL: str(tmp_path / "journal"),
        "PYTHONPATH": os.pathsep.join([str(RACINE), os.environ.get("PYTHONPATH", "")]),
    }
    with joindre(None, nombre=2, environnement=environnement) as client:
        yield client


def _travaux(*noms):
    return [Travail(source=Path(nom), sortie=Path("s"), jour=JOUR) for nom in noms]


def _accomplir(client, *noms, est_interrompu=lambda: False):
    with closing(grappe.Fenetre(client, CONSIGNE, grappe_capricieuse.accomplir)) as fenetre:
        yield from fenetre.accomplir(_travaux(*noms), est_interrompu)


def test_les_resultats_sortent_dans_l_ordre_des_travaux(grappe_d_essai, monkeypatch):
    monkeypatch.setattr(grappe, "FENETRE", 8)
    monkeypatch.setattr(grappe, "_PAQUET", 3)
    noms = ["lent-1", *(f"bon-{rang}" for rang in range(20)), "lent-2", "bon-fin"]
    assert [r.reference for r in _accomplir(grappe_d_essai, *noms)] == noms


def test_un_dossier_qui_tue_ses_ouvriers_est_refuse_seul_et_la_grappe_continue(grappe_d_essai, tmp_path):
    noms = [
        *(f"bon-{rang}" for rang in range(4)),
        "tue-1",
        *(f"lent-{rang}" for rang in range(4)),
        "fragile-1",
        "leve-1",
    ]
    resultats = list(_accomplir(grappe_d_essai, *noms))
    assert [r.reference for r in resultats if r.etat == "produit"] == [n for n in noms if n not in {"tue-1", "leve-1"}]
    poison, panne = [r for r in resultats if r.etat == "en_echec"]
    assert "fait tomber les ouvriers" in poison.message
    assert resultats.index(poison) == noms.index("tue-1")
    assert "une panne" not in panne.message  # le texte d'une exception peut citer un dossier
    essais = (tmp_path / "journal").read_text("utf-8").split()
    assert essais.count("tue-1") == 4  # deux morts permises dans la foule, puis deux quand il est seul
    assert essais.count("leve-1") == 3  # deux reprises


def test_un_ouvrier_installe_autrement_est_nomme_avant_le_premier_dossier(grappe_d_essai):
    ici = guichet.decrire_installation(Reglages().model_dump_json())
    grappe._exiger_la_meme_installation(grappe_d_essai, Reglages().model_dump_json(), ici)
    with pytest.raises(ErreurUsage, match="n'ont pas la même installation") as refus:
        grappe._exiger_la_meme_installation(grappe_d_essai, Reglages().model_dump_json(), "une autre")
    assert all(adresse in refus.value.message for adresse in grappe_d_essai.scheduler_info()["workers"])


def test_un_ouvrier_installe_autrement_qui_arrive_en_route_est_ecarte_et_son_travail_fait_ailleurs(grappe_d_essai):
    noms = ["bon-1", "ecart-1", "bon-2"]
    assert [r.reference for r in _accomplir(grappe_d_essai, *noms) if r.etat == "produit"] == noms
    assert len(grappe_d_essai.scheduler_info()["workers"]) == 1


def test_interrompu_ce_qui_est_commence_s_acheve_et_le_reste_ne_commence_pas(grappe_d_essai, tmp_path):
    recus = []
    noms = [f"lent-{rang}" for rang in range(40)]
    recus.extend(_accomplir(grappe_d_essai, *noms, est_interrompu=(tmp_path / "journal").exists))
    assert [r.reference for r in recus] == noms[: len(recus)]
    assert 0 < len(recus) < 10


def test_rien_d_un_dossier_n_est_dans_ce_que_l_ordonnanceur_montre(grappe_d_essai):
    def regarder(dask_scheduler):
        taches = [
            [str(cle), repr(tache.run_spec), str(tache.exception_text), str(tache.prefix.name), str(tache.group.name)]
            for cle, tache in dask_scheduler.tasks.items()
        ]
        return repr(taches), repr(list(dask_scheduler._broker._topics)), repr(list(dask_scheduler.transition_log))

    suite = _accomplir(grappe_d_essai, "lent-SECRET-1", "leve-SECRET-2", "lent-SECRET-3")
    next(suite)
    montre = "".join(grappe_d_essai.run_on_scheduler(regarder))
    journaux = repr(grappe_d_essai.get_worker_logs()) + repr(grappe_d_essai.get_scheduler_logs())
    assert "travail-essai-" in montre
    assert "SECRET" not in montre + journaux
    list(suite)


def test_la_grappe_d_ici_n_ecoute_que_cette_machine_et_se_chiffre(grappe_d_essai):
    infos = grappe_d_essai.scheduler_info()
    assert infos["address"].startswith("tls://127.0.0.1:")
    assert all(adresse.startswith("tls://127.0.0.1:") for adresse in infos["workers"])
    assert grappe_d_essai.run_on_scheduler(lambda dask_scheduler: dask_scheduler.allowed_failures) == 1


@pytest.fixture
def exemples(tmp_path):
    for nom in ("2026-0051", "2026-0074", "creanciers"):
        shutil.copytree(RACINE / "dossiers" / nom, tmp_path / "dossiers" / nom)
    return tmp_path / "dossiers"


def _produire(source, sortie, nom, **options):
    executant = choisir_executant(nom, Reglages(), jour=JOUR, demander_mot_de_passe=str, nombre=2, **options)
    return lot.produire_lot(
        source, sortie, jour=JOUR, au=JOUR, reglages=Reglages(), executant=executant, avancer=lambda _: None
    )


def test_dask_et_sequentiel_donnent_les_memes_octets_dans_le_meme_ordre(socket_enabled, tmp_path, exemples):  # noqa: ARG001
    un, deux = (_produire(exemples, tmp_path / nom, nom) for nom in ("sequentiel", "dask"))
    assert [r.model_dump(exclude={"fichier"}) for r in un.dossiers] == [
        r.model_dump(exclude={"fichier"}) for r in deux.dossiers
    ]
    sorties = [
        {p.relative_to(s): p.read_bytes() for p in sorted(s.rglob("*")) if p.is_file()}
        for s in (tmp_path / "sequentiel", tmp_path / "dask")
    ]
    assert sorties[0] == sorties[1]


def test_un_travail_confie_a_d_autres_machines_n_a_que_des_chemins_absolus(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    reglages = Reglages(modeles=Path("m"), formulaire=Path("f.pdf"), sceau=ReglagesSceau(certificat=Path("c.p12")))
    travail = grappe.situer(Travail(source=Path("d/R1"), sortie=Path("s"), jour=JOUR, reglages=reglages))
    assert (travail.source, travail.sortie) == (tmp_path / "d/R1", tmp_path / "s")
    situes = travail.reglages
    assert (situes.modeles, situes.formulaire) == (tmp_path / "m", tmp_path / "f.pdf")
    assert situes.sceau.certificat == tmp_path / "c.p12"
    au_magasin = Travail(
        source=Path("R1/dossier.toml"), sortie=Path(), jour=JOUR, depuis="s3://b/d/R1", vers="s3://b/s"
    )
    assert grappe.situer(au_magasin) == au_magasin


def test_sans_l_extra_le_remede_est_dit(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ErreurOutilAbsent, match="ne sont pas installées") as refus:
        _produire(RACINE / "dossiers", tmp_path, "dask")
    assert "generateur[grappe]" in refus.value.remede


@pytest.mark.parametrize("adresse", ["127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://machine"])
def test_une_adresse_d_ordonnanceur_mal_formee_est_refusee(socket_enabled, tmp_path, adresse):  # noqa: ARG001
    with pytest.raises(ErreurUsage, match="mal formée"):
        _produire(RACINE / "dossiers", tmp_path, "dask", ordonnanceur=adresse)


def test_un_ordonnanceur_sans_grappe_est_refuse(tmp_path):
    with pytest.raises(ErreurUsage, match="n'a pas d'ordonnanceur"):
        _produire(RACINE / "dossiers", tmp_path, "processus", ordonnanceur="tcp://127.0.0.1:8786")


def test_un_ordonnanceur_absent_est_dit_sans_attendre_longtemps(socket_enabled, tmp_path, monkeypatch):  # noqa: ARG001
    monkeypatch.setattr("generateur.operations.executants.ordonnanceur._CONNEXION_S", 1)
    debut = time.monotonic()
    with pytest.raises(ErreurOutilAbsent, match="ne répond pas"):
        _produire(RACINE / "dossiers", tmp_path, "dask", ordonnanceur="tcp://127.0.0.1:1")
    assert time.monotonic() - debut < 30

"""Le service tué pendant qu'il produit, puis relancé : la liasse d'avant est entière, et produire aboutit."""

import signal
import time

import pytest

from tests.page.service_reel import attendre, lancer, ouvrir_service

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DOSSIER = "/dossiers/2026-0042"


def _produire(service):
    assert service.poster(f"{DOSSIER}/produire", {"quoi": "liasse"}).code == 303


def _est_faite(service):
    return 'class="fait"' in service.demander("GET", f"{DOSSIER}/production?morceau=1").texte


def test_le_service_tue_en_pleine_production_garde_la_liasse_d_avant_et_repart(tmp_path):
    sortie = tmp_path / "sortie"
    liasse = sortie / "2026-0042" / "2026-0042_liasse.pdf"
    with ouvrir_service(tmp_path) as service:
        _produire(service)
        assert attendre(lambda: _est_faite(service), 120)
        avant = liasse.read_bytes()
        _produire(service)
        fin = time.monotonic() + 60
        while not list(sortie.glob(".2026-0042.*")) and time.monotonic() < fin:
            time.sleep(0.005)
        service.processus.send_signal(signal.SIGKILL)
        service.processus.wait(timeout=30)
    assert list(sortie.glob(".2026-0042.*"))  # il est bien mort au milieu
    assert liasse.read_bytes() == avant
    relance = lancer(tmp_path)
    try:
        relance.entrer()
        page = relance.demander("GET", f"{DOSSIER}/production").texte
        assert "En cours" not in page
        assert "Ouvrir la liasse" in page
        _produire(relance)
        assert attendre(lambda: _est_faite(relance), 120)
        assert liasse.read_bytes() == avant
        assert not list(sortie.glob(".2026-0042.*"))
    finally:
        relance.processus.send_signal(signal.SIGINT)
        relance.processus.wait(timeout=60)
        relance.processus.stdout.close()

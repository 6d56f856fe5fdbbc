"""Un lot lancé par la commande, dans son processus, sur quelques dossiers d'exemple ; ce qu'il publie."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RACINE = Path(__file__).parents[2]
MODELE = "2026-0051"
REFERENCES = tuple(f"{MODELE}-{rang}" for rang in range(5))


def fabriquer_dossiers(racine: Path, references: Sequence[str] = REFERENCES) -> Path:
    """Le même dossier d'exemple sous chacune de ces références, et le profil qu'ils citent."""
    shutil.copytree(RACINE / "dossiers/creanciers", racine / "creanciers")
    for reference in references:
        shutil.copytree(RACINE / "dossiers" / MODELE, racine / reference)
        saisie = racine / reference / "dossier.toml"
        saisie.write_text(saisie.read_text("utf-8").replace(MODELE, reference), encoding="utf-8")
    return racine


def lancer_lot(source: Path, sortie: Path, *options: object) -> "subprocess.Popen[str]":
    """La commande « lot », dans sa propre session."""
    commande = [sys.executable, "-m", "generateur", "lot", source, "-o", sortie, "--au", "2026-11-21", "--json"]
    return subprocess.Popen(
        [str(mot) for mot in (*commande, *options)], cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def finir_lot(processus: "subprocess.Popen[str]") -> tuple[int, Any, str]:
    """Le code, l'objet JSON (None s'il n'y en a pas), les messages."""
    resultat, messages = processus.communicate(timeout=300)
    return processus.returncode, json.loads(resultat) if resultat else None, messages


def lire_octets(sortie: Path) -> dict[Path, bytes]:
    """Chaque fichier publié de ces dossiers."""
    return {
        p.relative_to(sortie): p.read_bytes()
        for reference in REFERENCES
        for p in sorted((sortie / reference).rglob("*"))
        if p.is_file()
    }


def attendre(condition: Callable[[], object], delai: float = 120.0) -> None:
    """Jusqu'à ce que ce soit vrai ; échoue après `delai` secondes."""
    fin = time.monotonic() + delai
    while not condition():
        assert time.monotonic() < fin, "trop long"
        time.sleep(0.02)

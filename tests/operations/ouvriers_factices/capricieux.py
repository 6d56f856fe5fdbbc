"""Un ouvrier de test : répond, meurt, pend ou se tue selon le nom du dossier ; note chaque dossier qu'il reçoit."""

import json
import os
import signal
import sys
import time
from pathlib import Path

journal = Path(sys.argv[1])
for ligne in sys.stdin:
    travail = json.loads(ligne)
    nom = Path(travail["source"]).name
    with journal.open("a", encoding="utf-8") as flux:
        flux.write(f"{nom}\n")
    if nom.startswith("tue") or (nom.startswith("fragile") and journal.read_text("utf-8").count(nom) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if nom.startswith("sort"):
        sys.exit(3)
    if nom.startswith("lent"):
        time.sleep(0.2)
    sys.stdout.write(json.dumps({"reference": nom, "etat": "produit", "code": 0}) + "\n")
    sys.stdout.flush()

"""Un guichet de test pour une vraie grappe : tue l'ouvrier, tarde, échoue ou répond, selon le nom du dossier."""

import json
import os
import signal
import time
from pathlib import Path

from distributed import get_worker

from generateur.operations.executants.guichet import Pli, Reponse
from generateur.reglages import Resultat

JOURNAL = "JOURNAL_DE_TEST"


def accomplir(consigne, travail):  # noqa: ARG001 (même forme que le vrai guichet)
    nom = Path(json.loads(travail.contenu)["source"]).name
    journal = Path(os.environ[JOURNAL])
    with journal.open("a", encoding="utf-8") as flux:
        flux.write(f"{nom}\n")
    if nom.startswith("tue") or (nom.startswith("fragile") and journal.read_text("utf-8").split().count(nom) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if nom.startswith("ecart") and journal.read_text("utf-8").split().count(nom) == 1:
        return Pli(Reponse(ecart=get_worker().address).model_dump_json())
    if nom.startswith("leve"):
        raise RuntimeError("une panne qui n'est pas du dossier")
    if nom.startswith("lent"):
        time.sleep(0.5)
    return Pli(Reponse(resultat=Resultat(reference=nom, etat="produit", code=0)).model_dump_json())

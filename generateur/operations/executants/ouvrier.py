"""Le programme d'un ouvrier : un travail par ligne, un résultat par ligne, les moteurs gardés chauds entre deux.

Ctrl-C s'adresse au parent ; la fin de l'entrée (le parent fini ou tué) arrête l'ouvrier après le dossier en main.
"""

import datetime as dt
import json
import os
import signal
import sys

from generateur.erreurs import ErreurGenerateur
from generateur.operations.droit_ajoute import ouvrir_droit
from generateur.operations.outillage import munir_de_sceau, ouvrir_moteurs
from generateur.operations.travail import echouer
from generateur.operations.travail_distant import enchainer
from generateur.reglages import Reglages, Travail

VARIABLE_MOT_DE_PASSE = "GENERATEUR_MOT_DE_PASSE_CERTIFICAT"


def servir(reglages: Reglages, jour: dt.date) -> None:
    """Accomplit les travaux de l'entrée jusqu'à sa fin."""
    reponses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # ce qu'une bibliothèque imprimerait ne doit pas se mêler aux résultats
    with ouvrir_droit(), ouvrir_moteurs(reglages.rendu, ocr=reglages.ocr, coeurs=1) as moteurs:
        munis, panne = moteurs, None
        try:
            munis = munir_de_sceau(moteurs, reglages, jour=jour, demander_mot_de_passe=_lire_mot_de_passe)
        except ErreurGenerateur as erreur:  # dit dossier par dossier : le parent l'a vérifié avant, il a changé depuis
            panne = erreur
        travaux = (Travail.model_validate_json(ligne) for ligne in sys.stdin.buffer)
        for resultat in (echouer(t.source, panne) for t in travaux) if panne else enchainer(travaux, munis):
            reponses.write(resultat.model_dump_json().encode() + b"\n")
            reponses.flush()


def _lire_mot_de_passe() -> str:
    return os.environ.get(VARIABLE_MOT_DE_PASSE, "")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _reglages, _jour = json.loads(sys.argv[1])
    servir(Reglages.model_validate_json(_reglages), dt.date.fromisoformat(_jour))

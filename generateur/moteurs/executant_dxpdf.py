"""Le processus exécutant du moteur embarqué : lit des demandes, écrit des PDF, ne charge que dxpdf et ce qui l'achève.

Lancé comme un script, sans le paquet : une ligne JSON par demande sur l'entrée, une par réponse sur la
sortie. Il meurt avec son entrée, et de lui-même si une conversion dépasse le temps que le parent lui
accorde. Ce qui achève un PDF (un module voisin, donné par son chemin) se fait ici : plusieurs actes avancent ensemble.
"""

import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable

Achever = Callable[[bytes], bytes]
_MEMOIRE = 4 * 1024**3  # un acte en demande cent fois moins


def servir(dossiers: str, delai: int, finition: str = "") -> None:
    """Répond aux demandes jusqu'à la fin de l'entrée ; le délai est en secondes par document.

    `dossiers` : où sont les bibliothèques. `finition` : « chemin du module:fonction » appliquée à chaque PDF ; vide,
    il reste tel que le moteur l'écrit.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C s'adresse au parent, qui nous arrêtera
    reponses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # ce que le moteur écrirait sur la sortie ne doit pas se mêler aux réponses
    sys.path[:0] = dossiers.split(os.pathsep)
    import dxpdf  # noqa: PLC0415 - le chemin vient d'être posé

    achever = _charger(finition) if finition else None
    _borner_memoire()

    for ligne in sys.stdin:
        source, cible = json.loads(ligne)
        if hasattr(signal, "alarm"):
            signal.alarm(delai)
        reponses.write(json.dumps(_convertir(dxpdf.convert, achever, source, cible)) + "\n")
        reponses.flush()
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _borner_memoire() -> None:
    """Un document piégé fait tomber l'exécutant, jamais la machine ; là où le système s'y prête."""
    try:
        import resource  # noqa: PLC0415 - absent de Windows

        _, plafond = resource.getrlimit(resource.RLIMIT_AS)
        borne = _MEMOIRE if plafond == resource.RLIM_INFINITY else min(_MEMOIRE, plafond)
        resource.setrlimit(resource.RLIMIT_AS, (borne, plafond))
    except (ImportError, ValueError, OSError):
        return


def _charger(finition: str) -> Achever:
    chemin, _, nom = finition.rpartition(":")
    fiche = importlib.util.spec_from_file_location("finition", chemin)
    module = importlib.util.module_from_spec(fiche)  # type: ignore[arg-type]  # un fichier .py a toujours sa fiche
    fiche.loader.exec_module(module)  # type: ignore[union-attr]
    achever: Achever = getattr(module, nom)
    return achever


def _convertir(convertir: object, achever: Achever | None, source: str, cible: str) -> str | int:
    """Convertit un fichier ; rend la raison de l'échec, vide si le PDF est écrit, un errno si le disque refuse."""
    try:
        with open(source, "rb") as fichier:  # noqa: PTH123 - pathlib coûte au démarrage
            octets = convertir(fichier.read())  # type: ignore[operator]
    except Exception as erreur:  # noqa: BLE001 - toute panne du moteur doit revenir au parent, qui la nommera
        return f"{type(erreur).__name__} : {erreur}"
    if achever is not None:
        try:
            octets = achever(octets)
        except Exception as erreur:  # noqa: BLE001 - de même
            return f"son PDF ne se relit pas ({erreur})"
    try:
        with open(cible, "wb") as fichier:  # noqa: PTH123
            fichier.write(octets)
    except OSError as erreur:
        return erreur.errno or 0
    return ""


if __name__ == "__main__":
    servir(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])

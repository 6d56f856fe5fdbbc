"""Les arrêts demandés (Ctrl-C, fin de session, arrêt de la machine), écoutés dès la première ligne du programme.

Rien de lourd ne s'importe ici : ce qui précède `ecouter_les_arrets` répondrait par une trace. Le premier arrêt lève
KeyboardInterrupt, jamais au milieu d'un geste qui en sortirait à moitié fait (un import, un enfant qu'on lance, un
rappel dont Python avale les exceptions) : il attend la fin du geste. Levé et avalé par une bibliothèque, il l'est de
nouveau. Pendant que la ligne de commande se charge, rien n'est commencé ; un second arrêt n'attend plus : dans les deux
cas, la phrase et la sortie, aussitôt ; de même si un import, sur une machine chargée, n'en finit pas.
"""

import atexit
import os
import sys
import time

TYPE_CHECKING = False  # celui de « typing » coûterait à lui seul plus que tout le reste
if not TYPE_CHECKING:
    import _signal as signal  # le même, sans les noms que « signal » charge : le temps d'un Ctrl-C sans réponse
else:
    import signal
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, NoReturn, TypeVar

    _Fonction = TypeVar("_Fonction", bound=Callable[..., Any])

CODE_INTERROMPU = 130
INTERROMPU = "commande interrompue ; ce qui était en cours n'est pas publié ; ce qui l'était déjà est intact."

_REPRISE_S = 0.02  # un geste à laisser finir
_PATIENCE_S = 0.5  # pour un import
_CONTROLE_S = 0.25  # le temps qu'un arrêt remonte avant qu'on regarde s'il remonte encore
_SIGNAUX = ("SIGINT", "SIGTERM", "SIGHUP")  # les deux derniers, absents ou sans effet sous Windows
_IMPORT, _GESTE = "import", "geste"
_RAPPELS = ("weakref.py", "_weakrefset.py")  # une exception y serait affichée puis oubliée
_GESTES: "set[CodeType]" = set()


def d_un_seul_geste(fonction: "_Fonction") -> "_Fonction":
    """Un premier arrêt attend la fin de cette fonction, brève : elle prend ce qu'il faut pouvoir rendre."""
    _GESTES.add(fonction.__code__)
    return fonction


class _Arrets:
    """Ce qui a été demandé, et ce qu'on en a fait ; tout se passe dans le fil principal."""

    def __init__(self) -> None:
        self.est_ecoutee = False
        self.est_commencee = False
        self.est_finie = False
        self.est_demandee = False
        self.est_pressee = False
        self.depuis = 0.0
        self.patience: Callable[[], None] | None = None
        self.rangements: list[Callable[[], None]] = []

    def recevoir(self, _numero: int, trame: "FrameType | None") -> None:
        """Un arrêt de l'extérieur."""
        if self.est_finie:
            if self.est_pressee:  # la sortie s'éternise
                os._exit(CODE_INTERROMPU)
            self.est_pressee = True  # la commande a rendu son résultat, il ne reste qu'à sortir
            return
        if not self.est_commencee or self.est_demandee:
            partir()
        if self.patience is not None:
            patience, self.patience = self.patience, None
            patience()
            return
        self.est_demandee = True
        self.depuis = time.monotonic()
        self._lever(trame)

    def revenir(self, _numero: int, trame: "FrameType | None") -> None:
        """Le réveil posé par `_lever` : reprend un arrêt qui attendait, ou qui s'est perdu."""
        if self.est_finie or not self.est_demandee:
            return
        if _remonte():
            self.reveiller(_CONTROLE_S)
        else:
            self._lever(trame)

    def reveiller(self, delai: float) -> None:
        """Revient dans ce délai ; sans réveil (Windows), un arrêt perdu le reste, et le suivant arrête tout."""
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, delai)

    def _lever(self, trame: "FrameType | None") -> None:
        interrompu = _lire_geste(trame)
        if interrompu == _IMPORT and time.monotonic() - self.depuis > _PATIENCE_S:
            partir()
        if interrompu and hasattr(signal, "setitimer"):
            self.reveiller(_REPRISE_S)
            return
        self.reveiller(_CONTROLE_S)
        raise KeyboardInterrupt

    def signaler_perte(self, perdue: "sys.UnraisableHookArgs") -> None:
        """Une exception que Python ne peut pas lever : un arrêt se reprend, le reste se dit comme d'ordinaire."""
        if perdue.exc_type is KeyboardInterrupt and self.est_commencee:
            self.reveiller(_REPRISE_S)
        else:
            sys.__unraisablehook__(perdue)


_ARRETS = _Arrets()


def ecouter_les_arrets() -> None:
    """Prend les signaux d'arrêt, sauf ceux que le lanceur a fait ignorer (une tâche de fond, « nohup »)."""
    for nom in _SIGNAUX:
        numero = getattr(signal, nom, None)
        if numero is not None and signal.getsignal(numero) is not signal.SIG_IGN:
            signal.signal(numero, _ARRETS.recevoir)
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _ARRETS.revenir)
    sys.unraisablehook = _ARRETS.signaler_perte
    atexit.register(_ignorer)  # l'interpréteur qui se défait rendrait aux signaux leur effet ordinaire
    _ARRETS.est_ecoutee = True


def commencer() -> None:
    """La commande commence : un arrêt la laisse désormais ranger ce qu'elle a pris."""
    _ARRETS.est_commencee, _ARRETS.est_finie, _ARRETS.est_demandee = True, False, False


def finir() -> None:
    """La commande a fini, ou son échec va être dit : un arrêt de plus n'y change rien."""
    _ARRETS.est_finie = True
    if _ARRETS.est_ecoutee:
        _ARRETS.reveiller(0)


def attendre_un_arret(noter: "Callable[[], None] | None") -> None:
    """Un premier arrêt appellera seulement `noter`, bref et qui n'imprime que par `ecrire` ; None : plus maintenant."""
    _ARRETS.patience = noter


def ranger_avant_de_partir(rangement: "Callable[[], None]") -> None:
    """À faire même quand un arrêt n'attend plus que la commande range elle-même."""
    _ARRETS.rangements.append(rangement)


def partir() -> "NoReturn":
    """La phrase et la sortie, sans attendre personne."""
    _ignorer()
    for rangement in _ARRETS.rangements:
        try:
            rangement()
        except Exception:  # noqa: BLE001, S112 (on part : ce qui n'est pas rangé le sera par la commande suivante)
            continue
    if "--json" in sys.argv:
        ecrire(_OBJET, descripteur=1)
    ecrire(f"Erreur : {INTERROMPU}\n")
    os._exit(CODE_INTERROMPU)


def _ignorer() -> None:
    for nom in (*_SIGNAUX, "SIGALRM"):
        if hasattr(signal, nom):
            signal.signal(getattr(signal, nom), signal.SIG_IGN)


def ecrire(texte: str, *, descripteur: int = 2) -> None:
    """Écrit sans passer par un flux : celui que le signal a coupé refuserait."""
    try:
        os.write(descripteur, texte.encode())
    except OSError:
        return  # personne n'écoute


def _lire_geste(trame: "FrameType | None") -> str:
    """Ce qui est à finir dans le code interrompu : un import, un de nos gestes, un rappel qui avale tout, ou rien."""
    trouve = ""
    while trame is not None:
        code = trame.f_code
        if code in _GESTES:
            return _GESTE
        if code.co_filename.startswith("<frozen importlib"):
            trouve = _IMPORT
        elif code.co_name == "__del__" or code.co_filename.endswith(_RAPPELS):
            trouve = trouve or _GESTE
        trame = trame.f_back
    return trouve


def _remonte() -> bool:
    """Vrai si l'arrêt levé remonte encore : ce qui tourne est le rangement de ceux qu'il traverse."""
    erreur = sys.exc_info()[1]
    while erreur is not None:
        if isinstance(erreur, KeyboardInterrupt):
            return True
        erreur = erreur.__context__
    return False


# tel que « commandes/sortie_json » l'écrit ; ni lui ni json ne se chargent au milieu d'un chargement
_OBJET = f"""{{
  "erreur": {{
    "code": {CODE_INTERROMPU},
    "type": "ErreurInterruption",
    "message": "{INTERROMPU}",
    "lieu": "",
    "remede": ""
  }}
}}
"""

"""Ce qui s'exécute chez un ouvrier de la grappe : un pli arrive, un poste l'accomplit, une réponse repart.

Un pli est opaque : ni l'ordonnanceur, ni ses journaux, ni son tableau de bord n'en montrent rien. Rien n'est levé : une
exception y porterait le contenu d'un dossier.
"""

import datetime as dt
import os
import signal
import threading
from collections import OrderedDict

from pydantic import BaseModel, ConfigDict

from generateur.erreurs import ErreurGenerateur
from generateur.operations.droit_ajoute import ouvrir_droit
from generateur.operations.empreintes import resumer_installation
from generateur.operations.executants.poste_ouvrier import DELAI_DOSSIER_S, Poste, embaucher, situer_programme
from generateur.operations.outillage import ouvrir_moteurs
from generateur.reglages import Reglages, Resultat, Travail

_LOTS_AU_PLUS = 2  # postes gardés par fil : celui d'un lot abandonné finit par partir

_verrou = threading.Lock()
_arretes: set[str] = set()
_postes: dict[int, "OrderedDict[str, Poste]"] = {}


class Consigne(BaseModel):
    """Ce qui est commun à tous les travaux d'un lot ; `installation` : ce dont les octets produits dépendent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lot: str
    reglages: Reglages
    jour: dt.date
    installation: str
    delai_dossier_s: float = DELAI_DOSSIER_S


class Reponse(BaseModel):
    """Le résultat, ou pourquoi il n'y en a pas.

    `ecart` : l'adresse de l'ouvrier, s'il n'est pas installé comme le poste qui lance le lot ; `panne` : ce qui l'a
    empêché de commencer, d'un mot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    resultat: Resultat | None = None
    ecart: str = ""
    panne: str = ""


class Pli:
    """Un travail fermé : du JSON, que rien n'imprime en chemin."""

    __slots__ = ("contenu",)

    def __init__(self, contenu: str) -> None:
        self.contenu = contenu

    def __repr__(self) -> str:
        return "<pli>"


def dask_setup(_ouvrier: object) -> None:
    """Appelé par Dask dans un ouvrier d'ici qui naît : Ctrl-C au terminal ne s'adresse qu'au poste qui lance."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def accomplir_pli(consigne: Pli, travail: Pli) -> Pli:
    """La réponse à ce travail. Ne lève rien."""
    try:
        reponse = _accomplir(Consigne.model_validate_json(consigne.contenu), travail.contenu)
    except Exception as erreur:  # noqa: BLE001 (le texte d'une exception passerait par l'ordonnanceur)
        reponse = Reponse(panne=type(erreur).__name__)
    return Pli(reponse.model_dump_json())


def _accomplir(consigne: Consigne, contenu: str) -> Reponse:
    from distributed import get_worker  # noqa: PLC0415 (facultatif)

    poste = _prendre_poste(consigne)
    if poste is None:
        return Reponse(ecart=str(get_worker().address))
    return Reponse(resultat=poste.accomplir(Travail.model_validate_json(contenu)))


def _prendre_poste(consigne: Consigne) -> Poste | None:
    """Le poste de ce fil pour ce lot, ouvert au premier travail ; None si les octets ne seraient pas les mêmes ici."""
    with _verrou:
        du_fil = _postes.setdefault(threading.get_ident(), OrderedDict())
        if poste := du_fil.get(consigne.lot):
            du_fil.move_to_end(consigne.lot)
            return poste
    if decrire_installation(consigne.reglages.model_dump_json()) != consigne.installation:
        return None
    environnement = os.environ | situer_programme()
    poste = Poste(lambda: embaucher(consigne.reglages, consigne.jour, environnement), consigne.delai_dossier_s)
    with _verrou:
        du_fil[consigne.lot] = poste
        anciens = [du_fil.popitem(last=False)[1] for _ in range(len(du_fil) - _LOTS_AU_PLUS)]
        if consigne.lot in _arretes:
            anciens.append(du_fil.pop(consigne.lot))
    for ancien in anciens:
        ancien.arreter()
    return poste


def decrire_installation(reglages: str) -> str:
    """L'empreinte de ce dont les octets produits dépendent ici ; vide si ces réglages ne peuvent pas servir."""
    lus = Reglages.model_validate_json(reglages)
    try:
        with ouvrir_droit(), ouvrir_moteurs(lus.rendu, ocr=lus.ocr, coeurs=0) as moteurs:
            return resumer_installation(lus, moteurs.empreintes())
    except (ErreurGenerateur, OSError):
        return ""


def congedier(lot: str) -> None:
    """Arrête ici les postes de ce lot, même au travail : plus rien n'en est en marche."""
    with _verrou:
        _arretes.add(lot)
        postes = [poste for du_fil in _postes.values() if (poste := du_fil.pop(lot, None))]
    for poste in postes:
        poste.arreter()

"""Le tableau de bord dressé du registre : les mêmes chiffres, d'après l'extrait gardé à la dernière inscription."""

import datetime as dt
from pathlib import Path

from generateur.erreurs import ErreurLecture
from generateur.lecture.socle import DossierLu
from generateur.operations.echeances_proches import EcheanceProche
from generateur.operations.extrait_dossier import relire_extrait
from generateur.operations.portefeuille import Ecarte, Portefeuille
from generateur.operations.tableau_de_bord import (
    HORIZON_JOURS,
    Tableau,
    dresser_portefeuille,
    exiger_un_dossier,
)
from generateur.registre.adresse import dire_adresse, fichier_de
from generateur.registre.base import Base, ouvrir_base
from generateur.registre.recherche import lire_echeances, lire_extraits


def dresser_tableau_du_registre(url: str, *, jour: dt.date, au: dt.date | None) -> Tableau:
    """Le tableau des affaires de ce registre, arrêté à `au`, à défaut `jour` ; celles qui sont purgées n'y sont plus.

    Les réglages (provisions.toml, chiffre_affaires.toml) sont lus à côté du fichier du registre ; pour un serveur,
    dans le répertoire courant. Lève ErreurLecture si rien n'y entre, ou si l'un d'eux est en défaut.
    """
    le = au or jour
    with ouvrir_base(url, creer=False) as base:
        portefeuille, echeances = _lire_portefeuille(base), _lire_echeances(base, le)
        lieu, fichier = dire_adresse(base.adresse), fichier_de(base.adresse)
    exiger_un_dossier(portefeuille, lieu)
    lues = {lu.dossier.reference for lu in portefeuille.lus}
    proches = tuple(echeance for echeance in echeances if echeance.reference in lues)
    racine = fichier.parent if fichier else Path()
    return dresser_portefeuille(portefeuille, lieu, racine, au=le, echeances=proches)


def _lire_portefeuille(base: Base) -> Portefeuille:
    lus, ecartes = [], []
    for reference, extrait in lire_extraits(base):
        if extrait:
            lus.append(DossierLu(relire_extrait(extrait), Path(reference), Path(reference), {}))
        else:
            ecartes.append(Ecarte(Path(reference), _dire_sans_extrait(reference)))
    return Portefeuille(tuple(lus), tuple(ecartes))


def _dire_sans_extrait(reference: str) -> ErreurLecture:
    return ErreurLecture(
        "le registre n'a pas encore les sommes de ce dossier",
        lieu=reference,
        remede="Les lui donner avec « generateur registre inscrire ».",
    )


def _lire_echeances(base: Base, au: dt.date) -> list[EcheanceProche]:
    """Les dates à tenir dans les trente jours, jour du tableau compris."""
    return [EcheanceProche(*echeance) for echeance in lire_echeances(base, au, au + dt.timedelta(days=HORIZON_JOURS))]

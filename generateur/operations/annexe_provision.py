"""L'annexe de provision et de passage en perte, pour le comptable : un document Word et son PDF par créancier."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generateur.calculs.irrecouvrable import CreanceAJustifier, preparer_annexe
from generateur.calculs.provision import relever_perdues
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir
from generateur.operations.contexte_amiable import composer_amiable
from generateur.operations.outillage import Moteurs
from generateur.operations.production import ouvrir_ecritoire
from generateur.operations.tableau_de_bord import Tableau
from generateur.procedures.socle import Acte
from generateur.publication.fichier_demande import ecrire_fichier_demande, est_un_document_intact
from generateur.redaction.actes import ecrire_actes
from generateur.redaction.annexe_provision import champs_de_l_annexe
from generateur.reglages import Reglages
from generateur.surveillance.provisoires import repertoire_provisoire

ANNEXE = Acte("annexe", "Créances douteuses et irrécouvrables", "provisions/annexe", place="interne")
_LONGUEUR_NOM = 40


@dataclass(frozen=True)
class _DeCreancier:
    """Ce qu'un créancier provisionne ou perd."""

    nom: str
    dossier: Dossier  # le premier, dont viennent ses coordonnées
    retenues: tuple[CreanceAJustifier, ...]


def ecrire_annexes(
    tableau: Tableau, bareme: str, repertoire: Path, *, reglages: Reglages, moteurs: Moteurs
) -> tuple[Path, ...]:
    """Écrit dans ce répertoire l'annexe de chaque créancier qui a quelque chose à provisionner.

    Lève ErreurDroitManquant si les règles ne sont pas connues à cette date, ErreurModele, ErreurUsage si un fichier de
    ce nom a été modifié, ErreurEcriture.
    """
    ecrites: list[Path] = []
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    for creancier in _grouper(tableau):
        champs = champs_de_l_annexe(creancier.retenues, bareme, tableau.au)
        _, contexte = composer_amiable(creancier.dossier, tableau.au)
        complet = replace(contexte, reference=f"{creancier.nom}, {tableau.au:%d/%m/%Y}", complement=dict(champs))
        nom = f"annexe_{_nommer(creancier.nom)}_{tableau.au.isoformat()}"
        with repertoire_provisoire() as provisoire:
            (acte,) = ecrire_actes({ANNEXE: provisoire / nom}, complet, ecritoire, tableau.au)
            for fichier in (acte.docx, acte.pdf):
                cible = repertoire / fichier.name
                ecrire_fichier_demande(cible, fichier.read_bytes(), _est_des_notres)
                ecrites.append(cible)
    return tuple(ecrites)


def _grouper(tableau: Tableau) -> Iterator[_DeCreancier]:
    par_nom: dict[str, list[Dossier]] = {}
    for dossier in sorted(tableau.suivis, key=lambda d: (aplatir(d.debiteur.nom_complet), d.reference)):
        par_nom.setdefault(dossier.creancier.nom_complet, []).append(dossier)
    for nom in sorted(par_nom):
        retenues = tuple(_retenir(par_nom[nom], tableau))
        if retenues:
            yield _DeCreancier(nom, par_nom[nom][0], retenues)


def _retenir(dossiers: Sequence[Dossier], tableau: Tableau) -> Iterator[CreanceAJustifier]:
    for dossier in dossiers:
        siennes = [c for c in tableau.creances if c.reference == dossier.reference]
        perdues = relever_perdues(dossier, tableau.au, tableau.bareme)
        if retenue := preparer_annexe(dossier, siennes, tableau.au, perdues):
            yield retenue


def _nommer(nom: str) -> str:
    """Un nom de fichier sûr, sans accent ni espace."""
    return re.sub(r"[^a-z0-9]+", "_", aplatir(nom)).strip("_")[:_LONGUEUR_NOM] or "creancier"


def _est_des_notres(octets: bytes) -> bool:
    """Le PDF se refait toujours ; le Word, seulement si personne ne l'a modifié."""
    return octets.startswith(b"%PDF") or est_un_document_intact(octets)

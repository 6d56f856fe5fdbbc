"""La chaîne : du fichier de dossier à la liasse publiée, étape par étape.

Tout le programme se lit ici de haut en bas ; chaque étape est un paquet.
"""

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from generateur.contrats import MoteurRendu
from generateur.erreurs import ErreurProcedure
from generateur.operations.en_tete import preparer_assemblage, resumer_etude
from generateur.operations.etude import Etude, etudier_dossier, refuser_si_besoin
from generateur.operations.mise_en_liasse import (
    Etabli,
    annoter_fiche,
    garder_originaux,
    intercaler_gardes,
    mettre_en_liasse,
    preparer_pieces,
    sceller_liasse,
)
from generateur.operations.outillage import Moteurs
from generateur.procedures.socle import BORDEREAU_COMPLEMENTAIRE, COUVERTURE
from generateur.publication.communiquees import date_de_depot, emporter
from generateur.publication.echange import preparer_publication
from generateur.publication.empreintes import resumer_entrees
from generateur.publication.inventaire import dresser_manifeste
from generateur.publication.journal import ecrire_journal
from generateur.publication.manifeste import Manifeste, ecrire_manifeste
from generateur.redaction.actes import Ecritoire
from generateur.redaction.composition import Matiere
from generateur.redaction.fiche import dresser_fiche
from generateur.redaction.gabarits import ouvrir_bibliotheque
from generateur.reglages import Reglages
from generateur.surveillance.provisoires import repertoire_provisoire


def produire_dossier(
    source: Path, sortie: Path, *, jour: dt.date, au: dt.date | None, reglages: Reglages, moteurs: Moteurs
) -> Manifeste:
    """Produit le dossier complet ; n'écrit rien dans sortie si une étape échoue.

    Lève toute fille d'ErreurGenerateur ; les constats d'un refus sont dans l'erreur.
    """
    with repertoire_de_travail(sortie) as provisoire:
        outils = replace(moteurs.pieces, fonds=moteurs.pieces.fonds.le_temps_d_une_production(provisoire / "fonds"))
        etude = etudier_dossier(
            source,
            jour=jour,
            au=au,
            procedure=reglages.procedure,
            outils=outils,
            renumeroter=reglages.renumeroter,
            est_a_preparer=True,
            sortie=sortie,
        )
        refuser_si_besoin(etude, projet=reglages.projet)
        return _publier(etude, sortie, provisoire, reglages, replace(moteurs, pieces=outils))


def _publier(etude: Etude, sortie: Path, provisoire: Path, reglages: Reglages, moteurs: Moteurs) -> Manifeste:
    matiere = rassembler_matiere(etude, projet=reglages.projet, moteur=moteurs.rendu)
    if reglages.sans_couverture:
        matiere = retirer_couverture(matiere)
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    # relevé avant d'écrire : une pièce changée pendant la production rendra la liasse périmée, non « à jour »
    entrees = resumer_entrees(etude.lu, etude.espece.au, reglages, moteurs.empreintes(), etude.registre)
    depot = date_de_depot(etude.dossier)
    garder = partial(emporter, registre=etude.registre, depot=depot)
    with preparer_publication(sortie, etude.dossier.reference, emporter=garder) as chantier:
        pieces = preparer_pieces(etude.bordereau, etude.lu.racine, provisoire, moteurs.pieces, reglages)
        if reglages.intercalaires and pieces:
            pieces = intercaler_gardes(pieces, matiere, ecritoire, provisoire)
        assemblage = preparer_assemblage(
            reglages, etude.dossier.reference, pieces, est_scellee=moteurs.scelleur is not None
        )
        faite = mettre_en_liasse(annoter_fiche(matiere, pieces), pieces, Etabli(chantier, ecritoire, assemblage))
        faite = sceller_liasse(faite, moteurs.scelleur, reglages.liasse, etude.dossier.creancier.domicile.commune)
        garder_originaux(pieces, chantier)
        total = etude.espece.decompte.total
        ecrire_journal(etude.registre, etude.ecarts, etude.bordereau, chantier, au=etude.espece.au, total=total)
        manifeste = dresser_manifeste(resumer_etude(etude, reglages, moteurs.rendu, entrees), faite, chantier)
        ecrire_manifeste(manifeste, chantier)
    return manifeste


def ouvrir_ecritoire(reglages: Reglages, moteurs: Moteurs) -> Ecritoire:
    """Les modèles choisis et les moteurs qui les rendent."""
    return Ecritoire(ouvrir_bibliotheque(reglages.modeles), moteurs.rendu, moteurs.pieces.bureautique)


def rassembler_matiere(etude: Etude, *, projet: bool, moteur: MoteurRendu) -> Matiere:
    """Ce que les actes impriment. L'étude doit avoir retenu une procédure."""
    procedure = etude.decision.retenue
    if procedure is None:
        raise ErreurProcedure("aucune procédure n'est retenue", constats=etude.constats)
    nom_moteur = f"{moteur.nom} {moteur.disponibilite().version}".strip()
    fiche = dresser_fiche(
        etude.espece,
        etude.decision,
        etude.constats_durables,
        etude.verdict,
        nom_moteur,
        depot=etude.depot,
        communiquee_le=etude.communiquee_le,
    )
    if etude.ajoutees:
        procedure = replace(procedure, actes=(*procedure.actes, BORDEREAU_COMPLEMENTAIRE))
    return Matiere(
        etude.espece,
        procedure,
        etude.bordereau,
        fiche,
        projet=projet,
        communiquee_le=etude.communiquee_le,
        ajoutees=etude.ajoutees,
    )


def retirer_couverture(matiere: Matiere) -> Matiere:
    """La même matière, sans l'acte de couverture : la liasse s'ouvre sur son bordereau."""
    actes = tuple(acte for acte in matiere.procedure.actes if acte is not COUVERTURE)
    return replace(matiere, procedure=replace(matiere.procedure, actes=actes))


@contextlib.contextmanager
def repertoire_de_travail(sortie: Path) -> Iterator[Path]:
    """Le répertoire de travail d'une production, privé, dans la sortie : les papiers du débiteur ne la quittent pas.

    La sortie créée pour lui disparaît avec lui si rien n'y est publié ; si elle ne peut l'être, il est ailleurs.
    """
    est_neuve = not sortie.exists()
    with contextlib.suppress(OSError):  # la publication dira ce que le disque reproche
        sortie.mkdir(parents=True, exist_ok=True)
    try:
        with repertoire_provisoire(sortie if os.access(sortie, os.W_OK) and sortie.is_dir() else None) as provisoire:
            yield provisoire
    finally:
        if est_neuve:
            with contextlib.suppress(OSError):  # elle n'est pas vide : quelque chose y a été publié
                sortie.rmdir()

"""La chaîne : du fichier de dossier à la liasse publiée, étape par étape.

Tout le programme se lit ici de haut en bas ; chaque étape est un paquet.
"""

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from generateur.contrats import MoteurRendu
from generateur.controles.catalogue import constater
from generateur.controles.groupes import regrouper
from generateur.domaine.langue import pluriel
from generateur.erreurs import ErreurProcedure
from generateur.liasse.formulaire_pdf import Remplissage
from generateur.operations.empreintes import resumer_entrees
from generateur.operations.en_tete import preparer_assemblage, resumer_etude
from generateur.operations.etude import Etude, etudier_dossier
from generateur.operations.formulaires import joindre_formulaires, trouver_vierge
from generateur.operations.inventaire import FORMULAIRE_REMPLI, dresser_manifeste
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
from generateur.operations.progression import Avancer, Etape, taire
from generateur.operations.refus_etude import refuser_si_besoin
from generateur.procedures.socle import BORDEREAU_COMPLEMENTAIRE, COUVERTURE, FORMULAIRE, Acte, Procedure
from generateur.publication.communiquees import date_de_depot, emporter
from generateur.publication.contrat_publication import Publication
from generateur.publication.echange import preparer_publication
from generateur.publication.journal import ecrire_journal
from generateur.publication.manifeste import Manifeste, ecrire_manifeste
from generateur.redaction.actes import Ecritoire
from generateur.redaction.composition import Matiere
from generateur.redaction.fiche import dresser_fiche
from generateur.redaction.formulaires import choisir_formulaires
from generateur.redaction.gabarits import ouvrir_bibliotheque
from generateur.reglages import Reglages
from generateur.surveillance.provisoires import repertoire_provisoire


def produire_dossier(
    source: Path,
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    moteurs: Moteurs,
    publication: Publication | None = None,
    est_balayee: bool = False,
    avancer: Avancer = taire,
) -> Manifeste:
    """Produit le dossier complet ; n'écrit rien dans sortie si une étape échoue.

    `publication` : où publier, quand sortie n'est que le miroir d'un magasin. `est_balayee` : la sortie vient d'être
    débarrassée de ce que des commandes mortes y ont laissé ; le refaire à chaque dossier d'un lot la ferait relire
    autant de fois qu'elle a de dossiers. `avancer` est appelé au début de chaque étape.

    Lève toute fille d'ErreurGenerateur ; les constats d'un refus sont dans l'erreur.
    """
    with repertoire_de_travail(sortie, est_balayee=est_balayee) as provisoire:
        avancer(Etape.ETUDE)
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
            copies=provisoire / "sources",
        )
        refuser_si_besoin(etude, projet=reglages.projet)
        lieux = Lieux(sortie, etude.dossier.reference, provisoire, publication=publication, est_balayee=est_balayee)
        matiere = rassembler_matiere(etude, projet=reglages.projet, moteur=moteurs.rendu)
        return publier_liasse(etude, matiere, lieux, reglages, replace(moteurs, pieces=outils), avancer=avancer)


@dataclass(frozen=True)
class Lieux:
    """Où publier, sous quel nom, et où travailler ; `garde` : les liasses déjà communiquées suivent la nouvelle."""

    sortie: Path
    nom: str
    provisoire: Path
    garde: bool = True
    publication: Publication | None = None
    est_balayee: bool = False


def publier_liasse(
    etude: Etude, matiere: Matiere, lieux: Lieux, reglages: Reglages, moteurs: Moteurs, *, avancer: Avancer = taire
) -> Manifeste:
    """Actes, pièces, liasse et manifeste de cette matière, publiés ensemble sous `lieux.nom`."""
    provisoire = lieux.provisoire
    if reglages.sans_couverture:
        matiere = retirer_couverture(matiere)
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    vierge = trouver_vierge(matiere, etude.lu.racine, reglages.formulaire)
    # des copies figées, comme tout le reste : une pièce changée depuis rendra la liasse périmée, non « à jour »
    entrees = resumer_entrees(
        etude.lu,
        etude.espece.au,
        reglages,
        moteurs.empreintes(),
        etude.registre,
        racine=etude.racine_des_pieces,
        sommes=etude.sommes,
    )
    depot = date_de_depot(etude.dossier)
    garder = partial(emporter, registre=etude.registre, depot=depot) if lieux.garde else None
    gardes: list[str] = []
    with preparer_publication(
        lieux.sortie,
        lieux.nom,
        emporter=garder,
        gardes=gardes,
        publication=lieux.publication,
        est_balayee=lieux.est_balayee,
    ) as chantier:
        avancer(Etape.PIECES)
        pieces = preparer_pieces(etude, provisoire, moteurs.pieces, reglages)
        if reglages.intercalaires and pieces:
            pieces = intercaler_gardes(pieces, matiere, ecritoire, provisoire)
        assemblage = preparer_assemblage(
            reglages, etude.dossier.reference, pieces, est_scellee=moteurs.scelleur is not None
        )
        faite = mettre_en_liasse(
            annoter_fiche(matiere, pieces),
            pieces,
            Etabli(chantier, ecritoire, assemblage, moteurs.pieces.atelier, avancer),
        )
        avancer(Etape.PUBLICATION)
        etude = noter_remplissage(etude, joindre_formulaires(matiere, chantier / "actes", vierge))
        faite = sceller_liasse(faite, moteurs.scelleur, reglages.liasse, etude.dossier.creancier.domicile.commune)
        garder_originaux(pieces, chantier)
        total = etude.espece.decompte.total
        ecrire_journal(etude.registre, etude.ecarts, etude.bordereau, chantier, au=etude.espece.au, total=total)
        manifeste = dresser_manifeste(resumer_etude(etude, reglages, moteurs.rendu, entrees), faite, chantier)
        manifeste = ecrire_manifeste(manifeste, chantier)
    return manifeste.model_copy(update={"gardes_a_part": tuple(gardes)})


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
        regrouper(etude.constats_durables),
        etude.verdict,
        nom_moteur,
        depot=etude.depot,
        communiquee_le=etude.communiquee_le,
        signaux=etude.signaux,
    )
    if not choisir_formulaires(etude.espece, procedure):
        procedure = retirer_acte(procedure, FORMULAIRE)
    procedure = procedure.garder_les_actes_utiles(etude.dossier)
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
    return replace(matiere, procedure=retirer_acte(matiere.procedure, COUVERTURE))


def noter_remplissage(etude: Etude, remplissage: Remplissage | None) -> Etude:
    """La même étude, qui dit ce que le formulaire donné a reçu et ce qui y reste à remplir à la main."""
    if remplissage is None:
        return etude
    remplis, laisses = len(remplissage.remplis), len(remplissage.laisses)
    constat = constater(
        "FORMULAIRE_REMPLI",
        f"formulaire : {pluriel(remplis, 'champ reconnu et rempli', 'champs reconnus et remplis')}, "
        f"{pluriel(laisses, 'champ de texte laissé', 'champs de texte laissés')} en blanc",
        lieu=f"actes/{FORMULAIRE_REMPLI}",
        remede="Relire chaque case et compléter les autres d'après actes/formulaire.pdf.",
    )
    return replace(etude, releves=(*etude.releves, constat))


def retirer_acte(procedure: Procedure, retire: Acte) -> Procedure:
    """La même procédure, sans cet acte."""
    return replace(procedure, actes=tuple(acte for acte in procedure.actes if acte != retire))


@contextlib.contextmanager
def repertoire_de_travail(sortie: Path, *, est_balayee: bool = False) -> Iterator[Path]:
    """Le répertoire de travail d'une production, privé, dans la sortie : les papiers du débiteur ne la quittent pas.

    La sortie créée pour lui disparaît avec lui si rien n'y est publié ; si elle ne peut l'être, il est ailleurs.
    """
    est_neuve = not sortie.exists()
    with contextlib.suppress(OSError):  # la publication dira ce que le disque reproche
        sortie.mkdir(parents=True, exist_ok=True)
    try:
        ou = sortie if os.access(sortie, os.W_OK) and sortie.is_dir() else None
        with repertoire_provisoire(ou, est_balaye=est_balayee) as provisoire:
            yield provisoire
    finally:
        if est_neuve:
            with contextlib.suppress(OSError):  # elle n'est pas vide : quelque chose y a été publié
                sortie.rmdir()

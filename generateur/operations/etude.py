"""L'étude d'un dossier : lu, contrôlé, chiffré, sa procédure choisie ; rien n'est encore écrit.

Ne charge ni docxtpl ni bibliothèque PDF d'assemblage : verifier, choisir et chiffrer répondent tout de suite.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generateur.calculs.arrete import restreindre
from generateur.calculs.conduite import Conduite, conduire_apres_depot
from generateur.calculs.decompte import Decompte, chiffrer
from generateur.calculs.interets import LigneInteret
from generateur.calculs.naissance import est_partage, factures_poursuivables, perimetre_naturel
from generateur.calculs.taux_lus import TauxLu, lire_taux_employe
from generateur.controles.catalogue import adoucir, constater
from generateur.controles.chronologie import CODES_DU_JOUR
from generateur.controles.competence import chercher_juridiction
from generateur.controles.contexte import Contexte
from generateur.controles.droit_employe import ajouts_employes, nommer_tables
from generateur.controles.droit_employe import controler as controler_droit
from generateur.controles.groupes import ordonner
from generateur.controles.pieces import chemins_cites
from generateur.controles.tous import controler_commun
from generateur.domaine.bordereau import Bordereau, dresser_bordereau
from generateur.domaine.chemins import fichiers_designes
from generateur.domaine.constat import Constat, Verdict, verdict
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import enumerer
from generateur.domaine.signal_de_poursuite import Signal
from generateur.domaine.socle import ZERO
from generateur.droit.ajouts import Ajout
from generateur.erreurs import ErreurLecture
from generateur.lecture.blocs import BlocIncomplet
from generateur.lecture.socle import NOM_DOSSIER, DossierLu, lire_dossier, lister_lecteurs
from generateur.lecture.synonymes import Lecture
from generateur.moteurs.polices import signes_absents
from generateur.operations import ecarts_factures
from generateur.operations.conflits import constater_conflits_restants
from generateur.operations.connaissances import rassembler_connaissances
from generateur.operations.ecarts_servis import constater_ecarts
from generateur.operations.outillage import OutilsPieces
from generateur.pieces.copies_figees import sommes_des_copies
from generateur.pieces.emplacement import lister_presents
from generateur.pieces.inspection import inspecter
from generateur.procedures.choix import Decision, choisir_procedure, constater_choix
from generateur.procedures.enjeu import constater_enjeu
from generateur.procedures.repertoire import lister_procedures, trouver_procedure
from generateur.procedures.socle import Espece, Procedure, somme_des_frais
from generateur.publication.communiquees import Servi, date_de_depot, lire_servi
from generateur.publication.ecarts import Ecart, comparer
from generateur.publication.numeros_servis import Registre, numeros_a_garder

CODE_NOM = "NOM_DU_REPERTOIRE"  # ni celui-ci : il ne tient qu'au lieu où l'on produit
CODE_OUBLI = "FICHIER_NON_CITE"  # un fichier que rien ne cite n'est pas une entrée de la liasse
_SIGNES_MONTRES = 5


@dataclass(frozen=True)
class Etude:
    """Un dossier lu, chiffré, contrôlé, et la procédure choisie."""

    lu: DossierLu
    espece: Espece
    decision: Decision
    bordereau: Bordereau
    releves: tuple[Constat, ...]  # leurs commandes visent CE_DOSSIER
    registre: Registre | None = None
    ecarts: tuple[Ecart, ...] = ()
    servi: Servi | None = None
    signaux: tuple[Signal, ...] = ()  # pour la fiche interne seule
    copies: Path | None = None
    sommes: Mapping[Path, str] = field(default_factory=dict)  # l'empreinte de chaque copie figée, prise à l'examen

    @property
    def racine_des_pieces(self) -> Path:
        """Où lire les pièces : leurs copies figées si l'étude en a fait, sinon le dossier."""
        return self.copies or self.lu.racine

    @property
    def dossier(self) -> Dossier:
        """Le dossier étudié."""
        return self.lu.dossier

    @property
    def depot(self) -> dt.date | None:
        """Le jour du dépôt de cette demande ; None si elle ne l'est pas, ou si c'est par une autre voie."""
        return None if self.est_autre_voie else date_de_depot(self.dossier)

    @property
    def conduite(self) -> Conduite | None:
        """Que faire ensuite de ce dossier, d'après son dernier événement ; None avant le dépôt."""
        return conduire_apres_depot(self.dossier, self.espece.au, self.depot)

    @property
    def est_autre_voie(self) -> bool:
        """Vrai si la procédure retenue n'est pas celle de la liasse déposée."""
        retenue = self.decision.retenue
        return self.servi is not None and self.servi.est_autre(retenue.nom if retenue else None)

    @property
    def communiquee_le(self) -> dt.date | None:
        """Le jour de la dernière communication pour cette demande, None si rien n'est parti."""
        return self.registre.derniere.le if self.registre and not self.est_autre_voie else None

    @property
    def ajoutees(self) -> frozenset[str]:
        """Les numéros des pièces arrivées depuis cette communication."""
        if self.communiquee_le is None:
            return frozenset()
        return frozenset(ecart.numero for ecart in self.ecarts if ecart.genre == "ajoutee")

    @property
    def constats(self) -> tuple[Constat, ...]:
        """Les constats à montrer : leurs commandes se recopient telles quelles."""
        chemin = self.lu.racine.as_posix()
        return tuple(constat.pour(f'"{chemin}"' if " " in chemin else chemin) for constat in self.releves)

    @property
    def constats_durables(self) -> tuple[Constat, ...]:
        """Les constats à publier : mêmes entrées, mêmes octets, quels que soient le jour et le lieu où l'on produit."""
        gardes = (constat for constat in self.releves if constat.code not in CODES_DU_JOUR | {CODE_OUBLI, CODE_NOM})
        return tuple(constat.pour(self.dossier.reference) for constat in gardes)

    @property
    def droit_ajoute(self) -> tuple[Ajout, ...]:
        """Les valeurs de droit ajoutées par l'utilisateur dont ce dossier dépend."""
        return ajouts_employes(self.tables_employees, self.espece.au)

    @property
    def tables_employees(self) -> tuple[str, ...]:
        """Les tables de droit dont ce dossier dépend."""
        tables = self.decision.retenue.tables if self.decision.retenue else ()
        return nommer_tables(self.dossier, self.espece.decompte, tables)

    @property
    def verdict(self) -> Verdict:
        """pret, a_completer ou irrecevable."""
        return verdict(self.constats)


def etudier_dossier(
    source: Path,
    *,
    jour: dt.date,
    au: dt.date | None = None,
    procedure: str | None = None,
    outils: OutilsPieces | None = None,
    renumeroter: bool = False,
    est_a_preparer: bool = False,
    sortie: Path | None = None,
    copies: Path | None = None,
) -> Etude:
    """Lit, contrôle, choisit et chiffre, sans rien écrire ; `renumeroter` oublie les numéros déjà communiqués.

    `est_a_preparer` : les pièces PDF sont préparées du même geste, et attendent dans le fonds des outils. `sortie` :
    où chercher la liasse d'un dossier déposé dont les numéros n'ont pas été retenus. `copies` : où figer les pièces,
    qui ne sont ensuite lues que là.

    Lève ErreurLecture, ErreurDroitManquant, ErreurUsage ; tout défaut du dossier est un constat.
    """
    lu = lire_dossier(source)
    dossier = lu.dossier
    servi = lire_servi(lu.racine, lu.dossier, sortie)
    registre, arrete = servi.registre, servi.arreter(dossier, au=au, jour=jour, procedure=procedure)
    fichiers = inspecter(
        lu.racine,
        _chemins_a_inspecter(dossier),
        moteur_bureautique=outils.bureautique if outils else None,
        atelier=outils.atelier if outils else None,
        fonds=outils.fonds if outils else None,
        est_a_preparer=est_a_preparer,
        copies=copies,
    )
    racine = copies or lu.racine
    voulue = trouver_procedure(procedure) if procedure and est_partage(dossier) else None
    decompte = chiffrer(dossier, arrete, perimetre=voulue.perimetre if voulue else None)
    espece = _situer(dossier, arrete, decompte)
    decision = choisir_procedure(espece, procedure)
    demande = decision.retenue.dossier_demande(dossier) if decision.retenue else dossier
    if demande != dossier:
        decompte = chiffrer(demande, arrete, perimetre=decompte.perimetre)
    contexte = Contexte(arrete, jour, fichiers, decompte)
    communs = controler_commun(dossier, contexte)
    communs = _adoucir_selon_la_voie(communs, decision.retenue)
    if decision.retenue:
        if decision.retenue.saisit_juridiction and espece.competence.manque:
            raise espece.competence.manque
        espece = _situer(dossier, arrete, _chiffrer_avec_frais(dossier, arrete, decision.retenue))
    propres = (
        (*constater_enjeu(espece, decision.retenue), *decision.retenue.controler(espece)) if decision.retenue else ()
    )
    droit = controler_droit(dossier, contexte, decision.retenue.tables if decision.retenue else ())
    if decision.retenue:
        montre = restreindre(dossier, arrete, decision.retenue.perimetre)
        espece = replace(espece, dossier=montre)
    servis = numeros_a_garder(registre, dossier, racine) if registre and not renumeroter else {}
    bordereau = dresser_bordereau(espece.dossier, servis)
    ecarts = comparer(registre, bordereau, racine) if registre else ()
    sues = rassembler_connaissances(lu, jour)
    ecrits = ecarts_factures.constater_ecarts(dossier, racine, fichiers)
    suite = constater_ecarts(ecarts, dossier, sont_retenus=servi.sont_retenus)
    appris = (*_constater_ajouts(lu), *suite, *ecrits, *sues.constats)
    constats = ordonner((*communs, *constater_choix(decision), *propres, *droit, *appris))
    etude = Etude(lu, espece, decision, bordereau, constats, registre, ecarts, servi=servi, copies=copies)
    return replace(etude, signaux=sues.signaux, sommes=sommes_des_copies(fichiers, copies))


def _constater_ajouts(lu: DossierLu) -> tuple[Constat, ...]:
    """Ce que seule la lecture sait : blocs laissés de côté, signes sans dessin, fichiers oubliés, conflits gardés."""
    return (
        *map(_constater_bloc, lu.incomplets),
        *map(_constater_lecture, lu.lectures),
        *_constater_signes(lu.dossier),
        *_constater_oublis(lu),
        *_constater_nom(lu),
        *_constater_conflits(lu),
    )


def _constater_nom(lu: DossierLu) -> Iterator[Constat]:
    """Une copie de répertoire garde la référence de l'original : le lot refuserait l'une des deux."""
    nom, reference = lu.racine.resolve().name, lu.dossier.reference
    if lu.source.stem == NOM_DOSSIER and nom.casefold() != reference.casefold():
        yield constater(
            CODE_NOM,
            f"le répertoire s'appelle « {nom} », la référence est {reference}.",
            lieu="reference",
            remede="Rien à faire si c'est voulu ; si c'est une copie, donnez-lui sa propre référence.",
        )


def _constater_conflits(lu: DossierLu) -> list[Constat]:
    """Ce que l'importation et une personne disent différemment ; une origine abîmée se dira en réimportant."""
    try:
        return constater_conflits_restants(lu.racine, lambda: _relire(lu.source))
    except ErreurLecture:
        return []


def _relire(source: Path) -> Mapping[str, Any]:
    """Les valeurs telles que saisies, sans rien valider."""
    return lister_lecteurs()[source.suffix.lower()].lire(source).donnees


def _constater_bloc(bloc: BlocIncomplet) -> Constat:
    cles = enumerer([f"« {cle} »" for cle in bloc.cles])
    manquent = "manque" if len(bloc.cles) == 1 else "manquent"
    return constater(
        "BLOC_INCOMPLET",
        f"« {bloc.lieu} » est laissé de côté, comme s'il n'était pas écrit : {cles} y {manquent}.",
        lieu=bloc.lieu,
        remede=f"Dans ce bloc, ajoutez :\n{bloc.exemple}",
    )


def _constater_lecture(lecture: Lecture) -> Constat:
    return constater(
        "SAISIE_NORMALISEE",
        f"« {lecture.ecrit} » a été lu comme « {lecture.lu} ».",
        lieu=lecture.lieu,
        remede=f"Rien à faire si c'est bien cela ; le mot du format est « {lecture.lu} ».",
    )


def _adoucir_selon_la_voie(constats: Sequence[Constat], procedure: Procedure | None) -> tuple[Constat, ...]:
    """Une prescription proche n'arrête pas l'assignation, qui l'interrompt : à chaque voie ses attentes."""
    codes = procedure.n_attend_pas if procedure else frozenset()
    return tuple(adoucir(constat) if constat.code in codes else constat for constat in constats)


# Les chemins ne s'impriment pas : le bordereau donne le titre d'une pièce, et le relevé ce qu'une relance a dit.
_JAMAIS_IMPRIMES: Any = {"pieces": {"__all__": {"fichier", "mot_de_passe"}}, "relances": {"__all__": {"fichier"}}}


def _constater_signes(dossier: Dossier) -> tuple[Constat, ...]:
    """Les polices des actes ne dessinent pas toutes les écritures : un signe blanc dans un acte se dit avant."""
    absents = signes_absents(dossier.model_dump_json(exclude=_JAMAIS_IMPRIMES))
    if not absents:
        return ()
    liste = enumerer([f"« {signe} »" for signe in absents[:_SIGNES_MONTRES]])
    return (
        constater(
            "SIGNE_SANS_DESSIN",
            f"les polices des actes ne dessinent pas {liste} : ces signes y resteraient blancs",
            remede="Écrire ces noms en lettres latines, comme au registre du commerce.",
            gravite="a_completer" if any(signe.isalnum() for signe in absents) else "avertissement",
        ),
    )


def _constater_oublis(lu: DossierLu) -> tuple[Constat, ...]:
    """Un fichier rangé dans pieces/ et cité nulle part n'entrerait pas dans la liasse, sans un mot."""
    cites = fichiers_designes(lu.dossier)
    oublies = [chemin for chemin in lister_presents(lu.racine) if chemin not in cites]
    if not oublies:
        return ()
    return (
        constater(
            "FICHIER_NON_CITE",
            f"rangés dans pieces/ mais cités nulle part, donc absents de la liasse : {enumerer(oublies)}.",
            lieu="pieces",
            remede="Citez chaque fichier à sa place (facture, livraison, relance…), ou ajoutez :\n"
            f'[[pieces]]\ntitre = "…"\nfichier = {json.dumps(oublies[0], ensure_ascii=False)}',
        ),
    )


def _chemins_a_inspecter(dossier: Dossier) -> list[tuple[str, str | None]]:
    mots_de_passe: dict[str, str | None] = {piece.fichier: piece.mot_de_passe for piece in dossier.pieces}
    chemins = dict.fromkeys(chemin for _, chemin in chemins_cites(dossier))
    return [(chemin, mots_de_passe.get(chemin)) for chemin in chemins]


def _situer(dossier: Dossier, au: dt.date, decompte: Decompte) -> Espece:
    return Espece(dossier, au, decompte, chercher_juridiction(dossier, au, decompte.total))


def _chiffrer_avec_frais(dossier: Dossier, au: dt.date, procedure: Procedure) -> Decompte:
    complement = procedure.complement_de(dossier)
    demande = procedure.dossier_demande(dossier)
    return chiffrer(demande, au, somme_des_frais(complement), complement.hors_facture, procedure.perimetre)


@dataclass(frozen=True)
class Chiffrage:
    """Le décompte de la voie naturelle et, quand un jugement partage les créances, celui de l'autre part."""

    dossier: Dossier
    decompte: Decompte
    autre: Decompte | None = None

    def lire_taux(self, ligne: LigneInteret) -> TauxLu | None:
        """Le taux publié d'où vient celui de cette ligne ; None quand le contrat le fixe."""
        return lire_taux_employe(self.dossier, ligne)


def chiffrer_dossier(source: Path, *, jour: dt.date, au: dt.date | None = None) -> Chiffrage:
    """Le chiffrage seul, que le dossier soit en état ou non ; frais saisis compris, hors déclaration.

    `autre` : les créances nées après le jugement d'ouverture, à côté de celles qui se déclarent.
    """
    dossier = lire_dossier(source).dossier
    arrete = au or dossier.arrete_au(jour)
    perimetre = perimetre_naturel(dossier)
    declare = perimetre == "declaration"
    complements = [p.complement_de(dossier) for p in lister_procedures() if (p.perimetre == "declaration") is declare]
    frais = [f for complement in complements for f in somme_des_frais(complement)]
    hors_facture = sum((complement.hors_facture for complement in complements), ZERO)
    decompte = chiffrer(dossier, arrete, frais, hors_facture, perimetre)
    if not declare or not any(factures_poursuivables(dossier)):
        return Chiffrage(dossier, decompte)
    return Chiffrage(dossier, decompte, chiffrer(dossier, arrete, perimetre="poursuite"))

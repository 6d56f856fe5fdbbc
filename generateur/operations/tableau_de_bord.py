"""Le tableau de bord d'une suite de dossiers : qui doit combien, depuis quand, ce qui rentre, que provisionner.

Les sommes viennent des dossiers lus et d'eux seuls. Ce qui ne peut y entrer est nommé avec sa raison.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from generateur.calculs.delais_clients import Mois, Ventes
from generateur.calculs.etapes import RecouvreParEtape, recouvrer_par_etape
from generateur.calculs.indicateurs import Indicateur, calculer_indicateurs
from generateur.calculs.provision import (
    POUR_CENT,
    Creance,
    HorsSommes,
    Tranche,
    cle_de,
    dire_sortie,
    dresser_tranches,
    relever_creances,
)
from generateur.domaine.arrondi import arrondir
from generateur.domaine.dossier import Dossier
from generateur.domaine.provisions import BaremeProvisions, ChiffreAffaires
from generateur.domaine.socle import ZERO
from generateur.erreurs import ErreurLecture
from generateur.lecture.blocs import BlocIncomplet
from generateur.lecture.comptabilite_toml import lire_bareme, lire_ventes
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.operations.echeances_proches import EcheanceProche, relever_proches
from generateur.operations.portefeuille import Ecarte, Lire, Portefeuille, lire_portefeuille

HORIZON_JOURS = 30
_SOMMES = frozenset({"factures", "avoirs", "paiements"})  # un bloc incomplet y fausserait les sommes


@dataclass(frozen=True)
class LigneBalance:
    """Une tranche de la balance âgée."""

    tranche: Tranche
    creances: int
    montant: Decimal
    part: Decimal
    base_ht: Decimal
    provision: Decimal


@dataclass(frozen=True)
class Groupe:
    """Un débiteur, ou un créancier : ses dossiers, ses créances, ses indicateurs."""

    nom: str
    references: tuple[str, ...]
    creances: tuple[Creance, ...]
    balance: tuple[LigneBalance, ...]
    indicateurs: tuple[Indicateur, ...]

    def valeur(self, cle: str) -> Decimal:
        """La valeur de cet indicateur, zéro s'il ne se calcule pas."""
        return next((i.valeur for i in self.indicateurs if i.cle == cle and i.valeur is not None), ZERO)


@dataclass(frozen=True)
class Tableau:
    """Tout ce que le tableau dit, à `au` compris ; `fichier_bareme` None : le barème du programme."""

    au: dt.date
    source: str
    dossiers: int
    creances: tuple[Creance, ...]
    balance: tuple[LigneBalance, ...]
    indicateurs: tuple[Indicateur, ...]
    etapes: tuple[RecouvreParEtape, ...]
    debiteurs: tuple[Groupe, ...]
    creanciers: tuple[Groupe, ...]
    echeances: tuple[EcheanceProche, ...]
    dehors: tuple[HorsSommes, ...]
    ecartes: tuple[Ecarte, ...]
    bareme: BaremeProvisions
    fichier_bareme: Path | None
    suivis: tuple[Dossier, ...] = ()  # ceux dont la créance est encore au créancier

    @property
    def est_partiel(self) -> bool:
        """Vrai si un dossier au moins n'a pas pu entrer dans les sommes."""
        return bool(self.ecartes)


def dresser_tableau(source: Path, *, jour: dt.date, au: dt.date | None, lire: Lire = lire_dossier) -> Tableau:
    """Le tableau des dossiers de ce répertoire, arrêté à `au`, à défaut `jour`.

    Lève ErreurLecture si rien ne s'y lit, ou si provisions.toml ou chiffre_affaires.toml est en défaut.
    """
    le = au or jour
    portefeuille = retirer_les_incomplets(lire_portefeuille(source, lire=lire))
    exiger_un_dossier(portefeuille, str(source))
    echeances = relever_proches(portefeuille.lus, le, HORIZON_JOURS)
    racine = _trouver_racine(source, portefeuille.lus)
    return dresser_portefeuille(portefeuille, source.as_posix(), racine, au=le, echeances=echeances)


def exiger_un_dossier(portefeuille: Portefeuille, lieu: str) -> None:
    """Lève ErreurLecture si aucun dossier n'entre dans les sommes, en disant pourquoi."""
    if not portefeuille.lus:
        raise ErreurLecture(
            "aucun dossier n'entre dans les sommes",
            lieu=lieu,
            remede="\n".join(f"{e.chemin.name} : {e.erreur.message.splitlines()[0]}" for e in portefeuille.ecartes),
        )


def retirer_les_incomplets(portefeuille: Portefeuille) -> Portefeuille:
    """Un dossier dont une facture, un avoir ou un paiement est à moitié saisi n'entre pas dans les sommes."""
    lus, ecartes = [], list(portefeuille.ecartes)
    for lu in portefeuille.lus:
        if est_entier(lu):
            lus.append(lu)
            continue
        blocs = _blocs_des_sommes(lu)
        quoi = " ; ".join(f"{bloc.lieu} : il manque {', '.join(bloc.cles)}" for bloc in blocs)
        remede = f"« generateur verifier {lu.racine.as_posix()} » dit ce qu'il faut écrire."
        ecartes.append(
            Ecarte(lu.racine, ErreurLecture(f"dossier incomplet, {quoi}", lieu=str(lu.source), remede=remede))
        )
    return replace(portefeuille, lus=tuple(lus), ecartes=tuple(ecartes))


def est_entier(lu: DossierLu) -> bool:
    """Vrai si aucune facture, aucun avoir, aucun paiement n'est à moitié saisi."""
    return not _blocs_des_sommes(lu)


def _blocs_des_sommes(lu: DossierLu) -> list[BlocIncomplet]:
    return [bloc for bloc in lu.incomplets if bloc.chemin[0] in _SOMMES]


def _trouver_racine(source: Path, lus: Sequence[DossierLu]) -> Path:
    """Où sont les réglages communs : à côté des dossiers."""
    seul = lus[0].racine
    return seul.parent if source in {seul, lus[0].source} else source


def dresser_portefeuille(
    portefeuille: Portefeuille, source: str, racine: Path, *, au: dt.date, echeances: tuple[EcheanceProche, ...]
) -> Tableau:
    """Le tableau de ces dossiers ; `racine` : où sont les réglages communs, s'il y en a.

    Lève ErreurLecture si provisions.toml ou chiffre_affaires.toml est en défaut.
    """
    bareme, fichier = lire_bareme(racine)
    ventes = lire_ventes(racine)
    dossiers = [lu.dossier for lu in portefeuille.lus]
    releves = [relever_creances(dossier, au, bareme) for dossier in dossiers]
    suivis = tuple(dossier for dossier in dossiers if not dire_sortie(dossier))
    creances = tuple(sorted((c for releve in releves for c in releve.creances), key=_ordonner))
    base = _Base(au, suivis, creances, dresser_tranches(bareme), ventes)
    return Tableau(
        au=au,
        source=source,
        dossiers=len(dossiers),
        creances=creances,
        balance=dresser_balance(creances, base.tranches),
        indicateurs=calculer_indicateurs(suivis, creances, base.ventes_de(None), au),
        etapes=recouvrer_par_etape(suivis, au),
        debiteurs=base.grouper_debiteurs(),
        creanciers=base.grouper_creanciers(),
        echeances=echeances,
        dehors=tuple(d for releve in releves for d in releve.dehors),
        ecartes=portefeuille.ecartes,
        bareme=bareme,
        fichier_bareme=fichier,
        suivis=suivis,
    )


def _ordonner(creance: Creance) -> tuple[str, str, dt.date, str]:
    return creance.debiteur.casefold(), creance.reference, creance.echeance, creance.facture.numero


@dataclass(frozen=True)
class _Base:
    """De quoi regrouper : les dossiers suivis et leurs créances."""

    au: dt.date
    dossiers: tuple[Dossier, ...]
    creances: tuple[Creance, ...]
    tranches: tuple[Tranche, ...]
    ventes: ChiffreAffaires | None

    def grouper_debiteurs(self) -> tuple[Groupe, ...]:
        """Un groupe par débiteur, celui qui doit le plus d'échu d'abord."""
        par_cle: dict[str, list[Dossier]] = {}
        for dossier in self.dossiers:
            par_cle.setdefault(cle_de(dossier.debiteur), []).append(dossier)
        groupes = [
            self._grouper(siens[0].debiteur.nom_complet, siens, [c for c in self.creances if c.cle_debiteur == cle])
            for cle, siens in par_cle.items()
        ]
        return tuple(sorted(groupes, key=_par_echu))

    def grouper_creanciers(self) -> tuple[Groupe, ...]:
        """Un groupe par créancier, avec ses ventes si elles sont données."""
        par_nom: dict[str, list[Dossier]] = {}
        for dossier in self.dossiers:
            par_nom.setdefault(dossier.creancier.nom_complet, []).append(dossier)
        groupes = [
            self._grouper(nom, siens, [c for c in self.creances if c.creancier == nom], self.ventes_de(nom))
            for nom, siens in par_nom.items()
        ]
        return tuple(sorted(groupes, key=_par_echu))

    def _grouper(
        self, nom: str, dossiers: Sequence[Dossier], creances: Sequence[Creance], ventes: Ventes | None = None
    ) -> Groupe:
        return Groupe(
            nom,
            tuple(dossier.reference for dossier in dossiers),
            tuple(creances),
            dresser_balance(creances, self.tranches),
            calculer_indicateurs(dossiers, creances, ventes, self.au),
        )

    def ventes_de(self, creancier: str | None) -> Ventes | None:
        """Les ventes mensuelles d'un créancier, de tous si None ; None si elles ne sont pas données pour chacun."""
        if self.ventes is None:
            return None
        noms = {dossier.creancier.nom_complet for dossier in self.dossiers}
        nommes = {vente.creancier for vente in self.ventes.mois}
        lignes = [v for v in self.ventes.mois if v.creancier == creancier or len(noms) == 1 or creancier is None]
        if creancier is None and nommes != {None} and not noms <= nommes:
            return None
        cumul: dict[Mois, Decimal] = {}
        for vente in lignes:
            mois = (vente.premier_jour.year, vente.premier_jour.month)
            cumul[mois] = cumul.get(mois, ZERO) + vente.montant_ttc
        return cumul or None


def _par_echu(groupe: Groupe) -> tuple[Decimal, Decimal, str]:
    return -groupe.valeur("echu"), -groupe.valeur("encours"), groupe.nom


def dresser_balance(creances: Sequence[Creance], tranches: Sequence[Tranche]) -> tuple[LigneBalance, ...]:
    """Une ligne par tranche, même vide."""
    total = sum((c.reste for c in creances), ZERO)
    lignes = []
    for tranche in tranches:
        siennes = [c for c in creances if c.tranche == tranche]
        montant = sum((c.reste for c in siennes), ZERO)
        lignes.append(
            LigneBalance(
                tranche,
                len(siennes),
                montant,
                arrondir(montant * POUR_CENT / total) if total else ZERO,
                sum((c.base_ht for c in siennes if c.base_ht is not None), ZERO),
                sum((c.provision for c in siennes if c.provision is not None), ZERO),
            )
        )
    return tuple(lignes)

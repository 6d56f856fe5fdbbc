"""Les indicateurs du tableau : chacun avec son unité, sa formule et sa source, dites partout dans les mêmes mots."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from generateur.calculs.delais_clients import (
    Mesure,
    Ventes,
    delai_classique,
    delai_par_epuisement,
    periode_connue,
    retard_des_paiements,
    retard_moyen,
)
from generateur.calculs.encours import calculer_encours
from generateur.calculs.etapes import lister_recouvrements, recouvrer_par_etape
from generateur.calculs.provision import POUR_CENT, Creance
from generateur.domaine.arrondi import arrondir
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, courber, montant, nombre, pourcentage
from generateur.domaine.socle import ZERO

Unite = Literal["euros", "jours", "pourcent"]


@dataclass(frozen=True)
class Definition:
    """Ce qu'un indicateur mesure, comment, et d'après quoi."""

    libelle: str
    unite: Unite
    formule: str
    source: str


_CREANCES = "factures, avoirs et paiements de chaque dossier.toml"
_VENTES = "chiffre_affaires.toml, à côté des dossiers ; l'encours est celui des dossiers lus"
DEFINITIONS = {
    "encours": Definition(
        "Encours",
        "euros",
        "somme de ce qui reste dû, échu ou non : factures, moins avoirs, moins paiements encaissés",
        _CREANCES,
    ),
    "echu": Definition("Échu impayé", "euros", "part de l'encours dont l'échéance est passée", _CREANCES),
    "facture": Definition(
        "Facturé", "euros", "factures émises jusqu'au jour du tableau, moins les avoirs, taxe comprise", _CREANCES
    ),
    "recouvre": Definition(
        "Recouvré",
        "euros",
        "paiements encaissés et datés, jusqu'au jour du tableau compris, dans la limite du facturé de leur dossier",
        "paiements des dossiers",
    ),
    "trop_percu": Definition(
        "Trop-perçu", "euros", "reçu ou crédité au-delà de ce que le dossier doit : à restituer ou à imputer", _CREANCES
    ),
    "taux_impayes": Definition(
        "Taux d'impayés des dossiers",
        "pourcent",
        "échu impayé ÷ facturé des mêmes dossiers × 100",
        _CREANCES,
    ),
    "taux_impayes_ventes": Definition(
        "Taux d'impayés sur les ventes",
        "pourcent",
        "échu impayé ÷ chiffre d'affaires des mois donnés sans trou jusqu'au jour du tableau, douze au plus × 100",
        _VENTES,
    ),
    "retard_moyen": Definition(
        "Retard moyen de l'échu",
        "jours",
        "somme (reste dû × jours depuis l'échéance) ÷ somme des restes dus, sur l'échu",
        _CREANCES,
    ),
    "retard_paiements": Definition(
        "Retard moyen des paiements reçus",
        "jours",
        "somme (paiement × jours de l'échéance visée au paiement) ÷ somme des paiements ; négatif : payé en avance",
        "paiements datés ; sans facture désignée, la plus proche échéance du dossier",
    ),
    "dso_epuisement": Definition(
        "Délai d'encaissement (DSO), par épuisement",
        "jours",
        "jours de ventes que l'encours épuise, en retirant le chiffre d'affaires mois par mois depuis le jour du "
        "tableau ; le dernier mois compte au prorata",
        _VENTES,
    ),
    "dso_classique": Definition(
        "Délai d'encaissement (DSO), classique",
        "jours",
        "encours ÷ chiffre d'affaires de la période × jours de la période ; douze mois au plus",
        _VENTES,
    ),
    "provision": Definition(
        "Provision pour créances douteuses",
        "euros",
        "somme, créance par créance, de la base hors taxe × le taux de sa tranche, ou de la situation du débiteur "
        "s'il est plus élevé ; base = reste dû × hors taxe ÷ taxe comprise de la facture",
        "provisions.toml, à côté des dossiers, à défaut celui du programme",
    ),
}


@dataclass(frozen=True)
class Indicateur:
    """Un indicateur chiffré ; `valeur` None : `precision` dit ce qui manque."""

    cle: str
    valeur: Decimal | None
    precision: str = ""

    @property
    def definition(self) -> Definition:
        """Son libellé, son unité, sa formule, sa source."""
        return DEFINITIONS[self.cle]

    @property
    def dit(self) -> str:
        """« 12 450,00 € », « 37,25 jours », « 12,40 % », ou ce qui empêche de calculer : les mêmes mots partout."""
        if self.valeur is None:
            return f"non calculable : {courber(self.precision)}"
        match self.definition.unite:
            case "euros":
                dit = montant(self.valeur)
            case "jours":
                dit = f"{nombre(self.valeur)}{INSECABLE}jours"
            case "pourcent":
                dit = pourcentage(self.valeur)
        return f"{dit} ({courber(self.precision)})" if self.precision else dit


def calculer_indicateurs(
    dossiers: Sequence[Dossier], creances: Sequence[Creance], ventes: Ventes | None, au: dt.date
) -> tuple[Indicateur, ...]:
    """Tous les indicateurs de ces dossiers, dans l'ordre où on les lit."""
    encours = sum((c.reste for c in creances), ZERO)
    echu = sum((c.reste for c in creances if c.est_echue), ZERO)
    facture = recouvrer_par_etape(dossiers, au)[0].engage if dossiers else ZERO
    recouvre = sum((somme for dossier in dossiers for somme, _ in lister_recouvrements(dossier, au)), ZERO)
    mesures = {
        "encours": Mesure(encours),
        "echu": Mesure(echu),
        "facture": Mesure(facture),
        "recouvre": Mesure(recouvre),
        "trop_percu": Mesure(sum((calculer_encours(dossier, au).trop_percu for dossier in dossiers), ZERO)),
        "taux_impayes": _rapporter(echu, facture, "rien n'est facturé"),
        "taux_impayes_ventes": _rapporter_aux_ventes(echu, ventes, au),
        "retard_moyen": retard_moyen(creances),
        "retard_paiements": retard_des_paiements(dossiers, au),
        "dso_epuisement": delai_par_epuisement(encours, ventes, au),
        "dso_classique": delai_classique(encours, ventes, au),
        "provision": Mesure(sum((c.provision for c in creances if c.provision), ZERO)),
    }
    return tuple(Indicateur(cle, mesures[cle].valeur, mesures[cle].precision) for cle in DEFINITIONS)


def _rapporter(part: Decimal, total: Decimal, absence: str) -> Mesure:
    return Mesure(arrondir(part * POUR_CENT / total)) if total > 0 else Mesure(None, absence)


def _rapporter_aux_ventes(echu: Decimal, ventes: Ventes | None, au: dt.date) -> Mesure:
    if ventes is None:
        return Mesure(None, "le chiffre d'affaires n'est pas donné")
    periode = periode_connue(ventes, au)
    return _rapporter(echu, sum((ventes[mois] for mois in periode), ZERO), "le chiffre d'affaires du mois manque")

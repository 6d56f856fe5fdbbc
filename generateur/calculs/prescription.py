"""Prescription de l'action en paiement : une ou plusieurs hypothèses datées par facture.

Sources : C. com. L110-4, L133-6, L511-78 ; C. civ. 2224, 2228 et 2229 (jamais reportée au jour ouvrable),
2231, 2232 (butoir), 2238 (suspension), 2240 à 2244 (interruptions ; celle d'une instance dure autant qu'elle, 2242) ;
C. conso. L218-2, R312-35 ; loi n° 89-462, art. 7-1.
Une relance, une mise en demeure ou le dépôt de la requête n'interrompent jamais ; la signification de l'ordonnance, si.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from generateur.calculs.auteurs import emane_du_debiteur
from generateur.calculs.calendrier import ajouter_mois
from generateur.calculs.qualites import (
    agit_en_professionnel,
    est_commercant,
    est_creancier_professionnel,
    qualite_de,
)
from generateur.calculs.titre import est_en_instance, est_titre, signification_utile
from generateur.domaine.creances import Facture, Interruption, Paiement
from generateur.domaine.dossier import Dossier
from generateur.droit.tables import entier_au, valeur_au

TABLE = "prescription"
FORCLUSION = "credit_consommation"
UN_JOUR = timedelta(days=1)
ACTES_DU_DEBITEUR = frozenset({"reconnaissance", "paiement_partiel"})

Regime = Literal[
    "civil",
    "commercial",
    "consommateur",
    "transport",
    "bail_habitation",
    "bail_commercial",
    "credit_consommation",
    "honoraires_avocat_consommateur",
    "honoraires_avocat_professionnel",
    "cotisation_association",
    "effet_accepteur",
    "effet_endosseur_tireur",
]
LIBELLES: dict[Regime, str] = {
    "civil": "si la créance relève du droit commun",
    "commercial": "si l'une des parties au moins est commerçante",
    "consommateur": "si le débiteur a agi en consommateur envers un professionnel",
    "transport": "contrat de transport de marchandises",
    "bail_habitation": "bail d'habitation",
    "bail_commercial": "loyers d'un bail commercial",
    "credit_consommation": "crédit à la consommation : forclusion, qu'aucune reconnaissance n'interrompt",
    "honoraires_avocat_consommateur": "honoraires d'avocat dus par un consommateur",
    "honoraires_avocat_professionnel": "honoraires d'avocat dus par un professionnel",
    "cotisation_association": "cotisation statutaire",
    "effet_accepteur": "action contre l'accepteur de la traite ou le souscripteur du billet",
    "effet_endosseur_tireur": "recours du porteur contre le tireur ou un endosseur",
}

REGIMES_D_ACTIVITE: dict[str | None, Regime] = {
    "transport": "transport",
    "bail_habitation": "bail_habitation",
    "bail_commercial": "bail_commercial",
    "credit_consommation": "credit_consommation",
}


@dataclass(frozen=True)
class HypothesePrescription:
    """Prescription d'une facture sous une hypothèse ; `terme` : dernier jour pour agir, compris."""

    facture: str
    echeance: date  # celle dont on parle, quand la facture est payable en plusieurs fois
    regime: Regime
    hypothese: str
    fondement: str
    confiance: str
    mois: int
    depart: date
    terme: date
    evenements: tuple[str, ...]

    @property
    def est_forclusion(self) -> bool:
        """Vrai si le délai est une forclusion, qu'aucune reconnaissance n'interrompt (C. conso. R312-35)."""
        return self.regime == FORCLUSION

    @property
    def acquise_le(self) -> date:
        """Premier jour où l'action est éteinte : le lendemain du dernier jour pour agir (C. civ. 2229)."""
        return self.terme + UN_JOUR


@dataclass(frozen=True)
class _Evenement:
    """Fait qui agit sur le délai : interruption, ou suspension jusqu'à sa fin (None : en cours)."""

    jour: date
    libelle: str
    suspend: bool = False
    fin: date | None = None
    en_justice: bool = False


_LIBELLES_EVENEMENTS = {
    "reconnaissance": "reconnaissance du débiteur",
    "paiement_partiel": "paiement partiel du débiteur",
    "demande_en_justice": "demande en justice",
    "mesure_conservatoire": "mesure conservatoire",
    "execution": "mesure d'exécution forcée",
    "suspension_2238": "suspension (médiation, conciliation ou accord L125-1)",
}


def hypotheses_de_prescription(dossier: Dossier, au: date) -> tuple[HypothesePrescription, ...]:
    """Toutes les hypothèses admises, dans l'ordre des factures saisies ; événements jusqu'à `au` compris.

    Une facture payable en plusieurs fois en a une par échéance, et une pour sa retenue de garantie ; sans échéance
    connue, aucune.

    Point de départ : le jour de l'échéance (C. civ. 2233), le délai courant du lendemain (2228) ; face à un
    consommateur, aussi l'achèvement de la prestation s'il est saisi (1re civ., 19 mai 2021) ; pour un transport de
    marchandises, aussi la remise au destinataire, d'où part le délai d'un an (C. com. L133-6). Aucune dès que
    l'ordonnance est signifiée sans opposition : c'est le titre qui s'exécute dans son délai (CPCE L111-4).
    """
    if est_titre(dossier, au):
        return ()
    return tuple(
        _dater(dossier, facture, regime, (echeance, depart), au)
        for facture in dossier.factures
        for echeance in _echeances(facture)
        for regime in regimes_admis(dossier, facture)
        for depart in _departs(facture, regime, echeance)
    )


def echeances_prescrites(dossier: Dossier, au: date) -> frozenset[tuple[str, date]]:
    """(facture, échéance) prescrites sous toute hypothèse à `au` : le dernier jour pour agir est passé."""
    termes: dict[tuple[str, date], date] = {}
    for hypothese in hypotheses_de_prescription(dossier, au):
        cle = hypothese.facture, hypothese.echeance
        termes[cle] = max(hypothese.terme, termes.get(cle, hypothese.terme))
    return frozenset(cle for cle, terme in termes.items() if terme < au)


def regimes_admis(dossier: Dossier, facture: Facture) -> tuple[Regime, ...]:
    """Régimes possibles : un seul si tout est connu, plusieurs si une qualité est à demander."""
    contrat = dossier.contrat_de(facture)
    if facture.nature == "effet" or (contrat and contrat.objet_creance == "effet_de_commerce"):
        return ("effet_accepteur", "effet_endosseur_tireur")
    consommateur = _peut_etre_consommateur(dossier)
    activite = contrat.activite if contrat else None
    if activite in REGIMES_D_ACTIVITE:
        return (REGIMES_D_ACTIVITE[activite],)
    if activite == "honoraires_avocat":
        return _selon("honoraires_avocat_consommateur", ("honoraires_avocat_professionnel",), consommateur=consommateur)
    if facture.nature == "cotisation" and qualite_de(dossier.creancier) == "association":
        return ("cotisation_association",)
    return _selon("consommateur", _droit_commun(dossier), consommateur=consommateur)


def _selon(regime_consommateur: Regime, sinon: tuple[Regime, ...], *, consommateur: bool | None) -> tuple[Regime, ...]:
    """Le régime du consommateur, l'autre, ou les deux quand on ne sait pas."""
    if consommateur is None:
        return (regime_consommateur, *sinon)
    return (regime_consommateur,) if consommateur else sinon


def _peut_etre_consommateur(dossier: Dossier) -> bool | None:
    """Consommateur face à un professionnel (L218-2) : oui, non, ou à demander ; jamais une société."""
    debiteur = dossier.debiteur
    if not debiteur.est_physique or not est_creancier_professionnel(dossier.creancier):
        return False
    reponse = agit_en_professionnel(debiteur)
    return None if reponse is None else not reponse


def _droit_commun(dossier: Dossier) -> tuple[Regime, ...]:
    """L110-4 dès qu'une partie est commerçante (actes mixtes), sinon 2224 ; les deux si on ne sait pas."""
    qualites = {est_commercant(dossier.creancier), est_commercant(dossier.debiteur)}
    if True in qualites:
        return ("commercial",)
    return ("commercial", "civil") if None in qualites else ("civil",)


def est_de_la_retenue(facture: Facture, echeance: date) -> bool:
    """Cette échéance est celle de la seule retenue de garantie."""
    retenue = facture.retenue_garantie
    return retenue is not None and retenue.exigible_le == echeance and echeance not in _termes(facture)


def _termes(facture: Facture) -> set[date | None]:
    return {terme.date for terme in facture.echeances} or {facture.echeance}


def _echeances(facture: Facture) -> list[date]:
    """Chaque échéance connue, et celle de la retenue de garantie, par date."""
    retenue = facture.retenue_garantie
    dates = _termes(facture) | ({retenue.exigible_le} if retenue else set())
    return sorted(jour for jour in dates if jour)


def _departs(facture: Facture, regime: Regime, echeance: date) -> Iterator[date]:
    """L'échéance ; avant elle, l'achèvement pour un consommateur, la première remise pour un transport (L133-6)."""
    yield echeance
    if est_de_la_retenue(facture, echeance):
        return  # exigible plus tard que tout le reste : l'achèvement ne la fait pas courir
    livraisons = [livraison.date for livraison in facture.toutes_livraisons if livraison.date]
    if regime == "consommateur" and livraisons and max(livraisons) < echeance:
        yield max(livraisons)
    if regime == "transport" and livraisons and min(livraisons) < echeance:
        yield min(livraisons)


def _dater(
    dossier: Dossier, facture: Facture, regime: Regime, dates: tuple[date, date], au: date
) -> HypothesePrescription:
    """`dates` : l'échéance, et le jour d'où part le délai (elle-même, ou l'achèvement de la prestation)."""
    echeance, depart = dates
    duree = valeur_au(TABLE, au, regime)
    mois = entier_au(TABLE, au, regime)
    # sans date de facture, le butoir part de l'échéance : jamais plus tôt qu'il ne doit
    butoir = ajouter_mois(facture.date or depart, entier_au(TABLE, au, "delai_butoir"))
    terme = ajouter_mois(depart, mois)
    evenements: list[str] = []
    for evenement in _evenements(dossier, facture, au):
        if not depart <= evenement.jour <= terme or (regime == FORCLUSION and not evenement.en_justice):
            continue  # avant le départ : sans objet ; après le terme : la prescription était acquise
        terme = _appliquer(evenement, terme, mois, au)
        evenements.append(f"{evenement.libelle} du {evenement.jour:%d/%m/%Y}")
    return HypothesePrescription(
        facture=facture.numero,
        echeance=echeance,
        regime=regime,
        hypothese=_formuler(regime, dates, facture),
        fondement=duree.source.titre,
        confiance=duree.confiance if depart == echeance else "probable",
        mois=mois,
        depart=depart,
        terme=min(terme, butoir),
        evenements=tuple(evenements),
    )


def _appliquer(evenement: _Evenement, terme: date, mois: int, au: date) -> date:
    """Interruption : le délai repart à neuf (2231), à la fin de l'instance (2242) si elle est connue.

    Suspension : le délai s'arrête, et laisse au moins six mois à sa reprise (2238).
    """
    if not evenement.suspend:
        return ajouter_mois(evenement.fin or evenement.jour, mois)
    reprise = evenement.fin or au
    prolonge = terme + (reprise - evenement.jour)
    reliquat = ajouter_mois(reprise, entier_au(TABLE, au, "reliquat_apres_suspension_2238"))
    return max(prolonge, reliquat)


def _evenements(dossier: Dossier, facture: Facture, au: date) -> list[_Evenement]:
    """Interruptions et suspensions jusqu'à `au`, dans l'ordre ; les non avenues sont ignorées (2243)."""
    saisies = [
        _lire(interruption)
        for interruption in dossier.interruptions
        if not interruption.non_avenue
        and interruption.facture in {None, facture.numero}
        and not vient_d_un_tiers(dossier, interruption)
    ]
    paiements = [
        _Evenement(paiement.date, _LIBELLES_EVENEMENTS["paiement_partiel"])
        for paiement in dossier.paiements
        if paiement.date and _vaut_reconnaissance(dossier, paiement, facture)
    ]
    signifie = signification_utile(dossier, au)
    pendante = au if est_en_instance(dossier, au) else None  # l'interruption dure autant que l'instance (2242)
    ordonnances = (
        [_Evenement(signifie.date, "signification de l'ordonnance", fin=pendante, en_justice=True)] if signifie else []
    )
    accord = dossier.accord
    # signé du débiteur, il reconnaît la dette (2240) ; sans l'exemplaire signé, rien ne le prouve
    accords = [_Evenement(accord.date, "accord de paiement signé")] if accord and accord.fichier else []
    tous = {evenement for evenement in saisies + paiements + ordonnances + accords if evenement.jour <= au}
    return sorted(tous, key=lambda evenement: (evenement.jour, evenement.libelle))


def _lire(interruption: Interruption) -> _Evenement:
    return _Evenement(
        jour=interruption.date,
        libelle=_LIBELLES_EVENEMENTS[interruption.nature],
        suspend=interruption.nature == "suspension_2238",
        fin=interruption.fin if interruption.nature in {"suspension_2238", "demande_en_justice"} else None,
        en_justice=interruption.nature in {"demande_en_justice", "mesure_conservatoire", "execution"},
    )


def vient_d_un_tiers(dossier: Dossier, interruption: Interruption) -> bool:
    """Reconnaissance ou paiement de la caution, du créancier ou d'un tiers : sans effet (C. civ. 2240 et 2246)."""
    du_debiteur = interruption.nature in ACTES_DU_DEBITEUR
    return du_debiteur and emane_du_debiteur(dossier, interruption.auteur) is False


def _vaut_reconnaissance(dossier: Dossier, paiement: Paiement, facture: Facture) -> bool:
    """Paiement encaissé que le débiteur a affecté à cette facture, ou à la seule du dossier (C. civ. 2240).

    Payé par un tiers, ou sans qu'on sache quelle facture est visée, il ne vaut pas reconnaissance.
    """
    visees: set[str | None] = {part.facture for part in paiement.ventilation} or {paiement.facture}
    vise = facture.numero in visees or (visees == {None} and len(dossier.factures) == 1)
    du_debiteur = emane_du_debiteur(dossier, paiement.auteur, par_son_representant=False)
    return vise and paiement.statut == "encaisse" and du_debiteur is True


def _formuler(regime: Regime, dates: tuple[date, date], facture: Facture) -> str:
    echeance, depart = dates
    if est_de_la_retenue(facture, echeance):
        return f"{LIBELLES[regime]}, depuis l'exigibilité de la retenue de garantie"
    avant = "depuis la remise de la marchandise" if regime == "transport" else "depuis l'achèvement de la prestation"
    origine = "depuis l'échéance" if depart == echeance else avant
    if regime == "transport" and not any(livraison.date for livraison in facture.toutes_livraisons):
        origine += ", faute de la date de remise de la marchandise, d'où part ce délai"
    precision = f" du {echeance:%d/%m/%Y}" if depart == echeance and len(facture.echeances) > 1 else ""
    return f"{LIBELLES[regime]}, {origine}{precision}"

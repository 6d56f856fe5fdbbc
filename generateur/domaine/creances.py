"""La créance : contrats, CGV, factures, avoirs, paiements, relances, mise en demeure, interruptions."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from generateur.domaine.socle import (
    Booleen,
    Chemin,
    CleManquante,
    Date,
    Donnee,
    MontantAbsolu,
    MontantPositif,
    MontantPositifOuNul,
    Nombre,
    Texte,
)

Activite = Literal[
    "vente",
    "prestation",
    "transport",
    "bail_habitation",
    "bail_commercial",
    "credit_consommation",
    "honoraires_avocat",
    "autre",
]
ObjetCreance = Literal["facturation", "contractuelle", "statutaire", "effet_de_commerce"]
ModePenalites = Literal["suppletif", "fixe", "multiple_legal", "aucune", "bce_plus", "legal_plus", "mensuel"]
_PARAMETRE_DU_MODE = {
    "fixe": "taux",
    "mensuel": "taux",
    "multiple_legal": "multiple",
    "bce_plus": "points",
    "legal_plus": "points",
}


class Penalites(Donnee):
    """Pénalités de retard convenues (C. com. L441-10 II). Taux en pour cent par an (par mois si mensuel)."""

    mode: ModePenalites = "suppletif"
    taux: Nombre | None = None
    multiple: Nombre | None = None
    points: Nombre | None = None
    sous_plancher: Literal["contrat", "plancher", "suppletif"] | None = None

    @model_validator(mode="after")
    def _verifier_parametre(self) -> Self:
        attendu = _PARAMETRE_DU_MODE.get(self.mode)
        for cle in ("taux", "multiple", "points"):
            present = getattr(self, cle) is not None
            if present != (cle == attendu):
                if cle == attendu:
                    raise CleManquante(cle, f"le mode de pénalités « {self.mode} » demande la clé « {cle} »")
                if "mode" not in self.model_fields_set:
                    raise CleManquante("mode", f"« {cle} » ne dit pas de quel mode de pénalités il s'agit")
                raise ValueError(f"le mode de pénalités « {self.mode} » n'admet pas la clé « {cle} »")
        return self


class ClausePenale(Donnee):
    """Clause pénale, due une fois sur le principal restant dû (C. civ. 1231-5)."""

    pourcent: Nombre = Decimal(0)
    minimum: MontantPositifOuNul | None = None


class ReservePropriete(Donnee):
    """Clause de réserve de propriété (C. com. L624-9 et s.)."""

    fichier: Chemin | None = None
    biens_en_nature: Booleen | str = False


class Contrat(Donnee):
    """Le titre de la créance."""

    id: Texte | None = None
    nature: Literal["contrat", "devis_accepte", "bon_de_commande", "abonnement", "aucun"] = "contrat"
    date: Date | None = None
    reference: str | None = None
    fichier: Chemin | None = None
    activite: Activite | None = None
    objet_creance: ObjetCreance | None = None
    penalites: Penalites | None = None
    source_penalites: Literal["contrat", "cgv"] | None = None
    clause_penale: ClausePenale | None = None
    imputation: Literal["interets_dabord", "capital_dabord"] = "interets_dabord"
    base_jours: Literal[365, 366] = 365
    capitalisation: Booleen = False
    clause_amiable: Booleen | str = False
    clause_compromissoire: Booleen | str = False
    reserve_propriete: ReservePropriete | None = None


class Acceptation(Donnee):
    """Comment et quand les CGV ont été acceptées (C. civ. 1119)."""

    date: Date | None = None
    mode: Literal["signature", "en_ligne", "renvoi_commande", "relations_suivies", "aucune"]
    fichier: Chemin | None = None


class Cgv(Donnee):
    """Conditions générales de vente."""

    version: str | None = None
    date: Date | None = None
    fichier: Chemin | None = None
    acceptation: Acceptation | None = None


class Livraison(Donnee):
    """Livraison ou réception, avec sa preuve."""

    date: Date | None = None
    reference: str | None = None
    fichier: Chemin | None = None


class Commande(Donnee):
    """Commande à laquelle la facture répond."""

    reference: str | None = None
    date: Date | None = None
    fichier: Chemin | None = None


class Periode(Donnee):
    """Période de fourniture (abonnement, location…), premier et dernier jour compris."""

    du: Date
    au: Date

    @model_validator(mode="after")
    def _verifier_ordre(self) -> Self:
        if self.au < self.du:
            raise ValueError("la période finit avant de commencer : « au » doit suivre « du »")
        return self


class RetenueGarantie(Donnee):
    """Retenue de garantie (loi n° 71-584), exigible à une date propre."""

    montant: MontantPositif
    exigible_le: Date


class Terme(Donnee):
    """Une échéance d'une facture payable en plusieurs fois."""

    date: Date
    montant: MontantPositif


class Facture(Donnee):
    """Facture impayée ; montants en euros, net_a_payer si différent du TTC.

    `echeances` : payable en plusieurs fois ; leur somme est ce qui est à payer. Date, échéance ou fichier absents :
    un constat les demande.
    """

    numero: Texte
    date: Date | None = None
    echeance: Date | None = None
    echeances: tuple[Terme, ...] = ()
    montant_ht: MontantPositifOuNul | None = None
    montant_tva: MontantPositifOuNul | None = None
    montant_ttc: MontantPositif
    net_a_payer: MontantPositif | None = None
    acomptes_deduits: MontantPositifOuNul | None = None
    retenue_garantie: RetenueGarantie | None = None
    nature: Literal["facture", "acompte", "situation", "solde", "penalites", "loyer", "cotisation", "effet"] = "facture"
    regime_tva: Literal["normal", "franchise_293b", "autoliquidation", "exoneree"] | None = None
    devise: Texte = "EUR"
    objet: str | None = None
    fichier: Chemin | None = None
    contrat: str | None = None
    commande: Commande | None = None
    livraison: Livraison | None = None
    livraisons: tuple[Livraison, ...] = ()
    periode: Periode | None = None
    part_anterieure: MontantPositifOuNul | None = None  # TTC, née avant le jugement d'ouverture
    utile_a_la_procedure: Booleen = True  # née après lui : en contrepartie d'une fourniture (C. com. L622-17 I)
    contestee: Booleen = False
    montant_conteste: MontantPositif | None = None
    motif: str | None = None

    @property
    def toutes_livraisons(self) -> tuple[Livraison, ...]:
        """La livraison, puis les suivantes."""
        return ((self.livraison,) if self.livraison else ()) + self.livraisons

    @property
    def comprend_la_taxe(self) -> bool:
        """La TVA est dans le montant, et le dossier le sait : un loyer, une franchise n'en portent souvent pas."""
        if self.montant_tva is not None:
            return self.montant_tva > 0
        if self.montant_ht is not None:
            return self.montant_ht < self.montant_ttc
        return self.regime_tva == "normal"

    @property
    def montant_a_payer(self) -> Decimal:
        """Net à payer s'il est donné, sinon TTC moins acomptes déjà déduits."""
        if self.net_a_payer is not None:
            return self.net_a_payer
        return self.montant_ttc - (self.acomptes_deduits or Decimal(0))

    @property
    def montant_hors_retenue(self) -> Decimal:
        """Ce qui est payable aux échéances : sans la retenue de garantie, exigible à sa propre date ; jamais négatif.

        La retenue est déjà déduite du net à payer quand leur somme tient dans le TTC moins les acomptes.
        """
        net = max(self.montant_a_payer, Decimal(0))
        retenue = self.retenue_garantie
        if retenue is None:
            return net
        nette_d_acomptes = self.montant_ttc - (self.acomptes_deduits or Decimal(0))
        deja_deduite = self.net_a_payer is not None and net + retenue.montant <= nette_d_acomptes
        return net if deja_deduite else max(net - retenue.montant, Decimal(0))

    @property
    def termes(self) -> tuple[Terme, ...]:
        """Les échéances par date, une seule le plus souvent ; vide quand l'échéance n'est pas connue."""
        if self.echeances:
            return tuple(sorted(self.echeances, key=lambda terme: terme.date))
        montant = self.montant_hors_retenue
        if self.echeance is None or not montant:
            return ()
        return (Terme.model_construct(date=self.echeance, montant=montant),)

    @property
    def premiere_echeance(self) -> dt.date | None:
        """La plus proche des échéances ; None si aucune n'est connue."""
        return min((terme.date for terme in self.echeances), default=self.echeance)


class Part(Donnee):
    """Part d'un avoir ou d'un paiement affectée à une facture."""

    facture: Texte
    montant: MontantPositif


class Avoir(Donnee):
    """Avoir : réduit le principal à sa date, quel que soit le signe saisi ; sans date, compté à l'échéance."""

    numero: str = ""
    date: Date | None = None
    montant_ttc: MontantAbsolu
    facture: str | None = None
    ventilation: tuple[Part, ...] = ()
    fichier: Chemin | None = None


class Paiement(Donnee):
    """Paiement reçu ; rejeté, il n'en est pas un. Sans date, il compte depuis l'échéance, au plus tôt."""

    date: Date | None = None
    montant: MontantPositif
    facture: str | None = None
    ventilation: tuple[Part, ...] = ()
    mode: str | None = None
    reference: str | None = None
    fichier: Chemin | None = None
    statut: Literal["encaisse", "rejete"] = "encaisse"
    date_rejet: Date | None = None
    auteur: str | None = None


class Relance(Donnee):
    """Relance adressée au débiteur."""

    date: Date
    canal: Literal["courriel", "telephone", "sms", "courrier", "lrar", "visite"]
    niveau: int | str | None = None
    objet: str | None = None
    interlocuteur: str | None = None
    reponse: str | None = None
    fichier: Chemin | None = None
    confidentiel: Booleen = False


class MiseEnDemeure(Donnee):
    """Mise en demeure (C. civ. 1344) et ses preuves."""

    date_envoi: Date
    mode: Literal["lrar", "lre", "sommation", "remise_en_main_propre", "courriel", "lettre_simple"] = "lrar"
    numero: str | None = None
    date_presentation: Date | None = None
    issue: Literal["distribuee", "non_reclamee", "refusee", "npai", "en_attente"] | None = None
    date_reception: Date | None = None
    delai_jours: Annotated[int, Field(strict=True, ge=0, le=365)] | None = None
    fichier: Chemin | None = None
    preuve_depot: Chemin | None = None
    accuse: Chemin | None = None
    debiteur: int | str | None = None
    factures: tuple[str, ...] = ()
    consentement_lre: Booleen | None = None

    def vise(self, facture: Facture) -> bool:
        """La lettre est postérieure à l'échéance de la facture, et la nomme ou n'en nomme aucune."""
        echeance = facture.premiere_echeance
        visee = not self.factures or facture.numero in self.factures
        return visee and echeance is not None and self.date_envoi > echeance


class Interruption(Donnee):
    """Ce qui interrompt ou suspend la prescription (C. civ. 2238, 2240 à 2244)."""

    date: Date
    nature: Literal[
        "reconnaissance",
        "paiement_partiel",
        "demande_en_justice",
        "mesure_conservatoire",
        "execution",
        "suspension_2238",
    ]
    fin: Date | None = None
    auteur: str | None = None
    facture: str | None = None
    fichier: Chemin | None = None
    non_avenue: Booleen = False

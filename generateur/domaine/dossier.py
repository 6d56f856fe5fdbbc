"""Le dossier entier : parties, créance, pièces, situation, suites."""

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from generateur.domaine.apres_depot import Cloture, Suivi
from generateur.domaine.creances import (
    Avoir,
    Cgv,
    Contrat,
    Facture,
    Interruption,
    MiseEnDemeure,
    Paiement,
    Relance,
)
from generateur.domaine.numeros import CANONIQUE
from generateur.domaine.parties import Creancier, Debiteur, Destinataire, Mandataire
from generateur.domaine.socle import Booleen, Chemin, Date, Donnee, MontantPositif, Texte

MOTIF_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def _lire_reference(valeur: str) -> str:
    if not MOTIF_REFERENCE.fullmatch(valeur) or valeur.endswith("."):
        raise ValueError(
            f"« {valeur} » ne convient pas : 1 à 40 lettres sans accent, chiffres, « . », « _ » ou « - », "
            "sans point final, car c'est aussi un nom de dossier"
        )
    return valeur


Reference = Annotated[str, AfterValidator(_lire_reference)]

NaturePiece = Literal[
    "kbis_creancier",
    "kbis_debiteur",
    "situation_sirene",
    "bodacc",
    "identite_signataire",
    "rib",
    "pouvoir",
    "reconnaissance",
    "echeancier",
    "cheque",
    "certificat_non_paiement",
    "cession",
    "cautionnement",
    "releve_compte",
    "justificatif_frais",
    "traduction",
    "correspondance",
    "autre",
]


class Piece(Donnee):
    """Pièce ajoutée, ou précision sur un fichier déjà cité ailleurs dans le dossier (même fichier)."""

    titre: Texte | None = None
    date: Date | None = None
    fichier: Chemin
    nature: NaturePiece | None = None
    original: Booleen = False
    mot_de_passe: str | None = None
    numero: Annotated[str, Field(pattern=CANONIQUE)] | None = None
    confidentiel: Booleen = False
    delivre_le: Date | None = None
    langue: str | None = None


class SituationDossier(Donnee):
    """Ce que le créancier sait du différend."""

    litige: Booleen = False
    motif_litige: str | None = None
    cession: Booleen = False
    tentative_amiable: Booleen | str = False
    titre_existant: Booleen | str = False
    instance_en_cours: Booleen | str = False
    procedures_anterieures: Booleen | str | tuple[str, ...] = False
    prescription_verifiee: str | None = None  # ce qui a été vérifié, par qui, quand : gardé dans la fiche interne


class EcheanceAccord(Donnee):
    """Échéance d'un accord de paiement."""

    date: Date
    montant: MontantPositif


class Accord(Donnee):
    """Accord de paiement échelonné : tant qu'il vit, la créance n'est pas exigible."""

    date: Date
    echeances: tuple[EcheanceAccord, ...] = ()
    decheance_terme: Booleen | Date = False
    partiel: Booleen = False
    fichier: Chemin | None = None

    def est_dechu_le(self, jour: dt.date) -> bool:
        """Vrai si le débiteur a perdu le bénéfice de ses échéances, à ce jour compris."""
        if isinstance(self.decheance_terme, bool):
            return self.decheance_terme
        return self.decheance_terme <= jour


class Cession(Donnee):
    """Cession de la créance : cédée, acquise ou rétrocédée."""

    sens: Literal["cedee", "acquise", "retrocedee"]
    date: Date | None = None
    fichier: Chemin | None = None


class AssuranceCredit(Donnee):
    """Assurance-crédit : seule l'indemnisation prive du droit d'agir."""

    assureur: str | None = None
    indemnise: Booleen = False


class Surete(Donnee):
    """Sûreté garantissant la créance (à déclarer : C. com. L622-25)."""

    type: Texte
    date: Date | None = None
    inscription: str | None = None
    fichier: Chemin | None = None


class Dossier(Donnee):
    """Un dossier de recouvrement, tel que saisi."""

    reference: Reference
    objet: str = ""
    au: Date | None = None
    ordre_des_pieces: tuple[Texte, ...] = ()  # non des Chemin : un fichier nommé là n'est pas cité pour autant
    creancier: Creancier
    mandataire: Mandataire | None = None
    destinataire: Destinataire | None = None
    debiteurs: Annotated[tuple[Debiteur, ...], Field(min_length=1)]
    contrat: Contrat | None = None
    contrats: tuple[Contrat, ...] = ()
    cgv: Cgv | None = None
    factures: tuple[Facture, ...] = ()
    avoirs: tuple[Avoir, ...] = ()
    paiements: tuple[Paiement, ...] = ()
    relances: tuple[Relance, ...] = ()
    mise_en_demeure: MiseEnDemeure | None = None
    mises_en_demeure: tuple[MiseEnDemeure, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    pieces: tuple[Piece, ...] = ()
    situation: SituationDossier = SituationDossier()
    accord: Accord | None = None
    cession: Cession | None = None
    assurance_credit: AssuranceCredit | None = None
    suretes: tuple[Surete, ...] = ()
    suivi: Suivi | None = None
    procedures: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _verifier_factures(self) -> Self:
        if not self.factures and not any(d.est_en_procedure_collective for d in self.debiteurs):
            raise ValueError("au moins une facture est nécessaire : ajoutez un bloc [[factures]]")
        return self

    @property
    def debiteur(self) -> Debiteur:
        """Le débiteur principal : le premier de ce rôle, à défaut le premier saisi."""
        return next((d for d in self.debiteurs if d.role == "principal"), self.debiteurs[0])

    @property
    def debiteurs_poursuivis(self) -> tuple[Debiteur, ...]:
        """Le débiteur principal, et les autres s'ils ne sont pas en procédure collective (C. com. L622-21)."""
        principal = self.debiteur
        return tuple(d for d in self.debiteurs if d is principal or not d.est_en_procedure_collective)

    @property
    def tous_contrats(self) -> tuple[Contrat, ...]:
        """Le contrat unique, puis les contrats nommés."""
        return ((self.contrat,) if self.contrat else ()) + self.contrats

    @property
    def est_confie_a_une_agence(self) -> bool:
        """Vrai si une agence de recouvrement agit pour le créancier."""
        return self.mandataire is not None and self.mandataire.est_une_agence

    @property
    def est_cedee(self) -> bool:
        """Vrai si la créance est cédée et n'a pas été rendue : seul le cessionnaire peut la demander."""
        return self.situation.cession or (self.cession is not None and self.cession.sens == "cedee")

    @property
    def cloture(self) -> Cloture | None:
        """Le jour et le motif où le créancier a clos le dossier."""
        return self.suivi.clos if self.suivi else None

    @property
    def toutes_mises_en_demeure(self) -> tuple[MiseEnDemeure, ...]:
        """Toutes les mises en demeure, par date d'envoi."""
        unique = (self.mise_en_demeure,) if self.mise_en_demeure else ()
        return tuple(sorted(unique + self.mises_en_demeure, key=lambda m: m.date_envoi))

    @property
    def premiere_echeance(self) -> dt.date | None:
        """La plus proche échéance connue des factures."""
        return min((jour for facture in self.factures if (jour := facture.premiere_echeance)), default=None)

    def echeance_visee(self, mouvement: Avoir | Paiement) -> dt.date | None:
        """La première échéance des factures désignées, à défaut de toutes ; None si aucune n'est connue."""
        designees: set[str | None] = {part.facture for part in mouvement.ventilation} or {mouvement.facture}
        factures = [f for f in self.factures if f.numero in designees] or self.factures
        return min((jour for f in factures if (jour := f.premiere_echeance)), default=None)

    def contrat_de(self, facture: Facture) -> Contrat | None:
        """Le contrat de la facture : celui qu'elle nomme, sinon l'unique, sinon aucun."""
        contrats = self.tous_contrats
        if facture.contrat:
            return next((c for c in contrats if facture.contrat in (c.id, c.reference)), None)
        return self.contrat or (contrats[0] if len(contrats) == 1 else None)

    def atteint(self, mise: MiseEnDemeure, debiteur: Debiteur) -> bool:
        """La lettre est adressée à ce débiteur : par son rang (1 pour le premier), son nom ou son SIREN, ou à tous."""
        rang = self.debiteurs.index(debiteur) + 1
        noms = {rang, str(rang), debiteur.nom_complet, debiteur.nom, debiteur.siren_deduit}
        return mise.debiteur is None or mise.debiteur in noms

    def mises_en_demeure_de(self, facture: Facture) -> tuple[MiseEnDemeure, ...]:
        """Les mises en demeure qui visent la facture (toutes, si elles n'en nomment aucune)."""
        return tuple(m for m in self.toutes_mises_en_demeure if not m.factures or facture.numero in m.factures)

    def arrete_au(self, defaut: dt.date) -> dt.date:
        """Date d'arrêté : celle du dossier, sinon la date donnée."""
        return self.au or defaut

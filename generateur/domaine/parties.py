"""Les parties : créancier, mandataire, débiteurs, étude destinataire."""

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from generateur.domaine.socle import (
    Booleen,
    Chemin,
    Date,
    Donnee,
    Identifiant,
    Montant,
    MontantPositif,
    MontantPositifOuNul,
    Texte,
)

Nature = Literal["personne_morale", "entrepreneur_individuel", "particulier", "personne_publique"]
Qualite = Literal["commercant", "artisan", "liberal", "agricole", "association", "societe_civile", "consommateur"]
Situation = Literal[
    "in_bonis",
    "sauvegarde",
    "redressement",
    "liquidation",
    "liquidation_amiable",
    "plan_en_cours",
    "cloture_insuffisance_actif",
    "radiee",
    "dissoute_tup",
    "decede",
    "surendettement",
]
SITUATIONS_COLLECTIVES: frozenset[Situation] = frozenset({"sauvegarde", "redressement", "liquidation"})
NATURES_PHYSIQUES: frozenset[Nature] = frozenset({"entrepreneur_individuel", "particulier"})


class Adresse(Donnee):
    """Adresse postale ; insee lève l'ambiguïté d'un code postal partagé par plusieurs communes.

    Une ligne absente est vide : un constat la demande, les actes d'un projet écrivent « à compléter ».
    """

    voie: str = ""
    complement: str | None = None
    code_postal: str = ""
    commune: str = ""
    insee: str | None = None
    pays: Texte = "FR"

    @property
    def manques(self) -> tuple[str, ...]:
        """Les clés qu'il reste à remplir ; hors de France, un code postal n'est pas exigé."""
        voulues = ("voie", "code_postal", "commune") if self.pays.upper() == "FR" else ("voie", "commune")
        return tuple(cle for cle in voulues if not getattr(self, cle))


class AdresseDatee(Adresse):
    """Adresse d'un type donné, depuis une date."""

    type: Literal["siege", "etablissement", "ancienne", "domicile"]
    depuis: Date | None = None


class Naissance(Donnee):
    """Date et lieu de naissance d'une personne physique (CPC 54, 3°)."""

    date: Date
    lieu: Texte


class Representant(Donnee):
    """Organe qui représente légalement une personne morale (CPC 54, 3°)."""

    nom: Texte
    qualite: str | None = None
    civilite: Literal["M.", "Mme"] | None = None
    represente_par: "Representant | None" = None


class Signataire(Donnee):
    """Personne qui signe pour la partie, avec le pouvoir qui l'y autorise."""

    nom: Texte
    qualite: str | None = None
    pouvoir: Chemin | None = None


class ProcedureCollective(Donnee):
    """Jugement d'ouverture et organes d'une procédure collective (C. com. L622-21 et s.).

    `nature = "civile_locale"` : faillite civile d'Alsace-Moselle, ouverte au particulier (C. com. L670-1).
    """

    nature: Literal["civile_locale"] | None = None
    jugement: Date | None = None
    publication_bodacc: Date | None = None
    mandataire: str | None = None
    qualite_mandataire: str | None = None
    adresse: Adresse | str | None = None
    tribunal: str | None = None
    numero: str | None = None


class Cautionnement(Donnee):
    """Engagement de la caution."""

    date: Date
    montant_max: MontantPositif | None = None
    solidaire: Booleen = False
    fichier: Chemin | None = None


class Identite(Donnee):
    """Identité d'une partie, personne morale ou physique ; nature inconnue : celle que dit le nom saisi."""

    nature: Nature | None = None
    qualite: Qualite | None = None
    denomination: Texte | None = None
    forme: str | None = None
    capital: MontantPositifOuNul | None = None
    siren: Identifiant | None = None
    siret: Identifiant | None = None
    tva: Identifiant | None = None
    rcs_ville: str | None = None
    civilite: Literal["M.", "Mme"] | None = None
    nom: Texte | None = None
    prenoms: Texte | None = None
    naissance: Naissance | None = None
    nationalite: str | None = None
    profession: str | None = None
    enseigne: str | None = None
    nom_commercial: str | None = None
    anciennes_denominations: tuple[str, ...] = ()
    adresse: Adresse = Adresse()
    adresses: tuple[AdresseDatee, ...] = ()
    adresse_correspondance: Adresse | None = None
    siege: Adresse | None = None
    etablissement: Adresse | None = None
    representant: Representant | None = None
    signataire: Signataire | None = None
    courriel: str | None = None
    telephone: str | None = None
    iban: Identifiant | None = None
    bic: Identifiant | None = None

    @model_validator(mode="after")
    def _verifier_nom(self) -> Self:
        if self.nature is None and not self.nom and not self.denomination:
            raise ValueError("une partie se nomme par « denomination » (société, association) ou par « nom »")
        if self.est_physique and not self.nom:
            raise ValueError("une personne physique se nomme par « nom » (et « prenoms »)")
        if not self.est_physique and not self.denomination:
            raise ValueError("une personne morale se nomme par « denomination »")
        return self

    @property
    def est_physique(self) -> bool:
        """Vrai pour un particulier ou un entrepreneur individuel ; nature inconnue : si seul « nom » est saisi."""
        if self.nature is None:
            return not self.denomination
        return self.nature in NATURES_PHYSIQUES

    @property
    def nom_complet(self) -> str:
        """Dénomination, ou prénom usuel et nom."""
        if not self.est_physique:
            return self.denomination or ""
        return " ".join(partie for partie in (self.prenom_usuel, self.nom) if partie)

    @property
    def prenom_usuel(self) -> str:
        """Le premier des prénoms, s'ils sont séparés par des virgules ; sinon tous."""
        return (self.prenoms or "").split(",", maxsplit=1)[0].strip()

    @property
    def etat_civil(self) -> str:
        """Tous les prénoms et le nom, comme l'acte doit identifier une personne physique (CPC 54, 3°)."""
        return " ".join(partie for partie in (self._separer_prenoms(), self.nom) if partie)

    def _separer_prenoms(self) -> str:
        """« Jeanne, Marie » : un acte sépare les prénoms ; « Jean-Paul » et « Maria del Carmen » n'en font qu'un."""
        mots = (self.prenoms or "").replace(",", " ").split()
        texte = "".join(mots[:1])
        for avant, mot in pairwise(mots):
            texte += f", {mot}" if avant[:1].isupper() and mot[:1].isupper() else f" {mot}"
        return texte

    @property
    def siren_deduit(self) -> str | None:
        """Le SIREN, ou les neuf premiers chiffres du SIRET."""
        return self.siren or (self.siret[:9] if self.siret else None)

    @property
    def domicile(self) -> Adresse:
        """Le lieu où la partie demeure : siège d'une personne morale, domicile d'une personne physique.

        CPC 43 : les adresses typées l'emportent ; la plus récente d'abord.
        """
        voulu = "domicile" if self.est_physique else "siege"
        typees = [adresse for adresse in self.adresses if adresse.type == voulu]
        if typees:
            return max(typees, key=lambda adresse: adresse.depuis or dt.date.min)
        return self.siege if self.siege and not self.est_physique else self.adresse

    @property
    def anciennes_adresses(self) -> tuple[AdresseDatee, ...]:
        """Adresses quittées, telles que saisies."""
        return tuple(adresse for adresse in self.adresses if adresse.type == "ancienne")

    @property
    def lieu_d_exercice(self) -> Adresse | None:
        """L'établissement, s'il est distinct du domicile ; pour une personne physique, le siège de son affaire."""
        typees = [adresse for adresse in self.adresses if adresse.type == "etablissement"]
        saisie = self.etablissement or (self.siege if self.est_physique else None)
        lieu = max(typees, key=lambda adresse: adresse.depuis or dt.date.min) if typees else saisie
        return None if lieu is None or lieu == self.domicile else lieu


class Creancier(Identite):
    """Celui qui demande le paiement.

    Les trois clés propres ne servent qu'à la contribution pour la justice économique (loi n° 2023-1059, art. 27) :
    salariés, et moyennes annuelles des trois derniers exercices, en euros.
    """

    effectif: Annotated[int, Field(ge=0)] | None = None
    chiffre_affaires_moyen: MontantPositifOuNul | None = None
    benefice_moyen: Montant | None = None


class Mandataire(Identite):
    """Celui qui agit pour le créancier (CPC 1407 ; R124-1 CPCE pour une agence)."""

    role: Literal["avocat", "commissaire_de_justice", "agence_recouvrement", "autre"]
    pouvoir: Chemin | None = None
    barreau: str | None = None
    toque: str | None = None

    @property
    def a_besoin_d_un_pouvoir(self) -> bool:
        """Vrai hors l'avocat et le commissaire de justice, dispensés d'en justifier (CPC 411 et 416, 1407)."""
        return self.role not in {"avocat", "commissaire_de_justice"}

    @property
    def est_une_agence(self) -> bool:
        """Vrai si le recouvrement amiable pour autrui est son activité (CPCE R124-1)."""
        return self.role == "agence_recouvrement"


class Debiteur(Identite):
    """Celui à qui le paiement est demandé."""

    role: Literal["principal", "codebiteur_solidaire", "caution"] = "principal"
    agit_en_professionnel: Booleen | None = None
    situation: Situation = "in_bonis"
    procedure_collective: ProcedureCollective | None = None
    cautionnement: Cautionnement | None = None

    @property
    def est_en_procedure_collective(self) -> bool:
        """Sauvegarde, redressement ou liquidation judiciaires ouverts (C. com. L622-21)."""
        return self.situation in SITUATIONS_COLLECTIVES


class Destinataire(Donnee):
    """L'étude de commissaire de justice qui reçoit la liasse."""

    etude: str | None = None
    adresse: Adresse | str | None = None
    courriel: str | None = None

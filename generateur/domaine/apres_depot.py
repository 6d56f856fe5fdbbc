"""Ce qui s'est passé depuis le dépôt : ordonnance ou rejet, significations, opposition, saisies, clôture."""

from collections.abc import Iterator
from typing import Literal

from generateur.domaine.parties import Debiteur
from generateur.domaine.socle import Booleen, Date, Donnee, MontantPositif, Texte


class Ordonnance(Donnee):
    """Ordonnance portant injonction de payer ; `montant` : le principal accordé, tout s'il n'est pas dit."""

    date: Date
    numero: str | None = None
    montant: MontantPositif | None = None
    partielle: Booleen = False
    fichier: Texte | None = None  # non un Chemin : l'ordonnance n'est pas une pièce de la requête qui l'a obtenue

    @property
    def nom(self) -> str:
        """« l'ordonnance n° 2026IP123 du 21/09/2026 »."""
        return f"l'ordonnance{f' n° {self.numero}' if self.numero else ''} du {self.date:%d/%m/%Y}"


class Rejet(Donnee):
    """Requête rejetée par le juge : sans recours, il reste à assigner (CPC 1409)."""

    date: Date
    numero: str | None = None
    motif: str | None = None
    fichier: Texte | None = None


class Signification(Donnee):
    """Signification de l'ordonnance (CPC 1411) ; `debiteur` : celui qui l'a reçue, tous s'il n'est pas dit."""

    date: Date
    mode: Literal["personne", "domicile", "etude", "pv659", "electronique"]
    debiteur: str | None = None
    fichier: Texte | None = None  # jointe aux suites seulement, comme l'ordonnance

    def vise(self, debiteur: Debiteur) -> bool:
        """Vrai si elle nomme ce débiteur, ou n'en nomme aucun."""
        return self.debiteur is None or self.debiteur.casefold() == debiteur.nom_complet.casefold()


class Saisie(Donnee):
    """Mesure d'exécution ou conservatoire ; `denonciation` : le jour où le débiteur en a été informé."""

    date: Date
    nature: Literal["attribution", "vente", "vehicule", "remunerations", "conservatoire", "autre"] = "attribution"
    montant: MontantPositif | None = None
    debiteur: str | None = None
    denonciation: Date | None = None
    fichier: Texte | None = None

    @property
    def est_conservatoire(self) -> bool:
        """Vrai pour la seule mesure qui se passe d'un titre (CPCE L511-1)."""
        return self.nature == "conservatoire"

    def vise(self, debiteur: Debiteur) -> bool:
        """Vrai si elle nomme ce débiteur, ou n'en nomme aucun."""
        return self.debiteur is None or self.debiteur.casefold() == debiteur.nom_complet.casefold()


class Cloture(Donnee):
    """Dossier clos : plus rien n'y est relancé ni compté dû."""

    date: Date
    motif: Literal["paye", "irrecouvrable", "abandon", "transaction", "autre"] | None = None
    precision: str | None = None


class Suivi(Donnee):
    """Ce qui s'est passé depuis le dépôt."""

    depot: Date | None = None
    ordonnance: Ordonnance | None = None
    rejet: Rejet | None = None
    signification: Signification | None = None
    significations: tuple[Signification, ...] = ()
    avis_greffe: Date | None = None
    opposition: Date | None = None
    consignation: Date | None = None
    saisies: tuple[Saisie, ...] = ()
    clos: Cloture | None = None

    @property
    def toutes_significations(self) -> tuple[Signification, ...]:
        """La signification unique, puis les autres, par date."""
        unique = (self.signification,) if self.signification else ()
        return tuple(sorted(unique + self.significations, key=lambda s: s.date))

    def signification_de(self, debiteur: Debiteur) -> Signification | None:
        """Celle que ce débiteur a reçue : la première qui le nomme, sinon la première qui ne nomme personne."""
        siennes = [s for s in self.toutes_significations if s.debiteur and s.vise(debiteur)]
        communes = [s for s in self.toutes_significations if s.debiteur is None]
        return next(iter((*siennes, *communes)), None)

    @property
    def fichiers(self) -> Iterator[str]:
        """Les actes gardés pour les suites, qui ne sont pas des pièces de la demande."""
        porteurs = (self.ordonnance, self.rejet, *self.toutes_significations, *self.saisies)
        return (porteur.fichier for porteur in porteurs if porteur and porteur.fichier)

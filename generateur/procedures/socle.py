"""Ce qu'est une procédure : des conditions examinées, des actes, un contenu propre, rien d'autre.

Une procédure = un module de ce paquet exposant PROCEDURE, ses modèles Word (modeles/<nom>/) et ses tables.
Les valeurs propres aux actes (`completer`) sont brutes : Decimal, date, texte, listes ; redaction/ les met en forme.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, TypedDict

from generateur.calculs.decompte import Decompte
from generateur.calculs.naissance import Perimetre
from generateur.controles.competence import Competence
from generateur.domaine.bordereau import NOM_DU_COMPLEMENTAIRE
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import A_COMPLETER
from generateur.domaine.parties import Adresse
from generateur.domaine.socle import ZERO, Chemin, Donnee, MontantPositif, Texte
from generateur.droit.tables import valeur_au


@dataclass(frozen=True)
class Motif:
    """Une raison de retenir ou d'écarter, avec son texte."""

    code: str
    message: str
    fondement: str


def motiver(table: str, au: dt.date, code: str, message: str) -> Motif:
    """Motif dont le texte vient de la table. Lève ErreurDroitManquant."""
    return Motif(code, message, str(valeur_au(table, au, code).valeur))


@dataclass(frozen=True)
class Examen:
    """Ce qu'une procédure répond à un dossier : `recevable` est faux dès qu'une raison l'exclut."""

    procedure: str
    recevable: bool
    motifs: tuple[Motif, ...]


@dataclass(frozen=True)
class Espece:
    """L'affaire à juger : le dossier, sa date d'arrêté, son décompte, la juridiction compétente."""

    dossier: Dossier
    au: dt.date
    decompte: Decompte
    competence: Competence


@dataclass(frozen=True)
class Acte:
    """Un acte écrit : son nom de fichier, son titre, son modèle Word, sa place."""

    nom: str
    titre: str
    modele: str
    place: Literal["liasse", "a_cote", "interne"] = "liasse"
    sert: Callable[[Dossier], bool] = lambda _dossier: True


class Frais(Donnee):
    """Frais accessoires réclamés, avec leur justificatif."""

    libelle: Texte
    montant: MontantPositif
    fichier: Chemin | None = None


class Complement(Donnee):
    """Clés propres d'une procédure, sous [procedures.<nom>] ; par défaut aucune."""

    @property
    def frais(self) -> tuple[Frais, ...]:
        """Frais accessoires, pour les procédures qui en admettent."""
        return ()

    @property
    def hors_facture(self) -> Decimal:
        """Créance demandée sans facture, pour les procédures qui l'admettent."""
        return ZERO

    @property
    def libelle_hors_facture(self) -> str:
        """D'où vient la créance demandée sans facture."""
        return ""


class PieceACiter(str):
    """Chemin d'une pièce, que l'acte imprime par sa citation : « (pièce n° 7) »."""

    __slots__ = ()


class SansChamps(TypedDict):
    """Une procédure qui n'ajoute rien au contexte commun des actes."""


@dataclass(frozen=True)
class Limites:
    """Jusqu'où le destinataire peut négocier ; jamais dans la liasse. None : rien n'est dit de ce point."""

    delai_mois: int | None = None
    echeances: int | None = None
    remise_pourcent: Decimal | None = None
    libre: str | None = None


@dataclass(frozen=True)
class Cout:
    """Un coût à prévoir : son préfixe dans la table « frais » (…_min, …_max), ou son montant et d'où il vient.

    Sans `cle` ni `montant`, le coût n'est pas établi : `note` dit pourquoi.
    """

    libelle: str
    cle: str = ""
    montant: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Destination:
    """À qui la demande est adressée : lignes d'adresse."""

    lignes: tuple[str, ...]


@dataclass(frozen=True)
class Depot:
    """Comment la demande part : `cle`, dans la table « depots » ; `aupres` de qui, à qui l'on écrit."""

    cle: str
    aupres: Literal["greffe", "etude", "mandataire"]


def _ne_rien_constater(_espece: Espece) -> tuple[Constat, ...]:
    return ()


def _ne_rien_dire(_espece: Espece) -> tuple[str, ...]:
    return ()


def _ne_rien_ceder(_espece: Espece) -> Limites | None:
    return None


def _ne_rien_deposer(_espece: Espece) -> Depot | None:
    return None


def _ne_rien_couter(_espece: Espece) -> tuple[Cout, ...]:
    return ()


def _ne_rien_ajouter(_espece: Espece) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Procedure:
    """Une voie de droit.

    `preference` : rang d'examen, le plus petit l'emporte ; None = seulement sur demande (--procedure).
    `mentions` : textes qu'un modèle modifié doit garder, par modèle.
    `champs` : le TypedDict de ce que rend `completer` ; le contrôle des modèles Word s'y tient.
    `negocier` : limites données au destinataire, pour la seule lettre qui l'accompagne.
    `etapes` : ce que l'utilisateur fait ensuite ; `couts` : ce que cela coûte ; `deposer` : par où la demande part.
    `perimetre` : les créances que la voie voit, quand un jugement d'ouverture les partage.
    `tables` : les tables de droit consultées ; la première donne le texte de chaque motif (clé = code),
    et le fondement général sous la clé FONDEMENT.
    `n_attend_pas` : codes communs à compléter qui n'arrêtent pas cette voie, parce qu'elle y répond.
    `admet_contestation` : ce que le débiteur conteste se demande aussi, au juge d'en décider.
    """

    nom: str
    libelle: str
    preference: int | None
    actes: tuple[Acte, ...]
    tables: tuple[str, ...]
    examiner: Callable[[Espece], Examen]
    saisit_juridiction: bool
    perimetre: Perimetre = "poursuite"
    complement: type[Complement] = Complement
    controler: Callable[[Espece], tuple[Constat, ...]] = _ne_rien_constater
    champs: type = SansChamps
    completer: Callable[[Espece], Mapping[str, Any]] = _ne_rien_ajouter
    adresser: Callable[[Espece], Destination] | None = None
    negocier: Callable[[Espece], Limites | None] = _ne_rien_ceder
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    etapes: Callable[[Espece], tuple[str, ...]] = _ne_rien_dire
    admet_contestation: bool = False
    n_attend_pas: frozenset[str] = frozenset()
    couts: Callable[[Espece], tuple[Cout, ...]] = _ne_rien_couter
    deposer: Callable[[Espece], Depot | None] = _ne_rien_deposer

    @property
    def demande(self) -> str:
        """Le titre de l'acte qui demande, « Requête en injonction de payer » ; le libellé s'il n'y en a pas."""
        cadre = (COUVERTURE, BORDEREAU, DECOMPTE, RELANCES)
        return next((a.titre for a in self.actes if a.place == "liasse" and a not in cadre), self.libelle)

    def fondement(self, au: dt.date) -> str:
        """Le texte qui fonde la demande, à la date. Lève ErreurDroitManquant."""
        return str(valeur_au(self.tables[0], au, "FONDEMENT").valeur)

    def garder_les_actes_utiles(self, dossier: Dossier) -> "Procedure":
        """La même procédure, sans les actes qui n'auraient rien à dire pour ce dossier."""
        return replace(self, actes=tuple(acte for acte in self.actes if acte.sert(dossier)))

    def dossier_demande(self, dossier: Dossier) -> Dossier:
        """Le dossier tel que cette voie le chiffre : contestations levées si elle les fait juger."""
        return lever_contestations(dossier) if self.admet_contestation else dossier

    def complement_de(self, dossier: Dossier) -> Complement:
        """Le complément saisi, validé, ou vide."""
        return self.complement.model_validate(dossier.procedures.get(self.nom, {}))


def lever_contestations(dossier: Dossier) -> Dossier:
    """Le même dossier, toutes factures demandées en entier."""
    leve = {"contestee": False, "montant_conteste": None}
    return dossier.model_copy(update={"factures": tuple(f.model_copy(update=leve) for f in dossier.factures)})


def _a_des_relances(dossier: Dossier) -> bool:
    return any(not relance.confidentiel for relance in dossier.relances)


def _attend_un_pouvoir(dossier: Dossier) -> bool:
    """Le mandataire doit justifier d'un pouvoir, et le dossier n'en verse aucun."""
    mandataire = dossier.mandataire
    if mandataire is None or not mandataire.a_besoin_d_un_pouvoir:
        return False
    return not mandataire.pouvoir and not any(piece.nature == "pouvoir" for piece in dossier.pieces)


COUVERTURE = Acte("couverture", "Dossier de pièces et actes", "communs/couverture")
BORDEREAU = Acte("bordereau", "Bordereau des pièces", "communs/bordereau")
DECOMPTE = Acte("decompte", "Décompte de la créance", "communs/decompte")
RELANCES = Acte("releve_relances", "Relevé des relances", "communs/releve_relances", sert=_a_des_relances)
POUVOIR = Acte("pouvoir", "Pouvoir spécial", "communs/pouvoir", place="a_cote", sert=_attend_un_pouvoir)
LETTRE_ETUDE = Acte("lettre_etude", "Lettre à l’étude", "communs/lettre_etude", place="a_cote")
BORDEREAU_COMPLEMENTAIRE = Acte(
    NOM_DU_COMPLEMENTAIRE,
    "Bordereau complémentaire des pièces",
    "communs/bordereau_complementaire",
    place="a_cote",
)
FORMULAIRE = Acte("formulaire", "Formulaire officiel à reporter", "formulaires/fiche", place="a_cote")
FICHE_INTERNE = Acte("fiche_interne", "Fiche interne", "communs/fiche_interne", place="interne")


def encadrer(*demandes: Acte, apres: tuple[Acte, ...] = ()) -> tuple[Acte, ...]:
    """L'ordre de la liasse : couverture, bordereau, demande, décompte, relances ; puis ce qui reste à côté."""
    return (COUVERTURE, BORDEREAU, *demandes, DECOMPTE, RELANCES, *apres, POUVOIR, FICHE_INTERNE)


def somme_des_frais(complement: Complement) -> tuple[Decimal, ...]:
    """Montants des frais accessoires saisis."""
    return tuple(frais.montant for frais in complement.frais)


def lignes_adresse(nom: str, adresse: Adresse | str | None) -> tuple[str, ...]:
    """Bloc d'adresse : nom, voie, complément, code postal et commune, pays s'il est étranger ; ce qui manque se dit."""
    if adresse is None:
        return (nom,) if nom else ()
    if isinstance(adresse, str):
        return tuple(ligne for ligne in (nom, adresse) if ligne)
    if not (adresse.voie or adresse.code_postal or adresse.commune):
        return (*((nom,) if nom else ()), f"adresse {A_COMPLETER}")
    voie, code, commune = (
        getattr(adresse, cle) or (A_COMPLETER if cle in adresse.manques else "")
        for cle in ("voie", "code_postal", "commune")
    )
    lignes = (nom, adresse.complement, voie, f"{code} {commune}".strip())
    pays = () if adresse.pays.upper() == "FR" else (adresse.pays,)
    return tuple(ligne for ligne in lignes if ligne) + pays

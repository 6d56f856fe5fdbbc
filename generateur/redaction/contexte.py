"""Le contexte typé des modèles Word : tous les champs qu'un modèle peut employer, et eux seuls.

Chaque valeur y est mise en forme ; `citation` vaut « (pièce n° 4) » ou rien, une liste vide tait son paragraphe.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PartieActe:
    """Une partie telle que les actes la nomment."""

    nom: str  # « Atelier Lumen », « Jeanne Exemple »
    titre: str  # « la société Atelier Lumen », « Mme Jeanne Exemple », en cours de phrase
    titre_majuscule: str  # « La société Atelier Lumen », en tête de phrase
    a_titre: str  # « à la société Atelier Lumen », « au groupement X »
    de_titre: str  # « de la société Atelier Lumen », « du groupement X »
    role: str  # « Créancier », « Débiteur principal », « Caution », « Mandataire »
    identite: str  # désignation complète (CPC 54, 57), sans point final
    adresse: tuple[str, ...]  # lignes d'adresse, nom compris, pour une lettre
    adresse_correspondance: tuple[str, ...]  # lignes ; égale à adresse si rien d'autre n'est dit
    adresse_ligne: str  # adresse sur une ligne
    mentions: str  # « SARL au capital de … – RCS Lyon … – TVA … » (R123-237 C. com.), vide si inconnu
    representant: str  # « représentée par Mme Claire Martin, gérante », vide si inconnu
    courriel: str
    telephone: str
    iban: str
    bic: str
    e: str  # accord du participe : « e » ou vide
    est_professionnel: bool
    engagement: str = ""  # caution ou mandataire : phrase sans point, « Elle s’est portée caution … (pièce n° 5) »
    limite: str = ""  # caution plafonnée : « Mme Jeanne Bel, caution, n’est tenue que dans la limite de … »
    constitution: str = ""  # avocat : « ayant pour avocat Maître …, et élisant domicile à son cabinet »


@dataclass(frozen=True)
class SignataireActe:
    """Qui signe, et où."""

    nom: str
    qualite: str
    lieu: str


@dataclass(frozen=True)
class JuridictionActe:
    """La juridiction saisie, ou la cour d'appel du commissaire de justice."""

    nom: str  # « Tribunal des activités économiques de Lyon »
    du_nom: str  # « du tribunal des activités économiques de Lyon »
    adresse: tuple[str, ...]
    magistrat: str  # « Madame ou Monsieur le Président du tribunal … »
    cour_appel: str
    le_nom: str  # « le tribunal des activités économiques de Lyon »
    au_nom: str  # « au tribunal des activités économiques de Lyon »
    refere: str  # « le juge des référés du tribunal … », « le juge des contentieux … statuant en référé »


@dataclass(frozen=True)
class ContratActe:
    """Le titre de la créance."""

    designation: str  # « bon de commande n° BC-118 »
    article_designation: str  # « le bon de commande n° BC-118 »
    date: str
    citation: str


@dataclass(frozen=True)
class CgvActe:
    """Conditions générales et leur acceptation."""

    version: str
    acceptation: str  # « acceptées par signature le 2 mars 2026 », vide si inconnue
    citation: str


@dataclass(frozen=True)
class LivraisonActe:
    """Une livraison prouvée."""

    date: str
    reference: str
    facture: str
    citation: str


@dataclass(frozen=True)
class FactureActe:
    """Une facture et ce qu'il en reste dû."""

    numero: str
    date: str
    echeance: str
    objet: str
    montant_ttc: str
    avoirs: str
    paiements: str  # part des paiements imputée sur le principal : montant – avoirs – paiements = restant dû
    principal: str  # restant dû
    interets: str
    indemnite: str
    total: str
    citation: str


@dataclass(frozen=True)
class AvoirActe:
    """Un avoir."""

    numero: str
    date: str
    montant: str
    facture: str
    citation: str


@dataclass(frozen=True)
class ImputationActe:
    """Part d'un paiement qu'une facture a reçue."""

    facture: str
    sur_interets: str
    sur_principal: str


@dataclass(frozen=True)
class PaiementActe:
    """Un paiement tel que reçu, puis son imputation."""

    date: str
    montant: str  # reçu
    mode: str  # « virement de Untel (référence VIR-22) », vide si inconnu
    facture: str  # celle que le débiteur a choisie de payer ; vide s'il n'a rien dit
    motif: str  # pourquoi ces factures-là, phrase entière ; vide s'il n'y en avait qu'une
    sur_interets: str
    sur_principal: str
    imputations: tuple[ImputationActe, ...]
    resume: str  # « 1 200,50 € le 3 mai 2026 par virement, dont 36,20 € sur les intérêts et … »
    citation: str


@dataclass(frozen=True)
class RelanceActe:
    """Une relance."""

    rang: str
    date: str
    canal: str  # « courriel », « appel téléphonique »…
    objet: str
    interlocuteur: str
    reponse: str
    piece: str  # « n° 6 », vide sans preuve
    citation: str


@dataclass(frozen=True)
class MiseEnDemeureActe:
    """La mise en demeure envoyée."""

    date: str
    mode: str  # « lettre recommandée avec demande d'avis de réception n° … »
    issue: str  # « distribuée le 20 mai 2026 », « présentée le … et non réclamée », vide si inconnue
    delai: str  # « huit jours », vide si non dit
    citation: str
    destinataire: str = ""  # « à Mme Jeanne Bel », quand il y a plusieurs débiteurs et que la lettre ne va pas à tous


@dataclass(frozen=True)
class LigneActe:
    """Une ligne d'intérêts du décompte."""

    facture: str
    du: str
    au: str
    jours: str
    base: str
    taux: str
    montant: str
    fondement: str


@dataclass(frozen=True)
class PosteActe:
    """Un poste de la demande : ce qui est réclamé, combien, sur quel texte, avec quelle pièce."""

    libelle: str
    montant: str
    fondement: str
    citation: str


@dataclass(frozen=True)
class DecompteActe:
    """Le décompte arrêté."""

    principal: str
    interets: str
    indemnites: str
    clause_penale: str
    frais: str
    total: str
    total_lettres: str
    interet_journalier: str
    a_clause_penale: bool
    a_frais: bool
    a_indemnites: bool
    a_interets: bool
    a_paiements: bool
    lignes: tuple[LigneActe, ...]
    postes: tuple[PosteActe, ...]
    regles: tuple[str, ...]  # comment on a compté : base de jours, arrondi, imputation…
    taux_poursuite: str  # « au taux de la BCE majoré de 10 points, sur le principal restant dû, à compter du … »
    est_ttc: bool = False  # la TVA de chaque facture est connue : leurs montants se disent toutes taxes comprises
    nom_interets: str = "intérêts"  # pluriel, sans article ni taux : « pénalités de retard », sinon « intérêts »
    a_penalites: bool = False  # les intérêts sont les pénalités de L441-10, non l'intérêt légal
    interets_courus: str = ""  # somme des lignes, avant imputation des paiements ; vide : la ligne de total se tait
    principal_factures: str = ""  # principal des seules factures : la créance déclarée sans facture a son poste
    regle_imputation: str = ""  # « Chaque paiement est imputé d’abord sur… » ; vide sans paiement
    capitalisation: str = ""  # « article 1343-2 du code civil » si le contrat la prévoit, vide sinon
    total_factures: str = ""  # somme des totaux par facture, hors clause pénale et frais ; vide : même effet


@dataclass(frozen=True)
class PieceActe:
    """Une ligne du bordereau."""

    numero: str
    titre: str
    date: str
    pages: str
    page: str  # page de la liasse où la pièce commence, mesurée
    mention: str  # « original signé conservé », vide sinon


@dataclass(frozen=True)
class ConstatActe:
    """Un constat, sur la fiche interne seulement."""

    gravite: str
    message: str
    lieu: str
    remede: str
    fondement: str


@dataclass(frozen=True)
class ExamenActe:
    """L'examen d'une procédure, sur la fiche interne seulement."""

    libelle: str
    decision: str  # « retenue », « possible », « écartée »
    motifs: tuple[str, ...]


@dataclass(frozen=True)
class LigneInterne:
    """Une ligne de tableau de la fiche interne : coût, échéance, étape."""

    libelle: str
    valeur: str
    source: str


@dataclass(frozen=True)
class CacheActe:
    """Ce qu'une pièce porte sans le montrer, sur la fiche interne seulement."""

    piece: str  # « Pièce n° 4 – Relance du 15 mai »
    contenu: str  # « Note, page 2 : « accepter 50 % » »
    sort: str  # « Retiré de la liasse », « Reste lisible »…


@dataclass(frozen=True)
class DepotActe:
    """Où et comment déposer, et de quoi écrire à qui reçoit ; rien n'est à déposer deux fois."""

    adresse: str  # celle du greffe, si elle est connue ; l'étude et le mandataire sont déjà dits avec la leur
    comment: str
    frais: str  # vide si l'on n'en sait rien
    priere: str  # ce que le courriel demande à son destinataire


@dataclass(frozen=True)
class FicheInterne:
    """Ce qui ne sort jamais de chez le créancier."""

    verdict: str
    explication: str
    alerte: str  # procédure forcée : pourquoi on ne l'aurait pas choisie ; vide sinon
    constats: tuple[ConstatActe, ...]
    examens: tuple[ExamenActe, ...]
    etapes: tuple[str, ...]  # quoi faire ensuite
    echeances: tuple[LigneInterne, ...]
    couts: tuple[LigneInterne, ...]
    depot: DepotActe | None  # None : déjà déposé, ou rien à déposer
    moteur: str
    caches: tuple[CacheActe, ...] = ()  # ce que l'adversaire verrait dans les fichiers ; connu une fois préparés
    metadonnees: str = ""  # celles que presque tout fichier porte, en une phrase


@dataclass(frozen=True)
class NegociationActe:
    """Limites de négociation, dans la seule lettre à l'étude."""

    delai: str
    echeances: str
    remise: str
    libre: str


@dataclass(frozen=True)
class LiasseActe:
    """Ce que la couverture dit de la liasse."""

    pages: str
    nb_pieces: str


@dataclass(frozen=True)
class AjoutActe:
    """Les pièces arrivées depuis la dernière communication, pour le bordereau complémentaire."""

    depuis: str  # « 21 novembre 2026 », le jour de la dernière communication
    nb_pieces: str  # « 2 pièces »
    pieces: tuple[PieceActe, ...]


@dataclass(frozen=True)
class LigneFormulaire:
    """Un champ d'un formulaire officiel et sa valeur, en blanc si elle n'est pas connue."""

    libelle: str
    valeur: str


@dataclass(frozen=True)
class RubriqueActe:
    """Une rubrique d'un formulaire, dans son ordre."""

    titre: str
    lignes: tuple[LigneFormulaire, ...]


@dataclass(frozen=True)
class FormulaireActe:
    """Un formulaire officiel ou les données d'un portail, à reporter ; `avertissement` : ce qui reste à confirmer."""

    titre: str
    numero: str
    avertissement: str
    rubriques: tuple[RubriqueActe, ...]


@dataclass(frozen=True)
class ContexteActes:
    """Racine des champs : un modèle n'emploie que ceux-ci."""

    reference: str
    objet: str
    titre_acte: str
    procedure: str  # libellé de la procédure
    demande: str  # titre de l'acte qui demande : « Requête en injonction de payer »
    fondements: str  # « articles 1405 et suivants du code de procédure civile »
    date_arrete: str
    lendemain_arrete: str
    projet: bool
    creancier: PartieActe
    mandataire: PartieActe | None
    debiteur: PartieActe
    debiteurs: tuple[PartieActe, ...]
    a_plusieurs_debiteurs: bool
    adversaires: str  # « X », « X et Jeanne Bel », « X et autres »
    destinataire: tuple[str, ...]  # lignes d'adresse de l'étude ou du greffe
    juridiction: JuridictionActe | None
    depot: str  # par où la demande part ; vide si elle est déjà partie
    signataire: SignataireActe
    contrats: tuple[ContratActe, ...]
    cgv: CgvActe | None
    livraisons: tuple[LivraisonActe, ...]
    livraisons_prouvees: bool  # chacune a sa pièce
    factures: tuple[FactureActe, ...]
    a_plusieurs_factures: bool
    etat_factures: str  # « demeurées impayées », « demeurées impayées en tout ou partie »
    moment_factures: str  # « à leur échéance »
    avoirs: tuple[AvoirActe, ...]
    paiements: tuple[PaiementActe, ...]
    relances: tuple[RelanceActe, ...]
    nombre_relances: str  # en lettres
    mises_en_demeure: tuple[MiseEnDemeureActe, ...]
    decompte: DecompteActe
    pieces: tuple[PieceActe, ...]
    autres_faits: tuple[str, ...]  # phrases complètes : cession, accord, reconnaissance, rejet d'un paiement…
    a_une_autre_piece: bool  # une seule pièce que rien d'autre ne cite
    autres_pieces: str  # pièces que rien ne cite : « Relevé de compte (pièce n° 11) ; … », vide sinon
    liasse: LiasseActe
    fiche: FicheInterne | None
    negociation: NegociationActe | None
    formulaires: tuple[FormulaireActe, ...] = ()  # ceux que le tribunal saisi attend, vides sinon
    complement: dict[str, object] = field(default_factory=dict)  # champs propres à la procédure
    ajout: AjoutActe | None = None

"""Compose le contexte des actes : chaque champ mis en forme une fois, ici, pour tous les modèles."""

import datetime as dt
from dataclasses import dataclass, field, replace

from generateur.calculs.decompte import Decompte, SoldeFacture
from generateur.calculs.qualites import est_creancier_professionnel, est_traite_en_professionnel
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import Contrat, Facture, Relance
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import (
    A_COMPLETER,
    INSECABLE,
    courber,
    date_longue,
    date_ou_manque,
    majuscule,
    montant,
    pluriel,
    pourcentage,
)
from generateur.domaine.numeros import rendre_insecable
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import valeur_au
from generateur.procedures.socle import Espece, Limites, Procedure
from generateur.redaction.chiffres import presenter_decompte
from generateur.redaction.contexte import (
    AvoirActe,
    CgvActe,
    ContexteActes,
    ContratActe,
    FactureActe,
    FicheInterne,
    LiasseActe,
    LivraisonActe,
    NegociationActe,
    PartieActe,
    RelanceActe,
    SignataireActe,
)
from generateur.redaction.designation import designer, designer_mandataire, dire_engagement, dire_limite
from generateur.redaction.envois import lister_mises_en_demeure
from generateur.redaction.faits import dire_autres_faits
from generateur.redaction.formulaires import presenter_formulaires
from generateur.redaction.juridiction import presenter_juridiction
from generateur.redaction.lignes_bordereau import Mesures, mesurer_piece, presenter_ajout, presenter_piece
from generateur.redaction.manques import citer_facture, dire_echeances
from generateur.redaction.mise_en_forme import mettre_en_forme
from generateur.redaction.paiements import lister_paiements
from generateur.redaction.typographie import entier_en_lettres

_CONTRATS = {
    "contrat": ("contrat", "le contrat"),
    "devis_accepte": ("devis accepté", "le devis accepté"),
    "bon_de_commande": ("bon de commande", "le bon de commande"),
    "abonnement": ("contrat d’abonnement", "le contrat d’abonnement"),
}
_ACCEPTATIONS = {
    "signature": "acceptées par signature",
    "en_ligne": "acceptées en ligne",
    "renvoi_commande": "auxquelles la commande renvoie",
    "relations_suivies": "connues par les relations suivies entre les parties",
}
_CANAUX = {
    "courriel": "courriel",
    "telephone": "appel téléphonique",
    "sms": "SMS",
    "courrier": "courrier",
    "lrar": "lettre recommandée avec demande d’avis de réception",
    "visite": "visite sur place",
}
_UN_JOUR = dt.timedelta(days=1)


@dataclass(frozen=True)
class Matiere:
    """Tout ce dont les actes ont besoin, déjà décidé et chiffré."""

    espece: Espece
    procedure: Procedure
    bordereau: Bordereau
    fiche: FicheInterne | None
    projet: bool = False
    communiquee_le: dt.date | None = None
    ajoutees: frozenset[str] = frozenset()  # numéros des pièces arrivées depuis


@dataclass(frozen=True)
class BordereauSuivi(Bordereau):
    """Le bordereau, qui retient les pièces déjà citées : toute pièce jointe l'est au moins une fois."""

    citees: set[str] = field(default_factory=set)

    def citation(self, *fichiers: str | None) -> str:
        """Comme le bordereau, en notant ce qui est cité."""
        self.citees.update(numero for fichier in fichiers if (numero := self.numero_de(fichier)))
        return super().citation(*fichiers)

    def citer_le_reste(self) -> list[str]:
        """Les pièces que rien d'autre ne cite, chacune par son titre."""
        reste = [piece for piece in self.pieces if piece.numero not in self.citees]
        return [f"{piece.titre} {self.citation(piece.fichier)}" for piece in reste]


def composer_contexte(matiere: Matiere) -> ContexteActes:
    """Contexte complet, sans les mesures de la liasse (voir `mesurer_contexte`)."""
    espece, bordereau = matiere.espece, matiere.bordereau
    dossier, decompte = espece.dossier, espece.decompte
    procedure = matiere.procedure
    adresse = procedure.adresser(espece).lignes if procedure.adresser else ()
    bordereau = BordereauSuivi(bordereau.pieces)
    complement = {cle: mettre_en_forme(v, bordereau.citation) for cle, v in procedure.completer(espece).items()}
    poursuivis = dossier.debiteurs_poursuivis
    debiteurs = tuple(_designer_debiteur(d, bordereau) for d in poursuivis)
    rang = poursuivis.index(dossier.debiteur)
    creancier = designer(
        dossier.creancier, professionnel=est_creancier_professionnel(dossier.creancier), role="Créancier"
    )
    saisie = presenter_juridiction(adresse, espece.competence.cour_appel) if procedure.saisit_juridiction else None
    livraisons = _lister_livraisons(dossier, bordereau)
    contexte = ContexteActes(
        reference=dossier.reference,
        objet=dossier.objet or A_COMPLETER,
        titre_acte="",
        procedure=procedure.libelle,
        demande=procedure.demande,
        fondements=courber(procedure.fondement(espece.au)),
        date_arrete=date_longue(decompte.arrete_le),
        lendemain_arrete=date_longue(decompte.arrete_le + _UN_JOUR),
        projet=matiere.projet,
        creancier=creancier,
        mandataire=designer_mandataire(m, bordereau.citation(m.pouvoir)) if (m := dossier.mandataire) else None,
        debiteur=debiteurs[rang],
        debiteurs=debiteurs,
        a_plusieurs_debiteurs=len(debiteurs) > 1,
        adversaires=_nommer_adversaires(debiteurs[rang], debiteurs),
        destinataire=adresse,
        juridiction=saisie,
        depot=_dire_le_depot(matiere),
        signataire=_presenter_signataire(dossier, bordereau),
        contrats=tuple(_presenter_contrat(c, bordereau) for c in dossier.tous_contrats if c.nature != "aucun"),
        cgv=_presenter_cgv(dossier, bordereau),
        livraisons=livraisons,
        livraisons_prouvees=bool(livraisons) and all(livraison.citation for livraison in livraisons),
        factures=_lister_factures(dossier, decompte, bordereau),
        a_plusieurs_factures=len(decompte.soldes) > 1,
        etat_factures=_dire_etat_des_factures(decompte),
        moment_factures=_dire_moment_des_factures(decompte),
        avoirs=_lister_avoirs(dossier, bordereau),
        paiements=lister_paiements(dossier, decompte, bordereau),
        relances=(relances := _lister_relances(dossier, bordereau)),
        nombre_relances=entier_en_lettres(len(relances)),
        mises_en_demeure=lister_mises_en_demeure(dossier, bordereau),
        decompte=presenter_decompte(dossier, decompte, bordereau, procedure.complement_de(dossier)),
        pieces=tuple(presenter_piece(piece) for piece in bordereau.pieces),
        autres_faits=dire_autres_faits(espece, bordereau, creancier, debiteurs[rang]),
        a_une_autre_piece=False,
        autres_pieces="",
        liasse=LiasseActe("", pluriel(len(bordereau.pieces), "pièce")),
        fiche=matiere.fiche,
        negociation=_presenter_negociation(procedure.negocier(espece)),
        complement=complement,
        ajout=presenter_ajout(matiere.bordereau, matiere.ajoutees, matiere.communiquee_le),
    )
    reste = bordereau.citer_le_reste()
    contexte = replace(contexte, a_une_autre_piece=len(reste) == 1, autres_pieces=f"{INSECABLE}; ".join(reste))
    return replace(contexte, formulaires=presenter_formulaires(espece, procedure, contexte))


def mesurer_contexte(contexte: ContexteActes, mesures: Mesures) -> ContexteActes:
    """Le même contexte, avec les pages mesurées après la fusion."""
    pieces = tuple(mesurer_piece(piece, mesures) for piece in contexte.pieces)
    liasse = replace(contexte.liasse, pages=pluriel(mesures.pages, "page"))
    ajout = contexte.ajout
    if ajout:
        ajout = replace(ajout, pieces=tuple(mesurer_piece(piece, mesures) for piece in ajout.pieces))
    return replace(contexte, pieces=pieces, liasse=liasse, ajout=ajout)


def _designer_debiteur(debiteur: Debiteur, bordereau: Bordereau) -> PartieActe:
    cautionnement = debiteur.cautionnement
    preuve = bordereau.citation(cautionnement.fichier) if cautionnement else ""
    return designer(
        debiteur,
        professionnel=est_traite_en_professionnel(debiteur),
        engagement=dire_engagement(debiteur, preuve),
        limite=dire_limite(debiteur),
    )


def _dire_le_depot(matiere: Matiere) -> str:
    depot = matiere.procedure.deposer(matiere.espece)
    if depot is None or ((suivi := matiere.espece.dossier.suivi) and suivi.depot):
        return ""
    return majuscule(valeur_au("depots", matiere.espece.au, depot.cle).texte)


def _nommer_adversaires(principal: PartieActe, debiteurs: tuple[PartieActe, ...]) -> str:
    """Contre qui : deux noms se disent, au-delà « et autres »."""
    autres = [partie.nom for partie in debiteurs if partie is not principal]
    return f"{principal.nom} et {autres[0] if len(autres) == 1 else 'autres'}" if autres else principal.nom


def _dire_etat_des_factures(decompte: Decompte) -> str:
    """« en tout ou partie » seulement si une facture n'a été payée ou créditée qu'en partie."""
    partielles = any(0 < solde.principal < solde.initial for solde in decompte.soldes)
    if _restent_a_echoir(decompte) == len(decompte.soldes) > 0:
        return "dues"
    return "demeurées impayées en tout ou partie" if partielles else "demeurées impayées"


def _dire_moment_des_factures(decompte: Decompte) -> str:
    """Ce qui n'est pas échu à la date d'arrêté n'est pas demeuré impayé à son échéance."""
    a_echoir = _restent_a_echoir(decompte)
    if a_echoir == len(decompte.soldes) > 0:
        return "à une échéance qui n’est pas encore venue"
    if not a_echoir:
        return "à leur échéance"
    sauf = "celle qui n’est pas encore échue" if a_echoir == 1 else "celles qui ne sont pas encore échues"
    return f"à leur échéance, sauf {sauf}"


def _restent_a_echoir(decompte: Decompte) -> int:
    return sum(s.echeance is not None and s.echeance > decompte.arrete_le for s in decompte.soldes)


def _presenter_signataire(dossier: Dossier, bordereau: Bordereau) -> SignataireActe:
    """Qui signe ; un délégataire dit son pouvoir, et la pièce qui le prouve."""
    partie = dossier.mandataire or dossier.creancier
    lieu = partie.domicile.commune or A_COMPLETER
    if signataire := partie.signataire:
        pouvoir = bordereau.citation(signataire.pouvoir)
        qualites = (signataire.qualite, f"selon le pouvoir produit {pouvoir}" if pouvoir else "")
        return SignataireActe(signataire.nom, ", ".join(q for q in qualites if q), lieu)
    if partie.representant:
        return SignataireActe(partie.representant.nom, partie.representant.qualite or "", lieu)
    return SignataireActe(partie.nom_complet, partie.profession or "" if partie.est_physique else "", lieu)


def _presenter_contrat(contrat: Contrat, bordereau: Bordereau) -> ContratActe:
    nom, avec_article = _CONTRATS[contrat.nature]
    reference = f" n°{INSECABLE}{contrat.reference}" if contrat.reference else ""
    return ContratActe(
        designation=f"{nom}{reference}",
        article_designation=f"{avec_article}{reference}",
        date=date_longue(contrat.date) if contrat.date else "",
        citation=bordereau.citation(contrat.fichier),
    )


def _presenter_cgv(dossier: Dossier, bordereau: Bordereau) -> CgvActe | None:
    cgv = dossier.cgv
    if cgv is None:
        return None
    acceptation, mode = cgv.acceptation, ""
    if acceptation and acceptation.mode in _ACCEPTATIONS:
        mode = _ACCEPTATIONS[acceptation.mode]
        if acceptation.date and acceptation.mode in {"signature", "en_ligne"}:
            mode += f" le {date_longue(acceptation.date)}"
    fichier_acceptation = acceptation.fichier if acceptation else None
    return CgvActe(cgv.version or "", mode, bordereau.citation(cgv.fichier, fichier_acceptation))


def _lister_livraisons(dossier: Dossier, bordereau: Bordereau) -> tuple[LivraisonActe, ...]:
    return tuple(
        LivraisonActe(
            date_longue(livraison.date) if livraison.date else "",
            livraison.reference or "",
            facture.numero,
            bordereau.citation(livraison.fichier),
        )
        for facture in dossier.factures
        for livraison in facture.toutes_livraisons
        if livraison.date or livraison.fichier
    )


def _lister_factures(dossier: Dossier, decompte: Decompte, bordereau: Bordereau) -> tuple[FactureActe, ...]:
    par_numero = {f.numero: f for f in dossier.factures}
    return tuple(_presenter_facture(par_numero[s.facture], s, bordereau) for s in decompte.soldes)


def _presenter_facture(facture: Facture, solde: SoldeFacture, bordereau: Bordereau) -> FactureActe:
    return FactureActe(
        numero=facture.numero,
        date=date_ou_manque(facture.date),
        echeance=dire_echeances(facture),
        objet=facture.objet or "",
        montant_ttc=_dire_montant(facture, solde),
        avoirs=montant(solde.avoirs) if solde.avoirs else "",
        paiements=montant(solde.sur_principal) if solde.sur_principal else "",
        principal=montant(solde.principal),
        interets=montant(solde.interets),
        indemnite=montant(solde.indemnite),
        total=montant(solde.principal + solde.interets + solde.indemnite),
        citation=citer_facture(facture, bordereau),
    )


def _dire_montant(facture: Facture, solde: SoldeFacture) -> str:
    """Le montant que porte la pièce ; acomptes, part contestée ou non échue, celui d'où part ce décompte s'y ajoute."""
    entier = montant(facture.montant_ttc)
    return entier if solde.initial == facture.montant_ttc else f"{entier} (dont {montant(solde.initial)} comptés ici)"


def _lister_avoirs(dossier: Dossier, bordereau: Bordereau) -> tuple[AvoirActe, ...]:
    return tuple(
        AvoirActe(
            avoir.numero or A_COMPLETER,
            date_ou_manque(avoir.date),
            montant(avoir.montant_ttc),
            avoir.facture or ", ".join(part.facture for part in avoir.ventilation),
            bordereau.citation(avoir.fichier),
        )
        for avoir in dossier.avoirs
    )


def _lister_relances(dossier: Dossier, bordereau: Bordereau) -> tuple[RelanceActe, ...]:
    visibles = sorted((r for r in dossier.relances if not r.confidentiel), key=lambda r: r.date)
    return tuple(_presenter_relance(rang, r, bordereau) for rang, r in enumerate(visibles, start=1))


def _presenter_relance(rang: int, relance: Relance, bordereau: Bordereau) -> RelanceActe:
    numero = bordereau.numero_de(relance.fichier) if relance.fichier else None
    return RelanceActe(
        rang=str(rang),
        date=date_longue(relance.date),
        canal=_CANAUX[relance.canal],
        objet=_dire_objet(relance),
        interlocuteur=relance.interlocuteur or "",
        reponse=relance.reponse or "",
        piece=f"n°{INSECABLE}{rendre_insecable(numero)}" if numero else "",
        citation=bordereau.citation(relance.fichier),
    )


def _dire_objet(relance: Relance) -> str:
    """« Niveau 2 – Rappel de facture » ; un niveau en toutes lettres se lit tel quel."""
    niveau = relance.niveau
    chiffre = isinstance(niveau, int) or (niveau is not None and niveau.isdigit())
    rang = f"Niveau{INSECABLE}{niveau}" if chiffre else majuscule(str(niveau or ""))
    return " – ".join(partie for partie in (rang, relance.objet) if partie)


def _presenter_negociation(limites: Limites | None) -> NegociationActe | None:
    if limites is None:
        return None
    delai, echeances, remise = limites.delai_mois, limites.echeances, limites.remise_pourcent
    return NegociationActe(
        delai=pluriel(delai, "mois", "mois") if delai else "",
        echeances=pluriel(echeances, "échéance") if echeances else "",
        remise="" if remise is None else pourcentage(remise) if remise else "aucune",
        libre=majuscule(limites.libre or ""),
    )

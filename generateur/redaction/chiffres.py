"""Le décompte mis en forme pour les actes : lignes, postes demandés, règles de calcul, taux pour la suite."""

import datetime as dt
from collections.abc import Iterator

from generateur.calculs.decompte import Decompte, LigneInteret
from generateur.calculs.opposabilite import stipulations_opposables
from generateur.calculs.qualites import est_entre_professionnels
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import Contrat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, courber, date_courte, date_longue, montant, pourcentage
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au, valeur_au
from generateur.procedures.socle import Complement
from generateur.redaction.contexte import DecompteActe, LigneActe, PosteActe
from generateur.redaction.regles import dire_imputation, dire_regles
from generateur.redaction.taux import dire_taux_poursuite
from generateur.redaction.typographie import en_lettres

_CITEES_DEUX_FOIS = 4  # au-delà, répéter les numéros des factures alourdit le tableau des sommes


def presenter_decompte(
    dossier: Dossier, decompte: Decompte, bordereau: Bordereau, complement: Complement
) -> DecompteActe:
    """Le décompte tel que les actes l'impriment."""
    a_penalites = est_entre_professionnels(dossier) and any(li.regime != "legal" for li in decompte.lignes)
    return DecompteActe(
        principal=montant(decompte.principal),
        interets=montant(decompte.interets),
        indemnites=montant(decompte.indemnites),
        clause_penale=montant(decompte.clause_penale),
        frais=montant(decompte.frais),
        total=montant(decompte.total),
        total_lettres=en_lettres(decompte.total),
        interet_journalier=montant(decompte.interet_journalier),
        a_clause_penale=decompte.clause_penale > 0,
        a_frais=decompte.frais > 0,
        a_indemnites=decompte.indemnites > 0,
        a_interets=bool(decompte.lignes),
        a_paiements=bool(decompte.imputations),
        lignes=tuple(_presenter_ligne(ligne) for ligne in decompte.lignes),
        postes=_lister_postes(dossier, decompte, bordereau, complement),
        regles=dire_regles(dossier, decompte),
        taux_poursuite=dire_taux_poursuite(dossier, decompte),
        est_ttc=bool(dossier.factures) and all(f.comprend_la_taxe for f in dossier.factures),
        nom_interets="pénalités de retard" if a_penalites else "intérêts",
        a_penalites=a_penalites,
        interets_courus=montant(sum((li.montant for li in decompte.lignes), ZERO)) if decompte.lignes else "",
        principal_factures=montant(decompte.principal - decompte.hors_facture),
        regle_imputation=dire_imputation(dossier, decompte),
        capitalisation=_texte("capitalisation", decompte.au) if _est_a_capitaliser(dossier, decompte) else "",
        total_factures=montant(decompte.principal - decompte.hors_facture + decompte.interets + decompte.indemnites),
    )


def _est_a_capitaliser(dossier: Dossier, decompte: Decompte) -> bool:
    """Le contrat d'une facture qui porte intérêt prévoit la capitalisation : elle se demande, sans se chiffrer."""
    portees = {ligne.facture for ligne in decompte.lignes}
    contrats = (dossier.contrat_de(f) for f in dossier.factures if f.numero in portees)
    return any(contrat is not None and contrat.capitalisation for contrat in contrats)


def _presenter_ligne(ligne: LigneInteret) -> LigneActe:
    return LigneActe(
        facture=ligne.facture,
        du=date_courte(ligne.du),
        au=date_courte(ligne.au),
        jours=str(ligne.jours),
        base=montant(ligne.base),
        taux=pourcentage(ligne.taux),
        montant=montant(ligne.montant),
        fondement=courber(ligne.texte),
    )


def _texte(cle: str, au: dt.date) -> str:
    return courber(str(valeur_au("textes_demande", au, cle).valeur))


def _justifier_interets(dossier: Dossier, decompte: Decompte) -> Iterator[str | None]:
    """Ce qui fait courir les intérêts ou en fixe le taux, et cela seul.

    L'intérêt légal court d'une mise en demeure ; le taux légal des pénalités, de l'échéance que porte la facture ;
    un taux convenu se prouve par le contrat, ou par les conditions générales qui lient le débiteur.
    """
    for facture in dossier.factures:
        regimes = {ligne.regime for ligne in decompte.lignes if ligne.facture == facture.numero}
        if "legal" in regimes:
            for mise in dossier.mises_en_demeure_de(facture):
                yield from (mise.fichier, mise.preuve_depot, mise.accuse)
        if "suppletif" in regimes:
            yield facture.fichier
        if regimes - {"legal", "suppletif"} and stipulations_opposables(dossier, facture):
            yield _porter_les_stipulations(dossier, dossier.contrat_de(facture))


def _porter_les_stipulations(dossier: Dossier, contrat: Contrat | None) -> str | None:
    """Le fichier où se lisent le taux convenu et la clause pénale : les conditions générales s'il y en a, sauf mention.

    Même règle que leur opposabilité (`calculs.opposabilite`).
    """
    if dossier.cgv and (contrat is None or contrat.source_penalites != "contrat"):
        return dossier.cgv.fichier
    return contrat.fichier if contrat else None


def _lister_postes(
    dossier: Dossier, decompte: Decompte, bordereau: Bordereau, complement: Complement
) -> tuple[PosteActe, ...]:
    """Ce qui est demandé, poste par poste ; un poste nul se tait."""
    au = decompte.au
    factures = [f for f in dossier.factures if any(s.facture == f.numero for s in decompte.soldes)]
    fichiers = {f.numero: f.fichier for f in factures}
    contrats = [c for f in factures if (c := dossier.contrat_de(f))]
    postes = []
    if factures or not decompte.hors_facture:
        postes.append(
            PosteActe(
                "Principal restant dû",
                montant(decompte.principal - decompte.hors_facture),
                _texte("principal", au),
                bordereau.citation(*(f.fichier for f in factures)),
            )
        )
    if decompte.hors_facture:
        postes.append(
            PosteActe(
                complement.libelle_hors_facture,
                montant(decompte.hors_facture),
                _texte("principal", au),
                bordereau.citation(*(c.fichier for c in dossier.tous_contrats)),
            )
        )
    if decompte.interets:
        legal = all(ligne.regime == "legal" for ligne in decompte.lignes)
        nature = "Intérêts au taux légal arrêtés" if legal else "Pénalités de retard arrêtées"
        # une procédure collective arrête les intérêts avant la date d'arrêté : on dit le dernier jour compté
        dernier_jour = max(ligne.au for ligne in decompte.lignes)
        postes.append(
            PosteActe(
                f"{nature} au {date_longue(dernier_jour)}",
                montant(decompte.interets),
                _texte("interets_legaux" if legal else "penalites", au),
                bordereau.citation(*_justifier_interets(dossier, decompte)),
            )
        )
    if decompte.indemnites:
        unite = decimal_au("indemnite_recouvrement", au)
        retard = [solde.facture for solde in decompte.soldes if solde.indemnite > 0]
        combien, citation = len(retard), bordereau.citation(*(fichiers[numero] for numero in retard))
        postes.append(
            PosteActe(
                f"Indemnité forfaitaire pour frais de recouvrement ({combien}{INSECABLE}×{INSECABLE}{montant(unite)})",
                montant(decompte.indemnites),
                _texte("indemnite_recouvrement", au),
                citation if combien <= _CITEES_DEUX_FOIS or citation != postes[0].citation else "mêmes pièces",
            )
        )
    if decompte.clause_penale:
        postes.append(
            PosteActe(
                "Clause pénale",
                montant(decompte.clause_penale),
                _texte("clause_penale", au),
                bordereau.citation(*(_porter_les_stipulations(dossier, c) for c in contrats if c.clause_penale)),
            )
        )
    postes += [
        PosteActe(f.libelle, montant(f.montant), _texte("frais", au), bordereau.citation(f.fichier))
        for f in complement.frais
    ]
    return tuple(postes)

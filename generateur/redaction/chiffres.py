"""Le décompte mis en forme pour les actes : lignes, postes demandés, règles de calcul, taux pour la suite."""

import datetime as dt

from generateur.calculs.decompte import Decompte, LigneInteret
from generateur.calculs.qualites import est_entre_professionnels
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue, montant, pourcentage
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au, valeur_au
from generateur.procedures.socle import Frais
from generateur.redaction.contexte import DecompteActe, LigneActe, PosteActe
from generateur.redaction.regles import dire_regles
from generateur.redaction.taux import dire_taux_poursuite
from generateur.redaction.typographie import courber, date_courte, en_lettres


def presenter_decompte(
    dossier: Dossier, decompte: Decompte, bordereau: Bordereau, frais: tuple[Frais, ...]
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
        postes=_lister_postes(dossier, decompte, bordereau, frais),
        regles=dire_regles(dossier, decompte),
        taux_poursuite=dire_taux_poursuite(dossier, decompte),
        nom_interets="pénalités de retard" if a_penalites else "intérêts au taux légal",
        a_penalites=a_penalites,
        interets_courus=montant(sum((li.montant for li in decompte.lignes), ZERO)) if decompte.lignes else "",
        total_factures=montant(decompte.principal + decompte.interets + decompte.indemnites),
    )


def _presenter_ligne(ligne: LigneInteret) -> LigneActe:
    return LigneActe(
        facture=ligne.facture,
        du=date_courte(ligne.du),
        au=date_courte(ligne.au),
        jours=str(ligne.jours),
        base=montant(ligne.base),
        taux=pourcentage(ligne.taux),
        montant=montant(ligne.montant),
        fondement=courber(ligne.fondement.partition(" (")[0]),  # la précision est dite une fois, dans les règles
    )


def _texte(cle: str, au: dt.date) -> str:
    return courber(str(valeur_au("textes_demande", au, cle).valeur))


def _lister_postes(
    dossier: Dossier, decompte: Decompte, bordereau: Bordereau, frais: tuple[Frais, ...]
) -> tuple[PosteActe, ...]:
    """Ce qui est demandé, poste par poste ; un poste nul se tait."""
    au = decompte.au
    factures = [f for f in dossier.factures if any(s.facture == f.numero for s in decompte.soldes)]
    contrats = [c for f in factures if (c := dossier.contrat_de(f))]
    postes = [
        PosteActe(
            "Principal restant dû",
            montant(decompte.principal),
            _texte("principal", au),
            bordereau.citation(*(f.fichier for f in factures)),
        )
    ]
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
                bordereau.citation(dossier.cgv.fichier if dossier.cgv and not legal else None),
            )
        )
    if decompte.indemnites:
        unite = decimal_au("indemnite_recouvrement", au)
        combien = sum(solde.indemnite > 0 for solde in decompte.soldes)
        postes.append(
            PosteActe(
                f"Indemnité forfaitaire pour frais de recouvrement ({combien}{INSECABLE}×{INSECABLE}{montant(unite)})",
                montant(decompte.indemnites),
                _texte("indemnite_recouvrement", au),
                "",
            )
        )
    if decompte.clause_penale:
        postes.append(
            PosteActe(
                "Clause pénale",
                montant(decompte.clause_penale),
                _texte("clause_penale", au),
                bordereau.citation(*(c.fichier for c in contrats if c.clause_penale)),
            )
        )
    postes += [
        PosteActe(f.libelle, montant(f.montant), _texte("frais", au), bordereau.citation(f.fichier)) for f in frais
    ]
    return tuple(postes)

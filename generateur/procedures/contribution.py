"""La contribution pour la justice économique, dite au créancier : ce qu'il faut saisir, ce qu'elle coûte."""

from collections.abc import Iterator

from generateur.calculs.contribution import CLE, Contribution, evaluer_contribution
from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.langue import montant, pourcentage
from generateur.droit.juridictions import Juridiction
from generateur.droit.tables import valeur_au
from generateur.procedures.socle import Cout, Espece, motiver

_LIBELLE = "Contribution pour la justice économique"


def constater_contribution(espece: Espece, saisie: Juridiction | None, table: str) -> Iterator[Constat]:
    """Constats de la contribution devant la juridiction saisie ; muet si elle n'est pas en cause.

    `table` : celle des textes de la procédure.
    """
    evaluee = _evaluer(espece, saisie)
    if evaluee.etat in {"sans_objet", "nulle"}:
        return
    texte = motiver(table, espece.au, "CONTRIBUTION_JUSTICE_ECONOMIQUE", "").fondement
    total = montant(espece.decompte.total)
    if evaluee.etat == "effectif_inconnu":
        yield constater(
            "CONTRIBUTION_EFFECTIF",
            f"Devant le tribunal des activités économiques, une demande de {total}, supérieure à "
            f"{montant(evaluee.seuil)}, paie une contribution si le créancier emploie au moins "
            f"{evaluee.effectif_minimal} salariés ; impayée, la demande est irrecevable.",
            lieu="creancier.effectif",
            remede="Ajoutez au créancier son nombre de salariés, par exemple effectif = 12.",
            fondement=texte,
        )
    elif evaluee.etat == "comptes_inconnus":
        yield constater(
            "CONTRIBUTION_COMPTES",
            "La contribution pour la justice économique dépend du chiffre d'affaires et du bénéfice annuels moyens des "
            "trois derniers exercices du créancier.",
            lieu="creancier.benefice_moyen",
            remede='Ajoutez au créancier chiffre_affaires_moyen = "60000000.00" et benefice_moyen = "4000000.00".',
            fondement=texte,
        )
    elif evaluee.etat == "revenus_inconnus":
        yield constater(
            "CONTRIBUTION_DUE",
            "La contribution pour la justice économique d'une personne physique dépend de son revenu fiscal de "
            "référence : elle n'est pas calculée ici ; impayée, la demande est irrecevable.",
            lieu="creancier.effectif",
            remede="Demandez son montant au greffe, et joignez le justificatif de paiement en [[pieces]].",
            fondement=texte,
        )
    elif evaluee.etat == "due" and evaluee.montant is not None and evaluee.taux is not None:
        yield constater(
            "CONTRIBUTION_DUE",
            f"La demande ({total}) paie la contribution pour la justice économique : {montant(evaluee.montant)} "
            f"({pourcentage(evaluee.taux)}, dans la limite du plafond) ; impayée, elle est irrecevable.",
            lieu="creancier.effectif",
            remede='Payez-la avant de déposer et joignez le justificatif en [[pieces]], nature = "justificatif_frais".',
            fondement=texte,
        )


def couter_contribution(espece: Espece, saisie: Juridiction | None) -> tuple[Cout, ...]:
    """Le coût à prévoir devant la juridiction saisie, connu ou non ; aucun si la contribution n'est pas en cause."""
    evaluee = _evaluer(espece, saisie)
    if evaluee.etat == "sans_objet":
        return ()
    source = valeur_au("seuils", espece.au, CLE)
    attente = "" if evaluee.montant is not None else "dépend de l'effectif et des comptes du créancier"
    return (Cout(_LIBELLE, montant=evaluee.montant, note=attente or source.source.titre),)


def _evaluer(espece: Espece, saisie: Juridiction | None) -> Contribution:
    return evaluer_contribution(espece.dossier.creancier, saisie, espece.decompte.total, espece.au)

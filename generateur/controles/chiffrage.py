"""Ce que le décompte laisse dehors ou tient pour discutable : exclusions, plancher, intérêt qui ne court pas, taux.

Sources : C. com. L441-10 II et D441-5. Ces constats se lisent sur le décompte déjà calculé ; sans lui
(droit manquant à la date), il n'y a rien à en dire ici.
"""

from collections.abc import Iterator
from decimal import Decimal

from generateur.calculs.decompte import Decompte
from generateur.calculs.interets import attend_une_mise_en_demeure
from generateur.calculs.taux_lus import lire_taux_employes
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import lieu_facture
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer, pourcentage
from generateur.domaine.langue import montant as ecrire_montant

_REMEDES_EXCLUSION = {
    "contestee": "Si la contestation est levée, retirez contestee et montant_conteste ; sinon demandez "
    "cette part à part.",
    "non_echue": "Vérifiez la date d'échéance saisie ; si elle est exacte, attendez-la.",
    "retenue_garantie": "Rien à faire : la retenue se demandera à sa date.",
    "devise": "Retirez cette facture du dossier.",
    "plan": "Rien à demander ici : suivez les versements du plan auprès du commissaire à son exécution.",
    "penalites_en_double": "Rien à faire si ce sont bien les mêmes jours ; sinon dites ceux qu'elle couvre dans "
    "factures.periode = { du, au }, ou les factures visées dans son objet.",
    "a_declarer": "Déclarez-la à part, dans son délai.",
}
_DITES_AILLEURS = frozenset({"prescrite", "posterieure_utile"})


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Constats tirés du décompte."""
    decompte = contexte.decompte
    if decompte is None:
        return []
    return [
        *_exclues(dossier, decompte),
        *_annulees(dossier, decompte),
        *_plancher(dossier, decompte),
        *_sans_mise_en_demeure(dossier, decompte),
        *_taux_a_confirmer(dossier, decompte),
    ]


def _exclues(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    for exclue in decompte.exclues:
        if exclue.motif in _DITES_AILLEURS:
            continue
        yield constater(
            "FACTURE_EXCLUE",
            f"Facture {exclue.facture} : {ecrire_montant(exclue.montant)} hors du décompte ({exclue.explication}).",
            lieu=lieu_facture(dossier, exclue.facture),
            remede=_REMEDES_EXCLUSION.get(exclue.motif, "Vérifiez la facture."),
        )


def _annulees(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    """Une facture que ses avoirs annulent en entier : les intérêts d'avant eux restent, l'indemnité non."""
    for solde in decompte.soldes:
        if solde.est_annulee and solde.interets:
            yield constater(
                "AVOIR_TOTAL",
                f"Facture {solde.facture} : entièrement annulée par ses avoirs, mais après son échéance ; "
                f"{ecrire_montant(solde.interets)} d'intérêts courus avant eux sont demandés, l'indemnité forfaitaire "
                "ne l'est pas : il n'y a plus de facture impayée à recouvrer.",
                lieu=lieu_facture(dossier, solde.facture),
                remede="Gardez-la si l'avoir est un geste fait après le retard ; s'il reconnaît que la somme n'était "
                "pas due, retirez du dossier la facture et son avoir.",
            )


def _plancher(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    """Une seule alerte par facture, avec les trois sommes sur toute la période sous le plancher."""
    for numero in dict.fromkeys(ecart.facture for ecart in decompte.ecarts_plancher):
        ecarts = [ecart for ecart in decompte.ecarts_plancher if ecart.facture == numero]
        contrat, plancher, suppletif = (
            ecrire_montant(sum((getattr(ecart, champ) for ecart in ecarts), Decimal(0)))
            for champ in ("montant_contrat", "montant_plancher", "montant_suppletif")
        )
        noms = {
            "contrat": "le taux du contrat",
            "plancher": "le plancher légal",
            "suppletif": "le taux supplétif",
        }
        yield constater(
            "TAUX_SOUS_PLANCHER",
            f"Facture {numero} : le taux convenu ({pourcentage(ecarts[0].taux_contrat)}) est sous le "
            "plancher légal "
            f"({pourcentage(ecarts[0].plancher)}). Sur cette période : {contrat} au taux du contrat, "
            f"{plancher} au "
            f"plancher, {suppletif} au taux supplétif. Le décompte applique {noms[ecarts[0].applique]}.",
            lieu=lieu_facture(dossier, numero),
            remede='Choisissez avec penalites.sous_plancher = "contrat", "plancher" ou "suppletif" dans [contrat].',
        )


def _sans_mise_en_demeure(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    """L'intérêt légal ne court que d'une mise en demeure de cette dette : sans elle, le décompte n'en compte pas."""
    demandees = {solde.facture for solde in decompte.soldes if solde.principal}
    oubliees = [
        facture.numero
        for facture in dossier.factures
        if facture.numero in demandees
        and any(
            terme.date <= decompte.au and attend_une_mise_en_demeure(dossier, facture, terme.date)
            for terme in facture.termes
        )
    ]
    if oubliees:
        yield constater(
            "INTERET_SANS_MISE_EN_DEMEURE",
            "Aucune mise en demeure envoyée depuis l'échéance ne vise "
            f"{'la facture' if len(oubliees) == 1 else 'les factures'} {enumerer(oubliees)} : le décompte n'y compte "
            "aucun intérêt légal.",
            lieu=lieu_facture(dossier, oubliees[0]),
            remede="Envoyez une mise en demeure de cette dette : l'intérêt court du lendemain de sa présentation.",
        )


def _taux_a_confirmer(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    for lu in lire_taux_employes(dossier, decompte):
        if lu.valeur.confiance != "certaine":
            yield constater(
                "TAUX_A_CONFIRMER",
                f"Le taux du semestre ouvert le {date_longue(lu.semestre)} (table {lu.table}) n'est que probable à la "
                f"dernière vérification : {lu.valeur.source.titre}.",
                lieu="au",
                remede=f"Vérifiez-le à la source officielle ({lu.valeur.source.url}) avant de déposer.",
            )

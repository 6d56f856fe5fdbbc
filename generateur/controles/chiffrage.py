"""Ce que le décompte laisse dehors ou tient pour discutable : exclusions, plancher, 40 €, taux probables.

Sources : C. com. L441-10 II et D441-5. Ces constats se lisent sur le décompte déjà calculé ; sans lui
(droit manquant à la date), il n'y a rien à en dire ici.
"""

from collections.abc import Iterator
from decimal import Decimal

from generateur.calculs.decompte import Decompte
from generateur.calculs.qualites import qualite_de
from generateur.calculs.taux_lus import lire_taux_employes
from generateur.controles.catalogue import constater
from generateur.controles.constat import Constat
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import lieu_debiteur, lieu_facture
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, pourcentage
from generateur.domaine.langue import montant as ecrire_montant

_REMEDES_EXCLUSION = {
    "contestee": "Si la contestation est levée, retirez contestee et montant_conteste ; sinon demandez "
    "cette part à part.",
    "non_echue": "Vérifiez la date d'échéance saisie ; si elle est exacte, attendez-la.",
    "retenue_garantie": "Rien à faire : la retenue se demandera à sa date.",
    "devise": "Retirez cette facture du dossier.",
}


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Constats tirés du décompte."""
    decompte = contexte.decompte
    if decompte is None:
        return []
    return [
        *_exclues(dossier, decompte),
        *_plancher(dossier, decompte),
        *_association(dossier, decompte),
        *_taux_a_confirmer(dossier, decompte),
    ]


def _exclues(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    for exclue in decompte.exclues:
        yield constater(
            "FACTURE_EXCLUE",
            f"Facture {exclue.facture} : {ecrire_montant(exclue.montant)} hors du décompte ({exclue.explication}).",
            lieu=lieu_facture(dossier, exclue.facture),
            remede=_REMEDES_EXCLUSION.get(exclue.motif, "Vérifiez la facture."),
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


def _association(dossier: Dossier, decompte: Decompte) -> Iterator[Constat]:
    if decompte.indemnites > 0 and qualite_de(dossier.debiteur) == "association":
        yield constater(
            "INDEMNITE_ASSOCIATION",
            f"L'indemnité forfaitaire ({ecrire_montant(decompte.indemnites)}) est demandée à une "
            "association : elle "
            "n'est due que si celle-ci agit en professionnelle, ce qui se discute.",
            lieu=f"{lieu_debiteur(dossier)}.agit_en_professionnel",
            remede="Si l'association n'a pas agi en professionnelle, écrivez agit_en_professionnel = false.",
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

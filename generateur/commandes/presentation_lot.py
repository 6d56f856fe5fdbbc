"""Le bilan d'un lot : un tableau, ou l'objet du contrat."""

from decimal import Decimal
from typing import Any

from generateur.commandes.signes import mettre_en_ligne
from generateur.domaine.langue import montant
from generateur.operations.lot import Avancee, Bilan
from generateur.procedures.repertoire import trouver_procedure
from generateur.redaction.typographie import pluriel
from generateur.reglages import Resultat

_ETATS = {"produit": "produit", "a_jour": "déjà à jour", "refuse": "refusé", "en_echec": "en échec"}


def en_objet(bilan: Bilan) -> dict[str, Any]:
    """Objet de « lot » et de « demo » ; un dossier à jour compte parmi les produits."""
    return {
        "total": len(bilan.dossiers),
        "produits": bilan.combien("produit") + bilan.combien("a_jour"),
        "refuses": bilan.refuses,
        "en_echec": bilan.en_echec,
        "duree_s": round(bilan.duree_s, 1),
        "debit": round(len(bilan.dossiers) / bilan.duree_s, 2) if bilan.duree_s else 0.0,
        "executant": bilan.executant,
        "dossiers": [resultat.model_dump() for resultat in bilan.dossiers],
    }


def presenter_avancee(avancee: Avancee) -> str:
    """« [3/11] 2026-0042 : produit »."""
    resultat = avancee.resultat
    return f"[{avancee.rang}/{avancee.total}] {mettre_en_ligne(resultat.reference)} : {_ETATS[resultat.etat]}"


def presenter(bilan: Bilan) -> str:
    """Tableau du lot : une ligne par dossier, puis le compte et ce qu'il faut ouvrir."""
    largeur = max((len(mettre_en_ligne(r.reference)) for r in bilan.dossiers), default=0)
    lignes = [ligne for resultat in bilan.dossiers for ligne in _decrire(resultat, largeur)]
    lignes += [
        "",
        f"{pluriel(len(bilan.dossiers), 'dossier')} : {pluriel(bilan.combien('produit'), 'produit')}, "
        f"{bilan.combien('a_jour')} déjà à jour, {pluriel(bilan.refuses, 'refusé')}, {bilan.en_echec} en échec.",
    ]
    nouveaux_dabord = sorted(bilan.dossiers, key=lambda resultat: resultat.etat != "produit")
    if ouvrir := next((r.fichier for r in nouveaux_dabord if r.fichier), None):
        lignes.append(f"À ouvrir d'abord : {ouvrir}")
    return "\n".join(lignes)


def _decrire(resultat: Resultat, largeur: int) -> list[str]:
    debut = f"{mettre_en_ligne(resultat.reference):<{largeur}}  "
    if resultat.procedure and resultat.total:
        libelle = trouver_procedure(resultat.procedure).libelle
        suite = [ligne for ligne in (resultat.message, resultat.fichier) if ligne]
        return [
            f"{debut}{montant(Decimal(resultat.total)):>14}  {libelle}",
            *(f"{'':<{largeur}}  {ligne}" for ligne in suite),
        ]
    premiere, *suite = resultat.message.splitlines()
    return [f"{debut}{_ETATS[resultat.etat]} : {premiere}", *(f"{'':<{largeur}}  {ligne}" for ligne in suite)]

"""Comment le décompte a été compté, dit une fois au juge : jours, taux, arrondi, imputation."""

from collections.abc import Iterator

from generateur.calculs.decompte import Decompte
from generateur.calculs.interets import TABLE_PARTICULIERS, TABLE_PROFESSIONNELS
from generateur.calculs.taux_lus import TABLE_BCE, lire_taux_employes
from generateur.domaine.creances import Contrat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, courber, date_longue, enumerer, montant, nombre
from generateur.droit.tables import decimal_au, valeur_au
from generateur.redaction.taux import nommer_taux_convenu

_ANNEE_ORDINAIRE = 365
_NOMS_DES_TAUX = {
    TABLE_BCE: "Le taux de la Banque centrale européenne",
    TABLE_PROFESSIONNELS: "Le taux d’intérêt légal",
    TABLE_PARTICULIERS: "Le taux d’intérêt légal",
}


def dire_regles(dossier: Dossier, decompte: Decompte) -> tuple[str, ...]:
    """Une phrase par règle employée ; celles qui n'ont pas servi se taisent."""
    return tuple(_phrases(dossier, decompte))


def _phrases(dossier: Dossier, decompte: Decompte) -> Iterator[str]:
    contrats = dossier.tous_contrats or (Contrat(nature="aucun"),)
    if decompte.lignes:
        yield _compter(dossier, decompte, base=max(c.base_jours for c in contrats))
        yield from _dire_taux_employes(dossier, decompte)
        yield from _dire_reserves(dossier, decompte)
    if imputation := dire_imputation(dossier, decompte):
        yield imputation
    if decompte.compense:
        yield (
            f"Ce que les avoirs laissent une fois le principal éteint est dû au débiteur{INSECABLE}: "
            f"{montant(decompte.compense)} en sont déduits, des intérêts d’abord ({_texte('compensation', decompte)})."
        )
    if decompte.imputations or dossier.avoirs:
        yield "Le jour d’un paiement ou d’un avoir porte encore intérêt sur l’ancienne base."


def dire_imputation(dossier: Dossier, decompte: Decompte) -> str:
    """L'ordre entre intérêts et principal ; vide sans paiement."""
    if not decompte.imputations:
        return ""
    if any(contrat.imputation == "capital_dabord" for contrat in dossier.tous_contrats):
        ordre = "sur le principal, puis sur les intérêts, comme le contrat le prévoit"
    else:
        ordre = f"sur les intérêts, puis sur le principal ({_texte('imputation', decompte)})"
    return f"Chaque paiement est imputé d’abord {ordre}."


def _compter(dossier: Dossier, decompte: Decompte, base: int) -> str:
    reperes = {False: "l’échéance", True: _nommer_depart_legal(dossier)}
    regimes = sorted({li.regime == "legal" for li in decompte.lignes})
    departs = enumerer([f"du lendemain de {reperes[legal]}" for legal in regimes])
    fin = "à la date d’arrêté incluse"
    if max(li.au for li in decompte.lignes) < decompte.au:
        fin = "au dernier jour du tableau, inclus"
    annee = f"{base}{INSECABLE}jours" + (" les années bissextiles" if base > _ANNEE_ORDINAIRE else " par an")
    return (
        f"Intérêts simples, {departs} {fin}, sur {annee}, arrondis au centime le plus proche par période{INSECABLE}; "
        f"les périodes sont coupées au 1er{INSECABLE}janvier et au 1er{INSECABLE}juillet, "
        "à chaque paiement et à chaque avoir."
    )


def _nommer_depart_legal(dossier: Dossier) -> str:
    """L'intérêt légal part du lendemain de la présentation, à défaut de la réception, à défaut de l'envoi."""
    mises = dossier.toutes_mises_en_demeure
    if any(mise.date_presentation for mise in mises):
        return "la présentation de la mise en demeure"
    return "la réception de la mise en demeure" if any(m.date_reception for m in mises) else "la mise en demeure"


def _dire_taux_employes(dossier: Dossier, decompte: Decompte) -> Iterator[str]:
    regimes = {ligne.regime for ligne in decompte.lignes}
    if "suppletif" in regimes:
        points = nombre(decimal_au("penalites_points_suppletifs", decompte.au), 0)
        yield (
            "Le taux de chaque semestre est celui de l’opération de refinancement la plus récente de la Banque "
            f"centrale européenne au 1er{INSECABLE}janvier ou au 1er{INSECABLE}juillet, "
            f"majoré de {points}{INSECABLE}points de pourcentage "
            f"({_texte('penalites', decompte)})."
        )
    if "legal" in regimes:
        yield f"Le taux légal est celui fixé pour chaque semestre ({_texte('taux_legal', decompte)})."
    if "plancher" in regimes:
        multiple = nombre(decimal_au("penalites_multiple_plancher", decompte.au), 0)
        yield (
            f"Le taux convenu, inférieur au minimum légal, est porté à {multiple} fois le taux d’intérêt légal "
            f"({_texte('penalites', decompte)})."
        )
    convenus = dict.fromkeys(
        nommer_taux_convenu(dossier, ligne)
        for ligne in decompte.lignes
        if ligne.regime not in {"suppletif", "legal", "plancher"}
    )
    for taux in convenus:
        yield f"Le taux convenu est {taux}."


def _dire_reserves(dossier: Dossier, decompte: Decompte) -> Iterator[str]:
    """D'où vient un taux que la table livrée ne tient pas pour certain : l'adversaire doit pouvoir le vérifier."""
    for lu in lire_taux_employes(dossier, decompte):
        valeur = lu.valeur
        taux = (
            f"{_NOMS_DES_TAUX[lu.table]} retenu pour le semestre ouvert le {date_longue(lu.semestre)}, {valeur.texte}"
        )
        if valeur.saisie_le:
            publication = valeur.source.publication
            publie = f", publié le {date_longue(publication)}" if publication else ""
            source = courber(valeur.source.titre)
            yield (
                f"{taux}{INSECABLE}%, a été ajouté par l’utilisateur du logiciel d’après{INSECABLE}: {source}{publie}."
            )
        elif valeur.confiance != "certaine":
            yield (
                f"{taux}{INSECABLE}%, vient de relevés non rapprochés de sa publication officielle{INSECABLE}: "
                "valeur probable."
            )


def _texte(cle: str, decompte: Decompte) -> str:
    return courber(str(valeur_au("textes_demande", decompte.au, cle).valeur))

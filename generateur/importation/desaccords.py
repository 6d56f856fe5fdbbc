"""Un export qui se contredit : la question posée, ce qui est compté en attendant, et que faire ; jamais un silence."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from generateur.domaine.langue import enumerer, montant
from generateur.importation.socle import Doute, PieceLue, Statut, cumuler

ZERO = Decimal(0)
_CORRIGER = "Voir dans le logiciel ce qui est juste, le corriger dans l'export, puis réimporter."
_STATUTS: Mapping[Statut, str] = {"soldee": "payée", "partielle": "payée en partie", "impayee": "impayée"}
_ATTENDUS: Mapping[Statut, Callable[[Decimal, Decimal], bool]] = {
    "soldee": lambda reste, _: reste <= ZERO,
    "partielle": lambda reste, ttc: ZERO < reste < ttc,
    "impayee": lambda reste, _: reste > ZERO,
}


def confronter_statut(piece: PieceLue) -> tuple[PieceLue, list[Doute]]:
    """Le statut et le reste dû en accord ; sinon une question, et la lecture la moins coûteuse pour le débiteur."""
    code, dit = _chercher_desaccord(piece)
    if not dit:
        return piece, []
    doute = Doute(piece.origine, code, f"facture {piece.numero} : {dit}", piece.numero, _CORRIGER)
    if piece.statut == "soldee":  # relancer qui a payé est pire que de le demander
        return replace(piece, reste_du=ZERO), [doute]
    return piece, [doute]


def douter_des_restes(origine: str, numero: str, restes: Collection[Decimal], ttc: Decimal | None) -> list[Doute]:
    """Les lignes d'une même facture qui disent plusieurs restes dus."""
    if len(restes) <= 1 or ttc is None:
        return []
    dits = enumerer([montant(reste) for reste in sorted(restes)])
    message = f"facture {numero} : ses lignes disent plusieurs restes dus, {dits} ; le plus grand est réclamé, sur un "
    message += f"total de {montant(ttc)}"
    return [Doute(origine, "RESTE_DU_INCOHERENT", message, numero, "N'y laisser que la ligne juste, puis réimporter.")]


def _chercher_desaccord(piece: PieceLue) -> tuple[str, str]:
    """Le code et la phrase de ce qui ne s'accorde pas ; vides si tout s'accorde."""
    if piece.nature == "avoir" or piece.montant_ttc is None:
        return "", ""
    if piece.reste_du is None:
        est_muette = piece.statut == "partielle" and piece.paye is None and not piece.reglements
        dit = "le statut la dit payée en partie, mais rien ne dit combien : elle est comptée en entier"
        return ("STATUT_INCOHERENT", dit) if est_muette else ("", "")
    reste, total = montant(piece.reste_du), montant(piece.montant_ttc)
    attendu = _ATTENDUS.get(piece.statut)
    if attendu is not None and not attendu(piece.reste_du, piece.montant_ttc):
        dit = f"{_dire_statut(piece)}, mais son reste dû est de {reste} sur {total}"
        return "STATUT_INCOHERENT", f"{dit} : {_dire_reclame(piece, piece.reste_du, piece.montant_ttc)}"
    if piece.reste_du > piece.montant_ttc:
        return "RESTE_DU_INCOHERENT", f"son reste dû, {reste}, dépasse son total, {total}, seul compté"
    return _confronter_paye(piece, piece.reste_du, piece.montant_ttc)


def _dire_statut(piece: PieceLue) -> str:
    """Ce qui la dit payée en partie est parfois son montant payé, non son statut."""
    if piece.statut == "partielle" and piece.paye:
        return f"{montant(piece.paye)} sont dits payés"
    return f"le statut la dit {_STATUTS[piece.statut]}"


def _confronter_paye(piece: PieceLue, reste: Decimal, ttc: Decimal) -> tuple[str, str]:
    """Un reste dû qui n'est pas le total moins ce qui est dit payé."""
    declare = max(piece.paye or ZERO, cumuler([reglement.montant for reglement in piece.reglements]))
    ecart = ttc - declare - reste
    if piece.paye is None or not ecart or not reste:
        return "", ""
    dit = f"{montant(ttc)} moins {montant(declare)} payés ne font pas son reste dû, {montant(reste)}"
    suite = "" if ecart < ZERO else ", l'écart compté comme payé, à moins qu'un avoir du dossier ne l'explique"
    return "RESTE_DU_INCOHERENT", f"{dit} : {_dire_reclame(piece, reste, ttc)}{suite}"


def _dire_reclame(piece: PieceLue, reste: Decimal, ttc: Decimal) -> str:
    """Ce qui est compté en attendant : le reste dû, moins ce que des paiements datés en retirent encore."""
    reclame = ZERO if piece.statut == "soldee" else min(reste, ttc - cumuler([r.montant for r in piece.reglements]))
    return f"{montant(reclame)} en sont réclamés" if reclame > ZERO else "elle n'est pas réclamée"

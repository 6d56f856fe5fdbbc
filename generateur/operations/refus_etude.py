"""Le refus d'un dossier qui n'est pas prêt : ce qui l'arrête, avec le code de ce qui manque."""

from collections.abc import Sequence

from generateur.controles.groupes import regrouper
from generateur.controles.pieces import CODES_OUTILS, CODES_PIECES
from generateur.domaine.constat import Constat
from generateur.domaine.langue import date_longue
from generateur.erreurs import ErreurDossier, ErreurGenerateur, ErreurOutilAbsent, ErreurPiece, ErreurProcedure
from generateur.operations.etude import Etude


def refuser_si_besoin(etude: Etude, *, projet: bool) -> None:
    """Refuse un dossier qui n'est pas prêt (sauf à compléter, en projet).

    Lève ErreurPiece (8) ou ErreurOutilAbsent (9) si seules des pièces bloquent, ErreurProcedure (5) si aucune
    voie n'est retenue, sinon ErreurDossier (4).
    """
    if etude.verdict == "pret" or (projet and etude.verdict == "a_completer"):
        return
    bloquants = [c for c in etude.constats if c.gravite == "bloquant"]
    retenus = bloquants or [c for c in etude.constats if c.gravite == "a_completer"]
    premier = regrouper(retenus)[0].premier
    raise _choisir_refus(etude, bloquants)(
        _resumer(etude, retenus),
        lieu=premier.lieu,
        remede=f"Suivre les flèches ci-dessus ; « generateur verifier {etude.lu.racine} » donne tous les constats.",
        constats=etude.constats,
    )


def _choisir_refus(etude: Etude, bloquants: Sequence[Constat]) -> type[ErreurGenerateur]:
    codes = {constat.code for constat in bloquants}
    if codes and codes <= CODES_OUTILS:
        return ErreurOutilAbsent
    if codes and codes <= CODES_PIECES | CODES_OUTILS:
        return ErreurPiece
    return ErreurDossier if etude.decision.retenue else ErreurProcedure


def _resumer(etude: Etude, constats: Sequence[Constat]) -> str:
    etat = "n'est pas à déposer" if etude.verdict == "irrecevable" else "est à compléter"
    if etude.depot:
        etat = f"est déposé depuis le {date_longue(etude.depot)}, mais ne peut pas être produit de nouveau"
    lignes = [f"le dossier {etude.dossier.reference} {etat} :"]
    for groupe in regrouper(constats):
        lignes += [f"  - {constat.message}" for constat in groupe.montres]
        lignes += [f"    {autres}" for autres in (groupe.dire_les_autres(),) if autres]
        lignes += [f"    → {remede}" for remede in groupe.remedes]
    return "\n".join(lignes)

"""Choix de la procédure : toutes sont examinées, la première recevable selon la préférence est retenue."""

from collections import Counter
from dataclasses import dataclass

from generateur.controles.catalogue import constater
from generateur.controles.constat import Constat
from generateur.procedures.registre import lister_procedures, trouver_procedure
from generateur.procedures.socle import Espece, Examen, Procedure


@dataclass(frozen=True)
class Decision:
    """La procédure retenue (ou None), tous les examens, et ce qu'on aurait choisi sans contrainte."""

    retenue: Procedure | None
    naturelle: Procedure | None
    examens: tuple[Examen, ...]

    @property
    def est_forcee(self) -> bool:
        """Vrai si l'utilisateur a imposé une procédure que le programme n'aurait pas retenue."""
        return self.retenue is not self.naturelle

    def examen_de(self, procedure: Procedure) -> Examen:
        """L'examen de cette procédure."""
        return next(e for e in self.examens if e.procedure == procedure.nom)


def choisir_procedure(espece: Espece, imposee: str | None = None) -> Decision:
    """Examine toutes les procédures. Lève ErreurUsage si la procédure imposée n'existe pas."""
    voulue = trouver_procedure(imposee) if imposee else None
    procedures = lister_procedures()
    examens = tuple(procedure.examiner(espece) for procedure in procedures)
    naturelle = next(
        (p for p, e in zip(procedures, examens, strict=True) if e.recevable and p.preference is not None),
        None,
    )
    return Decision(voulue or naturelle, naturelle, examens)


def constater_choix(decision: Decision) -> tuple[Constat, ...]:
    """Constats du choix : aucune voie retenue (bloquant), ou voie imposée (avertissement)."""
    if decision.retenue is None:
        # la cause à dire d'abord est celle qui ferme le plus de voies
        motifs = (m for e in decision.examens if not e.recevable for m in e.motifs)
        (cause, fondement), _ = Counter((m.message, m.fondement) for m in motifs).most_common(1)[0]
        return (
            constater(
                "AUCUNE_PROCEDURE",
                f"aucune procédure ne peut être retenue pour ce dossier : {cause}",
                remede="Lire les motifs de « generateur choisir » et ce qu'ils proposent à la place.",
                fondement=fondement,
            ),
        )
    if decision.est_forcee:
        habituelle = f" ; il aurait retenu « {decision.naturelle.libelle} »" if decision.naturelle else ""
        return (
            constater(
                "PROCEDURE_IMPOSEE",
                f"la procédure « {decision.retenue.libelle} » est imposée par --procedure, "
                f"le programme ne l'aurait pas retenue{habituelle}",
                remede="Relancer sans --procedure pour suivre le choix motivé.",
            ),
        )
    return ()

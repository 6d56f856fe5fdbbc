"""Choix de la procédure : toutes sont examinées, la première recevable selon la préférence est retenue."""

from collections import Counter
from dataclasses import dataclass, replace

from generateur.calculs.decompte import chiffrer
from generateur.calculs.naissance import est_partage
from generateur.controles.catalogue import constater
from generateur.controles.competence import chercher_juridiction
from generateur.domaine.constat import CE_DOSSIER, Constat
from generateur.erreurs import ErreurDroitManquant
from generateur.procedures.repertoire import lister_procedures, trouver_procedure
from generateur.procedures.socle import Espece, Examen, Motif, Procedure

_DECIDES = frozenset({"REQUETE_REJETEE"})


@dataclass(frozen=True)
class Decision:
    """La procédure retenue (ou None), tous les examens, et ce qu'on aurait choisi sans contrainte.

    Une procédure que le droit manquant empêche d'examiner est fermée, avec sa raison.
    """

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
    """Examine toutes les procédures. Lève ErreurUsage si la procédure imposée n'existe pas.

    Une valeur de droit absente ne ferme que la procédure qui la demande. ErreurDroitManquant si c'est la procédure
    imposée, ou si aucune autre n'est recevable : celle-là aurait pu être retenue.
    """
    voulue = trouver_procedure(imposee) if imposee else None
    procedures = lister_procedures()
    manques: dict[str, ErreurDroitManquant] = {}
    examens = tuple(_examiner(procedure, espece, manques) for procedure in procedures)
    if voulue and voulue.nom in manques:
        raise manques[voulue.nom]
    naturelle = next(
        (p for p, e in zip(procedures, examens, strict=True) if e.recevable and p.preference is not None),
        None,
    )
    preferees = [p.nom for p in procedures if p.preference is not None and p.nom in manques]
    if voulue is None and naturelle is None and preferees:
        raise manques[preferees[0]]
    return Decision(voulue or naturelle, naturelle, examens)


def _examiner(procedure: Procedure, espece: Espece, manques: dict[str, ErreurDroitManquant]) -> Examen:
    try:
        return procedure.examiner(voir(espece, procedure))
    except ErreurDroitManquant as manque:
        manques[procedure.nom] = manque
        motif = Motif(
            "DROIT_MANQUANT", f"le droit de cette voie n'est pas connu à la date : {manque.message}", manque.lieu
        )
        return Examen(procedure.nom, recevable=False, motifs=(motif,))


def voir(espece: Espece, procedure: Procedure) -> Espece:
    """L'espèce telle que la voie la voit : ses seules créances, quand un jugement d'ouverture les partage."""
    if not est_partage(espece.dossier) or espece.decompte.perimetre == procedure.perimetre:
        return espece
    decompte = chiffrer(espece.dossier, espece.au, perimetre=procedure.perimetre)
    competence = chercher_juridiction(espece.dossier, espece.au, decompte.total)
    return replace(espece, decompte=decompte, competence=competence)


def constater_choix(decision: Decision) -> tuple[Constat, ...]:
    """Constats du choix : aucune voie retenue (bloquant), ou voie imposée (avertissement)."""
    if decision.retenue is None:
        # la cause à dire d'abord est ce que le juge a décidé, sinon celle qui ferme le plus de voies
        motifs = [m for e in decision.examens if not e.recevable for m in e.motifs]
        juges = [m for m in motifs if m.code in _DECIDES]
        (cause, fondement), _ = Counter((m.message, m.fondement) for m in juges or motifs).most_common(1)[0]
        return (
            constater(
                "AUCUNE_PROCEDURE",
                f"aucune procédure ne peut être retenue pour ce dossier : {cause}",
                remede=f"Lire les motifs de « generateur choisir {CE_DOSSIER} » et ce qu'ils proposent à la place.",
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
                remede="Laisser choisir la voie, motifs à l'appui, sans --procedure.",
            ),
        )
    return ()

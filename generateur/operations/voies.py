"""Le nom des voies, pour une personne."""

from generateur.procedures.repertoire import lister_procedures, trouver_procedure


def libelle_de_voie(nom: str) -> str:
    """Le nom d'une procédure pour une personne. Lève ErreurUsage si elle n'est pas connue."""
    return trouver_procedure(nom).libelle


def libelle_ecrit(nom: str | None) -> str:
    """Le nom qu'on lit ; celui qui est écrit, si le programme ne le connaît plus."""
    return next((procedure.libelle for procedure in lister_procedures() if procedure.nom == nom), nom or "")

"""Les procédures connues : chaque module de ce paquet qui expose PROCEDURE, sans liste à tenir."""

import importlib
import pkgutil
from functools import cache

import generateur.procedures
from generateur.erreurs import ErreurUsage
from generateur.procedures.socle import Procedure


@cache
def lister_procedures() -> tuple[Procedure, ...]:
    """Toutes les procédures, par préférence puis par nom ; celles sur demande en dernier."""
    trouvees = []
    for nom in sorted(m.name for m in pkgutil.iter_modules(generateur.procedures.__path__)):
        procedure = getattr(importlib.import_module(f"generateur.procedures.{nom}"), "PROCEDURE", None)
        if isinstance(procedure, Procedure):
            trouvees.append(procedure)
    return tuple(sorted(trouvees, key=lambda p: (p.preference is None, p.preference or 0, p.nom)))


def trouver_procedure(nom: str) -> Procedure:
    """La procédure de ce nom. Lève ErreurUsage sinon."""
    for procedure in lister_procedures():
        if procedure.nom == nom:
            return procedure
    connues = ", ".join(p.nom for p in lister_procedures())
    raise ErreurUsage(f"procédure inconnue « {nom} »", remede=f"Procédures connues : {connues}.")

"""Une procédure par module : conditions, actes, contenu propre."""

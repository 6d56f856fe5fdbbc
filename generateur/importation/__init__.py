"""L'entrée : factures électroniques et exports comptables, lus en pièces de compte ; un module par format."""

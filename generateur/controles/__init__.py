"""Les contrôles du dossier : chacun rend des constats, aucun ne s'arrête au premier."""

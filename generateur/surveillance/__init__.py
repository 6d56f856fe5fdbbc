"""Les processus enfants : lancés, bornés en temps, arrêtés sans rien laisser derrière eux."""

"""Le dossier tel que l'utilisateur le décrit : des données figées, sans fichier, sans horloge."""

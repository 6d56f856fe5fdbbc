"""Ce qu’un utilisateur peut demander : un module par demande, des valeurs en entrée, un résultat typé en sortie."""

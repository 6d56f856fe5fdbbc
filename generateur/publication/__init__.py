"""Ce qui est sur le disque et se prouve : manifeste, empreintes, numéros servis, échange sûr, vérification."""

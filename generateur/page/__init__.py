"""La page : les mêmes opérations que les commandes, dans le navigateur, sur les mêmes fichiers."""

"""Les commandes : analyser les options, appeler une fonction, imprimer. Imports lourds dans chaque commande."""

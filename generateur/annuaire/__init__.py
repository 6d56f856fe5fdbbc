"""L'annuaire : demander aux registres publics ce qu'ils savent d'une entreprise, et le garder avec sa date.

Seule salle qui parle au réseau, et seulement quand on tape la commande.
"""

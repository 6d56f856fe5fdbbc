"""Lecture des dossiers : chaque format rend des données brutes, validées en un seul endroit."""

"""Préparation des pièces : tout document devient un PDF, ou un refus clair."""

"""Rédaction des actes : docxtpl reste enfermé ici."""

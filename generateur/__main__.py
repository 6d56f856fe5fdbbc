"""`python -m generateur`."""

from generateur.cli import principal

principal()

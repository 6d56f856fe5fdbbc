"""Assemblage de la liasse : pages mesurées, folios, tampons, signets, liens."""

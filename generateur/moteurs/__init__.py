"""Les programmes externes : moteurs de rendu."""

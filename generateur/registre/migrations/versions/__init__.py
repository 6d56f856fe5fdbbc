"""Les migrations du registre, en avant seulement."""

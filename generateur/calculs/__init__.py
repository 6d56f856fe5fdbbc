"""Les calculs : fonctions pures, en Decimal et en dates."""

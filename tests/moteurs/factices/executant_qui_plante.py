"""Un exécutant que chaque document fait tomber."""

import os
import sys

for _ in sys.stdin:
    os._exit(139)

"""Un exécutant qui ne répond jamais."""

import sys
import time

for _ in sys.stdin:
    time.sleep(600)

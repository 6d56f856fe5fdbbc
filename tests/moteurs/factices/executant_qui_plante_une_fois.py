"""Un exécutant qui tombe au premier document, puis sert bien ; la marque est posée à côté de la cible."""

import json
import os
import pathlib
import sys

for ligne in sys.stdin:
    cible = pathlib.Path(json.loads(ligne)[1])
    marque = cible.parent / "deja_tombe"
    if not marque.exists():
        marque.touch()
        os._exit(1)
    cible.write_bytes(b"%PDF-1.4\n1 0 obj << /Type /Page >>\n%%EOF\n")
    sys.stdout.write('""\n')
    sys.stdout.flush()

"""Un exécutant qui n'écrit que le début du PDF."""

import json
import pathlib
import sys

for ligne in sys.stdin:
    pathlib.Path(json.loads(ligne)[1]).write_bytes(b"%PDF-1.4\n1 0 obj << /Type /Page >>")
    sys.stdout.write('""\n')
    sys.stdout.flush()

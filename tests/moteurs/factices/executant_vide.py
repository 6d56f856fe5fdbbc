"""Un exécutant content de lui, qui écrit un PDF vide."""

import json
import pathlib
import sys

for ligne in sys.stdin:
    pathlib.Path(json.loads(ligne)[1]).write_bytes(b"")
    sys.stdout.write('""\n')
    sys.stdout.flush()

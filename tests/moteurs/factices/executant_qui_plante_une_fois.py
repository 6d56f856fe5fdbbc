"""Un exécutant qui tombe au premier document, puis sert bien ; la marque est posée à côté de la cible."""

import json
import os
import pathlib
import sys

VIDE = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"
    b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n0\n%%EOF\n"
)

for ligne in sys.stdin:
    cible = pathlib.Path(json.loads(ligne)[1])
    marque = cible.parent / "deja_tombe"
    if not marque.exists():
        marque.touch()
        os._exit(1)
    cible.write_bytes(VIDE)
    sys.stdout.write('""\n')
    sys.stdout.flush()

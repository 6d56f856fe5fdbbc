"""Le generateur : du débiteur impayé au dossier prêt à déposer."""

VERSION = "0.1.0"

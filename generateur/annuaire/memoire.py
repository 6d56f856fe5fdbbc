"""Les réponses gardées, avec leur date : pour leur auteur seul, écrites d'un geste, une commande à la fois."""

import contextlib
import datetime as dt
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from generateur.annuaire.services import Service
from generateur.erreurs import ErreurEcriture

_ATTENTE_S = 120.0
_PARTIEL = ".partiel"


@dataclass(frozen=True)
class Souvenir:
    """Une réponse et le jour où elle a été lue."""

    lu_le: dt.date
    reponse: Any


class Memoire:
    """Un répertoire de réponses, une par service, adresse et SIREN. Un fichier abîmé vaut une réponse absente."""

    def __init__(self, dossier: Path, attente_s: float = _ATTENTE_S) -> None:
        self._dossier = dossier
        self._attente_s = attente_s

    @contextlib.contextmanager
    def reserver(self) -> Iterator[None]:
        """Une commande à la fois : les deux ne demandent pas deux fois la même chose, ni plus vite que permis.

        Lève ErreurEcriture si l'autre n'en finit pas. Là où rien ne s'écrit, il n'y a rien à réserver.
        """
        try:
            self._dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._dossier.chmod(0o700)
            verrou = FileLock(self._dossier / ".verrou", timeout=self._attente_s)
            verrou.acquire()
        except Timeout as erreur:
            raise ErreurEcriture(
                "une autre consultation de l'annuaire est en cours",
                lieu=str(self._dossier),
                remede="Attendre qu'elle finisse, puis relancer.",
            ) from erreur
        except OSError:
            yield
            return
        try:
            self._balayer()
            yield
        finally:
            verrou.release()

    def lire(self, service: Service, siren: str) -> Souvenir | None:
        """La réponse gardée, si elle se lit."""
        try:
            brut = json.loads(self._situer(service, siren).read_bytes())
            if brut["siren"] != siren or brut["adresse"] != service.adresse:
                return None
            return Souvenir(dt.date.fromisoformat(brut["lu_le"]), brut["reponse"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def ranger(self, service: Service, siren: str, souvenir: Souvenir) -> None:
        """Garde la réponse à la place de l'ancienne ; une mémoire qui ne s'écrit pas n'empêche pas de répondre."""
        contenu = {
            "siren": siren,
            "adresse": service.adresse,
            "lu_le": souvenir.lu_le.isoformat(),
            "reponse": souvenir.reponse,
        }
        provisoire = None
        try:
            descripteur, provisoire = tempfile.mkstemp(prefix=".", suffix=_PARTIEL, dir=self._dossier)  # 0600
            with os.fdopen(descripteur, "w", encoding="utf-8") as flux:
                json.dump(contenu, flux, ensure_ascii=False)
            Path(provisoire).replace(self._situer(service, siren))
        except OSError:
            if provisoire is not None:
                Path(provisoire).unlink(missing_ok=True)

    def _situer(self, service: Service, siren: str) -> Path:
        somme = hashlib.sha256(service.adresse.encode()).hexdigest()[:16]
        return self._dossier / f"{siren}-{somme}.json"

    def _balayer(self) -> None:
        """Ôte ce qu'une commande tuée a laissé à moitié écrit ; le verrou assure que personne n'y écrit."""
        for reste in self._dossier.glob(f".*{_PARTIEL}"):
            reste.unlink(missing_ok=True)

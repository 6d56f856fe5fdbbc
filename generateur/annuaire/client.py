"""Demander une réponse JSON à un service public, poliment : peu, lentement, en obéissant, et sans s'obstiner.

Une réponse se juge à son code et à son corps, jamais au type qu'elle annonce. Aucun renvoi vers un autre hôte.
"""

import contextlib
import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx2
import stamina
import stamina.instrumentation

from generateur import VERSION
from generateur.annuaire.services import Mesure, Service, lire_mesure
from generateur.erreurs import ErreurOutilAbsent

_PASSAGERS = frozenset({408, 425, 429, 500, 502, 503, 504})
_RENVOIS_MAX = 2
_REMEDE = "Réessayer plus tard ; « --hors-ligne » reprend la dernière réponse gardée, avec sa date."


class _Echec(Exception):
    """Une demande qui n'a pas abouti ; `attente` : les secondes que le service demande."""

    def __init__(self, motif: str, *, est_passager: bool, attente: float | None = None) -> None:
        super().__init__(motif)
        self.motif, self.est_passager, self.attente = motif, est_passager, attente


class Client:
    """Une commande, un client : ses échecs se comptent tous services confondus. S'emploie avec « with »."""

    def __init__(self, mesure: Mesure | None = None) -> None:
        self._mesure = mesure or lire_mesure()
        self._echecs = 0
        self._dernier = -self._mesure.intervalle_s
        stamina.instrumentation.set_on_retry_hooks(())  # l'essai suivant ne s'écrit pas sur la sortie d'erreur
        self._http = httpx2.Client(
            headers={
                "User-Agent": f"generateur/{VERSION}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # une réponse compressée pourrait enfler sans borne
            },
            timeout=self._mesure.delai_s,
            mounts={"all://127.0.0.1": None, "all://localhost": None},  # la machine elle-même : sans mandataire
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def demander(self, service: Service, siren: str) -> Any:
        """La réponse du service pour ce SIREN, décodée. Lève ErreurOutilAbsent après trois échecs."""
        try:
            for essai in stamina.retry_context(
                on=self._juger,
                attempts=self._mesure.echecs,
                timeout=None,
                wait_initial=self._mesure.attente_s,
                wait_max=self._mesure.attente_max_s,
                wait_jitter=self._mesure.intervalle_s,
            ):
                with essai:
                    return self._essayer(service.adresse, service.parametrer(siren))
        except _Echec as echec:
            raise ErreurOutilAbsent(
                f"{service.nom} n'a pas donné de réponse utilisable : {echec.motif}",
                lieu=service.adresse,
                remede=_REMEDE,
            ) from echec
        raise AssertionError  # pragma: no cover (stamina rend ou lève)

    def _juger(self, erreur: Exception) -> bool | float:
        """Faut-il réessayer, et dans combien de secondes ?"""
        if not isinstance(erreur, _Echec) or not erreur.est_passager or self._echecs >= self._mesure.echecs:
            return False
        return True if erreur.attente is None else erreur.attente

    def _essayer(self, adresse: str, parametres: Mapping[str, str]) -> Any:
        try:
            return self._decoder(self._telecharger(adresse, parametres))
        except _Echec:
            self._echecs += 1
            raise

    def _telecharger(self, adresse: str, parametres: Mapping[str, str]) -> bytes:
        depart = httpx2.URL(adresse)
        url = depart.copy_merge_params(dict(parametres))
        try:
            for _ in range(_RENVOIS_MAX):
                self._cadencer()
                with self._http.stream("GET", url) as reponse:
                    if not reponse.is_redirect:
                        return self._lire(reponse)
                    url = _suivre(depart, url, reponse)
        except httpx2.TimeoutException as erreur:
            raise _Echec("pas de réponse dans le délai", est_passager=True) from erreur
        except httpx2.HTTPError as erreur:
            raise _Echec("la connexion a échoué", est_passager=True) from erreur
        raise _Echec("il renvoie sans fin à une autre page", est_passager=False)

    def _cadencer(self) -> None:
        """Laisse passer l'intervalle depuis la demande précédente."""
        attente = self._dernier + self._mesure.intervalle_s - time.monotonic()
        if attente > 0:
            time.sleep(attente)
        self._dernier = time.monotonic()

    def _lire(self, reponse: httpx2.Response) -> bytes:
        if reponse.status_code in _PASSAGERS:
            attente = _attente_demandee(reponse)
            motif = f"code {reponse.status_code}"
            if attente is not None and attente > self._mesure.attente_max_s:
                raise _Echec(f"{motif}, il demande d'attendre {attente:.0f} secondes", est_passager=False)
            raise _Echec(motif, est_passager=True, attente=attente)
        if reponse.status_code != httpx2.codes.OK:
            raise _Echec(f"code {reponse.status_code}", est_passager=False)
        debut, morceaux, taille = time.monotonic(), [], 0
        for morceau in reponse.iter_bytes():
            taille += len(morceau)
            if taille > self._mesure.octets_max:
                raise _Echec("la réponse est démesurée", est_passager=False)
            if time.monotonic() - debut > self._mesure.duree_max_s:
                raise _Echec("la réponse n'en finit pas", est_passager=True)
            morceaux.append(morceau)
        return b"".join(morceaux)

    @staticmethod
    def _decoder(corps: bytes) -> Any:
        try:
            return json.loads(corps)
        except (ValueError, RecursionError) as erreur:
            motif = "une page au lieu de données" if corps.lstrip()[:1] == b"<" else "des données incomplètes"
            raise _Echec(motif, est_passager=True) from erreur


def _suivre(depart: httpx2.URL, url: httpx2.URL, reponse: httpx2.Response) -> httpx2.URL:
    """L'adresse du renvoi, chez le même hôte seulement."""
    try:
        suite = url.join(reponse.headers.get("Location", ""))
    except httpx2.InvalidURL as erreur:
        raise _Echec("il renvoie à une adresse illisible", est_passager=False) from erreur
    if (suite.scheme, suite.host, suite.port) != (depart.scheme, depart.host, depart.port):
        raise _Echec(f"il renvoie chez un autre hôte ({suite.host}), ce qui est refusé", est_passager=False)
    return suite


def _attente_demandee(reponse: httpx2.Response) -> float | None:
    """Retry-After en secondes ; une date se compte depuis celle de la réponse. None s'il n'y en a pas de lisible."""
    demande = reponse.headers.get("Retry-After", "").strip()
    if demande.isascii() and demande.isdigit():
        return float(demande)
    with contextlib.suppress(ValueError, TypeError):
        jusqu_a, depuis = parsedate_to_datetime(demande), parsedate_to_datetime(reponse.headers.get("Date", ""))
        return max(0.0, (jusqu_a - depuis).total_seconds())
    return None

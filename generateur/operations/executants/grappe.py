"""Une grappe Dask : les mêmes ouvriers, sur cette machine ou derrière un ordonnanceur.

Un ouvrier de la grappe ne produit rien lui-même : il confie chaque travail à un poste, le même qu'ici. Un dossier qui
fait tomber son processus n'emporte donc pas l'ouvrier ; un ouvrier perdu (machine, réseau) voit son travail repris
ailleurs, un nombre borné de fois ; le dossier soupçonné est alors repris seul, et lui seul peut être refusé.
"""

import contextlib
import datetime as dt
import itertools
import queue
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from generateur.erreurs import ErreurGenerateur, ErreurUsage
from generateur.operations.executants import guichet
from generateur.operations.executants.ordonnanceur import dire_perdu, dire_sans_ouvrier, joindre
from generateur.operations.executants.ouvrier import VARIABLE_MOT_DE_PASSE
from generateur.operations.executants.poste_ouvrier import DELAI_DOSSIER_S, preparer_environnement, situer_programme
from generateur.operations.journal_lot import JournalLot
from generateur.operations.travail import echouer
from generateur.reglages import Reglages, Resultat, Travail

if TYPE_CHECKING:
    from distributed import Client, Future

FENETRE = 4_000  # travaux confiés à la fois : un million de clés serait la mémoire de l'ordonnanceur
_PAQUET = 200  # travaux soumis d'un coup
_REPRISES = 2  # d'un travail que la grappe n'a pas su lancer (une exception) ; la mort d'un ouvrier est bornée ailleurs
_REPRISES_D_ICI = 3  # d'un travail oublié, ou confié à un ouvrier installé autrement
_TOUR_S = 1.0
_TOURS_SANS_OUVRIER = 60

Accomplir = Callable[[guichet.Pli, guichet.Pli], guichet.Pli]


class ExecutantDask:
    """Une grappe ouverte ici pour le lot, de `nombre` ouvriers, ou celle d'un ordonnanceur."""

    nom = "dask"

    def __init__(
        self,
        reglages: Reglages,
        *,
        jour: dt.date,
        demander_mot_de_passe: Callable[[], str],
        nombre: int = 1,
        ordonnanceur: str | None = None,
        est_interrompu: Callable[[], bool] = lambda: False,
        delai_dossier_s: float = DELAI_DOSSIER_S,
    ) -> None:
        self._delai_s = delai_dossier_s
        self._reglages = reglages
        self._jour = jour
        self._demander = demander_mot_de_passe
        self._nombre = max(1, nombre)
        self._ordonnanceur = ordonnanceur
        self._est_interrompu = est_interrompu

    def executer(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Un résultat par travail, dans leur ordre. Lève ErreurUsage ou ErreurOutilAbsent si rien ne peut commencer."""
        environnement = preparer_environnement(self._reglages, self._jour, self._demander)
        a_transmettre = {
            nom: environnement[nom] for nom in (*situer_programme(), VARIABLE_MOT_DE_PASSE) if nom in environnement
        }
        commun = Travail(source=Path(), sortie=Path(), jour=self._jour, reglages=self._reglages)
        reglages = situer(commun).reglages
        consigne = guichet.Consigne(
            lot=uuid.uuid4().hex,
            reglages=reglages,
            jour=self._jour,
            installation=guichet.decrire_installation(reglages.model_dump_json()),
            delai_dossier_s=self._delai_s,
        )
        with joindre(self._ordonnanceur, nombre=self._nombre, environnement=a_transmettre) as client:
            _exiger_la_meme_installation(client, reglages.model_dump_json(), consigne.installation)
            with closing(Fenetre(client, consigne)) as fenetre:
                yield from fenetre.accomplir(
                    travaux if self._ordonnanceur is None else map(situer, travaux), self._est_interrompu
                )


def situer(travail: Travail) -> Travail:
    """Le même travail, aux chemins absolus : un ouvrier d'ailleurs n'est pas dans notre répertoire."""
    reglages, sceau = travail.reglages, travail.reglages.sceau
    return travail.model_copy(
        update={
            "source": travail.source if travail.depuis else travail.source.absolute(),
            "sortie": travail.sortie if travail.vers else travail.sortie.absolute(),
            "reglages": reglages.model_copy(
                update={
                    "modeles": reglages.modeles and reglages.modeles.absolute(),
                    "formulaire": reglages.formulaire and reglages.formulaire.absolute(),
                    "sceau": sceau and sceau.model_copy(update={"certificat": sceau.certificat.absolute()}),
                }
            ),
        }
    )


def _exiger_la_meme_installation(client: "Client", reglages: str, voulue: str) -> None:
    """Lève ErreurUsage en nommant les ouvriers qui ne rendraient pas les mêmes octets que cette machine."""
    dites = client.run(guichet.decrire_installation, reglages, on_error="return")
    if autres := sorted(adresse for adresse, dite in dites.items() if dite != voulue):
        raise ErreurUsage(
            f"{len(autres)} ouvriers de la grappe n'ont pas la même installation que cette machine : "
            f"{', '.join(autres[:5])}",
            lieu="--ordonnanceur",
            remede="Y mettre la même version du programme et des moteurs, les mêmes modèles et le même droit ajouté.",
        )


class Fenetre:
    """Quelques milliers de travaux en vol ; les résultats ressortent dans l'ordre des travaux."""

    def __init__(
        self, client: "Client", consigne: guichet.Consigne, accomplir: Accomplir = guichet.accomplir_pli
    ) -> None:
        self._client = client
        self._accomplir = accomplir
        self._lot = consigne.lot
        self._consigne = guichet.Pli(consigne.model_dump_json())
        self._arrives: queue.Queue[int] = queue.Queue()
        self._en_vol: dict[int, tuple[Travail, Future[guichet.Pli]]] = {}
        self._gardes = _Gardes()
        self._suspects: deque[tuple[int, Travail]] = deque()
        self._reprises: dict[int, int] = {}
        self._seul: int | None = None
        self._rendus = 0
        self._est_epuise = self._a_renonce = False
        self._tours_sans_ouvrier = 0
        self._cles = itertools.count()

    def accomplir(self, travaux: Iterable[Travail], est_interrompu: Callable[[], bool]) -> Iterator[Resultat]:
        """Les résultats dans l'ordre. Interrompu : ce qui est commencé s'achève, le reste n'a pas de résultat."""
        suite = iter(enumerate(travaux))
        while True:
            if not self._a_renonce and est_interrompu():
                self._renoncer()
            self._soumettre(suite)
            if not self._en_vol:
                break
            self._recueillir()
            yield from self._rendre()
        yield from self._rendre()

    def _soumettre(self, suite: Iterator[tuple[int, Travail]]) -> None:
        if self._suspects:  # repris seul : si l'ouvrier meurt encore, aucun autre travail n'en est accusé
            if not self._en_vol:
                self._seul = self._suspects[0][0]
                self._confier([self._suspects.popleft()])
            return
        while not self._est_epuise and len(self._en_vol) <= FENETRE - _PAQUET:
            paquet = list(itertools.islice(suite, _PAQUET))
            self._est_epuise = not paquet
            self._confier(paquet)

    def _confier(self, paquet: Sequence[tuple[int, Travail]]) -> None:
        """Les clés ne disent rien du dossier : l'ordonnanceur les écrit dans ses journaux et son tableau de bord."""
        if not paquet:
            return
        futurs = self._client.map(
            self._accomplir,
            [self._consigne] * len(paquet),
            [guichet.Pli(travail.model_dump_json()) for _, travail in paquet],
            key=[f"travail-{self._lot}-{next(self._cles)}" for _ in paquet],
            retries=_REPRISES,
            pure=False,
        )
        for (rang, travail), futur in zip(paquet, futurs, strict=True):
            self._en_vol[rang] = (travail, futur)
            self._attendre(rang, futur)

    def _attendre(self, rang: int, futur: "Future[guichet.Pli]") -> None:
        futur.add_done_callback(lambda _: self._arrives.put(rang))

    def _recueillir(self) -> None:
        """Ce qui est arrivé depuis la dernière fois, d'un seul échange avec la grappe."""
        try:
            rangs = [self._arrives.get(timeout=_TOUR_S)]
        except queue.Empty:
            self._veiller()
            return
        with contextlib.suppress(queue.Empty):
            while True:
                rangs.append(self._arrives.get_nowait())
        rangs = [rang for rang in dict.fromkeys(rangs) if rang in self._en_vol]
        recus = self._rassembler([rang for rang in rangs if self._en_vol[rang][1].status == "finished"])
        for rang in rangs:
            if rang in recus:
                self._recevoir(rang, guichet.Reponse.model_validate_json(recus[rang].contenu))
            else:
                self._constater(rang)

    def _rassembler(self, rangs: list[int]) -> dict[int, guichet.Pli]:
        """Les réponses de ces travaux finis ; celles qui sont mortes avec leur ouvrier n'y sont pas."""
        futurs = [self._en_vol[rang][1] for rang in rangs]
        with contextlib.suppress(Exception):  # l'une manque : on les prend une à une
            return dict(zip(rangs, self._client.gather(futurs), strict=True))
        recus = {}
        for rang, futur in zip(rangs, futurs, strict=True):
            with contextlib.suppress(Exception):  # ce qu'il en est advenu se lira à son état
                recus[rang] = futur.result(timeout=_TOUR_S)
        return recus

    def _recevoir(self, rang: int, reponse: guichet.Reponse) -> None:
        travail, _ = self._en_vol.pop(rang)
        if reponse.resultat is not None:
            self._gardes.garder(rang, reponse.resultat)
        elif reponse.ecart and self._reprendre(rang):
            self._client.retire_workers([reponse.ecart])  # il vient d'arriver, et ne rendrait pas les mêmes octets
            self._confier([(rang, travail)])
        else:
            raison = "ouvrier installé autrement" if reponse.ecart else reponse.panne
            self._refuser(rang, travail, f"la grappe n'a pas pu accomplir ce travail ({raison})")

    def _reprendre(self, rang: int) -> bool:
        """Compte une reprise de plus de ce travail ; faux s'il en a trop eu."""
        self._reprises[rang] = self._reprises.get(rang, 0) + 1
        return self._reprises[rang] <= _REPRISES_D_ICI

    def _reconfier(self, rang: int) -> None:
        """Confie de nouveau un travail que l'ordonnanceur a oublié. Lève ErreurOutilAbsent s'il n'est plus là."""
        travail, _ = self._en_vol.pop(rang)
        if self._client.status != "running" or not self._reprendre(rang):
            raise dire_perdu()
        self._confier([(rang, travail)])

    def _constater(self, rang: int) -> None:
        """Un travail sans réponse : ouvrier mort trop de fois, travail que rien n'a pu lancer, ou grappe perdue."""
        from distributed import KilledWorker  # noqa: PLC0415 (facultatif)

        travail, futur = self._en_vol[rang]
        if futur.status in {"pending", "finished"} and self._client.status == "running":
            self._attendre(rang, futur)  # sa réponse est morte avec l'ouvrier qui la gardait : le travail est refait
            return
        if futur.status != "error":
            self._reconfier(rang)
            return
        del self._en_vol[rang]
        erreur = futur.exception()
        if not isinstance(erreur, KilledWorker):
            self._refuser(rang, travail, f"la grappe n'a pas pu lancer ce travail ({type(erreur).__name__})")
        elif rang != self._seul:
            self._suspects.append((rang, travail))
        else:
            self._refuser(rang, travail, "ce dossier, même seul, fait tomber les ouvriers : il est mis à part")

    def _refuser(self, rang: int, travail: Travail, raison: str) -> None:
        remede = "Le produire seul (« generateur produire ») pour voir où il s'arrête."
        self._gardes.garder(rang, echouer(travail.source, ErreurGenerateur(raison, remede=remede)))

    def _rendre(self) -> Iterator[Resultat]:
        while resultat := self._gardes.prendre(self._rendus):
            self._rendus += 1
            yield resultat

    def _veiller(self) -> None:
        """Rien n'arrive : la grappe est-elle encore là, avec quelqu'un pour travailler ?"""
        if self._client.status != "running":
            raise dire_perdu()
        self._tours_sans_ouvrier = 0 if self._client.nthreads() else self._tours_sans_ouvrier + 1
        if self._tours_sans_ouvrier > _TOURS_SANS_OUVRIER:
            raise dire_sans_ouvrier()

    def _renoncer(self) -> None:
        """Ce qui n'est pas encore chez un ouvrier ne commencera pas."""
        self._est_epuise = self._a_renonce = True
        self._suspects.clear()
        en_main = {cle for cles in self._client.processing().values() for cle in cles}
        laisses = {
            rang: futur for rang, (_, futur) in self._en_vol.items() if futur.key not in en_main and not futur.done()
        }
        self._client.cancel(list(laisses.values()))
        for rang in laisses:
            del self._en_vol[rang]

    def close(self) -> None:
        """Plus rien n'est en marche pour ce lot, même chez des ouvriers qui servent à d'autres."""
        restes = [futur for _, futur in self._en_vol.values()]
        self._en_vol.clear()
        with contextlib.suppress(Exception):  # la grappe est peut-être perdue : il n'y a plus rien à y arrêter
            self._client.cancel(restes, force=True)
            self._client.run(guichet.congedier, self._lot, on_error="ignore")


class _Gardes:
    """Les résultats arrivés avant leur tour, sur le disque : un traînard n'arrête pas les autres."""

    def __init__(self) -> None:
        self._journal = JournalLot()
        self._places: dict[int, int] = {}

    def garder(self, rang: int, resultat: Resultat) -> None:
        self._places[rang] = len(self._journal)
        self._journal.ajouter(resultat)

    def prendre(self, rang: int) -> Resultat | None:
        if rang not in self._places:
            return None
        resultat = self._journal[self._places.pop(rang)]
        if not self._places:
            self._journal = JournalLot()
        return resultat

"""Publication dans un magasin d'objets, où l'on ne renomme pas : les fichiers d'abord, le manifeste en dernier.

Un dossier est publié quand son manifeste est là et que ses empreintes tiennent : entre le premier fichier et le
manifeste, il ne l'est pas. Chaque écriture exige la version lue. Ce qu'on va écrire est d'abord annoncé, avec son
écrivain, dans .<reference>.publication.json : un second écrivain qui avait lu avant lui est refusé sans avoir touché à
rien, et ce qu'un écrivain mort a laissé se reconnaît pour nôtre.
"""

import contextlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurLecture
from generateur.publication.contrat_publication import Emporter
from generateur.publication.echange import TEMOIN, refuser_autrui
from generateur.publication.inventaire_publie import connaitre_fichiers, dresser_inventaire, garder_a_part
from generateur.publication.magasin import ErreurConcurrence, Magasin, Objet
from generateur.publication.manifeste import empreinte

FICHIERS_AU_PLUS = 5_000  # par dossier, source ou publié
OCTETS_AU_PLUS = 4 * 1024**3
_ANNONCE_AU_PLUS = 4 * 1024**2
_DE_FRONT = 8  # transferts à la fois


@dataclass
class _Lu:
    """Ce qui était publié quand on l'a lu : l'annonce, et chaque objet avec son empreinte une fois amené."""

    annonce: str | None = None
    objets: dict[str, Objet] = field(default_factory=dict)
    sommes: dict[str, str] = field(default_factory=dict)

    def version(self, chemin: str) -> str | None:
        objet = self.objets.get(chemin)
        return objet.version if objet else None


class PublicationDistante:
    """Publier à une adresse d'un magasin, depuis un miroir : un répertoire local, privé, qui s'effacera."""

    def __init__(self, magasin: Magasin, miroir: Path, *, est_ouverte: bool = True) -> None:
        """`est_ouverte` : faux pour regarder seulement si ce qui est publié suffit."""
        self._magasin = magasin
        self._miroir = miroir
        self._lus: dict[str, _Lu] = {}
        self._est_ouverte = est_ouverte
        self.est_devancee = False  # un autre écrivain a publié, ou commencé, depuis qu'on a lu

    def amener(self, reference: str) -> None:
        """Met dans le miroir ce qui est publié sous cette référence, et retient les versions lues.

        Ce qu'un écrivain mort avait commencé n'y est pas : ni à quelqu'un, ni publié. Lève ErreurConcurrence si un
        autre s'est mis à publier pendant qu'on lisait ; ErreurLecture, ErreurOutilAbsent.
        """
        trouvee = self._magasin.lire(nommer_annonce(reference), au_plus=_ANNONCE_AU_PLUS)
        commencees, version = (_lire_annonce(trouvee[0]), trouvee[1]) if trouvee else ({}, None)
        lu = _Lu(version, self._magasin.lister(reference, au_plus=FICHIERS_AU_PLUS))
        self._lus[reference] = lu
        ici = self._miroir / reference
        try:
            if lu.objets:
                rapatrier(self._magasin, reference, lu.objets, ici)
        except ErreurLecture:
            self._exiger_seul(reference, version)
            raise
        self._exiger_seul(reference, version)
        lu.sommes = {chemin: empreinte(ici / chemin) for chemin in lu.objets}
        connus = connaitre_fichiers(ici) or {}
        for chemin, somme in lu.sommes.items():
            if commencees.get(chemin) == somme and chemin != NOM_MANIFESTE and connus.get(chemin) != somme:
                (ici / chemin).unlink()
        _oter_les_vides(ici)

    def _exiger_seul(self, reference: str, version: str | None) -> None:
        """Lève ErreurConcurrence si un autre a annoncé depuis : ce qu'on a lu est un mélange, ou a changé en route."""
        if self._magasin.version(nommer_annonce(reference)) != version:
            raise self._ceder(reference)

    def preparer(self, reference: str) -> Path:
        """Un répertoire vide et privé ; amène d'abord ce qui est publié, si ce n'est fait.

        Lève ErreurUsage si ce qui porte ce nom ne vient pas d'ici.
        """
        if not self._est_ouverte:
            raise self._ceder(reference)
        if reference not in self._lus:
            self.amener(reference)
        refuser_autrui(self._miroir / reference, TEMOIN)
        return Path(tempfile.mkdtemp(prefix=f".{reference}.", dir=self._miroir))

    def publier(self, reference: str, preparation: Path, emporter: Emporter | None = None) -> tuple[str, ...]:
        """Met la préparation à la place de ce qui était publié, fichier par fichier, le manifeste en dernier.

        Lève ErreurConcurrence si un autre écrivain a publié, ou commencé, depuis qu'on a lu.
        """
        lu, publie = self._lus[reference], self._miroir / reference
        gardes: tuple[str, ...] = ()
        if publie.is_dir():
            if emporter is not None:
                emporter(publie, preparation)
            gardes = garder_a_part(publie, preparation)
        dresser_inventaire(preparation)
        sommes = {
            fichier.relative_to(preparation).as_posix(): empreinte(fichier)
            for fichier in sorted(preparation.rglob("*"))
            if fichier.is_file() and not fichier.is_symlink()
        }
        try:
            self._remettre(reference, preparation, lu, sommes)
        except ErreurConcurrence as erreur:
            raise self._ceder(reference) from erreur
        shutil.rmtree(publie, ignore_errors=True)
        preparation.rename(publie)
        del self._lus[reference]
        return gardes

    def abandonner(self, preparation: Path) -> None:
        """Efface une préparation ; sans effet une fois publiée."""
        shutil.rmtree(preparation, ignore_errors=True)

    def _remettre(self, reference: str, preparation: Path, lu: _Lu, sommes: Mapping[str, str]) -> None:
        annonce, ecrivain = nommer_annonce(reference), uuid.uuid4().hex
        tenue = ecrire_sans_doute(self._magasin, annonce, _annoncer(ecrivain, sommes, est_publie=False), lu.annonce)
        manifeste = f"{reference}/{NOM_MANIFESTE}"
        if self._magasin.version(manifeste) != lu.version(NOM_MANIFESTE):
            raise self._ceder(reference)
        changes = [chemin for chemin, somme in sommes.items() if lu.sommes.get(chemin) != somme]

        def ecrire(chemin: str) -> None:
            ecrire_sans_doute(self._magasin, f"{reference}/{chemin}", preparation / chemin, lu.version(chemin))

        faire_de_front(ecrire, [chemin for chemin in changes if chemin != NOM_MANIFESTE])
        self._magasin.effacer([f"{reference}/{chemin}" for chemin in lu.objets if chemin not in sommes])
        if NOM_MANIFESTE in changes:
            ecrire(NOM_MANIFESTE)
        # refusé si un autre a annoncé entre-temps : ce qui est là n'est peut-être plus ce qu'on vient d'écrire
        ecrire_sans_doute(self._magasin, annonce, _annoncer(ecrivain, sommes, est_publie=True), tenue)

    def _ceder(self, reference: str) -> ErreurConcurrence:
        self.est_devancee = True
        return ErreurConcurrence(
            "une autre commande publie ce dossier au même endroit", lieu=str(self._magasin.adresse / reference)
        )


def ecrire_sans_doute(magasin: Magasin, cle: str, contenu: bytes | Path, version: str | None) -> str:
    """Écrit sous condition, et rend la version. Lève ErreurConcurrence.

    Une écriture dont la réponse s'est perdue est redemandée, et se refuse alors à elle-même : ce qui est déjà là,
    octet pour octet, est écrit. L'annonce, qui nomme son écrivain, dira si c'est un autre.
    """
    try:
        return magasin.ecrire(cle, contenu, version=version)
    except ErreurConcurrence:
        voulu = contenu if isinstance(contenu, bytes) else contenu.read_bytes()
        with contextlib.suppress(ErreurLecture):  # trop gros pour être le nôtre
            la = magasin.lire(cle, au_plus=len(voulu))
            if la is not None and la[0] == voulu:
                return la[1]
        raise


def _oter_les_vides(racine: Path) -> None:
    """Un magasin n'a pas de répertoires : ceux qui ne portent plus rien ne sont de personne."""
    for repertoire in (*sorted((p for p in racine.rglob("*") if p.is_dir()), reverse=True), racine):
        with contextlib.suppress(OSError):  # il n'est pas vide, ou n'existe pas
            repertoire.rmdir()


def rapatrier(magasin: Magasin, prefixe: str, objets: Mapping[str, Objet], ou: Path) -> None:
    """Écrit ces objets sous `ou`, chacun à son chemin. Lève ErreurLecture s'ils sont trop lourds, ou se gênent."""
    if sum(objet.taille for objet in objets.values()) > OCTETS_AU_PLUS:
        raise ErreurLecture(
            f"ce dossier du magasin dépasse {OCTETS_AU_PLUS // 1024**3} Go",
            lieu=str(magasin.adresse / prefixe),
            remede="N'y laisser que le dossier et ses pièces.",
        )

    def telecharger(chemin: str) -> None:
        cible = ou / chemin
        cible.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        magasin.telecharger(f"{prefixe}/{chemin}" if prefixe else chemin, cible, objets[chemin])

    try:
        faire_de_front(telecharger, objets)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as erreur:
        raise ErreurLecture(
            "deux objets se disputent un même nom de fichier",
            lieu=str(magasin.adresse / prefixe),
            remede="Renommer l'un des deux : un nom ne peut être à la fois un fichier et un répertoire.",
        ) from erreur


def faire_de_front(faire: Callable[[str], None], chemins: Iterable[str]) -> None:
    """Plusieurs transferts à la fois ; le premier échec est levé quand ceux qui sont partis ont fini."""
    with ThreadPoolExecutor(_DE_FRONT) as fils:
        for fait in [fils.submit(faire, chemin) for chemin in chemins]:
            fait.result()


def nommer_annonce(reference: str) -> str:
    """La clé de l'annonce de ce qui se publie sous ce nom."""
    return f".{reference}.publication.json"


def _annoncer(ecrivain: str, sommes: Mapping[str, str], *, est_publie: bool) -> bytes:
    contenu = {"ecrivain": ecrivain, "publie": est_publie, "fichiers": dict(sommes)}
    return json.dumps(contenu, ensure_ascii=False, indent=1).encode()


def _lire_annonce(octets: bytes) -> dict[str, str]:
    """Les empreintes annoncées ; aucune si l'annonce ne se lit pas : tout ce qui est là est alors gardé."""
    with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError):
        fichiers = json.loads(octets).get("fichiers")
        return {str(chemin): str(somme) for chemin, somme in fichiers.items()}
    return {}

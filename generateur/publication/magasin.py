"""Un magasin d'objets (S3 et compatibles) : lister, lire, écrire sous condition. Rien d'autre n'y touche.

Les accès, le point d'entrée et la région viennent de l'environnement (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL…), jamais de
l'adresse ni d'un travail. Un objet n'est écrit que s'il est absent, ou tel qu'on l'a lu : deux écrivains ne se
recouvrent pas.
"""

import contextlib
import os
import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from generateur.erreurs import ErreurEcriture, ErreurLecture, ErreurOutilAbsent, ErreurUsage

if TYPE_CHECKING:
    from obstore.store import S3Store

_SCHEMA = "s3"
_SEAU = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LONGUEUR_CLE = 1024
_REPRISES = 5
_PATIENCE = timedelta(seconds=60)  # au-delà, le magasin ne répond pas
_SONDE = ".sonde"
_REFUS_ACCES = ("403", "401")


class ErreurConcurrence(ErreurEcriture):
    """Un autre a écrit au même endroit depuis qu'on l'a lu."""

    remede_par_defaut = "Attendre que l'autre commande finisse, puis relancer : ce qui est à jour n'est pas refait."


@dataclass(frozen=True)
class Adresse:
    """Un endroit d'un magasin : son seau, et une clé sans barre au bord (vide : le seau entier)."""

    seau: str
    cle: str = ""

    def __truediv__(self, suite: str) -> "Adresse":
        return Adresse(self.seau, f"{self.cle}/{suite}" if self.cle else suite)

    def __str__(self) -> str:
        return f"{_SCHEMA}://{self.seau}/{self.cle}".rstrip("/")

    @property
    def nom(self) -> str:
        """Le dernier segment de la clé."""
        return self.cle.rpartition("/")[2]

    @property
    def parente(self) -> "Adresse":
        """L'endroit qui contient celui-ci."""
        return Adresse(self.seau, self.cle.rpartition("/")[0])


def lire_adresse(texte: str) -> Adresse | None:
    """L'adresse que dit ce texte, None s'il est un chemin de ce disque. Lève ErreurUsage si elle est mal formée."""
    schema, deux_points, reste = texte.partition("://")
    if not deux_points:
        return None
    if "@" in reste:  # rien de ce qui suit n'est répété : ce sont peut-être des clés d'accès
        raison, lieu = "des clés d'accès ne s'écrivent pas dans l'adresse", f"{schema}://…"
    elif schema != _SCHEMA:
        raison, lieu = "ce magasin n'est pas connu", f"{schema}://…"
    else:
        seau, _, cle = reste.partition("/")
        cle = cle.strip("/")
        if _SEAU.fullmatch(seau) and (not cle or est_cle_sure(cle)):
            return Adresse(seau, cle)
        raison, lieu = "cette adresse est mal formée", texte
    raise ErreurUsage(
        raison,
        lieu=lieu,
        remede="Écrire s3://SEAU/PREFIXE ; les accès sont dans AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY.",
    )


def est_cle_sure(cle: str) -> bool:
    """Vrai si cette clé, prise pour un chemin relatif, reste là où on la met, sur tout système."""
    return 0 < len(cle) <= _LONGUEUR_CLE and all(
        segment not in {"", ".", ".."}
        and not set(segment) & {"\\", ":"}
        and not any(unicodedata.category(signe) in {"Cc", "Cf", "Cs"} for signe in segment)
        for segment in cle.split("/")
    )


@dataclass(frozen=True)
class Objet:
    """Un objet, tel qu'il est listé : sa taille en octets, et la version qu'une écriture peut exiger."""

    taille: int
    version: str


class Magasin:
    """Un magasin ouvert à une adresse ; les clés données et rendues partent de là."""

    def __init__(self, adresse: Adresse) -> None:
        """Lève ErreurOutilAbsent sans obstore, ErreurUsage si l'environnement est mal réglé. Ne se connecte pas."""
        self.adresse = adresse
        self._objets = _ouvrir(adresse)

    def lister(self, prefixe: str, *, au_plus: int) -> dict[str, Objet]:
        """Les objets sous ce préfixe, par clé relative à lui. Lève ErreurLecture s'ils sont trop, ou mal nommés.

        Un « répertoire » (un objet vide, dont la clé finit par une barre, comme en font les consoles) n'en est pas un.
        """
        import obstore  # noqa: PLC0415 (facultatif)

        trouves: dict[str, Objet] = {}
        debut = f"{prefixe}/" if prefixe else ""
        with self._traduire(prefixe):
            for page in obstore.list(self._objets, prefixe or None):
                for meta in page:
                    if meta["path"] == prefixe:
                        continue  # le répertoire lui-même
                    cle = meta["path"].removeprefix(debut)
                    if not est_cle_sure(cle):
                        raise _refuser_cles(self.adresse / prefixe)
                    trouves[cle] = Objet(meta["size"], meta["e_tag"] or "")
                if len(trouves) > au_plus:
                    raise ErreurLecture(
                        f"plus de {au_plus} fichiers dans ce dossier du magasin",
                        lieu=str(self.adresse / prefixe),
                        remede="N'y laisser que le dossier et ses pièces.",
                    )
        parents = {str(parent) for cle in trouves for parent in PurePosixPath(cle).parents}
        return {cle: objet for cle, objet in sorted(trouves.items()) if objet.taille or cle not in parents}

    def lister_ici(self, prefixe: str = "") -> list[str]:
        """Les noms des objets qui sont là, et non plus bas ; dans l'ordre."""
        import obstore  # noqa: PLC0415

        with self._traduire(prefixe):
            reponse = obstore.list_with_delimiter(self._objets, prefixe or None)
        return sorted(meta["path"].rpartition("/")[2] for meta in reponse["objects"])

    def lister_repertoires(self, prefixe: str = "") -> list[str]:
        """Les noms qui, sous ce préfixe, contiennent d'autres objets ; dans l'ordre."""
        import obstore  # noqa: PLC0415

        with self._traduire(prefixe):
            reponse = obstore.list_with_delimiter(self._objets, prefixe or None)
        return sorted(chemin.rpartition("/")[2] for chemin in reponse["common_prefixes"])

    def regarder(self, cle: str) -> Objet | None:
        """Cet objet, tel qu'il est maintenant ; None s'il n'est pas là."""
        import obstore  # noqa: PLC0415

        with contextlib.suppress(FileNotFoundError), self._traduire(cle):
            vu = obstore.head(self._objets, cle)
            return Objet(vu["size"], vu["e_tag"] or "")
        return None

    def version(self, cle: str) -> str | None:
        """La version de cet objet, None s'il n'est pas là."""
        objet = self.regarder(cle)
        return objet.version if objet else None

    def lire(self, cle: str, *, au_plus: int) -> tuple[bytes, str] | None:
        """Les octets de cet objet et sa version, None s'il n'est pas là. Lève ErreurLecture s'il est trop gros."""
        import obstore  # noqa: PLC0415

        with contextlib.suppress(FileNotFoundError), self._traduire(cle):
            reponse = obstore.get(self._objets, cle)
            if reponse.meta["size"] > au_plus:
                raise ErreurLecture(f"cet objet dépasse {au_plus} octets", lieu=str(self.adresse / cle))
            return bytes(reponse.bytes()), reponse.meta["e_tag"] or ""
        return None

    def telecharger(self, cle: str, cible: Path, objet: Objet) -> None:
        """Écrit cet objet, tel qu'il a été listé, dans un fichier neuf et privé. Lève ErreurLecture s'il a changé."""
        import obstore  # noqa: PLC0415

        descripteur = os.open(cible, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descripteur, "wb") as flux:
            try:
                with self._traduire(cle):
                    reponse = obstore.get(self._objets, cle, options={"if_match": objet.version or None})
                    recus = sum(flux.write(morceau) for morceau in reponse.stream())
            except (FileNotFoundError, ErreurConcurrence) as erreur:
                raise self._dire_change(cle) from erreur
        if recus != objet.taille:
            raise self._dire_change(cle)

    def ecrire(self, cle: str, contenu: bytes | Path, *, version: str | None) -> str:
        """Écrit cet objet s'il est absent (`version` None) ou à cette version ; rend la sienne.

        Lève ErreurConcurrence si ce n'est plus le cas : rien n'est alors changé.
        """
        import obstore  # noqa: PLC0415

        with self._traduire(cle):
            ecrit = obstore.put(
                self._objets,
                cle,
                contenu,
                mode="create" if version is None else {"e_tag": version},
                use_multipart=False,
            )
        return ecrit["e_tag"] or ""

    def effacer(self, cles: Sequence[str]) -> None:
        """Efface ces objets ; un absent n'est pas une faute."""
        import obstore  # noqa: PLC0415

        if cles:
            with contextlib.suppress(FileNotFoundError), self._traduire(cles[0]):
                obstore.delete(self._objets, list(cles))

    def sonder(self) -> None:
        """Vérifie que le magasin refuse vraiment d'écrire ce que la condition interdit.

        Lève ErreurUsage, en le nommant, s'il ne l'honore pas : deux écrivains s'y recouvriraient sans le savoir.
        """
        cle = f"{_SONDE}-{uuid.uuid4().hex}"
        premiere = self.ecrire(cle, b"1", version=None)
        try:
            if self._ecrase(cle, b"2", version=None):
                raise self._refuser("il écrase un objet qui existe quand on demande de le créer")
            deuxieme = self.ecrire(cle, b"3", version=premiere)
            if deuxieme == premiere or self._ecrase(cle, b"4", version=premiere):
                raise self._refuser("il remplace un objet qui a changé depuis qu'on l'a lu")
        finally:
            self.effacer([cle])

    def _ecrase(self, cle: str, contenu: bytes, *, version: str | None) -> bool:
        try:
            self.ecrire(cle, contenu, version=version)
        except ErreurConcurrence:
            return False
        return True

    def _refuser(self, raison: str) -> ErreurUsage:
        return ErreurUsage(
            f"le magasin {_dire_ou(self.adresse)} n'honore pas l'écriture conditionnelle : {raison}",
            lieu=str(self.adresse),
            remede="Employer un magasin S3 qui honore If-None-Match et If-Match, ou un répertoire.",
        )

    def _dire_change(self, cle: str) -> ErreurLecture:
        return ErreurLecture(
            "cet objet a changé pendant qu'on le lisait", lieu=str(self.adresse / cle), remede="Relancer la commande."
        )

    @contextlib.contextmanager
    def _traduire(self, cle: str) -> Iterator[None]:
        """Les échecs d'obstore dits en français ; laisse passer FileNotFoundError, que chacun entend à sa façon."""
        from obstore import exceptions  # noqa: PLC0415

        lieu = str(self.adresse / cle) if cle else str(self.adresse)
        try:
            yield
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as erreur:
            raise ErreurConcurrence("un autre écrivain a changé cet objet du magasin", lieu=lieu) from erreur
        except exceptions.InvalidPathError as erreur:
            raise _refuser_cles(self.adresse / cle) from erreur
        except exceptions.BaseError as erreur:
            raise _expliquer(erreur, self.adresse, lieu) from erreur


def _ouvrir(adresse: Adresse) -> "S3Store":
    try:
        from obstore.exceptions import BaseError  # noqa: PLC0415 (facultatif)
        from obstore.store import S3Store  # noqa: PLC0415
    except ImportError as erreur:
        raise ErreurOutilAbsent(
            "la bibliothèque des magasins d'objets (obstore) n'est pas installée",
            lieu=str(adresse),
            remede='Installer l\'extra « grappe » : pip install "generateur[grappe]".',
        ) from erreur
    try:
        return S3Store(
            adresse.seau,
            prefix=adresse.cle or None,
            retry_config={"max_retries": _REPRISES, "retry_timeout": _PATIENCE},
        )
    except (BaseError, ValueError) as erreur:
        raise ErreurUsage(
            "les variables AWS_… de l'environnement ne décrivent pas un magasin",
            lieu=str(adresse),
            remede="Vérifier AWS_ENDPOINT_URL, AWS_REGION et les clés d'accès.",
        ) from erreur


def _dire_ou(adresse: Adresse, environnement: Mapping[str, str] = os.environ) -> str:
    """Le nom du magasin, et son point d'entrée s'il n'est pas celui d'Amazon."""
    entree = environnement.get("AWS_ENDPOINT_URL", "").rpartition("@")[2]
    return f"« {adresse.seau} »" + (f" ({entree})" if entree else "")


def _refuser_cles(adresse: Adresse) -> ErreurLecture:
    return ErreurLecture(
        "le nom d'un objet mènerait hors de son dossier, ou ne peut pas être celui d'un fichier",
        lieu=str(adresse),
        remede="Renommer cet objet : des lettres, des chiffres, « - », « _ » et « . », sans « .. » ni barre double.",
    )


def _expliquer(erreur: Exception, adresse: Adresse, lieu: str) -> ErreurLecture | ErreurOutilAbsent:
    """Les mots d'obstore citent des clés et des adresses : on n'en garde que la cause."""
    code = re.search(r"status code: (\d{3})", str(erreur))
    if code is None:
        return ErreurOutilAbsent(
            f"le magasin {_dire_ou(adresse)} ne répond pas, ou pas comme un magasin S3",
            lieu=lieu,
            remede="Vérifier AWS_ENDPOINT_URL (AWS_ALLOW_HTTP=true sans https) et le réseau, puis relancer.",
        )
    if code[1] in _REFUS_ACCES:
        return ErreurOutilAbsent(
            f"le magasin {_dire_ou(adresse)} refuse l'accès ({code[1]})",
            lieu=lieu,
            remede="Vérifier les clés d'accès et leurs droits : lister, lire, écrire, effacer.",
        )
    if code[1] == "404":
        return ErreurOutilAbsent(
            f"le seau « {adresse.seau} » n'existe pas", lieu=lieu, remede="Le créer, ou corriger l'adresse."
        )
    return ErreurOutilAbsent(
        f"le magasin {_dire_ou(adresse)} a répondu par une erreur ({code[1]})", lieu=lieu, remede="Relancer plus tard."
    )

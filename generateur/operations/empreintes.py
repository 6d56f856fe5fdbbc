"""Ce dont une production dépend, en une empreinte : même empreinte, même résultat, rien à refaire."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from generateur import VERSION
from generateur.annuaire.retenue import NOM_ANNUAIRE
from generateur.controles.pieces import chemins_cites
from generateur.droit.tables import ajouts_en_usage
from generateur.importation.origine import resumer_suivi
from generateur.lecture.socle import DossierLu
from generateur.publication.communiquees import lire_servi, relire_manifeste
from generateur.publication.inventaire_publie import est_entier
from generateur.publication.manifeste import Manifeste, empreinte
from generateur.publication.numeros_servis import Registre
from generateur.redaction.modeles_livres import lire_modeles, racine_par_defaut
from generateur.reglages import Reglages
from generateur.surveillance.entrees_accentuees import trouver


def resumer_entrees(
    lu: DossierLu,
    au: dt.date,
    reglages: Reglages,
    moteurs: Iterable[str],
    servi: Registre | None,
    *,
    racine: Path | None = None,
    sommes: Mapping[Path, str] | None = None,
) -> str:
    """Empreinte de tout ce qui détermine le résultat, à la date d'arrêté.

    `moteurs` : ce que chacun y apporte ; `servi` : ce qui a déjà été communiqué ; `racine` : où lire les pièces, si ce
    n'est dans le dossier ; `sommes` : les empreintes déjà prises des fichiers qui n'ont pas pu changer depuis.
    """
    somme = hashlib.sha256()
    for morceau in _morceaux(lu, au, reglages, moteurs, servi, racine or lu.racine, sommes or {}):
        somme.update(morceau.encode())
        somme.update(b"\0")
    return somme.hexdigest()


def _morceaux(
    lu: DossierLu,
    au: dt.date,
    reglages: Reglages,
    moteurs: Iterable[str],
    servi: Registre | None,
    racine: Path,
    sommes: Mapping[Path, str],
) -> Iterator[str]:
    yield VERSION
    yield from moteurs
    yield au.isoformat()
    yield reglages.model_dump_json(
        exclude={"modeles", "rendu", "sceau", "formulaire"}
    )  # dits par leur contenu, non par leur nom
    yield empreinte(reglages.formulaire) if reglages.formulaire and reglages.formulaire.is_file() else ""
    yield lu.dossier.model_dump_json()
    yield servi.model_dump_json() if servi else ""
    yield empreinte(lu.racine / NOM_ANNUAIRE) if (lu.racine / NOM_ANNUAIRE).is_file() else ""
    yield resumer_suivi(lu.racine)
    for _, chemin in chemins_cites(lu.dossier):
        fichier = trouver(racine, chemin)
        somme = sommes.get(fichier) if fichier else None
        yield f"{chemin}:{somme or (empreinte(fichier) if fichier and fichier.is_file() else '')}"
    yield _empreinte_du_programme(reglages.modeles or racine_par_defaut())
    yield repr(ajouts_en_usage())


def resumer_installation(reglages: Reglages, moteurs: Iterable[str]) -> str:
    """Empreinte de ce qui, hors du dossier, détermine les octets produits : la même partout, mêmes octets partout."""
    somme = hashlib.sha256()
    for morceau in (
        VERSION,
        *moteurs,
        empreinte(reglages.formulaire) if reglages.formulaire else "",
        _empreinte_du_programme(reglages.modeles or racine_par_defaut()),
        repr(ajouts_en_usage()),
    ):
        somme.update(morceau.encode())
        somme.update(b"\0")
    return somme.hexdigest()


def _empreinte_du_programme(modeles: Path) -> str:
    """Modèles Word et fichiers de droit, tels qu'ils sont maintenant : en modifier un périme la liasse."""
    somme = hashlib.sha256()
    for nom, octets in lire_modeles(modeles).items():
        somme.update(f"{nom}:{hashlib.sha256(octets).hexdigest()}".encode())
    for repertoire in ("tables", "ressorts", "formulaires"):
        for table in sorted(files("generateur.droit").joinpath(repertoire).iterdir(), key=lambda t: t.name):
            somme.update(hashlib.sha256(table.read_bytes()).digest())
    return somme.hexdigest()


def est_a_jour(
    lu: DossierLu, sortie: Path, *, jour: dt.date, au: dt.date | None, reglages: Reglages, moteurs: Iterable[str]
) -> Manifeste | None:
    """Le manifeste déjà publié si rien n'a changé depuis, sinon None. Lève ErreurLecture."""
    manifeste = _lire_ancien(sortie / lu.dossier.reference)
    if manifeste is None:
        return None
    servi = lire_servi(lu.racine, lu.dossier, sortie)
    arrete = servi.arreter(lu.dossier, au=au, jour=jour, procedure=reglages.procedure)
    actuelle = resumer_entrees(lu, arrete, reglages, moteurs, servi.registre)
    return manifeste if manifeste.empreinte_entrees == actuelle else None


def _lire_ancien(publie: Path) -> Manifeste | None:
    """Le manifeste publié, si tout ce qu'il annonce est encore là, intact : « à jour » veut aussi dire entier."""
    manifeste = relire_manifeste(publie)
    return manifeste if manifeste is not None and est_entier(publie) else None

"""Ce qui est sorti de la maison : chaque liasse communiquée, gardée entière et jamais refaite.

sortie/<reference>/communiquees/<jour>/ est la copie de tout ce qui était publié (liasse, volumes, manifeste, pièces,
actes) le jour où il est parti ; une seconde liasse du même jour prend le nom <jour>_2. Une publication emporte ces
copies avec elle, dans le même échange : à aucun instant elles ne manquent.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generateur.domaine.dossier import Dossier
from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurDossier, ErreurLecture, ErreurLiasse
from generateur.publication.manifeste import Manifeste, ManifesteAnnonce, lire_annonce, lire_manifeste
from generateur.publication.numeros_servis import LiasseServie, Registre, inscrire, lire_registre, somme_de
from generateur.surveillance.ordinaire import lire_ordinaire

NOM_COMMUNIQUEES = "communiquees"
_JOUR = re.compile(r"(\d{4}-\d{2}-\d{2})(?:_(\d+))?")
_EN_COURS = ".preparation"


@dataclass(frozen=True)
class Communiquee:
    """Une liasse communiquée, telle qu'elle est partie."""

    le: date
    chemin: Path
    annonce: ManifesteAnnonce

    @property
    def liasse(self) -> Path:
        """Le PDF communiqué."""
        return self.chemin / self.annonce.liasse.fichier


def lister_communiquees(publie: Path) -> tuple[Communiquee, ...]:
    """Les liasses gardées d'un dossier publié, dans l'ordre où elles sont parties."""
    gardees = []
    for chemin in (publie / NOM_COMMUNIQUEES).glob("*"):
        trouve = _JOUR.fullmatch(chemin.name)
        annonce = _relire_annonce(chemin)
        if trouve and annonce:
            gardees.append((date.fromisoformat(trouve[1]), int(trouve[2] or 1), chemin, annonce))
    return tuple(Communiquee(le, chemin, annonce) for le, _, chemin, annonce in sorted(gardees, key=lambda g: g[:2]))


def _relire_annonce(publie: Path) -> ManifesteAnnonce | None:
    """Ce que dit un manifeste, même d'une autre version ; None s'il n'y en a pas ou s'il ne se lit pas."""
    try:
        return lire_annonce(lire_ordinaire(publie / NOM_MANIFESTE), str(publie))
    except (OSError, ErreurLecture):
        return None


def relire_manifeste(publie: Path) -> Manifeste | None:
    """Le manifeste publié là, None s'il n'y en a pas ou s'il ne se lit pas."""
    try:
        return lire_manifeste(publie / NOM_MANIFESTE)
    except ErreurLiasse:
        return None


def dater_communication(publie: Path, registre: Registre | None, depot: date | None) -> date | None:
    """Le jour où ce qui est publié est parti, s'il est parti et n'est pas encore gardé ; sinon None.

    Parti : inscrit au registre ; ou, le dossier étant déposé, première liasse connue pour ce dépôt. Un PDF changé
    depuis (signé, scellé par un autre logiciel) est gardé aussi : c'est peut-être lui qui est parti.
    """
    annonce = _relire_annonce(publie)
    if annonce is None or annonce.projet:
        return None
    gardees, somme = lister_communiquees(publie), annonce.liasse.sha256
    memes = [gardee for gardee in gardees if gardee.annonce.liasse.sha256 == somme]
    reelle = somme_de(publie / annonce.liasse.fichier)
    if any(somme_de(gardee.liasse) == reelle for gardee in memes):
        return None
    if registre and (servie := registre.liasse_de(somme)):
        return servie.le
    if memes:
        return memes[0].le
    connues = {gardee.le for gardee in gardees} | {liasse.le for liasse in (registre.liasses if registre else ())}
    return depot if depot and depot not in connues else None


def emporter(publie: Path, chantier: Path, registre: Registre | None, depot: date | None) -> None:
    """Met dans ce qui va être publié toutes les liasses déjà gardées, et celle qu'on remplace si elle est partie."""
    _emporter_gardees(publie, chantier)
    if le := dater_communication(publie, registre, depot):
        garder(publie, chantier, le, copier=_lier)


def emporter_lettres(publie: Path, chantier: Path, envoyee_le: date | None) -> None:
    """Comme `emporter`, pour des lettres, sans manifeste : celles du dernier envoi sont gardées, une fois."""
    _emporter_gardees(publie, chantier)
    if envoyee_le and not (publie / NOM_COMMUNIQUEES / envoyee_le.isoformat()).exists():
        garder(publie, chantier, envoyee_le, copier=_lier)


def _emporter_gardees(publie: Path, chantier: Path) -> None:
    if (publie / NOM_COMMUNIQUEES).is_dir():
        shutil.copytree(
            publie / NOM_COMMUNIQUEES,
            chantier / NOM_COMMUNIQUEES,
            copy_function=_lier,
            ignore=shutil.ignore_patterns(f".*{_EN_COURS}"),
        )


def garder(publie: Path, ou: Path, le: date, *, copier: Callable[[str, str], object] = shutil.copy2) -> Path:
    """Garde ce qui est publié dans ou/communiquees/<jour>, d'un seul geste ; rend ce répertoire.

    À appeler sous le verrou de la sortie. Lève OSError si le disque refuse : rien n'est alors gardé à moitié.
    """
    reserve = ou / NOM_COMMUNIQUEES
    reserve.mkdir(exist_ok=True)
    for abandon in reserve.glob(f".*{_EN_COURS}"):
        shutil.rmtree(abandon, ignore_errors=True)
    provisoire = reserve / f".{le.isoformat()}{_EN_COURS}"
    shutil.copytree(publie, provisoire, copy_function=copier, ignore=shutil.ignore_patterns(NOM_COMMUNIQUEES))
    rang, cible = 1, reserve / le.isoformat()
    while cible.exists():
        rang += 1
        cible = reserve / f"{le.isoformat()}_{rang}"
    provisoire.rename(cible)
    return cible


def _lier(source: str, cible: str) -> None:
    """Un lien si le disque en fait : la source s'efface aussitôt après, la copie seule reste."""
    try:
        os.link(source, cible)
    except OSError:
        shutil.copy2(source, cible)


@dataclass(frozen=True)
class Servi:
    """Ce qui a été communiqué d'un dossier ; `deposee` : la liasse du dépôt, si l'on sait laquelle c'est.

    `sont_retenus` : faux si une liasse déposée n'est pas au registre gardé à côté du dossier.
    """

    registre: Registre | None
    sont_retenus: bool
    deposee: LiasseServie | None = None

    def arreter(self, dossier: Dossier, *, au: date | None, jour: date, procedure: str | None) -> date:
        """La date d'arrêté : celle demandée, celle du dossier, celle de la liasse déposée, sinon le jour.

        Une fois la demande déposée, sa somme ne court plus d'elle-même, sauf si l'on impose une autre `procedure`.
        """
        figee = self.deposee.au if self.deposee and not self.est_autre(procedure) else None
        return au or dossier.au or figee or jour

    def est_autre(self, procedure: str | None) -> bool:
        """Vrai si cette procédure n'est pas celle de la liasse déposée : sa demande reste à déposer."""
        connue = self.deposee.procedure if self.deposee else None
        return bool(procedure and connue and procedure != connue)


def lire_servi(racine: Path, dossier: Dossier, sortie: Path | None) -> Servi:
    """Ce que le registre retient, et ce qu'une sortie garde de plus : la liasse d'un dépôt qu'on n'a pas retenue.

    Sans `sortie`, le registre seul parle. Lève ErreurLecture si le registre est abîmé.
    """
    registre, depot = lire_registre(racine, dossier.reference), date_de_depot(dossier)
    if depot is None:
        return Servi(registre, sont_retenus=True)
    complet = registre
    for le, manifeste in _lister_parties(sortie / dossier.reference, registre, depot) if sortie else ():
        if manifeste.reference == dossier.reference and not (complet and complet.liasse_de(manifeste.liasse.sha256)):
            with contextlib.suppress(ErreurDossier):  # contredit le registre : lui seul fait foi
                complet = inscrire(complet, manifeste, le)
    liasses = complet.liasses if complet else ()
    jours = [liasse.le for liasse in liasses if liasse.le == depot or (sortie and liasse.le < depot)]
    deposee = next((liasse for liasse in reversed(liasses) if jours and liasse.le == max(jours)), None)
    return Servi(complet, sont_retenus=complet is not None and complet == registre, deposee=deposee)


def _lister_parties(publie: Path, registre: Registre | None, depot: date) -> Iterator[tuple[date, Manifeste]]:
    """Les liasses parties que cette sortie a encore : gardées, ou publiées et pas encore gardées."""
    lieux = [(gardee.le, gardee.chemin) for gardee in lister_communiquees(publie)]
    if le := dater_communication(publie, registre, depot):
        lieux.append((le, publie))
    for le, chemin in lieux:
        if manifeste := relire_manifeste(chemin):
            yield le, manifeste


def date_de_depot(dossier: Dossier) -> date | None:
    """Le jour du dépôt noté dans [suivi]."""
    return dossier.suivi.depot if dossier.suivi else None

"""Les contrats entre étages : ce qu'un moteur ou un lecteur doit savoir faire."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # pydantic ne se charge pas avant que les enfants démarrent
    from generateur.reglages import Resultat, Travail

NOM_MANIFESTE = "manifeste.json"  # à côté de la liasse, et dedans quand il y est joint
NOM_DROIT_AJOUTE = "droit_ajoute.toml"  # les valeurs de droit ajoutées, dans les données de l'utilisateur


@dataclass(frozen=True)
class Disponibilite:
    """Un moteur est-il utilisable ici ? Si non, pourquoi et que faire."""

    presente: bool
    version: str = ""
    raison: str = ""
    remede: str = ""


@dataclass(frozen=True)
class Conversion:
    """Un document à convertir : chemin du docx (ou autre format bureautique), chemin du PDF à écrire."""

    source: Path
    cible: Path


class MoteurRendu(Protocol):
    """Convertit des documents Word en PDF. Toute panne de l'outil devient une ErreurRendu."""

    nom: str

    @property
    def rend_tout(self) -> bool:
        """Faux pour un moteur qui ne rend fidèlement que les modèles simples."""
        ...

    @property
    def polices_maitrisees(self) -> bool:
        """Faux là où les pages peuvent varier avec les polices du système."""
        ...

    def disponibilite(self) -> Disponibilite:
        """Sonde l'outil sans rien convertir."""
        ...

    def empreinte(self) -> str:
        """Ce qui, moteur et polices, détermine les octets produits."""
        ...

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        """Écrit chaque cible ; lève ErreurRendu en nommant le document fautif."""
        ...

    def prechauffer(self, nombre: int) -> None:
        """Démarre ce qui peut l'être à l'avance, pour tant de documents à la fois."""
        ...

    def fermer(self) -> None:
        """Arrête les processus que le moteur a démarrés."""
        ...


@dataclass(frozen=True)
class LectureBrute:
    """Ce qu'un lecteur rend : des données non validées, et où chacune se trouve pour l'utilisateur."""

    donnees: Mapping[str, Any]
    origines: Mapping[tuple[str | int, ...], str]


class Lecteur(Protocol):
    """Lit un format de dossier ; ne construit jamais d'objet du domaine."""

    EXTENSIONS: tuple[str, ...]

    def lire(self, chemin: Path) -> LectureBrute:
        """Lève ErreurLecture avec l'endroit."""
        ...


Emporter = Callable[[Path, Path], None]  # (publié, préparé) : met dans le second ce qui doit survivre au premier


class Publication(Protocol):
    """Où l'on publie : une version entière remplace la précédente, ou rien ne change.

    Là où l'on ne renomme pas (un stockage d'objets), `publier` écrit les fichiers d'abord et le manifeste en dernier.
    """

    def preparer(self, reference: str) -> Path:
        """Un répertoire local, vide et privé, où écrire la nouvelle version."""
        ...

    def publier(self, reference: str, preparation: Path, emporter: Emporter | None = None) -> tuple[str, ...]:
        """Publie la préparation entière ; en cas d'échec, ce qui était publié est intact.

        Rend ce qu'une personne avait mis ou changé dans la version remplacée, et qui est gardé à part dans la nouvelle.
        """
        ...

    def abandonner(self, preparation: Path) -> None:
        """Efface une préparation ; sans effet une fois publiée."""
        ...


class Executant(Protocol):
    """Accomplit des travaux indépendants et rend leurs résultats dans l'ordre des travaux, où qu'ils se fassent.

    L'échec d'un dossier est un résultat. À la fermeture du générateur rendu, plus rien n'est en marche.
    """

    nom: str

    def executer(self, travaux: "Iterable[Travail]") -> "Iterator[Resultat]":
        """Un résultat par travail."""
        ...


@dataclass(frozen=True)
class Pose:
    """Écrit une valeur à un chemin, comme ("factures", 0, "echeance") ; les sections absentes sont créées."""

    chemin: tuple[str | int, ...]
    valeur: Any


@dataclass(frozen=True)
class Ajout:
    """Ajoute un bloc [[section]] à la fin des siens."""

    section: str
    valeurs: Mapping[str, Any]

"""Les échecs du programme et leur code de sortie.

ErreurGenerateur
├── ErreurUsage              2   la commande est mal formée
├── ErreurLecture            3   le dossier ne se lit pas
├── ErreurDossier            4   des constats empêchent d'avancer
├── ErreurProcedure          5   aucune procédure ne peut être retenue
├── ErreurDroitManquant      6   le droit à cette date n'est pas dans les tables
├── ErreurModele             7   un modèle Word est en défaut
├── ErreurPiece              8   une pièce manque ou ne se lit pas
├── ErreurOutilAbsent        9   un programme externe manque
├── ErreurRendu             10   la conversion en PDF a échoué
├── ErreurLiasse            11   la liasse n'est pas conforme
├── ErreurInterruption     130   on a demandé l'arrêt
└── ErreurEcriture           1   le disque refuse (plein, protégé)

Un défaut du *dossier* est un constat (domaine/constat.py), jamais une exception.
Les exceptions des bibliothèques sont converties dans le seul module qui les emploie.
"""

import errno
from enum import IntEnum
from typing import Any, ClassVar


class CodeSortie(IntEnum):
    """Codes de sortie de la commande, fixés par le contrat d'interface."""

    FAIT = 0
    ERREUR_INTERNE = 1
    USAGE = 2
    LECTURE = 3
    DOSSIER_INVALIDE = 4
    PROCEDURE_INDETERMINABLE = 5
    DROIT_MANQUANT = 6
    MODELE_EN_DEFAUT = 7
    PIECE_MANQUANTE = 8
    OUTIL_ABSENT = 9
    RENDU_ECHOUE = 10
    LIASSE_NON_CONFORME = 11
    LOT_PARTIEL = 12
    INTERROMPU = 130


class ErreurGenerateur(Exception):
    """Échec prévu : dit quoi, où, et ce qu'il faut faire."""

    code: ClassVar[CodeSortie] = CodeSortie.ERREUR_INTERNE
    remede_par_defaut: ClassVar[str] = ""

    def __init__(self, message: str, *, lieu: str = "", remede: str = "", constats: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.constats = constats
        self.message = message
        self.lieu = lieu
        self.remede = remede or self.remede_par_defaut

    @property
    def genre(self) -> str:
        """Son nom dans le JSON : celui de la classe qui porte le code, même précisée par une autre."""
        return next(classe.__name__ for classe in type(self).__mro__ if "code" in vars(classe))

    def __reduce__(self) -> tuple[object, ...]:
        """Traverse les processus sans perdre le lieu ni le remède."""
        return _reconstruire, (type(self), self.message, self.__dict__)


def _reconstruire(classe: type[ErreurGenerateur], message: str, etat: dict[str, object]) -> ErreurGenerateur:
    erreur = classe(message)
    erreur.__dict__.update(etat)
    return erreur


class ErreurUsage(ErreurGenerateur):
    """La commande est mal formée."""

    code = CodeSortie.USAGE
    remede_par_defaut = "Voir « generateur --aide »."


class ErreurColonnes(ErreurUsage):
    """Plusieurs colonnes d'un export se disputent un champ : l'utilisateur dit laquelle ; `dit` : le champ, nommé."""

    champ: str = ""
    dit: str = ""
    candidates: tuple[str, ...] = ()


class ErreurLecture(ErreurGenerateur):
    """Le fichier du dossier ne se lit pas ou ne respecte pas le format.

    `defauts` : (clé, phrase) de chacun, quand le fichier s'analyse et que ses clés sont en cause.
    """

    code = CodeSortie.LECTURE
    defauts: tuple[tuple[str, str], ...] = ()


class ErreurIntrouvable(ErreurLecture):
    """Ce qu'on demande n'existe pas : un dossier, un fichier, une page."""


class ErreurProfilVide(ErreurLecture):
    """Le profil que le dossier cite (`lieu`) n'a pas encore le nom du créancier."""


class ErreurDossier(ErreurGenerateur):
    """Le dossier se lit, mais des constats empêchent d'avancer."""

    code = CodeSortie.DOSSIER_INVALIDE
    remede_par_defaut = "Voir « generateur verifier » pour la liste des constats et leurs remèdes."


class ErreurProcedure(ErreurGenerateur):
    """Aucune procédure ne peut être retenue pour ce dossier."""

    code = CodeSortie.PROCEDURE_INDETERMINABLE
    remede_par_defaut = "Voir « generateur choisir » pour les motifs."


class ErreurDroitManquant(ErreurGenerateur):
    """Aucune valeur légale connue à la date demandée."""

    code = CodeSortie.DROIT_MANQUANT
    remede_par_defaut = "Mettre à jour la table indiquée, ou choisir une date couverte avec --au."


class ErreurModele(ErreurGenerateur):
    """Un modèle Word est absent ou en défaut."""

    code = CodeSortie.MODELE_EN_DEFAUT
    remede_par_defaut = "Contrôler les modèles avec « generateur modeles verifier »."


class ErreurPiece(ErreurGenerateur):
    """Une pièce manque ou ne se lit pas."""

    code = CodeSortie.PIECE_MANQUANTE


class ErreurOutilAbsent(ErreurGenerateur):
    """Un programme externe nécessaire n'est pas installé."""

    code = CodeSortie.OUTIL_ABSENT


class ErreurRendu(ErreurGenerateur):
    """La conversion d'un acte en PDF a échoué."""

    code = CodeSortie.RENDU_ECHOUE


class ErreurLiasse(ErreurGenerateur):
    """La liasse et son manifeste ne concordent pas."""

    code = CodeSortie.LIASSE_NON_CONFORME


class ErreurInterruption(ErreurGenerateur):
    """On a demandé l'arrêt : Ctrl-C, terminal fermé, arrêt de la machine."""

    code = CodeSortie.INTERROMPU


class ErreurEcriture(ErreurGenerateur):
    """Le disque refuse l'écriture ; l'ancienne version est intacte."""

    code = CodeSortie.ERREUR_INTERNE
    remede_par_defaut = "Libérer de la place ou choisir un autre dossier avec --sortie, puis relancer."


_RAISONS = {
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.EFBIG: "le disque refuse un fichier aussi gros",
    errno.EACCES: "l'accès est interdit",
    errno.EPERM: "l'accès est interdit",
    errno.EROFS: "ce disque est en lecture seule",
    errno.ENOENT: "un fichier ou un répertoire manque",
    errno.ENOTDIR: "un fichier est à la place d'un répertoire",
    errno.EEXIST: "un fichier est à la place d'un répertoire",
    errno.EISDIR: "un répertoire est à la place d'un fichier",
    errno.ENAMETOOLONG: "un nom de fichier est trop long",
    errno.EMFILE: "trop de fichiers sont ouverts",
}


def raison_du_systeme(erreur: OSError) -> str:
    """Ce que le système reproche, en français ; à défaut, ses propres mots."""
    return _RAISONS.get(erreur.errno or 0, f"le système refuse ({erreur.strerror or erreur})")


def expliquer_imprevu(erreur: Exception) -> ErreurGenerateur:
    """Convertit une exception imprévue, au bord du programme ou d'un dossier de lot : une phrase, un remède."""
    if isinstance(erreur, OSError):
        return ErreurGenerateur(
            f"lecture ou écriture impossible : {raison_du_systeme(erreur)}",
            lieu=str(erreur.filename or ""),
            remede="Vérifier la place libre et les droits sur ce fichier, puis relancer.",
        )
    if isinstance(erreur, MemoryError):
        return ErreurGenerateur(
            "la mémoire manque",
            remede="Fermer d'autres programmes, ou faire moins de dossiers à la fois (--processus), puis relancer.",
        )
    return ErreurGenerateur(
        f"erreur interne inattendue ({type(erreur).__name__}) : {erreur}",
        remede="Relancer avec -v et transmettre le message ; rien n'a été publié.",
    )

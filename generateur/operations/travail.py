"""Le travail d'un dossier : produit, déjà à jour, refusé ou en échec. La même fonction sert ici et dans les ouvriers.

Un dossier est à jour quand l'empreinte de tout ce dont il dépend (fichier, profil, pièces, modèles, moteur,
réglages, date d'arrêté, version, tables de droit) est celle que porte son manifeste.
"""

from pathlib import Path
from typing import Literal

from generateur.contrats import Publication
from generateur.domaine.langue import date_longue, enumerer
from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurLecture, ErreurLiasse, expliquer_imprevu
from generateur.lecture.socle import lire_dossier
from generateur.operations.empreintes import est_a_jour
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.publication.communiquees import date_de_depot, lire_servi, lister_communiquees, relire_manifeste
from generateur.publication.inventaire_publie import lister_manquants
from generateur.publication.manifeste import Manifeste
from generateur.reglages import Resultat, Travail

_REFUS = {CodeSortie.DOSSIER_INVALIDE, CodeSortie.PROCEDURE_INDETERMINABLE, CodeSortie.PIECE_MANQUANTE}


def accomplir(travail: Travail, moteurs: Moteurs, publication: Publication | None = None) -> Resultat:
    """Produit le dossier, ou dit pourquoi pas ; ne lève rien qu'une interruption : les autres n'en souffrent pas.

    `publication` : où publier, quand la sortie du travail n'est que le miroir d'un magasin.
    """
    if travail.jumeaux:
        autres = enumerer([f"« {jumeau} »" for jumeau in travail.jumeaux])
        return echouer(
            travail.source,
            ErreurLecture(
                f"un autre dossier du lot porte la même référence : {autres}",
                lieu=str(travail.source),
                remede="Donner à chacun sa référence dans dossier.toml, ou retirer la copie.",
            ),
        )
    try:
        return _accomplir(travail, moteurs, publication)
    except ErreurGenerateur as erreur:
        return echouer(travail.source, erreur)
    except Exception as erreur:  # noqa: BLE001 (un dossier ne doit jamais arrêter les autres)
        return echouer(travail.source, expliquer_imprevu(erreur))


def _accomplir(travail: Travail, moteurs: Moteurs, publication: Publication | None) -> Resultat:
    source, sortie, reglages = travail.source, travail.sortie, travail.reglages
    if not travail.deposes and (partie := _trouver_partie(source, sortie, reglages.procedure)):
        return partie
    ancien = est_a_jour(
        source, sortie, jour=travail.jour, au=travail.au, reglages=reglages, moteurs=moteurs.empreintes()
    )
    if ancien is not None:
        return _reussir(ancien, sortie / ancien.reference, "a_jour")
    manifeste = produire_dossier(
        source,
        sortie,
        jour=travail.jour,
        au=travail.au,
        reglages=reglages,
        moteurs=moteurs,
        publication=publication,
    )
    gardes = ", ".join(manifeste.gardes_a_part)
    message = f"De vous, gardé à part : {gardes}" if gardes else ""
    return _reussir(manifeste, sortie / manifeste.reference, "produit", message)


def _trouver_partie(chemin: Path, sortie: Path, procedure: str | None) -> Resultat | None:
    """La liasse déjà déposée ou communiquée d'un dossier, que le lot laisse telle quelle ; None s'il n'y en a pas ici.

    Lève ErreurLecture.
    """
    lu = lire_dossier(chemin)
    communique = lire_servi(lu, sortie)
    servi = communique.registre
    depot = date_de_depot(lu.dossier)
    le = depot or (servi.derniere.le if servi else None)
    if le is None or communique.est_autre(procedure):
        return None
    publie = sortie / lu.dossier.reference
    gardees = lister_communiquees(publie)
    ou = gardees[-1].chemin if gardees else publie
    manifeste = relire_manifeste(ou)
    if manifeste is None or manifeste.projet:
        return None
    _exiger_entiere(ou)
    participe = "déposé" if depot else "communiqué"
    suite = f"« generateur produire {chemin} » le complète, « --deposes » refait aussi les dossiers déposés"
    return _reussir(manifeste, ou, "a_jour", f"{participe} le {date_longue(le)}, laissé tel quel : {suite}")


def _exiger_entiere(partie: Path) -> None:
    """Lève ErreurLiasse si la liasse partie n'est plus celle qui est partie ; un Word retouché n'en est pas."""
    changes = [chemin for chemin in lister_manquants(partie) or () if not chemin.endswith(".docx")]
    if changes:
        raise ErreurLiasse(
            f"la liasse déjà communiquée n'est plus entière, absents ou changés : {', '.join(changes)}",
            lieu=str(partie),
            remede="Les rétablir d'une sauvegarde, ou refaire le dossier avec « lot --deposes ».",
        )


def _reussir(manifeste: Manifeste, ou: Path, etat: Literal["produit", "a_jour"], message: str = "") -> Resultat:
    liasse = ou / manifeste.liasse.fichier
    return Resultat(
        reference=manifeste.reference,
        etat=etat,
        code=CodeSortie.FAIT,
        procedure=manifeste.procedure,
        total=manifeste.total,
        message=message,
        fichier=liasse.as_posix(),
    )


def echouer(chemin: Path, erreur: ErreurGenerateur) -> Resultat:
    """Le résultat d'un dossier que cette erreur arrête : refusé pour ses constats, en échec pour le reste."""
    etat: Literal["refuse", "en_echec"] = "refuse" if erreur.code in _REFUS else "en_echec"
    lieu = f" ({erreur.lieu})" if erreur.lieu else ""
    nom = chemin.name if chemin.is_dir() else chemin.parent.name
    remede = f"\n→ {erreur.remede}" if erreur.code == CodeSortie.LECTURE and erreur.remede else ""
    return Resultat(reference=nom, etat=etat, code=erreur.code, message=f"{erreur.message}{lieu}{remede}")

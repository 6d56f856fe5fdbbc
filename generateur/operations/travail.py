"""Le travail d'un dossier : produit, déjà à jour, refusé ou en échec. La même fonction sert ici et dans les ouvriers.

Un dossier est à jour quand l'empreinte de tout ce dont il dépend (fichier, profil, pièces, modèles, moteur,
réglages, date d'arrêté, version, tables de droit) est celle que porte son manifeste.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from generateur.controles.groupes import ordonner
from generateur.domaine.constat import Constat
from generateur.domaine.langue import date_longue, enumerer
from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurLecture, ErreurLiasse, expliquer_imprevu
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.operations.empreintes import est_a_jour
from generateur.operations.fiche_du_dossier import Depart, dresser_fiche
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.publication.communiquees import date_de_depot, lire_servi, lister_communiquees, relire_manifeste
from generateur.publication.contrat_publication import Publication
from generateur.publication.echange import reserver
from generateur.publication.inventaire_publie import lister_manquants
from generateur.publication.manifeste import Manifeste
from generateur.reglages import FicheDossier, Manque, Resultat, Travail

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
    fiche = FicheDossier()
    try:
        lu = lire_dossier(travail.source)
        fiche = dresser_fiche(lu.dossier)
        with reserver(travail.sortie, lu.dossier.reference):
            return _accomplir(travail, lu, moteurs, publication)
    except ErreurGenerateur as erreur:
        return echouer(travail.source, erreur, fiche)
    except Exception as erreur:  # noqa: BLE001 (un dossier ne doit jamais arrêter les autres)
        return echouer(travail.source, expliquer_imprevu(erreur), fiche)


def _accomplir(travail: Travail, lu: DossierLu, moteurs: Moteurs, publication: Publication | None) -> Resultat:
    source, sortie, reglages = travail.source, travail.sortie, travail.reglages
    if not travail.deposes and (partie := _trouver_partie(travail, lu)):
        return partie
    ancien = est_a_jour(lu, sortie, jour=travail.jour, au=travail.au, reglages=reglages, moteurs=moteurs.empreintes())
    if ancien is not None:
        return _reussir(travail, lu, ancien, sortie / ancien.reference, "a_jour")
    manifeste = produire_dossier(
        source,
        sortie,
        jour=travail.jour,
        au=travail.au,
        reglages=reglages,
        moteurs=moteurs,
        publication=publication,
        est_balayee=True,
    )
    gardes = ", ".join(manifeste.gardes_a_part)
    message = f"De vous, gardé à part : {gardes}" if gardes else ""
    return _reussir(travail, lu, manifeste, sortie / manifeste.reference, "produit", message)


def _trouver_partie(travail: Travail, lu: DossierLu) -> Resultat | None:
    """La liasse déjà déposée ou communiquée d'un dossier, que le lot laisse telle quelle ; None s'il n'y en a pas ici.

    Lève ErreurLecture.
    """
    communique = lire_servi(lu.racine, lu.dossier, travail.sortie)
    servi = communique.registre
    depot = date_de_depot(lu.dossier)
    le = depot or (servi.derniere.le if servi else None)
    if le is None or communique.est_autre(travail.reglages.procedure):
        return None
    publie = travail.sortie / lu.dossier.reference
    gardees = lister_communiquees(publie)
    ou = gardees[-1].chemin if gardees else publie
    manifeste = relire_manifeste(ou)
    if manifeste is None or manifeste.projet:
        return None
    _exiger_entiere(ou)
    parti = Depart("déposé" if depot else "communiqué", le)
    dit = f"{parti.comment} le {date_longue(le)}"
    suite = f"« generateur produire {travail.source} » le complète, « --deposes » refait aussi les dossiers déposés"
    return _reussir(travail, lu, manifeste, ou, "a_jour", f"{dit}, laissé tel quel : {suite}", parti)


def _exiger_entiere(partie: Path) -> None:
    """Lève ErreurLiasse si la liasse partie n'est plus celle qui est partie ; un Word retouché n'en est pas."""
    changes = [chemin for chemin in lister_manquants(partie) or () if not chemin.endswith(".docx")]
    if changes:
        raise ErreurLiasse(
            f"la liasse déjà communiquée n'est plus entière, absents ou changés : {', '.join(changes)}",
            lieu=str(partie),
            remede="Les rétablir d'une sauvegarde, ou refaire le dossier avec « lot --deposes ».",
        )


def _reussir(
    travail: Travail,
    lu: DossierLu,
    manifeste: Manifeste,
    ou: Path,
    etat: Literal["produit", "a_jour"],
    message: str = "",
    parti: Depart | None = None,
) -> Resultat:
    liasse = ou / manifeste.liasse.fichier
    return Resultat(
        reference=manifeste.reference,
        etat=etat,
        code=CodeSortie.FAIT,
        procedure=manifeste.procedure,
        total=manifeste.total,
        message=message,
        fichier=liasse.as_posix(),
        fiche=dresser_fiche(lu.dossier, manifeste, parti=parti, est_a_classer=travail.est_a_classer),
        inscription=_resumer(travail, lu, ou) if travail.est_a_inscrire else "",
    )


def _resumer(travail: Travail, lu: DossierLu, ou: Path) -> str:
    """De quoi inscrire ce dossier ; vide si cela ne se peut pas : il n'en est pas moins produit."""
    from generateur.operations.inscription_composee import (  # noqa: PLC0415 (la base : si l'on inscrit)
        composer_inscription,
        ecrire_inscription,
    )

    try:
        return ecrire_inscription(composer_inscription(lu, relire_manifeste(ou), travail.jour))
    except Exception:  # noqa: BLE001 (le registre n'arrête jamais ce qui se produit ; le parent le dira)
        return ""


def echouer(chemin: Path, erreur: ErreurGenerateur, fiche: FicheDossier | None = None) -> Resultat:
    """Le résultat d'un dossier que cette erreur arrête : refusé pour ses constats, en échec pour le reste."""
    etat: Literal["refuse", "en_echec"] = "refuse" if erreur.code in _REFUS else "en_echec"
    manques = _retenir(erreur.constats)
    lieu = f" ({erreur.lieu})" if erreur.lieu else ""
    suite = f"\n→ {erreur.remede}" if erreur.remede and not manques else ""
    premier = manques[0] if manques else Manque(code="", message=erreur.message, lieu=erreur.lieu, remede=erreur.remede)
    autres = f" (et {len(manques) - 1} autre{'s' if len(manques) > 2 else ''})" if len(manques) > 1 else ""  # noqa: PLR2004 (pluriel)
    return Resultat(
        reference=chemin.name if chemin.is_dir() else chemin.parent.name,
        etat=etat,
        code=erreur.code,
        message=f"{erreur.message}{lieu}{suite}",
        raison=_sur_une_ligne(f"{premier.message}{lieu if not manques else ''}{autres}"),
        remede=_sur_une_ligne(premier.remede),
        manques=manques,
        fiche=fiche or FicheDossier(),
    )


def _retenir(constats: Sequence[Constat]) -> tuple[Manque, ...]:
    """Ce qui arrête, le plus lourd d'abord : les constats bloquants s'il y en a, sinon ceux à compléter."""
    ordonnes = ordonner(constats)
    bloquants = [c for c in ordonnes if c.gravite == "bloquant"]
    retenus = bloquants or [c for c in ordonnes if c.gravite == "a_completer"]
    return tuple(Manque(code=c.code, message=c.message, lieu=c.lieu, remede=c.remede) for c in retenus)


def _sur_une_ligne(texte: str) -> str:
    return " ".join(texte.split())

"""Ce qu'un dossier fait inscrire au registre : ses parties, ses dates à tenir, sa liasse, ce qui lui est arrivé.

Celui qui produit le dossier le compose, où qu'il soit ; le texte voyage avec le résultat ; le parent seul l'écrit.
"""

import datetime as dt
from collections.abc import Iterator

from pydantic import TypeAdapter

from generateur.domaine.dossier import Dossier
from generateur.domaine.evenements import lister_evenements
from generateur.lecture.socle import DossierLu
from generateur.operations.echeances import echeances_du_dossier
from generateur.operations.extrait_dossier import extraire_dossier
from generateur.operations.tableau_de_bord import est_entier
from generateur.publication.manifeste import Manifeste
from generateur.registre.parcours import Fait
from generateur.registre.plume import Fiche, Inscription

_EN_JSON = TypeAdapter(Inscription)


def composer_inscription(lu: DossierLu, manifeste: Manifeste | None, jour: dt.date) -> Inscription:
    """L'inscription d'un dossier lu ; `manifeste` : celui de sa liasse publiée, s'il y en a une."""
    dossier = lu.dossier
    echeances = echeances_du_dossier(dossier, dossier.arrete_au(jour))
    fiche = Fiche(
        reference=dossier.reference,
        debiteur=dossier.debiteur.nom_complet,
        creancier=dossier.creancier.nom_complet,
        creancier_physique=dossier.creancier.est_physique,
        echeances=tuple((e.date, e.titre, e.fondement) for e in echeances if e.date),
        extrait=extraire_dossier(dossier) if est_entier(lu) else "",
    )
    return Inscription(fiche, (*_decrire_liasse(dossier, manifeste, jour), *_lister_suites(dossier)))


def ecrire_inscription(inscription: Inscription) -> str:
    """Le texte qui voyage avec un résultat."""
    return _EN_JSON.dump_json(inscription).decode()


def lire_inscription(texte: str) -> Inscription:
    """L'inscription que dit ce texte, écrit par `ecrire_inscription`."""
    return _EN_JSON.validate_json(texte)


def _decrire_liasse(dossier: Dossier, manifeste: Manifeste | None, jour: dt.date) -> tuple[Fait, ...]:
    """La liasse publiée de ce dossier ; un projet n'en est pas une."""
    if manifeste is None or manifeste.projet or manifeste.reference != dossier.reference:
        return ()
    contenu = {
        "procedure": manifeste.procedure,
        "total": manifeste.total,
        "au": manifeste.au,
        "manifeste": manifeste.empreinte_manifeste,
    }
    return (Fait("produit", jour, contenu),)


def _lister_suites(dossier: Dossier) -> Iterator[Fait]:
    """Ce qui est arrivé au dossier d'après lui-même, par date."""
    for evenement in lister_evenements(dossier):
        somme = evenement.montant
        yield Fait(evenement.nom, evenement.date, {} if somme is None else {"montant": f"{somme:.2f}"})

"""Qui est commerçant, qui agit en professionnel : demandé quand cela ne se déduit pas, jamais supposé.

De ces deux réponses dépendent la voie (L125-1), le tribunal (L721-3), les pénalités et les 40 € (L441-10),
et la prescription (L218-2). Un débiteur public n'est pas interrogé : aucune des procédures ne s'ouvre
contre lui. Un créancier public a l'option du titre de recettes (CE, 24 février 2016, n° 395194).
"""

from collections.abc import Iterator

from generateur.calculs.qualites import agit_en_professionnel, qualite_de, qualite_de_la_forme
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Debiteur, Identite

_REMEDE_PARTICULIER = (
    'Pour un achat privé, ajoutez qualite = "consommateur" ; sinon dites son activité : "commercant", "artisan", '
    '"liberal" ou "agricole".'
)
_REMEDE_QUALITE = (
    'Ajoutez par exemple qualite = "commercant" (ou "artisan", "liberal", "agricole", "association", '
    '"societe_civile", "consommateur"), ou précisez forme = "SARL".'
)


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Qualités manquantes ou contredites par la forme."""
    del contexte  # les qualités ne dépendent ni de la date ni du décompte
    constats = [*_qualite("creancier", dossier.creancier), *_creancier_public(dossier)]
    for lieu, debiteur in situer("debiteurs", dossier.debiteurs):
        if debiteur.nature != "personne_publique":
            constats += [*_qualite(lieu, debiteur), *_professionnel(lieu, debiteur)]
    return constats


def _qualite(lieu: str, partie: Identite) -> Iterator[Constat]:
    if partie.nature == "personne_publique":
        return
    if qualite_de(partie) is None:
        yield constater(
            "QUALITE_A_PRECISER",
            f"Rien ne dit si {partie.nom_complet} est commerçant, artisan, libéral, association… : "
            "la procédure et le tribunal en dépendent.",
            lieu=f"{lieu}.qualite",
            remede=_REMEDE_PARTICULIER if partie.nature == "particulier" else _REMEDE_QUALITE,
        )
        return
    deduite = qualite_de_la_forme(partie)
    if partie.qualite and deduite and deduite != partie.qualite:
        yield constater(
            "QUALITE_CONTREDITE",
            f"La qualité saisie pour {partie.nom_complet} (« {partie.qualite} ») ne va pas avec sa nature "
            "ou sa "
            f"forme ({partie.forme or partie.nature}), qui indique « {deduite} ».",
            lieu=f"{lieu}.qualite",
            remede="Vérifiez la forme sur l'extrait Kbis, puis corrigez ou retirez « qualite ».",
        )


def _creancier_public(dossier: Dossier) -> Iterator[Constat]:
    """Rappelé seulement là où un titre se demande : au passif, tout créancier déclare."""
    creancier = dossier.creancier
    if creancier.nature == "personne_publique" and not dossier.debiteur.est_en_procedure_collective:
        yield constater(
            "CREANCIER_PUBLIC",
            f"{creancier.nom_complet} est une personne publique : dotée d'un comptable public, elle peut émettre "
            "elle-même un titre exécutoire, sans le demander au juge.",
            lieu="creancier.nature",
            remede="Voyez avec l'ordonnateur et le comptable public : si un titre de recettes est émis, écrivez "
            "titre_existant = true dans [situation] ; sinon, faites confirmer que le juge judiciaire est compétent.",
        )


def _professionnel(lieu: str, debiteur: Debiteur) -> Iterator[Constat]:
    endroit = f"{lieu}.agit_en_professionnel"
    if agit_en_professionnel(debiteur) is None:
        yield constater(
            "PROFESSIONNEL_A_PRECISER",
            f"Rien ne dit si {debiteur.nom_complet} a contracté pour les besoins de son activité "
            "professionnelle : "
            "les pénalités, l'indemnité forfaitaire et la prescription en dépendent.",
            lieu=endroit,
            remede="Ajoutez agit_en_professionnel = true (ou false pour un achat privé).",
        )
        return
    deduit = agit_en_professionnel(debiteur.model_copy(update={"agit_en_professionnel": None}))
    if None not in {debiteur.agit_en_professionnel, deduit} and debiteur.agit_en_professionnel != deduit:
        yield constater(
            "PROFESSIONNEL_CONTREDIT",
            f"« agit_en_professionnel » contredit la forme ou la qualité de {debiteur.nom_complet}.",
            lieu=endroit,
            remede="Retirez la clé, ou corrigez « forme » ou « qualite ».",
        )

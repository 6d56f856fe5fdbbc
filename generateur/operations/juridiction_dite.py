"""La juridiction d'un dossier étudié : celle à qui sa demande s'adresse, fût-elle imposée au dossier."""

from generateur.droit.juridictions import Juridiction
from generateur.operations.etude import Etude
from generateur.procedures.juridiction_saisie import trouver_juridiction_saisie
from generateur.publication.manifeste import JuridictionManifeste


def juridiction_saisie(etude: Etude) -> Juridiction | None:
    """Le tribunal de la voie retenue ; None si elle n'en saisit pas, ou si aucune ne l'est."""
    retenue = etude.decision.retenue
    return trouver_juridiction_saisie(etude.espece, retenue) if retenue else None


def decrire_juridiction(etude: Etude) -> JuridictionManifeste | None:
    """La même pour le manifeste ; la compétente si aucune voie n'est retenue."""
    juridiction = juridiction_saisie(etude) if etude.decision.retenue else etude.espece.competence.juridiction
    return JuridictionManifeste.model_validate(juridiction, from_attributes=True) if juridiction else None

"""Ce que le programme a compris de lui-même : ce qui se dit sous un champ laissé vide, pour qu'on ne le redise pas."""

from collections.abc import Iterator

from generateur.calculs.qualites import agit_en_professionnel, qualite_de
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Debiteur, Identite
from generateur.operations.formulaire_dossier import libelle_de_valeur


def deduire(dossier: Dossier) -> dict[str, str]:
    """Par identifiant de champ, la valeur retenue quand la clé n'est pas écrite."""
    parties: list[tuple[str, Identite]] = [("creancier", dossier.creancier)]
    parties += [(f"debiteurs-{rang}", debiteur) for rang, debiteur in enumerate(dossier.debiteurs)]
    return {f"{la}-{cle}": dit for la, partie in parties for cle, dit in _deduire_de(partie)}


def _deduire_de(partie: Identite) -> Iterator[tuple[str, str]]:
    if partie.nature:
        yield "nature", libelle_de_valeur(partie.nature)
    if qualite := qualite_de(partie):
        yield "qualite", libelle_de_valeur(qualite)
    if isinstance(partie, Debiteur) and (reponse := agit_en_professionnel(partie)) is not None:
        yield "agit_en_professionnel", "oui" if reponse else "non"

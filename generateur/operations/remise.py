"""Ce que reçoit celui à qui un dossier est remis, lisible par sa machine : il n'a rien à ressaisir.

Rien d'interne n'y entre : ni constat, ni limite de négociation, ni coût.
"""

from typing import Any

from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Creancier, Debiteur, Identite, Mandataire
from generateur.domaine.socle import Donnee
from generateur.procedures.repertoire import trouver_procedure
from generateur.procedures.socle import LETTRE_ETUDE
from generateur.publication.manifeste import FichierProduit, Manifeste

_IDENTITE = {
    "nature", "denomination", "forme", "siren", "siret", "rcs_ville", "civilite", "nom", "prenoms", "naissance",
    "nationalite", "profession", "enseigne", "nom_commercial", "representant", "courriel", "telephone",
}  # fmt: skip


def composer_remise(dossier: Dossier, manifeste: Manifeste) -> dict[str, Any]:
    """L'objet d'un dossier dans remise.json ; montants en texte à deux décimales, dates ISO."""
    return {
        "reference": manifeste.reference,
        "objet": dossier.objet,
        "procedure": manifeste.procedure,
        "libelle": trouver_procedure(manifeste.procedure).libelle,
        "juridiction": manifeste.juridiction.model_dump() if manifeste.juridiction else None,
        "au": manifeste.au,
        "total": manifeste.total,
        "sommes": manifeste.sommes.model_dump() if manifeste.sommes else None,
        "creancier": _identifier(dossier.creancier),
        "mandataire": _identifier(dossier.mandataire) if dossier.mandataire else None,
        "debiteurs": [_identifier(debiteur) for debiteur in dossier.debiteurs_poursuivis],
        "factures": [
            {
                "numero": facture.numero,
                "date": facture.date.isoformat() if facture.date else None,
                "echeance": facture.premiere_echeance.isoformat() if facture.premiere_echeance else None,
                "montant_ttc": f"{facture.montant_ttc:.2f}",
            }
            for facture in dossier.factures
        ],
        "mises_en_demeure": [
            _vider(mise, {"date_envoi", "mode", "numero", "date_presentation", "issue", "date_reception"})
            for mise in dossier.toutes_mises_en_demeure
        ],
        "pieces": [
            {"numero": piece.numero, "titre": piece.titre, "date": piece.date, "pages": piece.pages}
            for piece in manifeste.pieces
        ],
        "pages": manifeste.liasse.pages,
        "fichiers": [_nommer(fichier) for fichier in lister_fichiers(manifeste)],
        "confidentiels": [_nommer(fichier) for fichier in lister_confidentiels(manifeste)],
    }


def lister_fichiers(manifeste: Manifeste) -> tuple[FichierProduit, ...]:
    """Ce qui part : les volumes s'il y en a, sinon la liasse."""
    return manifeste.volumes or (manifeste.liasse,)


def lister_confidentiels(manifeste: Manifeste) -> tuple[FichierProduit, ...]:
    """Ce qui ne va qu'à l'étude : sa lettre, qui porte les limites de négociation."""
    return tuple(acte.pdf for acte in manifeste.actes if acte.nom == LETTRE_ETUDE.nom)


def _nommer(fichier: FichierProduit) -> dict[str, Any]:
    return {"source": fichier.fichier, "sha256": fichier.sha256, "pages": fichier.pages}


def _identifier(partie: Identite) -> dict[str, Any]:
    roles = {"role": partie.role} if isinstance(partie, Debiteur | Mandataire) else {}
    comptes = {"iban", "bic"} if isinstance(partie, Creancier) else set()
    adresse = {"adresse": _vider(partie.domicile, {"voie", "complement", "code_postal", "commune", "pays"})}
    return {"nom_complet": partie.nom_complet} | roles | _vider(partie, _IDENTITE | comptes) | adresse


def _vider(donnee: Donnee, cles: set[str]) -> dict[str, Any]:
    """Ces clés, celles que rien n'emplit en moins."""
    return donnee.model_dump(mode="json", include=cles, exclude_none=True)

"""La juridiction telle que les actes la nomment : son nom en phrase, son magistrat, son adresse."""

from generateur.controles.competence import Competence
from generateur.redaction.contexte import JuridictionActe
from generateur.redaction.typographie import couper_adresse, courber


def presenter_juridiction(adresse: tuple[str, ...], competence: Competence) -> JuridictionActe | None:
    """La juridiction saisie : `adresse` est son nom, puis ses lignes ; None si rien ne la nomme."""
    if not adresse:
        return None
    nom = adresse[0]
    contracte = nom[:1].lower() + nom[1:]
    magistrat = f"Madame ou Monsieur le Président du {contracte}"
    if contracte.startswith("chambre"):
        magistrat = f"Madame ou Monsieur le Président de la {contracte}"
    elif contracte.startswith("tribunal de proximité"):
        magistrat = f"Madame ou Monsieur le juge du {contracte}"
    elif contracte.startswith("juge"):
        magistrat = f"Madame ou Monsieur le {contracte}"
    est_feminin = contracte.startswith("chambre")
    du_nom = f"{'de la' if est_feminin else 'du'} {contracte}"
    le_nom = f"{'la' if est_feminin else 'le'} {contracte}"
    refere = f"{le_nom}, statuant en référé" if contracte.startswith("juge") else f"le juge des référés {du_nom}"
    lignes = tuple(ligne for texte in adresse[1:] for ligne in couper_adresse(texte))
    return JuridictionActe(
        nom=nom,
        du_nom=du_nom,
        adresse=lignes,
        magistrat=magistrat,
        cour_appel=courber(competence.cour_appel or ""),
        le_nom=le_nom,
        au_nom=f"{'à la' if est_feminin else 'au'} {contracte}",
        refere=refere,
    )

"""La juridiction telle que les actes la nomment : son nom en phrase, son magistrat, son adresse."""

from generateur.domaine.langue import courber
from generateur.droit.noms_de_juridictions import reconnaitre_juridiction
from generateur.redaction.contexte import JuridictionActe
from generateur.redaction.typographie import couper_adresse


def presenter_juridiction(adresse: tuple[str, ...], cour_appel: str | None) -> JuridictionActe | None:
    """La juridiction saisie : `adresse` est son nom, puis ses lignes ; None si rien ne la nomme."""
    if not adresse:
        return None
    nommee = reconnaitre_juridiction(adresse[0])
    commun, feminin = nommee.commun, nommee.est_feminine
    du_nom = f"{'de la' if feminin else 'du'} {commun}"
    le_nom = f"{'la' if feminin else 'le'} {commun}"
    refere = f"le juge des référés {du_nom}"
    match nommee.saisi:
        case "president":
            magistrat = f"Madame ou Monsieur le Président {du_nom}"
        case "juge":
            magistrat = f"Madame ou Monsieur le juge {du_nom}"
        case "lui_meme":
            magistrat, refere = f"Madame ou Monsieur {le_nom}", f"{le_nom}, statuant en référé"
    lignes = tuple(ligne for texte in adresse[1:] for ligne in couper_adresse(texte))
    return JuridictionActe(
        nom=nommee.nom,
        du_nom=du_nom,
        adresse=lignes,
        magistrat=magistrat,
        cour_appel=courber(cour_appel or ""),
        le_nom=le_nom,
        au_nom=f"{'à la' if feminin else 'au'} {commun}",
        refere=refere,
    )

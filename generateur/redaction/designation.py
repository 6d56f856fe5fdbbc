"""Comment les actes désignent les parties : identité complète (CPC 54 et 57), mentions sociales, adresses."""

from generateur.domaine.langue import INSECABLE, date_longue, montant
from generateur.domaine.parties import Adresse, Debiteur, Identite, Mandataire, Representant
from generateur.procedures.socle import lignes_adresse
from generateur.redaction.contexte import PartieActe
from generateur.redaction.typographie import de, grouper_chiffres, majuscule

_ROLES = {
    "principal": "Débiteur",
    "codebiteur_solidaire": "Codébiteur solidaire",
    "caution": "Caution",
    "avocat": "Avocat",
    "commissaire_de_justice": "Commissaire de justice",
    "agence_recouvrement": "Agence de recouvrement",
    "autre": "Mandataire",
}
_PREFIXES = (  # la forme saisie commence par… → genre du nom, article et nom commun
    ("association", "l’association"),
    ("gie", "le groupement"),
    ("groupement", "le groupement"),
    ("syndicat", "le syndicat"),
    ("fondation", "la fondation"),
    ("mutuelle", "la mutuelle"),
)


def designer(partie: Identite, *, professionnel: bool, role: str = "", engagement: str = "") -> PartieActe:
    """La partie telle que les actes la nomment."""
    titre = _titrer(partie)
    correspondance = partie.adresse_correspondance or partie.domicile
    return PartieActe(
        nom=partie.nom_complet,
        titre=titre,
        titre_majuscule=majuscule(titre),
        role=role or _ROLES[partie.role if isinstance(partie, Debiteur | Mandataire) else "principal"],
        identite=_identifier(partie, titre),
        adresse=lignes_adresse(_nom_postal(partie), partie.domicile),
        adresse_correspondance=lignes_adresse(_nom_postal(partie), correspondance),
        adresse_ligne=adresse_sur_une_ligne(partie.domicile),
        mentions=_mentions_sociales(partie),
        representant=_representer(partie),
        courriel=partie.courriel or "",
        telephone=partie.telephone or "",
        iban=grouper_chiffres(partie.iban) if partie.iban else "",
        bic=partie.bic or "",
        e="e" if _est_feminin(partie, titre) else "",
        est_professionnel=professionnel,
        engagement=engagement,
    )


def adresse_sur_une_ligne(adresse: Adresse) -> str:
    """Adresse pour le corps d'une phrase."""
    return ", ".join(lignes_adresse("", adresse))


def _titrer(partie: Identite) -> str:
    if partie.est_physique:
        civilite = f"{partie.civilite}{INSECABLE}" if partie.civilite else ""
        return f"{civilite}{partie.nom_complet}"
    nom = partie.denomination or ""
    if partie.nature == "personne_publique":
        return nom
    forme = (partie.forme or "").casefold()
    prefixe = next((p for debut, p in _PREFIXES if forme.startswith(debut)), "")
    if not prefixe and partie.qualite == "association":
        prefixe = "l’association"
    if prefixe and nom.casefold().startswith(prefixe.split("’")[-1].split()[-1]):
        return f"l’{nom}" if prefixe.startswith("l’") else nom
    return f"{prefixe or 'la société'} {nom}"


def _est_feminin(partie: Identite, titre: str) -> bool:
    if partie.est_physique:
        return partie.civilite == "Mme"
    return not titre.startswith("le ")


def _nom_postal(partie: Identite) -> str:
    nom = _titrer(partie) if partie.est_physique else partie.nom_complet
    return f"{nom} ({partie.nom_commercial})" if partie.nom_commercial else nom


def _identifier(partie: Identite, titre: str) -> str:
    """Désignation complète, dans l'ordre de l'usage ; ce qui n'est pas saisi se tait."""
    return ", ".join(
        morceau
        for morceau in (_morceaux_physique(partie, titre) if partie.est_physique else _morceaux_morale(partie, titre))
        if morceau
    )


def _morceaux_morale(partie: Identite, titre: str) -> list[str]:
    feminin = _est_feminin(partie, titre)
    capital = f" au capital de {montant(partie.capital)}" if partie.capital else ""
    return [
        majuscule(titre),
        f"{partie.forme}{capital}" if partie.forme else "",
        f"nom commercial « {partie.nom_commercial or partie.enseigne} »"
        if partie.nom_commercial or partie.enseigne
        else "",
        _immatriculer(partie, "e" if feminin else ""),
        f"dont le siège est {adresse_sur_une_ligne(partie.domicile)}",
        _representer(partie),
    ]


def _morceaux_physique(partie: Identite, titre: str) -> list[str]:
    e = "e" if _est_feminin(partie, titre) else ""
    naissance = partie.naissance
    return [
        titre,
        f"né{e} le {date_longue(naissance.date)} à {naissance.lieu}" if naissance else "",
        f"de nationalité {partie.nationalite}" if partie.nationalite else "",
        partie.profession or "",
        f"entrepreneur individuel{_enseigner(partie)}" if partie.nature == "entrepreneur_individuel" else "",
        _immatriculer(partie, e),
        f"demeurant {adresse_sur_une_ligne(partie.domicile)}",
        f"dont l’établissement est situé {adresse_sur_une_ligne(partie.etablissement)}" if partie.etablissement else "",
    ]


def _enseigner(partie: Identite) -> str:
    enseigne = partie.enseigne or partie.nom_commercial
    return f" exerçant sous l’enseigne « {enseigne} »" if enseigne else ""


def _immatriculer(partie: Identite, e: str) -> str:
    siren = partie.siren_deduit
    numero = grouper_chiffres(siren, 3, 3, 3) if siren else ""
    if partie.rcs_ville:
        au_registre = f"immatriculé{e} au registre du commerce et des sociétés {de(partie.rcs_ville)}"
        return f"{au_registre} sous le n°{INSECABLE}{numero}" if numero else au_registre
    return f"identifié{e} sous le n°{INSECABLE}SIREN{INSECABLE}{numero}" if numero else ""


def _mentions_sociales(partie: Identite) -> str:
    """Mentions d'un papier d'affaires (C. com. R123-237 et R123-238)."""
    capital = f" au capital de {montant(partie.capital)}" if partie.capital else ""
    siren = partie.siren_deduit
    numero = grouper_chiffres(siren, 3, 3, 3) if siren else ""
    registre = f"RCS {partie.rcs_ville} {numero}" if partie.rcs_ville else f"SIREN {numero}" if numero else ""
    ei = "EI" if partie.nature == "entrepreneur_individuel" else ""
    mentions = (
        f"{partie.forme}{capital}" if partie.forme else ei,
        registre,
        f"TVA {partie.tva}" if partie.tva else "",
    )
    return " – ".join(mention for mention in mentions if mention)


def _representer(partie: Identite) -> str:
    representant = partie.representant
    if representant is None:
        return ""
    feminin = _est_feminin(partie, _titrer(partie))
    return f"représenté{'e' if feminin else ''} par {_nommer_representant(representant)}"


def _nommer_representant(representant: Representant) -> str:
    civilite = f"{representant.civilite}{INSECABLE}" if representant.civilite else ""
    texte = f"{civilite}{representant.nom}"
    if representant.qualite:
        texte += f", {representant.qualite}"
    if representant.represente_par:
        texte += f", elle-même représentée par {_nommer_representant(representant.represente_par)}"
    return texte


def designer_mandataire(mandataire: Mandataire) -> PartieActe:
    """Le mandataire du créancier."""
    return designer(mandataire, professionnel=True)


def dire_engagement(debiteur: Debiteur, citation: str) -> str:
    """L'engagement de la caution, sans point final ; vide pour un autre débiteur."""
    acte = debiteur.cautionnement
    if acte is None:
        return ""
    e = "e" if _est_feminin(debiteur, _titrer(debiteur)) else ""
    pronom = "Elle" if e else "Il"
    solidaire = " solidaire" if acte.solidaire else ""
    limite = f", dans la limite de {montant(acte.montant_max)}" if acte.montant_max else ""
    preuve = f" {citation}" if citation else ""
    return f"{pronom} s’est porté{e} caution{solidaire} par acte du {date_longue(acte.date)}{limite}{preuve}"

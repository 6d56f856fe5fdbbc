"""Comment les actes désignent les parties : identité complète (CPC 54 et 57), mentions sociales, adresses."""

from dataclasses import replace

from generateur.domaine.langue import A_COMPLETER, INSECABLE, date_longue, enumerer, majuscule, montant, nombre
from generateur.domaine.parties import Adresse, Cautionnement, Debiteur, Identite, Mandataire, Representant
from generateur.procedures.socle import lignes_adresse
from generateur.redaction.contexte import PartieActe
from generateur.redaction.typographie import adresser, contracter, de, grouper_chiffres

_ROLES = {
    "principal": "Débiteur",
    "codebiteur_solidaire": "Codébiteur solidaire",
    "caution": "Caution",
    "avocat": "Avocat",
    "commissaire_de_justice": "Commissaire de justice",
    "agence_recouvrement": "Agence de recouvrement",
    "autre": "Mandataire",
}
_COMMUNS = (  # la forme saisie commence par… → le nom commun de la partie ; à défaut, « société »
    ("association", "association"),
    ("gie", "groupement"),
    ("groupement", "groupement"),
    ("syndicat", "syndicat"),
    ("fondation", "fondation"),
    ("mutuelle", "mutuelle"),
)
_FEMININ, _MASCULIN, _FEMININ_ELIDE, _MASCULIN_ELIDE = ("la ", True), ("le ", False), ("l’", True), ("l’", False)
_ARTICLES = {
    "société": _FEMININ,
    "association": _FEMININ_ELIDE,
    "groupement": _MASCULIN,
    "syndicat": _MASCULIN,
    "fondation": _FEMININ,
    "mutuelle": _FEMININ,
    # personnes publiques, nommées par leur dénomination même
    "commune": _FEMININ,
    "communauté": _FEMININ,
    "ville": _FEMININ,
    "métropole": _FEMININ,
    "région": _FEMININ,
    "chambre": _FEMININ,
    "caisse": _FEMININ,
    "université": _FEMININ_ELIDE,
    "agence": _FEMININ_ELIDE,
    "département": _MASCULIN,
    "centre": _MASCULIN,
    "conseil": _MASCULIN,
    "lycée": _MASCULIN,
    "collège": _MASCULIN,
    "office": _MASCULIN_ELIDE,
    "hôpital": _MASCULIN_ELIDE,
    "établissement": _MASCULIN_ELIDE,
    "état": _MASCULIN_ELIDE,
}


# civilité → en toutes lettres, pour une adresse ou une désignation ; « Mme » et « M. » restent dans les phrases
_CIVILITES = {"Mme": "Madame", "M.": "Monsieur"}
_TITRES_PROFESSIONNELS = {"avocat": "Maître", "commissaire_de_justice": "Maître"}


def designer(
    partie: Identite, *, professionnel: bool, role: str = "", engagement: str = "", limite: str = ""
) -> PartieActe:
    """La partie telle que les actes la nomment."""
    titre = _titrer(partie)[0]
    correspondance = partie.adresse_correspondance or partie.domicile
    return PartieActe(
        nom=partie.nom_complet,
        titre=titre,
        titre_majuscule=majuscule(titre),
        a_titre=adresser(titre),
        de_titre=contracter(titre),
        role=role or _ROLES[partie.role if isinstance(partie, Debiteur | Mandataire) else "principal"],
        identite=_identifier(partie),
        adresse=lignes_adresse(_nom_postal(partie), partie.domicile),
        adresse_correspondance=lignes_adresse(_nom_postal(partie), correspondance),
        adresse_ligne=adresse_sur_une_ligne(partie.domicile),
        mentions=_mentions_sociales(partie),
        representant=_representer(partie),
        courriel=partie.courriel or "",
        telephone=(partie.telephone or "").replace(" ", INSECABLE),
        iban=grouper_chiffres(partie.iban) if partie.iban else "",
        bic=partie.bic or "",
        e=_accorder(partie),
        est_professionnel=professionnel,
        engagement=engagement,
        limite=limite,
    )


def adresse_sur_une_ligne(adresse: Adresse) -> str:
    """Adresse pour le corps d'une phrase."""
    return ", ".join(lignes_adresse("", adresse))


def _titrer(partie: Identite) -> tuple[str, bool | None]:
    """Comment une phrase nomme la partie, article compris, et si elle s'accorde au féminin ; None : on l'ignore."""
    if partie.est_physique:
        feminin = partie.civilite == "Mme" if partie.civilite else None
        titre = _TITRES_PROFESSIONNELS.get(partie.role) if isinstance(partie, Mandataire) else partie.civilite
        return f"{titre}{INSECABLE}{partie.nom_complet}" if titre else partie.nom_complet, feminin
    nom, forme = partie.denomination or "", (partie.forme or "").casefold()
    premier = nom.casefold().split(" ")[0]
    if partie.nature == "personne_publique":
        article, feminin = _ARTICLES.get(premier, ("", True))
        return f"{article}{nom}", feminin
    commun = _nom_commun(partie)
    article, feminin = _ARTICLES[commun]
    # « la SCI des Tilleuls », « l’Association des Amis » : la dénomination dit déjà ce qu'elle est
    return (f"{article}{nom}" if premier in {commun, forme} else f"{article}{commun} {nom}"), feminin


def _nom_commun(partie: Identite) -> str:
    forme = (partie.forme or "").casefold()
    defaut = "association" if partie.qualite == "association" else "société"
    return next((commun for debut, commun in _COMMUNS if forme.startswith(debut)), defaut)


def _accorder(partie: Identite) -> str:
    """« e » si les participes s'accordent au féminin ; « (e) » tant que le dossier ne dit pas la civilité."""
    feminin = _titrer(partie)[1]
    return "(e)" if feminin is None else "e" if feminin else ""


def _pronominaliser(partie: Identite) -> str:
    """« Elle », « Il », ou le nom répété quand rien ne dit lequel."""
    feminin = _titrer(partie)[1]
    return partie.nom_complet if feminin is None else "Elle" if feminin else "Il"


def _nommer_en_entier(partie: Identite) -> str:
    """« Madame Jeanne, Marie Bel » : la personne telle qu'un acte l'identifie."""
    titre = _CIVILITES.get(partie.civilite or "")
    if isinstance(partie, Mandataire):
        titre = _TITRES_PROFESSIONNELS.get(partie.role, titre)
    return f"{titre}{INSECABLE}{partie.etat_civil}" if titre else partie.etat_civil


def _nom_postal(partie: Identite) -> str:
    civilite = _CIVILITES.get(partie.civilite or "") if partie.est_physique else None
    nom = f"{civilite}{INSECABLE}{partie.nom_complet}" if civilite else partie.nom_complet
    return f"{nom} ({partie.nom_commercial})" if partie.nom_commercial else nom


def _identifier(partie: Identite) -> str:
    """Désignation complète, dans l'ordre de l'usage ; ce qui n'est pas saisi se tait."""
    morceaux = _morceaux_physique(partie) if partie.est_physique else _morceaux_morale(partie)
    return ", ".join(morceau for morceau in morceaux if morceau)


def _morceaux_morale(partie: Identite) -> list[str]:
    forme = _dire_forme(partie)
    capital = _dire_capital(partie)
    return [
        majuscule(_titrer(partie)[0]),
        f"{forme}{capital}" if forme else capital.removeprefix(" "),
        f"forme juridique {A_COMPLETER}" if partie.nature is None and not forme else "",
        _dire_anciens_noms(partie),
        f"nom commercial {_citer(partie.nom_commercial)}" if partie.nom_commercial else "",
        f"enseigne {_citer(partie.enseigne)}" if partie.enseigne else "",
        _immatriculer(partie),
        f"dont le siège est {adresse_sur_une_ligne(partie.domicile)}",
        _dire_etablissement(partie),
        _dire_anciennes_adresses(partie),
        _representer(partie),
    ]


def _dire_forme(partie: Identite) -> str:
    """La forme, en apposition : « association loi 1901 » après « l’association … », rien si le nom commun la dit."""
    forme, commun = partie.forme or "", _nom_commun(partie)
    if forme.casefold() == commun:
        return ""
    return f"{commun}{forme[len(commun) :]}" if forme.casefold().startswith(f"{commun} ") else forme


def _dire_capital(partie: Identite) -> str:
    """« au capital de 20 000 € » : l'usage omet les centimes nuls."""
    if not partie.capital:
        return ""
    rond = partie.capital == partie.capital.to_integral_value()
    return f" au capital de {nombre(partie.capital, 0 if rond else 2)}{INSECABLE}€"


def _morceaux_physique(partie: Identite) -> list[str]:
    naissance = partie.naissance
    return [
        _nommer_en_entier(partie),
        f"né{_accorder(partie)} le {date_longue(naissance.date)} à {naissance.lieu}" if naissance else "",
        f"de nationalité {partie.nationalite}" if partie.nationalite else "",
        partie.profession or "",
        f"qualité {A_COMPLETER}" if partie.nature is None else "",
        f"entrepreneur individuel{_enseigner(partie)}" if partie.nature == "entrepreneur_individuel" else "",
        _dire_anciens_noms(partie),
        _immatriculer(partie),
        f"demeurant {adresse_sur_une_ligne(partie.domicile)}",
        _dire_etablissement(partie),
        _dire_anciennes_adresses(partie),
    ]


def _enseigner(partie: Identite) -> str:
    noms = [
        f"sous l’enseigne {_citer(partie.enseigne)}" if partie.enseigne else "",
        f"sous le nom commercial {_citer(partie.nom_commercial)}" if partie.nom_commercial else "",
    ]
    exercice = " et ".join(nom for nom in noms if nom)
    return f" exerçant {exercice}" if exercice else ""


def _dire_anciens_noms(partie: Identite) -> str:
    """Les pièces portent parfois le nom d'avant : l'acte fait le lien."""
    if not partie.anciennes_denominations:
        return ""
    dite = f"dénommé{_accorder(partie)}" if not partie.est_physique else f"connu{_accorder(partie)} sous le nom de"
    return f"anciennement {dite} {enumerer([_citer(nom) for nom in partie.anciennes_denominations])}"


def _dire_etablissement(partie: Identite) -> str:
    lieu = partie.lieu_d_exercice
    return f"dont l’établissement est situé {adresse_sur_une_ligne(lieu)}" if lieu else ""


def _dire_anciennes_adresses(partie: Identite) -> str:
    adresses = [adresse_sur_une_ligne(adresse) for adresse in partie.anciennes_adresses]
    return f"anciennement {f'{INSECABLE}; '.join(adresses)}" if adresses else ""


def _citer(nom: str) -> str:
    return f"«{INSECABLE}{nom}{INSECABLE}»"


def _immatriculer(partie: Identite) -> str:
    e = _accorder(partie)
    siren = partie.siren_deduit
    numero = grouper_chiffres(siren, 3, 3, 3) if siren else ""
    if partie.rcs_ville:
        au_registre = f"immatriculé{e} au registre du commerce et des sociétés {de(partie.rcs_ville)}"
        return f"{au_registre} sous le n°{INSECABLE}{numero}" if numero else au_registre
    return f"identifié{e} sous le n°{INSECABLE}SIREN{INSECABLE}{numero}" if numero else ""


def _mentions_sociales(partie: Identite) -> str:
    """Mentions d'un papier d'affaires (C. com. R123-237 et R526-27 : le nom, suivi immédiatement de « EI »)."""
    capital = _dire_capital(partie)
    siren = partie.siren_deduit
    numero = grouper_chiffres(siren, 3, 3, 3) if siren else ""
    registre = f"RCS {partie.rcs_ville} {numero}" if partie.rcs_ville else f"SIREN {numero}" if numero else ""
    ei = f"{partie.nom_complet} EI" if partie.nature == "entrepreneur_individuel" else ""
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
    return f"représenté{_accorder(partie)} par {_nommer_representant(representant)}"


def _nommer_representant(representant: Representant) -> str:
    civilite = f"{representant.civilite}{INSECABLE}" if representant.civilite else ""
    texte = f"{civilite}{representant.nom}"
    if representant.qualite:
        texte += f", {representant.qualite}"
    if representant.represente_par:
        lui = "lui-même représenté" if representant.civilite == "M." else "elle-même représentée"
        texte += f", {lui} par {_nommer_representant(representant.represente_par)}"
    return texte


def designer_mandataire(mandataire: Mandataire, pouvoir: str) -> PartieActe:
    """Le mandataire du créancier ; `pouvoir` cite la pièce qui le prouve, vide s'il n'en faut pas."""
    engagement = f"{_pronominaliser(mandataire)} agit en vertu du pouvoir produit {pouvoir}" if pouvoir else ""
    acte = designer(mandataire, professionnel=True, engagement=engagement)
    return replace(acte, constitution=_constituer(mandataire)) if mandataire.role == "avocat" else acte


def _constituer(avocat: Mandataire) -> str:
    """« ayant pour avocat Maître …, avocate au barreau de Lyon, toque 12, …, et élisant domicile à son cabinet »."""
    barreau = f" au barreau {de(avocat.barreau)}" if avocat.barreau else ""
    if avocat.est_physique:
        qualite = f"avocat{_accorder(avocat)}{barreau}" if barreau else ""
    else:
        qualite = f"inscrite{barreau}" if barreau else ""
    morceaux = (
        f"ayant pour avocat {_titrer(avocat)[0]}",
        f"agissant par {_nommer_representant(avocat.representant)}" if avocat.representant else "",
        qualite,
        f"toque {avocat.toque}" if avocat.toque else "",
        adresse_sur_une_ligne(avocat.domicile),
        "et élisant domicile à son cabinet",
    )
    return ", ".join(morceau for morceau in morceaux if morceau)


def dire_engagement(debiteur: Debiteur, citation: str) -> str:
    """L'engagement de la caution, sans point final ; vide pour un autre débiteur."""
    acte = debiteur.cautionnement
    if acte is None:
        return ""
    preuve = f" {citation}" if citation else ""
    return f"{_pronominaliser(debiteur)} s’est porté{_accorder(debiteur)} {_dire_cautionnement(acte)}{preuve}"


def dire_engagement_a_la_caution(debiteur: Debiteur, principal: str) -> str:
    """Le même engagement, dit à la caution elle-même, sans point final."""
    acte = debiteur.cautionnement
    e = _accorder(debiteur)
    if acte is None:
        return f"Vous vous êtes porté{e} caution des engagements {contracter(principal)}"
    engagements = f" des engagements {contracter(principal)}"
    return f"Vous vous êtes porté{e} {_dire_cautionnement(acte, engagements)}"


def _dire_cautionnement(acte: Cautionnement, engagements: str = "") -> str:
    solidaire = " solidaire" if acte.solidaire else ""
    limite = f", dans la limite de {montant(acte.montant_max)}" if acte.montant_max else ""
    return f"caution{solidaire}{engagements} par acte du {date_longue(acte.date)}{limite}"


def dire_limite(debiteur: Debiteur) -> str:
    """« Mme Jeanne Bel, caution, n’est tenue que dans la limite de … » ; vide si rien ne la limite."""
    acte = debiteur.cautionnement
    if debiteur.role != "caution" or acte is None or not acte.montant_max:
        return ""
    titre = majuscule(_titrer(debiteur)[0])
    return f"{titre}, caution, n’est tenu{_accorder(debiteur)} que dans la limite de {montant(acte.montant_max)}"

"""Le texte d'un courriel que sa messagerie a coupé pour l'envoi, remis en paragraphes."""

_SIGNATURE = "-- "


def recoller_lignes(texte: str, *, est_coupe_dans_les_mots: bool = False) -> str:
    """Chaque ligne finie par une espace reprend la suivante, si elle cite autant (RFC 3676, « format=flowed »).

    `est_coupe_dans_les_mots` : cette espace n'est pas du texte (« delsp=yes »).
    """
    lignes: list[str] = []
    profondeur_ouverte = -1  # celle de la ligne à continuer
    for brute in texte.replace("\r\n", "\n").split("\n"):
        citee = brute.lstrip(">")
        profondeur, nue = len(brute) - len(citee), citee.removeprefix(" ")
        if profondeur == profondeur_ouverte and nue != _SIGNATURE:
            lignes[-1] += nue
        else:
            lignes.append(f"{'>' * profondeur} {nue}" if profondeur else nue)
        est_ouverte = nue.endswith(" ") and nue != _SIGNATURE
        if est_ouverte and est_coupe_dans_les_mots:
            lignes[-1] = lignes[-1][:-1]
        profondeur_ouverte = profondeur if est_ouverte else -1
    return "\n".join(lignes)

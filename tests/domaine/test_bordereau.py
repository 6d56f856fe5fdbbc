"""Le bordereau : ordre, titres, confidentialité, numéros imposés, numéros déjà communiqués."""

import datetime as dt
from typing import Any

import pytest

from generateur.domaine.bordereau import Bordereau, dresser_bordereau
from generateur.domaine.dossier import Dossier
from generateur.domaine.numeros import lire_numero
from generateur.erreurs import ErreurLecture

ADRESSE = {"voie": "12 rue des Fleurs", "code_postal": "69003", "commune": "Lyon"}


def _dossier(**cles: Any) -> Dossier:
    facture = {
        "numero": "F2026-118",
        "date": dt.date(2026, 4, 1),
        "echeance": dt.date(2026, 5, 1),
        "montant_ttc": "1200.00",
        "fichier": "pieces/f118.pdf",
    }
    minimum = {
        "reference": "2026-0042",
        "objet": "Fourniture de menuiseries",
        "creancier": {"nature": "personne_morale", "denomination": "Atelier Lumen", "adresse": ADRESSE},
        "debiteurs": [{"nature": "personne_morale", "denomination": "Société Exemple", "adresse": ADRESSE}],
        "factures": [facture],
    }
    return Dossier.model_validate(minimum | cles)


def _complet(**cles: Any) -> Dossier:
    livraison = {"date": dt.date(2026, 3, 28), "fichier": "pieces/bl118.pdf"}
    commande = {"reference": "BC-119", "date": dt.date(2026, 3, 5), "fichier": "pieces/bc119.pdf"}
    factures = [
        {
            "numero": "F2026-119",
            "date": dt.date(2026, 4, 15),
            "echeance": dt.date(2026, 5, 15),
            "montant_ttc": "300.00",
            "fichier": "pieces/f119.pdf",
            "commande": commande,
        },
        {
            "numero": "F2026-118",
            "date": dt.date(2026, 4, 1),
            "echeance": dt.date(2026, 5, 1),
            "montant_ttc": "1200.00",
            "fichier": "pieces/f118.pdf",
            "livraison": livraison,
        },
    ]
    donnees = {
        "factures": factures,
        "contrat": {
            "nature": "bon_de_commande",
            "reference": "BC-118",
            "date": dt.date(2026, 3, 2),
            "fichier": "pieces/bc118.pdf",
        },
        "cgv": {
            "version": "2026-01",
            "fichier": "pieces/cgv.pdf",
            "acceptation": {
                "date": dt.date(2026, 3, 2),
                "mode": "signature",
                "fichier": "pieces/bc118.pdf",
            },
        },
        "avoirs": [{"numero": "A-7", "date": dt.date(2026, 5, 3), "montant_ttc": "50", "fichier": "pieces/a7.pdf"}],
        "paiements": [{"date": dt.date(2026, 5, 20), "montant": "100", "fichier": "pieces/virement.pdf"}],
        "relances": [
            {"date": dt.date(2026, 6, 20), "canal": "lrar", "fichier": "pieces/r2.pdf"},
            {"date": dt.date(2026, 6, 2), "canal": "courriel", "fichier": "pieces/r1.eml"},
            {"date": dt.date(2026, 6, 9), "canal": "telephone"},
        ],
        "mise_en_demeure": {
            "date_envoi": dt.date(2026, 7, 1),
            "fichier": "pieces/med.pdf",
            "preuve_depot": "pieces/depot.pdf",
            "accuse": "pieces/ar.pdf",
        },
        "pieces": [
            {"fichier": "pieces/rib.pdf", "nature": "rib"},
            {"fichier": "pieces/kbis-deb.pdf", "nature": "kbis_debiteur", "delivre_le": dt.date(2026, 9, 1)},
            {"fichier": "pieces/kbis-cre.pdf", "nature": "kbis_creancier"},
        ],
    }
    return _dossier(**(donnees | cles))


def _lignes(bordereau: Bordereau) -> list[str]:
    return [f"{p.numero}. {p.titre}".replace("\u00a0", " ") for p in bordereau.pieces]


def _numeros(bordereau: Bordereau) -> dict[str, str]:
    return {piece.fichier: piece.numero for piece in bordereau.pieces}


def _ajouts(*pieces: dict[str, Any]) -> dict[str, Any]:
    return {"pieces": [{"fichier": f"pieces/{i}.pdf", "titre": f"Annexe {i}"} | p for i, p in enumerate(pieces)]}


def test_suit_l_ordre_de_la_liasse_avec_des_titres_dates() -> None:
    assert _lignes(dresser_bordereau(_complet())) == [
        "1. Bon de commande BC-118 signé le 2 mars 2026",
        "2. Commande BC-119 du 5 mars 2026",
        "3. Conditions générales de vente (version 2026-01)",
        "4. Bon de livraison du 28 mars 2026",
        "5. Facture n° F2026-118",
        "6. Facture n° F2026-119",
        "7. Avoir n° A-7",
        "8. Justificatif du paiement du 20 mai 2026",
        "9. Relance par courriel du 2 juin 2026",
        "10. Relance par lettre recommandée avec avis de réception du 20 juin 2026",
        "11. Lettre de mise en demeure du 1er juillet 2026",
        "12. Preuve de dépôt de la mise en demeure",
        "13. Accusé de réception de la mise en demeure",
        "14. Extrait Kbis du créancier",
        "15. Extrait Kbis du débiteur du 1er septembre 2026",
        "16. Relevé d'identité bancaire",
    ]


def test_ne_dit_pas_signe_un_bon_de_commande_dont_la_signature_n_est_pas_dite() -> None:
    contrat = {"nature": "bon_de_commande", "date": dt.date(2026, 3, 2), "fichier": "pieces/bc.pdf"}
    assert _lignes(dresser_bordereau(_dossier(contrat=contrat)))[0] == "1. Bon de commande du 2 mars 2026"


def test_un_fichier_cite_deux_fois_est_une_seule_piece() -> None:
    bordereau = dresser_bordereau(_complet())
    assert len({piece.fichier for piece in bordereau.pieces}) == len(bordereau.pieces)
    assert bordereau.numero_de("./pieces/bc118.pdf") == "1"


def test_nomme_toutes_les_factures_d_un_meme_fichier() -> None:
    factures = [
        {
            "numero": numero,
            "date": dt.date(2026, 4, 1),
            "echeance": dt.date(2026, 5, 1),
            "montant_ttc": "10",
            "fichier": "pieces/factures.pdf",
        }
        for numero in ("F1", "F2", "F3")
    ]
    assert _lignes(dresser_bordereau(_dossier(factures=factures))) == ["1. Factures n° F1, F2 et F3"]


@pytest.mark.parametrize("nature", ["relances", "pieces"])
def test_n_admet_jamais_une_piece_confidentielle(nature: str) -> None:
    element: dict[str, Any] = {"fichier": "pieces/secret.pdf", "confidentiel": True}
    if nature == "relances":
        element |= {"date": dt.date(2026, 6, 2), "canal": "courrier"}
    assert dresser_bordereau(_dossier(**{nature: [element]})).numero_de("pieces/secret.pdf") is None


def test_une_piece_dite_confidentielle_retire_le_fichier_cite_ailleurs() -> None:
    bordereau = dresser_bordereau(_complet(pieces=[{"fichier": "pieces/med.pdf", "confidentiel": True}]))
    assert bordereau.numero_de("pieces/med.pdf") is None
    assert bordereau.citation("pieces/med.pdf") == ""


def test_une_piece_ajoutee_complete_le_fichier_deja_cite_a_sa_place() -> None:
    complement = {
        "fichier": "pieces/f118.pdf",
        "titre": "Facture litigieuse",
        "mot_de_passe": "lumen",
        "date": dt.date(2026, 4, 2),
        "original": True,
    }
    piece = dresser_bordereau(_complet(pieces=[complement])).pieces[4]
    assert (piece.titre, piece.mot_de_passe, piece.date) == (
        "Facture litigieuse",
        "lumen",
        dt.date(2026, 4, 2),
    )
    assert piece.original
    assert piece.categorie == "facture"


def test_place_un_numero_bis_apres_sa_base_sans_trou_ailleurs() -> None:
    bordereau = dresser_bordereau(_complet(**_ajouts({"numero": "4 bis"}, {})))
    assert [p.numero for p in bordereau.pieces] == [
        *("1", "2", "3", "4", "4 bis", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14")
    ]
    assert bordereau.numero_de("pieces/0.pdf") == "4 bis"


def test_place_une_piece_au_numero_entier_impose() -> None:
    bordereau = dresser_bordereau(_complet(**_ajouts({"numero": "2"})))
    assert bordereau.pieces[1].fichier == "pieces/0.pdf"
    assert [p.numero for p in bordereau.pieces] == [str(n) for n in range(1, 15)]


@pytest.mark.parametrize(
    ("numeros", "extrait"),
    [(("4", "4"), "le porte déjà"), (("40",), "laisserait un trou"), (("30 bis",), "laisserait un trou")],
)
def test_refuse_les_numeros_contradictoires(numeros: tuple[str, ...], extrait: str) -> None:
    dossier = _complet(**_ajouts(*({"numero": numero} for numero in numeros)))
    with pytest.raises(ErreurLecture, match=extrait) as erreur:
        dresser_bordereau(dossier)
    assert erreur.value.lieu.startswith("pieces")
    assert erreur.value.remede


def test_une_piece_servie_garde_son_numero_et_la_nouvelle_s_intercale() -> None:
    servis = _numeros(dresser_bordereau(_complet()))
    relances = [
        {"date": dt.date(2026, 6, 2), "canal": "courriel", "fichier": "pieces/r1.eml"},
        {"date": dt.date(2026, 6, 4), "canal": "sms", "fichier": "pieces/sms.png"},
        {"date": dt.date(2026, 6, 5), "canal": "sms", "fichier": "pieces/sms2.png"},
        {"date": dt.date(2026, 6, 20), "canal": "lrar", "fichier": "pieces/r2.pdf"},
    ]
    pieces = [piece.model_dump() for piece in _complet().pieces] + [{"fichier": "pieces/tardive.pdf"}]
    tardif = dresser_bordereau(_complet(relances=relances, pieces=pieces), servis)
    numeros = _numeros(tardif)
    assert {fichier: numeros[fichier] for fichier in servis} == servis
    assert [numeros[f"pieces/{nom}"] for nom in ("sms.png", "sms2.png", "tardive.pdf")] == [
        "9 bis",
        "9 ter",
        "17",
    ]
    assert [p.numero for p in tardif.pieces][8:12] == ["9", "9 bis", "9 ter", "10"]


def test_le_numero_d_une_piece_retiree_ne_sert_plus() -> None:
    servis = {"pieces/f118.pdf": "1", "pieces/retiree.pdf": "2"}
    bordereau = dresser_bordereau(_dossier(pieces=[{"fichier": "pieces/rib.pdf", "nature": "rib"}]), servis)
    assert _numeros(bordereau) == {"pieces/f118.pdf": "1", "pieces/rib.pdf": "3"}


def test_refuse_de_changer_un_numero_deja_communique() -> None:
    dossier = _dossier(pieces=[{"fichier": "pieces/f118.pdf", "numero": "2"}])
    with pytest.raises(ErreurLecture, match="déjà été communiquée sous le n° 1"):
        dresser_bordereau(dossier, {"pieces/f118.pdf": "1"})


def test_distingue_deux_titres_identiques_par_la_date_sinon_par_un_rang() -> None:
    datees = [{"titre": "Courrier", "date": dt.date(2026, 1, jour)} for jour in (1, 2)]
    pareilles = [{"titre": "Photographie"}, {"titre": "Photographie"}]
    assert _lignes(dresser_bordereau(_dossier(**_ajouts(*datees, *pareilles))))[1:] == [
        "2. Courrier du 1er janvier 2026",
        "3. Courrier du 2 janvier 2026",
        "4. Photographie (1)",
        "5. Photographie (2)",
    ]


def test_cite_une_ou_plusieurs_pieces_avec_des_espaces_insecables() -> None:
    bordereau = dresser_bordereau(_complet(**_ajouts({"numero": "4 bis"})))
    assert bordereau.citation("pieces/bl118.pdf") == "(pièce\u00a0n°\u00a04)"
    citation = bordereau.citation("pieces/0.pdf", None, "pieces/f118.pdf", "pieces/cgv.pdf", "absent.pdf")
    assert citation == "(pièces\u00a0n°\u00a03, 4\u00a0bis et 5)"
    assert bordereau.citation(None, "absent.pdf") == ""


def test_les_accents_composes_ou_decomposes_designent_le_meme_fichier() -> None:
    bordereau = dresser_bordereau(_dossier(pieces=[{"fichier": "pieces/e\u0301tat.pdf", "nature": "autre"}]))
    assert bordereau.numero_de("pieces/\u00e9tat.pdf") == "2"


def test_joint_les_justificatifs_de_frais_de_la_procedure() -> None:
    frais = [{"libelle": "Extrait Kbis", "montant": "3.37", "fichier": "pieces/facture-greffe.pdf"}]
    bordereau = dresser_bordereau(_dossier(procedures={"injonction_de_payer": {"frais_accessoires": frais}}))
    assert _lignes(bordereau)[-1] == "2. Justificatif de frais (Extrait Kbis)"


@pytest.mark.parametrize("numero", ["", "bis", "4 undecies", "quatre", "4,5"])
def test_refuse_un_numero_qui_n_en_est_pas_un(numero: str) -> None:
    with pytest.raises(ErreurLecture):
        lire_numero(numero)


def _fichiers(dossier: Dossier, servis: dict[str, str] | None = None) -> list[str]:
    return [piece.fichier for piece in dresser_bordereau(dossier, servis).pieces]


def test_l_ordre_choisi_l_emporte_et_le_reste_suit_sa_voisine_habituelle() -> None:
    habituel = _fichiers(_complet())
    choisi = [habituel[-1], habituel[0]]
    obtenu = _fichiers(_complet(ordre_des_pieces=choisi))
    assert sorted(obtenu) == sorted(habituel)
    assert obtenu.index(habituel[-1]) < obtenu.index(habituel[0])
    assert [f for f in obtenu if f not in choisi] == habituel[1:-1]
    assert obtenu[-len(habituel) + 1 :] == habituel[:-1]


def test_un_ordre_qui_nomme_un_absent_deux_fois_le_meme_ou_tout_l_habituel_ne_change_rien() -> None:
    habituel = _fichiers(_complet())
    for choisi in (["pieces/absent.pdf"], [*habituel, *habituel], habituel, ["./" + habituel[0]]):
        assert _fichiers(_complet(ordre_des_pieces=choisi)) == habituel


def test_l_ordre_choisi_ne_change_aucun_numero_communique_et_place_la_piece_tardive() -> None:
    sans = _complet()
    autres = [piece.model_dump(exclude_none=True) for piece in sans.pieces]
    servis = {piece.fichier: piece.numero for piece in dresser_bordereau(sans).pieces}
    tardive = {"titre": "Lettre", "fichier": "pieces/lettre.pdf"}
    ordre = list(servis)
    for place, attendu in ((2, "2 bis"), (len(ordre), str(len(ordre) + 1))):
        choisi = [*ordre[:place], "pieces/lettre.pdf", *ordre[place:]]
        pieces = dresser_bordereau(_complet(pieces=[*autres, tardive], ordre_des_pieces=choisi), servis).pieces
        assert {p.fichier: p.numero for p in pieces} == servis | {"pieces/lettre.pdf": attendu}
    inverse = _complet(ordre_des_pieces=ordre[::-1])
    assert {p.fichier: p.numero for p in dresser_bordereau(inverse, servis).pieces} == servis

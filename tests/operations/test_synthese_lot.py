"""Ce qui n'est pas produit, réuni par ce qu'il faut faire."""

from decimal import Decimal

from generateur.erreurs import CodeSortie
from generateur.operations.synthese_lot import compter_par_voie, grouper_les_gestes
from generateur.reglages import Manque, Resultat

SANS_LETTRE = Manque(
    code="MISE_EN_DEMEURE_ABSENTE",
    message="Aucune lettre",
    remede='Écrivez-la : « generateur mettre-en-demeure "d/r 1" ».',
)
SANS_ADRESSE = Manque(code="ADRESSE_MANQUANTE", message="Pas d'adresse", lieu="debiteurs[1]", remede="Ajoutez-la.")


def _refus(reference, *manques):
    return Resultat(reference=reference, etat="refuse", code=4, manques=manques)


def test_un_meme_manque_se_dit_une_fois_avec_tous_ses_dossiers():
    gestes = grouper_les_gestes([_refus("r1", SANS_LETTRE), _refus("r2", SANS_LETTRE, SANS_ADRESSE)])
    assert [(g.code, g.references, g.seuls) for g in gestes] == [
        ("MISE_EN_DEMEURE_ABSENTE", ("r1", "r2"), 1),
        ("ADRESSE_MANQUANTE", ("r2",), 0),
    ]
    assert gestes[0].libelle.startswith("Aucune mise en demeure")


def test_deux_fois_le_meme_manque_dans_un_dossier_ne_compte_qu_un_dossier():
    (geste,) = grouper_les_gestes([_refus("r1", SANS_ADRESSE, SANS_ADRESSE)])
    assert (len(geste.reproches), geste.references, geste.seuls) == (2, ("r1",), 1)


def test_le_remede_commun_ne_nomme_pas_le_dossier_du_premier():
    remede = SANS_LETTRE.remede.replace('"d/r 1"', "dossiers/r1")
    (geste,) = grouper_les_gestes([_refus("r1", SANS_LETTRE.model_copy(update={"remede": remede}))])
    assert geste.remede == "Écrivez-la : « generateur mettre-en-demeure DOSSIER »."


def test_un_echec_sans_constat_se_range_par_son_code():
    echec = Resultat(reference="r", etat="en_echec", code=CodeSortie.LECTURE, raison="illisible", remede="Corriger.")
    (geste,) = grouper_les_gestes([echec, echec.model_copy(update={"reference": "s"})])
    assert (geste.libelle, geste.remede, geste.references) == ("Fichier de dossier à corriger", "Corriger.", ("r", "s"))
    assert geste.reproches[0].manque.message == "illisible"


def test_ce_qui_est_produit_se_compte_par_voie():
    produits = [
        Resultat(reference=str(rang), etat=etat, code=0, procedure="injonction_de_payer", total="10.50")
        for rang, etat in enumerate(("produit", "a_jour", "refuse"))
    ]
    compte = compter_par_voie(produits)["injonction_de_payer"]
    assert (compte.dossiers, compte.total) == (2, Decimal("21.00"))

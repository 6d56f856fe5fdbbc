"""Le profil du créancier et les champs d'une partie : ce qui manque se voit, ce qui est compris se dit."""

import re
import tomllib

from tests.page.conftest import onglet_ouvert


def _neuf(dossiers):
    (dossiers / "creanciers" / "neuf.toml").write_text('denomination = ""\n', "utf-8")


def test_ce_sans_quoi_rien_ne_se_depose_se_montre_d_emblee(visiteur, dossiers):
    _neuf(dossiers)
    page = visiteur.voir("/creanciers/neuf").texte
    visible = page.partition("Autres précisions")[0]
    for champ in ("denomination", "forme", "siren", "iban"):
        assert f'id="c-creancier-{champ}"' in visible
    ouverts = re.findall(r'<details class="sous-groupe" id="c-([\w-]+)" open>', page)
    assert ouverts == ["creancier-adresse", "creancier-representant"]
    assert 'id="c-creancier-representant-nom"' in page


def test_le_profil_porte_le_nom_de_l_entreprise_et_ramene_aux_dossiers(visiteur, dossiers):
    _neuf(dossiers)
    assert "<h1>Votre entreprise</h1>" in visiteur.voir("/creanciers/neuf").texte
    page = visiteur.voir("/creanciers/atelier").texte
    assert "<h1>Votre entreprise : Atelier Lumen</h1>" in page
    assert "Voir les dossiers" in page


def test_la_forme_se_demande_avant_ce_qu_elle_fait_comprendre(visiteur):
    page = visiteur.voir("/dossiers/2026-0074").texte
    rangs = [page.index(f'id="c-debiteurs-0-{cle}"') for cle in ("denomination", "forme", "nature", "qualite")]
    assert rangs == sorted(rangs)


def test_une_forme_saisie_dit_la_nature_et_la_qualite(visiteur, dossiers):
    dossier = dossiers / "2026-0074" / "dossier.toml"
    texte = re.sub(r"(?m)^(nature|qualite|forme)\s*=.*\n", "", dossier.read_text("utf-8"))
    dossier.write_text(texte, "utf-8")
    page = visiteur.voir("/dossiers/2026-0074").texte
    assert "Compris : commerçant" not in page
    champs = {"page": onglet_ouvert(page), "lieu": "debiteurs[1].forme", "valeur": "SAS"}
    suite = visiteur.poster("/dossiers/2026-0074/champ", champs, htmx=True).texte
    qualite = suite.partition('id="dit-debiteurs-0-qualite"')[2]
    assert "Compris : commerçant" in qualite.partition("</div>")[0]


def test_ce_qui_est_ecrit_ne_se_dit_pas_compris(visiteur):
    page = visiteur.voir("/dossiers/2026-0074").texte
    dit = page.partition('id="dit-debiteurs-0-nature"')[2].partition("</div>")[0]
    assert "Compris" not in dit


def test_ce_qui_manque_au_creancier_mene_la_ou_il_s_ecrit(visiteur, dossiers):
    """Partagé, il s'écrit dans son profil ; sinon dans le dossier."""
    (dossiers / "creanciers" / "neuf.toml").write_text('denomination = "Neuf"\n', "utf-8")
    dossier = dossiers / "2026-0074" / "dossier.toml"
    dossier.write_text(dossier.read_text("utf-8").replace("creanciers/atelier.toml", "creanciers/neuf.toml"), "utf-8")
    page = visiteur.voir("/dossiers/2026-0074").texte
    lien = re.search(r'href="(/dossiers/2026-0074/creancier\?champ=[^"]+)"', page)
    assert lien
    suite = visiteur.voir(lien[1].replace("&amp;", "&"))
    assert suite.code == 303
    page, _, champ = suite.entetes["location"].partition("#")
    assert page == "/creanciers/neuf"
    assert f'id="{champ}"' in visiteur.voir(page).texte


def test_un_creancier_du_dossier_se_remplit_dans_le_dossier(visiteur):
    suite = visiteur.voir("/dossiers/2026-0042/creancier?champ=creancier-iban%22%3E")
    assert suite.entetes["location"] == "/dossiers/2026-0042?onglet=parties#c-creancier-iban"


def _saisir(visiteur, champ, valeur):
    page = visiteur.voir("/creanciers/neuf").texte
    champs = {"page": onglet_ouvert(page), "lieu": f"creancier.{champ}", "valeur": valeur}
    return visiteur.poster("/creanciers/neuf", champs, htmx=True).texte


def _dit(texte, champ):
    return texte.partition(f'id="dit-creancier-{champ}"')[2].partition("</div>")[0]


def test_un_numero_faux_se_dit_des_le_profil(visiteur, dossiers):
    """Comme « verifier » le dira dans chacun de ses dossiers."""
    vides = 'forme = ""\nadresse = { voie = "" }\nrepresentant = { nom = "", qualite = "" }\n'
    (dossiers / "creanciers" / "neuf.toml").write_text('denomination = "Neuf"\n' + vides, "utf-8")
    assert "Le SIREN 123456789 est faux" in _dit(_saisir(visiteur, "siren", "123 456 789"), "siren")
    assert "est faux" in _dit(_saisir(visiteur, "iban", "FR76 3000 6000 0112 3456 7890 188"), "iban")
    assert "Le SIREN 123456789 est faux" in _dit(visiteur.voir("/creanciers/neuf").texte, "siren")
    juste = _dit(_saisir(visiteur, "siren", "999 990 005"), "siren")
    assert "Enregistré" in juste
    assert "faux" not in juste
    assert "ne se termine pas par le SIREN" in _dit(_saisir(visiteur, "tva", "FR11 123456782"), "tva")
    assert "ne se termine pas" not in _dit(_saisir(visiteur, "siren", "123 456 782"), "tva")


def test_un_particulier_importe_comme_une_societe_garde_son_nom(visiteur, dossiers):
    """L'export ne dit pas la nature : la choisir suffit, le nom suit la clé de cette nature."""
    dossier = dossiers / "2026-0074" / "dossier.toml"
    texte = re.sub(r"(?m)^(nature|qualite|forme|siren|rcs_ville|denomination)\s*=.*\n", "", dossier.read_text("utf-8"))
    texte = texte.replace("[[debiteurs]]\n", '[[debiteurs]]\ndenomination = "Éléonore Çağlar"\n')
    dossier.write_text(texte, "utf-8")
    champs = {"page": onglet_ouvert(visiteur.voir("/dossiers/2026-0074").texte), "lieu": "debiteurs[1].nature"}
    assert visiteur.poster("/dossiers/2026-0074/champ", {**champs, "valeur": "particulier"}, htmx=True).code == 200
    (debiteur,) = tomllib.loads(dossier.read_text("utf-8"))["debiteurs"]
    assert (debiteur["nature"], debiteur["nom"]) == ("particulier", "Éléonore Çağlar")
    page = visiteur.voir("/dossiers/2026-0074").texte
    assert 'id="c-debiteurs-0-nom" name="valeur" value="Éléonore Çağlar"' in page

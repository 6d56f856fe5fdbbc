"""Chaque clé du dossier sert : elle change un acte, un constat, une somme ou une échéance, et un cas le montre.

Les cas de `cas/cles/*.toml` se lisent sans connaître Python : un dossier de départ (base.toml), ce qu'on y change,
ce qui doit se lire ensuite.
"""

import dataclasses
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from generateur.calculs.decompte import chiffrer
from generateur.calculs.echeances import calculer_echeances
from generateur.controles.competence import juridiction_competente
from generateur.controles.contexte import Contexte
from generateur.controles.groupes import regrouper
from generateur.controles.tous import controler_commun
from generateur.domaine.bordereau import dresser_bordereau
from generateur.domaine.constat import verdict
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import Donnee
from generateur.procedures.choix import choisir_procedure
from generateur.procedures.repertoire import lister_procedures
from generateur.procedures.socle import Espece, somme_des_frais
from generateur.redaction.composition import Matiere, composer_contexte
from generateur.redaction.fiche import dresser_fiche

CAS = {
    chemin.stem: tomllib.loads(chemin.read_text("utf-8"))
    for chemin in sorted((Path(__file__).parent / "cas" / "cles").glob("*.toml"))
}
BASE = CAS.pop("base")
PREMIERS = {"debiteur": "debiteurs", "facture": "factures"}
# Lectures qui ne sont pas un emploi : parcourir le dossier pour trouver les fichiers, valider la saisie.
PARCOURS = {"_parcourir", "_verifier_parametre", "_verifier_nom", "_verifier_factures"}


def _fondre(base, changements):
    """Clé par clé pour une section ; une liste remplace la liste."""
    if isinstance(base, dict) and isinstance(changements, dict):
        return base | {cle: _fondre(base.get(cle), valeur) for cle, valeur in changements.items()}
    return changements


def _dossier(cas):
    base = {cle: valeur for cle, valeur in BASE.items() if cle not in cas.get("remplace", ())}
    changements = dict(cas["dossier"])
    for premier, liste in PREMIERS.items():
        if premier in changements:
            tete, *suite = base[liste]
            changements[liste] = [_fondre(tete, changements.pop(premier)), *suite]
    return Dossier.model_validate(_fondre(base, changements))


def _instruire(cas):
    """Le dossier chiffré, contrôlé, sa procédure choisie, ses actes composés."""
    dossier = _dossier(cas)
    au = dossier.arrete_au(cas["au"])
    decompte = chiffrer(dossier, au)
    constats = controler_commun(dossier, Contexte(au, au, {}, decompte))
    espece = Espece(dossier, au, decompte, juridiction_competente(dossier, au, decompte.total))
    decision = choisir_procedure(espece, cas.get("imposee"))
    complement = decision.retenue.complement_de(dossier)
    demande = decision.retenue.dossier_demande(dossier)
    decompte = chiffrer(demande, au, somme_des_frais(complement), complement.hors_facture)
    espece = dataclasses.replace(espece, decompte=decompte)
    constats += decision.retenue.controler(espece)
    fiche = dresser_fiche(espece, decision, regrouper(constats), verdict(constats), "moteur d'essai")
    contexte = composer_contexte(Matiere(espece, decision.retenue, dresser_bordereau(dossier), fiche))
    return decision.retenue.nom, decompte, constats, contexte


def _textes(valeur):
    if dataclasses.is_dataclass(valeur):
        valeur = [getattr(valeur, champ.name) for champ in dataclasses.fields(valeur)]
    if isinstance(valeur, dict):
        valeur = list(valeur.values())
    if isinstance(valeur, list | tuple):
        return " | ".join(filter(None, map(_textes, valeur)))
    return valeur.replace("\u00a0", " ").replace("\u202f", " ") if isinstance(valeur, str) else ""


@pytest.mark.parametrize("nom", CAS)
def test_cas(nom):
    cas = CAS[nom]
    assert cas["titre"]
    assert cas["source"]
    attendu = cas["attendu"]
    retenue, decompte, constats, contexte = _instruire(cas)
    servis = _textes(dataclasses.replace(contexte, fiche=None))
    assert retenue == attendu.get("retenue", retenue)
    assert [texte for texte in attendu.get("textes", ()) if texte not in servis] == []
    assert [texte for texte in attendu.get("absents", ()) if texte in servis] == []
    assert set(attendu.get("constats", ())) <= {constat.code for constat in constats}
    messages = _textes([constat.message for constat in constats])
    assert [texte for texte in attendu.get("messages", ()) if texte not in messages] == []
    echeances = calculer_echeances(_dossier(cas), cas["au"])
    datees = [[e.date.isoformat(), e.titre] for e in echeances if e.date]
    assert [echeance for echeance in attendu.get("echeances", ()) if echeance not in datees] == []
    explications = _textes([echeance.explication for echeance in echeances])
    assert [texte for texte in attendu.get("explications", ()) if texte not in explications] == []
    for somme in {"principal", "total"} & set(attendu):
        assert getattr(decompte, somme) == Decimal(attendu[somme])


def _modeles(modele, vus):
    """Le modèle et tous ceux que ses clés contiennent."""
    if modele not in vus:
        vus.add(modele)
        for champ in modele.model_fields.values():
            for interne in _types(champ.annotation):
                _modeles(interne, vus)
    return vus


def _types(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for interne in getattr(annotation, "__args__", ()):
        yield from _types(interne)


def _proprietaire(classe, cle):
    """La classe qui déclare la clé : une adresse typée lue, c'est la clé de l'adresse qui sert."""
    lignee = [parent for parent in classe.__mro__ if issubclass(parent, BaseModel) and cle in parent.model_fields]
    return lignee[-1].__name__


def test_chaque_cle_du_modele_est_lue_par_un_cas(monkeypatch):
    """Une clé que le programme rencontre sans s'en servir est un défaut."""
    lues = set()
    lire = Donnee.__getattribute__

    def _espionner(donnee, nom):
        classe = type(donnee)
        if nom in classe.__pydantic_fields__:
            appel = sys._getframe(1)
            module = appel.f_globals.get("__name__", "")
            if module.startswith("generateur.") and appel.f_code.co_name not in PARCOURS:
                lues.add((_proprietaire(classe, nom), nom))
        return lire(donnee, nom)

    monkeypatch.setattr(Donnee, "__getattribute__", _espionner)
    for cas in CAS.values():
        _instruire(cas)
    modeles = _modeles(Dossier, set())
    for procedure in lister_procedures():
        _modeles(procedure.complement, modeles)
    toutes = {(_proprietaire(modele, cle), cle) for modele in modeles for cle in modele.model_fields}
    assert toutes - lues == set()

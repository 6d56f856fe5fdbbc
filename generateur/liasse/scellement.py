"""Sceller un PDF : signature PAdES invisible, ajoutée à la fin du fichier, et horodatage RFC 3161 au choix.

Le fichier d'origine est un préfixe exact du fichier scellé : folios, signets, liens et déclaration PDF/A restent.
Seul module qui charge pyHanko, et seul cas où le programme parle au réseau : l'adresse qui horodate, donnée par
l'utilisateur.
"""

import datetime as dt
import hashlib
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from generateur.erreurs import ErreurLecture, ErreurLiasse, ErreurOutilAbsent, ErreurUsage, raison_du_systeme
from generateur.liasse.sceau import Sceau, SceauReleve
from generateur.surveillance.bibliotheques import version_installee
from generateur.surveillance.ordinaire import lire_ordinaire

CHAMP = "Sceau"
RAISON = "Scellement de la liasse"
ALGORITHME = "sha256"
# chiffres hexadécimaux : 32 000 octets pour la signature, sa chaîne et l'horodatage ; PDF/A-2 en admet 32 767
PLACE_SIGNATURE = 64_000
DELAI_HORODATAGE_S = 20
USAGES_ADMIS = frozenset({"digital_signature", "non_repudiation"})
REMEDE_HORODATAGE = "Vérifier l'adresse et la connexion, puis relancer ; ou sceller sans --horodater."
# un PDF hostile fait lever à peu près tout ; SigningError et les refus de pyHanko sont des ValueError
ERREURS_LECTURE = (AssertionError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
# un certificat que rien ne rattache à une autorité connue n'est pas un message pour l'utilisateur
for bibliotheque in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(bibliotheque).addHandler(logging.NullHandler())


class Horodateur(HTTPTimeStamper):
    """L'autorité qui horodate ; toute défaillance de sa part devient ErreurOutilAbsent, qui la nomme."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        """Le jeton d'horodatage de cette empreinte."""
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (OSError, *ERREURS_LECTURE) as erreur:
            raise ErreurOutilAbsent(
                "l'autorité d'horodatage ne répond pas, ou pas comme il faut ; rien n'a été publié",
                lieu=urlsplit(self.url).hostname or "--horodater",
                remede=REMEDE_HORODATAGE,
            ) from erreur


class ScelleurPades:
    """Un certificat ouvert, prêt à sceller autant de fichiers qu'on veut."""

    def __init__(self, signataire: SimpleSigner, horodatage: str | None) -> None:
        self._signataire = signataire
        self._horodateur = Horodateur(horodatage, timeout=DELAI_HORODATAGE_S) if horodatage else None
        certificat: Any = signataire.signing_cert
        self.sceau = Sceau(
            niveau="PAdES-B-T" if horodatage else "PAdES-B-B",
            signataire=_nommer(certificat),
            certificat_sha256=certificat.sha256.hex(),
            autorite=urlsplit(horodatage).hostname if horodatage else None,
            logiciel=f"pyHanko {version_installee('pyhanko')}",
        )

    def sceller(self, fichier: Path, lieu: str) -> str:
        """Scelle le fichier à sa place et rend son sha256 ; en cas d'échec, le fichier est intact.

        ErreurOutilAbsent si l'horodatage manque ; ErreurLiasse si le sceau, relu, ne tient pas.
        """
        scelle = fichier.with_name(f".{fichier.name}.scelle")
        notice = PdfSignatureMetadata(
            field_name=CHAMP,
            md_algorithm=ALGORITHME,
            location=lieu,
            reason=RAISON,
            name=self.sceau.signataire,
            subfilter=SigSeedSubFilter.PADES,
        )
        try:
            with fichier.open("rb") as source, scelle.open("w+b") as cible:
                champ = SigFieldSpec(CHAMP, readable_field_name=RAISON)
                poseur = _Poseur(notice, self._signataire, timestamper=self._horodateur, new_field_spec=champ)
                poseur.sign_pdf(_Ajout(source), bytes_reserved=PLACE_SIGNATURE, output=cible)
            self._relire(scelle)
            with scelle.open("rb") as flux:
                somme = hashlib.file_digest(flux, ALGORITHME).hexdigest()
            scelle.replace(fichier)
        except (PdfError, *ERREURS_LECTURE) as erreur:
            raise ErreurLiasse(
                f"le sceau n'a pas pu être posé : {erreur}",
                lieu=fichier.name,
                remede="Produire sans --sceller, ou employer un autre certificat.",
            ) from erreur
        finally:
            scelle.unlink(missing_ok=True)
        return somme

    def _relire(self, scelle: Path) -> None:
        """On ne publie qu'un sceau qui tient : une clé étrangère au certificat ou un faux jeton se voient ici."""
        releve = relever_sceau(scelle)
        if releve is None or not releve.intact:
            raise SigningError("relu, il ne tient pas (la clé est-elle celle du certificat ?)")
        if self._horodateur and not releve.horodatage_intact:
            raise SigningError("l'horodatage rendu ne vaut pas pour ce sceau")


class _Ajout(IncrementalPdfFileWriter):
    """Ajout à la fin du fichier qui laisse sa notice telle quelle : titre, dates, déclaration PDF/A."""

    def _update_meta(self) -> None:
        """L'heure du sceau est dans la signature ; l'écrire aussi dans la notice la ferait diverger."""


class _Poseur(PdfSigner):
    """Laisse la liasse en PDF 1.7, que PDF/A-2 exige : pour certaines clés, pyHanko l'annoncerait en 2.0."""

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:  # noqa: ARG002 (nommé par pyHanko)
        """L'extension qui annonce PAdES, seule."""
        pdf_out.register_extension(ESIC_EXTENSION_1)


def verifier_adresse(horodatage: str | None) -> None:
    """ErreurUsage si l'adresse qui horodate n'est pas une adresse http ou https."""
    if horodatage is None:
        return
    try:
        morceaux = urlsplit(horodatage)
        bonne = morceaux.scheme in {"http", "https"} and bool(morceaux.hostname)
    except ValueError:
        bonne = False
    if not bonne:
        raise ErreurUsage(
            f"« {horodatage} » n'est pas l'adresse d'un service d'horodatage",
            lieu="--horodater",
            remede="Donner l'adresse complète, en http:// ou https://, d'un service RFC 3161.",
        )


def ouvrir_certificat(
    certificat: Path, mot_de_passe: str, *, jour: dt.date, horodatage: str | None = None
) -> ScelleurPades:
    """Ouvre un certificat PKCS#12 et vérifie qu'il peut sceller ce jour-là (bornes de validité comprises).

    ErreurLecture si le fichier ne se lit pas ; ErreurUsage si le mot de passe est faux ou le certificat inapte.
    """
    try:
        octets = lire_ordinaire(certificat)
    except OSError as erreur:
        raise ErreurLecture(
            f"le certificat ne se lit pas : {raison_du_systeme(erreur)}",
            lieu=str(certificat),
            remede="Donner le chemin d'un fichier .p12 ou .pfx lisible.",
        ) from erreur
    try:
        signataire = SimpleSigner.load_pkcs12_data(octets, [], mot_de_passe.encode() or None)
    except ValueError as erreur:
        if "password" in str(erreur.__cause__).lower():
            raise _refuser(
                certificat, "son mot de passe n'est pas celui-là", "Vérifier le mot de passe, puis relancer."
            ) from erreur
        raise ErreurLecture(
            "ce fichier n'est pas un certificat PKCS#12",
            lieu=str(certificat),
            remede="Exporter le certificat et sa clé privée en .p12 (ou .pfx), puis donner ce fichier.",
        ) from erreur
    except (AttributeError, NotImplementedError, TypeError) as erreur:
        raise _refuser(
            certificat, "il n'a pas de clé privée utilisable", "Exporter le certificat avec sa clé privée (.p12)."
        ) from erreur
    _verifier_aptitude(certificat, signataire.signing_cert, jour)
    return ScelleurPades(signataire, horodatage)


def _verifier_aptitude(fichier: Path, certificat: Any, jour: dt.date) -> None:
    debut, fin = certificat.not_valid_before.date(), certificat.not_valid_after.date()
    if jour > fin:
        raise _refuser(fichier, f"il a expiré le {fin:%d/%m/%Y}", "Employer un certificat en cours de validité.")
    if jour < debut:
        raise _refuser(fichier, f"il ne vaut qu'à partir du {debut:%d/%m/%Y}", "Employer un certificat valide.")
    usages = certificat.key_usage_value
    if usages is not None and not usages.native & USAGES_ADMIS:
        raise _refuser(fichier, "il n'est pas fait pour signer", "Employer un certificat de signature ou de cachet.")


def _refuser(certificat: Path, raison: str, remede: str) -> ErreurUsage:
    return ErreurUsage(f"ce certificat ne peut pas sceller : {raison}", lieu=str(certificat), remede=remede)


def relever_sceau(fichier: Path) -> SceauReleve | None:
    """Le premier sceau du fichier, vérifié par le calcul, sans réseau ; None s'il n'y en a pas ou ne se lit pas."""
    try:
        with fichier.open("rb") as flux:
            signatures = PdfFileReader(flux).embedded_regular_signatures
            if not signatures:
                return None
            # aucune autorité de confiance, aucune recherche : on prouve le calcul, on ne juge pas le certificat
            contexte = ValidationContext(trust_roots=[], allow_fetching=False)
            etat = validate_pdf_signature(signatures[0], contexte, skip_diff=True)
    except (PdfError, *ERREURS_LECTURE):
        return None
    jeton = etat.timestamp_validity
    return SceauReleve(
        signataire=_nommer(etat.signing_cert),
        certificat_sha256=etat.signing_cert.sha256.hex(),
        intact=etat.intact and etat.valid and etat.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        heure=jeton.timestamp if jeton else etat.signer_reported_dt,
        horodatage_intact=(jeton.intact and jeton.valid) if jeton else None,
    )


def _nommer(certificat: Any) -> str:
    """Nom commun du titulaire, à défaut son nom complet."""
    commun = certificat.subject.native.get("common_name")
    return commun if isinstance(commun, str) else str(certificat.subject.human_friendly)

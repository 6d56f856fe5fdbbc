"""Certificats fabriqués pour les essais : une autorité, des signataires, une horloge ; aucun n'existe ailleurs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper

MOT_DE_PASSE = "jardin d'hiver"
DEBUT, FIN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2060, 1, 1, tzinfo=dt.UTC)
HEURE_ATTESTEE = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Titulaire:
    """Un certificat et sa clé."""

    certificat: x509.Certificate
    cle: Any

    def ecrire_p12(self, chemin: Path, autorite: "Titulaire", *, mot_de_passe: str = MOT_DE_PASSE) -> Path:
        protection = serialization.BestAvailableEncryption(mot_de_passe.encode())
        octets = pkcs12.serialize_key_and_certificates(
            b"essai", self.cle, self.certificat, [autorite.certificat], protection
        )
        chemin.write_bytes(octets)
        return chemin

    def ecrire_pem(self, chemin: Path) -> Path:
        chemin.write_bytes(self.certificat.public_bytes(serialization.Encoding.PEM))
        return chemin


def certifier(
    nom: str,
    autorite: Titulaire | None = None,
    *,
    fin: dt.datetime = FIN,
    cle: Any = None,
    usages: Sequence[str] = ("digital_signature", "content_commitment"),
    horloge: bool = False,
) -> Titulaire:
    """Un titulaire signé par l'autorité ; sans elle, une autorité."""
    cle = cle or ec.generate_private_key(ec.SECP256R1())
    sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nom)])
    prevus = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    retenus = usages if autorite else ("key_cert_sign",)
    projet = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(autorite.certificat.subject if autorite else sujet)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(DEBUT)
        .not_valid_after(fin)
        .add_extension(x509.BasicConstraints(ca=autorite is None, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{usage: usage in retenus for usage in prevus}), critical=True)
    )
    if horloge:
        projet = projet.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Titulaire(projet.sign((autorite.cle if autorite else cle), hashes.SHA256()), cle)


def horloge_factice(autorite: Titulaire, dossier: Path) -> DummyTimeStamper:
    """Une autorité d'horodatage locale, qui atteste toujours la même heure."""
    cle = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    titulaire = certifier("Horloge d'essai", autorite, cle=cle, usages=("digital_signature",), horloge=True)
    p12 = titulaire.ecrire_p12(dossier / "horloge.p12", autorite)
    signataire = SimpleSigner.load_pkcs12_data(p12.read_bytes(), [], MOT_DE_PASSE.encode())
    return DummyTimeStamper(signataire.signing_cert, signataire.signing_key, fixed_dt=HEURE_ATTESTEE)

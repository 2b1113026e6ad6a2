"""Certificates made on the spot: an own CA, and what it vouches for, good, expired or for another host."""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files of a certificate and its key."""

    chain: Path
    key: Path


class Authority:
    """A CA of our own; `ca` is its certificate as a PEM file in `folder`.

    Docker, and a look at an image, trust it for a registry once it lies in `<certs.d>/<host:port>/ca.crt`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("tests' own CA")
        now = datetime.datetime.now(datetime.UTC)
        built = _builder(self._name, self._name, self._key, now - _DAY, now + _DAY)
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        signed = built.add_extension(constraints, critical=True).sign(self._key, hashes.SHA256())
        self.ca = folder / "ca.crt"
        self.ca.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def issue(
        self, name: str, hosts: Sequence[str] = ("localhost", "127.0.0.1"), *, days: int = 1
    ) -> Certificate:
        """A certificate for `hosts`, valid for so many days from now on; one that expired for a negative number."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = datetime.datetime.now(datetime.UTC) + days * _DAY
        built = _builder(_name(hosts[0]), self._name, key, end - 10 * _DAY, end)
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        signed = built.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        made = Certificate(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        made.chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return made

    def trusted_for(self, certificates: Path, address: str) -> None:
        """Put the CA where it is trusted for the registry at `address`."""
        folder = certificates / address
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.crt").write_bytes(self.ca.read_bytes())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), start, end)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

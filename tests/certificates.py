"""Certificates for tests of TLS: an authority of a test's own, and what it issues to servers and clients.

The package cryptography is there because ansible-core needs it.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import inspect
import ipaddress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BEGIN, END = datetime(2020, 1, 1), datetime(2120, 1, 1)
EXPIRED = datetime(2021, 1, 1)


class Authority:
    """Issues certificates into a folder. ``path`` is its own, for ca_cert. ``extensions``: with those of RFC 5280,
    which Python requires from 3.13 on, and which many private authorities leave out."""

    def __init__(self, folder: Path, name: str = "authority", extensions: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._extensions = extensions
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._serial = 1
        own = self._builder(name, self._key, END).add_extension(x509.BasicConstraints(True, None), critical=True)
        if extensions:
            usage = dict.fromkeys(inspect.signature(x509.KeyUsage).parameters, False)
            own = own.add_extension(x509.KeyUsage(**{**usage, "key_cert_sign": True, "crl_sign": True}), critical=True)
        self.path = folder / (name + ".pem")
        self.path.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *hosts: str, end: datetime = END) -> tuple[Path, Path]:
        """Certificate and private key; ``hosts`` are the names and addresses that it is for."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(name, key, end)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        certificate, private = self.folder / (name + ".pem"), self.folder / (name + ".key")
        certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        private.touch(0o600)
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, private

    def _builder(self, name: str, key: ec.EllipticCurvePrivateKey, end: datetime) -> x509.CertificateBuilder:
        self._serial += 1
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(self._serial)
            .not_valid_before(BEGIN)
            .not_valid_after(end)
        )
        if self._extensions:
            made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            made = made.add_extension(authority, critical=False)
        return made


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

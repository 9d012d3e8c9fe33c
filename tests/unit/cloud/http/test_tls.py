# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests over TLS: private authorities, client certificates, and one clear sentence for what is wrong with them."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import EXPIRED, Authority
from cryptography.hazmat.primitives import serialization

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import tls_errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session

TLS = pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


def plain(**change: Any) -> Session:
    """A session without credentials that never tries again."""
    return Session(Settings("openstack", **{"retries": 0, "timeout": 5.0, **change}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a stranger, and certificates of both."""
    place = tmp_path_factory.mktemp("tls")
    own, stranger = Authority(place), Authority(place, "stranger")
    Authority(place, "old-authority", extensions=False).issue("old-server", "127.0.0.1")
    own.issue("server", "127.0.0.1")
    own.issue("expired", "127.0.0.1", end=EXPIRED)
    own.issue("client")
    own.issue("old-client", end=EXPIRED)
    stranger.issue("strange-client")
    (place / "text.pem").write_text("no certificate\n")
    both = [(place / ("client" + end)).read_bytes() for end in (".pem", ".key")]
    (place / "both.pem").write_bytes(b"".join(both))
    key = serialization.load_pem_private_key(both[1], None)
    hidden = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.BestAvailableEncryption(b"pass"),
    )
    (place / "encrypted.key").write_bytes(hidden)
    (place / "encrypted.pem").write_bytes(both[0] + hidden)
    return place


@pytest.fixture
def serve(wire: Any, folder: Path) -> Callable[..., Any]:
    """Puts the fake cloud behind TLS; with ``demands`` it requires a client certificate."""

    def start(certificate: str = "server", demands: bool = False, newest: ssl.TLSVersion | None = None) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / (certificate + ".pem"), folder / (certificate + ".key"))
        if newest:
            context.maximum_version = newest
        if demands:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(folder / "authority.pem")
        wire.server.socket = context.wrap_socket(wire.server.socket, server_side=True, do_handshake_on_connect=False)
        # What a refused handshake raises in the server is no failure of the test.
        wire.server.handle_error = lambda *_args: None
        wire.url = wire.url.replace("http://", "https://")
        return wire

    return start


def refused(kind: type[errors.CloudError], url: str, **settings: Any) -> errors.CloudError:
    with pytest.raises(kind) as caught:
        plain(**settings).post(url + "/x", what="stop the server")
    assert "\n" not in str(caught.value) and ".." not in str(caught.value)
    return caught.value


def test_a_known_certificate_or_none_checked(serve: Any, folder: Path) -> None:
    wire = serve()
    wire.expect("GET", "/x", times=2)
    assert plain(verify=str(folder / "authority.pem")).get(wire.url + "/x").status == 200
    assert plain(verify=False).get(wire.url + "/x").status == 200


@TLS
def test_an_unknown_authority(serve: Any, folder: Path, newest: ssl.TLSVersion) -> None:
    wire = serve(newest=newest)
    for verify in (True, str(folder / "stranger.pem")):
        error = refused(errors.ConnectionFailed, wire.url, verify=verify)
        assert error.permanent and "no trusted TLS connection" in str(error) and "local issuer" in str(error)
        assert "ca_cert" in str(error.hint)
    assert wire.seen == []


def test_a_certificate_for_another_host(serve: Any, folder: Path) -> None:
    url = serve().url.replace("127.0.0.1", "localhost")
    error = refused(errors.ConnectionFailed, url, verify=str(folder / "authority.pem"))
    assert error.permanent and "certificate is not valid for 'localhost'" in str(error)
    assert "Use a host name" in str(error.hint)


def test_a_certificate_without_the_extensions_that_newer_pythons_require(serve: Any, folder: Path) -> None:
    """The error of OpenSSL's strict checks, which a connection has by default from Python 3.13 on."""
    wire = serve("old-server")
    context = ssl.create_default_context(cafile=folder / "old-authority.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    host, port = wire.url.removeprefix("https://").split(":")
    with pytest.raises(ssl.SSLError) as caught, socket.create_connection((host, int(port))) as plain_socket:
        context.wrap_socket(plain_socket, server_hostname=host)
    found = [tls_errors.of_handshake([caught.value], "stop the server", wire.url)]
    settings = {"verify": str(folder / "old-authority.pem")}
    if sys.version_info >= (3, 13):
        found.append(refused(errors.ConnectionFailed, wire.url, **settings))
    else:
        wire.expect("GET", "/x")
        assert plain(**settings).get(wire.url + "/x").status == 200
    for error in found:
        assert error.permanent and "no trusted TLS connection" in str(error)
        assert "RFC 5280" in str(error.hint) and "older Python" in str(error.hint)


def test_a_certificate_that_has_expired(serve: Any, folder: Path) -> None:
    error = refused(errors.ConnectionFailed, serve("expired").url, verify=str(folder / "authority.pem"))
    assert error.permanent and "certificate has expired" in str(error) and "renewed" in str(error.hint)


@TLS
def test_client_certificates(serve: Any, folder: Path, newest: ssl.TLSVersion) -> None:
    wire = serve(demands=True, newest=newest)
    wire.expect("GET", "/x", times=2)
    known = {"verify": str(folder / "authority.pem")}
    pair = (str(folder / "client.pem"), str(folder / "client.key"))
    assert plain(cert=pair, **known).get(wire.url + "/x").status == 200
    assert plain(cert=str(folder / "both.pem"), **known).get(wire.url + "/x").status == 200
    error = refused(errors.ConnectionFailed, wire.url, **known)
    assert error.permanent and "client certificate" in str(error) and "et client_cert, and" in str(error.hint)
    for other in ("strange-client", "old-client"):
        pair = (str(folder / (other + ".pem")), str(folder / (other + ".key")))
        error = refused(errors.ConnectionFailed, wire.url, cert=pair, **known)
        assert error.permanent and "the server refused the client certificate" in str(error)
        assert "Check client_cert" in str(error.hint)
    assert len(wire.seen) == 2


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"verify": "text.pem"}, "the file of ca_cert contains no certificate"),
        ({"cert": ("client.pem", "strange-client.key")}, "client_key is not the private key of client_cert"),
        ({"cert": ("text.pem", "text.pem")}, "must contain a certificate and its private key"),
        ({"cert": "client.pem"}, "must contain a certificate and its private key"),
        ({"cert": ("client.pem", "encrypted.key")}, "is encrypted, and no password can be given"),
        ({"cert": "encrypted.pem"}, "is encrypted, and no password can be given"),
        ({"verify": "/no/ca.pem"}, "the file of ca_cert, client_cert or client_key does not exist"),
        ({"cert": "/no/cert.pem"}, "the file of ca_cert, client_cert or client_key does not exist"),
        ({"cert": ("/no/c", "/no/k")}, "the file of ca_cert, client_cert or client_key does not exist"),
    ],
)
def test_files_that_cannot_be_used(serve: Any, folder: Path, settings: dict[str, Any], words: str) -> None:
    wire = serve()

    def placed(value: Any) -> Any:
        return tuple(map(placed, value)) if isinstance(value, tuple) else str(folder / value)

    known = {"verify": str(folder / "authority.pem")}
    found = {**known, **{name: placed(value) for name, value in settings.items()}}
    assert words in str(refused(errors.SettingsError, wire.url, **found)) and wire.seen == []


def test_a_server_without_tls(wire: Any) -> None:
    with pytest.raises(errors.ConnectionFailed, match="does not speak TLS.*write http:"):
        plain().get(wire.url.replace("http://", "https://") + "/x")


def test_the_connection_ends_in_the_handshake() -> None:
    with socket.socket() as rude:
        rude.bind(("127.0.0.1", 0))
        rude.listen()

        def hang_up() -> None:
            connection = rude.accept()[0]
            connection.recv(4096)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(errors.ResponseLost):
            plain().post("https://127.0.0.1:%d/x" % rude.getsockname()[1])
        thread.join(10)

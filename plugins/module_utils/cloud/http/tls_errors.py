# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a TLS connection that was not made: whose certificate is refused, by whom, and what to do about it."""

from __future__ import annotations

import re
import ssl
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    ConnectionFailed,
    SettingsError,
)

# OpenSSL's reasons for a response that is not TLS, from 1.1 on: usually plain HTTP.
_IS_PLAIN = re.compile(r"WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_LAYER_FAILURE", re.IGNORECASE)
_REFUSED_CERTIFICATE = re.compile(r"ALERT_(UNKNOWN_CA|ACCESS_DENIED|\w*CERTIFICATE\w*)")
_SET_CLIENT_CERT = "set client_cert, and client_key if the private key is in a file of its own."
#: OpenSSL's codes for a certificate that is not yet, or no longer valid, and that is for another name or address.
_NOT_NOW, _OTHER_HOST = (9, 10), (62, 64)
#: Those for an extension that is missing or wrong: Python sets X509_V_FLAG_X509_STRICT from 3.13 on.
_STRICT = range(80, 94)


def of_files(causes: Sequence[BaseException], what: str) -> SettingsError | None:
    """The error of a file of ca_cert, client_cert or client_key that cannot be used; no connection was made."""
    said = " ".join(str(each) for each in causes)
    if "NO_CERTIFICATE_OR_CRL_FOUND" in said:
        problem = "the file of ca_cert contains no certificate in PEM form"
    elif "KEY_VALUES_MISMATCH" in said:
        problem = "client_key is not the private key of client_cert"
    elif "private key is encrypted" in said:
        problem = "the private key of client_cert is encrypted, and no password can be given; use an unencrypted one"
    elif "[SSL] PEM lib" in said:
        problem = "client_cert and client_key must contain a certificate and its private key in PEM form"
    else:
        return None
    return SettingsError("Could not %s: %s." % (what, problem))


def of_handshake(errors: Sequence[ssl.SSLError], what: str, origin: str) -> CloudError:
    """The error of a connection that one of the sides refused."""
    if any(_IS_PLAIN.search(str(each.reason or each)) for each in errors):
        return ConnectionFailed(
            "Could not %s: %s does not speak TLS, and the address begins with https." % (what, origin),
            permanent=True,
            hint="The port most likely serves plain HTTP: check the port, or write http:// in the address.",
        )
    reason, hint = _refusal(errors[-1]) if errors else ("handshake failed", _trust(0))
    return ConnectionFailed(
        "Could not %s: no trusted TLS connection to %s: %s." % (what, origin, reason), permanent=True, hint=hint
    )


def _refusal(error: ssl.SSLError) -> tuple[str, str]:
    """The message for it, without a full stop, and the hint."""
    reason = str(error.reason or "handshake failed")
    # From TLS 1.3 on a server refuses the client's certificate after the handshake.
    if "CERTIFICATE_REQUIRED" in reason:
        return "the server requires a client certificate", _SET_CLIENT_CERT.capitalize()
    if "ALERT_HANDSHAKE_FAILURE" in reason:
        return "the server refused the handshake", "It may require a client certificate: " + _SET_CLIENT_CERT
    if _REFUSED_CERTIFICATE.search(reason):
        hint = "Check client_cert: the cloud must know the authority that issued it, and it must be valid now."
        return "the server refused the client certificate (%s)" % reason, hint
    message = str(getattr(error, "verify_message", "") or reason)
    return message.rstrip("."), _trust(getattr(error, "verify_code", 0))


def _trust(code: int) -> str:
    if code in _NOT_NOW:
        return "Have the cloud's certificate renewed, and check the clock of this machine."
    if code in _OTHER_HOST:
        return "Use a host name in the address that the certificate is issued for."
    if code in _STRICT:
        return (
            "From Python 3.13 on, certificates must have the extensions of RFC 5280: have this one, or that of its "
            "authority, issued again, or run the task with an older Python."
        )
    return "Check the address and ca_cert; the certificate must be issued for this host by a known authority."

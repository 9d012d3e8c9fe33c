# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for key pairs: comparison, changes, and the servers to attach them to. Pure functions."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import (
    Keypair,
    KeyProtection,
    is_private,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import id_or_name
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

CREATE, DELETE, ATTACH, DETACH = "create", "delete", "attach", "detach"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def material(public_key: str | None) -> str | None:
    """The comparable part of a key: type and key without comment and line ends. A certificate (type x509) is compared
    as text. Raises nothing: an invalid key is compared unchanged."""
    if public_key is None:
        return None
    text = public_key.strip()
    if text.startswith("-----BEGIN"):
        return "\n".join(line.strip() for line in text.splitlines() if line.strip())
    words = text.split()
    return " ".join(words[:2])


def check_public_key(text: str, kind: str | None) -> str:
    """The public key on one line, without leading or trailing line ends. Raises InvalidRequest for an invalid key."""
    key = text.strip()
    if is_private(key):
        raise InvalidRequest("public_key: this is a private key; give the text of the .pub file")
    if kind == "x509":
        if not key.startswith(_CERTIFICATE):
            raise InvalidRequest("public_key: a key pair of type x509 needs a certificate in PEM format")
        return key
    if key.startswith(_CERTIFICATE):
        raise InvalidRequest("public_key: this is a certificate; set type: x509")
    words = key.split()
    if "\n" in key or len(words) < 2:
        raise InvalidRequest("public_key: not an OpenSSH public key, which is one line: type, base64 text, comment")
    try:
        fields = _fields(base64.b64decode(words[1], validate=True))
    except (binascii.Error, ValueError):
        raise InvalidRequest("public_key: the second field of the OpenSSH public key is not base64 text") from None
    if fields is None or len(fields) < 2:
        raise InvalidRequest("public_key: the OpenSSH public key is incomplete")
    named = fields[0].decode("ascii", "replace")
    if named != words[0]:
        raise InvalidRequest(
            "public_key: the key is declared as type %r, but its base64 text is of type %r" % (words[0], named)
        )
    return key


def _fields(blob: bytes) -> list[bytes] | None:
    """The fields of a key, each with its length before it (RFC 4253); ``None`` if the lengths do not match."""
    fields = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            return None
        fields.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return fields


@dataclass(frozen=True)
class KeypairSpec:
    """The target state. ``has_file``: the file of the private key exists."""

    name: str
    state: str = "present"
    public_key: str | None = None
    private_key_path: str | None = None
    has_file: bool = False
    kind: str | None = None
    recreate: bool = False
    scope: str | None = None
    protection: KeyProtection | None = None
    attached_to: tuple[Server, ...] = ()
    detached_from: tuple[Server, ...] = ()


def _has_to_change(server: Server, name: str, action: str) -> bool:
    """Whether the key pair is to be attached to the server, or detached from it."""
    # Most tasks have no servers, and do without the plans for them.
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import keypair as of_servers

    return bool((of_servers.to_attach if action == ATTACH else of_servers.to_detach)(server, [name]))


def plan_keypair(observed: Keypair | None, wanted: KeypairSpec) -> ResourcePlan:
    """Return the plan to reach the target state. Raises InvalidRequest if the key pair differs and must not be
    replaced, and if neither a public key nor a path for the private key is given."""
    before = _shown(observed, wanted.detached_from + wanted.attached_to)
    detach = [server for server in wanted.detached_from if observed and _has_to_change(server, wanted.name, DETACH)]
    leaving = [UpdateStep(DETACH, server) for server in detach]
    if wanted.state == "absent":
        if observed and wanted.scope and observed.scope not in (None, wanted.scope):
            # Names are unique, so there is none of this scope.
            return ResourcePlan(before, before, ())
        return ResourcePlan(before, None, tuple(leaving + [UpdateStep(DELETE)]) if observed else ())
    public = material(wanted.public_key)
    made = observed is None
    if observed is not None:
        other = _difference(observed, wanted)
        if other and not wanted.recreate:
            raise InvalidRequest(
                "the key pair %s exists with %s, and a key pair cannot be changed; set recreate: true to delete it"
                " and create it again. Servers that already use it are not changed" % (wanted.name, other)
            )
        made = bool(other) or (wanted.recreate and wanted.private_key_path is not None and not wanted.has_file)
    steps = []
    if made:
        if public is None and wanted.private_key_path is None:
            raise InvalidRequest(
                "the key pair %s does not exist yet: set public_key to import a key, or private_key_path to save the"
                " key that the cloud generates" % wanted.name
            )
        steps = [UpdateStep(DELETE)] if observed else []
        steps.append(UpdateStep(CREATE, Keypair(wanted.name, wanted.public_key, wanted.kind, scope=wanted.scope)))
    attach = [server for server in wanted.attached_to if made or _has_to_change(server, wanted.name, ATTACH)]
    steps += [UpdateStep(ATTACH, server) for server in attach] + leaving
    after: dict[str, Any] = {"name": wanted.name}
    if not made:
        after["public_key"] = material(observed.public_key) if observed else None
    elif public is None:
        after["generated"] = True
    else:
        after["public_key"] = public
    _show_servers(after, {server.id: server.label for server in attach}, before, detach)
    return ResourcePlan(before, after, tuple(steps))


def _difference(observed: Keypair, wanted: KeypairSpec) -> str | None:
    """How the key pair differs from the target state. A field that the cloud does not return is not a difference."""
    if wanted.public_key is not None and not _is_same_key(observed, wanted.public_key):
        return "other key material"
    if wanted.kind and observed.type and observed.type != wanted.kind:
        return "the type %s" % observed.type
    if wanted.scope and observed.scope and observed.scope != wanted.scope:
        return "the scope %s" % observed.scope
    if wanted.protection and observed.is_key_protection is False:
        return "a private key that the cloud does not keep"
    return None


def _is_same_key(observed: Keypair, public_key: str) -> bool:
    """Whether a key pair has this public key; its fingerprint decides if the cloud does not return the public key."""
    if observed.public_key or not observed.fingerprint:
        return material(observed.public_key) == material(public_key)
    shown = observed.fingerprint.strip()
    return (shown if shown.startswith("SHA256:") else shown.upper()) in fingerprints(public_key)


def fingerprints(public_key: str) -> Sequence[str]:
    """The fingerprints of an OpenSSH public key in the forms of clouds and of ssh-keygen: the MD5 digest in pairs of
    upper-case digits, with and without its name, and the SHA-256 digest as base64 text. None for another key."""
    words = public_key.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error, ValueError):
        return ()
    digest = _md5(blob).upper()
    pairs = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    sha256 = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
    return (pairs, "MD5:" + pairs, "SHA256:" + sha256)


def _md5(blob: bytes) -> str:
    try:
        return hashlib.md5(blob, usedforsecurity=False).hexdigest()
    except TypeError:
        # Python 3.8 has no such argument.
        return hashlib.md5(blob).hexdigest()


def _shown(observed: Keypair | None, servers: Sequence[Server]) -> dict[str, Any] | None:
    if observed is None:
        return None
    found: dict[str, Any] = {"name": observed.name, "public_key": material(observed.public_key)}
    if servers:
        found["servers"] = sorted(server.label for server in servers if server.key_name == observed.name)
    return found


def _show_servers(
    after: dict[str, Any], attached: dict[str, str], before: dict[str, Any] | None, detached: Sequence[Server]
) -> None:
    had = set((before or {}).get("servers", ()))
    if attached or "servers" in (before or {}):
        after["servers"] = sorted((had - {server.label for server in detached}) | set(attached.values()))


def find_servers(servers: Iterable[Server], option: str, wanted: Sequence[str]) -> tuple[Server, ...]:
    """The servers with these ids or names, without duplicates. Raises InvalidRequest for a missing server or an
    ambiguous name."""
    known = list(servers)
    found: dict[str, Server] = {}
    for text in wanted:
        server = id_or_name(known, text, "servers", option)
        if server is None:
            raise InvalidRequest("%s: no server has the id or name %s" % (option, text))
        found[server.id] = server
    return tuple(found.values())

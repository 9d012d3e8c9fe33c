# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Existing servers as a declaration of the module server_fleet, whose check finds nothing to change. Pure data and
functions.

A declaration is for a file that others read, so it contains nothing that may be a secret, and nothing that Ansible
would evaluate when it reads the file. The export reports all that it leaves out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ERROR, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declared_image import ISO_RECORD
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.present import is_kept, labels_of
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import has_option
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import tag_texts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name

#: The order of the options of an entry.
OPTIONS = (
    "flavor", "image", "iso", "networks", "vpc_id", "security_groups", "availability_zone", "key_name", "public_ip",
    "access_ipv4", "access_ipv6", "hostname", "description", "tags", "metadata", "locked",
)  # fmt: skip
#: Options of a new server that a task cannot change: exported if a record shows them.
_NEW_ONLY = ("networks", "vpc_id", "access_ipv4", "access_ipv6")
#: Ansible evaluates a text with one of these when it reads a file of variables.
_TEMPLATE = ("{{", "{%", "{#")
_SECRET = re.compile(r"pass(word|wd|phrase)?|secret|token|private.?key|api.?key|credential", re.IGNORECASE)
_IS_TEMPLATE = "it contains template syntax, which Ansible would evaluate"


@dataclass
class Export:
    """``defaults`` and ``servers`` are options of server_fleet. ``left_out`` has the id and name of a server, the
    option that the declaration does not contain (``None`` for the whole server), and the reason."""

    defaults: dict[str, Any] = field(default_factory=dict)
    servers: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)


def export_servers(servers: Sequence[Server], rules: Rules) -> Export:
    """The declaration of the servers, in a stable order."""
    ordered = sorted(servers, key=lambda server: (server.name or "", server.id))
    names = _counts(server.name for server in ordered)
    images = _images_by_name(ordered)
    found, options = Export(), {}
    for server in ordered:
        problem = _problem(server, names[server.name])
        if problem:
            found.left_out.append(_left_out(server, None, problem))
            continue
        entry = _Entry(server, rules, images)
        options[str(server.name)] = entry.options()
        found.left_out.extend(_left_out(server, option, why) for option, why in entry.left_out)
    found.defaults = _common(list(options.values()))
    found.servers = _together(options, found.defaults)
    return found


def _problem(server: Server, same_name: int) -> str | None:
    """Why a declaration cannot hold the server."""
    try:
        check_name("name", server.name or "")
    except InvalidRequest:
        return "an entry cannot have such a name"
    if same_name > 1:
        return "%d servers have this name, and an entry declares one server" % same_name
    if _is_template(server.name):
        return _IS_TEMPLATE
    if server.is_deleted:
        return "it is deleted"
    return "it is in status ERROR" if server.power_state == ERROR else None


class _Entry:
    """The options of one server; ``left_out`` are options and reasons."""

    def __init__(self, server: Server, rules: Rules, images: Mapping[str, set[str]]) -> None:
        self.server = server
        self.rules = rules
        self.images = images
        self.left_out: list[tuple[str, str]] = []

    def options(self) -> dict[str, Any]:
        server = self.server
        found: dict[str, Any] = {
            "flavor": server.flavor.name or server.flavor.id,
            **self._image(),
            "networks": self._networks(),
            "vpc_id": server.metadata.get("vpc_id"),
            "security_groups": self._security_groups(),
            "availability_zone": server.availability_zone,
            "key_name": server.key_name,
            "public_ip": self._public_ip(),
            "access_ipv4": server.access_ipv4,
            "access_ipv6": server.access_ipv6,
            "hostname": self._hostname(),
            "description": server.description if self.rules.supports("descriptions") else None,
            **self._tags_and_metadata(),
            "locked": True if server.locked and self.rules.supports("lock") else None,
        }
        if server.volumes:
            self._leave("volumes", "a declaration does not hold the volumes of an existing server")
        return {name: found[name] for name in OPTIONS if found.get(name) and self._holds(name, found[name])}

    def _leave(self, option: str, why: str) -> None:
        self.left_out.append((option, why))

    def _holds(self, option: str, value: Any) -> bool:
        """Whether the declaration can have the value. Otherwise it is reported."""
        if any(map(_is_template, _texts(value))):
            self._leave(option, _IS_TEMPLATE)
            return False
        return option not in _NEW_ONLY or has_option(self.server, option, value, self.rules)

    def _image(self) -> dict[str, Any]:
        server, image_id = self.server, image_of(self.server)
        if not image_id:
            self._leave("image", "it boots from a volume, and its record does not show the image")
            return {}
        name = server.image.name if server.image.id == image_id else None
        wanted = name if name and len(self.images[name]) == 1 else image_id
        if ISO_RECORD + image_id in server.metadata:
            self._leave("boot_volume", "the record does not show the size of the disk that an ISO image needs")
            return {"iso": wanted}
        return {"image": wanted}

    def _networks(self) -> list[str]:
        names = {address.network for address in self.server.addresses if address.kind != "floating"}
        return sorted(name for name in names if name and not is_uuid(name))

    def _security_groups(self) -> list[str]:
        groups = self.rules.security_groups(self.server)
        found = [group.reference for group in groups]
        shown = self.rules.supports("add_security_group") or has_option(
            self.server, "security_groups", found, self.rules
        )
        return sorted(found) if shown else []

    def _public_ip(self) -> str | None:
        floating = [address.ip for address in self.server.addresses if address.kind == "floating"]
        if len(floating) > 1:
            self._leave("public_ip", "it has several public addresses, and an entry declares one")
        return floating[0] if len(floating) == 1 and self.rules.supports("bind_public_ip") else None

    def _hostname(self) -> str | None:
        """The host name, if it is not the one that the cloud makes of the name."""
        name, hostname = (self.server.name or "").lower(), self.server.hostname
        made = re.sub(r"[^a-z0-9.-]+", "-", name).strip("-.")
        if not hostname or not self.rules.supports("hostnames") or hostname.lower() in (name, made):
            return None
        return hostname

    def _tags_and_metadata(self) -> dict[str, Any]:
        """On a platform without tags its metadata are the tags."""
        as_tags = self.rules.supports("tags_in_metadata")
        metadata = dict(self._metadata())
        tags = [tag for tag in self.server.tags if not as_tags or _key(tag) in metadata]
        valid = [tag for tag in tags if self._is_tag(tag, report=not as_tags)]
        if as_tags:
            known = labels_of(valid)
            metadata = {key: value for key, value in metadata.items() if known.get(key) != value}
        return {"tags": sorted(valid), "metadata": dict(sorted(metadata.items()))}

    def _is_tag(self, tag: str, report: bool) -> bool:
        why = "it may be a secret" if _SECRET.search(_key(tag)) else _IS_TEMPLATE if _is_template(tag) else None
        try:
            why = why or self.rules.tags_problem(tag_texts([tag]))
        except InvalidRequest:
            why = why or "it is not a valid tag"
        if why and report:
            self._leave("tags: %s" % _key(tag), why)
        return why is None

    def _metadata(self) -> Iterator[tuple[str, str]]:
        """The keys of the user that a declaration can hold."""
        for key, value in sorted(self.server.metadata.items()):
            if is_kept(str(key), self.rules):
                continue
            if _SECRET.search(str(key)):
                self._leave("metadata: %s" % key, "it may be a secret")
            elif _is_template(key) or _is_template(value):
                self._leave("metadata: %s" % key, _IS_TEMPLATE)
            elif self.rules.metadata_problem({str(key): str(value)}):
                self._leave("metadata: %s" % key, "the platform does not accept it from a user")
            else:
                yield str(key), str(value)


def _key(tag: str) -> str:
    return tag.partition("=")[0]


def _is_template(text: Any) -> bool:
    return any(mark in str(text) for mark in _TEMPLATE)


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for each in value.items():
            yield from each
    elif isinstance(value, list):
        yield from value
    else:
        yield value


def _left_out(server: Server, option: str | None, reason: str) -> dict[str, Any]:
    return {"id": server.id, "name": server.name, "option": option, "reason": reason}


def _counts(names: Iterable[str | None]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _images_by_name(servers: Iterable[Server]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for server in servers:
        if server.image.name and server.image.id:
            found.setdefault(server.image.name, set()).add(server.image.id)
    return found


def _common(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The options that all entries have with the same value; none for a single entry."""
    if len(entries) < 2:
        return {}
    first = entries[0]
    return {name: first[name] for name in first if all(entry.get(name) == first[name] for entry in entries)}


def _together(options: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One entry for the servers that differ only in their names, in the order of the first name of each."""
    groups: dict[str, tuple[list[str], dict[str, Any]]] = {}
    for name, entry in options.items():
        own = {option: value for option, value in entry.items() if option not in defaults}
        groups.setdefault(json.dumps(own, sort_keys=True), ([], own))[0].append(name)
    return [{**({"name": names[0]} if len(names) == 1 else {"names": names}), **own} for names, own in groups.values()]

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts a server to a host: its address, groups and variables; pure functions over records."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    REQUESTED_FIELDS,
    SERVER_FIELDS,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.host_names import is_host_name
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import names_image

#: The values of ``groups_by``, and the prefixes of the group names.
GROUPS = {
    "tags": "tag",
    "status": "status",
    "power_state": "power_state",
    "platform": "platform",
    "region": "region",
    "availability_zone": "availability_zone",
    "flavor": "flavor",
    "image": "image",
    "source": "source",
    "project_id": "project",
    "security_groups": "security_group",
}
#: The values of ``connect_with`` besides ``network:NAME``, by kind and IP version.
_POLICIES = {
    "floating_v4": ("floating", 4),
    "floating_v6": ("floating", 6),
    "fixed_v4": ("fixed", 4),
    "fixed_v6": ("fixed", 6),
}
_NETWORK = "network:"


class InvalidHosts(Exception):
    """The inventory file cannot be used, regardless of the clouds; the message is the reason."""


def policies(names: Iterable[str]) -> tuple[str, ...]:
    """The policies of ``connect_with``. Raises InvalidHosts for an unknown one."""
    checked = tuple(names)
    for name in checked:
        if name != "name" and name not in _POLICIES and not (name.startswith(_NETWORK) and name[len(_NETWORK) :]):
            known = ", ".join(list(_POLICIES) + [_NETWORK + "NAME", "name"])
            raise InvalidHosts("connect_with: %s is not supported; use one of %s" % (name, known))
    return checked


def address(record: Mapping[str, Any], connect_with: Sequence[str]) -> str | None:
    """The address to connect to: the first policy for which the server has an address; an address that is not floating
    is treated as fixed. ``None`` if there is none."""
    for policy in connect_with:
        found: list[str]
        if policy == "name":
            found = [record["name"]]
        elif policy.startswith(_NETWORK):
            on_it = [each for each in record["addresses"] if each["network"] == policy[len(_NETWORK) :]]
            # A named network should be used for the connection, so its own addresses precede floating ones.
            on_it.sort(key=lambda each: (each["kind"] == "floating", each["version"]))
            found = [each["ip"] for each in on_it]
        else:
            kind, version = _POLICIES[policy]
            found = [
                each["ip"]
                for each in record["addresses"]
                if each["version"] == version and (each["kind"] == "floating") == (kind == "floating")
            ]
        for text in found:
            if is_host_name(text):
                return text
    return None


def field_value(record: Mapping[str, Any], name: str) -> str | None:
    """A field that ``hostnames`` can use without an expression: name, id, private_ip, public_ip."""
    if name in ("private_ip", "public_ip"):
        value = next(iter(record[name + "s"]), None)
    else:
        value = record[name]
    return None if value is None else str(value)


def group_names(record: Mapping[str, Any], source: str, groups_by: Iterable[str]) -> Iterator[str]:
    """The groups of a server, before their names are sanitized: ``tag_role=web``, ``platform_openstack``."""
    for name in groups_by:
        value: Any = source if name == "source" else record[name]
        if name in ("flavor", "image"):
            value = value["name"] or value["id"]
        for text in value if isinstance(value, list) else [value]:
            if text:
                yield "%s_%s" % (GROUPS[name], text)


def variable_names(prefix: str, fields: Iterable[str], expressions: str = "") -> list[tuple[str, str]]:
    """Pairs of variable and record field: the requested fields, those in the expressions, and those that identify the
    server. Raises InvalidHosts for an invalid prefix or field."""
    if not prefix.isidentifier() or not prefix.isascii():
        raise InvalidHosts("vars_prefix: %s cannot begin the name of a variable" % (prefix or "an empty string"))
    wanted = {"id", "platform", "region"}.union(fields)
    hidden = sorted(wanted.intersection(REQUESTED_FIELDS))
    if hidden:
        raise InvalidHosts(
            "fields: %s can contain passwords and does not become a variable; use server_info to read it"
            % ", ".join(hidden)
        )
    unknown = sorted(wanted.difference(SERVER_FIELDS))
    if unknown:
        raise InvalidHosts(
            "fields: a server has no %s; choose from %s" % (", ".join(unknown), ", ".join(SERVER_FIELDS))
        )
    named = set(re.findall(r"\w+", expressions))
    return [(prefix + name, name) for name in SERVER_FIELDS if name in wanted or prefix + name in named]


def record_fields(variables: Iterable[tuple[str, str]], groups_by: Iterable[str], hostnames: Iterable[str]) -> set[str]:
    """The fields that the hosts need of each record: those of the variables, groups, names and addresses."""
    addresses = {name + "s" for name in hostnames if name in ("private_ip", "public_ip")}
    return {"id", "name", "addresses"}.union(
        addresses, (field for _variable, field in variables), (name for name in groups_by if name != "source")
    )


def needs_image_names(prefix: str, fields: Iterable[str], groups_by: Iterable[str], expressions: str) -> bool:
    """Whether the file uses the names of images: ``fields`` are the fields that it sets itself."""
    return "image" in fields or "image" in groups_by or names_image(expressions, prefix + "image")

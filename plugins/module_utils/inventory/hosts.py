# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server becomes a host: its address, its groups and variables; pure functions over records."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import SERVER_FIELDS
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.host_names import is_host_name

#: What ``groups_by`` may name, and how the names of the groups begin.
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
}
#: What ``connect_with`` may name besides ``network:NAME``, by kind and IP version.
_POLICIES = {
    "floating_v4": ("floating", 4),
    "floating_v6": ("floating", 6),
    "fixed_v4": ("fixed", 4),
    "fixed_v6": ("fixed", 6),
}
_NETWORK = "network:"


class InvalidHosts(Exception):
    """The inventory file cannot be used, whatever the clouds answer; the text says why."""


def policies(names: Iterable[str]) -> tuple[str, ...]:
    """The policies of ``connect_with``. Raises InvalidHosts for one that does not exist."""
    checked = tuple(names)
    for name in checked:
        if name != "name" and name not in _POLICIES and not (name.startswith(_NETWORK) and name[len(_NETWORK) :]):
            known = ", ".join(list(_POLICIES) + [_NETWORK + "NAME", "name"])
            raise InvalidHosts("connect_with: %s is not supported; use one of %s" % (name, known))
    return checked


def address(record: Mapping[str, Any], connect_with: Sequence[str]) -> str | None:
    """Where to connect to: the first policy that the server has an address for; what is not floating counts as fixed.

    ``None`` where there is none.
    """
    for policy in connect_with:
        found: list[str]
        if policy == "name":
            found = [record["name"]]
        elif policy.startswith(_NETWORK):
            on_it = [each for each in record["addresses"] if each["network"] == policy[len(_NETWORK) :]]
            # A network is asked for to be reached through it, so its own addresses come before floating ones.
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
    """A field that ``hostnames`` may name without an expression: name, id, private_ip, public_ip."""
    if name in ("private_ip", "public_ip"):
        value = next(iter(record[name + "s"]), None)
    else:
        value = record[name]
    return None if value is None else str(value)


def group_names(record: Mapping[str, Any], source: str, groups_by: Iterable[str]) -> Iterator[str]:
    """The groups of a server, not yet in Ansible's spelling: ``tag_role=web``, ``platform_openstack``."""
    for name in groups_by:
        value: Any = source if name == "source" else record[name]
        if name in ("flavor", "image"):
            value = value["name"] or value["id"]
        for text in value if isinstance(value, list) else [value]:
            if text:
                yield "%s_%s" % (GROUPS[name], text)


def variable_names(prefix: str, fields: Iterable[str], expressions: str = "") -> list[tuple[str, str]]:
    """Pairs of variable and record field: the fields asked for, those that the expressions name, and those that tell
    which server it is. Raises InvalidHosts for a prefix or field that cannot be used."""
    if not prefix.isidentifier() or not prefix.isascii():
        raise InvalidHosts("vars_prefix: %s cannot begin the name of a variable" % (prefix or "an empty string"))
    wanted = {"id", "platform", "region"}.union(fields)
    unknown = sorted(wanted.difference(SERVER_FIELDS))
    if unknown:
        raise InvalidHosts(
            "fields: a server has no %s; choose from %s" % (", ".join(unknown), ", ".join(SERVER_FIELDS))
        )
    named = set(re.findall(r"\w+", expressions))
    return [(prefix + name, name) for name in SERVER_FIELDS if name in wanted or prefix + name in named]

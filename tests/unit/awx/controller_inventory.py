# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of what AWX 24.6 makes of the JSON of ansible-inventory, and of what it gives to jobs.

From AWX's own sources: ``inventory_import`` (hosts are found again by instance id, then by name; enabled variable; host
filter; overwrite), ``mem_inventory`` (names of hosts) and ``Inventory.get_script_data`` (disabled hosts, slices).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

_IDS = count(1)


@dataclass
class Source:
    """The settings of an inventory source. ``instance_id_var`` is a setting of the controller (SCM_INSTANCE_ID_VAR),
    not of the source. AWX passes an ``enabled_value`` that is not set as an empty text."""

    overwrite: bool = True
    overwrite_vars: bool = True
    enabled_var: str = ""
    enabled_value: str = ""
    host_filter: str = ""
    instance_id_var: str = ""


@dataclass
class Host:
    """A row of the controller's database; jobs and facts belong to its ``pk``."""

    name: str
    variables: dict[str, Any]
    enabled: bool = True
    instance_id: str = ""
    pk: int = field(default_factory=lambda: next(_IDS))


def look_up(variables: Any, path: str, default: Any) -> Any:
    """``foo.bar`` is the key bar of the mapping foo."""
    for key in path.split("."):
        if not hasattr(variables, "get"):
            return default
        variables = variables.get(key, default)
    return variables


class Inventory:
    """An inventory with one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.hosts: dict[str, Host] = {}
        self.groups: dict[str, set[str]] = {}

    # -- a sync ------------------------------------------------------------------------------------------------------

    def sync(self, data: dict[str, Any]) -> None:
        """Take the JSON of ``ansible-inventory --list`` over. Raises ValueError for a name that AWX refuses."""
        matches = re.compile(self.source.host_filter or r"^.+$").match
        named = {name for group in data.values() for name in group.get("hosts", [])}
        read = {name.partition(":")[0] if name.count(":") == 1 else name for name in named}
        variables = data["_meta"]["hostvars"]
        found = {name: variables.get(name, {}) for name in sorted(read) if matches(name)}
        known = {name: self._known(name, values) for name, values in found.items()}
        kept = {} if self.source.overwrite else dict(self.hosts)
        for host in (host for host in known.values() if host):
            kept.pop(host.name, None)
        self.hosts = kept
        for name, values in found.items():
            self.hosts[name] = self._updated(known[name], name, values)
        self.groups = {
            group: {name for name in rows.get("hosts", []) if name in self.hosts}
            for group, rows in data.items()
            if group not in ("_meta", "all", "ungrouped")
        }

    def _known(self, name: str, variables: dict[str, Any]) -> Host | None:
        instance_id = self.instance_id(variables)
        for host in self.hosts.values():
            if instance_id and instance_id == (host.instance_id or self.instance_id(host.variables)):
                return host
        return self.hosts.get(name)

    def _updated(self, host: Host | None, name: str, variables: dict[str, Any]) -> Host:
        if re.search(r"{{|{%|{#", name):
            raise ValueError("a name with a template: %s" % name)
        enabled = self.enabled(variables)
        if host is None:
            host = Host(name, {})
        merged = variables if self.source.overwrite_vars else {**host.variables, **variables}
        host.name, host.variables, host.instance_id = name, merged, self.instance_id(variables)
        host.enabled = host.enabled if enabled is None else enabled
        return host

    def instance_id(self, variables: dict[str, Any]) -> str:
        """Of several variables, separated by commas, the first that is set."""
        paths = self.source.instance_id_var.split(",") if self.source.instance_id_var else []
        found = (look_up(variables, path, "") for path in paths)
        return str(next((value for value in found if value), ""))

    def enabled(self, variables: dict[str, Any]) -> bool | None:
        """None if the source has no enabled variable, or the host does not have it: then the host stays as it is."""
        if not self.source.enabled_var:
            return None
        missing = object()
        value = look_up(variables, self.source.enabled_var, missing)
        return None if value is missing else str(value).lower() == self.source.enabled_value.lower()

    # -- a job -------------------------------------------------------------------------------------------------------

    def script_data(self, slice_number: int = 1, slice_count: int = 1, for_constructed: bool = False) -> dict[str, Any]:
        """The inventory of a job, or of one of its slices: every n-th enabled host in the order of names."""
        names = sorted(name for name, host in self.hosts.items() if host.enabled)
        names = names[slice_number - 1 :: slice_count]
        groups = {group: sorted(hosts & set(names)) for group, hosts in self.groups.items()}
        hostvars = {name: dict(self.hosts[name].variables) for name in names}
        if for_constructed:
            for name in names:
                hostvars[name].update(remote_tower_enabled="true", remote_tower_id=self.hosts[name].pk)
        grouped = {name for hosts in groups.values() for name in hosts}
        return {
            "_meta": {"hostvars": hostvars},
            "all": {"children": sorted(groups), "hosts": [name for name in names if name not in grouped]},
            **{group: {"hosts": hosts} for group, hosts in groups.items()},
        }


def needs_update(last: datetime | None, timeout: int, now: datetime) -> bool:
    """Whether a job first updates a source with "update on launch" whose last update began at ``last``."""
    return last is None or last + timedelta(seconds=timeout) <= now

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the servers that a task names or selects, from the list and from the recycle bin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import (
    NoPlan,
    PlannedServers,
    find,
    listed,
    with_names_for_query,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import SelectedServers, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import by_name


@dataclass(frozen=True)
class ObservedServers:
    """The observed servers: the servers of the task, the names to create, and the ids of all listed servers.
    ``missing`` are ids, names and addresses of the selection without a server."""

    servers: tuple[Server, ...]
    to_make: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    missing: Mapping[str, Sequence[str]] | None = field(default=None)


def observe(
    cloud: Compute, params: Mapping[str, Any], names: Sequence[str], planned: PlannedServers | None = None
) -> ObservedServers:
    """Reads the servers with the names, or those of ``select``, and those of an approved plan. Raises
    InvalidRequest."""
    planned, state = planned or NoPlan(), params["state"]
    cloud.servers.finds_deleted = state in ("restored", "purged")
    if params["select"] is not None:
        leave = "ignore" if state in ("absent", "purged") else "fail"
        asked = Selection.from_options(params["select"], leave)
        found = _selected(cloud, planned.relaxed(asked), state)
    else:
        asked = Selection(names=tuple(names), missing="ignore")
        found = _declared(cloud, params, names)
    chosen = planned.with_planned(asked, SelectedServers(found.servers, found.missing or {}))
    return replace(found, servers=chosen.servers)


def _declared(cloud: Compute, params: Mapping[str, Any], names: Sequence[str]) -> ObservedServers:
    state = params["state"]
    if state in ("restored", "purged"):
        return _declared_with_bin(cloud, names, state)
    asked = tuple(names) + ((params["new_name"],) if params["new_name"] else ())
    listed = [server for server in cloud.servers.list(ServerQuery(names=asked)) if not server.is_deleted]
    known = frozenset(server.id for server in listed)
    return named(by_name(listed, asked), names, params["new_name"], state, known)


def named(
    found: Mapping[str, Server], names: Sequence[str], new_name: str | None, state: str, known: frozenset[str]
) -> ObservedServers:
    """The servers with these names, from those that were found, by name. ``known`` are the ids of all listed servers.
    Raises InvalidRequest."""
    if new_name and new_name in found:
        if names[0] in found:
            raise InvalidRequest("new_name: the server %s has that name already" % found[new_name].label)
        names = (new_name,)
    absent = tuple(name for name in names if name not in found)
    if absent and state == "restored":
        raise InvalidRequest(
            "no server in the list or in the recycle bin is named %s; on plain Nova only an administrator can list"
            " the recycle bin, and other users select a server by its id in select" % ", ".join(absent)
        )
    servers = tuple(found[name] for name in names if name in found)
    return ObservedServers(servers, absent if state == "present" else (), known)


def _selected(cloud: Compute, selection: Selection, state: str) -> ObservedServers:
    if state in ("restored", "purged"):
        return _with_bin(cloud, selection)
    chosen = find(cloud, selection)
    return ObservedServers(chosen.servers, missing=dict(chosen.missing))


def _declared_with_bin(cloud: Compute, names: Sequence[str], state: str) -> ObservedServers:
    """Return the active server with a name; only if there is none, the server in the recycle bin."""
    wanted = Selection(names=tuple(names))
    found = by_name([server for server in cloud.servers.list(wanted.ask()) if not server.is_deleted], names)
    found.update(binned(cloud, [name for name in names if name not in found]))
    return replace(named(found, names, None, state, frozenset()), to_make=())


def binned(cloud: Compute, names: Sequence[str]) -> dict[str, Server]:
    """The servers in the recycle bin with these names; not every user may list it, so only names without an active
    server are queried. Raises InvalidRequest for an ambiguous name."""
    if not names or not cloud.supports("deleted"):
        return {}
    listed = cloud.servers.list(Selection(names=tuple(names), deleted=True).ask())
    return by_name([server for server in listed if server.is_deleted], names)


def _with_bin(cloud: Compute, selection: Selection) -> ObservedServers:
    # The limits apply to the servers of both lists.
    unlimited = replace(selection, min_targets=None, max_targets=None)
    candidates = _everywhere(cloud, selection)
    observed = unlimited.choose(candidates)
    rest = replace(unlimited, deleted=True, missing="ignore")
    # Nothing can be done to permanently deleted servers.
    binned = rest.choose([server for server in candidates if not server.is_purged])
    servers = observed.servers + binned.servers
    selection.check_number(len(servers))
    return ObservedServers(servers, missing=dict(observed.missing))


def _everywhere(cloud: Compute, selection: Selection) -> list[Server]:
    """The list and the recycle bin. Servers with a given id are found in both."""
    if selection.ids and not selection.filters:
        cloud.all_projects = selection.all_projects
        return list(with_names_for_query(cloud, selection, cloud.servers.by_id(selection.ids).values()))
    found = {server.id: server for server in listed(cloud, selection)}
    if cloud.supports("deleted"):
        found.update((server.id, server) for server in listed(cloud, replace(selection, deleted=True)))
    return list(found.values())

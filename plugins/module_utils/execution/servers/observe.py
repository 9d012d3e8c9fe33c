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
    found = by_name(listed, asked)
    if params["new_name"] and params["new_name"] in found:
        if names[0] in found:
            raise InvalidRequest("new_name: the server %s has that name already" % found[params["new_name"]].label)
        names = (params["new_name"],)
    servers = tuple(found[name] for name in names if name in found)
    missing = tuple(name for name in names if name not in found) if state == "present" else ()
    return ObservedServers(servers, missing, frozenset(server.id for server in listed))


def _selected(cloud: Compute, selection: Selection, state: str) -> ObservedServers:
    if state in ("restored", "purged"):
        return _with_bin(cloud, selection)
    chosen = find(cloud, selection)
    return ObservedServers(chosen.servers, missing=dict(chosen.missing))


def _declared_with_bin(cloud: Compute, names: Sequence[str], state: str) -> ObservedServers:
    """Return the active server with a name; only if there is none, the server in the recycle bin."""
    wanted = Selection(names=tuple(names))
    found = by_name([server for server in cloud.servers.list(wanted.ask()) if not server.is_deleted], names)
    rest = tuple(name for name in names if name not in found)
    if rest and cloud.supports("deleted"):
        # Not every user may list the recycle bin, so only names without an active server are queried there.
        binned = cloud.servers.list(replace(wanted, names=rest, deleted=True).ask())
        found.update(by_name([server for server in binned if server.is_deleted], rest))
    absent = [name for name in names if name not in found]
    if absent and state == "restored":
        raise InvalidRequest(
            "no server in the list or in the recycle bin is named %s; on plain Nova only an administrator can list"
            " the recycle bin, and other users select a server by its id in select" % ", ".join(absent)
        )
    return ObservedServers(tuple(found[name] for name in names if name in found))


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

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers that one task, or one entry of a fleet, declares: their spec, their plan, and what a new one has. Pure
data and functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.duplicates import DELETE_NEWER
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import is_new


@dataclass(frozen=True)
class Declaration:
    """``new`` describes a server to create; ``None`` if none is missing. ``remove_broken``: delete a server again if
    its creation failed. ``delete_newer``: what to do with a server that another task created at the same time."""

    spec: ServerSpec
    plan: Plan
    new: NewServer | None = None
    client_token: str | None = None
    remove_broken: bool = False
    delete_newer: bool = False

    @classmethod
    def of(cls, params: Mapping[str, Any], spec: ServerSpec, plan: Plan, new: NewServer | None) -> Declaration:
        """The declaration with the options of a task."""
        return cls(
            spec,
            plan,
            new,
            params["client_token"],
            params["on_error"] == "delete",
            params["on_duplicate"] == DELETE_NEWER,
        )


def with_changes(declarations: Sequence[Declaration], plan: Plan) -> list[Declaration]:
    """The declarations with the changes of a plan that has one for each of theirs, in their order. More changes at its
    end belong to the last declaration."""
    left = iter(plan.items)
    found = [
        replace(each, plan=replace(each.plan, items=tuple(islice(left, len(each.plan.items))))) for each in declarations
    ]
    rest = tuple(left)
    if found and rest:
        found[-1] = replace(found[-1], plan=replace(found[-1].plan, items=(*found[-1].plan.items, *rest)))
    return found


class Declarations:
    """Finds the declaration of a server: of one that existed before by its id, of another one by its name."""

    def __init__(self, declarations: Sequence[Declaration]) -> None:
        self.all = tuple(declarations)
        self._by_id: dict[str, Declaration] = {}
        self._by_name: dict[str | None, Declaration] = {}
        for declaration in self.all:
            for change in declaration.plan.items:
                self._by_name[change.server.name] = declaration
                if not is_new(change):
                    self._by_id[change.server.id] = declaration

    def add(self, name: str, server_id: str) -> None:
        """The server with this id was created for the name."""
        self._by_id[server_id] = self._by_name[name]

    def of(self, server: Server) -> Declaration:
        """Raises KeyError for a server that no declaration has."""
        return self._by_id.get(server.id) or self._by_name[server.name]

    @property
    def plan(self) -> Plan:
        """The changes of all of them."""
        return Plan(tuple(change for declaration in self.all for change in declaration.plan.items))

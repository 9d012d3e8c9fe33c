# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host before it is in the inventory: what ``compose``, ``groups`` and ``keyed_groups`` make of it.

The groups are known only then, and a host must not have the name of one: Ansible would take the one for the other.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping

from ansible.errors import AnsibleError
from ansible.inventory.group import Group
from ansible.inventory.host import Host


class HostDraft:
    """Takes the inventory's place while Ansible's own methods compose a host, and keeps what they ask for.

    ``variables`` are the host's own; ``groups`` the Group objects that it is in already; ``known`` the host that an
    earlier file made under this name; ``convert`` makes of a composed value what the host gets.
    """

    def __init__(
        self,
        name: str,
        variables: Mapping[str, Any],
        groups: Iterable[Group],
        known: Host | None,
        convert: Callable[[Any], Any],
    ) -> None:
        self.host = Host(name)
        self.groups: dict[str, None] = {}
        #: (parent, child)
        self.parents: dict[tuple[str, str], None] = {}
        self._convert = convert
        if known is not None:
            self.host.vars.update(known.vars)
            groups = [*known.groups, *groups]
        self.host.vars.update(variables)
        for group in groups:
            self.host.add_group(group)

    def group_names(self) -> set[str]:
        """The groups that are to be made for this host."""
        return set(self.groups).union(parent for parent, _child in self.parents)

    # -- what Ansible's methods call on an inventory ---------------------------------------------------------------

    def set_variable(self, _entity: str, name: str, value: Any) -> None:
        self.host.set_variable(name, self._convert(value))

    def add_group(self, group: str) -> str:
        if not group:
            raise AnsibleError("Invalid empty/false group name provided: %s" % group)
        # The name of a group may be sanitized.
        return str(Group(group).name)

    def add_host(self, _host: str, group: str) -> None:
        self.groups[group] = None

    def add_child(self, parent: str, child: str) -> None:
        self.parents[parent, child] = None

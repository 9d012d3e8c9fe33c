# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the references of a new server before its creation: texts, and whether named resources exist.

A cloud detects some missing resources only after it has created the server, and reports others unclearly. Each kind
needs one request, and only if the task names a resource of this kind. Resources that the user may not read are not
checked.
"""

from __future__ import annotations

from typing import Callable, Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import chunks
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer, Nic
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import Declaration

#: The number of ids in the query of one list request.
_IDS_AT_ONCE = 50
_FIND = "check its spelling, and that region and project are the intended ones"


class References:
    """Checks the references of new servers. Ids of networks, ports and subnets of all ``new`` servers are read
    together."""

    def __init__(self, cloud: Compute, new: Sequence[NewServer], reads: Reads) -> None:
        self.cloud = cloud
        self.new = new
        self.reads = reads

    def check(self, declaration: Declaration) -> None:
        """Raises InvalidRequest with all references of the new servers that do not exist."""
        new = declaration.new
        if new is None:
            return
        checks: Sequence[Callable[[NewServer], Iterator[str]]] = (
            self._group, self._key_pair, self._zone, self._network_things,
        )  # fmt: skip
        problems: list[str] = []
        for check in checks:
            try:
                problems.extend(check(new))
            except CloudError:
                # Not every user may read it, and the cloud then reports the error itself.
                continue
        if problems:
            raise InvalidRequest("; ".join(problems))

    def _group(self, new: NewServer) -> Iterator[str]:
        if not new.group_id or not self.cloud.supports("server_groups"):
            return
        groups = self.reads.once("server groups", lambda: list(self.cloud.server_groups.list()))
        if new.group_id in [group.id for group in groups]:
            return
        named = [group.id for group in groups if group.name == new.group_id]
        if named:
            yield "group: give the id of the server group %s (%s), not its name" % (new.group_id, ", ".join(named))
        else:
            yield "group: no server group has the id %s; server_group_info lists the server groups" % new.group_id

    def _key_pair(self, new: NewServer) -> Iterator[str]:
        name = new.key_name
        if not name or not self.cloud.supports("keypairs"):
            return
        if self.reads.once(("key pair", name), lambda: self.cloud.keypairs.get(name)) is None:
            yield "key_name: this user has no key pair named %s; keypair_info lists them" % name

    def _zone(self, new: NewServer) -> Iterator[str]:
        zone = (new.availability_zone or "").partition(":")[0]
        if not zone or not self.cloud.supports("zones"):
            return
        known = self.reads.once("zones", lambda: sorted(each.name for each in self.cloud.zones.list()))
        if zone not in known:
            yield "availability_zone: no zone is named %s; there %s %s" % (
                zone, "is" if len(known) == 1 else "are", ", ".join(known[:10])
            )  # fmt: skip

    def _network_things(self, new: NewServer) -> Iterator[str]:
        """Check networks, ports and subnets by id, and security groups by id or name."""
        if not self.cloud.supports("networks"):
            return
        for kind, word, ids_in in _BY_ID:
            known = self._known(kind, ids_in) if self._ids(new, ids_in) else frozenset()
            for identity in self._ids(new, ids_in):
                if identity not in known:
                    yield "networks: no %s that this project may use has the id %s; %s" % (word, identity, _FIND)
        groups = security_groups(self.cloud, self.reads) if new.security_groups else ()
        for group in new.security_groups:
            if not any(group in pair for pair in groups):
                yield "security_groups: no security group has the name or id %s; %s" % (group, _FIND)

    def _ids(self, new: NewServer, ids_in: Callable[[Nic], Sequence[str]]) -> list[str]:
        """The ids that the interfaces of a new server have, but for those that were just found by name."""
        nics = new.networks if isinstance(new.networks, tuple) else ()
        found_before = self.cloud.networks.found_by_name
        return [identity for nic in nics for identity in ids_in(nic) if identity not in found_before]

    def _known(self, kind: str, ids_in: Callable[[Nic], Sequence[str]]) -> frozenset[str]:
        """Those of the ids of all new servers that exist."""

        def read() -> frozenset[str]:
            ids = list(dict.fromkeys(identity for new in self.new for identity in self._ids(new, ids_in)))
            rows = [row for part in chunks(ids, _IDS_AT_ONCE) for row in self.cloud.networks.list_names(kind, part)]
            return frozenset(identity for identity, _name in rows)

        return self.reads.once(kind, read)


#: References of the interfaces of a new server by id: the kind of the list, the word for a message, and the ids.
_BY_ID: Sequence[tuple[str, str, Callable[[Nic], Sequence[str]]]] = (
    ("networks", "network", lambda nic: [nic.network_id] if nic.network_id else []),
    ("ports", "port", lambda nic: [nic.port_id] if nic.port_id else []),
    ("subnets", "subnet", lambda nic: nic.subnet_ids),
)


def security_groups(cloud: Compute, reads: Reads) -> Sequence[tuple[str, str | None]]:
    """The ids and names of all security groups. Raises CloudError."""
    return reads.once("security groups", lambda: cloud.networks.list_names("security-groups"))

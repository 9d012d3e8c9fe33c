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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

_FIND = "check its spelling, and that region and project are the intended ones"


def check_references(cloud: Compute, new: NewServer) -> None:
    """Raises InvalidRequest with all references of the new server that do not exist."""
    checks: Sequence[Callable[[Compute, NewServer], Iterator[str]]] = (_group, _key_pair, _zone, _network_things)
    problems: list[str] = []
    for check in checks:
        try:
            problems.extend(check(cloud, new))
        except CloudError:
            # Not every user may read it, and the cloud then reports the error itself.
            continue
    if problems:
        raise InvalidRequest("; ".join(problems))


def _group(cloud: Compute, new: NewServer) -> Iterator[str]:
    if not new.group_id or not cloud.supports("server_groups"):
        return
    groups = cloud.server_groups.list()
    if new.group_id in [group.id for group in groups]:
        return
    named = [group.id for group in groups if group.name == new.group_id]
    if named:
        yield "group: give the id of the server group %s (%s), not its name" % (new.group_id, ", ".join(named))
    else:
        yield "group: no server group has the id %s; server_group_info lists the server groups" % new.group_id


def _key_pair(cloud: Compute, new: NewServer) -> Iterator[str]:
    if new.key_name and cloud.supports("keypairs") and cloud.keypairs.get(new.key_name) is None:
        yield "key_name: this user has no key pair named %s; keypair_info lists them" % new.key_name


def _zone(cloud: Compute, new: NewServer) -> Iterator[str]:
    zone = (new.availability_zone or "").partition(":")[0]
    if not zone or not cloud.supports("zones"):
        return
    known = sorted(each.name for each in cloud.zones.list())
    if zone not in known:
        yield "availability_zone: no zone is named %s; there %s %s" % (
            zone, "is" if len(known) == 1 else "are", ", ".join(known[:10])
        )  # fmt: skip


def _network_things(cloud: Compute, new: NewServer) -> Iterator[str]:
    """Check networks, ports and subnets by id, and security groups by id or name."""
    if not cloud.supports("networks"):
        return
    nics = new.networks if isinstance(new.networks, tuple) else ()
    found_before = cloud.networks.found_by_name
    wanted = (
        (
            "networks",
            "network",
            [nic.network_id for nic in nics if nic.network_id and nic.network_id not in found_before],
        ),
        ("ports", "port", [nic.port_id for nic in nics if nic.port_id]),
        ("subnets", "subnet", [subnet for nic in nics for subnet in nic.subnet_ids]),
    )
    for kind, word, ids in wanted:
        known = {identity for identity, _name in cloud.networks.list_names(kind, ids)} if ids else set()
        for identity in ids:
            if identity not in known:
                yield "networks: no %s that this project may use has the id %s; %s" % (word, identity, _FIND)
    groups = cloud.networks.list_names("security-groups") if new.security_groups else ()
    for group in new.security_groups:
        if not any(group in pair for pair in groups):
            yield "security_groups: no security group has the name or id %s; %s" % (group, _FIND)

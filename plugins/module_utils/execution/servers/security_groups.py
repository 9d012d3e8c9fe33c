# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The security groups that a task declares for existing servers."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import SecurityGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.references import security_groups
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


def declared_groups(
    cloud: Compute, params: Mapping[str, Any], servers: Sequence[Server], reads: Reads
) -> tuple[SecurityGroup, ...]:
    """The security groups of the task, each once; empty if the platform cannot change those of a server.

    They are looked up only if a record does not show them. Raises InvalidRequest for a group that does not exist.
    """
    wanted = list(dict.fromkeys(params["security_groups"] or ()))
    if params["state"] != "present" or not wanted or not cloud.supports("add_security_group"):
        return ()
    declared = [SecurityGroup(name, None) if is_uuid(name) else SecurityGroup(None, name) for name in wanted]
    if not cloud.supports("networks") or all(_has_exactly(cloud, server, declared) for server in servers):
        return tuple(declared)
    try:
        known = security_groups(cloud, reads)
    except CloudError:
        # Not every user may list them, and the cloud then reports the error itself.
        return tuple(declared)
    return tuple(_find(name, known) for name in wanted)


def _has_exactly(cloud: Compute, server: Server, declared: Sequence[SecurityGroup]) -> bool:
    observed = cloud.rules.security_groups(server)
    return len(observed) == len(declared) and all(any(group.is_same(each) for each in observed) for group in declared)


def _find(wanted: str, known: Sequence[tuple[str, str | None]]) -> SecurityGroup:
    for identity, name in known:
        if identity == wanted:
            return SecurityGroup(identity, name)
    named = [identity for identity, name in known if name == wanted]
    if not named:
        raise InvalidRequest(
            "security_groups: no security group has the name or id %s; check its spelling, and that region and project"
            " are the intended ones" % wanted
        )
    # An administrator also sees the groups of other projects; Nova finds the one of the server's project by its name.
    return SecurityGroup(named[0] if len(named) == 1 else None, wanted)

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public address that a task declares for a server, and the public addresses of the project."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    PublicIpSpec,
    check_free,
)


def declared_public_ip(
    cloud: Compute, params: Mapping[str, Any], servers: Sequence[Server], to_make: Sequence[str], reads: Reads
) -> PublicIpSpec | None:
    """The public address of the task, ``None`` without one; ``to_make`` are the names of the new servers. Raises
    InvalidRequest and UnsupportedOperation."""
    wanted = params["public_ip"]
    if params["public_ip_fixed_address"] and not wanted:
        raise InvalidRequest("public_ip_fixed_address: it is the private address of public_ip, which is not set")
    if wanted is None or params["state"] != "present":
        return None
    cloud.require("bind_public_ip" if wanted else "unbind_public_ip")
    count = len(servers) + len(to_make)
    if wanted and count > 1:
        raise InvalidRequest("public_ip: one address can be bound to one server only, and the task has %d" % count)
    known = reads.once("public ips", lambda: tuple(cloud.public_ips.list()))
    spec = PublicIpSpec(wanted, known, params["public_ip_fixed_address"])
    target = spec.target
    if target and to_make:
        # Not only when the new server exists.
        check_free(target)
    return spec


def refreshed(cloud: Compute, spec: PublicIpSpec) -> PublicIpSpec:
    """The same with the present public addresses, or with the earlier ones if they cannot be read."""
    with suppress(CloudError):
        return replace(spec, known=tuple(cloud.public_ips.list()))
    return spec

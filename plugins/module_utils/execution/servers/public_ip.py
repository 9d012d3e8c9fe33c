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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import id_or_name
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    PublicIpSpec,
    check_free,
    parse_wish,
    reserve,
)


def declared_public_ip(
    cloud: Compute, params: Mapping[str, Any], servers: Sequence[Server], to_make: Sequence[str], reads: Reads
) -> PublicIpSpec | None:
    """The public address of the task, ``None`` without one; ``to_make`` are the names of the new servers. Raises
    InvalidRequest and UnsupportedOperation."""
    given = params["public_ip"]
    if params["public_ip_fixed_address"] and not given:
        raise InvalidRequest("public_ip_fixed_address: it is the private address of public_ip, which is not set")
    if params["release_public_ip"] and (given is None or params["state"] != "present"):
        raise InvalidRequest("release_public_ip: it releases what public_ip unbinds, which is not set")
    if params["delete_public_ip"] and not cloud.supports("delete_attached"):
        # Other platforms have an argument of the deletion for it, or the spec was refused.
        return PublicIpSpec(known=_known(cloud, reads), release=True)
    if given is None or params["state"] != "present":
        return None
    wish = parse_wish(given)
    wanted, is_any = wish.get("address", ""), "address" not in wish
    cloud.require("bind_public_ip" if wanted or is_any else "unbind_public_ip")
    if params["release_public_ip"]:
        cloud.require("release_public_ip")
    count = len(servers) + len(to_make)
    if wanted and count > 1:
        raise InvalidRequest("public_ip: one address can be bound to one server only, and the task has %d" % count)
    spec = PublicIpSpec(
        wanted,
        _known(cloud, reads),
        params["public_ip_fixed_address"],
        move=wish.get("move", False),
        any_of_network=is_any,
        reuse=wish.get("reuse", True),
        can_make=is_any and cloud.supports("make_public_ip"),
        release=params["release_public_ip"],
    )
    target = spec.target
    if target and to_make and not spec.move:
        # Not only when the new server exists.
        check_free(target)
    if is_any:
        spec = _with_network(cloud, spec, wish.get("network"))
    # Several declarations of one task do not choose the same unused address.
    chosen: dict[str, str] = reads.once("reserved public ips", dict)
    spec = replace(spec, reserved=dict(chosen))
    chosen.update(reserve(spec, servers))
    return replace(spec, reserved=dict(chosen))


def _known(cloud: Compute, reads: Reads) -> tuple[PublicIp, ...]:
    found: tuple[PublicIp, ...] = reads.once("public ips", lambda: tuple(cloud.public_ips.list()))
    return found


def _with_network(cloud: Compute, spec: PublicIpSpec, wanted: str | None) -> PublicIpSpec:
    """The same with the network of the address, by id or name; the only external network without one. Raises
    InvalidRequest."""
    known = cloud.public_ips.networks()
    if wanted and not cloud.supports("make_public_ip"):
        raise InvalidRequest("public_ip: the addresses of %s belong to no network; leave network out" % cloud.platform)
    network = id_or_name(known, wanted, "networks", "public_ip") if wanted else None
    names = ", ".join(sorted(each.label for each in known)) or "none"
    if wanted and network is None:
        raise InvalidRequest("public_ip: no external network has the id or name %s; there is %s" % (wanted, names))
    if network is None and len(known) == 1:
        network = known[0]
    if network is None and len(known) > 1:
        raise InvalidRequest("public_ip: there are several external networks; set network to one of %s" % names)
    if network is None:
        return replace(spec, can_make=False)
    return replace(spec, network_id=network.id, network_label=network.name or network.id)


def refreshed(cloud: Compute, spec: PublicIpSpec) -> PublicIpSpec:
    """The same with the present public addresses, or with the earlier ones if they cannot be read."""
    with suppress(CloudError):
        return replace(spec, known=tuple(cloud.public_ips.list()))
    return spec

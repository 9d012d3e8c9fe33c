# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties of a new server on Huawei Cloud ECS, and the body of its request. Pure data and functions. Source: the
vendor's page "Creating an ECS", and the models PrePaidServer and PostPaidServer of its SDK."""

from __future__ import annotations

import re
from typing import Any, Iterator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    NewServer,
    Nic,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import new_disks
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import validation as rules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.extra import (
    BESIDE,
    EXTEND,
    extra_problem,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    integer,
)

_CHARGING = ("postPaid", "prePaid")
_PERIODS = {"month": 9, "year": 3}
_PRICE = re.compile(r"\d+(\.\d+)?\Z")
#: The hours of a spot duration of which a server can have several.
_SPOT_BLOCK = 6


def problems(new: NewServer, platform: str) -> Iterator[str | None]:
    """Why the platform would reject such a server, as sentences; ``None`` for each check without a problem."""
    for option, value in (
        ("host", new.host),
        ("hypervisor_hostname", new.hypervisor_hostname),
        ("config_drive", new.config_drive),
        ("files", new.files),
        ("disk_config", new.disk_config),
        ("access_ipv4", new.access_ipv4),
        ("access_ipv6", new.access_ipv6),
    ):
        if value:
            yield "%s: %s does not support it for a new server; leave it out" % (option, platform)
    yield from missing_options(new, platform)
    yield _networks_problem(new, platform)
    yield from new_disks.problems(new, platform)
    if new.password and new.key_name:
        yield "password and key_name are mutually exclusive on %s; give one of them" % platform
    names = [group for group in new.security_groups if not is_uuid(group)]
    if names:
        yield "security_groups: %s needs ids, and %s is not an id" % (platform, names[0])
    if groups_unused(new):
        yield "security_groups: a port has its own on %s; leave them out, or give a subnet" % platform
    if new.dedicated_host_id and new.tenancy == "shared":
        yield "dedicated_host_id: it needs tenancy: dedicated, and not shared"
    if new.hostname:
        # Not part of the call: it is set after the creation.
        yield rules.hostname_problem(new.hostname)
    if new.description:
        yield rules.description_problem(new.description)
    yield rules.metadata_problem(new.metadata, new=True)
    yield rules.tags_problem(new.tags)
    yield rules.too_many_tags(new.tags)
    yield extra_problem(new.extra, platform)
    yield _charging_problem(new)
    yield _spot_problem(new, platform)


def groups_unused(new: NewServer) -> bool:
    """Whether no interface takes the security groups: ECS ignores them for ports, without an error."""
    nics = new.networks if isinstance(new.networks, tuple) else ()
    return bool(new.security_groups and nics) and all(nic.port_id for nic in nics)


def missing_options(new: NewServer, platform: str) -> Iterator[str]:
    """The missing properties, one sentence each."""
    if not new.image_id:
        yield "image: %s creates the system disk from an image; set image" % platform
    if not new.vpc_id:
        yield "vpc_id: %s needs the VPC of the server" % platform
    if not new.networks or not isinstance(new.networks, tuple):
        yield ("networks: %s needs at least one subnet or port of the VPC, as subnet or port" % platform)
    elif any(nic.ipv6_bandwidth and not nic.ipv6_enable for nic in new.networks):
        yield "networks: ipv6_bandwidth needs ipv6_enable: true"
    yield from new_disks.missing(new, platform)
    if new.spot and new.spot.duration_count is not None and new.spot.duration_hours is None:
        yield "spot: duration_count needs duration_hours"


def _networks_problem(new: NewServer, platform: str) -> str | None:
    for nic in new.networks if isinstance(new.networks, tuple) else ():
        if nic.tag:
            return "networks: tag: %s has no tags of interfaces; leave it out" % platform
        own = {
            "network": nic.network_id,
            "subnet": nic.subnet_ids,
            "fixed_ip": nic.fixed_ip,
            "ipv6_enable": nic.ipv6_enable,
        }
        beside = [key for key, value in own.items() if value]
        if nic.port_id and beside:
            return "networks: a port has its own subnet and addresses; leave out %s" % " and ".join(beside)
        if len(nic.subnet_ids) > 1:
            return "networks: subnet: an interface on %s has one subnet; add an entry for each of them" % platform
    return None


def _charging_problem(new: NewServer) -> str | None:
    extra = new.extra
    mode = extra.get("chargingMode") or "postPaid"
    if mode not in _CHARGING:
        return "extra: chargingMode must be %s, and is %s" % (" or ".join(_CHARGING), mode)
    term = [key for key in ("periodType", "periodNum", "isAutoRenew", "isAutoPay") if extra.get(key)]
    if mode == "postPaid":
        return "extra: %s needs chargingMode: prePaid" % term[0] if term else None
    most = _PERIODS.get(str(extra.get("periodType")))
    number = integer(extra.get("periodNum"))
    if most is None or number is None or not 1 <= number <= most:
        return "extra: chargingMode: prePaid needs periodType: month and periodNum 1 to 9, or year and 1 to 3"
    if new.key_name and "op_svc_userid" not in new.metadata:
        return "key_name: with prePaid, metadata needs op_svc_userid, the id of the IAM user whose key pair it is"
    return None


def _spot_problem(new: NewServer, platform: str) -> str | None:
    spot = new.spot
    if not spot:
        return None
    if new.extra.get("chargingMode") == "prePaid":
        return "spot: a spot server is billed by use; leave out chargingMode: prePaid"
    if new.auto_recovery:
        return "auto_recovery: %s does not support it for a spot server; leave out one of them" % platform
    if spot.price is not None and not _PRICE.match(spot.price):
        return "spot: price is a number, such as 0.25, and not %s" % spot.price
    for option, value in (("duration_hours", spot.duration_hours), ("duration_count", spot.duration_count)):
        if value is not None and value < 1:
            return "spot: %s must be 1 or more, and is %d" % (option, value)
    if (spot.duration_count or 1) > 1 and spot.duration_hours != _SPOT_BLOCK:
        return "spot: duration_count above 1 needs duration_hours: %d" % _SPOT_BLOCK
    return None


def request_body(new: NewServer, name: str) -> dict[str, Any]:
    """The part under ``server``."""
    found: dict[str, Any] = {
        "name": name,
        "imageRef": new.image_id,
        "flavorRef": new.flavor_id,
        "vpcid": new.vpc_id,
        "nics": [_nic(nic) for nic in new.networks or () if isinstance(nic, Nic)],
        "root_volume": new_disks.system_disk(new.system_disk),
    }
    plain = {
        "data_volumes": [new_disks.data_disk(device) for device in new.volumes],
        "adminPass": new.password,
        "key_name": new.key_name,
        "availability_zone": new.availability_zone,
        "security_groups": [{"id": group} for group in new.security_groups],
        "server_tags": [rules.tag_of(tag) for tag in sorted(new.tags)],
        "metadata": dict(new.metadata),
        "user_data": new.user_data,
        "description": new.description,
        "extendparam": _extendparam(new),
        "os:scheduler_hints": _scheduler_hints(new),
        **{key: new.extra.get(key) for key in BESIDE},
    }
    found.update((key, value) for key, value in plain.items() if value)
    return found


def _nic(nic: Nic) -> dict[str, Any]:
    if nic.port_id:
        return {"port_id": nic.port_id}
    # The network in the API reference is the network of a subnet.
    found: dict[str, Any] = {"subnet_id": next(iter(nic.subnet_ids), None) or nic.network_id or ""}
    if nic.fixed_ip:
        found["ip_address"] = nic.fixed_ip
    if nic.ipv6_enable:
        found["ipv6_enable"] = True
    if nic.ipv6_bandwidth:
        found["ipv6_bandwidth"] = {"id": nic.ipv6_bandwidth}
    return found


def _scheduler_hints(new: NewServer) -> dict[str, str]:
    """A dedicated host is used with the tenancy ``dedicated`` only."""
    tenancy = "dedicated" if new.dedicated_host_id else new.tenancy
    named = {"group": new.group_id, "tenancy": tenancy, "dedicated_host_id": new.dedicated_host_id}
    return {key: value for key, value in named.items() if value}


def _extendparam(new: NewServer) -> dict[str, Any]:
    """Most booleans are strings there, and one number is not a number."""
    found: dict[str, Any] = {}
    for key in EXTEND:
        value = new.extra.get(key)
        if key == "periodNum":
            value = integer(value)
        if value is not None:
            found[key] = ("true" if value else "false") if isinstance(value, bool) else value
    if new.auto_recovery is not None:
        found["support_auto_recovery"] = new.auto_recovery
    if new.spot:
        found.update(chargingMode="postPaid", marketType="spot")
        if new.spot.price is not None:
            found["spotPrice"] = new.spot.price
        if new.spot.duration_hours is not None:
            # A duration is for the only policy of an interruption that the API has.
            found.update(interruption_policy="immediate", spot_duration_hours=new.spot.duration_hours)
            found["spot_duration_count"] = new.spot.duration_count or 1
    return found

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties of a new server on Huawei Cloud ECS, and the body of its request. Pure data and functions. Source: the
vendor's page "Creating an ECS"."""

from __future__ import annotations

from typing import Any, Iterator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    BlockDevice,
    NewServer,
    Nic,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import validation as rules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    integer,
)

#: The keys of ``extra``, by the names of the documentation: those in extendparam, and those beside it.
_EXTEND = (
    "chargingMode", "periodType", "periodNum", "isAutoRenew", "isAutoPay", "enterprise_project_id",
)  # fmt: skip
_BESIDE = ("publicip", "auto_terminate_time")
_CHARGING = ("postPaid", "prePaid")
_PERIODS = {"month": 9, "year": 3}


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
    if new.system_disk and new.system_disk.size_gb is not None and not 1 <= new.system_disk.size_gb <= 1024:
        yield "system_disk: size_gb must be 1 to 1024, and is %d" % new.system_disk.size_gb
    for device in new.volumes:
        yield _volume_problem(device, platform)
    if new.password and new.key_name:
        yield "password and key_name are mutually exclusive on %s; give one of them" % platform
    names = [group for group in new.security_groups if not is_uuid(group)]
    if names:
        yield "security_groups: %s needs ids, and %s is not an id" % (platform, names[0])
    if new.hostname:
        # Not part of the call: it is set after the creation.
        yield rules.hostname_problem(new.hostname)
    if new.description:
        yield rules.description_problem(new.description)
    yield rules.metadata_problem(new.metadata, new=True)
    yield rules.tags_problem(new.tags)
    yield rules.too_many_tags(new.tags)
    yield _charging_problem(new, platform)


def missing_options(new: NewServer, platform: str) -> Iterator[str]:
    """The missing properties, one sentence each."""
    if not new.image_id:
        yield "image: %s creates the system disk from an image; set image" % platform
    if not new.vpc_id:
        yield "vpc_id: %s needs the id of the VPC for the server" % platform
    if not new.networks or not isinstance(new.networks, tuple):
        yield "networks: %s needs at least one subnet of the VPC, each with its id as subnet" % platform
    if not new.system_disk or not new.system_disk.type:
        yield "system_disk: %s needs its type, such as GPSSD" % platform


def _networks_problem(new: NewServer, platform: str) -> str | None:
    for nic in new.networks if isinstance(new.networks, tuple) else ():
        if nic.port_id or nic.tag or not (nic.subnet_ids or nic.network_id):
            return "networks: %s supports only subnet and fixed_ip; it creates the ports itself" % platform
        if len(nic.subnet_ids) > 1:
            return "networks: subnet: an interface on %s has one subnet; add an entry for each of them" % platform
    return None


def _volume_problem(device: BlockDevice, platform: str) -> str | None:
    """Of a data disk: the system disk is not one of the volumes."""
    if device.source == "volume":
        return "volumes: %s creates new data disks here; attach existing ones with server_volume" % platform
    if device.boot_index not in (None, -1) or device.destination != "volume" or device.device_type == "cdrom":
        return "volumes: on %s they are data disks; the server boots from image, on system_disk" % platform
    if device.disk_bus or device.tag:
        return "volumes: %s does not support disk_bus and tag; leave them out" % platform
    if device.guest_format or device.device_name or device.no_device:
        return "volumes: %s does not support guest_format, device_name and no_device; leave them out" % platform
    if not device.volume_type or not device.size_gb:
        return "volumes: %s needs volume_type and size_gb of each" % platform
    return None


def _charging_problem(new: NewServer, platform: str) -> str | None:
    extra = new.extra
    known = _EXTEND + _BESIDE
    unknown = sorted(key for key in extra if key not in known)
    if unknown:
        return "extra: %s is not supported on %s; supported: %s" % (unknown[0], platform, ", ".join(known))
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


def request_body(new: NewServer, name: str) -> dict[str, Any]:
    """The part under ``server``."""
    disk = new.system_disk
    found: dict[str, Any] = {
        "name": name,
        "imageRef": new.image_id,
        "flavorRef": new.flavor_id,
        "vpcid": new.vpc_id,
        "nics": [_nic(nic) for nic in new.networks or () if isinstance(nic, Nic)],
        "root_volume": {"volumetype": disk.type if disk else None},
    }
    if disk and disk.size_gb:
        found["root_volume"]["size"] = disk.size_gb
    plain = {
        "data_volumes": [_data_volume(device) for device in new.volumes],
        "adminPass": new.password,
        "key_name": new.key_name,
        "availability_zone": new.availability_zone,
        "security_groups": [{"id": group} for group in new.security_groups],
        "server_tags": [rules.tag_of(tag) for tag in sorted(new.tags)],
        "metadata": dict(new.metadata),
        "user_data": new.user_data,
        "description": new.description,
        "extendparam": _extendparam(new),
        "os:scheduler_hints": {"group": new.group_id} if new.group_id else None,
        **{key: new.extra.get(key) for key in _BESIDE},
    }
    found.update((key, value) for key, value in plain.items() if value)
    return found


def _nic(nic: Nic) -> dict[str, str]:
    # The network in the API reference is the network of a subnet.
    found = {"subnet_id": next(iter(nic.subnet_ids), None) or nic.network_id or ""}
    if nic.fixed_ip:
        found["ip_address"] = nic.fixed_ip
    return found


def _data_volume(device: BlockDevice) -> dict[str, Any]:
    found: dict[str, Any] = {"volumetype": device.volume_type, "size": device.size_gb}
    if device.source == "image":
        found["data_image_id"] = device.id
    if device.source == "snapshot":
        found["extendparam"] = {"snapshotId": device.id}
    if device.delete_on_termination:
        found["delete_on_termination"] = True
    return found


def _extendparam(new: NewServer) -> dict[str, Any]:
    """Booleans are strings there, and one number is not a number."""
    found: dict[str, Any] = {}
    for key in _EXTEND:
        value = new.extra.get(key)
        if key == "periodNum":
            value = integer(value)
        if value is not None:
            found[key] = ("true" if value else "false") if isinstance(value, bool) else value
    return found

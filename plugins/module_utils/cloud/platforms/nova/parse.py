# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts responses of Nova to records; pure functions.

Sources: the compute API reference (fields by microversion) and the documentation of EasyStack and UnitedStack, whose
responses are Nova's with additions.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    Job,
    JobPart,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    Address,
    Server,
    ServerVolume,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    boolean,
    id_in,
    integer,
    mapping,
    mappings,
    name_in,
    text,
    texts,
)

#: The fields of a server that are a string of its record, and the keys of the record. An empty string is treated as
#: missing.
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "task_state": "OS-EXT-STS:task_state",
        "vm_state": "OS-EXT-STS:vm_state",
        "key_name": "key_name",
        "availability_zone": "OS-EXT-AZ:availability_zone",
        "host": "OS-EXT-SRV-ATTR:host",
        "host_id": "hostId",
        "hypervisor_hostname": "OS-EXT-SRV-ATTR:hypervisor_hostname",
        "host_status": "host_status",
        "hostname": "OS-EXT-SRV-ATTR:hostname",
        "root_device_name": "OS-EXT-SRV-ATTR:root_device_name",
        "reservation_id": "OS-EXT-SRV-ATTR:reservation_id",
        "user_data": "OS-EXT-SRV-ATTR:user_data",
        "project_id": "tenant_id",
        "user_id": "user_id",
        "access_ipv4": "accessIPv4",
        "access_ipv6": "accessIPv6",
        "created": "created",
        "updated": "updated",
        "launched_at": "OS-SRV-USG:launched_at",
        "deleted_at": "OS-SRV-USG:terminated_at",
    }
)
_NO_KEYS: Mapping[str, str] = MappingProxyType({})
#: The beginning of the metadata keys in which this collection leaves notes for its next run.
_NOTES = "cloudserver_"


def addresses(by_network: Any, keys: Mapping[str, str] = _NO_KEYS) -> tuple[Address, ...]:
    """The addresses, by network. ``keys`` are the keys of further fields of an address on the platform.

    ``OS-EXT-IPS:type`` is missing on old clouds and on some UnitedStack servers. If an address has no type, but another
    address with the same MAC is fixed, it is floating: Nova lists the floating address of a port with the same MAC.
    Otherwise ``kind`` is ``None``.
    """
    found = []
    for network, listed in mapping(by_network).items():
        entries = mappings(listed)
        for entry in entries:
            get = entry.get
            ip = get("addr")
            if not ip or not isinstance(ip, str):
                continue
            version = integer(get("version")) or (6 if ":" in ip else 4)
            mac, kind = text(get("OS-EXT-IPS-MAC:mac_addr")), text(get("OS-EXT-IPS:type"))
            if kind is None and mac and version == 4 and _has_fixed(entries, mac):
                kind = "floating"
            address = Address(ip, version, kind, mac, network)
            for name, key in keys.items():
                value = entry.get(key)
                setattr(address, name, boolean(value) if name == "subnet_shared" else text(value))
            found.append(address)
    return tuple(found)


def _has_fixed(entries: list[Mapping[str, Any]], mac: str) -> bool:
    """Whether an IPv4 address with this MAC is fixed."""
    return any(
        entry.get("OS-EXT-IPS:type") == "fixed"
        and text(entry.get("OS-EXT-IPS-MAC:mac_addr")) == mac
        and integer(entry.get("version")) == 4
        for entry in entries
    )


def flavor(data: Any) -> Flavor:
    """A flavor, or the part of it in the record of a server: an id below microversion 2.47, a name from there on."""
    if not isinstance(data, dict):
        return Flavor()
    return Flavor(
        id=text(data.get("id")),
        name=text(data.get("original_name")) or text(data.get("name")),
        vcpus=integer(data.get("vcpus")),
        ram_mb=integer(data.get("ram")),
    )


def listed_flavor(data: Any) -> Flavor:
    """A flavor of a list, which has an id and a name. Raises InvalidResponse for one without: a flavor that cannot be
    read must not count as one that does not exist."""
    id_in(data, "a flavor")
    if name_in(data, "a flavor") is None:
        raise InvalidResponse("The cloud returned a flavor without name")
    return flavor(data)


def image(data: Any) -> Image:
    """An image; a server that boots from a volume has an empty string instead."""
    if not isinstance(data, dict):
        return Image()
    return Image(id=text(data.get("id")) or None, name=text(data.get("name")))


def labels(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Metadata in the form of tags, ``key=value`` or ``key``, for servers without tags; without the notes of this
    collection."""
    own = {key: value for key, value in metadata.items() if not key.startswith(_NOTES)}
    return tuple("%s=%s" % (key, value) if value not in ("", None) else key for key, value in sorted(own.items()))


def server(
    data: Any,
    platform: str,
    region: str | None,
    keys: Mapping[str, str] = TEXTS,
    address_keys: Mapping[str, str] = _NO_KEYS,
) -> Server:
    """A server of ``GET /servers/detail`` or ``GET /servers/{id}``. Every key except ``id`` may be missing.

    ``keys`` are TEXTS with the differences of the platform, ``address_keys`` the keys of ``addresses``. Raises
    InvalidResponse for a server without id.
    """
    server_id = id_in(data, "a server")
    metadata = mapping(data.get("metadata"))
    tags = data.get("tags")
    return Server(
        id=server_id,
        platform=platform,
        region=region,
        image=image(data.get("image")),
        tags=labels(metadata) if tags is None else texts(tags),
        metadata=metadata,
        **common_fields(data, keys, address_keys),
    )


def common_fields(data: Mapping[str, Any], keys: Mapping[str, str], address_keys: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a server that have the same form on all platforms."""
    found: dict[str, Any] = {}
    get = data.get
    for name, key in keys.items():
        value = get(key)
        if value:
            found[name] = value if value.__class__ is str else text(value)
    found.update(
        name=name_in(data, "a server"),
        status=text(data.get("status")),
        locked=data["locked"] if isinstance(data.get("locked"), bool) else None,
        addresses=addresses(data.get("addresses"), address_keys),
        flavor=flavor(data.get("flavor")),
        description=text(data.get("description")),
        fault=fault(data.get("fault")),
        volumes=volumes(data.get("os-extended-volumes:volumes_attached")),
        security_groups=security_groups(data.get("security_groups")),
        raw=data,
    )
    return found


def security_groups(listed: Any) -> tuple[str, ...] | None:
    """The names of the security groups, each once: the cloud lists them for each port. ``None`` if it does not return
    them."""
    if not isinstance(listed, list):
        return None
    if (
        len(listed) == 1
        and isinstance(listed[0], dict)
        and isinstance(listed[0].get("name"), str)
        and listed[0]["name"]
    ):
        # As almost every server has it.
        return (listed[0]["name"],)
    return tuple(dict.fromkeys(str(each["name"]) for each in mappings(listed) if each.get("name")))


def volumes(listed: Any) -> tuple[ServerVolume, ...] | None:
    """The attached volumes; ``None`` if the cloud does not return them."""
    if not listed:
        return () if isinstance(listed, list) else None
    return tuple(
        ServerVolume(
            str(each["id"]),
            text(each.get("device")) or None,
            integer(each.get("bootIndex")),
            boolean(each.get("delete_on_termination")),
        )
        for each in mappings(listed)
        if each.get("id")
    )


def fault(data: Any) -> Mapping[str, Any] | None:
    """Why a server is in ERROR: code, message, created. ``details``, a traceback for administrators, is omitted."""
    if not isinstance(data, dict) or not data:
        return None
    return {"code": data.get("code"), "message": data.get("message"), "created": data.get("created")}


def instance_action(data: Mapping[str, Any], server_id: str, settled: bool) -> Job:
    """An instance action as a job. Its events (for all users from microversion 2.51 on) show whether it finished and
    how. Below, ``message`` is ``Error`` if it failed, and only the state of the server, which the caller passes, shows
    that it succeeded."""
    events = mappings(data.get("events"))
    results = [event.get("result") for event in events]
    if data.get("message") == "Error" or "Error" in results:
        status = JOB_FAILED
    elif events:
        status = JOB_SUCCEEDED if all(event.get("finish_time") for event in events) else JOB_PENDING
    else:
        status = JOB_SUCCEEDED if settled else JOB_PENDING
    details = [event.get("details") for event in events if event.get("result") == "Error" and event.get("details")]
    ends = [str(event["finish_time"]) for event in events if event.get("finish_time")]
    message = (details[0] if details else "the cloud reports an error") if status == JOB_FAILED else None
    return Job(
        id=text(data.get("request_id")) or "",
        status=status,
        type=text(data.get("action")),
        begin_time=text(data.get("start_time")),
        end_time=max(ends) if ends and status != JOB_PENDING else None,
        message=message,
        parts=(JobPart(server_id, status, None, message),),
    )

"""Every field of the documents' responses is in a record or in `fields_dropped` of docs/operations.yml, never in both.

A field is in a record if two responses that differ only in it make two records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    REQUESTED_FIELDS,
    SERVER_FIELDS,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.easystack import EasyStackServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import (
    aggregates,
    flavors,
    hosts,
    interfaces,
    keypairs,
    parse,
    server_groups,
    snapshots,
    volumes,
    zones,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.ustack import UStackServers
from ansible_collections.cloudserver.compute.tools import operations

ROWS = {each.id: each for each in operations.load()}
#: The fields of a response: two values of each. A dot leads to a field of an object, or of the only entry of a list.
Fields = Mapping[str, tuple[Any, Any]]
TIMES = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
LINKS: Fields = {"links": ([], [{"rel": "self", "href": "http://cloud/1"}])}

_SERVER_BASE: Fields = {
    **LINKS,
    "id": ("a", "b"),
    "name": ("web", "db"),
    "status": ("ACTIVE", "SHUTOFF"),
    "tenant_id": ("p1", "p2"),
    "user_id": ("u1", "u2"),
    "metadata": ({}, {"role": "web"}),
    "hostId": ("h1", "h2"),
    "image.id": ("i1", "i2"),
    "flavor.id": ("f1", "f2"),
    "created": TIMES,
    "updated": TIMES,
    "addresses.version": (4, 6),
    "addresses.addr": ("10.0.0.1", "10.0.0.2"),
    "addresses.OS-EXT-IPS:type": ("fixed", "floating"),
    "addresses.OS-EXT-IPS-MAC:mac_addr": ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02"),
    "accessIPv4": ("192.0.2.1", "192.0.2.2"),
    "accessIPv6": ("2001:db8::1", "2001:db8::2"),
    "OS-DCF:diskConfig": ("AUTO", "MANUAL"),
    "OS-EXT-AZ:availability_zone": ("az1", "az2"),
    "config_drive": ("", "True"),
    "key_name": ("k1", "k2"),
    "OS-SRV-USG:launched_at": TIMES,
    "OS-SRV-USG:terminated_at": TIMES,
    "OS-EXT-SRV-ATTR:host": ("node-1", "node-2"),
    "OS-EXT-SRV-ATTR:instance_name": ("instance-1", "instance-2"),
    "OS-EXT-SRV-ATTR:hypervisor_hostname": ("node-1.local", "node-2.local"),
    "OS-EXT-STS:task_state": (None, "rebooting"),
    "OS-EXT-STS:vm_state": ("active", "stopped"),
    "OS-EXT-STS:power_state": (1, 4),
    "os-extended-volumes:volumes_attached.id": ("v1", "v2"),
    "progress": (0, 50),
    "security_groups": ([{"name": "default"}], [{"name": "web"}]),
}
SERVER: Fields = {
    **_SERVER_BASE,
    "flavor.vcpus": (1, 2),
    "flavor.ram": (512, 1024),
    "flavor.disk": (10, 20),
    "flavor.ephemeral": (0, 1),
    "flavor.swap": (0, 1),
    "flavor.original_name": ("small", "large"),
    "flavor.extra_specs": ({}, {"hw:cpu_policy": "dedicated"}),
    "deleted": ("", TIMES[0]),
    "estimated_deleted": ("", TIMES[0]),
    "fault.code": (500, 404),
    "fault.created": TIMES,
    "fault.message": ("No valid host", "Build failed"),
    "fault.details": ("Traceback", "Traceback (most recent call last)"),
    "OS-EXT-SRV-ATTR:reservation_id": ("r-1", "r-2"),
    "OS-EXT-SRV-ATTR:launch_index": (0, 1),
    "OS-EXT-SRV-ATTR:hostname": ("web", "db"),
    "OS-EXT-SRV-ATTR:kernel_id": ("", "k"),
    "OS-EXT-SRV-ATTR:ramdisk_id": ("", "r"),
    "OS-EXT-SRV-ATTR:root_device_name": ("/dev/vda", "/dev/sda"),
    "OS-EXT-SRV-ATTR:user_data": ("YQ==", "Yg=="),
    "os-extended-volumes:volumes_attached.delete_on_termination": (True, False),
    "locked": (False, True),
    "description": (None, "a web server"),
    "tags": ([], ["web"]),
    "trusted_image_certificates": (None, ["c"]),
    "host_status": ("UP", "DOWN"),
}
SHOWN_SERVER: Fields = {**SERVER, "addresses_labels_mac": ([], ["fa:16:3e:00:00:01"])}
UOS_SERVER: Fields = {
    **_SERVER_BASE,
    "image.name": ("Ubuntu", "Debian"),
    "flavor.name": ("micro-1", "micro-2"),
    "addresses.UOS-EXT-IPS:id": ("p1", "p2"),
    "addresses.UOS-EXT-IPS:subnet_id": ("s1", "s2"),
    "addresses.UOS-EXT-IPS:subnet_name": ("one", "two"),
    "addresses.UOS-EXT-IPS:subnet_shared": (True, False),
}
KEYPAIR: Fields = {
    "name": ("k1", "k2"),
    "public_key": ("ssh-rsa A", "ssh-rsa B"),
    "fingerprint": ("00:11", "00:22"),
}
LISTED_KEYPAIR: Fields = {**KEYPAIR, "type": ("ssh", "x509")}
NEW_KEYPAIR: Fields = {**LISTED_KEYPAIR, "user_id": ("u1", "u2"), "private_key": ("-----1", "-----2")}
UOS_NEW_KEYPAIR: Fields = {**KEYPAIR, "user_id": ("u1", "u2"), "private_key": ("-----1", "-----2")}
UOS_KEYPAIR: Fields = {
    **UOS_NEW_KEYPAIR,
    "id": (1862, 1863),
    "created_at": TIMES,
    "updated_at": (None, TIMES[0]),
    "deleted": (False, True),
    "deleted_at": (None, TIMES[0]),
}
UOS_FLAVOR: Fields = {
    **LINKS,
    "id": ("1", "2"),
    "name": ("small", "large"),
    "ram": (512, 1024),
    "vcpus": (1, 2),
    "disk": (10, 20),
    "swap": ("", 512),
    "os-flavor-access:is_public": (True, False),
    "rxtx_factor": (1.0, 2.0),
    "OS-FLV-DISABLED:disabled": (False, True),
    "OS-FLV-EXT-DATA:ephemeral": (0, 1),
}
FLAVOR: Fields = {
    **UOS_FLAVOR,
    "description": (None, "small"),
    "extra_specs": ({}, {"hw:cpu_policy": "dedicated"}),
}
GROUP: Fields = {
    "id": ("g1", "g2"),
    "name": ("one", "two"),
    "policies": (["affinity"], ["soft-affinity"]),
    "members": ([], ["s1"]),
    "metadata": ({}, {"a": "b"}),
    "project_id": ("p1", "p2"),
    "user_id": ("u1", "u2"),
    "rules": ({}, {"max_server_per_host": 2}),
}
AGGREGATE: Fields = {
    "id": (1, 2),
    "name": ("one", "two"),
    "availability_zone": ("az1", "az2"),
    "created_at": TIMES,
    "updated_at": (None, TIMES[0]),
    "deleted": (False, True),
    "deleted_at": (None, TIMES[0]),
    "hosts": ([], ["node-1"]),
    "metadata": ({}, {"ssd": "true"}),
    "uuid": ("x", "y"),
}
HYPERVISOR: Fields = {
    "id": ("x", "y"),
    "hypervisor_hostname": ("node-1", "node-2"),
    "state": ("up", "down"),
    "status": ("enabled", "disabled"),
    "hypervisor_type": ("QEMU", "fake"),
    "host_ip": ("10.0.0.1", "10.0.0.2"),
    "service.id": ("s1", "s2"),
    "service.host": ("node-1", "node-2"),
    "service.disabled_reason": (None, "disks"),
    "cpu_info": ({}, {"arch": "aarch64"}),
    "uptime": (None, "1 day"),
    "servers": ([], [{"uuid": "a", "name": "instance-1"}]),
    **{
        name: (1, 2)
        for name in (
            "hypervisor_version vcpus memory_mb local_gb vcpus_used memory_mb_used local_gb_used free_ram_mb"
            " free_disk_gb current_workload running_vms disk_available_least cpu_allocation_ratio ram_allocation_ratio"
        ).split()
    },
}
SERVICE: Fields = {
    "host": ("node-1", "node-2"),
    "binary": ("nova-compute", "nova-x"),
    "status": ("enabled", "disabled"),
}
ZONE: Fields = {
    "zoneName": ("az1", "az2"),
    "zoneState.available": (True, False),
    "hosts": (None, {"node-1": {"nova-compute": {"available": True}}}),
}
INTERFACE: Fields = {
    "port_id": ("p1", "p2"),
    "net_id": ("n1", "n2"),
    "fixed_ips.ip_address": ("10.0.0.1", "10.0.0.2"),
    "fixed_ips.subnet_id": ("s1", "s2"),
    "mac_addr": ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02"),
    "port_state": ("ACTIVE", "DOWN"),
}
ATTACHMENT: Fields = {
    "device": ("/dev/vdb", "/dev/vdc"),
    "id": ("v1", "v2"),
    "serverId": ("a", "b"),
    "volumeId": ("v1", "v2"),
}
IMAGE: Fields = {"id": ("i1", "i2"), "name": ("one", "two")}

#: Objects that are the only entry of a list in the response.
LISTS: Mapping[str, Callable[[Any], Any]] = {
    "addresses": lambda entry: {"shared": [entry]},
    "os-extended-volumes:volumes_attached": lambda entry: [entry],
    "fixed_ips": lambda entry: [entry],
}


def record_of(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda data: kind(data).as_dict()


def server(kind: type[NovaServers]) -> Callable[[Any], Any]:
    """With the fields that a task has to request."""
    return lambda data: parse.server(data, "platform", None, kind.record_keys, kind.address_keys).as_dict(
        fields=SERVER_FIELDS + REQUESTED_FIELDS
    )


def own(*names: str) -> Callable[[Any], Any]:
    """The documents' form of Glance's response has links, and the record of an image has its properties as metadata."""
    return lambda data: {name: snapshots.snapshot(data).as_dict()[name] for name in names}


_flavor, _keypair, _group = (
    record_of(flavors.flavor),
    record_of(keypairs.keypair),
    record_of(server_groups.server_group),
)
_aggregate = record_of(aggregates.aggregate)
RESPONSES: dict[str, tuple[Callable[[Any], Any], Fields]] = {
    **dict.fromkeys(("E02", "E31"), (server(EasyStackServers), SERVER)),
    **dict.fromkeys(("E03", "E12"), (server(EasyStackServers), SHOWN_SERVER)),
    **dict.fromkeys(("U03", "U04", "U05"), (server(UStackServers), UOS_SERVER)),
    "E16": (record_of(interfaces.interface), INTERFACE),
    **dict.fromkeys(("E18", "U20"), (record_of(volumes._attachment), ATTACHMENT)),
    "E29": (own("id", "name"), {**LINKS, **IMAGE}),
    **dict.fromkeys(("E34", "E35"), (_group, GROUP)),
    "E37": (_keypair, LISTED_KEYPAIR),
    **dict.fromkeys(("E38", "E39"), (_keypair, NEW_KEYPAIR)),
    **dict.fromkeys(("E41", "E42"), (_flavor, FLAVOR)),
    **dict.fromkeys(("E47", "E48", "E49", "E51", "E52"), (_aggregate, AGGREGATE)),
    "E53": (record_of(zones.zone), ZONE),
    "E54": (record_of(lambda data: hosts.hypervisor(data, with_servers=True)), HYPERVISOR),
    **dict.fromkeys(("E55", "E56"), (record_of(lambda data: hosts.service({"id": "1", **data})), SERVICE)),
    **dict.fromkeys(("U13", "U14"), (_keypair, UOS_NEW_KEYPAIR)),
    "U15": (_keypair, KEYPAIR),
    "U16": (_keypair, UOS_KEYPAIR),
    **dict.fromkeys(("U22", "U23", "U24"), (_flavor, UOS_FLAVOR)),
}
#: Fields that are not in the object that the record is made of: a link to the next page, a header.
BESIDE = {"E54": {"hypervisor_links"}}


def response(fields: Fields, changed: str | None = None) -> dict[str, Any]:
    """A response with the first value of each field, and the second one of ``changed``."""
    found: dict[str, Any] = {}
    for name, values in fields.items():
        place, (*parents, leaf) = found, name.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = values[name == changed]
    return {name: LISTS[name](value) if name in LISTS else value for name, value in found.items()}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_field_is_shown_or_dropped_for_a_reason(name: str) -> None:
    record, fields = RESPONSES[name]
    usual = record(response(fields))
    shown = {field for field in fields if record(response(fields, field)) != usual}
    dropped = set(ROWS[name].parameters.fields_dropped) - BESIDE.get(name, set())
    assert not shown & dropped, "the record shows them now: take them out of fields_dropped"
    assert set(fields) - shown - dropped == set(), "no record shows them: add them to fields_dropped"
    assert dropped <= set(fields), "no response of the documents has them"


def test_only_records_are_left_out() -> None:
    """Rows with dropped fields that make no record: tokens, and passwords of the response to a creation."""
    other = {each.id for each in ROWS.values() if each.parameters.fields_dropped} - set(RESPONSES)
    assert other == {"H10", "E01", "E04", "E59", "U01", "U02"}


def test_a_record_that_shows_a_field_is_noticed() -> None:
    fields: Fields = {"id": ("a", "b"), "tenant_id": ("p1", "p2")}
    assert response(fields, "tenant_id") == {"id": "a", "tenant_id": "p2"}
    nested = response({"addresses.addr": ("1", "2"), "addresses.version": (4, 6)}, "addresses.version")
    assert nested == {"addresses": {"shared": [{"addr": "1", "version": 6}]}}

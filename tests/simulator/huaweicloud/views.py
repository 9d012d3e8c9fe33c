"""How ECS shows a server; the JSON text is cached with the server until it changes."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.http.call import Call, encode
from simulator.nova.views import user_data
from simulator.state.attachments import port_id_of_address
from simulator.state.clock import iso, iso_us
from simulator.state.ids import stable_id
from simulator.state.servers import Server

_KEYS = (
    "id",
    "name",
    "status",
    "description",
    "created",
    "updated",
    "tenant_id",
    "user_id",
    "hostId",
    "host_status",
    "progress",
    "accessIPv4",
    "accessIPv6",
    "config_drive",
    "locked",
    "auto_terminate_time",
    "enterprise_project_id",
    "fault",
    "addresses",
    "flavor",
    "image",
    "metadata",
    "tags",
    "sys_tags",
    "security_groups",
    "os:scheduler_hints",
    "OS-DCF:diskConfig",
    "os-extended-volumes:volumes_attached",
    "OS-EXT-STS:task_state",
    "OS-EXT-STS:vm_state",
    "OS-EXT-STS:power_state",
    "OS-EXT-AZ:availability_zone",
    "OS-EXT-SRV-ATTR:host",
    "OS-EXT-SRV-ATTR:hostname",
    "OS-EXT-SRV-ATTR:instance_name",
    "OS-EXT-SRV-ATTR:hypervisor_hostname",
    "OS-EXT-SRV-ATTR:reservation_id",
    "OS-EXT-SRV-ATTR:launch_index",
    "OS-EXT-SRV-ATTR:kernel_id",
    "OS-EXT-SRV-ATTR:ramdisk_id",
    "OS-EXT-SRV-ATTR:root_device_name",
    "OS-EXT-SRV-ATTR:user_data",
    "OS-SRV-USG:launched_at",
    "OS-SRV-USG:terminated_at",
    "key_name",
)


def rendered(call: Call, row: Any) -> bytes:
    if not isinstance(row, Server):
        nothing = dict.fromkeys(_KEYS)
        nothing.update(
            id=row,
            fault={
                "code": 404,
                "message": "Instance %s could not be found." % row,
                "details": "",
                "created": iso(call.now),
            },
        )
        return encode(nothing)
    text = row.cache.get("ecs")
    if text is None:
        text = row.cache["ecs"] = encode({**describe(row), **row.extra})
    return text


def describe(server: Server) -> dict[str, Any]:
    """The server's record: numbers as strings, addresses by VPC, empty tags as null."""
    vpcs = {row["network"]: stable_id("vpc", row["network"]) for row in server.addresses}
    image = server.image or {"id": "", "name": ""}
    shown: dict[str, Any] = {
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "description": server.description,
        "created": iso(server.created),
        "updated": iso(server.updated),
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "hostId": stable_id(server.project_id, server.host).replace("-", ""),
        "host_status": "UP",
        "progress": 0 if server.status == "ACTIVE" else None,
        "accessIPv4": "",
        "accessIPv6": "",
        "config_drive": "",
        "locked": server.locked,
        "auto_terminate_time": "",
        "enterprise_project_id": server.enterprise_project_id,
        "fault": _fault(server),
        "addresses": _addresses(server, vpcs),
        "flavor": {
            "id": server.flavor["id"],
            "name": server.flavor["name"],
            "disk": str(server.flavor["disk"]),
            "vcpus": str(server.flavor["vcpus"]),
            "ram": str(server.flavor["ram"]),
            "gpus": [],
            "asic_accelerators": [],
        },
        "image": {"id": image["id"]},
        "metadata": {
            "charging_mode": "2" if server.spot else "1" if server.prepaid else "0",
            "metering.image_id": image["id"],
            "metering.imagetype": "gold",
            "metering.resourcespeccode": server.flavor["id"] + ".linux",
            "metering.resourcetype": "1",
            "image_name": image["name"],
            "os_type": server.os_type,
            "os_bit": "64",
            "__support_agent_list": "hss,ces",
            **({"vpc_id": next(iter(vpcs.values()))} if vpcs else {}),
            **server.metadata,
        },
        "tags": [tag[:-1] if tag.endswith("=") else tag for tag in server.tags] or None,
        "sys_tags": [{"key": "_sys_enterprise_project_id", "value": server.enterprise_project_id}],
        "security_groups": security_groups(server),
        "os:scheduler_hints": server.hints,
        "OS-DCF:diskConfig": "MANUAL",
        "os-extended-volumes:volumes_attached": [
            {
                "id": stable_id("volume", server.id),
                "bootIndex": "0",
                "device": "/dev/vda",
                "delete_on_termination": "true",
            },
            *(
                {
                    "id": row["volume_id"],
                    "bootIndex": "-1",
                    "device": row["device"],
                    "delete_on_termination": str(row["delete_on_termination"]).lower(),
                }
                for row in server.attached
            ),
        ],
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:power_state": server.power_state,
        "OS-EXT-AZ:availability_zone": server.zone,
        "OS-EXT-SRV-ATTR:host": stable_id(server.host),
        "OS-EXT-SRV-ATTR:hostname": server.name,
        "OS-EXT-SRV-ATTR:instance_name": "instance-" + server.id[:8],
        "OS-EXT-SRV-ATTR:hypervisor_hostname": stable_id(server.host),
        "OS-EXT-SRV-ATTR:reservation_id": server.reservation_id,
        "OS-EXT-SRV-ATTR:launch_index": 0,
        "OS-EXT-SRV-ATTR:kernel_id": "",
        "OS-EXT-SRV-ATTR:ramdisk_id": "",
        "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
        "OS-EXT-SRV-ATTR:user_data": user_data(server),
        "OS-SRV-USG:launched_at": iso_us(server.launched, ""),
        "OS-SRV-USG:terminated_at": iso_us(server.deleted_at, ""),
    }
    if server.key_name is not None:
        shown["key_name"] = server.key_name
    return shown


def known_groups(project_id: str) -> dict[str, str]:
    """The security groups of a project, names and ids: its default group, and another one."""
    return {"default": stable_id("sg", project_id), "web": stable_id("sg", project_id, "web")}


def security_groups(server: Server) -> list[dict[str, Any]]:
    """Those of a server. A new server may have ids of groups that the simulator does not know."""
    ids = known_groups(server.project_id)
    names = {group_id: name for name, group_id in ids.items()}
    found = [ids.get(each, each) for each in server.security_groups]
    return [{"id": each, "name": names.get(each, "sg-" + each[:4])} for each in found]


def _fault(server: Server) -> dict[str, Any] | None:
    if not server.fault or server.status != "ERROR":
        return None
    return {
        "code": server.fault.get("code", 500),
        "message": server.fault.get("message", ""),
        "details": server.fault.get("details", ""),
        "created": iso(server.fault.get("created", server.updated)),
    }


def _addresses(server: Server, vpcs: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = {}
    for row in server.addresses:
        entry = {
            "version": str(row["version"]),
            "addr": row["ip"],
            "OS-EXT-IPS-MAC:mac_addr": row["mac"],
            "OS-EXT-IPS:port_id": port_id_of_address(server, row),
        }
        if row["typed"]:
            entry["OS-EXT-IPS:type"] = row["kind"]
        result.setdefault(vpcs[row["network"]], []).append(entry)
    return result

"""EVS, the volume service of huaweicloud: lists and shows disks; the system disks of servers are among them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.huaweicloud.checks import current_project, enter
from simulator.huaweicloud.iam import PLATFORM, gateway
from simulator.state.attachments import Volume
from simulator.state.clock import iso_us
from simulator.state.ids import stable_id
from simulator.state.servers import FIRST_CREATED, Server

HIGHEST = 1000
_FILTERS = ("name", "status", "id", "availability_zone")
_OTHERS = ("limit", "offset", "marker", "server_id", "ids", "multiattach", "enterprise_project_id")


def register(router: Router) -> None:
    root = "/v2/<pid>/cloudvolumes"
    router.add(PLATFORM, "GET", root + "/detail", list_disks, name="list disks", before=enter)
    router.add(PLATFORM, "GET", root + "/<volume_id>", show_disk, name="show disk", before=enter)


def boot_disk(server: Server) -> str:
    """The id of the system disk, which is deleted with its server."""
    return stable_id("volume", server.id)


def find_disk(call: Call, volume_id: str) -> Volume:
    """The disk, which may be a system disk, or 404."""
    found = next((disk for disk, _servers in _disks(call) if disk.id == volume_id), None)
    if found is None:
        message = "Volume %s could not be found." % volume_id
        raise Refusal(404, {"itemNotFound": {"code": 404, "message": message}})
    return found


def show_disk(call: Call, volume_id: str) -> Response:
    """GET /v2/{p}/cloudvolumes/{volume_id}."""
    find_disk(call, volume_id)
    return answer({"volume": next(row for row in _rows(call) if row["id"] == volume_id)})


def list_disks(call: Call) -> Response:
    """GET /v2/{p}/cloudvolumes/detail: `offset` counts disks, `count` is the number of all matches."""
    args = request.args
    for name in set(args) - {*_FILTERS, *_OTHERS}:
        raise gateway(call, 400, "EVS.5400", "%s: unknown parameter." % name)
    numbers = {"limit": args.get("limit", str(HIGHEST)), "offset": args.get("offset", "0")}
    for name, text in numbers.items():
        if not re.fullmatch(r"[0-9]{1,9}", text) or (name == "limit" and not 1 <= int(text) <= HIGHEST):
            raise gateway(call, 400, "EVS.5400", "%s: %s is out of range." % (name, text))
    rows = [row for row in _rows(call) if all(name not in args or row[name] == args[name] for name in _FILTERS)]
    if "server_id" in args:
        rows = [row for row in rows if args["server_id"] in [each["server_id"] for each in row["attachments"]]]
    if "ids" in args:
        wanted = re.findall(r"[0-9a-f-]{36}", args["ids"])
        rows = [row for row in rows if row["id"] in wanted]
    project = args.get("enterprise_project_id", "all_granted_eps")
    rows = [row for row in rows if project in ("all_granted_eps", row["enterprise_project_id"])]
    if "multiattach" in args:
        rows = [row for row in rows if str(row["multiattach"]).lower() == args["multiattach"].lower()]
    count = len(rows)
    if args.get("marker"):
        ids = [row["id"] for row in rows]
        if args["marker"] not in ids:
            raise gateway(call, 400, "EVS.5400", "marker: no such disk.")
        rows = rows[ids.index(args["marker"]) + 1 :]
    start = int(numbers["offset"])
    return answer({"count": count, "volumes": rows[start : start + int(numbers["limit"])]})


def _servers(call: Call) -> list[Server]:
    pid = current_project(call)
    return [
        server
        for server in call.fleet.servers.values()
        if server.project_id == pid and server.vm_state != "deleted" and call.now >= server.appears
    ]


def _disks(call: Call) -> list[tuple[Volume, list[Server]]]:
    """The disks of the project, each with its servers. Those of the configuration belong to the first project."""
    servers = _servers(call)
    builder = call.sim.builders[PLATFORM]
    found = [
        (Volume(boot_disk(server), server.name + "-volume-0000", 40, status="in-use", servers=[server.id]), [server])
        for server in servers
        if server.system_disk
    ]
    if current_project(call) == builder.projects[0]["id"]:
        rows = builder.volumes.rows.values()
        found += [(row, [server for server in servers if server.id in row.servers]) for row in rows]
    return found


def _rows(call: Call) -> list[dict[str, Any]]:
    return [_shown(call, disk, servers) for disk, servers in _disks(call)]


def _shown(call: Call, disk: Volume, servers: list[Server]) -> dict[str, Any]:
    boots = any(boot_disk(server) == disk.id for server in servers)
    created = iso_us(servers[0].created if boots else FIRST_CREATED, "")
    return {
        "id": disk.id,
        "name": disk.name,
        "status": disk.status,
        "size": disk.size,
        "description": "",
        "volume_type": "GPSSD",
        "availability_zone": servers[0].zone if servers else "cn-north-4a",
        "attachments": [_attachment(disk, server, boots) for server in servers],
        "multiattach": disk.multiattach,
        "shareable": str(disk.multiattach).lower(),
        "bootable": str(boots).lower(),
        "encrypted": False,
        "metadata": {},
        "tags": {},
        "volume_image_metadata": {},
        "links": [
            {"href": "%s/v2/%s/cloudvolumes/%s" % (call.sim.base_url, current_project(call), disk.id), "rel": "self"}
        ],
        "created_at": created,
        "updated_at": created,
        "user_id": stable_id("user", disk.id),
        "snapshot_id": "",
        "service_type": "EVS",
        "wwn": "688860300000" + disk.id.replace("-", "")[:20],
        "enterprise_project_id": "0",
        "replication_status": "disabled",
        "os-vol-host-attr:host": "cloud-pod#0",
        "os-vol-tenant-attr:tenant_id": current_project(call),
        "os-vol-mig-status-attr:migstat": "",
        "os-vol-mig-status-attr:name_id": "",
        "os-volume-replication:extended_status": "",
    }


def _attachment(disk: Volume, server: Server, boots: bool) -> dict[str, Any]:
    row = next((row for row in server.attached if row["volume_id"] == disk.id), None)
    return {
        "id": disk.id,
        "volume_id": disk.id,
        "attachment_id": stable_id("attachment", server.id, disk.id),
        "server_id": server.id,
        "device": "/dev/vda" if boots or row is None else row["device"],
        "host_name": "",
        "attached_at": iso_us(server.created, ""),
    }

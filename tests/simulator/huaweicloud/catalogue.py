"""Calls of ECS for flavors, zones, key pairs and metadata."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Picker, Router, answer
from simulator.huaweicloud.checks import current_project, enter, find, refuse, refuse_locked, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.nova import keypairs
from simulator.nova.microversions import negotiate
from simulator.state.quotas import UNLIMITED, usage
from simulator.state.server_groups import MAX_GROUPS
from simulator.state.servers import Server

_STATES = ("active", "stopped", "paused", "suspended")
_ON_SALE = ("normal", "promotion", "obt")
#: The sort keys of the flavors for a resize, and the fields of a flavor.
_RESIZE_SORT = {"flavorid": "id", "name": "name", "memory_mb": "ram", "vcpus": "vcpus", "root_gb": "disk"}
_RESIZE_QUERY = "instance_uuid source_flavor_id source_flavor_name limit marker sort_dir sort_key"


def register(router: Router) -> None:
    root = "/v1/<pid>/cloudservers"
    router.add(PLATFORM, "GET", root + "/flavors", list_flavors, name="list flavors", before=enter)
    router.add(PLATFORM, "GET", root + "/limits", show_limits, name="show limits", before=enter)
    router.add(PLATFORM, "GET", root + "/resize_flavors", list_resize_flavors, name="list resize flavors", before=enter)
    router.add(PLATFORM, "POST", root + "/<server_id>/metadata", merge_metadata, name="merge metadata", before=enter)
    router.add(
        PLATFORM,
        "DELETE",
        root + "/<server_id>/metadata/<key>",
        delete_metadata,
        name="delete metadata item",
        before=enter,
    )
    router.add(PLATFORM, "GET", "/v1/<pid>/availability-zones", list_own_zones, name="list own zones", before=enter)
    router.add(PLATFORM, "GET", "/v2.1/<pid>/os-availability-zone", list_zones, name="list zones", before=_enter_nova)

    def add(method: str, rule: str, view: Callable[..., Response], name: str, pick: Picker | None = None) -> None:
        router.add(PLATFORM, method, "/v2.1/<pid>" + rule, view, name=name, pick=pick, before=_enter_nova)

    keypairs.register(add, 200, 202, {})


def _enter_nova(call: Call, parameters: dict[str, str]) -> None:
    """Calls that Nova answers support its microversions."""
    enter(call, parameters)
    negotiate(call)
    call.scoped = True


def all_zones(call: Call) -> dict[str, bool]:
    """The zones of the configuration and of the servers, and whether each is available."""
    rows = call.sim.platform(PLATFORM).get("zones") or []
    zones = {
        row if isinstance(row, str) else row["name"]: isinstance(row, str) or bool(row.get("available", True))
        for row in rows
    }
    for server in call.fleet.servers.values():
        zones.setdefault(server.zone, True)
    return zones


def list_zones(call: Call) -> Response:
    return answer(
        {
            "availabilityZoneInfo": [
                {"zoneName": name, "zoneState": {"available": alive}, "hosts": None}
                for name, alive in all_zones(call).items()
            ]
        }
    )


def list_own_zones(call: Call) -> Response:
    """GET /v1/{p}/availability-zones: ECS's own list."""
    zones = [
        {
            "availability_zone_id": name,
            "type": "Center",
            "mode": "shared",
            "alias": name.upper(),
            "public_border_group": "center",
            "az_group_ids": [name],
            "category": 0,
        }
        for name in all_zones(call)
    ]
    return answer({"availability_zones": zones})


def list_flavors(call: Call) -> Response:
    """GET …/flavors. All numbers but `ram` are strings; os_extra_specs says where a flavor is on sale."""
    args = request.args
    rows = list(call.sim.builders[PLATFORM].flavors.values())
    if "flavor_id" in args:
        rows = [row for row in rows if row["id"] == args["flavor_id"]]
    zone = args.get("availability_zone")
    if zone:
        rows = [row for row in rows if row["zones"].get(zone, row["status"]) in _ON_SALE and zone in all_zones(call)]
    return answer({"flavors": [_flavor(call, row) for row in _page(rows)]})


def list_resize_flavors(call: Call) -> Response:
    """GET …/resize_flavors: of a server, or of a flavor; those that are sold out in a zone are listed, too. A flavor
    that is no longer sold anywhere is not."""
    args = request.args
    unknown = sorted(set(args) - set(_RESIZE_QUERY.split()))
    if unknown:
        raise refuse(400, "Ecs.0005", "%s: unknown parameter." % unknown[0])
    flavors = call.sim.builders[PLATFORM].flavors
    if args.get("instance_uuid"):
        source = find(call, args["instance_uuid"]).flavor["id"]
    else:
        keys = {"id": args.get("source_flavor_id"), "name": args.get("source_flavor_name")}
        given = {key: value for key, value in keys.items() if value}
        if not given:
            raise refuse(400, "Ecs.0005", "instance_uuid, source_flavor_id and source_flavor_name are all empty.")
        found = [row for row in flavors.values() if all(row[key] == value for key, value in given.items())]
        if not found:
            raise refuse(400, "Ecs.0029", "The source flavor could not be found.")
        source = found[0]["id"]
    key, direction = args.get("sort_key", "flavorid"), args.get("sort_dir", "asc")
    if key not in _RESIZE_SORT or direction not in ("asc", "desc"):
        raise refuse(400, "Ecs.0005", "sort_key or sort_dir is not in the list of values.")
    rows = [
        row
        for row in flavors.values()
        if row["id"] != source and any(state != "abandon" for state in (row["status"], *row["zones"].values()))
    ]
    rows.sort(key=lambda row: row[_RESIZE_SORT[key]], reverse=direction == "desc")
    shown = [_flavor(call, row) for row in _page(rows)]
    for row in shown:
        # This list names the extra specs as Nova does.
        row.update(extra_specs=row.pop("os_extra_specs"), instance_quota={})
    return answer({"flavors": shown})


def _page(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    args = request.args
    text = args.get("limit", "1000")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= 1000:
        raise refuse(400, "Ecs.0005", "limit: %s is not an integer from 1 to 1000." % text)
    marker = args.get("marker")
    if marker:
        ids = [row["id"] for row in rows]
        if marker not in ids:
            raise refuse(400, "Ecs.0005", "marker: no such flavor.")
        rows = rows[ids.index(marker) + 1 :]
    return rows[: int(text)]


def _flavor(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    specs = {
        "ecs:performancetype": "normal",
        "ecs:generation": row["id"].split(".")[0],
        "cond:operation:status": row["status"],
        **row["extra_specs"],
    }
    if row["zones"]:
        specs["cond:operation:az"] = ",".join("%s(%s)" % pair for pair in row["zones"].items())
    href = "%s/v2.1/%s/flavors/%s" % (call.sim.base_url, call.entry["project_id"], row["id"])
    return {
        "id": row["id"],
        "name": row["name"],
        "vcpus": str(row["vcpus"]),
        "ram": row["ram"],
        "disk": str(row["disk"]),
        "swap": "",
        "rxtx_factor": row["rxtx_factor"],
        "rxtx_quota": None,
        "rxtx_cap": None,
        "OS-FLV-EXT-DATA:ephemeral": row["ephemeral"],
        "OS-FLV-DISABLED:disabled": False,
        "os-flavor-access:is_public": True,
        "links": [{"rel": "self", "href": href, "type": None}],
        "os_extra_specs": specs,
    }


def show_limits(call: Call) -> Response:
    """GET …/limits: what the project may have, and what it has; -1 is no limit."""
    project, quota = current_project(call), call.sim.builders[PLATFORM].quota
    servers = call.fleet.servers.values()
    used = usage((server for server in servers if not server.spot), call.region, project)
    spot = usage((server for server in servers if server.spot), call.region, project)
    absolute: dict[str, Any] = {
        "maxImageMeta": 128,
        "maxPersonality": 5,
        "maxPersonalitySize": 10240,
        "maxSecurityGroupRules": 20,
        "maxSecurityGroups": 10,
        "maxServerGroupMembers": 16,
        "maxServerGroups": MAX_GROUPS,
        "maxServerMeta": 128,
        "maxTotalFloatingIps": 10,
        "maxTotalKeypairs": -1,
        "totalFloatingIpsUsed": 0,
        "totalSecurityGroupsUsed": 0,
        "totalServerGroupsUsed": len(call.sim.groups[PLATFORM].list_groups(project)),
        "limit_by_flavor": [],
    }
    for word, name in (("Instances", "instances"), ("Cores", "cores"), ("RAM", "ram")):
        size = word + "Size" if name == "ram" else word
        absolute["maxTotal" + size] = quota.get(name, UNLIMITED)
        absolute["total%sUsed" % word] = used[name]
        absolute["maxTotalSpot" + size] = UNLIMITED
        absolute["totalSpot%sUsed" % word] = spot[name]
    return answer({"absolute": absolute})


def merge_metadata(call: Call, server_id: str) -> Response:
    """POST …/{s}/metadata: keys that the body does not have stay."""
    wanted = required_object(call, "metadata")
    for key, value in wanted.items():
        if not isinstance(value, str) or len(value) > 255 or not 1 <= len(key) <= 255:
            raise refuse(400, "Ecs.0005", "metadata: keys and values are texts of at most 255 characters.")
    server = _writable(call, server_id)
    server.metadata = {**server.metadata, **wanted}
    call.fleet.mark_updated(server)
    return answer({"metadata": server.metadata})


def delete_metadata(call: Call, server_id: str, key: str) -> Response:
    server = _writable(call, server_id)
    if key not in server.metadata:
        raise refuse(404, "Ecs.1000", "Metadata item was not found")
    server.metadata = {name: value for name, value in server.metadata.items() if name != key}
    call.fleet.mark_updated(server)
    return answer(None, 204)


def _writable(call: Call, server_id: str) -> Server:
    server = find(call, server_id)
    refuse_locked(server)
    if server.vm_state not in _STATES:
        raise refuse(
            400,
            "Ecs.0100",
            "The state of the server %s (%s) does not allow this operation." % (server.id, server.status),
        )
    return server

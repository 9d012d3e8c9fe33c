"""Neutron: the networks and subnets that a project may use (the Networking API reference, v2.0)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.state.ids import stable_id
from simulator.state.networks import Network, Networks, Subnet

PLATFORMS = ("openstack", "easystack", "ustack")
TYPES = {400: "HTTPBadRequest", 403: "PolicyNotAuthorized", 404: "NotFound"}


def register(router: Router) -> None:
    for platform in PLATFORMS:
        root = "/%s/network" % platform
        for kind, rows in (
            ("network", _network_rows),
            ("subnet", _subnet_rows),
            ("port", _port_rows),
            ("security-group", _security_group_rows),
        ):
            router.add(
                platform, "GET", "%s/v2.0/%ss" % (root, kind), lister(kind, rows), name="list %ss" % kind, before=enter
            )
            router.add(
                platform,
                "GET",
                "%s/v2.0/%ss/<wanted>" % (root, kind),
                shower(kind, rows),
                name="show %s" % kind,
                before=enter,
            )


def refuse(status: int, message: str, kind: str | None = None) -> Refusal:
    """An error in Neutron's form."""
    return Refusal(status, {"NeutronError": {"type": kind or TYPES[status], "message": message, "detail": ""}})


def enter(call: Call, _words: dict[str, str]) -> None:
    call.token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
    if call.token is None:
        raise Refusal(
            401,
            {
                "error": {
                    "code": 401,
                    "title": "Unauthorized",
                    "message": "The request you have made requires authentication.",
                }
            },
            {"WWW-Authenticate": 'Keystone uri="%s/%s/identity"' % (call.sim.base_url, call.platform)},
        )
    if call.token.project is None:
        raise refuse(403, "rule:get_network is disallowed by policy")


def known(call: Call) -> Networks:
    return call.sim.builders[call.platform].networks


def lister(kind: str, rows: Any) -> Any:
    """GET of a list: any field filters exactly, values of one are OR, pages by marker where `limit` is given."""

    key = kind.replace("-", "_") + "s"

    def list_rows(call: Call) -> Response:
        shown = sorted(rows(call), key=lambda row: str(row["id"]))
        for name in dict.fromkeys(request.args):
            if name in ("limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse"):
                continue
            wanted = [value.lower() if value in ("True", "False") else value for value in request.args.getlist(name)]
            shown = [row for row in shown if name not in row or _text(row[name]) in wanted]
        text = request.args.get("limit")
        if text is None:
            return answer({key: _fields(shown)})
        if not re.fullmatch("[0-9]+", text):
            raise refuse(
                400,
                "Invalid value for limit: %s. limit must be an integer 0 or greater and not bigger than "
                "the maximum" % text,
            )
        marker = request.args.get("marker")
        if marker:
            ids = [row["id"] for row in shown]
            if marker not in ids:
                raise refuse(
                    404, "%s %s could not be found." % (kind.capitalize(), marker), kind.capitalize() + "NotFound"
                )
            shown = shown[ids.index(marker) + 1 :]
        limit = int(text) or len(shown)
        page: dict[str, Any] = {key: _fields(shown[:limit])}
        if len(shown) > limit:
            query = [(key, value) for key, value in request.args.items(multi=True) if key != "marker"]
            query.append(("marker", shown[limit - 1]["id"]))
            following = "%s%s?%s" % (call.sim.base_url, call.path, urlencode(query))
            page[key + "_links"] = [{"rel": "next", "href": following}]
        return answer(page)

    return list_rows


def shower(kind: str, rows: Any) -> Any:
    def show(call: Call, wanted: str) -> Response:
        for row in rows(call):
            if row["id"] == wanted:
                return answer({kind.replace("-", "_"): row})
        raise refuse(404, "%s %s could not be found." % (kind.capitalize(), wanted), kind.capitalize() + "NotFound")

    return show


def _fields(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = request.args.getlist("fields")
    return [{name: value for name, value in row.items() if name in wanted} for row in rows] if wanted else rows


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _network_rows(call: Call) -> list[dict[str, Any]]:
    return [_network(row) for row in known(call).visible(call.project_id, call.is_admin)]


def _subnet_rows(call: Call) -> list[dict[str, Any]]:
    found = known(call).visible(call.project_id, call.is_admin)
    return [_subnet(row, subnet) for row in found for subnet in row.subnets]


def _port_rows(call: Call) -> list[dict[str, Any]]:
    builder = call.sim.builders[call.platform]
    shown = {row.id: row for row in known(call).visible(call.project_id, call.is_admin)}
    return [
        {
            "id": port.id,
            "name": port.name,
            "network_id": port.network_id,
            "mac_address": port.mac,
            "device_id": port.device_id,
            "status": "ACTIVE" if port.device_id else "DOWN",
            "admin_state_up": True,
            "project_id": shown[port.network_id].project_id,
            "tenant_id": shown[port.network_id].project_id,
            "fixed_ips": [{"subnet_id": port.subnet_id, "ip_address": port.ip}],
        }
        for port in builder.ports.rows.values()
        if port.network_id in shown
    ]


def security_groups(call: Call) -> dict[str, str]:
    """Names and ids: each project has one."""
    return {"default": stable_id(call.platform, "security group", call.project_id)}


def _security_group_rows(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "id": identity,
            "name": name,
            "description": "Default security group",
            "project_id": call.project_id,
            "tenant_id": call.project_id,
            "security_group_rules": [],
        }
        for name, identity in security_groups(call).items()
    ]


def _network(row: Network) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "tenant_id": row.project_id,
        "project_id": row.project_id,
        "admin_state_up": True,
        "mtu": 1450,
        "status": "ACTIVE",
        "subnets": [subnet.id for subnet in row.subnets],
        "shared": row.shared,
        "router:external": row.external,
        "port_security_enabled": True,
        "tags": [],
        "description": "",
        "availability_zone_hints": [],
        "availability_zones": [],
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "revision_number": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def _subnet(network: Network, row: Subnet) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "tenant_id": network.project_id,
        "project_id": network.project_id,
        "network_id": row.network_id,
        "ip_version": row.range.version,
        "cidr": row.cidr,
        "enable_dhcp": False,
        "gateway_ip": str(row.range.network_address + 1),
        "dns_nameservers": [],
        "host_routes": [],
        "allocation_pools": [],
        "ipv6_address_mode": None,
        "ipv6_ra_mode": None,
        "subnetpool_id": None,
        "description": "",
        "service_types": [],
        "tags": [],
        "revision_number": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }

"""The VPC service of huaweicloud: lists VPCs, subnets and ports."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response, request

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import current_project, enter
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.publicips import refuse
from simulator.state.attachments import Port
from simulator.state.ids import stable_id
from simulator.state.networks import Network, Subnet

HIGHEST = 2000
_PAGES = ("limit", "marker")


def register(router: Router) -> None:
    for kind, view in (("vpcs", list_vpcs), ("subnets", list_subnets), ("ports", list_ports)):
        router.add(PLATFORM, "GET", "/v1/<pid>/" + kind, view, name="list " + kind, before=enter)


def list_vpcs(call: Call) -> Response:
    """GET /v1/{p}/vpcs: no filter by name."""
    rows = [_vpc(call, row) for row in _networks(call)]
    return _answer("vpcs", _of_project(rows), ("id", "enterprise_project_id"))


def list_subnets(call: Call) -> Response:
    """GET /v1/{p}/subnets: of one VPC, or all; no filter by name."""
    rows = [_subnet(call, row, each) for row in _networks(call) for each in row.subnets if each.range.version == 4]
    wanted = request.args.get("vpc_id")
    return _answer("subnets", [row for row in rows if wanted in (None, row["vpc_id"])], ("vpc_id",))


def list_ports(call: Call) -> Response:
    """GET /v1/{p}/ports: by name, subnet or server."""
    known = {row.id for row in _networks(call)}
    builder = call.sim.builders[PLATFORM]
    rows = [_port(call, row) for row in builder.ports.rows.values() if row.network_id in known]
    for name in ("name", "network_id", "device_id"):
        rows = [row for row in rows if request.args.get(name) in (None, row[name])]
    return _answer("ports", rows, ("name", "network_id", "device_id", "enterprise_project_id"))


def _networks(call: Call) -> list[Network]:
    """The VPCs of the project: those of the configuration belong to the first one."""
    builder = call.sim.builders[PLATFORM]
    own = current_project(call) == builder.projects[0]["id"]
    return list(builder.networks.rows.values()) if own else []


def _of_project(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = request.args.get("enterprise_project_id")
    return [row for row in rows if wanted in (None, "all_granted_eps", row["enterprise_project_id"])]


def _answer(key: str, rows: list[dict[str, Any]], filters: tuple[str, ...]) -> Response:
    """A page. A parameter that the document does not have is an error here."""
    unknown = sorted(set(request.args) - {*filters, *_PAGES})
    if unknown:
        raise refuse(400, "VPC.0002", "%s: unknown parameter." % unknown[0])
    rows = sorted(rows, key=lambda row: str(row["id"]))
    wanted = request.args.get("id")
    rows = [row for row in rows if wanted in (None, row["id"])]
    limit, marker = request.args.get("limit", str(HIGHEST)), request.args.get("marker")
    if not limit.isdigit() or int(limit) > HIGHEST:
        raise refuse(400, "VPC.0002", "limit is not a number of 0 to %d." % HIGHEST)
    if marker:
        ids = [row["id"] for row in rows]
        if marker not in ids:
            raise refuse(400, "VPC.0002", "marker: no such resource.")
        rows = rows[ids.index(marker) + 1 :]
    return answer({key: rows[: int(limit)]})


def vpc_id(row: Network) -> str:
    """The id that servers of the VPC show."""
    return stable_id("vpc", row.name)


def _vpc(call: Call, row: Network) -> dict[str, Any]:
    return {
        "id": vpc_id(row),
        "name": row.name,
        "description": "",
        "cidr": row.subnets[0].cidr if row.subnets else "",
        "status": "OK",
        "routes": [],
        "enterprise_project_id": "0",
        "block_service_endpoint_states": "",
        "enable_network_address_usage_metrics": False,
        "tenant_id": current_project(call),
        "created_at": "2026-01-01T00:00:00",
        "updated_at": "2026-01-01T00:00:00",
    }


def _subnet(call: Call, network: Network, row: Subnet) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": "",
        "cidr": row.cidr,
        "gateway_ip": str(row.range.network_address + 1),
        "dhcp_enable": True,
        "status": "ACTIVE",
        "vpc_id": vpc_id(network),
        "neutron_network_id": row.id,
        "neutron_subnet_id": stable_id("neutron subnet", row.id),
        "neutron_subnet_id_v6": "",
        "ipv6_enable": False,
        "cidr_v6": "",
        "gateway_ip_v6": "",
        "extra_dhcp_opts": [],
        "scope": "center",
        "enable_network_address_usage_metrics": False,
        "available_ip_address_count": 1000,
        "primary_dns": "100.125.1.250",
        "secondary_dns": "100.125.21.250",
        "dnsList": ["100.125.1.250", "100.125.21.250"],
        "availability_zone": "",
        "tenant_id": current_project(call),
        "created_at": "2026-01-01T00:00:00",
        "updated_at": "2026-01-01T00:00:00",
    }


def _port(call: Call, row: Port) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "network_id": row.subnet_id,
        "admin_state_up": True,
        "mac_address": row.mac,
        "fixed_ips": [{"subnet_id": stable_id("neutron subnet", row.subnet_id or ""), "ip_address": row.ip}],
        "device_id": row.device_id,
        "device_owner": "compute:cn-north-4a" if row.device_id else "",
        "status": "ACTIVE" if row.device_id else "DOWN",
        "security_groups": [],
        "allowed_address_pairs": [],
        "extra_dhcp_opts": [],
        "binding:vnic_type": "normal",
        "binding:vif_details": {"primary_interface": False},
        "binding:profile": {},
        "dns_assignment": [],
        "dns_name": "",
        "instance_id": "",
        "instance_type": "",
        "port_security_enabled": True,
        "zone_id": "",
        "enable_efi": False,
        "ipv6_bandwidth_id": "",
        "tenant_id": current_project(call),
    }

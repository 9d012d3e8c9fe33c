"""Networks, subnets, ports and security groups as Neutron shows them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.http.call import Call
from simulator.state.ids import stable_id
from simulator.state.networks import Network, Networks, Subnet


def cloud_networks(call: Call) -> Networks:
    return call.sim.builders[call.platform].networks


def network_rows(call: Call) -> list[dict[str, Any]]:
    return [_network(row) for row in cloud_networks(call).list_visible(call.project_id, call.is_admin)]


def subnet_rows(call: Call) -> list[dict[str, Any]]:
    found = cloud_networks(call).list_visible(call.project_id, call.is_admin)
    return [_subnet(row, subnet) for row in found for subnet in row.subnets]


def port_rows(call: Call) -> list[dict[str, Any]]:
    builder = call.sim.builders[call.platform]
    shown = {row.id: row for row in cloud_networks(call).list_visible(call.project_id, call.is_admin)}
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
    """Names and ids: each project has its default group, and another one."""
    root = (call.platform, "security group", call.project_id)
    return {"default": stable_id(*root), "web": stable_id(*root, "web")}


def security_group_rows(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "id": identity,
            "name": name,
            "description": "Default security group" if name == "default" else "",
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

"""Neutron: networks, subnets, ports and security groups of a project (the Networking API reference, v2.0)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from simulator.http.call import Call, Router, find_token
from simulator.neutron.floating_ips import (
    create_floating_ip,
    delete_floating_ip,
    floating_ip_rows,
    update_floating_ip,
)
from simulator.neutron.listing import list_view, refuse, show_view
from simulator.neutron.resources import network_rows, port_rows, security_group_rows, subnet_rows

PLATFORMS = ("openstack", "easystack", "ustack")


def register(router: Router) -> None:
    for platform in PLATFORMS:
        root = "/%s/network" % platform
        for kind, rows in (
            ("network", network_rows),
            ("subnet", subnet_rows),
            ("port", port_rows),
            ("security-group", security_group_rows),
        ):
            router.add(
                platform,
                "GET",
                "%s/v2.0/%ss" % (root, kind),
                list_view(kind, rows),
                name="list %ss" % kind,
                before=enter,
            )
            router.add(
                platform,
                "GET",
                "%s/v2.0/%ss/<wanted>" % (root, kind),
                show_view(kind, rows),
                name="show %s" % kind,
                before=enter,
            )
    # The documents of the other platforms have no floating IP addresses.
    root = "/openstack/network/v2.0/floatingips"
    for method, path, view, name in (
        ("GET", "", list_view("floatingip", floating_ip_rows), "list floatingips"),
        ("GET", "/<wanted>", show_view("floatingip", floating_ip_rows), "show floatingip"),
        ("PUT", "/<wanted>", update_floating_ip, "update floatingip"),
        ("POST", "", create_floating_ip, "create floatingip"),
        ("DELETE", "/<wanted>", delete_floating_ip, "delete floatingip"),
    ):
        router.add("openstack", method, root + path, view, name=name, before=enter)


def enter(call: Call, _parameters: dict[str, str]) -> None:
    token = find_token(call)
    if token.project is None:
        raise refuse(403, "rule:get_network is disallowed by policy")

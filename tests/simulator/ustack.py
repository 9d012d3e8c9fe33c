"""UnitedStack UOS: the legacy Nova v2 with extended addresses and os-shutdown; no microversions, no tags."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.http.call import Call, Router
from simulator.nova import consoles, views
from simulator.nova.actions import power, reboot
from simulator.nova.dialect import Dialect
from simulator.nova.guest_actions import change_password, keypairs
from simulator.nova.routes import register_dialect
from simulator.nova.snapshots import create_image
from simulator.state.ids import stable_id
from simulator.state.servers import Server


def addresses(server: Server, full: bool) -> dict[str, list[dict[str, Any]]]:
    """The addresses by network; the short list has neither type nor MAC, and some servers have no type at all."""
    result: dict[str, list[dict[str, Any]]] = {}
    for row in server.addresses:
        network = row["network"]
        entry: dict[str, Any] = {
            "UOS-EXT-IPS:subnet_name": network + "_subnet",
            "UOS-EXT-IPS:id": stable_id(server.id, row["ip"]),
            "addr": row["ip"],
            "UOS-EXT-IPS:subnet_shared": True,
            "version": row["version"],
            "UOS-EXT-IPS:subnet_id": stable_id("subnet", network),
        }
        if full:
            entry["OS-EXT-IPS-MAC:mac_addr"] = row["mac"]
            if row["typed"]:
                entry["OS-EXT-IPS:type"] = row["kind"]
        result.setdefault(network, []).append(entry)
    return result


def summary(call: Call, server: Server) -> dict[str, Any]:
    return {
        "addresses": addresses(server, False),
        "id": server.id,
        "name": server.name,
        "links": views.links(call, "v2", "servers", server.id),
    }


def detail(call: Call, server: Server) -> dict[str, Any]:
    """The server as the document's sample shows it: names of image and flavor, host attributes for every user."""
    shown = views.detail(call, server)
    shown["links"] = views.links(call, "v2", "servers", server.id)
    shown["addresses"] = addresses(server, True)
    shown["flavor"] = {
        "id": server.flavor["id"],
        "name": server.flavor["name"],
        "links": views.links(call, "v2", "flavors", server.flavor["id"])[1:],
    }
    if server.image is not None:
        shown["image"] = {
            "id": server.image["id"],
            "name": server.image["name"],
            "links": views.links(call, "v2", "images", server.image["id"])[1:],
        }
    shown.update(views.host_attributes(server, False))
    shown["OS-DCF:diskConfig"] = "MANUAL"
    shown["security_groups"] = [
        {"port_id": stable_id(server.id, "port"), "name": name, "id": stable_id(server.project_id, name)}
        for name in server.security_groups
    ]
    return shown


USTACK = Dialect(
    "ustack",
    "v2",
    False,
    summary,
    detail,
    {
        "list servers": "U02",
        "list servers with details": "U03",
        "show server": "U04",
        "list flavors": "U22",
        "list flavors with details": "U23",
        "show flavor": "U24",
        "create keypair": "U13",
        "import keypair": "U14",
        "list keypairs": "U15",
        "show keypair": "U16",
        "delete keypair": "U17",
        "create server": "U01",
        "update server": "U05",
        "delete server": "U06",
        "attach volume": "U20",
        "detach volume": "U21",
        "attach interface": "U25",
        "detach interface": "U26",
        "attach network": "U27",
    },
    {
        "reboot": reboot("U07"),
        "os-start": power("start", "U08"),
        "os-shutdown": power("shutdown", "U09"),
        "os-stop": power("stop", "U10"),
        "changePassword": change_password("U11"),
        "createImage": create_image("U12"),
        "attachKeypairs": keypairs(True, "U18"),
        "detachKeypairs": keypairs(False, "U19"),
        **consoles.actions("U28", 202, others=False),
    },
    has_admin_api=False,
    keypair_status=200,
)


def register(router: Router) -> None:
    register_dialect(router, USTACK)

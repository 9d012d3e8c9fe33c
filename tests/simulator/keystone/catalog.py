"""The service catalog of a token."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.state.ids import hex_id
from simulator.state.simulator import Simulator

_SERVICES = (
    ("compute", "nova"),
    ("identity", "keystone"),
    ("image", "glance"),
    ("network", "neutron"),
    ("volumev3", "cinderv3"),
)


def compute_url(sim: Simulator, platform: str, region: str, project_id: str) -> str:
    """The compute endpoint of a region. The three real forms: without project, with it, and the legacy v2."""
    # A second region has a path of its own, as in a cloud with one address for all regions.
    first = region == sim.platform(platform)["regions"][0]
    base = "%s/%s/compute%s" % (sim.base_url, platform, "" if first else "-" + region)
    return base + {"openstack": "/v2.1", "easystack": "/v2.1/" + project_id, "ustack": "/v2/" + project_id}[platform]


def catalog(sim: Simulator, platform: str, project_id: str) -> list[dict[str, Any]]:
    """The service catalog of a project-scoped token."""
    services = []
    for kind, name in _SERVICES:
        endpoints = []
        for region in sim.platform(platform)["regions"]:
            url = {
                "compute": compute_url(sim, platform, region, project_id),
                "identity": "%s/%s/identity/v3" % (sim.base_url, platform),
                "image": "%s/%s/image" % (sim.base_url, platform),
                "network": "%s/%s/network" % (sim.base_url, platform),
                "volumev3": "%s/%s/volume/v3/%s" % (sim.base_url, platform, project_id),
            }[kind]
            for interface in ("public", "internal", "admin"):
                endpoints.append(
                    {
                        "id": hex_id(platform, kind, region, interface),
                        "interface": interface,
                        "region": region,
                        "region_id": region,
                        "url": url,
                    }
                )
        services.append({"id": hex_id(platform, kind), "type": kind, "name": name, "endpoints": endpoints})
    return services

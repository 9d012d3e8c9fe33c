"""The control API of everything but servers: key pairs, flavors, images, hosts, aggregates, unpaid orders."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response

from simulator.control.requests import BadRequest, check_platform, current_fleet, request_body
from simulator.glance.images import STATUSES
from simulator.http.call import answer
from simulator.state.config import ROW_KEYS
from simulator.state.quotas import RESOURCES
from simulator.state.simulator import Simulator

Route = Callable[..., Callable[[Callable[..., Response]], Callable[..., Response]]]


def register(route: Route, sim: Simulator) -> None:
    """Every list is at /_sim/{platform}/{keypairs|flavors|images|aggregates|hosts}."""

    @route("/<platform>/keypairs", "GET")
    def keypairs(platform: str) -> Response:
        with sim.lock:
            return answer({"keypairs": [asdict(key) for key in sim.keys[check_platform(platform)].rows.values()]})

    @route("/<platform>/flavors", "GET")
    def flavors(platform: str) -> Response:
        with sim.lock:
            return answer({"flavors": list(sim.builders[check_platform(platform)].flavors.values())})

    @route("/<platform>/flavors/<flavor>", "DELETE")
    def remove_flavor(platform: str, flavor: str) -> Response:
        """Servers keep what they have of it."""
        with sim.lock:
            rows = sim.builders[check_platform(platform)].flavors
            if flavor not in rows:
                raise BadRequest("there is no flavor %s on %s" % (flavor, platform), 404)
            del rows[flavor]
        return answer(None, 204)

    @route("/<platform>/aggregates", "GET")
    def aggregates(platform: str) -> Response:
        with sim.lock:
            rows = sim.builders[check_platform(platform)].hosts.aggregates.values()
            return answer({"aggregates": [asdict(row) for row in rows]})

    @route("/<platform>/hosts", "GET")
    def hosts(platform: str) -> Response:
        """Name, zone, whether it is up, and its servers' names."""
        with sim.lock:
            known = sim.builders[check_platform(platform)].hosts
            names: dict[str, list[str]] = {host: [] for host in known.up}
            for server in current_fleet(sim, platform).servers.values():
                if server.vm_state != "deleted" and server.host:
                    names.setdefault(server.host, []).append(server.name)
            return answer(
                {
                    "hosts": [
                        {
                            "name": host,
                            "zone": known.host_zone(host),
                            "up": known.up.get(host, True),
                            "servers": servers,
                        }
                        for host, servers in names.items()
                    ]
                }
            )

    @route("/<platform>/volumes", "GET")
    def volumes(platform: str) -> Response:
        with sim.lock:
            current_fleet(sim, platform)
            rows = sim.builders[check_platform(platform)].volumes.rows.values()
            return answer({"volumes": [asdict(row) for row in rows]})

    @route("/<platform>/volumes", "POST")
    def add_volume(platform: str) -> Response:
        body = request_body()
        with sim.lock:
            unknown = sorted(set(body) - ROW_KEYS["volumes"])
            if unknown or not body.get("name"):
                raise BadRequest("a volume has a name, and of other keys only %s" % ", ".join(ROW_KEYS["volumes"]))
            return answer({"volume": asdict(sim.builders[check_platform(platform)].volumes.add(body))}, 201)

    @route("/<platform>/ports", "GET")
    def ports(platform: str) -> Response:
        """The ports that the configuration lists; those of its servers are not among them."""
        with sim.lock:
            current_fleet(sim, platform)
            rows = sim.builders[check_platform(platform)].ports.rows.values()
            return answer({"ports": [asdict(row) for row in rows]})

    @route("/<platform>/networks", "POST")
    def add_network(platform: str) -> Response:
        body = request_body()
        with sim.lock:
            networks = sim.builders[check_platform(platform)].networks
            unknown = sorted(set(body) - ROW_KEYS["networks"])
            if unknown or not body.get("name"):
                raise BadRequest(
                    "a network has a name, and of other keys only %s" % ", ".join(sorted(ROW_KEYS["networks"]))
                )
            return answer({"network": {"id": networks.add(body).id, "name": body["name"]}}, 201)

    @route("/<platform>/networks", "GET")
    def networks(platform: str) -> Response:
        with sim.lock:
            rows = sim.builders[check_platform(platform)].networks.rows.values()
            return answer({"networks": [asdict(row) for row in rows]})

    @route("/<platform>/images", "GET")
    def images(platform: str) -> Response:
        with sim.lock:
            return answer({"images": list(sim.builders[check_platform(platform)].images.values())})

    @route("/<platform>/images", "POST")
    def add_image(platform: str) -> Response:
        body = request_body()
        with sim.lock:
            builder = sim.builders[check_platform(platform)]
            _check_image(body, ROW_KEYS["images"])
            if not body.get("name") or any(body["name"] in (row["name"], row["id"]) for row in builder.images.values()):
                raise BadRequest("an image needs a name that no other image has")
            return answer({"image": builder.image(body, sim.clock.now())}, 201)

    @route("/<platform>/quota", "PUT")
    def change_quota(platform: str) -> Response:
        """{"instances": 5, "cores": 20, "ram": 51200}: the quota of each project; -1, or a missing key, is no limit.
        {"disks": 2}: data disks of a server of huaweicloud."""
        body = request_body()
        with sim.lock:
            known = (*RESOURCES, "disks") if platform == "huaweicloud" else RESOURCES
            if not set(body) <= set(known) or not all(isinstance(limit, int) for limit in body.values()):
                raise BadRequest("a quota has numbers for %s" % ", ".join(known))
            sim.builders[check_platform(platform)].quota = body
        return answer(None, 204)

    @route("/<platform>/images/<image>", "PUT")
    def change_image(platform: str, image: str) -> Response:
        """Servers that were made from the image keep its old values."""
        body = request_body()
        with sim.lock:
            builder = sim.builders[check_platform(platform)]
            found = _image(builder.images, platform, image)
            _check_image(body, ROW_KEYS["images"] - {"id", "owner"})
            builder.images[found["id"]] = {**found, **body}
            return answer({"image": builder.images[found["id"]]})

    @route("/<platform>/images/<image>", "DELETE")
    def remove_image(platform: str, image: str) -> Response:
        with sim.lock:
            rows = sim.builders[check_platform(platform)].images
            del rows[_image(rows, platform, image)["id"]]
        return answer(None, 204)

    @route("/huaweicloud/jobs/<job>/pay", "POST")
    def pay(job: str) -> Response:
        """Pays the order of a prepaid server, and starts its job."""
        with sim.lock:
            current_fleet(sim, "huaweicloud")
            found = sim.jobs.get(job, (None, None))[0]
            if found is None or found.payment is None:
                raise BadRequest("no job %s waits for its payment" % job, 404)
            found.pay(sim.clock.now())
        return answer(None, 204)


def _image(rows: dict[str, Any], platform: str, wanted: str) -> dict[str, Any]:
    for row in rows.values():
        if wanted in (row["id"], row["name"]):
            return dict(row)
    raise BadRequest("no image %s on %s" % (wanted, platform), 404)


def _check_image(body: dict[str, Any], known: set[str]) -> None:
    for name in sorted(set(body) - known):
        raise BadRequest("unknown key %r; known: %s" % (name, ", ".join(sorted(known))))
    if body.get("status", "active") not in STATUSES or body.get("os_type", "Linux") not in ("Linux", "Windows"):
        raise BadRequest("status is one of %s; os_type is Linux or Windows" % ", ".join(STATUSES))

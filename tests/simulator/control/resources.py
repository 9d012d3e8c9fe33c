"""The control side of what is not a server: key pairs, flavors, images, hosts, aggregates, orders to be paid."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response

from simulator.control.requests import Bad, fleet_of, known_platform, order_of
from simulator.glance.images import STATUSES
from simulator.http.call import answer
from simulator.state.config import ROW_KEYS
from simulator.state.simulator import Simulator

Route = Callable[..., Callable[[Callable[..., Response]], Callable[..., Response]]]


def register(route: Route, sim: Simulator) -> None:
    """Every list is at /_sim/{platform}/{keypairs|flavors|images|aggregates|hosts}."""

    @route("/<platform>/keypairs", "GET")
    def keypairs(platform: str) -> Response:
        with sim.lock:
            return answer({"keypairs": [asdict(key) for key in sim.keys[known_platform(platform)].rows.values()]})

    @route("/<platform>/flavors", "GET")
    def flavors(platform: str) -> Response:
        with sim.lock:
            return answer({"flavors": list(sim.builders[known_platform(platform)].flavors.values())})

    @route("/<platform>/aggregates", "GET")
    def aggregates(platform: str) -> Response:
        with sim.lock:
            rows = sim.builders[known_platform(platform)].hosts.aggregates.values()
            return answer({"aggregates": [asdict(row) for row in rows]})

    @route("/<platform>/hosts", "GET")
    def hosts(platform: str) -> Response:
        """Name, zone, whether it is up, and its servers' names."""
        with sim.lock:
            known = sim.builders[known_platform(platform)].hosts
            names: dict[str, list[str]] = {host: [] for host in known.up}
            for server in fleet_of(sim, platform).servers.values():
                if server.vm_state != "deleted" and server.host:
                    names.setdefault(server.host, []).append(server.name)
            return answer(
                {
                    "hosts": [
                        {"name": host, "zone": known.zone_of(host), "up": known.up.get(host, True), "servers": servers}
                        for host, servers in names.items()
                    ]
                }
            )

    @route("/<platform>/volumes", "GET")
    def volumes(platform: str) -> Response:
        with sim.lock:
            fleet_of(sim, platform)
            rows = sim.builders[known_platform(platform)].volumes.rows.values()
            return answer({"volumes": [asdict(row) for row in rows]})

    @route("/<platform>/ports", "GET")
    def ports(platform: str) -> Response:
        """Those that no server of the configuration was made with."""
        with sim.lock:
            fleet_of(sim, platform)
            rows = sim.builders[known_platform(platform)].ports.rows.values()
            return answer({"ports": [asdict(row) for row in rows]})

    @route("/<platform>/networks", "POST")
    def add_network(platform: str) -> Response:
        order = order_of()
        with sim.lock:
            networks = sim.builders[known_platform(platform)].networks
            unknown = sorted(set(order) - ROW_KEYS["networks"])
            if unknown or not order.get("name"):
                raise Bad("a network has a name, and of other keys only %s" % ", ".join(sorted(ROW_KEYS["networks"])))
            return answer({"network": {"id": networks.add(order).id, "name": order["name"]}}, 201)

    @route("/<platform>/networks", "GET")
    def networks(platform: str) -> Response:
        with sim.lock:
            rows = sim.builders[known_platform(platform)].networks.rows.values()
            return answer({"networks": [asdict(row) for row in rows]})

    @route("/<platform>/images", "GET")
    def images(platform: str) -> Response:
        with sim.lock:
            return answer({"images": list(sim.builders[known_platform(platform)].images.values())})

    @route("/<platform>/images", "POST")
    def add_image(platform: str) -> Response:
        order = order_of()
        with sim.lock:
            builder = sim.builders[known_platform(platform)]
            _check_image(order, ROW_KEYS["images"])
            if not order.get("name") or any(
                order["name"] in (row["name"], row["id"]) for row in builder.images.values()
            ):
                raise Bad("an image needs a name that no other image has")
            return answer({"image": builder.image(order)}, 201)

    @route("/<platform>/quota", "PUT")
    def change_quota(platform: str) -> Response:
        """{"instances": 5}: how many servers each project may have; -1 is no limit."""
        order = order_of()
        with sim.lock:
            if set(order) != {"instances"} or not isinstance(order["instances"], int):
                raise Bad('a quota is {"instances": a number}')
            sim.builders[known_platform(platform)].quota = order
        return answer(None, 204)

    @route("/<platform>/images/<image>", "PUT")
    def change_image(platform: str, image: str) -> Response:
        """Servers that run the image keep it as it was."""
        order = order_of()
        with sim.lock:
            builder = sim.builders[known_platform(platform)]
            found = _image(builder.images, platform, image)
            _check_image(order, ROW_KEYS["images"] - {"id", "owner"})
            builder.images[found["id"]] = {**found, **order}
            return answer({"image": builder.images[found["id"]]})

    @route("/<platform>/images/<image>", "DELETE")
    def remove_image(platform: str, image: str) -> Response:
        with sim.lock:
            rows = sim.builders[known_platform(platform)].images
            del rows[_image(rows, platform, image)["id"]]
        return answer(None, 204)

    @route("/huaweicloud/jobs/<job>/pay", "POST")
    def pay(job: str) -> Response:
        """The order of a prepaid server is paid: what waited for it begins."""
        with sim.lock:
            fleet_of(sim, "huaweicloud")
            found = sim.jobs.get(job, (None, None))[0]
            if found is None or found.payment is None:
                raise Bad("no job %s waits for its payment" % job, 404)
            found.pay(sim.clock.now())
        return answer(None, 204)


def _image(rows: dict[str, Any], platform: str, wanted: str) -> dict[str, Any]:
    for row in rows.values():
        if wanted in (row["id"], row["name"]):
            return dict(row)
    raise Bad("no image %s on %s" % (wanted, platform), 404)


def _check_image(order: dict[str, Any], known: set[str]) -> None:
    for name in sorted(set(order) - known):
        raise Bad("unknown key %r; known: %s" % (name, ", ".join(sorted(known))))
    if order.get("status", "active") not in STATUSES or order.get("os_type", "Linux") not in ("Linux", "Windows"):
        raise Bad("status is one of %s; os_type is Linux or Windows" % ", ".join(STATUSES))

"""The gateway's own /_sim side: what of the simulator's the targets use, with the same forms."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import traceback
from typing import Any

from estate import Estate
from flask import Flask, Response, request
from proxy import Proxy

from simulator.control.requests import BadRequest, request_body
from simulator.http.call import answer
from simulator.state.faults import BadFault

#: What can be done to a request that is on its way to somebody else's service.
FAULTS = {"latency", "status", "reason", "body", "headers"}


def register(app: Flask, proxy: Proxy, estate: Estate) -> None:
    @app.errorhandler(BadRequest)
    def bad(error: BadRequest) -> Response:
        return answer({"error": str(error)}, error.status)

    @app.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        traceback.print_exception(error)
        return answer({"error": "the gateway failed: %r" % error}, 500)

    @app.get("/_sim/health")
    def health() -> Response:
        return answer({"status": "ok"})

    @app.post("/_sim/reset")
    def reset() -> Response:
        estate.restore()
        proxy.forget()
        return answer({"status": "ok"})

    @app.get("/_sim/requests")
    def requests() -> Response:
        with proxy.lock:
            return answer({"requests": proxy.log.select(request.args.get("platform"))})

    @app.delete("/_sim/requests")
    def forget_requests() -> Response:
        with proxy.lock:
            proxy.log.clear()
        return answer(None, 204)

    @app.post("/_sim/faults")
    def add_fault() -> Response:
        body = request_body()
        if not set(body.get("do") or ()) <= FAULTS:
            raise BadRequest("on a real cloud a fault is made of " + ", ".join(sorted(FAULTS)))
        with proxy.lock:
            try:
                return answer({"id": proxy.faults.add(body)}, 201)
            except BadFault as error:
                raise BadRequest(str(error)) from error

    @app.delete("/_sim/faults")
    def clear_faults() -> Response:
        with proxy.lock:
            proxy.faults.clear()
        return answer(None, 204)

    @app.get("/_sim/<platform>/images")
    def images(platform: str) -> Response:
        _known(platform)
        return answer({"images": estate.foundation.described_images()})

    @app.post("/_sim/<platform>/servers")
    def add_server(platform: str) -> Response:
        _known(platform)
        return answer({"server": estate.add(request_body())}, 201)

    @app.get("/_sim/<platform>/servers/<wanted>")
    def server(platform: str, wanted: str) -> Response:
        _known(platform)
        return _answer(estate.server(wanted), wanted)

    @app.put("/_sim/<platform>/servers/<wanted>")
    def change_server(platform: str, wanted: str) -> Response:
        """Of what the simulator can change, what an administrator can: host, name and status."""
        _known(platform)
        body = request_body()
        if not body or set(body) - {"host", "name", "status"}:
            raise BadRequest("on a real cloud a server's host, name and status can be changed")
        return _answer(estate.change(wanted, body), wanted)

    @app.delete("/_sim/<platform>/servers/<wanted>")
    def delete_server(platform: str, wanted: str) -> Response:
        _known(platform)
        return answer(None, 204) if estate.delete(wanted) else _answer(None, wanted)

    @app.put("/_sim/<platform>/hosts/<host>")
    def change_host(platform: str, host: str) -> Response:
        _known(platform)
        body = request_body()
        if set(body) != {"up"} or not isinstance(body["up"], bool):
            raise BadRequest("give up: true or false")
        estate.hosts.force(host, body["up"])
        return answer({"host": {"name": host, "up": body["up"]}})

    @app.put("/_sim/<platform>/server-groups/<group>")
    def put_members(platform: str, group: str) -> Response:
        """Nova takes members as it makes them, so they are recreated."""
        _known(platform)
        estate.join(group, list(request_body()["members"]))
        return answer({"server_group": {"name": group}})

    @app.post("/_sim/<platform>/networks")
    def add_network(platform: str) -> Response:
        _known(platform)
        body = request_body()
        made = estate.foundation.network(body["name"], body.get("subnets") or [])
        return answer({"network": {"id": made["id"], "name": made["name"]}}, 201)

    @app.get("/_sim/<platform>/volumes")
    def volumes(platform: str) -> Response:
        _known(platform)
        return answer({"volumes": estate.storage.described()})

    @app.post("/_sim/<platform>/volumes")
    def add_volume(platform: str) -> Response:
        _known(platform)
        made = estate.storage.add(request_body())
        return answer({"volume": {"id": made["id"], "name": made["name"]}}, 201)

    @app.get("/_sim/<platform>/ports")
    def ports(platform: str) -> Response:
        _known(platform)
        return answer({"ports": estate.foundation.spare_ports()})

    def _answer(row: dict[str, Any] | None, wanted: str) -> Response:
        if row is None:
            raise BadRequest("no server %s" % wanted, 404)
        return answer({"server": _describe(proxy, row)})

    def _known(platform: str) -> None:
        if platform != proxy.cloud.platform:
            raise BadRequest("this gateway shows %s alone" % proxy.cloud.platform, 404)

    @app.before_request
    def arrive() -> Response | None:
        return None if request.path.startswith("/_sim") else proxy.handle()


def _describe(proxy: Proxy, row: dict[str, Any]) -> dict[str, Any]:
    password, changes = proxy.passwords.get(row["id"], (None, 0))
    return {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "project_id": row["tenant_id"],
        "image": row["image"] or None,
        "host": row["OS-EXT-SRV-ATTR:host"],
        "password": password,
        "pending_password": None,
        "password_changes": changes,
    }

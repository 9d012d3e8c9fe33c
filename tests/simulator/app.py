"""The Flask application: it names and logs each request, applies the faults, and lets the dialect answer."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
import traceback
import uuid
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from simulator import easystack, openstack, ustack
from simulator.cinder import volumes as cinder
from simulator.control import routes as control
from simulator.glance import images as glance
from simulator.http.call import Call, Malformed, Refusal, Router, answer
from simulator.huaweicloud import routes as huaweicloud
from simulator.huaweicloud.temporary_keys import METADATA_PATHS
from simulator.keystone import routes as keystone
from simulator.neutron import routes as neutron
from simulator.nova import checks as nova_checks
from simulator.state.request_log import MASK, SECRET_HEADERS, masked
from simulator.state.simulator import Simulator

HTML = "<html><head><title>%d %s</title></head><body><center><h1>%d %s</h1></center><hr>nginx</body></html>"
NO_ROUTE = """<html>
 <head>
  <title>404 Not Found</title>
 </head>
 <body>
  <h1>404 Not Found</h1>
  The resource could not be found.<br /><br />



 </body>
</html>"""
REASONS = {
    200: "OK",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}


def create_app(sim: Simulator, show: Callable[[dict[str, Any]], None] | None = None) -> Flask:
    """The application for one simulator; `show` gets the log entry of each request when it has ended."""
    app = Flask("simulator")
    app.url_map.merge_slashes = False
    router = Router(app, sim)
    for dialect in (keystone, openstack, easystack, ustack, glance, neutron, cinder, huaweicloud):
        dialect.register(router)
    control.register(app, sim)

    @app.before_request
    def arrive() -> Response | None:
        return None if request.path.startswith("/_sim") else _arrive(sim, router)

    @app.after_request
    def leave(response: Response) -> Response:
        if "call" not in g:
            return response
        response = _leave(sim, g.call, response)
        if show:
            show(g.call.entry)
        return response

    @app.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> Response:
        return answer(refusal.body, refusal.status, refusal.headers)

    @app.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        if "call" not in g:
            if isinstance(error, HTTPException):
                return answer({"error": "%s %s" % (error.code, error.name)}, error.code or 500)
            traceback.print_exception(error)
            return answer({"error": "the simulator itself failed: %r" % error}, 500)
        if isinstance(error, HTTPException):
            return _no_route(g.call, error)
        traceback.print_exception(error)
        return answer({"computeFault": {"code": 500, "message": "the simulator itself failed: %r" % error}}, 500)

    return app


def find_platform(path: str) -> str:
    """Which dialect a path belongs to: huaweicloud lives at the root, so that the official SDK reaches it."""
    if path in METADATA_PATHS:
        return "huaweicloud"
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in ("openstack", "easystack", "ustack") else "huaweicloud"


def _body() -> Any:
    data = request.get_data(cache=True)
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return Malformed()


def _arrive(sim: Simulator, router: Router) -> Response | None:
    platform = find_platform(request.path)
    body = _body()
    named: tuple[str | None, str | None] = (None, None)
    operation = router.operations.get(request.endpoint or "")
    if operation is not None:
        named = operation.describe(body)
    number = str(uuid.uuid4())
    request_id = number.replace("-", "") if platform == "huaweicloud" else "req-" + number
    with sim.lock:
        entry = sim.log.add(
            {
                "platform": platform,
                "operation": named[0],
                "name": named[1],
                "method": request.method,
                "path": request.path,
                "query": [list(pair) for pair in request.args.items(multi=True)],
                "status": None,
                "headers": {name: MASK if name.lower() in SECRET_HEADERS else value for name, value in request.headers},
                "body": "(not JSON)" if isinstance(body, Malformed) else masked(body),
                "at": sim.clock.now(),
                "auth": _auth_kind(),
                "fault": False,
            }
        )
        fault = sim.faults.apply(platform, named[0], named[1], request.method, request.path)
        if fault.get("expire_token"):
            sim.tokens[platform].revoke(request.headers.get("X-Auth-Token"))
            sim.access_keys.expire(request.headers.get("X-Security-Token", ""))
    g.call = Call(sim, platform, request.method, request.path, body, request_id, entry, fault)
    entry["fault"] = bool(fault)
    if fault.get("latency"):
        time.sleep(fault["latency"])
    if fault.get("reset") == "before":
        request.environ["sim.reset"] = True
        return answer(None, 500)
    if ("status" in fault or fault.get("html")) and not fault.get("effect"):
        return _faulty(platform, fault, request_id)
    return None


def _auth_kind() -> str | None:
    if request.headers.get("Authorization", "").startswith("SDK-HMAC-SHA256"):
        return "signature"
    return "token" if "X-Auth-Token" in request.headers else None


def _faulty(platform: str, fault: dict[str, Any], request_id: str) -> Response:
    """The response that an injected fault asks for."""
    status = fault.get("status", 200)
    reason = REASONS.get(status, "Error")
    if fault.get("html"):
        body: Any = HTML % (status, reason, status, reason)
    elif "body" in fault:
        body = fault["body"]
    elif "text" in fault:
        return Response(
            fault["text"],
            status=status,
            content_type=fault.get("headers", {}).get("Content-Type", "text/plain"),
            headers=fault.get("headers"),
        )
    elif platform == "huaweicloud":
        code = "APIGW.0308" if status == 429 else "APIGW.0501" if status >= 500 else "APIGW.0201"
        body = {"error_msg": fault.get("reason", reason), "error_code": code, "request_id": request_id}
    else:
        key = {429: "overLimit"}.get(status) or nova_checks.FAULT_KEYS.get(status, "computeFault")
        body = {key: {"code": status, "message": fault.get("reason", reason)}}
    return answer(body, status, fault.get("headers"))


def _leave(sim: Simulator, call: Call, response: Response) -> Response:
    fault = call.fault
    if fault.get("effect") and "status" in fault:
        response = _faulty(call.platform, fault, call.request_id)
    if fault.get("truncate"):
        data = response.get_data()
        response.set_data(data[: len(data) // 2])
    for name, value in call.headers.items():
        response.headers.setdefault(name, value)
    response.headers["Date"] = formatdate(sim.clock.now(), usegmt=True)
    if call.platform == "huaweicloud":
        response.headers["X-Request-Id"] = call.request_id
    elif "/compute" in call.path:
        response.headers["x-compute-request-id"] = call.request_id
        response.headers["X-Openstack-Request-Id"] = call.request_id
    elif not ("/image/" in call.path and (response.status_code == 401 or call.path.endswith("/versions"))):
        # Glance assigns the request id after the token has been checked.
        response.headers["x-openstack-request-id"] = call.request_id
    if fault.get("reset") == "before":
        call.entry["status"] = None
    else:
        call.entry["status"] = response.status_code
    if fault.get("reset") == "after":
        request.environ["sim.reset"] = True
    return response


def _no_route(call: Call, error: HTTPException) -> Response:
    if call.platform == "huaweicloud":
        # The gateway does not know 405: a wrong method on a known path is an unknown API.
        body: Any = {
            "error_msg": "The API does not exist or has not been published in the environment",
            "error_code": "APIGW.0101",
            "request_id": call.request_id,
        }
        return answer(body, 404)
    code = error.code or 500
    if "/compute" in call.path and code in (404, 405):
        # Nova's router does not know a wrong method on a known path either.
        return answer(NO_ROUTE, 404)
    if code == 405:
        return answer(
            {"badMethod": {"code": 405, "message": "The method %s is not allowed for this resource." % call.method}},
            405,
        )
    if "/identity" in call.path:
        return answer({"error": {"code": code, "message": "Not Found", "title": error.name}}, code)
    return answer("%d %s\n\nThe resource could not be found.\n\n   " % (code, error.name), code)

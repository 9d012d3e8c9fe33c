"""The console of an ECS server: VNC in a browser, while the server runs, and what is written on it."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.huaweicloud.checks import enter, find, refuse, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.nova.consoles import address, console_text


def register(router: Router) -> None:
    router.add(
        PLATFORM,
        "POST",
        "/v1/<pid>/cloudservers/<server_id>/remote_console",
        create_console,
        name="create console",
        before=enter,
    )
    router.add(
        PLATFORM,
        "GET",
        "/v1/<pid>/cloudservers/<server_id>/console-output",
        show_output,
        name="show console output",
        before=enter,
    )


def create_console(call: Call, server_id: str) -> Response:
    wanted = required_object(call, "remote_console")
    if wanted != {"protocol": "vnc", "type": "novnc"}:
        raise refuse(400, "Ecs.0005", "remote_console: protocol is vnc and type is novnc.")
    server = find(call, server_id)
    if server.vm_state != "active":
        raise refuse(409, "Ecs.0207", "The server %s is not running." % server_id)
    return answer({"remote_console": {**wanted, "url": address(call, "novnc")}})


def show_output(call: Call, server_id: str) -> Response:
    """GET …/console-output: the last 50 lines, or as many as `length` says."""
    unknown = sorted(set(request.args) - {"length"})
    text = request.args.get("length", "50")
    if unknown or not re.fullmatch(r"-1|[0-9]{1,9}", text):
        raise refuse(400, "Ecs.0005", "length is an integer from -1 on, and the only parameter.")
    return answer({"output": console_text(find(call, server_id), int(text))})


def old_output(call: Call, server_id: str) -> Response:
    """POST /v2.1/{p}/servers/{s}/action with os-getConsoleOutput, the Nova form, in which `length` is mandatory."""
    argument = call.body["os-getConsoleOutput"]
    if (
        not isinstance(argument, dict)
        or set(argument) != {"length"}
        or not re.fullmatch(r"-1|[0-9]{1,9}", str(argument["length"]))
    ):
        raise Refusal(400, {"badRequest": {"code": 400, "message": "Invalid input for field/attribute length."}})
    return answer({"output": console_text(find(call, server_id), int(argument["length"]))})

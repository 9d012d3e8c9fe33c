"""The console of an ECS server: VNC in a browser, while the server runs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from flask import Response

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import enter, find, refuse, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.nova.consoles import address


def register(router: Router) -> None:
    router.add(
        PLATFORM,
        "POST",
        "/v1/<pid>/cloudservers/<server_id>/remote_console",
        create_console,
        name="create console",
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

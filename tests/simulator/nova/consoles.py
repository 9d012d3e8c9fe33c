"""Consoles of Nova: /remote-consoles from 2.6 on, actions before, and the log of the serial console."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.actions import Action
from simulator.nova.checks import check_fields, invalid, need_member, refuse, required_value
from simulator.nova.volumes import check_answering
from simulator.state.servers import Server

#: The types that the cloud offers; it knows the others, and answers that they are unavailable.
OFFERED = ("novnc", "serial")
TYPES = {
    "vnc": ("novnc", "xvpvnc"),
    "spice": ("spice-html5",),
    "rdp": ("rdp-html5",),
    "serial": ("serial",),
    "mks": ("webmks",),
}
ACTIONS = {
    "os-getVNCConsole": "vnc",
    "os-getSPICEConsole": "spice",
    "os-getRDPConsole": "rdp",
    "os-getSerialConsole": "serial",
}
RUNS = ("active", "paused", "rescued", "resized")
#: Part of every console's URL, so that a test can search for it where it must not be.
MARKER = "c0n5o1e"


def register(add: Callable[..., None], find_server: Callable[[Call, str], Server]) -> None:
    """Register POST /servers/{id}/remote-consoles."""

    def create_console(call: Call, server_id: str) -> Response:
        if call.microversion < (2, 6):
            raise refuse(404, "The resource could not be found.")
        wanted = check_fields(
            "remote_console",
            required_value(call, "remote_console"),
            {"protocol": _one_of(_protocols(call)), "type": _one_of(_all_types(call))},
            ("protocol", "type"),
        )
        need_member(call, "os-remote-consoles")
        url = open_console(call, find_server(call, server_id), wanted["protocol"], wanted["type"])
        return answer({"remote_console": {**wanted, "url": url}})

    add("POST", "/servers/<server_id>/remote-consoles", create_console, "create console")


def _protocols(call: Call) -> list[str]:
    return [name for name in TYPES if name != "mks" or call.microversion >= (2, 8)]


def _all_types(call: Call) -> list[str]:
    return [each for name in _protocols(call) for each in TYPES[name]]


def _one_of(known: list[str]) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if value not in known:
            raise invalid(name, value, "%r is not one of %s" % (value, known))

    return check


def open_console(call: Call, server: Server, protocol: str, kind: str) -> str:
    """The console's URL. Raises Refusal if the server does not run, or has no such console."""
    if server.vm_state not in RUNS:
        raise refuse(409, "Instance %s is not ready" % server.id)
    if kind not in TYPES[protocol]:
        raise refuse(400, "Invalid console type %s" % kind)
    check_answering(call, server)
    if kind not in OFFERED:
        raise refuse(400, "Unavailable console type %s." % kind)
    return address(call, kind)


def address(call: Call, kind: str) -> str:
    token = "%s-%s" % (MARKER, uuid.uuid4())
    if kind == "serial":
        return "ws://127.0.0.1:6083/?token=" + token
    return "%s/%s/vnc_auto.html?path=%%3Ftoken%%3D%s" % (call.sim.base_url, call.platform, token)


def actions(vnc: str | None, status: int = 200, others: bool = True) -> dict[str, Action]:
    """The actions that open a console below 2.6, only VNC without `others`; `status` is the status of success."""
    wanted = ACTIONS if others else {"os-getVNCConsole": "vnc"}
    return {
        key: _opening(key, protocol, vnc if protocol == "vnc" else None, status) for key, protocol in wanted.items()
    }


def _opening(key: str, protocol: str, operation: str | None, status: int) -> Action:
    def check(call: Call, argument: Any) -> None:
        if call.microversion >= (2, 6):
            raise refuse(404, "The resource could not be found.")
        check_fields(key, argument, {"type": _one_of(list(TYPES[protocol]))}, ("type",))

    def run(call: Call, server: Server, argument: Any) -> Response:
        need_member(call, "os-remote-consoles")
        url = open_console(call, server, protocol, argument["type"])
        return answer({"console": {"type": argument["type"], "url": url}}, status)

    return Action(operation, check, run)


def console_text(server: Server, length: int) -> str:
    """The last lines on the serial console; -1 means all."""
    lines = ["[    0.000000] Linux version 6.1.0", "cloud-init: host %s" % server.name, "%s login:" % server.name]
    return "\n".join(lines if length < 0 else lines[len(lines) - min(length, len(lines)) :])


def output() -> dict[str, Action]:
    """os-getConsoleOutput: the last lines of the serial console, of a server that has started once."""

    def length(name: str, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).lstrip("-").isdigit():
            raise invalid(name, value, "%r is not of type 'integer', 'string', 'null'" % (value,))
        if int(value) < -1:
            raise invalid(name, value, "%s is less than the minimum of -1" % value)

    def check(_call: Call, argument: Any) -> None:
        check_fields("os-getConsoleOutput", argument, {"length": length})

    def run(call: Call, server: Server, argument: Any) -> Response:
        need_member(call, "os-console-output")
        if server.launched is None:
            raise refuse(409, "Instance %s is not ready" % server.id)
        check_answering(call, server)
        wanted = argument.get("length")
        return answer({"output": console_text(server, -1 if wanted is None else int(wanted))})

    return {"os-getConsoleOutput": Action(None, check, run)}

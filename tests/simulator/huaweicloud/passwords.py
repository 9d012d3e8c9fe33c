"""Passwords of ECS: the batch (H06), a single server, and whether a server's password can be reset."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response

from simulator.http.call import Call, Refusal, Router, answer
from simulator.huaweicloud.checks import batch_ids, enter, find, find_own, json_body, refuse, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.state.guest import RESET_SYMBOLS, password_weakness, set_password_at_next_start
from simulator.state.servers import Server

_RESETTABLE = ("active", "stopped")


def register(router: Router) -> None:
    root = "/v1/<pid>/cloudservers"
    router.add(
        PLATFORM,
        "PUT",
        root + "/os-reset-passwords",
        reset_passwords,
        operation="H06",
        name="reset passwords",
        before=enter,
    )
    router.add(
        PLATFORM, "PUT", root + "/<server_id>/os-reset-password", reset_password, name="reset password", before=enter
    )
    router.add(PLATFORM, "GET", root + "/<server_id>/os-resetpwd-flag", show_flag, name="show reset flag", before=enter)


def reset_passwords(call: Call) -> Response:
    """PUT …/os-reset-passwords: up to 1000 servers; the password is valid after their next start.

    What happens to the others if some fail is not documented: option `reset_passwords`.
    """
    body = json_body(call)
    dry_run = body.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise refuse(400, "Ecs.0005", "dry_run must be true or false.")
    ids = batch_ids(body)
    password = body.get("new_password")
    if not isinstance(password, str) and not (password is None and dry_run):
        raise refuse(400, "Ecs.0005", "new_password must be given.")
    servers = {identity: find_own(call, identity) for identity in ids}
    for server in servers.values():
        _check_password(password, server)
    errors = {identity: found for identity, server in servers.items() if (found := _refusal_reason(call, server))}
    if not dry_run and not (errors and call.sim.options[PLATFORM]["reset_passwords"] == "all_or_nothing"):
        for identity, server in servers.items():
            if server is not None and identity not in errors:
                assert password is not None
                _set(call, server, password)
    if errors:
        details = [
            {"id": identity, "error_code": code, "error_message": message}
            for identity, (code, message) in errors.items()
        ]
        raise Refusal(
            400,
            {
                "error": {"code": "Ecs.0611", "message": "Failed to reset the passwords in a batch."},
                "internalError": details,
            },
        )
    return answer({"response": [{"id": identity} for identity in ids]})


def reset_password(call: Call, server_id: str) -> Response:
    """PUT …/{s}/os-reset-password: the rules are checked only if is_check_password is true."""
    part = required_object(call, "reset-password")
    password, checked = part.get("new_password"), part.get("is_check_password", False)
    if not isinstance(password, str) or not password or not isinstance(checked, bool):
        raise refuse(400, "Ecs.0005", "new_password must be given, and is_check_password be true or false.")
    server = find(call, server_id, "Ecs.0614")
    if checked:
        _check_password(password, server)
    found = _refusal_reason(call, server)
    if found is not None:
        raise refuse(400, *found)
    _set(call, server, password)
    return answer(None, 204)


def show_flag(call: Call, server_id: str) -> Response:
    """GET …/{s}/os-resetpwd-flag: "True" if the plug-in is installed. A string, not a boolean."""
    return answer({"resetpwd_flag": str(find(call, server_id, "Ecs.0614").reset_plugin)})


def _check_password(password: str | None, server: Server | None) -> None:
    why = (
        None if password is None else password_weakness(password, RESET_SYMBOLS, server.os_type if server else "Linux")
    )
    if why is not None:
        raise refuse(400, "Ecs.0011", "The password is not complex enough: %s." % why)


def _refusal_reason(call: Call, server: Server | None) -> tuple[str, str] | None:
    """Why ECS refuses to reset the server's password, None if it does not."""
    if server is None or server.hidden:
        return "Ecs.0614", "The server could not be found."
    failing: Any = call.fault.get("fail_servers")
    if failing == "all" or (isinstance(failing, list) and (server.id in failing or server.name in failing)):
        return str(call.fault.get("code", "Ecs.0612")), str(call.fault.get("reason", "Failed to check the plug-in."))
    if server.locked:
        return "Ecs.0605", "The server is locked."
    if not server.reset_plugin:
        return "Ecs.0613", "The password reset plug-in is not installed."
    if server.vm_state not in _RESETTABLE or server.task_state == "rebuilding":
        return "Ecs.0100", "The state of the server (%s) does not allow this operation." % server.status
    return None


def _set(call: Call, server: Server, password: str) -> None:
    set_password_at_next_start(server, password)
    call.fleet.mark_updated(server)

"""confirmResize and revertResize, which end a resize or migration in VERIFY_RESIZE."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.actions import Action, begin, check_state, unchecked
from simulator.state.server_states import RUNNING, SHUT_DOWN, Power
from simulator.state.servers import Server

# During confirmResize the status stays VERIFY_RESIZE, without a task state.
CONFIRM = Power("confirmResize", "confirmResize", frozenset({"resized"}), "", "active", RUNNING, "confirm_resize")
REVERT = Power(
    "revertResize", "revertResize", frozenset({"resized"}), "resize_reverting", "active", RUNNING, "revert_resize"
)


def standard(confirm: str | None, revert: str | None) -> dict[str, Action]:
    return {"confirmResize": Action(confirm, unchecked, _confirm), "revertResize": Action(revert, unchecked, _revert)}


def _confirm(call: Call, server: Server, _argument: Any) -> Response:
    check_state(call, server, CONFIRM, "os_compute_api:servers:confirm_resize")
    stopped = server.power_state == SHUT_DOWN
    begin(
        call,
        server,
        replace(CONFIRM, vm_state="stopped" if stopped else "active", power_state=server.power_state),
        {"moved_from": None},
    )
    server.task_state = None
    return answer(None, 204)


def _revert(call: Call, server: Server, _argument: Any) -> Response:
    check_state(call, server, REVERT, "os_compute_api:servers:revert_resize")
    before = dict(server.moved_from or {})
    begin(call, server, REVERT, {**before, "moved_from": None})
    return answer(None, 202)

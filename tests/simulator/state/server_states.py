"""The states of a server in Nova, and what each power action does to them.

`status` is what users see; it follows from vm_state and task_state (Nova's table, which the ECS documents repeat
for huaweicloud).
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass

RUNNING, PAUSED, SHUT_DOWN, SUSPENDED = 1, 3, 4, 7

STARTING_POINTS: dict[str, tuple[str, str | None, int]] = {
    # status -> (vm_state, task_state, power_state)
    "ACTIVE": ("active", None, RUNNING),
    "SHUTOFF": ("stopped", None, SHUT_DOWN),
    "PAUSED": ("paused", None, PAUSED),
    "SUSPENDED": ("suspended", None, SUSPENDED),
    "ERROR": ("error", None, 0),
    "BUILD": ("building", "spawning", 0),
    "REBOOT": ("active", "reboot_started", RUNNING),
    "HARD_REBOOT": ("active", "rebooting_hard", RUNNING),
    "REBUILD": ("active", "rebuilding", RUNNING),
    "MIGRATING": ("active", "migrating", RUNNING),
    "RESIZE": ("active", "resize_prep", RUNNING),
    "PASSWORD": ("active", "updating_password", RUNNING),
    "VERIFY_RESIZE": ("resized", None, RUNNING),
    "REVERT_RESIZE": ("resized", "resize_reverting", RUNNING),
    "RESCUE": ("rescued", None, RUNNING),
    "SHELVED": ("shelved", None, SHUT_DOWN),
    "SHELVED_OFFLOADED": ("shelved_offloaded", None, SHUT_DOWN),
    "SOFT_DELETED": ("soft-delete", None, SHUT_DOWN),
    "DELETED": ("deleted", None, 0),
    "UNKNOWN": ("unknown", None, 0),
}

_PLAIN = {
    "active": "ACTIVE",
    "building": "BUILD",
    "stopped": "SHUTOFF",
    "paused": "PAUSED",
    "suspended": "SUSPENDED",
    "error": "ERROR",
    "resized": "VERIFY_RESIZE",
    "rescued": "RESCUE",
    "shelved": "SHELVED",
    "shelved_offloaded": "SHELVED_OFFLOADED",
    "soft-delete": "SOFT_DELETED",
    "deleted": "DELETED",
}
_BY_TASK = {
    "rebooting": ("REBOOT", {"active"}),
    "reboot_pending": ("REBOOT", {"active"}),
    "reboot_started": ("REBOOT", {"active"}),
    "rebooting_hard": ("HARD_REBOOT", {"active", "stopped", "paused", "suspended", "error"}),
    "reboot_pending_hard": ("HARD_REBOOT", {"active"}),
    "reboot_started_hard": ("HARD_REBOOT", {"active"}),
    "rebuilding": ("REBUILD", {"active", "stopped", "error"}),
    "rebuild_spawning": ("REBUILD", {"active", "stopped", "error"}),
    "migrating": ("MIGRATING", {"active", "paused"}),
    "resize_prep": ("RESIZE", {"active", "stopped"}),
    "resize_migrating": ("RESIZE", {"active", "stopped"}),
    "resize_finish": ("RESIZE", {"active", "stopped"}),
    "resize_reverting": ("REVERT_RESIZE", {"resized"}),
    "updating_password": ("PASSWORD", {"active"}),
}
_HARD_REBOOT_TASKS = frozenset(
    {
        None,
        "rebooting",
        "reboot_pending",
        "reboot_started",
        "rebooting_hard",
        "resuming",
        "unpausing",
        "pausing",
        "suspending",
    }
)


@dataclass(frozen=True)
class Power:
    """A power action: allowed states, states meanwhile, states at the end."""

    verb: str  # the word in Nova's 409 message
    record: str  # the name in os-instance-actions
    allowed: frozenset[str]  # vm_states
    task_state: str
    vm_state: str
    power_state: int
    delay: str  # key of the `delays` setting
    tasks: frozenset[str | None] = frozenset({None})


ACTIONS: dict[str, Power] = {
    "start": Power("start", "start", frozenset({"stopped"}), "powering-on", "active", RUNNING, "start"),
    "stop": Power("stop", "stop", frozenset({"active", "error"}), "powering-off", "stopped", SHUT_DOWN, "stop"),
    "shutdown": Power("stop", "stop", frozenset({"active", "error"}), "powering-off", "stopped", SHUT_DOWN, "shutdown"),
    "reboot_soft": Power("reboot", "reboot", frozenset({"active"}), "rebooting", "active", RUNNING, "reboot_soft"),
    "reboot_hard": Power(
        "reboot",
        "reboot",
        frozenset({"active", "stopped", "paused", "suspended", "error"}),
        "rebooting_hard",
        "active",
        RUNNING,
        "reboot_hard",
        _HARD_REBOOT_TASKS,
    ),
    "pause": Power("pause", "pause", frozenset({"active"}), "pausing", "paused", PAUSED, "pause"),
    "unpause": Power("unpause", "unpause", frozenset({"paused"}), "unpausing", "active", RUNNING, "unpause"),
    "suspend": Power("suspend", "suspend", frozenset({"active"}), "suspending", "suspended", SUSPENDED, "suspend"),
    "resume": Power("resume", "resume", frozenset({"suspended"}), "resuming", "active", RUNNING, "resume"),
    "password": Power(
        "changePassword", "changePassword", frozenset({"active"}), "updating_password", "active", RUNNING, "password"
    ),
    "rebuild": Power(
        "rebuild", "rebuild", frozenset({"active", "stopped", "error"}), "rebuilding", "active", RUNNING, "rebuild"
    ),
}


def nova_status(vm_state: str, task_state: str | None) -> str:
    """The status that users see."""
    if task_state in _BY_TASK:
        status, states = _BY_TASK[task_state]
        if vm_state in states:
            return status
    return _PLAIN.get(vm_state, "UNKNOWN")

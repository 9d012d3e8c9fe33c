# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the key pairs of servers. The record of a server contains one key pair (``key_name``), but the server may
have several: the UOS compute API reference has no call that lists them. So the plan trusts the key pair that the cloud
shows, and sends a request for the others."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan

ATTACH, DETACH = "attach_keypairs", "detach_keypairs"
#: The action of each state, and its verb for a message.
DEEDS = {"attached": ATTACH, "detached": DETACH}


def to_attach(server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """The key pairs that the record of the server does not show."""
    return tuple(name for name in dict.fromkeys(names) if name != server.key_name)


def to_detach(server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """The key pairs that the server may have: all of them, unless the record shows that it has none."""
    return tuple(dict.fromkeys(names)) if server.key_name is not None else ()


def action_of(action: str, names: Sequence[str]) -> Action:
    """The response is the only evidence, because a server shows one key pair only; a second request is safe."""
    return Action(action, {"key_names": tuple(names)}, is_retry_safe=True, watched=False, hidden=True)


def plan_keypairs(servers: Sequence[Server], state: str, names: Sequence[str]) -> Plan:
    """Return the plan to attach or detach the key pairs."""
    return Plan(tuple(plan_one(server, state, names) for server in servers))


def plan_one(server: Server, state: str, names: Sequence[str]) -> Change:
    action = DEEDS[state]
    wanted = (to_attach if action == ATTACH else to_detach)(server, names)
    before = {"key_name": server.key_name}
    if not wanted:
        return Change.of(server, (), before, before)
    return Change.of(server, (action_of(action, wanted),), before, dict(before, **{state: list(wanted)}))

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs on servers: which of them the cloud has to be asked for, and carrying it out.

A server is told with one key pair (``key_name``), though it may have several: the UOS compute API
reference has no call that lists them. So what the cloud shows is believed, and what it does not show is asked for.
"""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan

ATTACH, DETACH = "attach_keypairs", "detach_keypairs"
#: The action of each state of a task, and how it ends a sentence.
DEEDS = {"attached": ATTACH, "detached": DETACH}


def to_attach(server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """Which of the key pairs the server is not shown to have."""
    return tuple(name for name in dict.fromkeys(names) if name != server.key_name)


def to_detach(server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """Which of the key pairs the server may have: any, unless it is shown to have none."""
    return tuple(dict.fromkeys(names)) if server.key_name is not None else ()


def action_of(action: str, names: Sequence[str]) -> Action:
    """The cloud's answer says that it is done, and a server shows one key pair only; asking again does no harm."""
    return Action(action, {"key_names": tuple(names)}, is_retry_safe=True, watched=False, hidden=True)


def plan_keypairs(servers: Sequence[Server], state: str, names: Sequence[str]) -> Plan:
    """What brings the key pairs on the servers, or off them."""
    return Plan(tuple(plan_one(server, state, names) for server in servers))


def plan_one(server: Server, state: str, names: Sequence[str]) -> Change:
    action = DEEDS[state]
    wanted = (to_attach if action == ATTACH else to_detach)(server, names)
    before = {"key_name": server.key_name}
    if not wanted:
        return Change.of(server, (), before, before)
    return Change.of(server, (action_of(action, wanted),), before, dict(before, **{state: list(wanted)}))

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the key pairs of servers. The record of a server contains one key pair (``key_name``), but the server may
have several: the UOS compute API reference has no call that lists them. So the plan trusts the key pair that the cloud
shows, and the metadata in which earlier tasks noted what they attached and detached. It sends a request for the
others."""

from __future__ import annotations

import json
from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan

ATTACH, DETACH = "attach_keypairs", "detach_keypairs"
#: The action of each state, and its verb for a message.
ACTION_OF_STATE = {"attached": ATTACH, "detached": DETACH}


#: The metadata key with the key pairs that this collection attached (true) and detached (false).
NOTE = "cloudserver_keypairs"
#: The maximum number of bytes of a metadata value.
_LONGEST_NOTE = 255


def noted(server: Server) -> Mapping[str, bool]:
    """The key pairs that earlier tasks attached and detached."""
    try:
        found = json.loads(server.metadata.get(NOTE) or "{}")
    except ValueError:
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {str(name): value for name, value in entries if isinstance(value, bool)}


def note_after(server: Server, state: str, names: Sequence[str]) -> str | None:
    """The value of NOTE after the key pairs were attached or detached; ``None`` if the record of the server, read after
    that, suffices. The oldest entries are left out if the value is too long: a request is then sent for them again."""
    entries = {name: value for name, value in noted(server).items() if name not in names}
    entries.update((name, state == "attached") for name in names)
    shown = server.key_name
    entries = {name: value for name, value in entries.items() if (name != shown if value else shown is not None)}
    while entries:
        text = json.dumps(entries, separators=(",", ":"))
        if len(text) <= _LONGEST_NOTE:
            return text
        del entries[next(iter(entries))]
    return None


def to_attach(server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """The key pairs that neither the record of the server nor its metadata shows."""
    known = noted(server)
    return tuple(name for name in dict.fromkeys(names) if name != server.key_name and not known.get(name))


def to_detach(server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """The key pairs that the server may have: those that its metadata does not show as detached. None if the record
    shows that it has no key pair, and the metadata none either."""
    known = noted(server)
    if server.key_name is None:
        return tuple(name for name in dict.fromkeys(names) if known.get(name))
    return tuple(name for name in dict.fromkeys(names) if name == server.key_name or known.get(name) is not False)


def action_of(action: str, names: Sequence[str]) -> Action:
    """The response is the only evidence, because a server shows one key pair only; a second request is safe."""
    return Action(action, {"key_names": tuple(names)}, is_retry_safe=True, watched=False, hidden=True)


def plan_keypairs(servers: Sequence[Server], state: str, names: Sequence[str]) -> Plan:
    """Return the plan to attach or detach the key pairs."""
    return Plan(tuple(plan_one(server, state, names) for server in servers))


def plan_one(server: Server, state: str, names: Sequence[str]) -> Change:
    action = ACTION_OF_STATE[state]
    wanted = (to_attach if action == ATTACH else to_detach)(server, names)
    before = {"key_name": server.key_name}
    if not wanted:
        return Change.of(server, (), before, before)
    return Change.of(server, (action_of(action, wanted),), before, dict(before, **{state: list(wanted)}))

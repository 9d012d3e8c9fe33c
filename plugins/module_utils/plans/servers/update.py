# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for servers that should exist, be deleted, or have declared properties (``present.py``). Pure functions."""

from __future__ import annotations

from typing import Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import (
    absent,
    purged,
    restored,
    with_arguments,
    with_release,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.present import CREATE, PresentServer
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec, declared
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

_ENDS = {"absent": absent, "restored": restored}


def plan_servers(servers: Iterable[Server], missing: Sequence[str], spec: ServerSpec, rules: Rules) -> Plan:
    """Return the plan to change the servers, and to create those with the ``missing`` names; ``rules`` is asked only
    for capabilities. Raises InvalidRequest for a name that the platform rejects."""
    refusal = next((found for found in map(rules.name_problem, missing) if found), None)
    if refusal:
        raise InvalidRequest(refusal)
    found = [plan_one(server, spec, rules) for server in servers]
    return Plan(tuple(found + [new_one(name, spec, rules.platform) for name in missing]))


def hostname_warning(plan: Plan, spec: ServerSpec, rules: Rules) -> str | None:
    """A warning if the plan changes host names, and they take effect later; ``None`` if it does not."""
    if not rules.supports("hostname_at_boot"):
        return None
    changed = [
        change.server.label
        for change in plan.items
        if "hostname" in change.after or (spec.hostname and "create" in change.actions)
    ]
    if not changed:
        return None
    some = shortened(changed, 5)
    when = "" if spec.reboot else " It takes effect at the next restart of %s. Set apply: now to restart them." % some
    return "hostname: %s%s" % (rules.hostname_note, when)


def new_one(name: str, spec: ServerSpec, platform: str) -> Change:
    """A placeholder for a server that does not exist yet: it has no id."""
    server = Server(id="", platform=platform, name=name)
    return Change(server, ("create",), {"state": "absent"}, declared(spec), planned_actions=(CREATE,))


def is_new(change: Change) -> bool:
    return not change.server.id


def is_recreated(change: Change) -> bool:
    return bool(change.server.id) and "create" in change.actions


def plan_one(server: Server, spec: ServerSpec, rules: Rules, fresh: bool = False, owed: bool = False) -> Change:
    """The change of one server. ``fresh``: this task created the server, so its immutable properties are not compared
    again. ``owed``: this task sent a change that needs a reboot, and the reboot is not done yet."""
    if spec.state != "present":
        unlocked = spec.locked is False
        if spec.state == "purged":
            change = purged(server, rules, unlocked, spec.keeps_deleted)
        else:
            change = _ENDS[spec.state](server, rules, unlocked)
        return with_release(with_arguments(change, spec.delete_with), spec.public_ip)
    return PresentServer(server, spec, rules, fresh, owed).change()

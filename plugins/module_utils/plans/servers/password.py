# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for administrator passwords. A password cannot be read, so a label in the metadata (``REVISION``) shows whether
a server already has it. The label is set after everything else is done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import CHANGE_PASSWORD, Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models import password_policy
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    RUNNING,
    STOPPED,
    TRANSITIONAL,
    Server,
    fault_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import RESTART_NOTE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import password_generator
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import power_action
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

#: The metadata key of the label.
REVISION = "cloudserver_password_revision"
#: The maximum length of a metadata value.
_LONGEST_REVISION = 255


@dataclass(frozen=True)
class PasswordSpec:
    """The options of a task. ``restart``: restart running servers if a password takes effect at the next start."""

    revision: str | None = None
    restart: bool = False
    force: bool = False
    user: str | None = None
    #: The password of each server, by its id.
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PasswordOptions:
    """How to generate passwords."""

    length: int = 16
    special: str = password_generator.SAFE_SPECIAL


# -- deciding ----------------------------------------------------------------------------------------------------------


def check_revision(revision: str | None, rules: Rules) -> None:
    """Raises InvalidRequest for a label that cannot be stored in metadata."""
    if revision is not None and not 1 <= len(revision) <= _LONGEST_REVISION:
        raise InvalidRequest(
            "revision: it has %d characters, and 1 to %d are allowed" % (len(revision), _LONGEST_REVISION)
        )
    problem = rules.metadata_problem({REVISION: revision or ""})
    if problem:
        raise InvalidRequest("revision: it is stored in metadata; " + problem)


def plan_passwords(servers: Iterable[Server], spec: PasswordSpec, rules: Rules) -> Plan:
    """Return the plan to set passwords; ``rules`` is asked only for capabilities."""
    return Plan(tuple(plan_one(server, spec, rules) for server in servers))


def plan_one(server: Server, spec: PasswordSpec, rules: Rules) -> Change:
    old = server.metadata.get(REVISION)
    before: dict[str, Any] = {} if spec.revision is None else {"password_revision": old}
    at_boot = rules.supports("password_at_boot")
    if spec.revision is not None and old == spec.revision:
        if spec.restart and at_boot and RESTART_NOTE in server.metadata and server.target_power_state == RUNNING:
            # A previous run set the password and left the restart to the user.
            return _restart_only(server, before, spec.force, rules)
        return Change(server, before=before, after=before)
    after: dict[str, Any] = {"password_revision": spec.revision} if spec.revision is not None else {}
    after["password"] = "changed"
    arguments = {"password": spec.passwords.get(server.id)}
    # If the password takes effect at the next start, only its acceptance can be verified.
    planned_actions: tuple[Action, ...] = (Action(CHANGE_PASSWORD, arguments, is_retry_safe=True, watched=not at_boot),)
    if spec.restart and at_boot and server.target_power_state == RUNNING:
        planned_actions += (power_action("reboot", spec.force),)
        after["restarted"] = True
    refusal = _why_not(server, rules)
    moving = server.power_state == TRANSITIONAL and not refusal
    return Change(
        server, tuple(action.action for action in planned_actions), before, after, refusal, moving, planned_actions
    )


def _restart_only(server: Server, before: Mapping[str, Any], force: bool, rules: Rules) -> Change:
    refusal = _why_not(server, rules)
    if refusal:
        return Change.refused(server, refusal, before)
    return Change.of(server, (power_action("reboot", force),), before, dict(before, restarted=True))


def _why_not(server: Server, rules: Rules) -> str | None:
    state = server.target_power_state
    if state == ERROR:
        return fault_text(server)
    at_boot = rules.supports("password_at_boot")
    if state not in ((RUNNING, STOPPED) if at_boot else (RUNNING,)):
        words = "is running or stopped" if at_boot else "is running; start it first"
        return "the server is in status %s, and a password can only be set while it %s" % (server.status, words)
    if server.locked and not rules.supports("act_on_locked"):
        return "the server is locked; unlock it first"
    return None


def given(servers: Sequence[Server], passwords: Mapping[str, Any]) -> dict[str, str]:
    """The password of each server by its id, from a mapping of ids or names. Raises InvalidRequest for servers that the
    mapping does not contain, and for values that are not strings."""
    found, absent = {}, []
    for server in servers:
        key = server.id if server.id in passwords else server.name
        if key is None or key not in passwords:
            absent.append(server.label)
        elif not isinstance(passwords[key], str) or not passwords[key]:
            raise InvalidRequest("passwords: the value of %s is not a string; put it in quotes" % key)
        else:
            found[server.id] = passwords[key]
    if absent:
        raise InvalidRequest("passwords: it has no password for %s; nothing was done" % shortened(absent, 5))
    return found


def made(servers: Sequence[Server], recipe: PasswordOptions, spec: PasswordSpec, rules: Rules) -> dict[str, str]:
    """A new password for each server by its id. Raises InvalidRequest for options that no password can satisfy."""
    policy = rules.password_policy
    shortest = max(password_generator.SHORTEST_GENERATED, policy.shortest)
    if not shortest <= recipe.length <= policy.longest:
        raise InvalidRequest(
            "generate.length: %d is out of range; use %d to %d" % (recipe.length, shortest, policy.longest)
        )
    # Printable ASCII, which every console keyboard and guest supports.
    ok = set(policy.special) if policy.special is not None else set(map(chr, range(33, 127)))
    if any(character not in ok or character.isalnum() for character in recipe.special):
        allowed = "of %s" % policy.special if policy.special is not None else "that are printable ASCII"
        raise InvalidRequest("generate.special: use special characters %s" % allowed)
    return {
        server.id: password_generator.generate(recipe.length, policy, _user(server, spec), recipe.special)
        for server in servers
    }


def _user(server: Server, spec: PasswordSpec) -> str:
    return spec.user or password_policy.administrator(server.metadata.get("os_type"))


def check_strength(servers: Iterable[Server], passwords: Mapping[str, str], spec: PasswordSpec, rules: Rules) -> None:
    """Raises InvalidRequest for a password that the platform of a server would reject; the message names server and
    rule."""
    policy = rules.password_policy
    for server in servers:
        windows = password_policy.is_windows(server.metadata.get("os_type"))
        problem = policy.problem(passwords[server.id], _user(server, spec), windows)
        if problem:
            raise InvalidRequest("the password for %s cannot be used: %s; nothing was done" % (server.label, problem))


def without(plan: Plan, refused: Iterable[str]) -> Plan:
    """The plan without the changes that the cloud rejected: the servers with these ids are not changed."""
    ids = set(refused)
    return Plan(tuple(replace(item, refusal="refused") if item.server.id in ids else item for item in plan.items))

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the key pair of servers on platforms where a server has one key pair, which the cloud binds, replaces and
unbinds in the guest. The record of the server shows it, so it alone decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import is_private
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    RUNNING,
    STOPPED,
    Server,
    state_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

BIND, UNBIND = "bind_keypair", "unbind_keypair"
#: The action of each state.
BINDING = {"attached": BIND, "detached": UNBIND}

_NO_LOGIN = (
    "it is running, and the cloud logs in to it to change its key pair; set %s, or stop the server, which then needs"
    " no login"
)
#: The option for the login at a running server, by whether it has a key pair, with its description.
_WITH_KEYPAIR = "private_key, the private key of its key pair %s"
_WITHOUT_KEYPAIR = "password, the password of root"


@dataclass(frozen=True)
class BindingSpec:
    """The options of a task. ``password`` is that of root, ``private_key`` that of the present key pair."""

    names: tuple[str, ...]
    state: str = "attached"
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    disable_password: bool | None = None
    port: int | None = None

    @property
    def is_bound(self) -> bool:
        return self.state == "attached"

    def check(self) -> None:
        """Raises InvalidRequest for options that are invalid, or that cannot be combined."""
        if self.is_bound and len(set(self.names)) != 1:
            raise InvalidRequest(
                "key_names: a server has one key pair on this platform, and key_names lists %d; list one"
                % len(set(self.names))
            )
        if not self.is_bound and (self.disable_password is not None or self.port is not None):
            raise InvalidRequest("disable_password and port: they apply to state: attached")
        if self.port is not None and not 1 <= self.port <= 65535:
            raise InvalidRequest("port: %d is out of range; use 1 to 65535" % self.port)
        if self.private_key is not None and not is_private(self.private_key):
            raise InvalidRequest("private_key: it is not a private key in PEM format")


def plan_binding(servers: Sequence[Server], spec: BindingSpec) -> Plan:
    return Plan(tuple(plan_one(server, spec) for server in servers))


def plan_one(server: Server, spec: BindingSpec) -> Change:
    before = {"key_name": server.key_name}
    if server.key_name == spec.names[0] if spec.is_bound else server.key_name not in spec.names:
        return Change.of(server, (), before, before)
    if server.is_stable:
        why = _refusal(server, spec)
        if why:
            return Change.refused(server, why, before)
    action = _bind(server, spec) if spec.is_bound else _unbind(server, spec)
    return Change.of(server, (action,), before, {"key_name": spec.names[0] if spec.is_bound else None})


def _refusal(server: Server, spec: BindingSpec) -> str | None:
    if server.power_state not in (RUNNING, STOPPED):
        return "it is in %s; its key pair can be changed while it is running or stopped" % state_text(server)
    if server.power_state == STOPPED or (spec.private_key if server.key_name else spec.password):
        return None
    return _NO_LOGIN % (_WITH_KEYPAIR % server.key_name if server.key_name else _WITHOUT_KEYPAIR)


def _login(server: Server, spec: BindingSpec) -> dict[str, Any]:
    """The arguments for the login of the cloud; none for a stopped server, so that no secret is sent in vain."""
    if server.power_state != RUNNING:
        return {}
    return {"private_key": spec.private_key} if server.key_name else {"password": spec.password}


def _bind(server: Server, spec: BindingSpec) -> Action:
    arguments: dict[str, Any] = {"key_name": spec.names[0], **_login(server, spec)}
    if spec.disable_password is not None:
        arguments["disable_password"] = spec.disable_password
    if spec.port is not None:
        arguments["port"] = spec.port
    return Action(BIND, arguments, ExpectedState(key_name=spec.names[0]))


def _unbind(server: Server, spec: BindingSpec) -> Action:
    return Action(UNBIND, _login(server, spec), ExpectedState(no_key_name=server.key_name))

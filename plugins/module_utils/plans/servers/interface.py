# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the ports of servers: which to attach and which to detach."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

ATTACH, DETACH = "attach_interface", "detach_interface"
Interfaces = Mapping[str, Sequence[Interface]]


@dataclass(frozen=True)
class InterfaceSpec:
    """The options of a task; a port must match all options that are set."""

    state: str = "present"
    port_id: str | None = None
    network_id: str | None = None
    ips: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()
    mac: str | None = None
    tag: str | None = None
    security_groups: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> InterfaceSpec:
        """Raises InvalidRequest for options that contradict each other or cannot be used."""
        fixed = options.get("fixed_ips") or []
        if any(bool(each.get("ip_address")) == bool(each.get("subnet_id")) for each in fixed):
            raise InvalidRequest("fixed_ips: give either ip_address or subnet_id in each entry")
        given = options.get("ip")
        if fixed and given:
            raise InvalidRequest("ip and fixed_ips are mutually exclusive")
        found = cls(
            options["state"],
            options.get("port_id"),
            options.get("network_id"),
            tuple(_address(each) for each in ([given] if given else _values(fixed, "ip_address"))),
            _values(fixed, "subnet_id"),
            (options.get("mac") or "").lower() or None,
            options.get("tag"),
            tuple(dict.fromkeys(options.get("security_groups") or ())),
        )
        for listed in (found.ips, found.subnet_ids):
            if len(set(listed)) != len(listed):
                raise InvalidRequest("fixed_ips: an address or a subnet is listed twice")
        found._check(bool(fixed))
        return found

    def _check(self, fixed: bool) -> None:
        if self.state == "absent":
            if not (self.port_id or self.network_id or self.ips or self.mac):
                raise InvalidRequest("no option selects an interface: set port_id, network_id, ip or mac")
            if self.security_groups:
                raise InvalidRequest("security_groups: they are for a new interface, and select none to detach")
            return
        if self.mac or (self.ips and not fixed):
            raise InvalidRequest("mac and ip select an interface to detach; to attach one, set port_id or network_id")
        if bool(self.port_id) == bool(self.network_id):
            raise InvalidRequest("give either port_id or network_id")
        if self.port_id and fixed:
            raise InvalidRequest("fixed_ips: a port already has its addresses; use fixed_ips with network_id")
        if self.port_id and self.security_groups:
            raise InvalidRequest("security_groups: a port already has its own; use security_groups with network_id")

    def check(self, servers: Sequence[Server]) -> None:
        """Raises InvalidRequest if a port would be attached to several servers."""
        if self.state == "present" and len(servers) > 1 and (self.port_id or self.ips):
            thing = "port" if self.port_id else "address"
            raise InvalidRequest(
                "the selection matches %d servers, and one %s can be attached to one server only; select one server,"
                " or set only network_id" % (len(servers), thing)
            )

    def matches(self, interface: Interface) -> bool:
        return (
            self.port_id in (None, interface.port_id)
            and self.network_id in (None, interface.network_id)
            and {canonical_address(each.ip) for each in interface.fixed_ips}.issuperset(self.ips)
            and {each.subnet_id for each in interface.fixed_ips}.issuperset(self.subnet_ids)
            and self.mac in (None, (interface.mac or "").lower())
        )

    def arguments(self) -> dict[str, Any]:
        """The arguments of the request that attaches an interface."""
        found: dict[str, Any] = {"port_id": self.port_id, "network_id": self.network_id, "tag": self.tag}
        fixed = [{"ip_address": ip} for ip in self.ips] + [{"subnet_id": subnet} for subnet in self.subnet_ids]
        if fixed:
            found["fixed_ips"] = fixed
        if self.security_groups:
            found["security_groups"] = list(self.security_groups)
        return found


def plan_interfaces(servers: Sequence[Server], observed: Interfaces, spec: InterfaceSpec, rules: Rules) -> Plan:
    return Plan(tuple(plan_one(server, observed.get(server.id, ()), spec, rules) for server in servers))


def plan_one(server: Server, observed: Sequence[Interface], spec: InterfaceSpec, rules: Rules) -> Change:
    change = _plan_one(server, observed, spec)
    problems = (rules.action_problem(server, action) for action in change.planned_actions)
    refusal = next((problem for problem in problems if problem), None)
    return Change.refused(server, refusal, change.before) if refusal else change


def _plan_one(server: Server, observed: Sequence[Interface], spec: InterfaceSpec) -> Change:
    ports = sorted(each.port_id for each in observed)
    found = [each for each in observed if spec.matches(each)]
    before = {"ports": ports}
    if spec.state == "absent":
        planned_actions = [
            Action(DETACH, {"port_id": each.port_id}, ExpectedState(no_ports=(each.port_id,)), is_retry_safe=True)
            for each in found
        ]
        gone = {each.port_id for each in found}
        return Change.of(server, planned_actions, before, {"ports": [each for each in ports if each not in gone]})
    if found:
        tags = [each.tag for each in found]
        if spec.tag and None not in tags and spec.tag not in tags:
            why = "the interface %s is attached with the tag %s; detach it first to change that"
            return Change.refused(server, why % (found[0].port_id, tags[0]), before)
        return Change.of(server, (), before, before)
    if spec.port_id:
        action = Action(ATTACH, spec.arguments(), ExpectedState(ports=(spec.port_id,)), is_retry_safe=True)
        return Change.of(server, (action,), before, {"ports": sorted([*ports, spec.port_id])})
    # If the request is sent twice, the cloud creates two ports.
    after = {"ports": [*ports, "a new port on the network %s" % spec.network_id]}
    return Change.of(server, (Action(ATTACH, spec.arguments()),), before, after)


def _values(entries: Sequence[Mapping[str, Any]], key: str) -> tuple[str, ...]:
    return tuple(str(entry[key]) for entry in entries if entry.get(key))


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise InvalidRequest("%s is not an IP address; give a whole address, without a netmask" % text) from None

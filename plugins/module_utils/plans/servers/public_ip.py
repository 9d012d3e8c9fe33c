# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the public address of a server. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

BIND, UNBIND = "bind_public_ip", "unbind_public_ip"


@dataclass(frozen=True)
class PublicIpSpec:
    """The declared public address: an id or an address, empty for none. ``known`` are the public addresses of the
    project, ``fixed_address`` is the private address to bind it to."""

    wanted: str = ""
    known: tuple[PublicIp, ...] = ()
    fixed_address: str | None = None

    @property
    def target(self) -> PublicIp | None:
        """The declared public address, ``None`` if no address should be bound. Raises InvalidRequest."""
        if not self.wanted:
            return None
        found = next((each for each in self.known if each.is_named(self.wanted)), None)
        if found is None:
            raise InvalidRequest(
                "public_ip: no public address of this project has the id or address %s; check it, and that region and"
                " project are the intended ones" % self.wanted
            )
        return found


def plan_public_ip(server: Server, spec: PublicIpSpec) -> tuple[list[str], list[str], list[Action]]:
    """The public addresses before and after, and the actions. Raises InvalidRequest if the address is bound to another
    server, or if the interface is not clear."""
    target = spec.target
    bound = [each for each in spec.known if each.is_bound_to(server)]
    others = [each for each in bound if target is None or each.id != target.id]
    before, after = sorted(each.address for each in bound), [target.address] if target else []
    planned_actions = [_action(UNBIND, each) for each in others]
    if target and target not in bound:
        check_free(target)
        planned_actions.append(_action(BIND, target, fixed_address=_fixed_address(server, spec.fixed_address)))
    return before, after, planned_actions


def check_free(public_ip: PublicIp) -> None:
    """Raises InvalidRequest for a public address that is bound."""
    if public_ip.port_id:
        owner = " of the server %s" % public_ip.server_id if public_ip.server_id else ""
        raise InvalidRequest(
            "public_ip: %s is bound to the port %s%s; unbind it there first"
            % (public_ip.address, public_ip.port_id, owner)
        )


def _action(name: str, public_ip: PublicIp, **arguments: str) -> Action:
    # The response proves it, and it is safe to send it twice.
    return Action(
        name, {"id": public_ip.id, "address": public_ip.address, **arguments}, is_retry_safe=True, watched=False
    )


def _fixed_address(server: Server, wanted: str | None) -> str:
    """The private IPv4 address to bind to: the wanted one, or the only one. Raises InvalidRequest."""
    private = [address.ip for address in server.addresses if address.version == 4 and not address.public]
    if wanted:
        if canonical_address(wanted) not in private:
            raise InvalidRequest(
                "public_ip_fixed_address: it has no private address %s; it has %s" % (wanted, _listed(private))
            )
        return canonical_address(wanted)
    if len(private) != 1:
        raise InvalidRequest(
            "public_ip: it has %s; %s"
            % (
                _listed(private),
                "set public_ip_fixed_address to one of them" if private else "attach an interface first",
            )
        )
    return private[0]


def _listed(addresses: Sequence[str]) -> str:
    if not addresses:
        return "no private IPv4 address"
    return "the private address%s %s" % ("es" if len(addresses) > 1 else "", ", ".join(addresses))

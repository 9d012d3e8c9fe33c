# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the public address of a server. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

BIND, UNBIND = "bind_public_ip", "unbind_public_ip"
MAKE, RELEASE = "make_public_ip", "release_public_ip"
_KEYS = ("address", "move", "network", "reuse")


@dataclass(frozen=True)
class PublicIpSpec:
    """The declared public address: ``wanted`` is an id or an address; ``any_of_network``: any one of the network
    ``network_id``, or of any network. Neither: none.

    ``known`` are the public addresses of the project, ``fixed_address`` is the private address to bind it to.
    ``reserved`` are the unused addresses that other servers of this task get, by server id.
    """

    wanted: str = ""
    known: tuple[PublicIp, ...] = ()
    fixed_address: str | None = None
    #: Take the address from the server that has it.
    move: bool = False
    any_of_network: bool = False
    network_id: str | None = None
    network_label: str = ""
    #: Use an unused address of the project.
    reuse: bool = True
    #: Whether the cloud can make a new address.
    can_make: bool = False
    #: Give addresses back to the cloud that the task unbinds.
    release: bool = False
    reserved: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> PublicIp | None:
        """The declared public address, ``None`` if no address or any should be bound. Raises InvalidRequest."""
        if not self.wanted:
            return None
        found = next((each for each in self.known if each.is_named(self.wanted)), None)
        if found is None:
            raise InvalidRequest(
                "public_ip: no public address of this project has the id or address %s; check it, and that region and"
                " project are the intended ones" % self.wanted
            )
        return found

    @property
    def label(self) -> str:
        """The declared address, for a difference."""
        return "any%s" % self.of_network if self.any_of_network else self.wanted

    @property
    def of_network(self) -> str:
        return " of the network %s" % self.network_label if self.network_label else ""

    @property
    def chooses(self) -> bool:
        """Whether the task gives servers unused addresses of the project."""
        return self.any_of_network and self.reuse

    def fits(self, public_ip: PublicIp) -> bool:
        """Whether the address is one of the declared network."""
        return self.network_id in (None, public_ip.network_id)


def parse_wish(given: Any) -> Mapping[str, Any]:
    """The option ``public_ip``, a string or a mapping, as a mapping. Raises InvalidRequest."""
    if not isinstance(given, Mapping):
        if isinstance(given, (list, bool)):
            raise InvalidRequest("public_ip: it is an address, an id, or a mapping with %s" % ", ".join(_KEYS))
        return {"address": str(given)}
    unknown = sorted(str(key) for key in given if key not in _KEYS)
    if unknown:
        raise InvalidRequest("public_ip: it has no key %s; its keys are %s" % (unknown[0], ", ".join(_KEYS)))
    wish = {key: value for key, value in given.items() if value is not None}
    if any(isinstance(wish.get(key), (list, Mapping)) for key in _KEYS):
        raise InvalidRequest("public_ip: address and network are strings, reuse and move are true or false")
    if wish.get("address") and (wish.get("network") or "reuse" in wish):
        raise InvalidRequest("public_ip: network and reuse choose an address, and address is one; use one of them")
    if wish.get("move") and not wish.get("address"):
        raise InvalidRequest("public_ip: move takes an address from another server, and needs address")
    if not wish.get("address") and not wish.get("network") and "reuse" not in wish:
        raise InvalidRequest("public_ip: a mapping needs address, network or reuse; an empty string unbinds all")
    return {
        **wish,
        **{key: _boolean(key, wish[key]) for key in ("move", "reuse") if key in wish},
        **{key: str(wish[key]) for key in ("address", "network") if key in wish},
    }


def _boolean(key: str, value: Any) -> bool:
    words = {"true": True, "yes": True, "false": False, "no": False}
    if str(value).lower() not in words:
        raise InvalidRequest("public_ip: %s is true or false, and not %s" % (key, value))
    return words[str(value).lower()]


def reserve(spec: PublicIpSpec, servers: Iterable[Server]) -> Mapping[str, str]:
    """The unused address of each server without one, by server id; ``spec.reserved`` is kept where it is unused."""
    if not spec.chooses:
        return {}
    free = [each.id for each in spec.known if not each.port_id and spec.fits(each)]
    found = dict(spec.reserved)
    for server in servers:
        has_one = any(spec.fits(each) and each.is_bound_to(server) for each in spec.known)
        if has_one or found.get(server.id) in free:
            continue
        found.pop(server.id, None)
        left = [each for each in free if each not in found.values()]
        if left:
            # Tasks that run at the same time, one for each server, seldom choose the same address.
            found[server.id] = min(left, key=lambda each: sha256((server.id + each).encode()).digest())
    return found


def plan_public_ip(server: Server, spec: PublicIpSpec) -> tuple[list[str], list[str], list[Action]]:
    """The public addresses before and after, and the actions. Raises InvalidRequest if the address is bound to another
    server, if there is none, or if the interface is not clear."""
    bound = [each for each in spec.known if each.is_bound_to(server)]
    target, is_new = spec.target, False
    if spec.any_of_network:
        target = next((each for each in bound if spec.fits(each)), None) or _reserved(server, spec)
        is_new = target is None
    others = [each for each in bound if target is None or each.id != target.id]
    before, after = sorted(each.address for each in bound), [target.address] if target else []
    leave = RELEASE if spec.release else UNBIND
    planned_actions = [_action(leave, each) for each in others]
    if target and target not in bound:
        if target.port_id and spec.move:
            planned_actions.append(_action(UNBIND, target))
        else:
            check_free(target)
        revision = None if target.port_id else target.revision
        fixed = _fixed_address(server, spec.fixed_address)
        planned_actions.append(_action(BIND, target, fixed_address=fixed, revision=revision))
    if is_new:
        planned_actions.append(_make(server, spec))
        after = ["a new address%s" % spec.of_network]
    return before, after, planned_actions


def _reserved(server: Server, spec: PublicIpSpec) -> PublicIp | None:
    wanted = spec.reserved.get(server.id)
    return next((each for each in spec.known if each.id == wanted and not each.port_id), None)


def _make(server: Server, spec: PublicIpSpec) -> Action:
    if not spec.can_make:
        raise InvalidRequest("public_ip: no public address of this project%s is unused; make one" % spec.of_network)
    fixed = _fixed_address(server, spec.fixed_address)
    return Action(MAKE, {"network_id": spec.network_id, "fixed_address": fixed}, watched=False)


def check_free(public_ip: PublicIp) -> None:
    """Raises InvalidRequest for a public address that is bound."""
    if public_ip.port_id:
        owner = " of the server %s" % public_ip.server_id if public_ip.server_id else ""
        raise InvalidRequest(
            "public_ip: %s is bound to the port %s%s; unbind it there first"
            % (public_ip.address, public_ip.port_id, owner)
        )


def _action(name: str, public_ip: PublicIp, **arguments: Any) -> Action:
    given = {key: value for key, value in arguments.items() if value is not None}
    # The response proves it, and it is safe to send it twice.
    return Action(name, {"id": public_ip.id, "address": public_ip.address, **given}, is_retry_safe=True, watched=False)


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

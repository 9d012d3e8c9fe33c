# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for the public address of a server, and whose address it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    PublicIpSpec,
    plan_public_ip,
)
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.attachment_samples import server

FIXED = Address("10.0.0.5", 4, "fixed", "fa:16:3e:00:00:01", "private")
SHOWN = Address("203.0.113.5", 4, "floating", "fa:16:3e:00:00:01", "private")
WITH_PORT = replace(FIXED, port_id="p1")


def one(*addresses: Address) -> Any:
    return replace(server(), addresses=addresses)


def public(number: int = 5, port: str | None = None, owner: str | None = None) -> PublicIp:
    return PublicIp("id-%d" % number, "203.0.113.%d" % number, port, owner)


@pytest.mark.parametrize(
    "public_ip, addresses, bound",
    [
        (public(), (FIXED, SHOWN), False),
        (public(port="p1", owner=server().id), (FIXED,), True),
        (public(port="p1", owner="another"), (FIXED, SHOWN), False),
        (public(port="p1"), (WITH_PORT,), True),
        (public(port="p2"), (WITH_PORT, SHOWN), False),
        (public(port="p1"), (FIXED, SHOWN), True),
        (public(port="p1"), (FIXED,), False),
    ],
)
def test_whose_address_it_is(public_ip: PublicIp, addresses: tuple[Address, ...], bound: bool) -> None:
    assert public_ip.is_bound_to(one(*addresses)) is bound


def planned(
    wanted: str, *known: PublicIp, addresses: tuple[Address, ...] = (WITH_PORT,), fixed: str | None = None
) -> Any:
    before, after, actions = plan_public_ip(one(*addresses), PublicIpSpec(wanted, known, fixed))
    return before, after, [(action.action, dict(action.arguments)) for action in actions]


BIND_5 = ("bind_public_ip", {"id": "id-5", "address": "203.0.113.5", "fixed_address": "10.0.0.5"})
UNBIND_6 = ("unbind_public_ip", {"id": "id-6", "address": "203.0.113.6"})


@pytest.mark.parametrize("wanted", ["203.0.113.5", "id-5"])
def test_what_is_bound_and_unbound(wanted: str) -> None:
    free, here, other = public(5), public(5, "p1"), public(6, "p1")
    assert planned(wanted, free, public(7)) == ([], ["203.0.113.5"], [BIND_5])
    assert planned(wanted, here) == (["203.0.113.5"], ["203.0.113.5"], [])
    assert planned(wanted, free, other) == (["203.0.113.6"], ["203.0.113.5"], [UNBIND_6, BIND_5])
    assert planned("", free, other) == (["203.0.113.6"], [], [UNBIND_6])
    assert planned("", free) == ([], [], [])


@pytest.mark.parametrize(
    "known, addresses, fixed, words",
    [
        ((public(6),), (WITH_PORT,), None, "no public address of this project"),
        ((public(5, "p9"),), (WITH_PORT,), None, "bound to the port p9; unbind"),
        ((public(5, "p9", "s9"),), (WITH_PORT,), None, "bound to the port p9 of the server s9; unbind"),
        ((public(5),), (), None, "it has no private IPv4 address; attach an interface first"),
        ((public(5),), (WITH_PORT, replace(WITH_PORT, ip="10.0.0.6")), None, "set public_ip_fixed_address"),
        ((public(5),), (WITH_PORT,), "10.0.0.6", "it has no private address 10.0.0.6"),
        ((public(5),), (replace(WITH_PORT, ip="fd00::5", version=6),), None, "it has no private IPv4 address"),
    ],
)
def test_what_is_refused(known: Any, addresses: tuple[Address, ...], fixed: str | None, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        planned("203.0.113.5", *known, addresses=addresses, fixed=fixed)


def test_one_of_several_private_addresses() -> None:
    two = (WITH_PORT, replace(WITH_PORT, ip="10.1.0.6", port_id="p2"))
    _before, _after, ((_name, arguments),) = planned("id-5", public(5), addresses=two, fixed="10.1.0.6")
    assert arguments["fixed_address"] == "10.1.0.6"

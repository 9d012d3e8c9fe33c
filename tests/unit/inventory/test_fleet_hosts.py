# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, addresses, groups and variables of hosts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils import fleet_hosts
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Address
from ansible_collections.cloudserver.compute.plugins.module_utils.fleet_hosts import FleetError

from .conftest import record

FIXED = Address("10.0.0.1", 4, "fixed", network="private")
UNSAID = Address("10.0.0.2", 4, None, network="old")
FIXED6 = Address("2001:db8::1", 6, "fixed", network="private")
FLOATING = Address("198.51.100.1", 4, "floating", network="private")
FLOATING6 = Address("2001:db8:f::1", 6, "floating", network="private")


@pytest.mark.parametrize(
    ("addresses", "policy", "expected"),
    [
        ((FIXED, FLOATING), ["floating_v4", "fixed_v4"], "198.51.100.1"),
        ((FIXED, FLOATING), ["fixed_v4", "floating_v4"], "10.0.0.1"),
        ((FIXED,), ["floating_v4", "fixed_v4"], "10.0.0.1"),
        ((UNSAID,), ["floating_v4", "fixed_v4"], "10.0.0.2"),
        ((FIXED, FIXED6), ["fixed_v6"], "2001:db8::1"),
        ((FIXED, FLOATING6), ["floating_v6"], "2001:db8:f::1"),
        ((FLOATING, FIXED6, FIXED), ["network:private"], "10.0.0.1"),
        ((FLOATING,), ["network:private"], "198.51.100.1"),
        ((FIXED, UNSAID), ["network:old"], "10.0.0.2"),
        ((FIXED,), ["network:none", "fixed_v4"], "10.0.0.1"),
        ((), ["floating_v4", "name"], "web-1"),
        ((), ["floating_v4", "fixed_v4", "fixed_v6"], None),
        ((FIXED,), [], None),
    ],
)
def test_address_is_the_first_policy_with_one(addresses: Any, policy: list[str], expected: str | None) -> None:
    assert fleet_hosts.address(record(addresses=addresses), policy) == expected


def test_a_name_that_ssh_takes_for_an_option_is_no_address() -> None:
    assert fleet_hosts.address(record("-oProxyCommand=id", addresses=()), ["name"]) is None


@pytest.mark.parametrize("bad", ["floating", "network:", "", "fixed_v5"])
def test_unknown_policy(bad: str) -> None:
    with pytest.raises(FleetError, match="connect_with: .*there are floating_v4.*network:NAME, name"):
        fleet_hosts.policies(["fixed_v4", bad])


@pytest.mark.parametrize("text", ["-x", "a\nb", "", "  ", None, 7, "tab\t"])
def test_what_cannot_name_a_host(text: Any) -> None:
    assert not fleet_hosts.usable(text)


@pytest.mark.parametrize("text", ["web-1", "Wëb 1", "{{ 1 + 1 }}"])
def test_what_can_name_a_host(text: str) -> None:
    assert fleet_hosts.usable(text)


def test_field_value() -> None:
    one = record("web", key="k", addresses=(FIXED, FLOATING))
    found = [fleet_hosts.field_value(one, name) for name in ("name", "id", "private_ip", "public_ip")]
    assert found == ["web", "k", "10.0.0.1", "198.51.100.1"]
    none = record(addresses=())
    none["name"] = None
    assert [fleet_hosts.field_value(none, name) for name in ("name", "private_ip", "public_ip")] == [None] * 3


def test_shared_names_get_the_id_on_all_of_them() -> None:
    names = [("twin", "1", "a"), ("web", "2", "a"), ("twin", "3", "b")]
    assert fleet_hosts.unique(names) == ["twin_1", "web", "twin_3"]


def test_shared_names_and_ids_get_the_source_too() -> None:
    assert fleet_hosts.unique([("twin", "1", "a"), ("twin", "1", "b")]) == ["twin_1_a", "twin_1_b"]


def test_reserved_names_move_away() -> None:
    assert fleet_hosts.unique([("all", "1", "a"), ("localhost", "2", "a")], {"all", "localhost"}) == [
        "all_1",
        "localhost_2",
    ]


def test_a_server_named_like_anothers_way_out() -> None:
    found = fleet_hosts.unique([("twin", "1", "a"), ("twin", "2", "a"), ("twin_1", "3", "a")])
    assert found == ["twin_1_a", "twin_2", "twin_1_3"]


def test_nothing_is_left_to_tell_them_apart() -> None:
    assert fleet_hosts.unique([("x", "1", "a"), ("x", "1", "a")]) == ["x_1_a_2", "x_1_a_3"]


NAMES = st.lists(
    st.tuples(st.sampled_from(["a", "a_1", "a_1_s", "a_2", "b", "all"]), st.sampled_from("123"), st.sampled_from("st"))
)


@given(NAMES)
def test_names_are_always_unique_and_never_reserved(names: list[tuple[str, str, str]]) -> None:
    found = fleet_hosts.unique(names, {"all", "a_2_s"})
    assert len(set(found)) == len(names)
    assert not {"all", "a_2_s"} & set(found)


@given(st.data(), st.lists(st.sampled_from(["a", "a_1", "b", "all"]), max_size=6))
def test_a_servers_name_does_not_depend_on_the_order(data: Any, drawn: list[str]) -> None:
    names = [(name, "id%d" % number, "s") for number, name in enumerate(drawn)]
    shuffled = data.draw(st.permutations(names))
    assert dict(zip(names, fleet_hosts.unique(names, {"all"}), strict=True)) == dict(
        zip(shuffled, fleet_hosts.unique(shuffled, {"all"}), strict=True)
    )


def test_group_names() -> None:
    one = record(tags=("role=web", "spot"), availability_zone=None)
    assert list(fleet_hosts.group_names(one, "prod", list(fleet_hosts.GROUPS))) == [
        "tag_role=web",
        "tag_spot",
        "status_ACTIVE",
        "power_state_running",
        "platform_openstack",
        "region_RegionOne",
        "flavor_m1.small",
        "image_i1",
        "source_prod",
    ]


def test_variables_are_the_fields_and_what_tells_which_server_it_is() -> None:
    assert fleet_hosts.variable_names("c_", ["name"]) == [
        ("c_id", "id"),
        ("c_name", "name"),
        ("c_platform", "platform"),
        ("c_region", "region"),
    ]


def test_variables_that_an_expression_names() -> None:
    named = dict(fleet_hosts.variable_names("c_", [], "['c_locked and xc_host', 'c_flavors']"))
    assert "c_locked" in named
    assert not {"c_host", "c_flavor"} & set(named)


@pytest.mark.parametrize(
    ("prefix", "fields", "text"), [("", [], "vars_prefix"), ("a-", [], "vars_prefix"), ("c", ["nope"], "no nope")]
)
def test_variables_that_cannot_be(prefix: str, fields: list[str], text: str) -> None:
    with pytest.raises(FleetError, match=text):
        fleet_hosts.variable_names(prefix, fields)


def test_marked_reaches_every_text() -> None:
    class Upper(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return key.upper()

    assert fleet_hosts.marked({"a": ["b", 1, None, {"c": "d"}], "e": True}, Upper()) == {
        "A": ["B", 1, None, {"C": "D"}],
        "E": True,
    }

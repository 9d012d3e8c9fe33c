"""Declared fleets and exports as pure functions: names, claims, groups, limits, phases, and what is left out."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address, Image, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import Declaration
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.fleet import (
    group_entries,
    phases,
    undeclared_servers,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.fleet_export import export_servers
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import plan_servers

NAMES = st.sampled_from(["a", "b", "c", "web", "web-1", "web-2", "web-3"])
ENTRIES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"name": NAMES}, optional={"new_name": NAMES, "flavor": st.sampled_from(["s", "m"])}),
        st.fixed_dictionaries({"names": st.lists(NAMES, max_size=3, unique=True)}),
        st.fixed_dictionaries({"name": st.just("web"), "count": st.integers(0, 3)}),
        st.fixed_dictionaries({"name_pattern": st.just("web-%d"), "count": st.integers(0, 3)}),
    ),
    max_size=5,
)


@given(ENTRIES)
def test_each_name_has_one_entry_or_the_declaration_is_refused(entries: list[dict[str, Any]]) -> None:
    claims = [name for entry in entries for name in _claims(entry)]
    if len(set(claims)) == len(claims):
        groups = group_entries(entries, {}, "fleet=x")
        assert sorted(name for group in groups for name in group.names) == sorted(
            name for entry in entries for name in _claims({**entry, "new_name": None})
        )
        assert all(group.options["tags"] == ["fleet=x"] for group in groups)
        return
    own = any(len(set(_claims(entry))) < len(_claims(entry)) for entry in entries)
    try:
        group_entries(entries, {}, None)
    except InvalidRequest as error:
        assert "two entries declare the same server" in str(error)
    else:
        # An entry that gives its server the name that it has already.
        assert own


def _claims(entry: dict[str, Any]) -> list[str]:
    more = [entry["new_name"]] if entry.get("new_name") else []
    if "count" in entry:
        return ["web-%d" % number for number in range(1, entry["count"] + 1)] + more
    return list(entry.get("names") or ([entry["name"]] if "name" in entry else [])) + more


def test_entries_that_differ_only_in_their_names_are_a_group() -> None:
    entries = [{"name": "a", "flavor": "s"}, {"name": "b", "flavor": "m"}, {"name": "c", "flavor": "s", "image": None}]
    groups = group_entries(entries, {"image": "debian"}, None)
    assert [group.names for group in groups] == [("a", "c"), ("b",)]
    assert groups[0].label == "entry 1 (a) and 1 more"
    assert groups[0].options == {"flavor": "s", "image": "debian"}


def declared(state: str, *names: str) -> Declaration:
    spec = ServerSpec(state)
    return Declaration(spec, plan_servers([Server(name, "openstack", name=name) for name in names], (), spec, Rules()))


@given(st.lists(st.sampled_from(["present", "absent", "restored", "purged"]), max_size=8))
def test_phases_have_every_declaration_once_and_deletions_at_both_ends(states: list[str]) -> None:
    declarations = [declared(state, "s%d" % number) for number, state in enumerate(states)]
    found = list(phases(declarations))
    assert sorted(id(each) for part in found for each in part) == sorted(map(id, declarations))
    ends = [{each.spec.ends for each in part} for part in found]
    assert all(len(kinds) == 1 for kinds in ends) and len(found) <= 3
    if states and states[0] in ("absent", "purged"):
        assert ends[0] == {True}


def test_the_undeclared_servers_are_found_by_id_and_not_by_name() -> None:
    listed = [Server(key, "openstack", name="a", tags=("fleet=x",)) for key in ("1", "2")]
    other = Server("3", "openstack", name="b", tags=("fleet=xy",))
    spec = ServerSpec(new_name="renamed")
    renamed = Declaration(spec, Plan(plan_servers(listed[:1], (), spec, Rules()).items))
    found, total = undeclared_servers([*listed, other], "fleet=x", [renamed])
    assert [server.id for server in found] == ["2"] and total == 2


# -- the export ----------------------------------------------------------------------------------------------------


def server(name: str, **more: Any) -> Server:
    given = {"status": "ACTIVE", "flavor": Flavor("1", "small"), "image": Image("i1", "debian"), **more}
    return Server("id-" + name, "openstack", name=name, **given)


@given(st.permutations([server("a"), server("b", tags=("x",)), server("c"), server("d", metadata={"k": "v"})]))
def test_an_export_does_not_depend_on_the_order_of_the_list(servers: list[Server]) -> None:
    found = export_servers(servers, Rules())
    assert found.defaults == {"flavor": "small", "image": "debian"}
    assert found.servers == [
        {"names": ["a", "c"]}, {"name": "b", "tags": ["x"]}, {"name": "d", "metadata": {"k": "v"}},
    ]  # fmt: skip
    assert found.left_out == []


@pytest.mark.parametrize(
    "servers, option, reason",
    [
        ([server("a"), server("a")], None, "2 servers have this name"),
        ([server("a", status="ERROR")], None, "status ERROR"),
        ([server("{{ a }}")], None, "template syntax"),
        ([server("")], None, "such a name"),
        ([server("a", metadata={"db_password": "x"})], "metadata: db_password", "may be a secret"),
        ([server("a", metadata={"note": "{{ lookup('pipe', 'id') }}"})], "metadata: note", "template syntax"),
        ([server("a", tags=("api_key=x",))], "tags: api_key", "may be a secret"),
        ([server("a", tags=("role={% x %}",))], "tags: role", "template syntax"),
        ([server("a", key_name="{# x")], "key_name", "template syntax"),
        ([server("a", image=Image(None, None))], "image", "boots from a volume"),
    ],
)
def test_what_a_declaration_cannot_hold_is_reported(servers: list[Server], option: str | None, reason: str) -> None:
    found = export_servers(servers, Rules())
    rows = [row for row in found.left_out if row["option"] == option]
    assert len(rows) == len(servers) and all(reason in row["reason"] for row in rows), found.left_out
    assert "{{" not in str((found.defaults, found.servers)) and "x" not in str(found.servers)


def test_several_public_addresses_are_reported() -> None:
    addresses = tuple(Address(ip, 4, "floating") for ip in ("203.0.113.1", "203.0.113.2"))
    found = export_servers([server("a", addresses=addresses)], Rules())
    assert [row["option"] for row in found.left_out] == ["public_ip"] and "public_ip" not in found.servers[0]


def test_images_that_share_a_name_are_exported_by_id() -> None:
    found = export_servers([server("a"), server("b", image=Image("i2", "debian"))], Rules())
    assert [entry["image"] for entry in found.servers] == ["i1", "i2"]

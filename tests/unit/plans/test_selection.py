# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a selection finds and what it refuses."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import CHOOSERS, Selection
from ansible_collections.cloudserver.compute.tests.unit.fakes import server

WEB = server(
    "web",
    tags=("role=web", "env=demo"),
    flavor=Flavor("2", "small", 1, 2048),
    availability_zone="az1",
    addresses=(Address("10.0.0.1", 4, "fixed"), Address("198.51.100.1", 4, "floating")),
    metadata={"team": "billing"},
)
DB = server("db", "stopped", tags=("role=db",), availability_zone="az2", addresses=(Address("2001:DB8::0:1", 6),))
GONE = server("gone", "SOFT_DELETED")
FLEET = [WEB, DB, GONE]


def names(options: dict[str, Any], fleet: list[Server] | None = None) -> list[str]:
    chosen = Selection.from_options(options, listing=True).choose(FLEET if fleet is None else fleet)
    return [str(each.name) for each in chosen.servers]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"all": True}, ["db", "web"]),
        ({"ids": ["id-web"]}, ["web"]),
        ({"names": ["web", "db"]}, ["db", "web"]),
        ({"ips": ["10.0.0.1"]}, ["web"]),
        ({"ips": ["198.51.100.1"]}, ["web"]),
        ({"ips": ["2001:db8::1"]}, ["db"]),
        ({"tags": ["role=web"]}, ["web"]),
        ({"tags": ["role=web", "env=demo"]}, ["web"]),
        ({"tags": ["role=web", "role=db"]}, []),
        ({"tags": ["role"]}, []),
        ({"tags": ["role=*"]}, ["db", "web"]),
        ({"tags": {"role": "*"}}, ["db", "web"]),
        ({"tags": ["rol=*"]}, []),
        ({"tags": ["role=w*"]}, []),
        ({"tags": ["role=", "env=*"]}, []),
        ({"all": True, "not_tags": ["env=*"]}, ["db"]),
        ({"name_patterns": ["w*"]}, ["web"]),
        ({"name_patterns": ["W*"]}, []),
        ({"name_patterns": ["?b", "we[ab]"]}, ["db", "web"]),
        ({"name_patterns": ["we[!b]"]}, []),
        ({"names": ["db", "web"], "name_patterns": ["*e*"]}, ["web"]),
        ({"ips": ["10.0.0.0/24"]}, ["web"]),
        ({"ips": ["10.0.0.0/31", "2001:db8::/64"]}, ["db", "web"]),
        ({"ips": ["10.0.0.1", "2001:db8::-2001:db8::f"]}, ["db", "web"]),
        ({"ips": ["9.255.255.255 - 10.0.0.0"]}, []),
        ({"ips": ["0.0.0.0/0"], "tags": ["role=db"]}, []),
        ({"tags": "role=web,env=demo"}, ["web"]),
        ({"tags": {"role": "web", "env": "demo"}}, ["web"]),
        ({"tags": [{"role": "web"}, "env=demo"]}, ["web"]),
        ({"not_tags": ["env=demo"]}, ["db"]),
        ({"all": True, "not_tags": {"env": "demo"}}, ["db"]),
        ({"all": True, "not_tags": ["env=demo"], "filters": {"a": "b"}}, ["db"]),
        ({"status": ["active"]}, ["web"]),
        ({"status": ["SHUTOFF", "ACTIVE"]}, ["db", "web"]),
        ({"status": ["stopped"]}, ["db"]),
        ({"flavor": ["2"]}, ["web"]),
        ({"flavor": ["small"]}, ["web"]),
        ({"availability_zone": ["az2"]}, ["db"]),
        ({"names": ["web", "db"], "tags": ["role=db"]}, ["db"]),
        ({"query": "[?metadata.team=='billing']"}, ["web"]),
        ({"query": "[?power_state=='stopped'].id"}, ["db"]),
        ({"query": "[0]"}, ["web"]),
        ({"query": "[?name=='nobody']"}, []),
        ({"tags": ["role=web"], "query": "[?name=='db']"}, []),
        ({"filters": {"host": "a"}}, ["db", "web"]),
        ({"all": True, "deleted": True}, ["gone"]),
    ],
)
def test_options_choose(options: dict[str, Any], found: list[str]) -> None:
    assert names(options) == found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "no option selects servers"),
        ({"all": False}, "no option selects servers"),
        ({"tags": []}, "no option selects servers"),
        ({"all": True, "names": ["web"]}, "cannot be combined with names"),
        ({"not_tags": ["a"]}, "no option selects servers: not_tags only narrows"),
        ({"filters": {"host": "a"}}, "no option selects servers: filters only narrows"),
        ({"not_tags": ["a"], "filters": {"b": "c"}, "all": False}, "add all: true"),
        ({"all": True, "max_targets": -1}, "max_targets: -1"),
        ({"all": True, "min_targets": -1}, "min_targets: -1"),
        ({"all": True, "min_targets": 3, "max_targets": 2}, "min_targets: 3 is more than max_targets: 2"),
        ({"all": True, "page_size": 0}, "page_size: 0"),
        ({"all": True, "page_size": 1001}, "page_size: 1001"),
        ({"names": [""]}, "names: an empty string"),
        ({"ips": ["10.0.0.5/24"]}, "ips: 10.0.0.5/24 is not a network: 10.0.0.5/24 has host bits set"),
        ({"ips": ["10.0.0.0/33"]}, "ips: 10.0.0.0/33 is not a network"),
        ({"ips": ["10.0.0.9-10.0.0.5"]}, "ips: 10.0.0.9-10.0.0.5 is not a range: its first address is higher"),
        ({"ips": ["10.0.0.9-2001:db8::5"]}, "one end is an IPv4 address and the other an IPv6 address"),
        ({"ips": ["10.0.0.5-9"]}, "ips: 9 is not an IP address"),
        ({"name_patterns": [" "]}, "name_patterns: an empty string"),
        ({"all": True, "name_patterns": ["w*"]}, "cannot be combined with name_patterns"),
        ({"ips": ["10.0.0"]}, "ips: 10.0.0 is not"),
        ({"tags": ["a,b"]}, "tags: a,b is not a tag"),
        ({"all": True, "not_tags": ["=x"]}, "not_tags: =x is not a tag"),
        ({"all": True, "not_tags": [None]}, "not_tags: one of the items is nothing"),
        ({"tags": [["a"]]}, "tags: one of the items is a list"),
        ({"tags": " "}, "tags: an empty string"),
        ({"tags": "a,"}, "tags: an empty string"),
        ({"tags": [{}]}, "tags: an empty mapping"),
        ({"tags": {"a": ["b"]}}, "tags: the value of a is not a string"),
        ({"tags": {"": "b"}}, "tags: =b is not a tag"),
        ({"tags": True}, "tags: True is neither a list of tags nor a mapping"),
        ({"status": ["runing"]}, "status: no server has the status runing"),
        ({"status": ["ACTIV"]}, "SHUTOFF"),
        ({"all": True, "filters": {"host": None}}, "filters: host has no value"),
        ({"all": True, "filters": {"host": ["a"]}}, "filters: the value of host is not a string"),
        ({"query": "[?"}, "query: [? is not a JMESPath expression"),
    ],
)
def test_bad_options_are_refused_in_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Selection.from_options(options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ids": ["id-web", "id-x", "id-y"]}, "no server has ids id-x, id-y"),
        ({"names": ["nobody"]}, "no server has names nobody"),
        ({"ips": ["10.9.9.9"]}, "no server has ips 10.9.9.9"),
        ({"all": True, "max_targets": 1}, "matches 2 servers, but max_targets allows 1; nothing was done"),
        (
            {"tags": ["role=web"], "min_targets": 2},
            "matches 1 server, but min_targets requires at least 2; nothing was",
        ),
        ({"ids": ["id-%d" % number for number in range(30)]}, "id-9 and 20 more; check the selection"),
        ({"query": "length(@)"}, "must give a list of server records"),
        ({"query": "[].name"}, "must give a list of server records"),
        ({"query": "abs(@)"}, "cannot be evaluated for the servers"),
    ],
)
def test_what_does_not_fit_the_fleet_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        names(options)
    assert words in str(caught.value)


def test_missing_ones_are_reported_where_they_are_ignored() -> None:
    chosen = Selection.from_options({"ids": ["id-web", "id-x"], "missing": "ignore"}).choose(FLEET)
    assert [each.name for each in chosen.servers] == ["web"]
    assert chosen.missing == {"ids": ["id-x"]}


def test_a_server_that_exists_and_does_not_match_is_not_missing() -> None:
    assert names({"names": ["web"], "status": ["stopped"]}) == []


def test_a_shared_name_is_refused_with_the_ids() -> None:
    twins = [server("web"), Server(id="other", name="web", platform="fake", status="ACTIVE")]
    with pytest.raises(InvalidRequest) as caught:
        names({"names": ["web"]}, twins)
    assert "2 servers are named web (id-web, other)" in str(caught.value)
    assert names({"names": ["web"], "duplicates": "allow"}, twins) == ["web", "web"]
    assert names({"all": True}, twins) == ["web", "web"]


def test_a_server_listed_twice_is_chosen_once() -> None:
    assert names({"all": True}, [WEB, WEB]) == ["web"]


def test_jmespath_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    with pytest.raises(InvalidRequest, match="jmespath"):
        Selection.from_options({"query": "[]"})
    assert Selection.from_options({"all": True}).query is None


def test_the_cloud_is_asked_by_what_names_servers_one_by_one() -> None:
    asked = Selection.from_options({"ids": ["a"], "names": ["b"], "tags": ["t"], "flavor": ["f"]}).ask()
    assert asked == ServerQuery(ids=("a",), flavor=("f",))
    asked = Selection.from_options({"tags": ["t"], "status": ["active"], "filters": {"z": 1, "a": "b"}}).ask()
    assert asked == ServerQuery(tags=("t",), status=("ACTIVE",), filters=(("a", "b"), ("z", "1")))


def test_a_value_of_every_kind_of_tag_is_read() -> None:
    options = {"tags": {"role": "web", "beta": None, "keep": True, "level": 3}}
    assert Selection.from_options(options).tags == ("role=web", "beta", "keep=true", "level=3")
    assert Selection.from_options({"tags": 7}).tags == ("7",)


def test_every_chooser_is_documented_and_in_the_argument_spec() -> None:
    from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import SELECTION

    assert set(CHOOSERS) <= set(SELECTION)


@pytest.mark.parametrize(
    ("tags", "wanted", "matches"),
    [
        (["role"], "role=*", True),
        (["role"], "role=", True),
        (["role="], "role=", True),
        (["role="], "role=*", True),
        (["role="], "role", False),
        (["role=web"], "role=", False),
        (["roles=web"], "role=*", False),
        (["a=b="], "a=b=", True),
        (["a=b=c"], "a=b=", False),
        (["a=b=c"], "a=*", True),
    ],
)
def test_a_key_with_any_value_and_with_an_empty_one(tags: list[str], wanted: str, matches: bool) -> None:
    server = Server(id="s", platform="p", name="s", tags=tuple(tags))
    assert names({"tags": [wanted]}, [server]) == (["s"] if matches else [])
    assert names({"all": True, "not_tags": [wanted]}, [server]) == ([] if matches else ["s"])


def test_only_single_addresses_are_missing_and_asked_for() -> None:
    asked = Selection.from_options({"ips": ["10.0.0.1"], "tags": ["t"]}).ask()
    assert (asked.ips, asked.tags) == (("10.0.0.1",), ())
    # A range needs the list, and nothing may narrow it that would make an address look missing.
    asked = Selection.from_options({"ips": ["10.0.0.1", "10.1.0.0/24"], "tags": ["t"]}).ask()
    assert (asked.ips, asked.tags) == ((), ())
    asked = Selection.from_options({"ips": ["10.1.0.0/24"], "tags": ["t=*"], "name_patterns": ["w*"]}).ask()
    assert (asked.ips, asked.tags, asked.name_patterns) == ((), ("t=*",), ("w*",))
    with pytest.raises(InvalidRequest, match="no server has ips 10.9.9.9;"):
        names({"ips": ["10.9.9.9", "10.8.0.0/16"]})
    assert names({"ips": ["10.8.0.0/16"]}) == []


def test_names_in_the_short_list() -> None:
    assert Selection.from_options({"name_patterns": ["w*"]}).ask(brief=True).brief
    assert not Selection.from_options({"ips": ["10.8.0.0/16"]}).ask(brief=True).brief


def test_the_order_and_the_first_servers() -> None:
    fleet = [
        server("b", created="2026-01-02", host=None),
        server("a", created="2026-01-03", host="h1"),
        server("c", created="2026-01-01", host="h2"),
    ]

    def order(**options: Any) -> list[str]:
        return names({"all": True, **options}, fleet)

    assert order() == ["a", "b", "c"]
    assert order(sort_dir="desc", limit=2) == ["c", "b"]
    assert order(sort_key="created", limit=1) == ["c"]
    assert order(sort_key="created", sort_dir="desc") == ["a", "b", "c"]
    # No value is the last one in both directions.
    assert order(sort_key="host") == ["a", "c", "b"] and order(sort_key="host", sort_dir="desc") == ["c", "a", "b"]
    with pytest.raises(InvalidRequest, match="limit: 0 is out of range"):
        order(limit=0)


def test_a_list_ends_early_only_where_the_cloud_sorts_it() -> None:
    def ends_early(**options: Any) -> bool:
        return Selection.from_options(options, listing=True).ends_early({"created": "created_at"})

    first = {"sort_key": "created", "limit": 2}
    assert ends_early(all=True, **first) and ends_early(tags=["a=*"], **first)
    assert not ends_early(all=True, sort_key="created") and not ends_early(all=True, limit=2)
    assert not ends_early(names=["a"], **first) and not ends_early(all=True, max_targets=5, **first)
    assert not ends_early(query="[]", **first)

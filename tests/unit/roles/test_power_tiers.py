"""What the filter power_tiers makes of the tags of servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.filter.power_tiers import power_tiers


def server(name: str, *tags: str, power_state: str = "stopped") -> dict[str, Any]:
    return {"id": "id-" + name, "name": name, "power_state": power_state, "tags": list(tags)}


def tiers(servers: list[dict[str, Any]], state: str = "started", **options: Any) -> list[tuple[int, list[str]]]:
    found = power_tiers([{"host": "cloud", "servers": servers}], state, **options)
    return [(row["tier"], row["names"]) for row in found]


def test_a_start_ascends_and_a_stop_descends() -> None:
    servers = [
        server("web-2", "order=20"),
        server("db", "order=3"),
        server("web-1", "order=20"),
        server("lb", "order=-1"),
    ]
    assert tiers(servers) == [(-1, ["lb"]), (3, ["db"]), (20, ["web-1", "web-2"])]
    assert tiers(servers, "stopped") == [(20, ["web-1", "web-2"]), (3, ["db"]), (-1, ["lb"])]


def test_a_tier_of_several_clouds_is_complete_before_the_next() -> None:
    clouds = [{"host": host, "servers": [server(host + "-db", "order=1"), server(host, "order=2")]} for host in "xy"]
    assert [(row["tier"], row["host"]) for row in power_tiers(clouds, "started")] == [
        (1, "x"), (1, "y"), (2, "x"), (2, "y")
    ]  # fmt: skip


def test_what_is_left_to_do() -> None:
    servers = [server("a", "order=1", power_state="running"), server("b", "order=1", power_state="paused")]
    for state, names in (("started", ["b"]), ("stopped", ["a", "b"])):
        (row,) = power_tiers([{"host": "cloud", "servers": servers}], state)
        assert row["todo"] == names


def test_servers_without_the_tag_are_refused_or_in_the_default_tier() -> None:
    servers = [server("a", "order=5"), server("b", "orders=1"), server("c")]
    with pytest.raises(AnsibleFilterError, match="2 servers: they have no tag order; add it, .*: b, c$"):
        tiers(servers)
    for default in (0, "7", 5):
        found = dict(tiers(servers, default_tier=default))
        assert {"b", "c"} <= set(found[int(default)])


@pytest.mark.parametrize("tags", [["order=first"], ["order="], ["order"], ["order=1", "order=2"], ["order=1.5"]])
def test_a_wrong_tag_names_the_server(tags: list[str]) -> None:
    with pytest.raises(AnsibleFilterError, match="1 server: the tag order must be one whole number, .*web .order"):
        tiers([server("web", *tags)], default_tier=1)


@pytest.mark.parametrize(
    "state, options, words",
    [("restarted", {}, "neither started nor stopped"), ("started", {"default_tier": "last"}, "is not a whole number")],
)
def test_a_wrong_option_is_one_sentence(state: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        tiers([], state, **options)


@given(st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(["running", "stopped"])), max_size=12))
def test_each_server_is_in_one_tier_and_a_stop_is_the_reverse_of_a_start(rows: list[tuple[int, str]]) -> None:
    servers = [server("s%02d" % n, "order=%d" % tier, power_state=state) for n, (tier, state) in enumerate(rows)]
    start, stop = tiers(servers), tiers(servers, "stopped")
    assert start == stop[::-1]
    assert [tier for tier, _names in start] == sorted({tier for tier, _state in rows})
    assert sorted(name for _tier, names in start for name in names) == [each["name"] for each in servers]

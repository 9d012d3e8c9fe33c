"""What a declared list of servers means to the filter fleet_groups."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.filter.fleet_groups import fleet_groups


def test_entries_that_differ_in_their_names_are_one_group() -> None:
    groups = fleet_groups(
        [
            {"name": "web", "count": 2, "flavor": "small"},
            {"name": "db", "flavor": "small"},
            {"names": ["a", "b"], "flavor": "large", "tags": ["role=db"]},
            {"name_pattern": "w-%02d", "count": "2", "flavor": "small"},
        ],
        ["env=shop"],
    )
    assert groups == [
        {"entry": 1, "names": ["web-1", "web-2", "db", "w-01", "w-02"], "tags": ["env=shop"]},
        {"entry": 3, "names": ["a", "b"], "tags": ["env=shop", "role=db"]},
    ]


def test_tags_may_be_mappings() -> None:
    entries = [{"name": "a", "tags": {"role": "web", "spot": "", "size": 3}}, {"name": "b", "tags": "x, y"}]
    assert [group["tags"] for group in fleet_groups(entries, {"env": "shop"})] == [
        ["env=shop", "role=web", "spot", "size=3"],
        ["env=shop", "x", "y"],
    ]
    with pytest.raises(AnsibleFilterError, match="the value of role is not a string"):
        fleet_groups([{"name": "a", "tags": {"role": ["web", "db"]}}])


def test_a_key_of_a_mapping_replaces_the_default() -> None:
    defaults = {"role": "web", "env": "shop"}
    assert fleet_groups([{"name": "a", "tags": {"role": "db"}}], defaults)[0]["tags"] == ["env=shop", "role=db"]
    # A list adds its tags.
    assert fleet_groups([{"name": "a", "tags": ["role=db"]}], ["role=web"])[0]["tags"] == ["role=web", "role=db"]


def test_groups_hold_no_option_that_may_be_a_secret() -> None:
    assert "hunter2" not in str(fleet_groups([{"name": "a", "password": "hunter2", "user_data": "hunter2"}]))


@pytest.mark.parametrize(
    "entries, words",
    [
        ({}, "give a list of entries"),
        (["web"], "entry 1 is not a mapping"),
        ([{"flavor": "small"}], "entry 1: it has no name"),
        ([{"name": "a"}, {"count": 2}], "entry 2 has no name"),
        ([{"name_pattern": "a-%d"}], "entry 1: name_pattern needs count"),
        ([{"name": "a", "count": "two"}], "entry 1: count 'two' is not a number"),
        ([{"name_pattern": "a-%d-%d", "count": 1}], "does not have exactly one placeholder"),
        ([{"name_pattern": "a", "count": 1}], "does not have exactly one placeholder"),
        ([{"names": {"a": 1}}], "names is not a list"),
        ([{"name": "a"}, {"names": ["a", "b"]}], "declared twice: a"),
    ],
)
def test_a_wrong_declaration_is_one_sentence(entries: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        fleet_groups(entries)
    assert str(caught.value).startswith("declared servers: ")
    assert words in str(caught.value)


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["small", "large"])), max_size=8))
def test_no_name_is_lost_or_doubled(kinds: list[tuple[int, str]]) -> None:
    entries = [{"name": "s%d" % place, "count": count, "flavor": kind} for place, (count, kind) in enumerate(kinds)]
    names = [name for group in fleet_groups(entries) for name in group["names"]]
    assert sorted(names) == sorted("s%d-%d" % (p, n) for p, (c, _k) in enumerate(kinds) for n in range(1, c + 1))
    assert len(fleet_groups(entries)) == len({kind for _count, kind in kinds})

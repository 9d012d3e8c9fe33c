# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags that a task sets, as a list or as a mapping."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import mapped_keys, tag_texts


@pytest.mark.parametrize(
    ("given_tags", "expected"),
    [
        ([], []),
        ({}, []),
        (["role=web", "spot"], ["role=web", "spot"]),
        ("role=web,spot", ["role=web", "spot"]),
        ({"role": "web", "spot": ""}, ["role=web", "spot"]),
        ({"spot": None, "n": 3, "on": True}, ["spot", "n=3", "on=true"]),
        ([{"role": "web"}, "spot", "role=web"], ["role=web", "spot"]),
        (41, ["41"]),
    ],
)
def test_the_tags_of_each_form(given_tags: Any, expected: list[str]) -> None:
    assert tag_texts(given_tags) == expected


@pytest.mark.parametrize(
    ("given_tags", "words"),
    [
        (True, "True is neither a list of tags nor a mapping"),
        ({"a": ["b"]}, "the value of a is not a string"),
        ([None], "one of the items is nothing"),
        ([["role=web"]], "one of the items is a list"),
        ([{}], "an empty mapping has no tag"),
        ("", "an empty string is not a tag"),
        (["role=web", " "], "an empty string is not a tag"),
        (["a,b"], "a,b is not a tag"),
        (["=web"], "=web is not a tag"),
    ],
)
def test_what_is_no_tag(given_tags: Any, words: str) -> None:
    """The same for tags to set, and for tags to select by."""
    for selects in (False, True):
        with pytest.raises(InvalidRequest, match="not_tags: .*" + words):
            tag_texts(given_tags, "not_tags", selects)


@pytest.mark.parametrize("given_tags", [["role=*"], {"role": "*"}])
def test_a_pattern_selects_servers_and_is_no_tag_of_one(given_tags: Any) -> None:
    assert tag_texts(given_tags, selects=True) == ["role=*"]
    with pytest.raises(InvalidRequest, match="is a pattern that selects servers"):
        tag_texts(given_tags)
    assert tag_texts(["glob=a*"]) == ["glob=a*"]


def test_an_empty_value_matches_empty_values_and_sets_none() -> None:
    assert tag_texts({"spot": ""}, selects=True) == ["spot="] and tag_texts({"spot": ""}) == ["spot"]
    assert tag_texts({"spot": None}, selects=True) == tag_texts({"spot": None}) == ["spot"]


def test_spaces_around_tags_are_not_part_of_them() -> None:
    assert tag_texts("role=web, spot") == tag_texts([" role=web", "spot "]) == ["role=web", "spot"]


def test_the_keys_that_a_mapping_gives() -> None:
    assert mapped_keys([{"role": "web"}, "env=a"]) == {"role"} == mapped_keys({" role": "web"})
    assert mapped_keys(["role=web"]) == mapped_keys("role=web") == mapped_keys(None) == set()


@given(st.dictionaries(st.text("abc", min_size=1), st.text("abc=")))
def test_the_mapping_of_a_record_sets_the_same_tags(tags: dict[str, str]) -> None:
    assert Server("i", "p", tags=tuple(tag_texts(tags))).tag_map == tags

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
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import tag_texts


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
    [(True, "True is neither a list of tags nor a mapping"), ({"a": ["b"]}, "the value of a is not a string")],
)
def test_what_is_no_tag(given_tags: Any, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        tag_texts(given_tags)


@given(st.dictionaries(st.text("abc", min_size=1), st.text("abc=")))
def test_the_mapping_of_a_record_sets_the_same_tags(tags: dict[str, str]) -> None:
    assert Server("i", "p", tags=tuple(tag_texts(tags))).tag_map == tags

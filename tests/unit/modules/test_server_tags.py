# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of servers from a list and from a mapping, on every platform."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import PLATFORMS, Bench, nothing_done, refused

EVERY = pytest.mark.parametrize("platform", PLATFORMS, indirect=True)


def tag_map(bench: Bench, name: str) -> Any:
    return bench.call("server_info", names=[name])["servers"][0]["tag_map"]


@EVERY
def test_a_key_of_a_mapping_has_one_value(bench: Bench) -> None:
    wanted = {"name": "web-01", "tags": {"role": "front", "on": True, "spare": None}}
    assert bench.call("server", check=True, **wanted)["changed"]
    assert bench.call("server", **wanted)["changed"]
    assert tag_map(bench, "web-01") == {"env": "demo", "role": "front", "on": "true", "spare": ""}
    with nothing_done(bench):
        assert not bench.call("server", **wanted)["changed"]
    found = bench.call("server_info", tags={"role": "front", "spare": ""}, not_tags={"on": False}, fields=["name"])
    assert [server["name"] for server in found["servers"]] == ["web-01"]


@EVERY
@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ([None], "one of the items is nothing"),
        ([["a"]], "one of the items is a list"),
        ([{}], "an empty mapping has no tag"),
        ("", "an empty string is not a tag"),
        (["role=*"], "role=* is a pattern that selects servers"),
        ({"role": {"web": "yes"}}, "the value of role is not a string"),
    ],
)
def test_what_is_no_tag(bench: Bench, tags: Any, words: str) -> None:
    """Removed with purge_tags, the tags of a server would be lost by a mistake in a template."""
    with nothing_done(bench):
        for check in (True, False):
            refused(bench.call("server", name="web-01", tags=tags, purge_tags=True, check=check), words)

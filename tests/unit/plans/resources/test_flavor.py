# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of flavors: what differs, and what Nova would refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.flavor import (
    FlavorSpec,
    check,
    find_flavor,
    plan_flavor,
    refuse_taken_name,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name, in_range, texts
from ansible_collections.cloudserver.compute.tests.unit.execution.resources.flavor_samples import FIELDS, SMALL


def test_what_the_cloud_does_not_show_is_no_difference() -> None:
    assert not plan_flavor(replace(SMALL, rxtx_factor=None), FlavorSpec({"rxtx_factor": 2.0})).changed


def test_access_on_a_public_flavor() -> None:
    with pytest.raises(InvalidRequest, match="access: the flavor is public.*set is_public: false"):
        plan_flavor(SMALL, FlavorSpec(FIELDS, access=["p1"]))
    with pytest.raises(InvalidRequest, match="access: the flavor is public"):
        plan_flavor(None, FlavorSpec(FIELDS, access=["p1"]))
    assert not plan_flavor(SMALL, FlavorSpec(FIELDS, access=[], purge_access=True)).changed
    made = plan_flavor(None, FlavorSpec({**FIELDS, "is_public": False}, access=["p1"]))
    assert made.after and made.after["access"] == ["p1"]


def test_a_new_flavor_needs_its_sizes() -> None:
    with pytest.raises(InvalidRequest, match="set name, vcpus, ram_mb"):
        plan_flavor(None, FlavorSpec({"id": "f9"}))
    assert not plan_flavor(None, FlavorSpec({"id": "f9"}, "absent")).changed


def test_a_name_that_two_share_or_another_has() -> None:
    twins = [SMALL, replace(SMALL, id="f2")]
    with pytest.raises(InvalidRequest, match=r"2 flavors are named small \(f1, f2\); choose one by id"):
        find_flavor(twins, None, "small")
    assert find_flavor(twins, "f2", "small") == twins[1]
    assert find_flavor(twins, "f3", None) is None
    with pytest.raises(InvalidRequest, match="the name small is already used by the flavor with the id f1"):
        refuse_taken_name([SMALL], None, "small")
    refuse_taken_name([SMALL], SMALL, "small")
    refuse_taken_name([SMALL], None, None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"vcpus": 0}, "vcpus: 0 is out of range; use 1 to 2147483647"),
        ({"ram_mb": 2**31}, "ram_mb: 2147483648 is out of range"),
        ({"disk_gb": -1}, "disk_gb: -1 is out of range; use 0 to"),
        ({"ephemeral_gb": -5}, "ephemeral_gb: -5"),
        ({"swap_mb": -5}, "swap_mb: -5"),
        ({"rxtx_factor": 0.0}, "rxtx_factor: 0.0 is out of range"),
        ({"rxtx_factor": float("nan")}, "rxtx_factor: nan is out of range"),
        ({"name": ""}, "name: '' is empty"),
        ({"name": " x"}, "leading or trailing spaces"),
        ({"id": ".."}, "id: '..' is not a valid flavor id"),
        ({"id": ""}, "id: '' is empty"),
    ],
)
def test_what_nova_refuses_is_refused_before_anything_is_done(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check(fields)
    assert words in str(caught.value)


def test_good_fields_pass() -> None:
    check({"vcpus": 1, "ram_mb": 1, "disk_gb": 0, "rxtx_factor": 0.5, "name": "a b", "id": "x.y"})
    check({})
    in_range("n", None, 1)
    check_name("n", None)


def test_values_are_texts() -> None:
    assert texts(None, "o") is None
    assert texts({"a": True, "b": False, 3: 4, "c": 1.5, "d": ""}, "o") == {
        "a": "true",
        "b": "false",
        "3": "4",
        "c": "1.5",
        "d": "",
    }
    for value, words in ((None, "empty"), ([1], "a list"), ({"x": 1}, "a mapping")):
        with pytest.raises(InvalidRequest, match=f"o: the value of a is {words}"):
            texts({"a": value}, "o")

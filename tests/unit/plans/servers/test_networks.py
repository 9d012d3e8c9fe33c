# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of the networks option."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.networks import declared_networks


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("auto", "auto"),
        ("none", "none"),
        ("", ""),
        ("private", ["private"]),
        (["private", {"network": "b", "tag": "t"}], ["private", {"network": "b", "tag": "t"}]),
        ([{"net-id": "a"}, {"net-name": "b", "tag": "t"}, {"port-id": "c"}],
         [{"network": "a"}, {"network": "b", "tag": "t"}, {"port": "c"}]),
        ("net-id=a, port-id=b", [{"network": "a"}, {"port": "b"}]),
        ("net-name=front=1", [{"network": "front=1"}]),
        # Left as it is, for the sentence of the option
        ({"network": "a"}, {"network": "a"}),
        (7, 7),
        ([{"port-name": "p"}], [{"port-name": "p"}]),
        ("net-id=a,b", [{"network": "a"}, "b"]),
    ],
)  # fmt: skip
def test_forms(given: Any, expected: Any) -> None:
    assert declared_networks(given) == expected

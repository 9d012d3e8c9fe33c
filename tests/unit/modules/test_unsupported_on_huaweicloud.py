# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots where the vendor's document has none: one sentence, and nothing done."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused


@pytest.mark.parametrize("platform", ["huaweicloud"])
@pytest.mark.parametrize(
    "module, options, words",
    [
        ("server_snapshot", {"names": ["web-01"], "name": "x"}, "create_image"),
        ("server_snapshot", {"image_ids": ["x"], "state": "absent"}, "delete_image"),
        ("server_snapshot_info", {}, "create_image"),
    ],
)
def test_it_says_what_to_use_instead(bench: Bench, module: str, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        refused(bench.call(module, **options), "huaweicloud", words, "console")

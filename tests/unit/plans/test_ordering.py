# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times in options of lists; the order is held in test_selection.py."""

from __future__ import annotations

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.ordering import timestamp


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
        ("2026-03-01", "2026-03-01T00:00:00Z"),
        ("2026-03-01 12:00:00", "2026-03-01T12:00:00Z"),
        ("2026-03-01T12:00:00+08:00", "2026-03-01T04:00:00Z"),
        ("2026-03-01T12:00:00.5+0800", "2026-03-01T04:00:00Z"),
        (None, None),
    ],
)
def test_times(text: str | None, expected: str | None) -> None:
    assert timestamp("changes_since", text) == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "12:00", ""])
def test_no_times(text: str) -> None:
    with pytest.raises(InvalidRequest, match="changes_since: .* is not a time in ISO 8601, such as"):
        timestamp("changes_since", text)

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of sentences that several messages have in common."""

from __future__ import annotations

from typing import Sequence


def shortened(values: Sequence[str], most: int = 10) -> str:
    """The first ``most`` of the values, and the number of the others."""
    rest = len(values) - most
    return ", ".join(values[:most]) + (" and %d more" % rest if rest > 0 else "")

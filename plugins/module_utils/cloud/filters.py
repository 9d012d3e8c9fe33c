# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of a platform's own list filters with the records in the response.

A cloud silently ignores an unknown filter, and Nova also ignores a filter that the user may not use (``host`` for a
user without an administrator role): the response then contains every server of the project.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable, Optional

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: Whether a server matches the value of a filter; ``None`` if the record does not show it.
FilterCheck = Callable[["Server", str], Optional[bool]]


def applied(server: Server, value: str) -> bool:
    """The check of a filter that the platform applies for every user, and that needs no further check."""
    return True


def equals(field: str) -> FilterCheck:
    """The field of the record equals the value; a field that is ``None`` is not shown."""

    def check(server: Server, value: str) -> bool | None:
        shown = getattr(server, field)
        return None if shown is None else str(shown) == value

    return check


def contains_pattern(field: str) -> FilterCheck:
    """The value is a regular expression found in the field, case-insensitive; an invalid expression is not decided
    here."""

    def check(server: Server, value: str) -> bool | None:
        shown = getattr(server, field)
        if shown is None:
            return None
        try:
            return re.search(value, shown, re.IGNORECASE) is not None
        except re.error:
            return None

    return check

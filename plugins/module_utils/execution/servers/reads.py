# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists of a cloud that several declarations of one task need: each is read once."""

from __future__ import annotations

from typing import Any, Callable, Hashable, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError

T = TypeVar("T")


class Reads:
    """Reads each thing when it is needed first, and keeps it for the task; also the error, if it cannot be read."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._failed: dict[Hashable, CloudError] = {}

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """The result of the first ``read`` of the key. Raises CloudError as the first one did."""
        if key in self._failed:
            raise self._failed[key]
        if key not in self._found:
            try:
                self._found[key] = read()
            except CloudError as error:
                self._failed[key] = error
                raise
        found: T = self._found[key]
        return found

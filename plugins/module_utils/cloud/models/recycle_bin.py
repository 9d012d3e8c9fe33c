# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a recycle bin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecycleBin:
    """The recycle bin of a project. ``is_enabled``: deleted servers are moved to it, if they were created at least
    ``threshold_days`` days ago. It deletes a server permanently after ``retention_hours``. ``None`` means unknown."""

    is_enabled: bool
    threshold_days: int | None = None
    retention_hours: int | None = None

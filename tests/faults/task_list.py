"""All tasks that are hit, in one list."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import reading_tasks
import resource_tasks
import server_tasks
from tasks import Task


def all_tasks() -> list[Task]:
    """Every task of every platform; the order is fixed."""
    found: list[Task] = []
    for part in (reading_tasks, server_tasks, resource_tasks):
        part.add(found)
    labels = [task.label for task in found]
    assert len(set(labels)) == len(labels), "two tasks have one name"
    return found

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of a reader who types what a page shows."""

from __future__ import annotations

import os
from pathlib import Path

#: Variables of this machine that would decide what a command does.
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_", "AWX_")


def reader_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment without this machine's clouds and Ansible settings, in an own home."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {
        **clean,
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "NO_PROXY": "127.0.0.1",
        **more,
    }

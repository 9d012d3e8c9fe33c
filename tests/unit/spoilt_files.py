# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another program may have put in the place of a file of a cache."""

from __future__ import annotations

import os
from pathlib import Path


def become_link(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def become_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)

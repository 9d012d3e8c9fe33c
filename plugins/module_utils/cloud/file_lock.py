# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks of files between processes, by flock(2)."""

from __future__ import annotations

import errno
import fcntl
import time

_PAUSE = 0.05


def take(handle: int, timeout: float) -> bool:
    """Locks the open file; closing it releases the lock. False if another process holds it for ``timeout`` seconds.
    Raises OSError if the file system does not support it."""
    end = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
        if time.monotonic() >= end:
            return False
        time.sleep(_PAUSE)

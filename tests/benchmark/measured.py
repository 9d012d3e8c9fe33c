"""Run a command; write its wall time, processor time and peak memory to a file: measured.py FILE COMMAND...

A process of its own, and a small one: Linux hands the peak memory of the process that starts another on to it, so a
benchmark that has grown would be measured in place of what it starts.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import sys
import time

if __name__ == "__main__":
    begin = time.perf_counter()
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    _pid, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    with open(sys.argv[1], "w", encoding="ascii") as report:
        document = {
            "status": os.waitstatus_to_exitcode(status),
            "seconds": seconds,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_kib": usage.ru_maxrss,
        }
        json.dump(document, report)

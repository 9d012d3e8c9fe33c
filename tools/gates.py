"""Run gates: those of the first lane one after the other, then the other lanes side by side.

    tools/gates.py GATE... [-- GATE...] [-- GATE...]

What the first two lanes print is seen at once, what a gate of another lane prints once it has ended. The first gate
that fails stops all. At the end stands a table, with the unit tests' own summary.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LOGS = Path(".cache/gates")
SUMMARY = re.compile(r"^=+ .*\d+ passed.* =+$", re.MULTILINE)


class Gates:
    """The gates that run, and how those that have ended did."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.failed = ""
        self.stopped = False
        self._running: set[subprocess.Popen[str]] = set()
        # A signal may come while this thread has it.
        self._lock = threading.RLock()

    def run(self, lane: Sequence[str], at_once: bool) -> None:
        """Runs the gates one after the other until one fails, here or in another lane."""
        for gate in lane:
            if not self._passes(gate, at_once):
                return

    def _passes(self, gate: str, at_once: bool) -> bool:
        begin, path = time.monotonic(), LOGS / f"{gate}.log"
        with self._lock:
            if self.stopped:
                return False
            # A session of its own: all that the gate starts is stopped with it.
            process = subprocess.Popen(
                ["make", "--no-print-directory", gate],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        assert process.stdout is not None
        if at_once:
            print(f"\n--- {gate}", flush=True)
        with path.open("w") as log:
            for line in process.stdout:
                log.write(line)
                if at_once:
                    print(line, end="", flush=True)
        passed = process.wait() == 0
        seconds = time.monotonic() - begin
        with self._lock:
            self._running.discard(process)
            if self.stopped:
                return False
            if not at_once:
                print(f"\n--- {gate}\n{path.read_text()}", flush=True)
            if passed:
                self.rows.append(f"{gate:14} {seconds:5.0f} s  passed")
                return True
            self.failed = f"{gate:14} {seconds:5.0f} s  FAILED: make {gate} (output in {path})"
        self.stop(signal.SIGTERM)
        return False

    def stop(self, number: int) -> None:
        """Stops the gates that run, as a signal with this number does, and starts no more."""
        with self._lock:
            self.stopped = True
            for process in self._running:
                try:
                    os.killpg(process.pid, number)
                except ProcessLookupError:
                    continue


def lanes_of(arguments: Sequence[str]) -> list[list[str]]:
    """The gates of each lane."""
    lanes: list[list[str]] = [[]]
    for word in arguments:
        if word == "--":
            lanes.append([])
        else:
            lanes[-1].append(word)
    return lanes


def main(arguments: Sequence[str]) -> int:
    first, *beside = lanes_of(arguments)
    LOGS.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    gates = Gates()

    def end(number: int, _frame: object) -> None:
        gates.stop(number)
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    gates.run(first, True)
    if beside and not gates.stopped:
        with ThreadPoolExecutor(len(beside)) as pool:
            for future in [pool.submit(gates.run, lane, lane is beside[0]) for lane in beside]:
                future.result()
    table = "\n".join(gates.rows)
    if gates.failed:
        print(f"{table}\n{gates.failed}")
        return 1
    print(f"\nAll gates passed in {time.monotonic() - begin:.0f} s:\n{table}")
    unit = LOGS / "unit.log"
    if found := SUMMARY.findall(unit.read_text() if unit.exists() else ""):
        print(found[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

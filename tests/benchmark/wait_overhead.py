"""How long a task waits on after its servers have reached their state."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from figures import Figure
from lab import PLATFORMS, BenchmarkError, Lab, clouds, control, power, say

TITLE = "Wait overhead"
#: Seconds of a transition, and how often each is measured.
TRANSITIONS = ((0.5, 4), (5.0, 2), (20.0, 1))
SERVERS = 10
STATES = ("stopped", "started", "restarted")
NOTE = (
    "seconds from when the last of %d servers reached its state in the simulator to the return of the module, of stop,"
    " start and restart; the most counts. The budget is 0.5 s or 10 %% of the transition." % SERVERS
)


def overhead(ready: dict[str, Any], platform: str, state: str) -> float:
    """Seconds. Raises BenchmarkError where the task returned before the servers were there."""
    asked = time.time()
    power(ready["platforms"][platform], all=True, state=state)
    returned = time.time()
    servers = control(ready, "GET", "/%s/servers" % platform)["servers"]
    reached = [server["reached_at"] for server in servers]
    wanted = "SHUTOFF" if state == "stopped" else "ACTIVE"
    if len(servers) != SERVERS or {server["status"] for server in servers} != {wanted} or min(reached) < asked:
        raise BenchmarkError("%s: not all servers were %s when the task returned" % (platform, state))
    return float(returned - max(reached))


def run(lab: Lab) -> Sequence[Figure]:
    found: dict[tuple[float, str], list[float]] = {}
    with clouds(SERVERS) as ready:
        for seconds, times in TRANSITIONS[:2] if lab.quick else TRANSITIONS:
            say("waiting: transitions of %g s" % seconds)
            names = ("start", "stop", "shutdown", "reboot_soft", "reboot_hard")
            control(ready, "PUT", "/delays", dict.fromkeys(names, seconds))

            def measured(platform: str, times: int = times) -> list[float]:
                return [overhead(ready, platform, state) for _unused in range(times) for state in STATES]

            # Side by side, for all of them do little but wait.
            with ThreadPoolExecutor(len(PLATFORMS)) as pool:
                for platform, values in zip(PLATFORMS, pool.map(measured, PLATFORMS), strict=True):
                    found[seconds, platform] = values
    return [
        Figure(
            "waiting",
            "%s, %g s" % (platform, seconds),
            {"most": max(values), "median": median(values)},
            {"most": max(0.5, 0.1 * seconds)},
            NOTE,
        )
        for (seconds, platform), values in found.items()
    ]

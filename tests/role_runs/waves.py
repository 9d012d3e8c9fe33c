"""python tests/role_runs/waves.py: rolling_change and ordered_power with 200 servers on each platform.

Prints the seconds and the requests of each run, and fails if a group had more servers down than its limit, or if a
second run changed something. It is no part of `make test`: it takes some minutes.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "unit" / "roles"))

from ansible_collections.cloudserver.compute.tools import simulator  # noqa: E402
from playbooks import Lab, role  # noqa: E402

PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
CELLS = ("a", "b", "c", "d")
MOST_DOWN = 5
CHANGE = {
    "rolling_change_revision": "r1",
    "rolling_change_action": "reboot",
    "rolling_change_selection": {"all": True},
    "rolling_change_batch_size": "10%",
    "rolling_change_limits": [{"group": "tag", "key": "cell", "max_down": MOST_DOWN}],
    "rolling_change_max_targets": 1000,
}
ORDER = {"ordered_power_selection": {"all": True}, "ordered_power_max_targets": 1000}


class Watch:
    """Looks at the simulator's servers during a run: the most servers of a cell that did not run at the same time."""

    def __init__(self, lab: Lab, platform: str) -> None:
        self.lab, self.platform, self.most = lab, platform, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._end.wait(0.2):
            rows = self.lab.servers(self.platform)
            down = Counter(name.split("-")[1] for name, row in rows.items() if row["status"] != "ACTIVE")
            self.most = max([self.most, *down.values()])

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exception: Any) -> None:
        self._end.set()
        self._thread.join()


def generated(platform: str, count: int) -> list[dict[str, Any]]:
    entries = []
    for number, cell in enumerate(CELLS):
        tags = {"cell": cell, "order": str(10 * number + 10)}
        kind = {"metadata": tags} if platform == "ustack" else {"tags": ["%s=%s" % row for row in tags.items()]}
        entries.append({"count": count // len(CELLS), "name": "wave-%s-%%03d" % cell, **kind})
    return entries


def measured(lab: Lab, platform: str, what: str, play: dict[str, Any], *arguments: str) -> bool:
    """Runs a play and prints a row. Returns whether it succeeded."""
    before, began = len(lab.requests(platform)), time.monotonic()
    with Watch(lab, platform) as watch:
        run = lab.play(lab.inventory(platform), play, *arguments)
    seconds = time.monotonic() - began
    rows = lab.requests(platform)[before:]
    methods = Counter(row["method"] for row in rows)
    print(
        "%-12s %-28s %6.1f s  %5d requests (%s), changed %d, most down in a cell %d%s"
        % (
            platform,
            what,
            seconds,
            len(rows),
            ", ".join("%d %s" % (number, method) for method, number in sorted(methods.items())),
            run.changed,
            watch.most,
            "" if run.status == 0 else "  FAILED: " + " ".join(run.output.split())[-800:],
        ),
        flush=True,
    )
    limited = "rolling" not in what or watch.most <= MOST_DOWN
    return run.status == 0 and limited and ("again" not in what or run.changed == 0)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python tests/role_runs/waves.py", description=__doc__)
    parser.add_argument("--platform", action="append", choices=PLATFORMS, help="only these")
    parser.add_argument("--servers", type=int, default=200, help="number of servers (default: 200)")
    options = parser.parse_args(arguments)
    good = True
    for platform in options.platform or PLATFORMS:
        with tempfile.TemporaryDirectory(prefix="waves-") as name:
            folder = Path(name)
            config = folder / "config.yml"
            config.write_text(
                json.dumps({"platforms": {platform: {"servers": [], "generate": generated(platform, options.servers)}}})
            )
            with simulator.running(folder / "simulator", "--quiet", "--config", str(config)) as ready:
                lab = Lab(folder, ready)
                change = role("rolling_change", **CHANGE)
                stop = role("ordered_power", ordered_power_state="stopped", **ORDER)
                start = role("ordered_power", ordered_power_state="started", **ORDER)
                for what, play, *more in (
                    ("rolling_change --check", change, "--check"),
                    ("rolling_change", change),
                    ("rolling_change again", change),
                    ("ordered_power stopped", stop),
                    ("ordered_power stopped again", stop),
                    ("ordered_power started", start),
                ):
                    good = measured(lab, platform, what, play, *more) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

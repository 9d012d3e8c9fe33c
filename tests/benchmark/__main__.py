"""Measure requests, time and memory against their budgets; what `make benchmark` runs.

Prints a markdown table for each part, writes .cache/benchmark.json, and ends with status 1 where a budget is broken.
All ratios are of things measured in the same run, so a slow or busy machine does not change what they mean.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from importlib.metadata import version

import inventory_time
import large_results
import request_counts
import rival
import task_time
import wait_overhead
from figures import Figure, table
from lab import FOREIGN, ROOT, WORK, BenchmarkError, Lab, say, simulator

PARTS = {
    "requests": request_counts,
    "tasks": task_time,
    "inventory": inventory_time,
    "waiting": wait_overhead,
    "large": large_results,
}
#: Needs more than this checkout, so it is measured only where it is asked for.
ON_REQUEST = {"rival": rival}
REPORT = ROOT / ".cache" / "benchmark.json"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/benchmark", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="fewer servers, repetitions and transitions")
    parser.add_argument(
        "--only", action="append", choices=[*PARTS, *ON_REQUEST], help="one part (may be given several times)"
    )
    parser.add_argument("--repetitions", type=int, help="how often the plays of the part `tasks` run (5, quick: 2)")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    lab = Lab(options.quick, options.repetitions or (2 if options.quick else 5))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    WORK.mkdir(parents=True, exist_ok=True)
    about = {"python": platform.python_version(), "ansible-core": version("ansible-core"), "quick": options.quick}
    found: list[Figure] = []
    failed = []
    for name, part in {**PARTS, **ON_REQUEST}.items():
        if name not in (options.only or PARTS):
            continue
        begin = time.monotonic()
        try:
            figures = list(part.run(lab))
        except KeyboardInterrupt:
            say("Interrupted; what was started is stopped.")
            return 130
        except (BenchmarkError, simulator.SimulatorError) as error:
            failed.append(name)
            print("## %s\n\nNot measured: %s\n" % (part.TITLE, error), flush=True)
            continue
        found += figures
        print(table(part.TITLE, figures), flush=True)
        say("%s: measured in %.0f s" % (name, time.monotonic() - begin))
    rows = [figure.as_dict() for figure in found]
    REPORT.write_text(json.dumps({**about, "not_measured": failed, "figures": rows}, indent=2) + "\n")
    broken = [figure for figure in found if figure.over]
    for figure in broken:
        print("Over its budget: %s, %s: %s" % (figure.part, figure.name, ", ".join(figure.over)))
    if not broken and not failed:
        print("All %d budgets are kept." % sum(bool(figure.budget) for figure in found))
    return 1 if broken or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""python tests/openstack/conformance [AREA...]: send the same requests to the simulator and to the real OpenStack.

Compared are status, the shape of the body, the headers that clients read, names in lists, and the state that servers
come to. Differences that must stay are in differences.yml with the reason; the run fails on any other, and on one that
is listed there and does not occur.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(path) for path in (HERE, HERE.parent / "gateway", ROOT / "tests")]

import yaml  # noqa: E402
from cases import BadCase, Case, load  # noqa: E402
from estate import Estate  # noqa: E402
from lab import LabError  # noqa: E402
from shape import differences, shape  # noqa: E402
from sides import Side, real, simulated  # noqa: E402

from ansible_collections.cloudserver.compute.tools import simulator  # noqa: E402

WORK = ROOT / ".cache" / "conformance"


def config(estate: Estate) -> Path:
    """The simulator's configuration with the servers of the estate alone."""
    path = WORK / "simulator.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"platforms": {"openstack": {"servers": estate.entries}}}))
    return path


def compare(case: Case, sides: list[Side]) -> list[tuple[str, str]]:
    """What differs: (where, what)."""
    for side in sides:
        for server, status in case.given.items():
            side.lead(server, status)
    found: list[tuple[str, str]] = []
    for number, step in enumerate(case.steps):
        one, other = (side.take(step, case.microversion) for side in sides)
        prefix = "%d " % (number + 1) if len(case.steps) > 1 else ""
        if one["status"] != other["status"]:
            message = [json.dumps(seen["document"])[:160] for seen in (one, other)]
            told = (one["status"], message[0], other["status"], message[1])
            found.append((prefix + "status", "simulator %d %s, real %d %s" % told))
            continue
        unlike = differences(shape(one["document"]), shape(other["document"]))
        found += [(prefix + "body " + path, text) for path, text in unlike.items()]
        for kind in ("headers", "values", "state"):
            for name in one.get(kind) or {}:
                if one[kind][name] != other[kind].get(name):
                    found.append(
                        (
                            "%s%s %s" % (prefix, kind, name),
                            "simulator %r, real %r" % (one[kind][name], other[kind].get(name)),
                        )
                    )
        if one.get("names") != other.get("names"):
            found.append((prefix + "names", "simulator %s, real %s" % (one.get("names"), other.get("names"))))
    return found


class Listed:
    """The differences that must stay: case and where (with wildcards), reason, and the microversions if not all."""

    def __init__(self, areas: list[str]) -> None:
        rows = yaml.safe_load((HERE / "differences.yml").read_text()) or []
        for row in rows:
            if set(row) - {"microversions"} != {"case", "where", "reason"}:
                raise BadCase("differences.yml: an entry has case, where, reason and maybe microversions: %s" % row)
        self.rows = [row for row in rows if not areas or row["case"].partition(":")[0] in areas]
        self.met = [False] * len(self.rows)

    def has(self, case: Case, where: str) -> bool:
        for number, row in enumerate(self.rows):
            versions = [str(version) for version in row.get("microversions") or [case.microversion]]
            if (
                fnmatch.fnmatchcase(case.label, _escaped(row["case"]))
                and case.microversion in versions
                and fnmatch.fnmatchcase(where, _escaped(row["where"]))
            ):
                self.met[number] = True
                return True
        return False

    def unmet(self) -> list[dict[str, Any]]:
        return [row for row, met in zip(self.rows, self.met, strict=True) if not met]


def _escaped(pattern: str) -> str:
    """A path has brackets, which are no wildcard here."""
    return pattern.replace("[", "[[]")


def run(areas: list[str], only: str, sides: list[Side]) -> int:
    listed = Listed(areas)
    begin, asked, wrong = time.monotonic(), 0, 0
    for area, cases in load(areas).items():
        cases = [case for case in cases if only in case.name]
        if not cases:
            continue
        for side in sides:
            side.prepare()
        start, bad = time.monotonic(), 0
        for case in cases:
            unlisted = [(where, what) for where, what in compare(case, sides) if not listed.has(case, where)]
            for where, what in unlisted:
                print("  %s [%s] %s: %s" % (case.label, case.microversion, where, what), flush=True)
            bad += bool(unlisted)
        print("%-18s %4d cases, %d differ, %.0f s" % (area, len(cases), bad, time.monotonic() - start), flush=True)
        asked, wrong = asked + len(cases), wrong + bad
    gone = [] if only else listed.unmet()
    for row in gone:
        print("  listed in differences.yml, but it does not occur: %s, %s" % (row["case"], row["where"]))
    print(
        "%d cases in %.0f s: %d differ, %d listed differences of which %d do not occur"
        % (asked, time.monotonic() - begin, wrong, len(listed.rows), len(gone))
    )
    return 1 if wrong or gone or not asked else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python tests/openstack/conformance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("areas", nargs="*", help="files of cases/ without .yml (default: all)")
    parser.add_argument("-k", dest="only", default="", metavar="TEXT", help="cases with this in their name alone")
    chosen = parser.parse_args()
    try:
        load(chosen.areas)
        estate = Estate("openstack")
        with simulator.running(WORK, "--quiet", "--config", str(config(estate))) as ready:
            one = simulated(ready, partial(simulator.control, ready))
            return run(chosen.areas, chosen.only, [one, real(estate)])
    except (BadCase, LabError) as error:
        print("conformance: %s" % error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

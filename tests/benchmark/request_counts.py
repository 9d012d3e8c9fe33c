"""How many requests server_power makes, by the simulator's request log."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from figures import Figure
from lab import PLATFORMS, BenchmarkError, Lab, clouds, power, requests_made, say

TITLE = "Requests of server_power"
PAGE = 1000
#: What the simulator calls a request (operations.yml names it the same), and what it is to a task.
KINDS = {
    "create token": "auth",
    "show token": "auth",
    "identity versions": "auth",
    "list projects": "auth",
    "compute versions": "version",
    "list servers": "listing",
    "list servers with details": "listing",
    "show server": "show",
    "show job": "job",
    "show instance action": "proof",
    "os-start": "action",
    "os-stop": "action",
    "os-shutdown": "action",
    "reboot": "action",
}
#: What the fleet is asked for in turn; all of it runs at first. Whether something is to be done, and whether Nova is
#: asked for the instance action of each server: a reboot leaves no trace in the state.
CASES = (
    ("already started", "started", False),
    ("stop", "stopped", True),
    ("start", "started", True),
    ("restart", "restarted", True),
)
NOTE = (
    "`auth`, `version`: token or project, and microversion; `listing`, `poll`: before and after the first action;"
    " `show`: one server; `job`, `proof`: a job, a server's instance action. By operation id in the JSON report."
)
PROVEN = ("openstack", "easystack")


def count(rows: Iterable[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """Requests by kind, and by operation id (its name where it has none).

    A listing after the first action is a poll. Raises BenchmarkError for a request that is of no known kind.
    """
    kinds: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    for row in rows:
        kind = KINDS.get(row["name"])
        if kind is None or row["status"] >= 400:
            raise BenchmarkError("an unexpected request: %(method)s %(path)s (%(name)s), status %(status)s" % row)
        kinds["poll" if kind == "listing" and kinds["action"] else kind] += 1
        operations[row["operation"] or row["name"]] += 1
    return kinds, operations


def waited(rows: Sequence[dict[str, Any]]) -> float:
    """Seconds from the last action to the last request; 0 where there was no action."""
    actions = [row["at"] for row in rows if KINDS.get(row["name"]) == "action"]
    return max(row["at"] for row in rows) - max(actions) if actions else 0.0


def most_looks(seconds: float) -> int:
    """How often a wait of so many seconds may look: pauses of 0.2 s, then 8 % of the time waited, each 10 % shorter."""
    looks, elapsed = 1, 0.0
    while elapsed < seconds:
        looks += 1
        elapsed += 0.9 * max(0.2, 0.08 * elapsed)
    return looks


def budget(platform: str, servers: int, wanted: str, changes: bool, seconds: float) -> dict[str, float]:
    """The most requests of each kind: one listing and one batch a page, actions in parallel, polls by listing.

    Nova answers a full last page with a link to an empty one, and both ends of a list may overlap: one listing more.
    """
    pages = -(-servers // PAGE)
    looks = most_looks(seconds)
    if platform == "huaweicloud":
        most = {"auth": 1, "listing": pages}
        if changes:
            # Once a job is over, its servers are read; each job may end at a look of its own.
            # One server alone is shown.
            most.update(action=pages, job=looks * pages, **{"show" if servers == 1 else "poll": pages * pages})
    else:
        most = {"auth": 1, "listing": pages + (servers >= PAGE)}
        if platform in PROVEN:
            most["version"] = 1
        if changes:
            # The last four servers are looked at one by one, which is cheaper for the cloud than a listing.
            show = looks * servers if servers <= 4 else min(4 * looks, servers // 4)
            most.update(action=servers, poll=looks * (pages + (servers >= PAGE)), show=show)
            if wanted == "restarted" and platform in PROVEN:
                most["proof"] = servers
    return {kind: float(most.get(kind, 0)) for kind in sorted({*KINDS.values(), "poll"})}


def figure(ready: dict[str, Any], platform: str, servers: int, case: tuple[str, str, bool]) -> Figure:
    name, wanted, changes = case
    requests_made(ready)
    result = power(ready["platforms"][platform], all=True, state=wanted)
    rows = requests_made(ready)
    kinds, operations = count(rows)
    results = Counter(outcome["outcome"] for outcome in result["outcomes"])
    if results != {"done" if changes else "unchanged": servers}:
        raise BenchmarkError("%s of %d servers on %s: %s" % (name, servers, platform, dict(results)))
    least = (-(-servers // PAGE) if platform == "huaweicloud" else servers) if changes else 0
    if kinds["action"] < least:
        raise BenchmarkError("%s of %d servers on %s took %d actions" % (name, servers, platform, kinds["action"]))
    most = budget(platform, servers, wanted, changes, waited(rows))
    measured = {kind: float(kinds[kind]) for kind in most}
    shown = {kind: most[kind] for kind in most if measured[kind] or most[kind]}
    return Figure(
        "requests",
        "%s, %d, %s" % (platform, servers, name),
        {kind: measured[kind] for kind in shown},
        shown,
        NOTE,
        dict(operations),
    )


def run(lab: Lab) -> Sequence[Figure]:
    found = []
    for servers in (1, 100, 1100) if lab.quick else (1, 100, 2500):
        say("requests: %d servers on each platform" % servers)
        with clouds(servers) as ready:
            found += [figure(ready, platform, servers, case) for platform in PLATFORMS for case in CASES]
    return found

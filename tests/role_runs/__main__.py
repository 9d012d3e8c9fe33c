"""python tests/role_runs: every role on every platform, run as operators run it; prints a table, and what did not hold.

A row is a role on a platform, a column a way to run it. Each cell starts from the simulator's default fleet, or from
a fleet of ``--servers``, and ends with a run that has to change nothing; the state of the cloud must then be that of an
unbroken run. Nothing may have changed before a run that fails at its first request, or in check mode.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "unit" / "roles"))

import playbooks  # noqa: E402
from ansible_collections.cloudserver.compute.tools import simulator  # noqa: E402
from playbooks import Lab, Run, kill, role, until  # noqa: E402

PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
#: Platforms whose administrators have aggregates, flavors and hosts to look after.
ADMINISTERED = ("openstack", "easystack")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJDS3myUdKqe2gGwOleXjNFTmDSzcrb2eAHbjVNf4V6 me@here"
KINDS: dict[str, dict[str, Any]] = {
    "openstack": {"flavor": "m1.small", "image": "debian-12", "networks": ["private"]},
    "easystack": {"flavor": "1C-2G", "image": "ubuntu-24.04", "networks": ["private"]},
    "ustack": {"flavor": "micro-1", "image": "Ubuntu 14.04 x64", "networks": ["shared"]},
}
#: The paths of all requests but those for tokens.
NO_LOGIN = "^(?!.*auth/tokens).*$"
#: The host that is put into maintenance, and that fails.
FAILED_HOST = "cmp3"
#: What Huawei Cloud requires for an image without a password of its own.
LOGINS = {"huaweicloud": {"password": "Fr0m-the-role-runs"}}
IMAGES = {"openstack": "ubuntu-24.04", "easystack": "ubuntu-24.04", "huaweicloud": "Ubuntu 24.04 server 64bit"}


@dataclass(frozen=True)
class Subject:
    """A role as it is run here. ``by_server``: its hosts are servers, otherwise the platform's connection alone."""

    name: str
    platforms: Sequence[str]
    variables: Callable[[str, Path], dict[str, Any]]
    admin: bool = False
    by_server: bool = False
    #: The variables that limit how many servers a run may change; the roles' defaults are smaller than a fleet.
    limits: Sequence[str] = ()
    prepare: Callable[[Lab, str, Path], None] = lambda _lab, _platform, _folder: None


def fail_host(lab: Lab, platform: str, folder: Path) -> None:
    """The host stops, and is down for longer than the role's grace; the fencing tasks do nothing."""
    lab.control("PUT", "/%s/hosts/%s" % (platform, FAILED_HOST), {"up": False})
    lab.control("POST", "/clock", {"advance": 600})
    (folder / "fence.yml").write_text(json.dumps([{"ansible.builtin.meta": "noop"}]))


SUBJECTS = (
    Subject("keypairs", PLATFORMS, lambda _p, _f: {"keypairs_keypairs": [{"name": "ops", "public_key": KEY}]}),
    Subject(
        "server_fleet",
        tuple(KINDS),
        lambda platform, _f: {
            "server_fleet_defaults": KINDS[platform],
            "server_fleet_servers": [{"name": "shop", "count": 2}, {"name": "shop-db"}],
        },
    ),
    Subject(
        "power_schedule",
        PLATFORMS,
        lambda _p, _f: {
            "power_schedule_tag": "env",
            "power_schedule_now": "2026-11-20T22:30:00Z",
            "power_schedule_schedules": {"demo": {"hours": "07:00-19:00", "timezone": "UTC"}},
        },
        by_server=True,
        limits=("max_targets",),
    ),
    Subject(
        "password_rotation",
        PLATFORMS,
        lambda _p, folder: {
            "password_rotation_revision": "r1",
            "password_rotation_store": {
                "path": str(folder / "passwords.vault"),
                "vault_password_file": str(folder / "vault_password"),
            },
        },
        by_server=True,
        limits=("max_targets",),
    ),
    Subject(
        "os_reinstall",
        tuple(IMAGES),
        lambda platform, _f: {
            "os_reinstall_image": IMAGES[platform],
            "os_reinstall_options": {**LOGINS.get(platform, {}), "wait_interval": 0.5},
        },
        by_server=True,
        limits=("max_targets",),
    ),
    Subject(
        "compute_capacity",
        ADMINISTERED,
        lambda _p, _f: {
            "compute_capacity_flavors": [
                {"name": "build.large", "vcpus": 8, "ram_mb": 16384, "disk_gb": 40, "extra_specs": {"a": "b"}}
            ],
            "compute_capacity_aggregates": [{"name": "fast", "availability_zone": "zone-3", "hosts": ["cmp5"]}],
        },
        admin=True,
    ),
    Subject(
        "host_maintenance",
        ADMINISTERED,
        lambda _p, _f: {
            "host_maintenance_hosts": [FAILED_HOST],
            "host_maintenance_reason": "runs",
            "host_maintenance_options": {"wait_interval": 0.5},
        },
        admin=True,
    ),
    Subject(
        "host_evacuation",
        ADMINISTERED,
        lambda _p, folder: {
            "host_evacuation_fencing": str(folder / "fence.yml"),
            "host_evacuation_interval": 0,
            "host_evacuation_options": {"wait_interval": 0.5},
        },
        admin=True,
        prepare=fail_host,
    ),
    Subject(
        "lifecycle",
        PLATFORMS,
        lambda _p, _f: {
            "lifecycle_stages": ["mark", "stop"],
            "lifecycle_required_tags": ["nobody-has-it"],
            "lifecycle_stop_after_days": 0,
            "lifecycle_max_stop_percent": 100,
        },
        by_server=True,
        limits=("max_stop",),
    ),
    Subject(
        "snapshot_policy",
        tuple(KINDS),
        lambda _p, _f: {"snapshot_policy_keep_last": 1},
        by_server=True,
        limits=("max_targets", "max_removals"),
    ),
    Subject(
        "ordered_power",
        PLATFORMS,
        lambda _p, _f: {"ordered_power_state": "stopped", "ordered_power_default_tier": 10},
        by_server=True,
        limits=("max_targets",),
    ),
    Subject(
        "rolling_change",
        PLATFORMS,
        lambda _p, _f: {
            "rolling_change_revision": "r1",
            "rolling_change_action": "reboot",
            "rolling_change_batch_size": 2,
            "rolling_change_limits": [{"group": "availability_zone", "max_down": 2}],
            "rolling_change_options": {"wait_interval": 0.5},
        },
        by_server=True,
        limits=("max_targets",),
    ),
    Subject("fleet_report", PLATFORMS, lambda _p, folder: {"fleet_report_csv": str(folder / "fleet.csv")}),
)
HOWS = ("once", "check first", "failure", "second half", "kill", "slices", "serial", "free")
#: Servers of the default fleet that every platform has, running.
HOSTS = ("web-01", "web-02", "web-03", "web-04")
#: Of a fleet of ``--servers``, one in this many is on the host that is emptied.
ON_FAILED_HOST = 10


def fleet(platform: str, count: int) -> dict[str, Any]:
    """The simulator's configuration of a platform with this many running servers, ``web-001`` and so on."""
    here = count // ON_FAILED_HOST
    tags = {"env": "demo"}
    common = {"metadata": tags} if platform == "ustack" else {"tags": ["env=demo"]}
    groups = [
        {"count": count - here, "name": "web-%03d", **common},
        {"count": here, "name": "web-on-failed-host-%03d", "host": FAILED_HOST, **common},
    ]
    return {"platforms": {platform: {"servers": [], "generate": groups}}}


class Broken(Exception):
    """What did not hold; the text says it in a clause."""


class Cell:
    """One role, one platform, one way to run it."""

    def __init__(self, lab: Lab, subject: Subject, platform: str, count: int | None) -> None:
        self.lab, self.subject, self.platform, self.count = lab, subject, platform, count
        self.begin()

    def begin(self) -> None:
        """The fleet as it is at first, an empty folder, and the play."""
        self.lab.reset()
        self.hosts = sorted(self.lab.servers(self.platform)) if self.count else list(HOSTS)
        self.work = Path(tempfile.mkdtemp(dir=self.lab.folder))
        self.subject.prepare(self.lab, self.platform, self.work)
        (self.work / "vault_password").write_text("of the vault\n")
        self.inventory = self._inventory()
        limits = {"%s_%s" % (self.subject.name, name): 10_000 for name in self.subject.limits}
        self.play = role(self.subject.name, **self.subject.variables(self.platform, self.work), **limits)

    def _inventory(self) -> Path:
        options = self.lab.connection(self.platform + "_admin" if self.subject.admin else self.platform)
        if self.subject.admin:
            options["auth"] = {**options["auth"], "project_name": options["auth"].get("project_name", "demo")}
        common = {"cloudserver_connection": {**options, "api_retries": 1}, "ansible_connection": "local"}
        hosts: dict[str, dict[str, Any]] = {self.platform: common}
        if self.subject.by_server:
            rows = self.lab.servers(self.platform)
            hosts = {name: {**common, "cloudserver_id": rows[name]["id"]} for name in self.hosts}
        path = self.work / "inventory.json"
        path.write_text(json.dumps({"all": {"hosts": hosts}}))
        return path

    def run(self, *arguments: str, **play: Any) -> Run:
        return self.lab.play(self.inventory, {**self.play, **play}, *arguments)

    def good(self, *arguments: str, **play: Any) -> Run:
        """A run that has to succeed."""
        found = self.run(*arguments, **play)
        if found.status:
            raise Broken("a run failed: %s" % " ".join(found.output.split())[-1200:])
        return found

    def changes(self) -> list[str]:
        """The requests that meant to change something: no login, and no password that ECS was only to check."""
        rows = self.lab.requests(self.platform, *CHANGING)
        meant = [row for row in rows if "auth/tokens" not in row["path"] and not _is_dry_run(row["body"])]
        return ["%s %s" % (row["method"], row["path"]) for row in meant]

    def state(self) -> dict[str, Any]:
        """The state of the cloud, without ids, times and secrets."""
        servers = {}
        for name, row in self.lab.servers(self.platform).items():
            servers[name] = (row["status"], (row["image"] or {}).get("name"), row["metadata"], sorted(row["tags"]))
        listed = {}
        for kind in ("keypairs", "flavors", "aggregates", "hosts"):
            rows = self.lab.control("GET", "/%s/%s" % (self.platform, kind))
            texts = json.dumps(rows, sort_keys=True, default=str)
            listed[kind] = sorted(_plain(json.loads(texts)))
        return {"servers": servers, **listed}


def _is_dry_run(body: Any) -> bool:
    return isinstance(body, dict) and body.get("dry_run") is True


def _plain(document: Any) -> list[str]:
    """Names and settings of a listing; ids and times differ from run to run."""
    (rows,) = [value for value in document.values() if isinstance(value, list)] or [[]]
    volatile = (
        "id",
        "created",
        "updated",
        "created_at",
        "updated_at",
        "deleted_at",
        "number",
        "user_id",
        "fingerprint",
        # The scheduler places servers.
        "servers",
    )
    return [json.dumps({k: v for k, v in row.items() if k not in volatile}, sort_keys=True) for row in rows]


def once(cell: Cell) -> None:
    cell.good()


def check_first(cell: Cell) -> None:
    predicted = cell.good("--check")
    if cell.changes():
        raise Broken("check mode changed something: %s" % cell.changes()[:3])
    done = cell.good()
    if predicted.changed_by_host != done.changed_by_host:
        raise Broken("check mode said %s, the run %s" % (predicted.changed_by_host, done.changed_by_host))


def failure(cell: Cell) -> None:
    """Every request that changes something is refused; then the cloud works again."""
    if cell.subject.name == "fleet_report":
        cell.lab.fault(platform=cell.platform, method="GET", times=None, do={"status": 403})
    for method in CHANGING:
        cell.lab.fault(platform=cell.platform, method=method, path=NO_LOGIN, times=None, do={"status": 403})
    before = cell.state()
    if cell.run().status == 0:
        raise Broken("a run whose requests were refused succeeded")
    if cell.state() != before:
        raise Broken("a run whose requests were refused changed something")
    cell.lab.control("DELETE", "/faults")
    cell.good()


def second_half(cell: Cell) -> None:
    """Half of the requests of a good run are accepted, and then none; then the cloud works again."""
    cell.good()
    method, count = Counter(each.split()[0] for each in cell.changes()).most_common(1)[0]
    accepted = count // 2
    if not accepted:
        # One request has no half.
        return
    cell.begin()
    cell.lab.fault(platform=cell.platform, method=method, path=NO_LOGIN, after=accepted, times=None, do={"status": 403})
    if cell.run().status == 0:
        raise Broken("a run succeeded although %s was refused after %d of %d requests" % (method, accepted, count))
    cell.lab.control("DELETE", "/faults")
    cell.good()


def killed(cell: Cell) -> None:
    """kill -9 right after the first request that changes something."""
    process = cell.lab.start(cell.inventory, cell.play)
    until(lambda: cell.changes() or process.poll() is not None)
    if process.poll() is not None:
        # A role that changes nothing, or that was faster than the look, has no middle to be killed in.
        return
    kill(process)
    cell.lab.control("POST", "/clock", {"advance": 120})
    cell.good()


def slices(cell: Cell) -> None:
    """Two runs at the same time, each with half of the hosts; with all of them where there is one host only."""
    middle = len(cell.hosts) // 2
    halves: Sequence[list[str]] = ([], [])
    if cell.subject.by_server:
        halves = [["--limit", ",".join(names)] for names in (cell.hosts[:middle], cell.hosts[middle:])]
    processes = [cell.lab.start(cell.inventory, cell.play, *half) for half in halves]
    for process in processes:
        output = process.communicate(timeout=playbooks.SECONDS)[0]
        if process.returncode and cell.subject.by_server:
            raise Broken("a slice failed: %s" % " ".join(output.split())[-1200:])
    cell.good()


def serial(cell: Cell) -> None:
    cell.good(serial=1)


def free(cell: Cell) -> None:
    cell.good(strategy="free")


RUNS: dict[str, Callable[[Cell], None]] = {
    "once": once,
    "check first": check_first,
    "failure": failure,
    "second half": second_half,
    "kill": killed,
    "slices": slices,
    "serial": serial,
    "free": free,
}


def run_and_compare(
    lab: Lab, subject: Subject, platform: str, hows: Sequence[str], count: int | None
) -> dict[str, str]:
    """The outcome of each way to run the role: ``ok``, or what failed."""
    found: dict[str, str] = {}
    unbroken: dict[str, Any] | None = None
    for how in hows:
        began = time.monotonic()
        try:
            cell = Cell(lab, subject, platform, count)
            RUNS[how](cell)
            again = cell.good()
            if again.changed:
                raise Broken("the last run changed something: %s" % " ".join(again.output.split())[-600:])
            state = cell.state()
            if unbroken is None:
                unbroken = state
            elif state != unbroken:
                raise Broken("the cloud is not as after an unbroken run: %s" % _difference(unbroken, state))
            found[how] = "ok"
        except (Broken, AssertionError, subprocess.TimeoutExpired) as error:
            found[how] = str(error)
        print(
            "%-18s %-12s %-12s %5.1f s  %s" % (subject.name, platform, how, time.monotonic() - began, found[how][:160]),
            flush=True,
        )
    return found


def _difference(one: Any, other: Any) -> str:
    return "; ".join(
        "%s: %s / %s" % (key, str(one[key])[:300], str(other[key])[:300]) for key in one if one[key] != other[key]
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python tests/role_runs", description=__doc__)
    parser.add_argument("--role", action="append", choices=[each.name for each in SUBJECTS], help="only these")
    parser.add_argument("--platform", action="append", choices=PLATFORMS, help="only these")
    parser.add_argument("--how", action="append", choices=HOWS, help="only these; `once` is always run first")
    parser.add_argument("--servers", type=int, help="run on this many servers in place of the default fleet")
    parser.add_argument("--jobs", type=int, default=2, help="simulators at the same time (default: 2)")
    options = parser.parse_args(arguments)
    hows = [how for how in HOWS if not options.how or how in options.how or how == "once"]
    rows = [
        (subject, platform)
        for subject in SUBJECTS
        for platform in subject.platforms
        if (not options.role or subject.name in options.role) and (not options.platform or platform in options.platform)
    ]

    # A run in batches takes longer on a large fleet.
    playbooks.SECONDS += 5 * (options.servers or 0)

    def work(row: tuple[Subject, str]) -> dict[str, str]:
        with tempfile.TemporaryDirectory(prefix="role-runs-") as name:
            folder, arguments = Path(name), ["--quiet"]
            if options.servers:
                config = folder / "fleet.yml"
                config.write_text(json.dumps(fleet(row[1], options.servers)))
                arguments += ["--config", str(config)]
            with simulator.running(folder / "simulator", *arguments) as ready:
                return run_and_compare(Lab(folder, ready), *row, hows, options.servers)

    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(work, rows))
    print("\n%-18s %-12s %s" % ("role", "platform", "  ".join("%-11s" % how for how in hows)))
    for (subject, platform), found in zip(rows, results, strict=True):
        shown = "  ".join("%-11s" % ("ok" if found[how] == "ok" else "BROKEN") for how in hows)
        print("%-18s %-12s %s" % (subject.name, platform, shown))
    broken = [
        (subject.name, platform, how, text)
        for (subject, platform), found in zip(rows, results, strict=True)
        for how, text in found.items()
        if text != "ok"
    ]
    for name, platform, how, text in broken:
        print("\n%s on %s, %s: %s" % (name, platform, how, text))
    print("\n%d of %d cells hold" % (len(rows) * len(hows) - len(broken), len(rows) * len(hows)))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

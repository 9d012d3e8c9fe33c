"""Real runs of the roles rolling_change and ordered_power: requests, failures in mid-run, kills and second runs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from playbooks import Lab, Run, kill, refusals, role, until

NOTE = "cloudserver_rolling_change"
LISTING = "list servers with details"
WEB = {"tags": ["role=web"]}
#: The way in which a server of the play is processed: a reboot in a canary and batches of two.
REBOOT = {
    "rolling_change_revision": "r1",
    "rolling_change_action": "reboot",
    "rolling_change_selection": WEB,
    "rolling_change_batch_size": 2,
    "rolling_change_options": {"wait_interval": 0.2},
}


class Health:
    """A page for each server; the pages of sick ones are 503."""

    def __init__(self) -> None:
        self.sick: set[str] = set()
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(503 if self.path.strip("/") in pages.sick else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/{name}" % self.server.server_address[1]


@pytest.fixture
def health() -> Iterator[Health]:
    found = Health()
    with found.server:
        threading.Thread(target=found.server.serve_forever, daemon=True).start()
        yield found
        found.server.shutdown()


def rebooted(lab: Lab, platform: str = "openstack") -> list[str]:
    """The names of the servers in the order of the requests to reboot them."""
    names = {row["id"]: name for name, row in lab.servers(platform).items()}
    rows = [row for row in lab.requests(platform, "POST") if "reboot" in json.dumps(row["body"])]
    return [names[key] for row in rows for key in re.findall("|".join(names), row["path"] + json.dumps(row["body"]))]


def notes(lab: Lab, platform: str = "openstack") -> dict[str, str]:
    rows = lab.servers(platform).items()
    return {name: row["metadata"].get(NOTE, "") for name, row in rows if name.startswith("web-")}


def changes(lab: Lab) -> list[dict[str, Any]]:
    return [row for row in lab.requests("openstack", "POST", "PUT", "DELETE") if row["name"] != "create token"]


def text(run: Run) -> str:
    return " ".join(run.output.split())


def reads(lab: Lab, asked: int) -> list[str]:
    """The names of the reads after the first ``asked`` requests, without those of a wait: a wait polls what is left."""
    found: list[str] = []
    waiting = False
    for row in lab.requests("openstack")[asked:]:
        complete = row["name"] == LISTING and "changes-since" not in str(row["query"])
        waiting = row["name"] == "reboot" or (waiting and not complete)
        if row["method"] == "GET" and not waiting and row["name"] != "compute versions":
            found.append(row["name"])
    return found


def test_the_check_predicts_the_run_and_the_listings_do_not_depend_on_the_number_of_servers(lab: Lab) -> None:
    """Two batches each, of 22 and 32 servers: up to 20 servers of a request are read one by one, as that is cheaper."""
    names = {"small": 44, "large": 64}
    for tag, count in names.items():
        for number in range(count):
            zone = {"zone": "zone-2"} if number % 2 else {}
            lab.control("POST", "/openstack/servers", {"name": "%s-%02d" % (tag, number), "tags": [tag], **zone})
    inventory = lab.inventory("openstack")

    def play(tag: str) -> dict[str, Any]:
        own = {
            "rolling_change_selection": {"tags": [tag]},
            "rolling_change_canary": 0,
            "rolling_change_batch_size": "50%",
            "rolling_change_limits": [{"group": "availability_zone", "max_down": "50%"}],
        }
        return role("rolling_change", **{**REBOOT, **own})

    predicted = lab.play(inventory, play("small"), "--check").succeeded()
    assert changes(lab) == []
    planned = re.findall(r'"(small-\d\d)"', predicted.output.partition("Show the plan")[2].partition("]\n")[0])
    asked = len(lab.requests("openstack"))
    first = lab.play(inventory, play("small")).succeeded()
    assert predicted.changed_by_host == first.changed_by_host
    done = rebooted(lab)
    assert sorted(done) == ["small-%02d" % number for number in range(44)]
    assert planned and set(planned) <= set(done[:22])
    # Eleven of each zone.
    assert sum(int(name[-2:]) % 2 for name in done[:22]) == 11
    # The plan, and before the second batch; of each batch the action, the check after it, and before and after each of
    # the two records.
    assert reads(lab, asked) == [LISTING] * (2 + 2 * 6)
    asked = len(lab.requests("openstack"))
    # Nothing is left of the first; the second is as expensive as the first was.
    lab.play(inventory, [play("small"), play("large")]).succeeded()
    assert len(rebooted(lab)) == 44 + 64
    assert reads(lab, asked) == [LISTING] * (1 + 2 + 2 * 6)


def test_a_failure_in_the_second_batch_stops_the_run_and_the_next_run_repeats_this_batch_first(
    lab: Lab, health: Health
) -> None:
    for name in ("drain", "undrain"):
        shown = "%s {{ rolling_change_servers | map(attribute='name') | join(' ') }}" % name.upper()
        (lab.folder / (name + ".yml")).write_text(json.dumps([{"name": name, "debug": {"msg": shown}}]))
    given = {
        **REBOOT,
        "rolling_change_health_url": health.url,
        "rolling_change_health_timeout": 1,
        "rolling_change_precheck_timeout": 1,
        "rolling_change_drain_tasks": str(lab.folder / "drain.yml"),
        "rolling_change_undrain_tasks": str(lab.folder / "undrain.yml"),
        "rolling_change_record": str(lab.folder / "record.json"),
    }
    inventory = lab.inventory("huaweicloud")
    lab.fault(platform="huaweicloud", method="POST", path="action$", after=1, times=1, do={"status": 403})
    run = lab.play(inventory, role("rolling_change", **given))
    assert run.status != 0 and "rolling_change_max_fail_percentage allows 0 %" in text(run)
    assert re.findall(r'"((?:UN)?DRAIN [^"]*)"', run.output) == [
        "DRAIN web-01",
        "UNDRAIN web-01",
        "DRAIN web-02 web-03",
    ]
    record = json.loads((lab.folder / "record.json").read_text())["r1"]
    names = {row["id"]: name for name, row in lab.servers("huaweicloud").items()}
    assert {names[key]: state for key, state in record.items()} == {
        "web-01": "done", "web-02": "started", "web-03": "started"
    }  # fmt: skip
    assert '"web-04": "not_started"' in run.output
    health.sick = {"web-02"}
    run = lab.play(inventory, role("rolling_change", **given, rolling_change_max_fail_percentage=50))
    assert run.status != 0 and "1 servers failed: web-02" in text(run)
    assert re.findall(r'"((?:UN)?DRAIN [^"]*)"', run.output) == [
        "DRAIN web-02 web-03", "UNDRAIN web-03", "DRAIN web-04", "UNDRAIN web-04"
    ]  # fmt: skip
    health.sick = set()
    run = lab.play(inventory, role("rolling_change", **given)).succeeded()
    assert re.findall(r'"((?:UN)?DRAIN [^"]*)"', run.output) == ["DRAIN web-02", "UNDRAIN web-02"]


def test_a_canary_that_fails_stops_the_run_whatever_percentage_may_fail(lab: Lab) -> None:
    lab.fault(platform="ustack", method="POST", path="action$", times=1, do={"status": 403})
    given = {**REBOOT, "rolling_change_max_fail_percentage": 100}
    run = lab.play(lab.inventory("ustack"), role("rolling_change", **given))
    assert run.status != 0 and "a canary must not fail" in text(run)
    assert notes(lab, "ustack") == {"web-01": "started r1", "web-02": "", "web-03": "", "web-04": ""}


def test_a_run_that_is_killed_in_mid_batch_is_continued_with_this_batch(lab: Lab) -> None:
    inventory, play = lab.inventory("openstack"), role("rolling_change", **REBOOT)
    lab.control("PUT", "/delays", {"reboot_soft": 3.0})
    process = lab.start(inventory, play)
    until(lambda: len(rebooted(lab)) >= 3, 240)
    kill(process)
    assert notes(lab) == {"web-01": "r1", "web-02": "started r1", "web-03": "started r1", "web-04": ""}
    lab.control("PUT", "/delays", {"reboot_soft": 0.1})
    lab.control("POST", "/clock", {"advance": 60})
    lab.play(inventory, play).succeeded()
    assert rebooted(lab) == ["web-01", "web-02", "web-03", "web-02", "web-03", "web-04"]
    assert set(notes(lab).values()) == {"r1"}


def test_what_is_refused(lab: Lab) -> None:
    stopped = lab.servers("openstack")["web-02"]["id"]
    lab.control("PUT", "/openstack/servers/%s" % stopped, {"status": "SHUTOFF"})
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("rolling_change", {"rolling_change_action": "resize"}, "rolling_change_flavor: required with"),
        ("rolling_change", {"rolling_change_image": "debian-12"}, "rolling_change_image: without effect"),
        ("rolling_change", {"rolling_change_limits": [{"group": "tag"}]}, "key is the key of a tag"),
        ("rolling_change", {"rolling_change_batch_size": "many"}, "batch_size: 'many' is neither"),
        ("rolling_change", {"rolling_change_revision": "a b"}, "must begin with a letter or digit"),
        ("rolling_change", {"rolling_change_max_targets": 2}, "rolling_change_max_targets allows 2"),
        (
            "rolling_change",
            {"rolling_change_limits": [{"group": "tag", "key": "role"}]},
            "tag role web allows 1 down, and down are web-02",
        ),
        ("ordered_power", {"ordered_power_default_tier": "last"}, "default_tier: 'last' is not a whole number"),
        ("ordered_power", {}, "they have no tag order"),
        ("ordered_power", {"ordered_power_default_tier": 1, "ordered_power_max_targets": 0}, "max_targets allows 0"),
    ]  # fmt: skip
    common = {
        "rolling_change": REBOOT,
        "ordered_power": {"ordered_power_state": "stopped", "ordered_power_selection": WEB},
    }
    given = [(name, {**common[name], **own}) for name, own, _words in cases]
    for (_name, _own, words), message in zip(cases, refusals(lab, lab.inventory("openstack"), given), strict=True):
        assert words in message
    assert changes(lab) == []


def test_a_tier_that_fails_stops_the_rest_and_the_next_run_continues(lab: Lab) -> None:
    servers = lab.servers("easystack")
    for name, tier in (("web-01", 10), ("web-02", 20), ("web-03", 20), ("web-04", 30)):
        lab.control("PUT", "/easystack/servers/%s" % servers[name]["id"], {"tags": ["role=web", "order=%d" % tier]})
    inventory = lab.inventory("easystack")
    given = {"ordered_power_state": "stopped", "ordered_power_selection": WEB}
    play = role("ordered_power", **given)

    def running() -> list[str]:
        rows = lab.servers("easystack").items()
        return [name for name, row in rows if name.startswith("web-") and row["status"] == "ACTIVE"]

    lab.fault(
        platform="easystack", method="POST", path="%s/action$" % servers["web-02"]["id"], times=None, do={"status": 403}
    )
    run = lab.play(inventory, play)
    assert run.status != 0 and running() == ["web-01", "web-02"]
    shown = run.output.partition("Show the outcomes")[2]
    assert re.search(r'"completed_tiers": \[\s*30\s*\]', shown)
    assert re.search(r'remaining_tiers": \[\s*20,\s*10\s*\]', shown)
    lab.control("DELETE", "/faults")
    predicted = lab.play(inventory, play, "--check").succeeded()
    assert running() == ["web-01", "web-02"]
    assert lab.play(inventory, play).succeeded().changed_by_host == predicted.changed_by_host
    assert running() == []
    asked = len(lab.requests("easystack"))
    assert lab.play(inventory, play).succeeded().changed == 0
    login = ("create token", "compute versions")
    assert len([row for row in lab.requests("easystack")[asked:] if row["name"] not in login]) == 1


def test_the_next_tier_starts_when_the_one_before_is_healthy(lab: Lab, health: Health) -> None:
    servers = lab.servers("openstack")
    for name, tier in (("web-01", 10), ("web-02", 20)):
        body = {"tags": ["order=%d" % tier], "status": "SHUTOFF"}
        lab.control("PUT", "/openstack/servers/%s" % servers[name]["id"], body)
    health.sick = {"web-01"}
    given = {
        "ordered_power_state": "started",
        "ordered_power_selection": {"tags": {"order": "*"}},
        "ordered_power_health_url": health.url,
        "ordered_power_health_timeout": 1,
    }
    run = lab.play(lab.inventory("openstack"), role("ordered_power", **given))
    assert run.status != 0 and "1 of 1 servers are not healthy" in text(run)
    assert [lab.servers("openstack")[name]["status"] for name in ("web-01", "web-02")] == ["ACTIVE", "SHUTOFF"]
    health.sick = set()
    lab.play(lab.inventory("openstack"), role("ordered_power", **given)).succeeded()
    assert lab.servers("openstack")["web-02"]["status"] == "ACTIVE"

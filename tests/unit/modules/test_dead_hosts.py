# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on a host whose compute service is down, as tasks see them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.migration_tasks import kill
from modules.nova_servers import BOTH


def take_down(bench: Bench, name: str, up: bool = False) -> str:
    host = str(bench.server(name)["host"])
    kill(bench, host, up)
    return host


@pytest.fixture
def owner(bench: Bench) -> Bench:
    """The platform as an administrator sees it who works in the project of the servers."""
    bench.options = bench.credentials("admin")
    bench.options["auth"] = bench.auth(project_name="demo", project_id=None)
    return bench


@BOTH
@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("server_power", {"state": "stopped"}),
        ("server_power", {"state": "restarted", "force": True}),
        ("server_password", {"password": "Secret-12345"}),
        ("server_snapshot", {"name": "before"}),
        ("server_os", {"reinstall": True}),
        ("server_interface", {"network_id": "0d0466b0-0000-4000-8000-000000000000"}),
    ],
)
def test_an_action_is_refused_with_what_to_do(owner: Bench, module: str, options: dict[str, Any]) -> None:
    """Also in check mode, and with nothing sent to the cloud."""
    host = take_down(owner, "web-01")
    parts = (f"host {host} is down (host_status UNKNOWN)", f"server_migrate and mode: evacuate (from_host: {host})")
    with nothing_done(owner):
        for check in (True, False):
            refused(owner.call(module, names=["web-01"], check=check, **options), *parts)


@BOTH
def test_the_advice_can_be_followed(owner: Bench) -> None:
    host = take_down(owner, "web-01")
    moved = owner.call("server_migrate", names=["web-01"], mode="evacuate", from_host=host)
    assert outcome(moved, "web-01")["outcome"] == "done" and owner.server("web-01")["host"] != host


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_members_of_easystack_see_the_state_of_the_host(bench: Bench) -> None:
    host = take_down(bench, "web-01")
    with nothing_done(bench):
        refused(bench.call("server_power", names=["web-01"], state="stopped"), f"host {host} is down")
    take_down(bench, "web-01", up=True)
    assert outcome(bench.call("server_power", names=["web-01"], state="stopped"), "web-01")["outcome"] == "done"


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_members_of_nova_do_not_and_wait(bench: Bench) -> None:
    """Nova accepts the action, and the server stays in its task_state."""
    take_down(bench, "web-01")
    result = bench.call("server_power", names=["web-01"], state="stopped", wait_timeout=60)
    says(result, "still in status ACTIVE, task powering-off after 60 seconds", "Raise wait_timeout")
    assert outcome(result, "web-01")["outcome"] == "unknown"


@pytest.mark.parametrize("platform", ["openstack", "ustack"], indirect=True)
def test_members_of_nova_do_not_and_nothing_is_attached(bench: Bench) -> None:
    """Nova waits for the answer of the host, and answers 500. The state decides: nothing is attached, so it is tried
    again, and its outcome is never taken for known."""
    rows = bench.control("GET", f"/{bench.platform}/volumes")["volumes"]
    volume = next(row["id"] for row in rows if row["name"] == "data-1")
    ports = bench.control("GET", f"/{bench.platform}/ports")["ports"]
    port = next(row["id"] for row in ports if row["name"] == "spare-1")
    take_down(bench, "web-01")
    for module, options in (("server_volume", {"volumes": [volume]}), ("server_interface", {"port_id": port})):
        failed = bench.call(module, names=["web-01"], wait_timeout=60, **options)
        assert failed["failed"] and outcome(failed, "web-01")["outcome"] == "unknown", failed
        # Nova has recorded that the attachment of a port has begun, and nothing ends it.
        recorded = module == "server_interface" and bench.platform == "openstack"
        says(failed, "after 60 seconds" if recorded else "MessagingTimeout")
        sent = [row for row in bench.requests() if row["method"] == "POST" and "os-" in row["path"]]
        assert {row["status"] for row in sent} == {500}
        bench.restart()
        assert outcome(bench.call(module, names=["web-01"], **options), "web-01")["outcome"] == "done"
        bench.restart()
        take_down(bench, "web-01")


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_console_on_a_dead_host(bench: Bench, owner: Bench) -> None:
    take_down(owner, "web-01")
    for options in ({}, {"output": True}):
        failed = owner.call("server_console_info", names=["web-01"], **options)
        says(failed, "MessagingTimeout", "is down (host_status UNKNOWN): evacuate the server")
        assert "another type" not in failed["msg"]
    bench.options = bench.credentials("demo")
    says(bench.call("server_console_info", names=["web-01"]), "MessagingTimeout")


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_host_that_stops_during_the_action_is_named_at_the_timeout(owner: Bench) -> None:
    host = str(owner.server("web-01")["host"])
    owner.fault("stop", stuck=True)
    owner.later(lambda: kill(owner, host))
    result = owner.call("server_power", names=["web-01"], state="stopped", wait_timeout=60)
    says(result, "task powering-off after 60 seconds", "is down (host_status UNKNOWN): evacuate the server")


@BOTH
def test_what_needs_no_host_is_done(owner: Bench) -> None:
    take_down(owner, "web-01")
    changed = owner.call("server", name="web-01", metadata={"dead": "yes"})
    assert changed["changed"] and not changed.get("failed"), changed
    gone = owner.call("server", name="web-01", state="absent")
    assert outcome(gone, "web-01")["outcome"] == "done"

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of server_migrate: pure, for any server, host and spec."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.migration import (
    ACTION,
    CONFIRM,
    MODES,
    MigrationSpec,
    check_hosts,
    choosing,
    plan_migrations,
    plan_one,
    unconfirmed,
)
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.migration_samples import HOSTS, SERVICES

STATUSES = (
    "ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "ERROR", "VERIFY_RESIZE", "MIGRATING", "RESIZE", "REBUILD", "BUILD",
    "REBOOT", "RESCUE", "SHELVED", "SHELVED_OFFLOADED",
)  # fmt: skip


class Cloud:
    """Says what it can do; nothing else may be asked of it by a plan."""

    platform = "test"

    def __init__(self, *missing: str) -> None:
        self.missing = missing

    def require(self, operation: str) -> None:
        if operation in self.missing:
            raise UnsupportedOperation(operation, self.platform, "something else")


def server(host: str | None = "a", status: str = "ACTIVE", task: str | None = None) -> Server:
    return Server(id="1", platform="test", name="web", status=status, task_state=task, host=host)


servers = st.builds(
    server,
    st.sampled_from((*HOSTS, None)),
    st.sampled_from(STATUSES),
    st.sampled_from((None, "powering-off", "migrating", "rebuilding")),
)
specs = st.builds(
    MigrationSpec,
    mode=st.sampled_from(MODES),
    host=st.sampled_from((None, "b")),
    from_host=st.sampled_from(("a", "c", "dead")),
    confirm=st.booleans(),
) | st.builds(MigrationSpec, mode=st.sampled_from(MODES), host=st.sampled_from(HOSTS), confirm=st.booleans())


@given(servers, specs)
def test_a_server_is_moved_refused_or_where_it_is_to_be(one: Server, spec: MigrationSpec) -> None:
    change = plan_one(one, spec, SERVICES, Cloud())  # type: ignore[arg-type]
    assert not (change.planned_actions and change.refusal)
    if one.host is None:
        assert change.refusal
        return
    assert bool(change.planned_actions or change.refusal) is not spec.holds(one)
    if not change.planned_actions:
        assert not change.changes and change.before == change.after
        return
    first, *rest = change.planned_actions
    dead = one.host == "dead"
    assert (first.action == "evacuate") is dead, "nothing else leads off a dead host, and that off no other"
    assert spec.mode == "auto" or first.action == ACTION[spec.mode]
    assert rest == ([CONFIRM] if first.action == "migrate" and spec.confirm else [])
    assert first.expected_state is not None and not first.expected_state.met(one)
    status = "SHUTOFF" if one.status == "SHUTOFF" else "ACTIVE"
    moved = replace(one, host=spec.host or "b", task_state=None, status=status)
    assert first.expected_state.met(moved) and spec.holds(moved)
    assert not plan_one(moved, spec, SERVICES, Cloud()).changes  # type: ignore[arg-type]


@given(servers, specs)
def test_what_was_under_way_on_a_dead_host_is_not_waited_for(one: Server, spec: MigrationSpec) -> None:
    change = plan_one(one, spec, SERVICES, Cloud())  # type: ignore[arg-type]
    if change.planned_actions and change.actions[0] == "evacuate":
        assert change.wait_until_stable is (one.task_state == "rebuilding")
    elif change.planned_actions:
        assert change.wait_until_stable is not one.is_stable


@pytest.mark.parametrize(
    "status, host, action",
    [("ACTIVE", "a", "live_migrate"), ("PAUSED", "a", "live_migrate"), ("SHUTOFF", "a", "migrate"),
     ("ACTIVE", "dead", "evacuate"), ("SHUTOFF", "dead", "evacuate"), ("ERROR", "dead", "evacuate"),
     ("MIGRATING", "a", "live_migrate"), ("RESIZE", "a", "migrate")],
)  # fmt: skip
def test_auto_takes_the_way_that_fits(status: str, host: str, action: str) -> None:
    change = plan_one(server(host, status), MigrationSpec(from_host=host), SERVICES, Cloud())  # type: ignore[arg-type]
    assert change.actions[0] == action


@pytest.mark.parametrize(
    "missing, spec",
    [("live_migrate", MigrationSpec("live", from_host="a")), ("migrate_to_host", MigrationSpec("cold", host="b")),
     ("confirm_resize", MigrationSpec("cold", from_host="a")),
     ("force_host", MigrationSpec("live", host="b", force=True))],
)  # fmt: skip
def test_what_the_platform_cannot(missing: str, spec: MigrationSpec) -> None:
    change = plan_one(server(), spec, SERVICES, Cloud(missing))  # type: ignore[arg-type]
    assert "no operation %s" % missing in str(change.refusal) and "Use something else" in str(change.refusal)


def test_a_password_is_in_no_plan() -> None:
    spec = MigrationSpec(from_host="dead", password="Secret-1")
    plan = plan_migrations([server("dead")], spec, SERVICES, Cloud())  # type: ignore[arg-type]
    assert plan.items[0].planned_actions[0].arguments["password"] == "Secret-1"
    assert "Secret-1" not in str(plan.diff()) and "Secret-1" not in repr(spec)


def test_unconfirmed_servers_are_reported() -> None:
    spec = MigrationSpec(host="b")
    plan = plan_migrations(
        [server("b", "VERIFY_RESIZE"), server("a", "VERIFY_RESIZE"), server("b")], spec, SERVICES, Cloud()
    )  # type: ignore[arg-type]
    assert unconfirmed(plan) == "web (1)"


@pytest.mark.parametrize(
    "options, words",
    [({"host": "nix"}, "no compute host nix"), ({"from_host": "nix"}, "no compute host nix"),
     ({"host": "dead"}, "is down"), ({"host": "c"}, "c is disabled")],
)  # fmt: skip
def test_hosts_are_checked(options: dict[str, Any], words: str) -> None:
    known = {**SERVICES, "c": replace(SERVICES["c"], status="disabled")}
    with pytest.raises(InvalidRequest, match=words):
        check_hosts(MigrationSpec(**options), known, moving=True)
    if "nix" not in options.values():
        check_hosts(MigrationSpec(**options), known, moving=False)


def test_what_chooses_the_servers_of_a_host() -> None:
    assert choosing({"from_host": "a"}) == ({"from_host": "a", "all": True, "filters": {"host": "a"}}, True)
    narrowed, yes = choosing({"from_host": "a", "all": True, "filters": {"image": "x"}, "tags": ["t"]})
    assert yes and narrowed["all"] is False
    assert narrowed["filters"] == {"image": "x", "host": "a"} and narrowed["tags"] == ["t"]
    for name in ("ids", "names", "ips"):
        assert choosing({"from_host": "a", name: ["x"]}) == ({"from_host": "a", name: ["x"]}, False)
    assert choosing({"host": "a", "all": True}) == ({"host": "a", "all": True}, False)

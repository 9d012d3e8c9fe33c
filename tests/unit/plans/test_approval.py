# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approved plan against the present one, and the form of a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans import approval, plan_document
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.plan_document import PlannedTask, RunningTask

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
STATES = st.dictionaries(st.text(max_size=8), VALUES, max_size=3)
ACTIONS = st.lists(st.sampled_from(["stop", "start", "reboot", "delete", "create"]), min_size=1, max_size=3)
CHANGES = st.builds(PlannedChange, st.text(max_size=8), st.text(max_size=8), ACTIONS.map(tuple), STATES, STATES, STATES)
TIME = "2026-11-20T08:00:00Z"


def task(*changes: PlannedChange, **own: Any) -> PlannedTask:
    cloud = {"platform": "openstack", "region": None, "endpoint": "https://nova", "project_id": "p"}
    parts = {"module": "server_power", "created": TIME, "cloud": cloud, "salt": "s", "options": {}, "selection": {}}
    return PlannedTask(**{**parts, **own}, changes=changes)


@given(CHANGES)
def test_a_change_reads_back_as_it_was_written(change: PlannedChange) -> None:
    read = PlannedChange.from_dict(json.loads(json.dumps(change.as_dict())))
    assert read == change and read.fingerprint() == change.fingerprint()
    assert approval.evaluate(change, read) is None


@given(CHANGES, CHANGES)
def test_the_fingerprint_is_equal_if_and_only_if_what_matters_is(one: PlannedChange, other: PlannedChange) -> None:
    def parts(change: PlannedChange) -> str:
        whole = [change.id, change.name, change.actions, change.before, change.after, change.observed]
        return json.dumps(whole, sort_keys=True)

    assert (one.fingerprint() == other.fingerprint()) == (parts(one) == parts(other))


@given(CHANGES, st.sampled_from(["name", "actions", "before", "after", "observed"]), STATES)
def test_any_difference_is_refused_and_named(change: PlannedChange, part: str, state: dict[str, Any]) -> None:
    other: Any = (*change.actions, "pause") if part == "actions" else "x%s" % change.name if part == "name" else state
    now = replace(change, **{part: other})
    verdict = approval.evaluate(now, change)
    if json.dumps(getattr(now, part), sort_keys=True) == json.dumps(getattr(change, part), sort_keys=True):
        assert verdict is None
    else:
        assert verdict and verdict.failed
        assert verdict.text.startswith("it has changed since the plan was made: ")


@given(CHANGES, STATES, st.lists(st.text(max_size=8), max_size=3))
def test_a_plan_without_some_comparisons_refuses_every_other_difference(
    change: PlannedChange, state: dict[str, Any], names: list[str]
) -> None:
    names = [*names, *list(change.observed)[:1]]
    data = plan_document.document([task(change).as_dict()], "run")
    (approved,) = plan_document.parse(json.loads(json.dumps(plan_document.without_comparing(data, names))), "plan")[
        0
    ].changes
    now = replace(change, observed=state)
    sides = [
        json.dumps({key: value for key, value in each.observed.items() if key not in names}, sort_keys=True)
        for each in (now, change)
    ]
    assert (approval.evaluate(now, approved) is None) == (sides[0] == sides[1])
    assert approval.evaluate(replace(change, actions=("pause",)), approved)


SERVERS = st.builds(
    Server, st.just("id-1"), st.just("openstack"), name=st.sampled_from(["web", "db"]),
    status=st.sampled_from(["ACTIVE", "SHUTOFF"]), updated=st.sampled_from(["1", "2"]),
    tags=st.sampled_from([(), ("a",)]), host=st.sampled_from(["cmp1", "cmp2"]),
)  # fmt: skip


@given(SERVERS, SERVERS, st.sampled_from(["stop", "reboot"]))
def test_what_matters_of_a_server(one: Server, other: Server, action: str) -> None:
    """Its name, its power state and, for what can be repeated, its last change; not its tags or its host."""

    def relevant(server: Server) -> tuple[Any, ...]:
        return (server.name, server.power_state, server.updated if action == "reboot" else None)

    first, second = (
        approval.of_server(Change(server, (action,), {"power_state": server.power_state}, {"x": 1}))
        for server in (one, other)
    )
    assert (first.fingerprint() == second.fingerprint()) == (relevant(one) == relevant(other))


@pytest.mark.parametrize(
    "now, approved, words",
    [
        (PlannedChange("1", "web", ("stop",)), None, None),
        (PlannedChange("1", "web"), None, "nothing"),
        (PlannedChange("1", "web"), PlannedChange("1", "web", ("stop",)), "nothing"),
        (PlannedChange("1", "web", ("stop",)), PlannedChange("1", "web"), "because it needed no change then"),
        (
            PlannedChange("1", "web", ("stop",)), PlannedChange("1", "web", refusal="locked"),
            "because it could not be changed then",
        ),
        (
            PlannedChange("1", "db", ("stop",)), PlannedChange("1", "web", ("stop",)),
            "its name was web and is db",
        ),
        (
            PlannedChange("1", "web", ("resume", "stop")), PlannedChange("1", "web", ("stop",)),
            "it needed stop and needs resume, stop",
        ),
        (
            PlannedChange("1", "web", ("stop",), after={"image": "b"}),
            PlannedChange("1", "web", ("stop",), after={"image": "a"}),
            "image would become b and not a",
        ),
        (
            PlannedChange("1", "web", ("reboot",), observed={"updated": "2"}),
            PlannedChange("1", "web", ("reboot",), observed={"updated": "1"}),
            "it was last changed at 2, and at 1 when the plan was made",
        ),
    ],
)  # fmt: skip
def test_each_case_has_one_sentence(now: PlannedChange, approved: PlannedChange | None, words: str | None) -> None:
    verdict = approval.evaluate(now, approved)
    if words == "nothing":
        assert verdict is None
    elif words is None:
        assert verdict and not verdict.failed and verdict.text == approval.UNPLANNED
    else:
        assert verdict and verdict.failed and words in verdict.text


def test_a_plan_of_servers_is_unchanged_without_approval() -> None:
    plan = Plan((Change(Server("1", "openstack"), ("stop",)),))
    assert plan.items[0].approved is None and approval.exceeded(None, ["stop"]) is None
    assert approval.exceeded(("stop",), ["stop"]) is None
    assert "it needs start now" in str(approval.exceeded(("stop",), ["start"]))


# -- the form ----------------------------------------------------------------------------------------------------------


@given(st.lists(CHANGES, max_size=3))
def test_a_plan_reads_back_and_no_part_of_it_can_be_changed(changes: list[PlannedChange]) -> None:
    whole = json.loads(json.dumps(plan_document.document([task(*changes).as_dict()], "run")))
    assert plan_document.parse(whole, "plan") == [task(*changes)]
    whole["tasks"][0]["options"]["state"] = "started"
    with pytest.raises(InvalidRequest, match="its content does not match its checksum"):
        plan_document.parse(whole, "plan")


JUNK = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(JUNK, st.sampled_from(["tasks", "module", "created", "cloud", "changes", "salt", "actions", "before", "id"]))
def test_a_damaged_plan_is_one_sentence_whatever_is_in_it(junk: Any, place: str) -> None:
    found: dict[str, Any] = task(PlannedChange("1", "web", ("stop",))).as_dict()
    if place in ("actions", "before", "id"):
        found["changes"][0][place] = junk
    else:
        found[place] = junk
    data = plan_document.document([found])
    if place == "tasks":
        data["tasks"] = junk
    data["checksum"] = plan_document.checksum(data)
    try:
        plan_document.parse(data, "plan")
    except InvalidRequest as error:
        assert str(error).startswith("plan: it is damaged (") and str(error).endswith("; make a new plan")


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
)
def test_the_options_that_differ_are_named(then: dict[str, int], now: dict[str, int]) -> None:
    made = task(options=then)
    running = RunningTask("server_power", made.cloud, lambda salt: now)
    differing = [name for name in "abc" if then.get(name) != now.get(name)]
    if not differing:
        assert plan_document.sections_of([made], running, "plan") == [made]
    else:
        with pytest.raises(InvalidRequest, match="other options: %s; " % ", ".join(differing)):
            plan_document.sections_of([made], running, "plan")


def test_the_age_of_a_plan() -> None:
    now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    plan_document.check_age([task()], now, None, "plan")
    plan_document.check_age([task()], now, 3600, "plan")
    with pytest.raises(InvalidRequest, match="it is 3600 seconds old, and plan_max_age allows 3599; make a new plan"):
        plan_document.check_age([task()], now, 3599, "plan")
    with pytest.raises(InvalidRequest, match="it was made in the future"):
        plan_document.check_age([task(created="2026-11-20T09:06:00Z")], now, 3600, "plan")

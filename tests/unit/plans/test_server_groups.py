# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server groups, and key pairs on servers: a plan that is carried out leaves what was planned, and nothing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    PermissionDenied,
    ResponseLost,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import POLICIES, ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.server_group import GroupRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.server_group import (
    ServerGroupSpec,
    find_group,
    needs_members,
    plan_group,
    rules_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import plan_keypairs
from ansible_collections.cloudserver.compute.tests.unit.fakes import server

DB = ServerGroup("g1", "db", "anti-affinity", {"max_server_per_host": 2}, (), "p", "u")
FULL = ServerGroup("g2", "full", "affinity", {}, ("s1", "s2"), "p", "u")
OLD = ServerGroup("g3", "old", "affinity", None)
RULES = st.sampled_from([None, {}, {"max_server_per_host": 1}, {"max_server_per_host": 2}])


class FakeCloud:
    """Server groups. ``fail`` holds errors for the creations to come, ``after``: they take effect all the same."""

    def __init__(self, *groups: ServerGroup) -> None:
        self.rows = {each.id: each for each in groups}
        self.fail: list[CloudError | None] = []
        self.after = False
        self.made = 0

    @property
    def server_groups(self) -> FakeCloud:
        return self

    def list(self) -> list[ServerGroup]:
        return list(self.rows.values())

    def create(self, name: str, policy: str, rules: Mapping[str, int]) -> ServerGroup:
        errors = [error for error in self.fail[:1] if error]
        del self.fail[:1]
        for error in errors if not self.after else ():
            raise error
        self.made += 1
        group = ServerGroup(f"new{self.made}", name, policy, dict(rules), (), "p", "u")
        self.rows[group.id] = group
        for error in errors:
            raise error
        return group

    def delete(self, group_id: str) -> None:
        self.rows.pop(group_id, None)


def carry_out(cloud: Any, there: ServerGroup | None, wanted: ServerGroupSpec) -> GroupRun:
    run = GroupRun(cloud, there, cloud.server_groups.list())
    run.run(plan_group(there, wanted))
    return run


wanted_groups = st.builds(
    ServerGroupSpec,
    name=st.sampled_from(["db", "full", "old", "new"]),
    state=st.sampled_from(["present", "absent"]),
    policy=st.none() | st.sampled_from(POLICIES),
    rules=RULES,
    recreate=st.booleans(),
    force=st.booleans(),
)


@given(there=st.sampled_from([None, DB, FULL, OLD]), wanted=wanted_groups)
def test_a_plan_is_carried_out_once(there: ServerGroup | None, wanted: ServerGroupSpec) -> None:
    cloud = FakeCloud(*([there] if there else []))
    try:
        rules_of(wanted.rules, wanted.policy)
        todo = plan_group(there, wanted)
    except InvalidRequest as error:
        assert "\n" not in str(error) and len(str(error)) > 20
        return
    run = carry_out(cloud, there, wanted)
    if wanted.state == "absent":
        assert todo.after is None and cloud.rows == {}
        return
    made = run.group
    assert made and list(cloud.rows.values()) == [made]
    assert todo.after and {key: made.as_dict()[key] for key in ("name", "policy", "members")} == {
        key: todo.after[key] for key in ("name", "policy", "members")
    }
    if there and there.members:
        assert made is there, "a group that has servers stays"
    again = plan_group(made, wanted)
    assert not again.changed and again.before == again.after


def test_names_that_several_groups_have() -> None:
    twins = [DB, ServerGroup("g9", "db", "affinity")]
    with pytest.raises(
        InvalidRequest, match="2 server groups are named db .g1 with policy anti-affinity, g9 with policy"
    ):
        find_group(twins, None, "db")
    assert find_group(twins, "g9", "db") is twins[1] and find_group(twins, "nix", "db") is None
    assert find_group(twins, None, "nix") is None


def test_who_is_in_a_group_is_said() -> None:
    many = ServerGroup("g", "many", "affinity", {}, tuple(f"s{number}" for number in range(8)))
    with pytest.raises(InvalidRequest, match="still has the servers s0, s1, s2, s3, s4 and 3 more; set force: true"):
        plan_group(many, ServerGroupSpec("many", "absent"))
    with pytest.raises(InvalidRequest, match=r"it has the servers web \(s1\), x, and a server joins a group only when"):
        plan_group(FULL, ServerGroupSpec("full", policy="anti-affinity", recreate=True), ["x", "web (s1)"])
    assert needs_members(FULL, ServerGroupSpec("full", "absent"))
    assert not needs_members(FULL, ServerGroupSpec("full", "absent", force=True))
    assert not needs_members(FULL, ServerGroupSpec("full")) and not needs_members(DB, ServerGroupSpec("db", "absent"))


def test_what_the_cloud_does_not_tell_is_no_difference() -> None:
    assert not plan_group(OLD, ServerGroupSpec("old", policy="affinity", rules={})).changed


def test_rules() -> None:
    assert rules_of(None, None) is None and rules_of({"max_server_per_host": None}, "affinity") == {}
    for given_rules, policy, words in (
        ({"max_server_per_host": 0}, None, "rules.max_server_per_host: 0 is out of range"),
        ({"max_server_per_host": 2}, "affinity", "only the policy anti-affinity supports rules, and the task sets aff"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            rules_of(given_rules, policy)
    with pytest.raises(InvalidRequest, match="and the group has affinity"):
        plan_group(
            ServerGroup("g", "x", "affinity", {}), ServerGroupSpec("x", rules={"max_server_per_host": 2}, recreate=True)
        )
    after = plan_group(DB, ServerGroupSpec("db", policy="affinity", recreate=True)).after
    assert after and after["rules"] == {} and after["id"] is None


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_is_decided_by_what_is_there(after: bool) -> None:
    cloud = FakeCloud(DB)
    cloud.fail, cloud.after = [ResponseLost("lost")], after
    wanted = ServerGroupSpec("db2", policy="affinity")
    if after:
        run = carry_out(cloud, None, wanted)
        assert run.group and run.group.id == "new1" and len(cloud.rows) == 2
    else:
        with pytest.raises(PartialFailure, match="lost"):
            carry_out(cloud, None, wanted)


def test_two_that_may_be_ours_are_nobodys() -> None:
    cloud = FakeCloud()
    run = GroupRun(cloud, None, [])  # type: ignore[arg-type]
    cloud.server_groups.create("db", "affinity", {})
    cloud.fail, cloud.after = [ResponseLost("lost")], True
    with pytest.raises(PartialFailure, match="lost"):
        run.run(plan_group(None, ServerGroupSpec("db", policy="affinity")))


def test_the_old_group_is_put_back() -> None:
    cloud = FakeCloud(DB)
    cloud.fail = [PermissionDenied("Quota exceeded.")]
    with pytest.raises(PartialFailure, match="The previous group was restored with the id new1") as caught:
        carry_out(cloud, DB, ServerGroupSpec("db", policy="affinity", recreate=True))
    assert caught.value.completed_steps == ("delete",), "it has another id, so something changed"
    assert [(each.policy, each.rules) for each in cloud.rows.values()] == [(DB.policy, DB.rules)]
    cloud = FakeCloud(DB)
    cloud.fail = [PermissionDenied("Quota exceeded."), PermissionDenied("Quota exceeded.")]
    with pytest.raises(PartialFailure, match="It was: db with policy anti-affinity and rules max_server_per_host=2"):
        carry_out(cloud, DB, ServerGroupSpec("db", policy="affinity", recreate=True))


# -- key pairs on servers ---------------------------------------------------------------------------------------------


@given(
    shown=st.none() | st.sampled_from("abc"),
    names=st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
    state=st.sampled_from(["attached", "detached"]),
)
def test_only_what_the_cloud_does_not_show_is_asked_for(shown: str | None, names: Sequence[str], state: str) -> None:
    (change,) = plan_keypairs([server("web", key_name=shown)], state, names).items
    asked = list(change.planned_actions[0].arguments["key_names"]) if change.planned_actions else []
    if state == "attached":
        assert asked == [name for name in dict.fromkeys(names) if name != shown]
    else:
        assert asked == ([] if shown is None else list(dict.fromkeys(names)))
    assert change.changes == bool(asked) and change.before == {"key_name": shown}
    assert (change.before == change.after) == (not asked)


def test_a_server_on_its_way_is_waited_for() -> None:
    (change,) = plan_keypairs([server("web", "REBOOT")], "attached", ["a"]).items
    assert change.wait_until_stable and change.actions == ("attach_keypairs",)

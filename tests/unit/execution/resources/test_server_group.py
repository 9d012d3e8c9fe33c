# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server groups: a plan that is carried out leaves what was planned, and nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
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
    plan_group,
    rules_of,
)
from ansible_collections.cloudserver.compute.tests.unit.execution.resources.server_group_samples import DB, FULL, OLD

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


def carry_out(cloud: Any, existing: ServerGroup | None, wanted: ServerGroupSpec) -> GroupRun:
    run = GroupRun(cloud, existing, cloud.server_groups.list())
    run.run(plan_group(existing, wanted))
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


@given(existing=st.sampled_from([None, DB, FULL, OLD]), wanted=wanted_groups)
def test_a_plan_is_carried_out_once(existing: ServerGroup | None, wanted: ServerGroupSpec) -> None:
    cloud = FakeCloud(*([existing] if existing else []))
    try:
        rules_of(wanted.rules, wanted.policy)
        plan = plan_group(existing, wanted)
    except InvalidRequest as error:
        assert "\n" not in str(error) and len(str(error)) > 20
        return
    run = carry_out(cloud, existing, wanted)
    if wanted.state == "absent":
        assert plan.after is None and cloud.rows == {}
        return
    made = run.group
    assert made and list(cloud.rows.values()) == [made]
    assert plan.after and {key: made.as_dict()[key] for key in ("name", "policy", "members")} == {
        key: plan.after[key] for key in ("name", "policy", "members")
    }
    if existing and existing.members:
        assert made is existing, "a group that has servers stays"
    again = plan_group(made, wanted)
    assert not again.changed and again.before == again.after


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_response_is_decided_by_the_state(after: bool) -> None:
    cloud = FakeCloud(DB)
    cloud.fail, cloud.after = [ResponseLost("lost")], after
    wanted = ServerGroupSpec("db2", policy="affinity")
    if after:
        run = carry_out(cloud, None, wanted)
        assert run.group and run.group.id == "new1" and len(cloud.rows) == 2
    else:
        with pytest.raises(PartialFailure, match="lost"):
            carry_out(cloud, None, wanted)


def test_two_candidates_are_not_taken_over() -> None:
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

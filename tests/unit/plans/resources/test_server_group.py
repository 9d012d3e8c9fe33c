# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of server groups, and of key pairs on servers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.server_group import (
    ServerGroupSpec,
    find_group,
    needs_members,
    plan_group,
    rules_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import plan_keypairs
from ansible_collections.cloudserver.compute.tests.unit.execution.resources.server_group_samples import DB, FULL, OLD
from ansible_collections.cloudserver.compute.tests.unit.fakes import server


def test_names_that_several_groups_have() -> None:
    twins = [DB, ServerGroup("g9", "db", "affinity")]
    with pytest.raises(
        InvalidRequest, match="2 server groups are named db .g1 with policy anti-affinity, g9 with policy"
    ):
        find_group(twins, None, "db")
    assert find_group(twins, "g9", "db") is twins[1] and find_group(twins, "nix", "db") is None
    assert find_group(twins, None, "nix") is None


def test_the_members_of_a_group_are_shown() -> None:
    many = ServerGroup("g", "many", "affinity", {}, tuple(f"s{number}" for number in range(8)))
    with pytest.raises(InvalidRequest, match="still has the servers s0, s1, s2, s3, s4 and 3 more; set force: true"):
        plan_group(many, ServerGroupSpec("many", "absent"))
    with pytest.raises(InvalidRequest, match=r"it has the servers web \(s1\), x, and a server joins a group only when"):
        plan_group(FULL, ServerGroupSpec("full", policy="anti-affinity", recreate=True), ["x", "web (s1)"])
    assert needs_members(FULL, ServerGroupSpec("full", "absent"))
    assert not needs_members(FULL, ServerGroupSpec("full", "absent", force=True))
    assert not needs_members(FULL, ServerGroupSpec("full")) and not needs_members(DB, ServerGroupSpec("db", "absent"))


def test_what_the_cloud_does_not_show_is_no_difference() -> None:
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


def test_a_server_in_transition_is_waited_for() -> None:
    (change,) = plan_keypairs([server("web", "REBOOT")], "attached", ["a"]).items
    assert change.wait_until_stable and change.actions == ("attach_keypairs",)

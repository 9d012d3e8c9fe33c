# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for the security groups of existing servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import SecurityGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import plan_one
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.attachment_samples import server

WEB, DEFAULT = SecurityGroup("g1", "web"), SecurityGroup("g0", "default")
RECORD = [{"id": "g0", "name": "default"}, {"id": "g0", "name": "default"}]


def planned(*groups: SecurityGroup, ids: bool, **more: Any) -> list[tuple[str, Any]]:
    """With ids the record is that of ECS, and without that of Nova."""
    one = replace(server(), security_groups=("default",), raw={"security_groups": RECORD if ids else []}, **more)
    rules = HuaweiRules() if ids else NovaRules()
    change = plan_one(one, ServerSpec(security_groups=groups), rules)
    assert not change.refusal
    return [(action.action.partition("_")[0], action.arguments["group"]) for action in change.planned_actions]


@pytest.mark.parametrize("ids", [True, False])
def test_the_list_is_the_whole_list(ids: bool) -> None:
    gone = ("remove", "g0" if ids else "default")
    assert planned(DEFAULT, ids=ids) == planned(SecurityGroup(None, "default"), ids=ids) == []
    assert planned(WEB, ids=ids) == [("add", "g1"), gone]
    assert planned(DEFAULT, WEB, ids=ids) == [("add", "g1")]
    assert planned(ids=ids) == []


def test_an_id_decides_before_a_name() -> None:
    namesake = SecurityGroup("g7", "default")
    assert planned(namesake, ids=True) == [("add", "g7"), ("remove", "g0")]
    assert planned(namesake, ids=False) == []


def test_a_new_server_has_them_already() -> None:
    one = replace(server(), security_groups=("default",), raw={})
    assert plan_one(one, ServerSpec(security_groups=(WEB,)), NovaRules(), fresh=True).planned_actions == ()

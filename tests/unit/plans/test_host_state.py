# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for servers on a host whose compute service is down."""

from __future__ import annotations

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan, predicted
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.host_state import hint_of_host
from ansible_collections.cloudserver.compute.tests.unit.fakes import server


def planned(action: str, status: str | None) -> Change:
    change = Change.of(server("web", host="cmp1", host_status=status), [Action(action)], {"a": 1}, {"a": 2})
    (found,) = Plan((change,)).items
    return found


@pytest.mark.parametrize("status", ["DOWN", "UNKNOWN"])
@pytest.mark.parametrize("action", ["start", "stop", "rebuild", "change_password", "create_image", "attach_volume"])
def test_a_host_that_is_down_carries_out_nothing(action: str, status: str) -> None:
    found = planned(action, status)
    assert not found.changes and not found.planned_actions and found.before == found.after
    assert f"host cmp1 is down (host_status {status})" in str(found.refusal)
    assert "server_migrate and mode: evacuate" in str(found.refusal)
    (outcome,) = predicted(Plan((found,)))
    assert outcome.result == "failed"


@pytest.mark.parametrize("status", ["UP", "MAINTENANCE", None])
def test_any_other_host_does(status: str | None) -> None:
    assert planned("stop", status).changes


@pytest.mark.parametrize("action", ["delete", "purge", "evacuate", "lock", "update", "set_tags", "reset_state"])
def test_what_needs_no_host(action: str) -> None:
    assert planned(action, "DOWN").changes


def test_a_refusal_stays_as_it_is() -> None:
    refused = Change.refused(server("web", host_status="DOWN"), "it is locked")
    assert Plan((refused,)).items == (refused,)
    unchanged = Change(server("web", host_status="DOWN"))
    assert Plan((unchanged,)).items == (unchanged,)


def test_the_hint_of_an_action_that_does_not_end() -> None:
    hint = hint_of_host(server("web", host_status="UNKNOWN"))
    assert hint.startswith("The compute service of its host is down (host_status UNKNOWN): evacuate the server")

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of compute_service."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Service
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.compute_service import (
    ServiceChange,
    ServiceSpec,
    choose_services,
    diff,
    plan_service,
)
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.migration_samples import SERVICES

services = st.builds(
    Service,
    id=st.just("1"),
    host=st.just("a"),
    binary=st.just("nova-compute"),
    status=st.sampled_from(("enabled", "disabled")),
    disabled_reason=st.sampled_from((None, "disks", "memory")),
    forced_down=st.sampled_from((None, True, False)),
)
wanted = st.builds(ServiceSpec, state=st.just("disabled"), reason=st.sampled_from((None, "disks"))) | st.builds(
    ServiceSpec, state=st.sampled_from((None, "enabled")), forced_down=st.sampled_from((None, True, False))
)


@given(services, wanted)
def test_a_service_gets_what_is_asked_for_and_keeps_the_rest(one: Service, spec: ServiceSpec) -> None:
    change = plan_service(one, spec)
    after = replace(one, **change.changes)
    assert spec.state in (None, after.status)
    assert spec.reason in (None, after.disabled_reason)
    assert spec.forced_down in (None, bool(after.forced_down))
    if spec.state is None:
        assert (after.status, after.disabled_reason) == (one.status, one.disabled_reason)
    if spec.state == "disabled" and spec.reason is None and one.status == "disabled":
        assert after.disabled_reason == one.disabled_reason
    if spec.forced_down is None:
        assert after.forced_down == one.forced_down
    assert not plan_service(after, spec).changes
    assert change.changed_to(after) is any(getattr(one, key) != value for key, value in change.changes.items())


def test_the_diff_shows_those_that_change() -> None:
    one, other = SERVICES["a"], SERVICES["b"]
    shown = diff([ServiceChange(one, {"status": "disabled", "disabled_reason": "x"}), ServiceChange(other)])
    assert shown == {
        "before": {"a": {"status": "enabled", "disabled_reason": None, "forced_down": False}},
        "after": {"a": {"status": "disabled", "disabled_reason": "x", "forced_down": False}},
    }


def test_services_are_chosen_in_the_order_of_the_hosts() -> None:
    assert [each.host for each in choose_services(SERVICES.values(), ["b", "a", "b"])] == ["b", "a"]
    with pytest.raises(InvalidRequest, match="nix, nox"):
        choose_services(SERVICES.values(), ["nix", "a", "nox"])

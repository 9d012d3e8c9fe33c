# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for the one key pair of a server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair_binding import (
    BindingSpec,
    plan_binding,
    plan_one,
)
from ansible_collections.cloudserver.compute.tests.unit.fakes import server

PRIVATE = "-----BEGIN RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("key_name", "spec", "action", "login"),
    [
        (None, BindingSpec(("k",), password="pw", private_key=PRIVATE), "bind_keypair", {"password": "pw"}),
        ("l", BindingSpec(("k",), password="pw", private_key=PRIVATE), "bind_keypair", {"private_key": PRIVATE}),
        ("k", BindingSpec(("k",), "detached", private_key=PRIVATE), "unbind_keypair", {"private_key": PRIVATE}),
    ],
)
def test_the_login_at_a_running_server(key_name: str | None, spec: BindingSpec, action: str, login: Any) -> None:
    (planned,) = plan_one(server("web", key_name=key_name), spec).planned_actions
    assert planned.action == action and planned.requires == {action}
    assert {name: value for name, value in planned.arguments.items() if name != "key_name"} == login
    assert "pw" not in repr(planned) + repr(spec) and PRIVATE not in repr(planned) + repr(spec)


@given(
    key_name=st.sampled_from([None, "k", "l"]),
    state=st.sampled_from(["attached", "detached"]),
    power_state=st.sampled_from(["running", "stopped", "paused", "error"]),
    password=st.sampled_from([None, "pw"]),
    private_key=st.sampled_from([None, PRIVATE]),
)
def test_a_plan_that_is_carried_out_leaves_nothing_to_do(
    key_name: str | None, state: str, power_state: str, password: str | None, private_key: str | None
) -> None:
    spec = BindingSpec(("k",), state, password, private_key)
    one = server("web", power_state, key_name=key_name)
    plan = plan_binding([one], spec)
    (change,) = plan.items
    reached = (key_name == "k") is (state == "attached")
    assert plan.changed is (not reached and not change.refusal)
    if reached:
        assert not change.refusal
        return
    login = private_key if key_name else password
    assert bool(change.refusal) is (
        power_state not in ("running", "stopped") or (power_state == "running" and not login)
    )
    if change.refusal:
        return
    after = server("web", power_state, key_name=change.after["key_name"])
    (action,) = change.planned_actions
    assert action.expected_state is not None
    assert action.expected_state.met(after) and not action.expected_state.met(one)
    assert not plan_binding([after], spec).changed


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (BindingSpec(("k", "l")), "lists 2; list one"),
        (BindingSpec(("k",), "detached", port=22), "state: attached"),
        (BindingSpec(("k",), "detached", disable_password=True), "state: attached"),
        (BindingSpec(("k",), port=0), "port: 0 is out of range"),
        (BindingSpec(("k",), private_key="x"), "private_key: it is not a private key"),
    ],
)
def test_options_that_are_invalid(spec: BindingSpec, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        spec.check()


def test_options_that_are_valid() -> None:
    BindingSpec(("k", "k"), port=65535, disable_password=False, private_key=PRIVATE).check()
    BindingSpec(("k", "l"), "detached").check()

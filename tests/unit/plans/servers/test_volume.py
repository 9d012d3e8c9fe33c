# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of volumes: what is attached and detached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ServerVolume
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import VolumeAttachment
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import volume
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.attachment_samples import server

IDS = st.sets(st.sampled_from("abcd"))


@given(IDS, IDS, st.booleans(), st.booleans(), st.sampled_from(["present", "absent"]))
def test_volumes_come_and_go_as_wanted(
    existing: set[str], wanted: set[str], purge: bool, boots: bool, state: str
) -> None:
    rows = [VolumeAttachment(each, "/dev/vd" + "bcde"["abcd".index(each)]) for each in sorted(existing)]
    if boots:
        rows.insert(0, VolumeAttachment("root", "/dev/vda"))
    task = volume.VolumeSpec(tuple(sorted(wanted)), state, purge=purge and state == "present")
    change = volume.plan_one(server(image=None if boots else "i"), rows, task)
    left = {each.volume_id for each in rows}
    for action in change.planned_actions:
        if action.action == "attach_volume":
            left.add(action.arguments["volume_id"])
        else:
            left.remove(action.arguments["volume_id"])
    expected = existing - wanted if state == "absent" else wanted if purge else wanted | existing
    assert left == expected | ({"root"} if boots else set()) and change.after["volumes"] == sorted(left)
    rows = [VolumeAttachment(each, "/dev/vda" if each == "root" else "/dev/vdx") for each in left]
    assert not volume.plan_one(server(image=None if boots else "i"), rows, task).changes


def test_the_boot_volume() -> None:
    rows = [VolumeAttachment("a", "/dev/sdb"), VolumeAttachment("b", "/dev/sdc")]
    named = replace(server(image=None), root_device_name="/dev/sdc")
    assert volume.boot_volume(named, rows) == "b"
    assert volume.boot_volume(server(image=None), rows[:1]) == "a"
    assert volume.boot_volume(server(), rows) is None
    refused = volume.plan_one(server(image=None), rows, volume.VolumeSpec((), purge=True))
    assert "the cloud does not report" in str(refused.refusal)


@pytest.mark.parametrize(
    "expected_state, record, met",
    [
        (ExpectedState(volumes=("a",)), ("a", "b"), True),
        (ExpectedState(volumes=("a",)), ("b",), False),
        (ExpectedState(no_volumes=("a",)), ("b",), True),
        (ExpectedState(no_volumes=("a",)), ("a",), False),
        (ExpectedState(no_volumes=("a",)), None, True),
    ],
)
def test_the_expected_state_of_volumes(expected_state: ExpectedState, record: Any, met: bool) -> None:
    volumes = record and tuple(ServerVolume(volume) for volume in record)
    assert (
        expected_state.met(server(volumes=volumes)) is met
        and ExpectedState.from_dict(expected_state.as_dict()) == expected_state
    )

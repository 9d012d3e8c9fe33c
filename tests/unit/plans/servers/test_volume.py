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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import (
    AttachedVolumes,
    VolumeAttachment,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules, capability_set
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import volume
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.attachment_samples import server

IDS = st.sets(st.sampled_from("abcd"))


class Updating(Rules):
    """The rules of a cloud that changes attached volumes."""

    capabilities = capability_set("update_volume")


def plan_one(
    of: Any, rows: list[VolumeAttachment], spec: volume.VolumeSpec, rules: Rules | None = None, free: int | None = None
) -> Change:
    return volume.plan_one(of, AttachedVolumes(tuple(rows), free), spec, rules or Rules())


@given(IDS, IDS, st.booleans(), st.booleans(), st.sampled_from(["present", "absent"]))
def test_volumes_come_and_go_as_wanted(
    existing: set[str], wanted: set[str], purge: bool, boots: bool, state: str
) -> None:
    rows = [VolumeAttachment(each, "/dev/vd" + "bcde"["abcd".index(each)]) for each in sorted(existing)]
    if boots:
        rows.insert(0, VolumeAttachment("root", "/dev/vda"))
    task = volume.VolumeSpec(tuple(sorted(wanted)), state, purge=purge and state == "present")
    change = plan_one(server(image=None if boots else "i"), rows, task)
    left = {each.volume_id for each in rows}
    for action in change.planned_actions:
        if action.action == "attach_volume":
            left.add(action.arguments["volume_id"])
        else:
            left.remove(action.arguments["volume_id"])
    expected = existing - wanted if state == "absent" else wanted if purge else wanted | existing
    assert left == expected | ({"root"} if boots else set()) and change.after["volumes"] == sorted(left)
    rows = [VolumeAttachment(each, "/dev/vda" if each == "root" else "/dev/vdx") for each in left]
    assert not plan_one(server(image=None if boots else "i"), rows, task).changes


def test_the_boot_volume() -> None:
    rows = [VolumeAttachment("a", "/dev/sdb"), VolumeAttachment("b", "/dev/sdc")]
    named = replace(server(image=None), root_device_name="/dev/sdc")
    assert volume.boot_volume(named, rows) == "b"
    assert volume.boot_volume(server(image=None), rows[:1]) == "a"
    assert volume.boot_volume(server(), rows) is None
    refused = plan_one(server(image=None), rows, volume.VolumeSpec((), purge=True))
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


@pytest.mark.parametrize(
    "rows, root, found",
    [
        # A cloud that returns boot indexes says which one it is, also for a server with an image.
        ([("a", "/dev/vdb", 1), ("b", "/dev/vda", 0)], None, "b"),
        # Some return 0 for all of them.
        ([("a", "/dev/vdb", 0), ("b", "/dev/vda", 0)], None, "b"),
        ([("a", "/dev/sdb", 0), ("b", "/dev/sdc", 0)], "/dev/sdc", "b"),
        ([("a", "/dev/vdb", 0), ("b", "/dev/vdc", 0)], None, InvalidRequest),
        ([("a", "/dev/vdb", None), ("b", "/dev/vdc", -1)], None, None),
        # Without boot indexes, a volume at the root device is the one, and the record of the server may have the index.
        ([("a", "/dev/vdb", None), ("b", "/dev/vda", None)], "/dev/vda", "b"),
        ([("a", "/dev/vdb", None), ("recorded", "/dev/vdc", None)], None, "recorded"),
    ],
)
def test_the_boot_index(rows: Any, root: str | None, found: Any) -> None:
    volumes = [VolumeAttachment(each, device, boot_index=index) for each, device, index in rows]
    of = replace(server(volumes=(ServerVolume("recorded", boot_index=0),)), root_device_name=root)
    if found is InvalidRequest:
        with pytest.raises(InvalidRequest):
            volume.boot_volume(of, volumes)
    else:
        assert volume.boot_volume(of, volumes) == found


@pytest.mark.parametrize(
    "wanted, known, expected, after",
    [
        (True, None, ["attach_volume", "update_volume"], {"a": True}),
        # A new attachment keeps the volume.
        (False, None, ["attach_volume"], None),
        (True, False, ["update_volume"], {"a": True}),
        (False, True, ["update_volume"], {"a": False}),
        (True, True, [], None),
        (None, True, [], None),
    ],
)
def test_what_is_deleted_with_its_server(
    wanted: bool | None, known: bool | None, expected: list[str], after: Any
) -> None:
    """The record of the server has what the list of its volumes has not."""
    rows = [] if known is None else [VolumeAttachment("a", "/dev/vdb")]
    of = server(volumes=tuple(ServerVolume(each.volume_id, delete_on_termination=known) for each in rows))
    change = plan_one(of, rows, volume.VolumeSpec(("a",), delete_on_termination=wanted), Updating())
    assert [each.action for each in change.planned_actions] == expected
    assert change.after.get("delete_on_termination") == after
    if known is not None and expected:
        refused = plan_one(of, rows, volume.VolumeSpec(("a",), delete_on_termination=wanted))
        assert "detach it first" in str(refused.refusal)


@pytest.mark.parametrize("wanted", [True, False])
def test_the_attachment_has_it_where_the_boot_volume_has_it_too(wanted: bool) -> None:
    rules = Updating()
    rules.attaches_with_termination = True
    rows = [VolumeAttachment("root", "/dev/vda", delete_on_termination=not wanted)]
    task = volume.VolumeSpec(("root", "new"), delete_on_termination=wanted)
    change = plan_one(server(image=None), rows, task, rules)
    assert [(each.action, each.arguments["volume_id"]) for each in change.planned_actions] == [
        ("attach_volume", "new"),
        ("update_volume", "root"),
    ]
    assert change.planned_actions[0].arguments["delete_on_termination"] is wanted
    assert change.after["delete_on_termination"] == {"root": wanted}
    rules.attaches_with_termination = False
    assert "cannot be changed" in str(plan_one(server(image=None), rows, task, rules).refusal)


@pytest.mark.parametrize(
    "purge, free, refused", [(False, 0, True), (False, 1, False), (True, 0, False), (True, None, False)]
)
def test_the_limit_of_a_server(purge: bool, free: int | None, refused: bool) -> None:
    rows = [VolumeAttachment("a", "/dev/vdb")]
    change = plan_one(server(), rows, volume.VolumeSpec(("b",), purge=purge), free=free)
    assert ("can take 0 more volumes" in str(change.refusal)) is refused


def test_force() -> None:
    with pytest.raises(InvalidRequest, match="force"):
        volume.VolumeSpec(("a",), force=True).check()
    spec = volume.VolumeSpec(("a",), "absent", force=True)
    spec.check()
    (action,) = plan_one(server(), [VolumeAttachment("a", "/dev/vdb")], spec).planned_actions
    assert action.arguments == {"volume_id": "a", "force": True}

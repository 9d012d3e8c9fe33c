# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of snapshots, volumes and interfaces: what is wanted comes about, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import FixedIp, Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import VolumeAttachment
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, PLANNED, Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import interface, volume
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import snapshot as snapshots

NOW = datetime(2026, 11, 25, 19, 30, 5, tzinfo=UTC)


def server(server_id: str = "s1", image: str | None = "i", **more: Any) -> Server:
    fields = {"name": "web-" + server_id, "status": "ACTIVE", **more}
    return Server(id=server_id, platform="openstack", image=Image(image), **fields)


def planned_actions(change: Change) -> list[tuple[str, Any]]:
    return [(action.action, action.arguments) for action in change.planned_actions]


# -- snapshots --------------------------------------------------------------------------------------------------------


def spec(template: str = "{name}-{date}", **more: Any) -> snapshots.SnapshotSpec:
    return snapshots.SnapshotSpec(template, NOW, **more)


def image(name: str, created: str = "2026-01-01", server_id: str | None = "s1", **more: Any) -> Snapshot:
    fields = {"id": name + created, "status": "active", "snapshot": server_id is not None, **more}
    return Snapshot(name=name, created=created, server_id=server_id, **fields)


@pytest.mark.parametrize(
    "template, name",
    [
        ("{name}-{date}", "web-s1-2026-11-25"),
        ("{id}.{time}", "s1.193005"),
        ("plain", "plain"),
        ("50%", "50%"),
    ],
)
def test_the_name(template: str, name: str) -> None:
    assert spec(template).name_of(server()) == name and spec(template).named(server(), name)


@given(st.text("ab.-(*+ ", min_size=1, max_size=8), st.sampled_from(["{name}-{date}", "{name}{time}x", "{id}+{name}"]))
def test_a_template_knows_its_own_names(name: str, template: str) -> None:
    one, other = server(name=name), server("s2", name=name + "2")
    found = spec(template).name_of(one)
    assert spec(template).named(one, found) and not spec(template).named(other, found)
    assert not spec(template).named(one, found + "0")


@given(st.integers(1, 5), st.integers(0, 7), st.booleans(), st.sets(st.integers(0, 6)))
def test_the_newest_stay(keep: int, count: int, there: bool, protected: set[int]) -> None:
    old = [
        image("web-s1-2026-01-0%d" % (at + 1), "2026-01-0%d" % (at + 1), protected=at in protected)
        for at in range(count)
    ]
    today = [image("web-s1-2026-11-25", "2026-11-25")] if there else []
    foreign = [
        image("web-s1-2025-01-01", "2025-01-01", "s2"),
        image("web-s1-before", "2025-01-01"),
        image("web-s1-2025-01-02", "2025-01-02", status="error"),
    ]
    change = snapshots.plan_one(server(), old + today + foreign, spec(keep_last=keep))
    found = planned_actions(change)
    assert (found[:1] == [("create_image", {"name": "web-s1-2026-11-25", "metadata": {}})]) is not there
    going = {arguments["image_id"] for action, arguments in found if action == "delete_image"}
    expected = {
        each.id
        for each in sorted(old, key=lambda each: str(each.created), reverse=True)[keep - 1 :]
        if not each.protected
    }
    assert going == expected
    # What the plan leaves is what it wants.
    left = [each for each in old + foreign if each.id not in going]
    left += today or [image("web-s1-2026-11-25", "2026-11-25")]
    assert not snapshots.plan_one(server(), left, spec(keep_last=keep)).changes


@pytest.mark.parametrize(
    "others, words",
    [
        ([image("web-s1-2026-11-25", server_id="s2")], "of the server s2"),
        ([image("web-s1-2026-11-25", server_id=None)], "not created from a server"),
        ([image("web-s1-2026-11-25", status="deactivated")], "deactivated"),
    ],
)
def test_a_name_that_is_taken(others: list[Snapshot], words: str) -> None:
    assert words in str(snapshots.plan_one(server(), others, spec()).refusal)


def test_an_image_that_is_lost_does_not_count_and_one_under_way_is_waited_for() -> None:
    assert snapshots.plan_one(server(), [image("web-s1-2026-11-25", status="killed")], spec()).changes
    under_way = snapshots.plan_one(server(), [image("web-s1-2026-11-25", status="saving")], spec())
    assert under_way.wait_until_stable and not under_way.changes


@pytest.mark.parametrize("status", ["ERROR", "SHELVED", "VERIFY_RESIZE"])
def test_an_unfit_server(status: str) -> None:
    assert status in str(snapshots.plan_one(server(status=status), [], spec()).refusal)


def test_what_may_be_deleted() -> None:
    rows = [image("a"), image("b", protected=True), image("c", server_id=None)]
    results = [each.result for each in snapshots.plan_removal(rows, False).values()]
    assert results == [PLANNED, FAILED, FAILED]
    assert [each.result for each in snapshots.plan_removal(rows, True).values()] == [PLANNED, FAILED, PLANNED]


# -- volumes ----------------------------------------------------------------------------------------------------------

IDS = st.sets(st.sampled_from("abcd"))


@given(IDS, IDS, st.booleans(), st.booleans(), st.sampled_from(["present", "absent"]))
def test_volumes_come_and_go_as_wanted(there: set[str], wanted: set[str], purge: bool, boots: bool, state: str) -> None:
    rows = [VolumeAttachment(each, "/dev/vd" + "bcde"["abcd".index(each)]) for each in sorted(there)]
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
    expected = there - wanted if state == "absent" else wanted if purge else wanted | there
    assert left == expected | ({"root"} if boots else set()) and change.after["volumes"] == sorted(left)
    rows = [VolumeAttachment(each, "/dev/vda" if each == "root" else "/dev/vdx") for each in left]
    assert not volume.plan_one(server(image=None if boots else "i"), rows, task).changes


def test_the_boot_volume() -> None:
    rows = [VolumeAttachment("a", "/dev/sdb"), VolumeAttachment("b", "/dev/sdc")]
    named = replace(server(image=None), raw={"OS-EXT-SRV-ATTR:root_device_name": "/dev/sdc"})
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
def test_the_aim_of_volumes(expected_state: ExpectedState, record: Any, met: bool) -> None:
    assert (
        expected_state.met(server(volumes=record)) is met
        and ExpectedState.from_dict(expected_state.as_dict()) == expected_state
    )


# -- interfaces -------------------------------------------------------------------------------------------------------


def port(port_id: str, network: str = "n1", ip: str = "10.0.0.5") -> Interface:
    return Interface(port_id, network, "fa:16:3e:00:00:0" + port_id, "ACTIVE", (FixedIp(ip, "sub-" + network),))


THERE = [port("1"), port("2", "n2", "10.1.0.5"), port("3", "n2", "fd00::5")]


def asked(**options: Any) -> interface.InterfaceSpec:
    return interface.InterfaceSpec.from_options({"state": "present", **options})


@pytest.mark.parametrize(
    "options, going",
    [
        ({"network_id": "n2"}, "23"),
        ({"ip": "FD00:0::5"}, "3"),
        ({"mac": "FA:16:3E:00:00:01"}, "1"),
        ({"port_id": "9"}, ""),
        ({"network_id": "n1", "ip": "10.1.0.5"}, ""),
        ({"network_id": "n2", "fixed_ips": [{"subnet_id": "sub-n2"}]}, "23"),
    ],
)
def test_what_is_removed(options: dict[str, Any], going: str) -> None:
    change = interface.plan_one(server(), THERE, asked(state="absent", **options))
    assert planned_actions(change) == [("detach_interface", {"port_id": each}) for each in going]


@pytest.mark.parametrize(
    "options, there",
    [
        ({"network_id": "n1"}, True),
        ({"network_id": "n3"}, False),
        ({"port_id": "2"}, True),
        ({"port_id": "9"}, False),
        ({"network_id": "n1", "fixed_ips": [{"ip_address": "10.0.0.5"}]}, True),
        ({"network_id": "n1", "fixed_ips": [{"ip_address": "10.0.0.6"}]}, False),
    ],
)
def test_what_is_attached(options: dict[str, Any], there: bool) -> None:
    change = interface.plan_one(server(), THERE, asked(**options))
    assert change.changes is not there
    # Nova makes a second port when it is asked twice for a network.
    assert all(action.is_retry_safe is ("port_id" in options) for action in change.planned_actions)


def test_one_port_goes_on_one_server() -> None:
    with pytest.raises(InvalidRequest, match="2 servers"):
        asked(port_id="1").check([server(), server("s2")])
    asked(network_id="n1").check([server(), server("s2")])
    asked(port_id="1", state="absent").check([server(), server("s2")])

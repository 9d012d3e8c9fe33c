# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records: what the platforms have in common."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    JOB_VANISHED,
    Job,
    JobPart,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    POWER_STATES,
    SERVER_FIELDS,
    Address,
    Server,
    in_private_range,
    power_state,
    with_image_names,
)

#: status: the power state of a stable server, and where the status leads.
STATUSES = {
    "ACTIVE": ("running", "running"),
    "SHUTOFF": ("stopped", "stopped"),
    "PAUSED": ("paused", "paused"),
    "SUSPENDED": ("suspended", "suspended"),
    "ERROR": ("error", "error"),
    "BUILD": ("transitional", "running"),
    "REBOOT": ("transitional", "running"),
    "HARD_REBOOT": ("transitional", "running"),
    "REBUILD": ("transitional", "running"),
    "MIGRATING": ("transitional", "running"),
    "PASSWORD": ("transitional", "running"),
    "RESIZE": ("transitional", "stopped"),
    "REVERT_RESIZE": ("transitional", "running"),
    "VERIFY_RESIZE": ("unknown", "unknown"),
    "SHELVED": ("unknown", "unknown"),
    "SHELVED_OFFLOADED": ("unknown", "unknown"),
    "RESCUE": ("unknown", "unknown"),
    "DELETED": ("unknown", "unknown"),
    "SOFT_DELETED": ("unknown", "unknown"),
    "UNKNOWN": ("unknown", "unknown"),
    "": ("unknown", "unknown"),
}
TASKS = {
    "powering-off": "stopped",
    "powering-on": "running",
    "pausing": "paused",
    "unpausing": "running",
    "suspending": "suspended",
    "resuming": "running",
}


def server(**more: Any) -> Server:
    return Server(**{"id": "i", "platform": "p", **more})


@pytest.mark.parametrize(("status", "expected"), STATUSES.items())
def test_the_power_state_of_each_status(status: str, expected: tuple[str, str]) -> None:
    for spelling in (status, status.lower()):
        found = server(status=spelling)
        assert (found.power_state, found.target_power_state) == expected
        assert found.is_stable == (expected[0] != "transitional")
        assert found.is_deleted == (status in ("DELETED", "SOFT_DELETED"))
    assert power_state(status, None) in POWER_STATES


@pytest.mark.parametrize(("task", "goal"), TASKS.items())
@pytest.mark.parametrize("status", ["ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "RESCUE"])
def test_a_task_under_way_decides(status: str, task: str, goal: str) -> None:
    found = server(status=status, task_state=task)
    assert (found.power_state, found.is_stable, found.target_power_state) == ("transitional", False, goal)


@pytest.mark.parametrize(("status", "goal"), [("ACTIVE", "running"), ("SHUTOFF", "stopped"), ("BUILD", "running")])
def test_another_task_leads_back_to_where_the_status_leads(status: str, goal: str) -> None:
    assert server(status=status, task_state="image_snapshot").target_power_state == goal
    assert server(status=None, task_state="x").target_power_state == "unknown"


def test_neither_an_error_nor_a_deleted_server_is_in_transition() -> None:
    assert server(status="ERROR", task_state="powering-on").power_state == "error"
    assert server(status="DELETED", task_state="deleting").power_state == "unknown"
    assert server(status="SOFT_DELETED", task_state="restoring").is_deleted
    assert power_state(None, None) == "unknown" and power_state("error", "x") == "error"


@pytest.mark.parametrize(
    ("ip", "private"),
    [("10.1.2.3", True), ("172.16.0.1", True), ("172.32.0.1", False), ("192.168.1.1", True), ("100.64.0.1", True),
     ("100.128.0.1", False), ("169.254.1.1", True), ("8.8.8.8", False), ("fd00::1", True), ("fe80::1", True),
     ("2001:db8::1", False), ("no address", True), ("", True)],
)  # fmt: skip
def test_private_ranges(ip: str, private: bool) -> None:
    assert in_private_range(ip) == private


@pytest.mark.parametrize(
    ("ip", "kind", "public"),
    [("10.0.0.1", "floating", True), ("8.8.8.8", "fixed", False), ("8.8.8.8", None, True), ("10.0.0.1", None, False)],
)
def test_a_public_address(ip: str, kind: str | None, public: bool) -> None:
    address = Address(ip, 4, kind)
    assert address.public == public
    found = server(addresses=(address,))
    assert (found.public_ips, found.private_ips) == (([ip], []) if public else ([], [ip]))


def test_private_and_public_addresses_begin_with_those_of_version_4() -> None:
    addresses = (
        Address("2001:db8::1", 6, "fixed"),
        Address("10.0.0.2", 4, "fixed"),
        Address("10.0.0.1", 4, "fixed"),
        Address("2001:db8::9", 6, "floating"),
        Address("203.0.113.1", 4, "floating"),
    )
    found = server(addresses=addresses)
    assert found.private_ips == ["10.0.0.2", "10.0.0.1", "2001:db8::1"]
    assert found.public_ips == ["203.0.113.1", "2001:db8::9"]
    assert [row["ip"] for row in found.as_dict()["addresses"]] == [address.ip for address in addresses]


@given(st.ip_addresses())
def test_every_address_is_either_private_or_public(ip: Any) -> None:
    assert Address(str(ip), ip.version).public is not in_private_range(str(ip))


def test_label_and_fields() -> None:
    assert server(name="web").label == "web (i)" and server().label == "i"
    assert SERVER_FIELDS[:4] == ("id", "name", "status", "power_state") and SERVER_FIELDS[-1] == "region"


def test_a_record_has_the_requested_fields_in_their_order() -> None:
    found = server(name="web", user_data="secret", tags=("a=1",))
    assert found.as_dict(fields=["tags", "id", "name"]) == {"id": "i", "name": "web", "tags": ["a=1"]}
    assert list(found.as_dict(fields=["tags", "id", "name"])) == ["id", "name", "tags"]
    assert tuple(found.as_dict()) == SERVER_FIELDS and "secret" not in str(found.as_dict(raw=True))
    assert found.as_dict(fields=["user_data"]) == {"user_data": "secret"} and "secret" not in repr(found)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), {}),
        (("role=web", "spot"), {"role": "web", "spot": ""}),
        (("spot=",), {"spot": ""}),
        (("a=b=c",), {"a": "b=c"}),
        (("role=web", "role=db"), {"role": "web"}),
        (("role=web", "role"), {"role": "web"}),
    ],
)
def test_tags_as_a_mapping(tags: tuple[str, ...], expected: dict[str, str]) -> None:
    assert server(tags=tags).tag_map == expected == server(tags=tags[::-1]).as_dict()["tag_map"]


def test_image_names_come_from_the_list_where_the_record_has_none() -> None:
    known = {"i1": "Ubuntu", "i2": "Debian"}
    images = [Image("i1"), Image("i2", "own"), Image("i3"), Image()]
    found = with_image_names([server(image=image) for image in images], known)
    assert [each.image for each in found] == [Image("i1", "Ubuntu"), Image("i2", "own"), Image("i3"), Image()]


def test_a_record_holds_copies() -> None:
    found = server(metadata={"a": "b"}, tags=("t",), fault={"code": 1}, raw={"user_data": "x", "k": "v"})
    shown = found.as_dict(raw=True)
    shown["metadata"]["a"] = shown["fault"]["code"] = shown["raw"]["k"] = "changed"
    shown["tags"].append("more")
    assert found.as_dict(raw=True)["metadata"] == {"a": "b"} and found.fault == {"code": 1} and found.tags == ("t",)
    assert found.raw == {"user_data": "x", "k": "v"}
    assert found == server(metadata={"a": "b"}, tags=("t",), fault={"code": 1}), "the raw answer is no part of a server"


@pytest.mark.parametrize(
    ("status", "finished"),
    [
        (JOB_PENDING, False),
        (JOB_AWAITING_PAYMENT, False),
        (JOB_SUCCEEDED, True),
        (JOB_FAILED, True),
        (JOB_VANISHED, True),
    ],
)
def test_a_job(status: str, finished: bool) -> None:
    job = Job("j", status, code="C", parts=(JobPart("s", JOB_FAILED, "E", "why"),))
    assert job.finished is finished
    assert job.as_dict() == {
        "id": "j",
        "type": None,
        "status": status,
        "finished": finished,
        "begin_time": None,
        "end_time": None,
        "code": "C",
        "message": None,
        "servers": [{"server_id": "s", "status": JOB_FAILED, "code": "E", "message": "why"}],
    }

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The note of the options with which a server was created."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import recorded
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.created_with import (
    NOTE,
    was_created_with,
    with_note,
)
from ansible_collections.cloudserver.compute.plugins.modules.server import MODULE


def params(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(MODULE.argument_spec), **given}


def created(**given: Any) -> Server:
    return Server("i", "p", metadata=with_note({}, params(**given)))


DISK = {"type": "SSD", "size_gb": None}
NIC = {"subnet": ["a"], "fixed_ip": "2001:db8::0:1", "network": None}


@pytest.mark.parametrize(
    ("option", "value", "now", "known"),
    [
        ("system_disk", DISK, {"type": "SSD"}, True),
        ("system_disk", DISK, {"type": "SSD", "size_gb": 40}, False),
        ("networks", [NIC], [{"fixed_ip": "2001:DB8::1", "subnet": "a"}], True),
        ("networks", [NIC], [NIC, {"subnet": "b"}], False),
        ("volumes", [{"size_gb": 1, "no_device": False}], [{"size_gb": 1}], True),
        ("password", "Secret-1", "Secret-2", True),
        ("files", {"/a": "YQ=="}, {"/a": "Yg=="}, True),
    ],
)
def test_the_value_is_compared_but_not_that_of_a_secret(option: str, value: Any, now: Any, known: bool) -> None:
    assert was_created_with(created(**{option: value}), option, now) is known
    assert was_created_with(created(group="g"), option, now) is None
    assert was_created_with(Server("i", "p"), option, now) is None


@pytest.mark.parametrize(
    ("networks", "noted"),
    [
        ("auto", False),
        (["private"], False),
        ([{"network": "private", "fixed_ip": "10.0.0.9", "port": None}], False),
        (["0d0466b0-0000-4000-8000-000000000000"], True),
        ([{"network": "private"}, {"port": "p"}], True),
        ([{"network": "private", "tag": "front"}], True),
    ],
)
def test_networks_that_the_record_shows_are_not_noted(networks: Any, noted: bool) -> None:
    assert bool(created(networks=networks).metadata) is noted


def test_user_data_is_the_same_option_from_text_and_from_a_file() -> None:
    for given in ({"user_data": "x"}, {"user_data_file": "/x"}):
        assert created(**given).metadata == {NOTE: "user_data"}
        assert was_created_with(created(**given), "user_data_file", "…") is True


def test_a_note_is_short_has_no_secret_and_leaves_room_for_the_metadata_of_the_task() -> None:
    every = {name: "Secret-%s" % name for name in MODULE.argument_spec}
    note = with_note({}, every)[NOTE]
    assert len(note) < 256 and "Secret" not in note
    full = {str(number): "" for number in range(10)}
    assert with_note(full, every) == full and with_note({}, params()) == {}


def test_security_groups_of_several_ports() -> None:
    raw = {"security_groups": [{"name": "web", "id": "1"}, {"name": "web", "id": "1"}, {"name": "db", "id": "2"}]}
    server = Server("i", "p", raw=raw)
    assert recorded.shows(server, "security_groups", ["db", "web"]) is True
    assert recorded.shows(server, "security_groups", ["1", "db"]) is True
    assert recorded.shows(server, "security_groups", ["web"]) is False
    assert recorded.shows(server, "security_groups", ["web", "db", "ops"]) is False

"""Consoles: which there are in which version, and in which state of the server."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest


def ask(cloud: Any, name: str, protocol: str = "vnc", kind: str = "novnc") -> Any:
    body = {"remote_console": {"protocol": protocol, "type": kind}}
    return cloud.post("/servers/%s/remote-consoles" % cloud.id(name), body)


def test_a_console_of_its_own_path(openstack: Any) -> None:
    cloud = openstack.at("2.6")
    first, second = ask(cloud, "web-01").json["remote_console"], ask(cloud, "web-01").json["remote_console"]
    assert first["url"] != second["url"] and "c0n5o1e" in first["url"]
    assert ask(cloud, "web-01", "serial", "serial").json["remote_console"]["url"].startswith("ws://")
    assert ask(openstack.at("2.5"), "web-01").status_code == 404
    assert cloud.act("web-01", {"os-getVNCConsole": {"type": "novnc"}}).status_code == 404


@pytest.mark.parametrize(
    ("version", "protocol", "kind"),
    [
        ("2.96", "vnc", "serial"),
        ("2.96", "vnc", "xvpvnc"),
        ("2.96", "spice", "spice-html5"),
        ("2.96", "mks", "webmks"),
        ("2.7", "mks", "webmks"),
        ("2.96", "x", "novnc"),
        ("2.96", "vnc", "x"),
    ],
)
def test_consoles_that_are_not_to_be_had(openstack: Any, version: str, protocol: str, kind: str) -> None:
    assert ask(openstack.at(version), "web-01", protocol, kind).status_code == 400


def test_a_server_has_one_while_it_runs(openstack: Any) -> None:
    cloud = openstack.at("2.96")
    for status, wanted in (("SHUTOFF", 409), ("ERROR", 409), ("BUILD", 409), ("PAUSED", 200), ("ACTIVE", 200)):
        openstack.change("web-01", status=status)
        assert ask(cloud, "web-01").status_code == wanted, status
    assert (
        cloud.post("/servers/nix/remote-consoles", {"remote_console": {"protocol": "vnc", "type": "novnc"}}).status_code
        == 404
    )
    assert ask(openstack.by("reader").at("2.96"), "web-01").status_code in (403, 404)


def test_actions_below_2_6(openstack: Any) -> None:
    cloud = openstack.at("2.5")
    answer = cloud.act("web-01", {"os-getVNCConsole": {"type": "novnc"}})
    assert (answer.status_code, answer.json["console"]["type"]) == (200, "novnc")
    assert cloud.act("web-01", {"os-getSerialConsole": {"type": "serial"}}).status_code == 200
    for action, kind in (
        ("os-getSPICEConsole", "spice-html5"),
        ("os-getRDPConsole", "rdp-html5"),
        ("os-getVNCConsole", "serial"),
        ("os-getVNCConsole", None),
    ):
        assert cloud.act("web-01", {action: {"type": kind}}).status_code == 400


def test_ustack(ustack: Any) -> None:
    answer = ustack.act("web-01", {"os-getVNCConsole": {"type": "novnc"}})
    assert (answer.status_code, answer.json["console"]["type"]) == (202, "novnc")
    assert ustack.log()[-1]["operation"] == "U28"
    assert ustack.act("web-01", {"os-getSerialConsole": {"type": "serial"}}).status_code == 400
    assert ustack.act("web-01", {"os-getConsoleOutput": {}}).status_code == 400


@pytest.mark.parametrize(
    ("argument", "lines"),
    [
        ({}, 3),
        ({"length": 2}, 2),
        ({"length": "1"}, 1),
        ({"length": 0}, 0),
        ({"length": -1}, 3),
        ({"length": 99}, 3),
        ({"length": None}, 3),
    ],
)
def test_output(openstack: Any, argument: Any, lines: int) -> None:
    answer = openstack.act("web-01", {"os-getConsoleOutput": argument})
    assert (answer.status_code, len(answer.json["output"].splitlines())) == (200, lines)


@pytest.mark.parametrize("argument", [None, {"length": -2}, {"length": "x"}, {"length": True}, {"lines": 1}])
def test_malformed_output(openstack: Any, argument: Any) -> None:
    assert openstack.act("web-01", {"os-getConsoleOutput": argument}).status_code == 400


def test_huaweicloud(huaweicloud: Any) -> None:
    path = "/cloudservers/%s/remote_console" % huaweicloud.id("web-01")
    answer = huaweicloud.post(path, {"remote_console": {"protocol": "vnc", "type": "novnc"}})
    assert answer.status_code == 200 and "c0n5o1e" in answer.json["remote_console"]["url"]
    for body in ({"protocol": "spice", "type": "novnc"}, {"type": "novnc"}, {}):
        assert huaweicloud.post(path, {"remote_console": body}).status_code == 400
    huaweicloud.change("web-01", status="SHUTOFF")
    assert huaweicloud.post(path, {"remote_console": {"protocol": "vnc", "type": "novnc"}}).status_code == 409
    path = "/cloudservers/nix/remote_console"
    assert huaweicloud.post(path, {"remote_console": {"protocol": "vnc", "type": "novnc"}}).status_code == 404

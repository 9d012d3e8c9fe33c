# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_console_info as a task sees it, on every platform."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules.bench import Bench, outcome, refused

NOVA = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
WITH_OUTPUT = pytest.mark.parametrize("platform", ["openstack", "easystack", "huaweicloud"], indirect=True)
OUTPUT = {"huaweicloud": "show console output"}
MARKER = "c0n5o1e"


def test_a_console(bench: Bench) -> None:
    result = bench.call("server_console_info", names=["web-01", "web-02"])
    assert result["changed"] is False and "diff" not in result
    assert [(each["name"], each["type"], each["protocol"]) for each in result["consoles"]] == [
        ("web-01", "novnc", "vnc"),
        ("web-02", "novnc", "vnc"),
    ]
    addresses = [each["url"] for each in result["consoles"]]
    assert all(MARKER in each for each in addresses) and len(set(addresses)) == 2
    for each in result["consoles"]:
        del each["url"]
    assert MARKER not in json.dumps(result), "the address is in url and nowhere else"
    assert bench.call("server_console_info", check=True, names=["web-01"])["consoles"][0]["url"]


def test_a_server_that_does_not_run(bench: Bench) -> None:
    bench.change("web-02", status="SHUTOFF")
    result = bench.call("server_console_info", names=["web-01", "web-02"])
    message = result["msg"]
    assert result["failed"] is True and "1 of 2 servers could not be given a console: web-02" in message
    assert "HTTP 409" in message or "409" in json.dumps(result["outcomes"]) or outcome(result, "web-02")["code"]
    assert "start it with server_power" in message
    assert [each["name"] for each in result["consoles"]] == ["web-01"], "those that could be read are there"
    assert (outcome(result, "web-01")["outcome"], outcome(result, "web-02")["outcome"]) == ("done", "failed")


@NOVA
def test_types(bench: Bench) -> None:
    serial = bench.call("server_console_info", names=["web-01"], type="serial")["consoles"][0]
    assert serial["protocol"] == "serial" and serial["url"].startswith("ws://")
    for kind in ("spice-html5", "rdp-html5", "webmks"):
        result = bench.call("server_console_info", names=["web-01"], type=kind)
        refused(result, "web-01", "Unavailable console type " + kind, "try another type")


@WITH_OUTPUT
def test_the_text_on_the_console(bench: Bench) -> None:
    whole = bench.call("server_console_info", names=["web-01"], url=False, output=True)["consoles"]
    assert whole == [{"id": bench.id_of("web-01"), "name": "web-01", "output": whole[0]["output"]}]
    assert whole[0]["output"].splitlines()[-1] == "web-01 login:" and len(whole[0]["output"].splitlines()) == 3
    both = bench.call("server_console_info", names=["web-01"], output=True, lines=1)["consoles"][0]
    assert both["output"] == "web-01 login:" and both["url"]


@WITH_OUTPUT
def test_what_was_read_before_an_error_is_not_lost(bench: Bench) -> None:
    bench.fault(
        OUTPUT.get(bench.platform, "os-getConsoleOutput"), status=501, reason="The virt driver has no such thing."
    )
    result = bench.call("server_console_info", names=["web-01"], output=True)
    assert result["failed"] is True and result["consoles"][0]["url"] and "output" not in result["consoles"][0]


@WITH_OUTPUT
@pytest.mark.parametrize(
    "operation, key, detail",
    [("os-getConsoleOutput", "output", "the output of consoles"), ("create console", "url", "the addresses of")],
)
def test_a_part_that_the_user_may_not_see_is_null(bench: Bench, operation: str, key: str, detail: str) -> None:
    bench.fault(OUTPUT.get(bench.platform, operation) if key == "output" else operation, status=403,
                reason="Policy doesn't allow it.")  # fmt: skip
    result = bench.call("server_console_info", names=["web-01", "web-02"], output=True)
    assert not result.get("failed") and [each[key] for each in result["consoles"]] == [None, None]
    assert all(each["url"] or each["output"] for each in result["consoles"])
    (warning,) = result["warnings"]
    assert detail in warning and "Policy doesn't allow it" in warning
    alone = {"output": True, "url": False} if key == "output" else {}
    refused(bench.call("server_console_info", names=["web-01"], **alone), "Policy doesn't allow it")


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_what_these_platforms_have_not(bench: Bench) -> None:
    cases = [({"type": "serial"}, "console_types", "type: novnc")]
    if bench.platform == "ustack":
        cases.append(({"output": True}, "console_output", "the console"))
    for options, operation, words in cases:
        result = bench.call("server_console_info", names=["web-01"], **options)
        refused(result, f"Platform {bench.platform} has no operation {operation}", words)
    assert [row for row in bench.requests() if row["method"] == "POST" and "servers" in row["path"]] == []


@pytest.mark.parametrize(
    "options, parts",
    [
        ({}, ["no option selects servers"]),
        ({"names": ["web-01"], "type": "xvpvnc"}, ["type", "novnc, spice-html5"]),
        ({"names": ["web-01"], "url": False}, ["url and output"]),
        ({"names": ["web-01"], "lines": 0}, ["lines: 0 is out of range"]),
        ({"names": ["nix"]}, ["no server has names nix"]),
        ({"names": ["twin"]}, ["2 servers are named twin"]),
    ],
    ids=str,
)
def test_bad_input(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    refused(bench.call("server_console_info", **options), *parts)


@pytest.mark.parametrize("fault", [{"truncate": True}, {"html": True}, {"status": 200, "text": "url: " + MARKER}])
def test_a_request_with_an_unreadable_response_is_not_repeated(bench: Bench, fault: dict[str, Any]) -> None:
    operation = "U28" if bench.platform == "ustack" else "create console"
    bench.fault(operation, **fault)
    result = bench.call("server_console_info", names=["web-01"])
    refused(result, "Could not get a console of the server: the response has no")
    assert MARKER not in json.dumps(result)


def test_a_lost_response_causes_a_retry(bench: Bench) -> None:
    operation = "U28" if bench.platform == "ustack" else "create console"
    bench.fault(operation, times=1, reset="after")
    assert bench.call("server_console_info", names=["web-01"])["consoles"][0]["url"]


@NOVA
def test_readers_may_open_no_console(bench: Bench) -> None:
    bench.options = bench.credentials("reader")
    refused(bench.call("server_console_info", names=["web-01"]), "Policy doesn't allow", "a role in this project")


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
def test_a_region_with_the_old_call_for_the_output_alone(bench: Bench) -> None:
    unknown = {"error_code": "APIGW.0101", "error_msg": "The API does not exist or has not been published."}
    bench.fault(OUTPUT["huaweicloud"], status=404, body=unknown)
    result = bench.call("server_console_info", names=["web-01", "web-02"], url=False, output=True, lines=1)
    assert [each["output"] for each in result["consoles"]] == ["web-01 login:", "web-02 login:"]
    assert len(bench.requests(OUTPUT["huaweicloud"])) == 1, "the second server is not asked in vain"
    assert bench.changing_requests() == [{"os-getConsoleOutput": {"length": 1}}] * 2

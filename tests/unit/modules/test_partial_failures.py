# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations that take several requests of which one fails: what was done is said, and nothing else is claimed."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, outcome, says

HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
EASYSTACK = pytest.mark.parametrize("platform", ["easystack"], indirect=True)
LATER = {"Retry-After": "1"}
#: What goes wrong with one of several requests; without an effect unless it says so.
BETWEEN: dict[str, dict[str, Any]] = {
    "404 of something in between": {"status": 404, "html": True},
    "404 in between, after the service has acted": {"status": 404, "html": True, "effect": True},
    "429": {"status": 429, "headers": LATER, "body": {}},
    "500": {"status": 500, "body": {}},
    "400": {"status": 400, "body": {"error": {"code": "Ecs.0005", "message": "Invalid input received"}}},
    "401": {"status": 401, "body": {"error_code": "APIGW.0401", "error_msg": "refused"}},
}
#: The declaration, the state before, the requests in their order, and the action.
SEVERAL: dict[str, tuple[dict[str, Any], tuple[str, str], str]] = {
    "metadata": (
        {"metadata": {"team": "a"}, "purge_metadata": True},
        ("merge metadata", "delete metadata item"),
        "replace_metadata",
    ),
    "tags": ({"tags": ["stage=2"], "purge_tags": True}, ("change tags", "change tags"), "set_tags"),
}  # fmt: skip


def two_requests(bench: Bench) -> None:
    start = bench.call("server", name="web-01", metadata={"team": "b", "old": "1"}, tags=["role=web"])
    assert not start.get("failed"), start


@HUAWEI
@pytest.mark.parametrize("fault", BETWEEN)
@pytest.mark.parametrize("kind_of", SEVERAL)
@pytest.mark.parametrize("times", [1, None])
def test_the_second_of_two_requests_fails(bench: Bench, kind_of: str, fault: str, times: int | None) -> None:
    declared, (first, second), action = SEVERAL[kind_of]
    two_requests(bench)
    bench.fault(second, times=times, after=1 if first == second else 0, **BETWEEN[fault])
    result = bench.call("server", name="web-01", **{"api_retries": 0, **declared})
    found = outcome(result, "web-01")
    assert result["changed"] and found["actions"] == [action], found
    if times is None and not BETWEEN[fault].get("effect"):
        assert found["outcome"] in ("failed", "unknown"), found
    elif fault == "401":
        # Nothing is sent with credentials that were refused, so the outcome of the rest cannot be read.
        assert found["outcome"] == "unknown", found
    else:
        assert found["outcome"] == "done", found
        assert bench.call("server", name="web-01", **declared)["changed"] is False


@HUAWEI
@pytest.mark.parametrize("kind_of", SEVERAL)
def test_the_first_of_two_requests_is_done_and_its_response_is_lost(bench: Bench, kind_of: str) -> None:
    declared, (first, _second), action = SEVERAL[kind_of]
    two_requests(bench)
    bench.fault(first, times=1, **BETWEEN["404 in between, after the service has acted"])
    found = outcome(bench.call("server", name="web-01", **{"api_retries": 0, **declared}), "web-01")
    assert (found["outcome"], found["actions"]) == ("done", [action]), found


@HUAWEI
@pytest.mark.parametrize("kind_of", SEVERAL)
@pytest.mark.parametrize("fault", ["404 of something in between", "400", "401"])
def test_the_first_of_two_requests_is_refused(bench: Bench, kind_of: str, fault: str) -> None:
    declared, (first, _second), _action = SEVERAL[kind_of]
    two_requests(bench)
    bench.fault(first, **BETWEEN[fault])
    result = bench.call("server", name="web-01", **{"api_retries": 0, **declared})
    assert result["failed"] and not result["changed"], result


ORDER = {"name": "web-01", "boot_order": ["network", "hd"], "apply": "now"}
#: What comes in place of a response to a reboot that never reached the service.
NOT_REACHED: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "headers": LATER, "body": {}},
    "503 with Retry-After": {"status": 503, "headers": LATER, "html": True},
    "{}": {"status": 200, "body": {}},
    "empty": {"status": 200, "text": ""},
    "page": {"status": 200, "html": True},
}


@EASYSTACK
@pytest.mark.parametrize("fault", NOT_REACHED)
def test_the_reboot_for_a_boot_order_is_sent_again_until_it_is_proven(bench: Bench, fault: str) -> None:
    bench.fault("reboot", times=2, **NOT_REACHED[fault])
    result = bench.call("server", **{"api_retries": 0, **ORDER})
    found = outcome(result, "web-01")
    assert (found["outcome"], found["actions"]) == ("done", ["set_metadata", "reboot"]), found
    assert len(bench.requests("reboot")) == 3


@EASYSTACK
@pytest.mark.parametrize("fault", NOT_REACHED)
def test_a_reboot_for_a_boot_order_that_never_arrives_is_not_claimed(bench: Bench, fault: str) -> None:
    bench.fault("reboot", **NOT_REACHED[fault])
    result = bench.call("server", **{"api_retries": 0, **ORDER})
    found = outcome(result, "web-01")
    assert result["failed"] and result["changed"], result
    assert (found["outcome"], found["actions"]) == ("failed", ["set_metadata"]), found
    says(result, "server_power with state: restarted and force: true")


@EASYSTACK
def test_a_lost_response_to_the_metadata_does_not_drop_the_reboot(bench: Bench) -> None:
    bench.fault("merge metadata", times=1, status=504, html=True, effect=True)
    found = outcome(bench.call("server", **{"api_retries": 0, **ORDER}), "web-01")
    assert (found["outcome"], found["actions"]) == ("done", ["set_metadata", "reboot"]), found
    assert len(bench.requests("reboot")) == 1

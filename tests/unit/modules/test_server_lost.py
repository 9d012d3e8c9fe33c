# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creations whose answer, or whose reading back, is lost: a server that exists is never reported as not created."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, PLATFORMS, Bench, outcome, says
from modules.test_server import kind as nova_kind
from modules.test_server_huawei import kind as huawei_kind

EVERY = pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
CREATE = {"openstack": "E04", "easystack": "E04", "ustack": "U01", "huaweicloud": "create servers"}
LATER = {"Retry-After": "1"}
#: What comes in place of the answer after the service has acted.
AFTER: dict[str, dict[str, Any]] = {
    "reset": {"reset": "after"},
    "truncated": {"truncate": 10},
    "page": {"status": 200, "html": True, "effect": True},
    "empty": {"status": 202, "text": "", "effect": True},
    "{}": {"status": 202, "body": {}, "effect": True},
    "429": {"status": 429, "headers": LATER, "body": {}, "effect": True},
    "503 with Retry-After": {"status": 503, "headers": LATER, "body": {}, "effect": True},
    "500": {"status": 500, "body": {}, "effect": True},
    "504": {"status": 504, "html": True, "effect": True},
    "404 of something in between": {"status": 404, "html": True, "effect": True},
    "403 of something in between": {"status": 403, "html": True, "effect": True},
    "redirect": {"status": 302, "headers": {"Location": "http://login.example/"}, "effect": True},
}


def make(bench: Bench, **options: Any) -> dict[str, Any]:
    kind = huawei_kind(**options) if bench.platform == "huaweicloud" else nova_kind(bench, **options)
    return bench.call("server", **{"api_retries": 0, **kind})


@EVERY
@pytest.mark.parametrize("fault", AFTER)
@pytest.mark.parametrize("count", [None, 2])
def test_the_answer_is_lost_after_the_service_has_acted(bench: Bench, fault: str, count: int | None) -> None:
    bench.fault(CREATE[bench.platform], times=1, **AFTER[fault])
    result = make(bench, name="lost", count=count)
    names = ["lost"] if count is None else ["lost-1", "lost-2"]
    assert result["changed"], result
    for name in names:
        (server,) = bench.ids_of(name)
        found = outcome(result, name)
        assert found["outcome"] in ("done", "unknown") and "create" in found["actions"], found
        if bench.platform != "huaweicloud":
            assert (found["outcome"], found["id"]) == ("done", server), found
        again = make(bench, name=name, client_token="again" if bench.platform != "huaweicloud" else None)
        assert bench.ids_of(name) == [server] and not again.get("failed"), again


@EVERY_NOVA
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 429}, {"status": 500}, {"status": 200, "html": True}])
def test_what_became_of_a_lost_answer_cannot_be_read(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault("list", after=1, **fault)
    bench.fault(CREATE[bench.platform], times=1, reset="after")
    result = make(bench, name="lost")
    assert result["failed"] and result["changed"] and outcome(result, "lost")["outcome"] == "unknown"
    says(result, "It is unknown whether it exists", "run the task again")


@EVERY_NOVA
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 429}, {"status": 500}, {"status": 200, "html": True}])
@pytest.mark.parametrize("count", [None, 2])
def test_what_was_created_cannot_be_read_back(bench: Bench, fault: dict[str, Any], count: int | None) -> None:
    bench.fault("list", after=1, **fault)
    bench.fault("show server", **fault)
    result = make(bench, name="lost", count=count, wait_timeout=5)
    assert result["failed"] and result["changed"], result
    for name in ["lost"] if count is None else ["lost-1", "lost-2"]:
        assert outcome(result, name)["outcome"] == "unknown" and outcome(result, name)["actions"] == ["create"]
        assert len(bench.ids_of(name)) == 1


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 429}, {"status": 500}, {"status": 200, "html": True}])
def test_the_job_of_what_was_created_cannot_be_read(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault("show job", **fault)
    result = make(bench, name="lost", wait_timeout=5)
    found = outcome(result, "lost")
    assert result["failed"] and result["changed"] and found["outcome"] == "unknown", result
    assert found["id"] in bench.ids_of("lost")


@EVERY_NOVA
@pytest.mark.parametrize("fault", [{"status": 429, "headers": LATER, "body": {}}, {"status": 403, "html": True}])
def test_a_refusal_that_the_list_confirms_is_one(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault(CREATE[bench.platform], times=1, **fault)
    result = make(bench, name="lost")
    assert result["failed"] and not result["changed"] and outcome(result, "lost")["outcome"] == "failed"
    assert bench.ids_of("lost") == []


@EVERY
@pytest.mark.parametrize("status", [429, 503])
def test_what_was_put_off_and_not_done_is_sent_again(bench: Bench, status: int) -> None:
    bench.fault(CREATE[bench.platform], times=2, status=status, headers=LATER, body={})
    result = make(bench, name="lost", api_retries=3)
    assert outcome(result, "lost")["outcome"] == "done" and len(bench.ids_of("lost")) == 1


@EVERY_NOVA
def test_another_task_deletes_the_server_that_is_recreated(bench: Bench) -> None:
    bench.control("PUT", "/delays", {"platform": bench.platform, "delete": 0})
    bench.fault(
        "delete server",
        times=1,
        status=404,
        effect=True,
        body={"itemNotFound": {"code": 404, "message": "Instance could not be found."}},
    )
    result = make(bench, name="broken-01", recreate=True)
    assert outcome(result, "broken-01")["outcome"] == "done" and not result.get("failed"), result["msg"]

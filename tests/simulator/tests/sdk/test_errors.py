"""The official SDK with errors: signatures, parameters, throttling, invalid responses."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

LOCKED_FOR = 300  # seconds


def look(client: Any, **query: Any) -> Any:
    return client.list_servers_details(client.models.ListServersDetailsRequest(**query))


def test_a_wrong_secret_key(connect: Any, credentials: Any, refusal: Any, huaweicloud: Any) -> None:
    client = connect("ecs", credentials.with_sk("wrong"))
    with pytest.raises(refusal) as caught:
        look(client, tags="role=web")
    error = caught.value
    assert (error.status_code, error.error_code) == (401, "APIGW.0301")
    assert "verify aksk signature fail" in error.error_msg
    assert error.request_id == client.answers[-1].headers["X-Request-Id"]
    assert huaweicloud.log()[-1]["status"] == 401


def test_five_wrong_signatures_lock_the_key(
    connect: Any, credentials: Any, key: dict[str, str], refusal: Any, huaweicloud: Any
) -> None:
    client = connect("ecs", credentials.with_sk("wrong"))
    for _time in range(5):
        with pytest.raises(refusal, match="verify aksk signature fail"):
            look(client)
    credentials.with_sk(key["secret_key"])
    with pytest.raises(refusal, match="APIGW.0301.*failed to reach the limit"):
        look(client)
    huaweicloud.pass_time(LOCKED_FOR + 1)
    assert look(client).status_code == 200


def test_an_unknown_access_key(connect: Any, credentials: Any, refusal: Any) -> None:
    with pytest.raises(refusal, match="APIGW.0301.*ak:NOBODY,err:ak not exist"):
        look(connect("ecs", credentials.with_ak("NOBODY")))


def test_a_temporary_key_needs_its_token(connect: Any, credentials: Any, sim: Any, refusal: Any) -> None:
    temporary = sim.platform("huaweicloud")["access_keys"][1]
    client = connect("ecs", credentials.with_ak(temporary["access_key"]).with_sk(temporary["secret_key"]))
    with pytest.raises(refusal, match="APIGW.0301.*security token"):
        look(client)
    credentials.with_security_token(temporary["security_token"])
    assert look(client).count == 14


def test_another_project(connect: Any, credentials: Any, refusal: Any, sim: Any) -> None:
    staging = sim.builders["huaweicloud"].projects[3]["id"]
    assert [one.name for one in look(connect("ecs", credentials.with_project_id(staging))).servers] == ["staging-01"]
    with pytest.raises(refusal, match="Ecs.0023"):
        look(connect("ecs", credentials.with_project_id("0" * 32)))


def test_an_unknown_server(ecs: Any, m: Any, refusal: Any) -> None:
    with pytest.raises(refusal) as caught:
        ecs.show_server(m.ShowServerRequest("00000000-0000-4000-8000-000000000000"))
    assert (caught.value.status_code, caught.value.error_code) == (404, "Ecs.0114")
    assert "could not be found" in caught.value.error_msg


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"limit": 0}, 400, "Ecs.0005"),
        ({"limit": 1001}, 400, "Ecs.0005"),
        ({"offset": -1}, 400, "Ecs.0005"),
        ({"marker": "nobody"}, 400, "Ecs.0005"),
        ({"name": "["}, 400, "Ecs.0005"),
        ({"status": "DELETED"}, 403, "Ecs.0110"),
    ],
)
def test_invalid_parameters(ecs: Any, refusal: Any, query: dict[str, Any], status: int, code: str) -> None:
    with pytest.raises(refusal) as caught:
        look(ecs, **query)
    assert (caught.value.status_code, caught.value.error_code) == (status, code)


def test_throttling(ecs: Any, m: Any, refusal: Any, huaweicloud: Any) -> None:
    """Of a GET the SDK reports the status only, since it may have retried it; of a POST the gateway's error."""
    option = m.BatchStartServersOption(servers=[m.ServerId(huaweicloud.id("batch-01"))])
    start = m.BatchStartServersRequest(m.BatchStartServersRequestBody(os_start=option))
    asks: list[tuple[Callable[[], Any], str]] = [
        (lambda: look(ecs), "429"),
        (lambda: ecs.batch_start_servers(start), "APIGW.0308"),
    ]
    for ask, code in asks:
        huaweicloud.fault({"status": 429}, times=1)
        with pytest.raises(refusal) as caught:
            ask()
        assert (caught.value.status_code, caught.value.error_code) == (429, code)
    assert huaweicloud.seen("batch-01")["status"] == "SHUTOFF"
    assert look(ecs).count == 14


def test_the_sdk_may_repeat_what_was_throttled(
    connect: Any, credentials: Any, huaweicloud: Any, calls: Callable[[], list[Any]]
) -> None:
    """A repeated request has the same signature and date; the gateway takes it."""
    huaweicloud.fault({"status": 429}, times=1)
    assert look(connect("ecs", credentials, retry_times=2)).count == 14
    assert calls() == ["H02", "H02"]


@pytest.mark.parametrize(
    ("fault", "status", "code", "text"),
    [
        ({"status": 503}, 503, "APIGW.0501", "Service Unavailable"),
        ({"status": 502, "html": True}, 502, "502", "<html>"),
        ({"status": 500, "text": ""}, 500, "500", ""),
    ],
)
def test_errors_of_the_other_side(
    ecs: Any, load_sdk: Callable[[str], Any], huaweicloud: Any, fault: dict[str, Any], status: int, code: str, text: str
) -> None:
    huaweicloud.fault(fault, times=1)
    with pytest.raises(load_sdk("huaweicloudsdkcore.exceptions.exceptions").ServerResponseException) as caught:
        look(ecs)
    assert (caught.value.status_code, caught.value.error_code) == (status, code)
    assert text in caught.value.error_msg


def test_an_unknown_call(ecs: Any, m: Any, refusal: Any) -> None:
    with pytest.raises(refusal) as caught:
        ecs.list_templates(m.ListTemplatesRequest())
    assert (caught.value.status_code, caught.value.error_code) == (404, "APIGW.0101")

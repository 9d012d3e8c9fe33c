# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault of the matrix does at the wire what its name says, to the request that the plan names."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import proxy as proxies
import pytest
import requests
from kinds import KINDS, Request
from proxy import Plan, Proxy

BODY = {"server": {"id": "1", "vcpus": 2, "tags": ["a"], "locked": False}}


class Service:
    """A WSGI application that counts what reaches it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, bytes]] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        content = environ["wsgi.input"].read()
        self.seen.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], content))
        start("202 Accepted", [("Content-Type", "application/json"), ("X-Request-Id", "req-1")])
        return [json.dumps(BODY).encode()]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def spent() -> list[float]:
    return []


@pytest.fixture
def proxy(service: Service, spent: list[float]) -> Iterator[Proxy]:
    made = Proxy(service, spent.append)
    yield made
    made.server.shutdown()
    made.server.server_close()


def ask(proxy: Proxy, method: str = "POST", path: str = "/servers/1/action", timeout: float = 5) -> Any:
    """The response; the class of the exception where there is none."""
    body = json.dumps({"reboot": {"type": "SOFT"}}) if method == "POST" else None
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.request(method, proxy.url + path, data=body, timeout=timeout)
        except requests.exceptions.RequestException as error:
            return type(error).__name__


def plan(name: str, position: int = 1, always: bool = False) -> Plan:
    return Plan(KINDS[name], position, always)


def test_without_a_plan_everything_passes(proxy: Proxy, service: Service) -> None:
    answer = ask(proxy)
    assert (answer.status_code, answer.json(), answer.headers["X-Request-Id"]) == (202, BODY, "req-1")
    assert service.seen == [("POST", "/servers/1/action", b'{"reboot": {"type": "SOFT"}}')]
    (seen,) = proxy.requests
    assert (str(seen), seen.status, seen.size > 0) == ("POST /servers/1/action (reboot)", 202, True)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.slow])
def test_whether_the_service_acts_is_in_the_name(name: str, proxy: Proxy, service: Service) -> None:
    proxy.begin(plan(name))
    answer = ask(proxy)
    assert proxy.hits == 1 and len(service.seen) == KINDS[name].acts
    if name.endswith("_before") or name in ("401", "403_reading_back", "quoting"):
        assert not KINDS[name].acts
    else:
        assert KINDS[name].acts
    assert isinstance(answer, str) or (answer.status_code, answer.content) != (202, json.dumps(BODY).encode())


@pytest.mark.parametrize("name, status, holds", [
    ("429_after", 429, "overLimit"), ("503_retry_after_before", 503, "nginx"), ("500_before", 500, "computeFault"),
    ("502_after", 502, "nginx"), ("504_after", 504, "nginx"), ("page_after", 200, "<html>"), ("empty_before", 200, ""),
    ("braces_after", 200, "{}"), ("404_between_before", 404, "nginx"), ("401", 401, "unauthorized"),
    ("403_reading_back", 403, "forbidden"), ("quoting", 400, "SOFT"), ("wrong_types_top", 202, '{"server": ["'),
    ("wrong_types_deep", 202, '"vcpus": "not a number"'), ("wrong_types_null", 202, '"vcpus": null'),
])  # fmt: skip
def test_answers(name: str, status: int, holds: str, proxy: Proxy) -> None:
    proxy.begin(plan(name))
    answer = ask(proxy)
    assert answer.status_code == status and holds in answer.text
    assert (answer.headers.get("Retry-After") == "1") is (name.startswith(("429", "503_retry_after")))
    if status == 200:
        assert "X-Request-Id" not in answer.headers


@pytest.mark.parametrize("name, error", [
    ("reset_before", "ConnectionError"), ("reset_after", "ConnectionError"), ("truncated", "ChunkedEncodingError"),
])  # fmt: skip
def test_broken_connections(name: str, error: str, proxy: Proxy) -> None:
    proxy.begin(plan(name))
    assert ask(proxy) == error


@pytest.mark.parametrize("name", ["late_before", "late_after", "trickle_head"])
def test_slow_responses_end_with_the_client(name: str, proxy: Proxy, service: Service, spent: list[float]) -> None:
    proxy.begin(plan(name))
    answer = ask(proxy, timeout=0.4)
    assert answer == "ReadTimeout" or name == "trickle_head"
    assert len(service.seen) == KINDS[name].acts
    assert spent, "the virtual clock follows the real one"


@pytest.mark.parametrize("name", ["trickle", "trickle_head"])
def test_endless_reading_is_detected(
    name: str, proxy: Proxy, spent: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxies, "ENDLESS", 1.0)
    proxy.begin(plan(name))
    assert isinstance(ask(proxy, timeout=0.8), str), "no read of a socket takes so long, so no timeout ends it"
    assert "was read for more than" in proxy.endless


def test_a_reader_that_stops_in_time_is_accepted(proxy: Proxy) -> None:
    proxy.begin(plan("trickle"))
    with socket.create_connection(proxy.server.server_address[:2]) as client:
        client.sendall(b"GET /servers HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100)
    assert proxy.endless == ""


def test_once_and_always(proxy: Proxy) -> None:
    def answers(always: bool) -> list[int]:
        proxy.begin(plan("500_before", 2, always))
        asked = ["/a", "/servers/1/action", "/a", "/servers/1/action", "/servers/2/action"]
        return [ask(proxy, path=path).status_code for path in asked]

    assert answers(False) == [202, 500, 202, 202, 202]
    assert answers(True) == [202, 500, 202, 500, 202]


def test_a_run_without_end_is_stopped(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "MOST_REQUESTS", 2)
    assert [isinstance(ask(proxy), str) for _unused in range(3)] == [False, False, True]
    assert proxy.endless == "more than 2 requests"


def test_reading_back_is_what_comes_after_a_change(proxy: Proxy) -> None:
    for method, path in (("GET", "/a"), ("POST", "/v3/auth/tokens"), ("GET", "/a"), ("POST", "/b"), ("GET", "/a")):
        ask(proxy, method, path)
    assert [each.reading_back for each in proxy.requests] == [False, False, False, False, True]
    fits = [KINDS["403_reading_back"].fits(each) for each in proxy.requests]
    assert fits == [False, False, False, False, True]


def test_where_a_fault_fits() -> None:
    reading = Request(1, "GET", "/servers", "", "", 200, 10)
    bodyless = Request(2, "DELETE", "/servers/1", "", "", 204, 0)
    assert {name for name, kind in KINDS.items() if kind.fits(reading)} == {
        name for name, kind in KINDS.items()
        if not name.endswith("_after") and name not in ("quoting", "403_reading_back")}  # fmt: skip
    assert not KINDS["truncated"].fits(bodyless) and KINDS["404_between_after"].fits(bodyless)

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session at the wire: what is sent, what counts as a response, and the error for everything else."""

from __future__ import annotations

import base64
import datetime as dt
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.base import header_auth, without_auth
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keystone import read_access
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_cache import TokenCache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import (
    Session,
    SystemClock,
    connect,
)


def plain(clock: Any = None, **change: Any) -> Session:
    """A session without credentials that never tries again."""
    return Session(Settings("openstack", **{"retries": 0, "timeout": 5.0, **change}), clock=clock)


@pytest.fixture
def ready(wire: Any, clock: Any) -> Session:
    """A session with a ready token, so that nothing is asked of Keystone."""
    options = {"platform": "openstack", "endpoint": wire.url + "/nova", "auth": {"token": "t0k3n"}, "api_retries": 0}
    return connect(resolve(options, {}), clock=clock)


def test_what_is_sent(wire: Any, ready: Session) -> None:
    headers = {
        "X-Auth-Token": "t0k3n",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "cloudserver.compute",
        "X-Extra": "1",
    }
    wire.expect("PUT", "/nova/x", query=[("a", "2"), ("b", "1"), ("b", "3")], json={"k": "ü"}, headers=headers)
    params = {"b": ["3", "1"], "a": 2, "none": None}
    ready.put("/x", json={"k": "ü"}, params=params, headers={"X-Extra": "1"})
    assert wire.seen[0].content == b'{"k":"\\u00fc"}'


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_shorthands(wire: Any, reply: Any, ready: Session, method: str) -> None:
    wire.expect(method.upper(), "/x", reply=reply(200, {"a": 1}, headers={"X-Request-Id": "r1", "X-Other": "o"}))
    answer = getattr(ready, method)(wire.url + "/x")
    assert (answer.status, answer.body, answer.request_id, answer.headers["x-other"]) == (200, {"a": 1}, "r1", "o")


def test_the_query_of_the_url_is_kept_and_brought_in_order(wire: Any, ready: Session) -> None:
    wire.expect("GET", "/x")
    ready.get(wire.url + "/x?z=1&a=b+c", params=[("m", "~")])
    assert wire.seen[0].raw_query == "a=b%20c&m=~&z=1"


def test_netrc_and_cookies_play_no_part(
    wire: Any, reply: Any, ready: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    wire.expect("GET", "/x", absent=("Authorization",), reply=reply(200, {}, headers={"Set-Cookie": "a=b; Path=/"}))
    wire.expect("GET", "/x", absent=("Authorization", "Cookie"))
    ready.get(wire.url + "/x")
    ready.get(wire.url + "/x")


def test_proxies_of_the_environment_are_used(wire: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", wire.url)
    wire.serve(lambda seen: reply(200, {"via": seen.path}))
    assert plain().get("http://cloud.invalid/x").body == {"via": "/x"}
    assert wire.seen[0].headers["host"] == "cloud.invalid"


@pytest.mark.parametrize(
    ("expect", "text", "status", "body"),
    [
        ("json", "[1]", 200, [1]),
        ("json", '{"a": "ü"}', 203, {"a": "ü"}),
        ("json", '{"versions": []}', 300, {"versions": []}),
        ("none", "<html>", 202, None),
        ("none", "", 204, None),
        ("any", "", 202, None),
        ("any", "plain", 200, "plain"),
        ("any", "7", 200, 7),
    ],
)
def test_what_is_expected(
    wire: Any, reply: Any, ready: Session, expect: str, text: str, status: int, body: Any
) -> None:
    wire.expect("POST", "/x", reply=reply(status, text=text))
    assert ready.post(wire.url + "/x", expect=expect).body == body


@pytest.mark.parametrize(
    "text", ["", "<html><title>Login t0k3n</title></html>", '{"a": [1, 2', "7", "null", "[" * 99_999]
)
def test_a_success_that_is_no_json(wire: Any, reply: Any, ready: Session, text: str) -> None:
    wire.expect("POST", "/x", reply=reply(200, text=text, headers={"X-Request-Id": "r"}))
    with pytest.raises(
        errors.InvalidResponse, match="Could not list servers: the response is not the expected"
    ) as caught:
        ready.post(wire.url + "/x", what="list servers")
    assert caught.value.request_id == "r" and "t0k3n" not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_errors(wire: Any, reply: Any, ready: Session, status: int) -> None:
    location = "https://elsewhere.example.com/login?token=t0k3n"
    wire.expect("GET", "/x", reply=reply(status, headers={"Location": location}))
    with pytest.raises(
        errors.Redirected, match="redirects the request to https://elsewhere.example.com/login"
    ) as caught:
        ready.get(wire.url + "/x")
    assert "t0k3n" not in str(caught.value)


def test_not_modified_is_no_success(wire: Any, reply: Any, ready: Session) -> None:
    wire.expect("GET", "/x", reply=reply(304))
    with pytest.raises(errors.CloudError, match="HTTP 304"):
        ready.get(wire.url + "/x")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"error": {"code": "Common.0024", "message": "slow"}}', errors.RateLimited),
        ('{"job_id": "1", "note": "Common.0024"}', None),
        ('"Common.0024', errors.InvalidResponse),
    ],
)
def test_202_may_be_throttling(wire: Any, reply: Any, ready: Session, text: str, kind: Any) -> None:
    wire.expect("POST", "/x", reply=reply(202, text=text))
    if kind is None:
        assert ready.post(wire.url + "/x").body["job_id"] == "1"
    else:
        with pytest.raises(kind):
            ready.post(wire.url + "/x")


def test_secrets_of_the_request_are_not_repeated(wire: Any, reply: Any, ready: Session) -> None:
    """What an option calls secret is hidden in itself, and with it the texts of the body that hold it."""
    ready.hide(["N3w-pass", "the script", ""])
    held = base64.b64encode(b"#!/bin/sh\necho the script\n").decode()
    for status in (400, 200):
        text = '{"badRequest": {"code": 400, "message": "Value: N3w-pass, t0k3n, %s"}' % held
        wire.expect("POST", "/x", reply=reply(status, text=text + ("}" if status == 400 else "")))
        body = {"rebuild": {"adminPass": "N3w-pass", "files": [{"contents": held}], "name": "n"}}
        with pytest.raises(errors.CloudError, match="Value") as caught:
            ready.post(wire.url + "/x", json=body)
        assert not {"N3w-pass", "t0k3n", held} & set(str(caught.value).replace(",", " ").split())
        assert held[8:24] not in str(caught.value)


def test_an_own_authenticator_takes_the_sessions_place(wire: Any, reply: Any, ready: Session) -> None:
    wire.expect("GET", "/x", absent=("X-Auth-Token",))
    ready.get(wire.url + "/x", apply=without_auth)
    wire.expect("GET", "/x", headers={"X-Auth-Token": "mine"}, reply=reply(401, {}))
    with pytest.raises(errors.AuthenticationFailed):
        ready.get(wire.url + "/x", apply=header_auth("X-Auth-Token", "mine"))


def test_without_credentials(wire: Any, reply: Any) -> None:
    wire.expect("GET", "/x", absent=("X-Auth-Token", "Authorization"), reply=reply(401, {}))
    bare = plain()
    with pytest.raises(errors.AuthenticationFailed):
        bare.get(wire.url + "/x")
    assert bare.secrets() == set()


def test_no_secret_in_any_repr(wire: Any, reply: Any, ready: Session) -> None:
    wire.expect("GET", "/x", reply=reply(200, {"adminPass": "N3w-pass"}))
    shown = repr(ready.get(wire.url + "/x")) + repr(ready) + repr(ready.settings) + repr(ready.auth)
    access = read_access("t0k3n", {"token": {"project": {"id": "p"}}}, "get a token")
    shown += repr(access) + repr(TokenCache("/c", "who")) + repr(header_auth("X-Auth-Token", "t0k3n"))
    assert access.token == "t0k3n" and "t0k3n" not in shown and "N3w-pass" not in shown


def test_server_time(wire: Any, ready: Session, clock: Any) -> None:
    assert ready.server_time() == clock.now()
    ready._note_date({"Date": "nonsense"})
    ready._note_date({"Date": "Sun, 99 Mar 2026 12:00:00 GMT"})
    ready._note_date({"Date": "Sun, 01 Feb 2026 10:00:00 GMT"})
    clock.elapsed += 5
    assert ready.server_time() == datetime(2026, 2, 1, 10, 0, 5, tzinfo=UTC)
    ready._note_date({"Date": "Sun, 01 Feb 2026 10:00:00 -0000"})
    assert ready.server_time() == datetime(2026, 2, 1, 10, 0, 0, tzinfo=UTC)
    wire.expect("GET", "/x")
    ready.get(wire.url + "/x")
    assert abs(ready.server_time() - datetime.now(UTC)) < dt.timedelta(minutes=1)


def test_the_systems_clock() -> None:
    clock = SystemClock()
    before = clock.time()
    plain(clock).sleep(0)
    assert clock.time() >= before and clock.now().tzinfo is UTC


def test_a_clock_without_a_date_will_do() -> None:
    class Bare:
        now = 5.0

        def time(self) -> float:
            return self.now

    assert abs(plain(Bare()).server_time() - datetime.now(UTC)) < dt.timedelta(minutes=1)


def test_without_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "HAS_REQUESTS", False)
    with pytest.raises(errors.SettingsError, match="requests is missing"):
        plain()


# -- connections that do not come about, or break


def test_connection_refused(refusing: str) -> None:
    with pytest.raises(errors.ConnectionFailed, match="it refuses connections") as caught:
        plain().post(refusing + "/x", json={})
    assert not caught.value.permanent and caught.value.__cause__ is None


@pytest.mark.parametrize(("errno", "permanent"), [(socket.EAI_NONAME, True), (socket.EAI_AGAIN, False)])
def test_host_names(monkeypatch: pytest.MonkeyPatch, errno: int, permanent: bool) -> None:
    def fail(*arguments: Any, **named: Any) -> Any:
        raise socket.gaierror(errno, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(errors.ConnectionFailed, match="host name of http://cloud.invalid cannot be resolved") as caught:
        plain().get("http://cloud.invalid/x")
    assert caught.value.permanent is permanent


def test_connect_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*arguments: Any, **named: Any) -> Any:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket.socket, "connect", late)
    with pytest.raises(errors.ConnectionFailed, match="it cannot be reached"):
        plain().get("http://127.0.0.1:9/x")


@pytest.mark.parametrize("broken", ["reset", "close", "cut"])
def test_lost_responses(wire: Any, reply: Any, ready: Session, broken: str) -> None:
    wire.expect("POST", "/x", reply=reply(202, {"a": "b" * 4000}, broken=broken))
    with pytest.raises(
        errors.ResponseLost, match="closed the connection. It is unknown whether the request took effect"
    ):
        ready.post(wire.url + "/x", json={})


def test_no_response_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(errors.ResponseLost, match="did not respond in time"):
            plain(timeout=0.05).get("http://127.0.0.1:%d/x" % silent.getsockname()[1])


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch, wire: Any, refusing: str) -> None:
    monkeypatch.setenv("http_proxy", refusing)
    with pytest.raises(errors.ConnectionFailed, match="refuses connections"):
        plain().post("http://cloud.invalid/x")
    # The tunnel is requested with a verb that the script's server does not know.
    monkeypatch.setenv("https_proxy", wire.url)
    with pytest.raises(errors.ConnectionFailed, match="the proxy refuses"):
        plain().post("https://cloud.invalid/x")


@pytest.mark.parametrize("url", ["http://", "http://[", "http://a b/", "http://h:port/"])
def test_urls_that_cannot_be_used(url: str) -> None:
    with pytest.raises(errors.CloudError) as caught:
        plain().get(url)
    assert isinstance(caught.value, errors.SettingsError)


def test_proxies_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http:///")
    with pytest.raises(errors.SettingsError, match="or that of the proxy is invalid"):
        plain().get("http://cloud.invalid/x")


def test_a_header_that_cannot_be_sent_is_not_shown(wire: Any) -> None:
    with pytest.raises(errors.SettingsError, match="a credential contains a character") as caught:
        plain().get(wire.url + "/x", apply=header_auth("X-Auth-Token", "s3cret\nvalue"))
    assert "s3cret" not in str(caught.value) and caught.value.__suppress_context__


def test_a_service_that_is_late_gets_more_time_with_each_attempt(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is at work on the last attempt still; seen on a real Nova, whose load grew with every repetition."""
    patient = plain(clock, timeout=60.0, retries=3)
    given: list[tuple[float, float]] = []

    def late(prepared: Any, timeout: tuple[float, float], **_more: Any) -> Any:
        given.append(timeout)
        raise session.requests.exceptions.ReadTimeout()

    monkeypatch.setattr(patient._http, "send", late)
    with pytest.raises(errors.ResponseLost, match="did not respond in time"):
        patient.get("http://127.0.0.1/x")
    assert [read for _connect, read in given] == [60.0, 120.0, 240.0, 480.0]
    assert {connect for connect, _read in given} == {10.0}


def test_a_connection_that_breaks_gets_no_more_time(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = plain(clock, timeout=60.0, retries=1)
    given: list[tuple[float, float]] = []

    def reset(prepared: Any, timeout: tuple[float, float], **_more: Any) -> Any:
        given.append(timeout)
        raise session.requests.exceptions.ConnectionError(ConnectionResetError())

    monkeypatch.setattr(broken._http, "send", reset)
    with pytest.raises(errors.ResponseLost, match="closed the connection"):
        broken.get("http://127.0.0.1/x")
    assert [read for _connect, read in given] == [60.0, 60.0]


def test_a_cloud_that_rejects_requests_gets_half_as_many_at_once(wire: Any, reply: Any, clock: Any) -> None:
    """Eight are in progress and rejected; then four are, and no more; and all of it is said once."""
    lock, all_eight, four = threading.Lock(), threading.Barrier(8, timeout=30), threading.Barrier(4, timeout=30)
    count, running, most = [0], [0], [0]

    def serve(seen: Any) -> Any:
        with lock:
            count[0] += 1
            number = count[0]
            running[0] += 1
            if number > 8:
                most[0] = max(most[0], running[0])
        try:
            if number <= 8:
                all_eight.wait()
                return reply(429, {"overLimit": {"code": 429, "message": "slow down"}})
            if number <= 12:
                four.wait()
            return reply(200, {})
        finally:
            with lock:
                running[0] -= 1

    wire.serve(serve)
    said: list[str] = []
    made = session.Session(plain(clock, retries=4).settings, clock=clock, warn=said.append)
    in_parallel(lambda number: made.get("%s/%d" % (wire.url, number)), list(range(8)), 8)
    assert (count[0], most[0]) == (16, 4)
    (sentence,) = said
    assert "429" in sentence and "at once" in sentence
    in_parallel(lambda number: made.get("%s/%d" % (wire.url, number)), list(range(40)), 8)
    assert made._limit.limit is None and len(said) == 1

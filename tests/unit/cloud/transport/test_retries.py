# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries know verbs: the policy as a table, and the same at the wire under a clock that is not the wall's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import is_ambiguous
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import (
    Pause,
    decide,
    is_postponed,
    postponed_for,
    retry_after,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

# Failure, is a GET repeated, is a POST repeated.
POLICY = [
    (errors.ConnectionFailed("x"), True, True),
    (errors.ConnectionFailed("x", permanent=True), False, False),
    (errors.RateLimited("x", status=429), True, False),
    (errors.RateLimited("x", status=202, code="Common.0024"), True, False),
    (errors.RateLimited("x", status=503, code="Common.1503"), True, False),
    (errors.ServerError("x", status=503, retry_after="1"), True, False),
    (errors.ServerError("x", status=503), True, False),
    (errors.ServerError("x", status=500), True, False),
    (errors.ServerError("x", status=502), True, False),
    (errors.ServerError("x", status=504), True, False),
    (errors.ServerError("x", status=500, retry_after="1"), True, False),
    (errors.ServerError("x", status=501), False, False),
    (errors.ResponseLost("x"), True, False),
    (errors.InvalidResponse("x"), True, False),
    (errors.BadRequest("x", status=400), False, False),
    (errors.AuthenticationFailed("x", status=401), False, False),
    (errors.PermissionDenied("x", status=403), False, False),
    (errors.NotFound("x", status=404), False, False),
    (errors.Conflict("x", status=409), False, False),
    (errors.Redirected("x", status=302), False, False),
    (errors.SettingsError("x"), False, False),
    (errors.DeadlineExceeded("x"), False, False),
    (errors.CloudError("x"), False, False),
]


@pytest.mark.parametrize(("failure", "get", "post"), POLICY)
def test_policy(failure: errors.CloudError, get: bool, post: bool) -> None:
    assert (decide("GET", True, failure, 0) is not None) is get
    assert (decide("POST", False, failure, 0) is not None) is post


LATE = errors.DeadlineExceeded("x")
LATE.last = errors.RateLimited("x", status=429)
#: After which of them a request may have been carried out all the same.
OPEN = [
    (errors.ResponseLost("x"), True),
    (errors.InvalidResponse("x", status=200), True),
    (errors.RateLimited("x", status=429), True),
    (errors.RateLimited("x", status=202, code="Common.0024"), True),
    (errors.ServerError("x", status=503, retry_after="1"), True),
    (errors.ServerError("x", status=500), True),
    (LATE, True),
    (errors.NotFound("x", status=404), True),
    (errors.NotFound("x", status=404, code="x"), True),
    (errors.NotFound("x", status=404, code="APIGW.0101"), False),
    (errors.PermissionDenied("x", status=403), True),
    (errors.ServerError("x", status=501), False),
    (errors.ItemNotFound("x", status=404), False),
    (errors.Conflict("x", status=409, code="conflictingRequest"), False),
    (errors.BadRequest("x"), False),
    (errors.AuthenticationFailed("x", status=401), False),
    (errors.ConnectionFailed("x"), False),
    (errors.DeadlineExceeded("x"), False),
    (errors.SettingsError("x"), False),
]


@pytest.mark.parametrize(("failure", "may"), OPEN)
def test_what_may_have_been_carried_out(failure: errors.CloudError, may: bool) -> None:
    assert is_ambiguous(failure) is may


def test_when_a_postponed_request_is_sent_again() -> None:
    assert [postponed_for(errors.RateLimited("x"), attempt) for attempt in range(4)] == [5.0, 10.0, 20.0, 30.0]
    assert postponed_for(errors.RateLimited("x", retry_after="7"), 3) == 7.0
    assert postponed_for(errors.RateLimited("x", retry_after="86400"), 0) == 120.0
    assert is_postponed(errors.ServerError("x", status=503))
    assert not is_postponed(errors.ServerError("x", status=502))


def test_a_malformed_answer_is_asked_for_again_by_reading_only() -> None:
    failure = errors.InvalidResponse("x")
    assert decide("HEAD", True, failure, 0) is not None
    assert decide("PUT", True, failure, 0) is None and decide("GET", False, failure, 0) is None


def test_back_off_doubles_up_to_its_cap() -> None:
    pauses = [decide("GET", True, errors.ResponseLost("x"), attempt) for attempt in (0, 1, 2, 3, 4, 5, 6, 5000)]
    assert pauses == [Pause(0.0, seconds) for seconds in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds
    pause = decide("POST", True, errors.RateLimited("x", retry_after=text), 0, NOW)
    assert pause == (Pause(0.0, 0.5) if seconds is None else Pause(seconds, 0.5))


def test_a_date_is_measured_from_today() -> None:
    assert retry_after("Sun, 01 Mar 2020 11:00:00 GMT") == 0.0


@given(st.text(max_size=30))
def test_no_header_breaks_it(text: str) -> None:
    seconds = retry_after(text, NOW)
    assert seconds is None or seconds >= 0


# -- at the wire


@pytest.fixture
def session(clock: Any) -> Session:
    made = Session(Settings("openstack", retries=4, timeout=5.0), clock=clock)
    made._random = lambda: 0.5
    return made


BROKEN = [
    {"status": 429, "json": {}},
    {"status": 503, "json": {}, "headers": {"Retry-After": "2"}},
    {"status": 503, "json": {"error": {"code": "Common.1503", "message": "m"}}},
    {"status": 202, "json": {"error": {"code": "Common.0024", "message": "m"}}},
]
HARMLESS = [
    {"status": 500, "json": {}},
    {"status": 502, "text": "<html>"},
    {"status": 503, "json": {}},
    {"status": 504, "json": {}},
    {"broken": "reset"},
    {"broken": "close"},
    {"broken": "cut", "json": {"a": 1}},
]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", range(len(BROKEN)))
def test_any_verb_is_repeated_where_that_does_no_harm(
    wire: Any, reply: Any, session: Session, clock: Any, method: str, kind: int
) -> None:
    wire.expect(method, "/x", json={"n": 1}, reply=reply(**BROKEN[kind]), times=2)
    wire.expect(method, "/x", json={"n": 1}, reply=reply(json={"ok": 1}))
    answer = session.request(method, wire.url + "/x", json={"n": 1}, is_retry_safe=True)
    assert answer.body == {"ok": 1}
    assert clock.sleeps == ([2.25, 2.25] if kind == 1 else [0.25, 0.5])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", range(len(HARMLESS)))
def test_what_may_have_been_done_is_repeated_where_that_does_no_harm(
    wire: Any, reply: Any, session: Session, method: str, kind: int
) -> None:
    wire.expect(method, "/x", reply=reply(**HARMLESS[kind]))
    wire.expect(method, "/x", reply=reply(json={"ok": 1}))
    assert session.request(method, wire.url + "/x").body == {"ok": 1}


@pytest.mark.parametrize("kind", range(len(HARMLESS + BROKEN)))
def test_a_post_is_never_sent_twice(wire: Any, reply: Any, session: Session, clock: Any, kind: int) -> None:
    wire.expect("POST", "/x", reply=reply(**(HARMLESS + BROKEN)[kind]))
    with pytest.raises((errors.ServerError, errors.ResponseLost, errors.RateLimited)) as caught:
        session.post(wire.url + "/x", json={})
    assert clock.sleeps == [] and is_ambiguous(caught.value)


def test_repeatable_may_be_said_otherwise(wire: Any, reply: Any, session: Session) -> None:
    wire.expect("POST", "/x", reply=reply(500, {}))
    wire.expect("POST", "/x")
    session.post(wire.url + "/x", is_retry_safe=True)
    wire.expect("DELETE", "/x", reply=reply(broken="reset"))
    with pytest.raises(errors.ResponseLost):
        session.delete(wire.url + "/x", is_retry_safe=False)


def test_truncated_json_of_a_get_is_asked_for_again(wire: Any, reply: Any, session: Session) -> None:
    wire.expect("GET", "/x", reply=reply(text='{"servers": [{"id"'))
    wire.expect("GET", "/x", reply=reply(json={"servers": []}))
    assert session.get(wire.url + "/x").body == {"servers": []}


def test_the_last_attempt_is_what_is_reported(wire: Any, reply: Any, session: Session, clock: Any) -> None:
    wire.expect("GET", "/x", reply=reply(500, {"message": "first"}), times=4)
    wire.expect("GET", "/x", reply=reply(502, {"message": "last"}))
    with pytest.raises(errors.ServerError, match="last"):
        session.get(wire.url + "/x")
    assert clock.sleeps == [0.25, 0.5, 1.0, 2.0]


def test_a_refused_connection_is_tried_again(session: Session, clock: Any, refusing: str) -> None:
    with pytest.raises(errors.ConnectionFailed):
        session.post(refusing + "/x")
    assert len(clock.sleeps) == 4


# -- deadlines


def test_after_the_deadline_nothing_is_sent(wire: Any, session: Session, clock: Any) -> None:
    session.deadline = clock.time()
    with pytest.raises(errors.DeadlineExceeded, match="Could not list servers: the time limit is exceeded"):
        session.get(wire.url + "/x", what="list servers")
    assert wire.seen == []


def test_no_pause_goes_beyond_the_deadline(wire: Any, reply: Any, session: Session, clock: Any) -> None:
    session.deadline = 30.0
    busy = reply(429, {"overLimit": {"code": 429, "message": "slow down."}}, headers={"Retry-After": "20"})
    wire.expect("POST", "/x", reply=busy, times=2)
    with pytest.raises(errors.DeadlineExceeded) as caught:
        session.post(wire.url + "/x", what="stop servers", is_retry_safe=True)
    assert caught.value.message == "Could not stop servers in time; the last attempt ended with: slow down."
    assert (caught.value.status, caught.value.code) == (429, "overLimit")
    assert clock.sleeps == [20.25]


def test_a_request_gets_what_is_left_of_the_time(wire: Any, session: Session, clock: Any, monkeypatch: Any) -> None:
    used = []
    send = session._http.send

    def note(prepared: Any, **arguments: Any) -> Any:
        used.append(arguments["timeout"])
        return send(prepared, **arguments)

    monkeypatch.setattr(session._http, "send", note)
    wire.expect("GET", "/x", times=3)
    for deadline in (None, 3.0, 1000.0):
        session.deadline = deadline
        session.get(wire.url + "/x")
    assert used == [(5.0, 5.0), (3.0, 3.0), (5.0, 5.0)]


def test_signing_that_takes_too_long(wire: Any, session: Session, clock: Any) -> None:
    session.deadline = 5.0
    with pytest.raises(errors.DeadlineExceeded):
        session.get(wire.url + "/x", apply=lambda prepared: clock.sleep(6.0))
    assert wire.seen == []


@pytest.mark.parametrize(("asked", "waits"), [("120", True), ("121", False), ("86400", False)])
def test_without_deadline_patience_ends_somewhere(
    wire: Any, reply: Any, session: Session, clock: Any, asked: str, waits: bool
) -> None:
    wire.expect("POST", "/x", reply=reply(429, {}, headers={"Retry-After": asked}))
    if waits:
        wire.expect("POST", "/x")
        session.post(wire.url + "/x", is_retry_safe=True)
    else:
        with pytest.raises(errors.RateLimited):
            session.post(wire.url + "/x", is_retry_safe=True)
    assert bool(clock.sleeps) is waits


def test_retry_after_as_a_date_by_the_sessions_clock(wire: Any, reply: Any, session: Session, clock: Any) -> None:
    later = "Sun, 01 Mar 2026 12:00:10 GMT"
    wire.expect("POST", "/x", reply=reply(503, {}, headers={"Retry-After": later}))
    wire.expect("POST", "/x")
    session.post(wire.url + "/x", is_retry_safe=True)
    assert clock.sleeps == [10.25]


def test_a_closed_session_does_not_try_again(wire: Any, reply: Any, session: Session) -> None:
    wire.expect("GET", "/x", reply=reply(500, {}))
    session.close()
    with pytest.raises(errors.ServerError):
        session.get(wire.url + "/x")

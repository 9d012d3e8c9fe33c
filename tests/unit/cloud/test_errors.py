# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form in which a cloud says no becomes one clear sentence of the right kind."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors

# Body, status, kind, code, a part of the message.
FORMS = [
    ({"error": {"code": "Ecs.0114", "message": "gone"}}, 404, errors.ItemNotFound, "Ecs.0114", "gone"),
    ({"error_msg": "bad key", "error_code": "APIGW.0301"}, 401, errors.AuthenticationFailed, "APIGW.0301", "bad key"),
    ({"errorCode": "Kps.1", "errorMsg": "camel"}, 400, errors.BadRequest, "Kps.1", "camel"),
    ({"error_code": "X.1", "error_message": "long"}, 400, errors.BadRequest, "X.1", "long"),
    ({"code": "Common.0011", "message": "flat"}, 400, errors.BadRequest, "Common.0011", "flat"),
    ({"error": {"code": 401, "message": "who?", "title": "No"}}, 401, errors.AuthenticationFailed, None, "who?"),
    ({"badRequest": {"code": 400, "message": "malformed"}}, 400, errors.BadRequest, "badRequest", "malformed"),
    ({"itemNotFound": {"code": 404, "message": "none"}}, 404, errors.ItemNotFound, "itemNotFound", "none"),
    ({"conflictingRequest": {"code": 409, "message": "busy"}}, 409, errors.Conflict, "conflictingRequest", "busy"),
    ({"forbidden": {"code": "403", "message": "policy"}}, 403, errors.PermissionDenied, "forbidden", "policy"),
    ({"overLimit": {"code": 413, "message": "slow"}}, 413, errors.BadRequest, "overLimit", "slow"),
    ({"computeFault": {"code": 406, "message": "2.999"}}, 406, errors.BadRequest, "computeFault", "2.999"),
    ({"code": 500, "message": "numeric"}, 500, errors.ServerError, None, "numeric"),
    ({"a": {"b": [{"c": {"error_code": "Deep.1", "error_msg": "deep"}}]}}, 400, errors.BadRequest, "Deep.1", "deep"),
    ({"error": "only a text"}, 502, errors.ServerError, None, "only a text"),
    ({"errors": [{"status": 406, "title": "no such version"}]}, 406, errors.BadRequest, None, "no such version"),
    ({"NeutronError": {"type": "T", "message": "net", "detail": ""}}, 409, errors.Conflict, None, "net"),
    ({"error": {"code": "Pdp.0001", "message": "m"}, "encoded_authorization_message": "zzz"}, 403,
     errors.PermissionDenied, "Pdp.0001", "m"),
    ({"error": {"code": "Common.0024", "message": "later"}}, 202, errors.RateLimited, "Common.0024", "later"),
    ({"error": {"code": "Common.1503", "message": "later"}}, 503, errors.RateLimited, "Common.1503", "later"),
    ({"error_msg": "slow down", "error_code": "APIGW.0308"}, 429, errors.RateLimited, "APIGW.0308", "slow down"),
    ({"unknown": 1}, 418, errors.BadRequest, None, "not the expected JSON"),
    ([], 500, errors.ServerError, None, "not the expected JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "kind", "code", "part"), FORMS)
def test_every_body_form(body: object, status: int, kind: type, code: str | None, part: str) -> None:
    error = errors.from_answer(status, {"X-Request-Id": "req-1"}, json.dumps(body), "list servers")
    assert error.__class__ is kind
    assert (error.status, error.code, error.request_id) == (status, code, "req-1")
    assert error.message.startswith("Could not list servers: ")
    assert part in error.message
    assert "zzz" not in str(error)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the response is empty"),
        ("  \n ", "the response is empty"),
        ("Authentication required", "Authentication required"),
        ("<html><head><title>502 Bad Gateway</title><style>b{}</style></head><body><h1>Oh &amp; no</h1></body></html>",
         "502 Bad Gateway Oh & no"),
        ("<!DOCTYPE html><script>alert('x')</script><p>Down</p>", "Down"),
        ('{"error": {"code": "Ecs.0', '{"error": {"code": "Ecs.0'),
        ("[" * 100_000, "[[["),
    ],
)  # fmt: skip
def test_texts_that_are_no_json(text: str, part: str) -> None:
    error = errors.from_answer(502, {}, text, "list servers")
    assert error.__class__ is errors.ServerError
    assert part in error.message
    assert not {"<", "alert", "b{}"} & set(error.message.split()) and len(error.message) < 700


def test_tracebacks_of_the_server_are_left_out() -> None:
    text = json.dumps({"computeFault": {"code": 500, "message": "Broken.\nTraceback (most recent call last)\n File x"}})
    assert errors.from_answer(500, {}, text, "ask").message == "Could not ask: Broken."


def test_details_name_servers_and_the_precise_code() -> None:
    body = {
        "error": {"code": "Ecs.0611", "message": "batch failed"},
        "internalError": [
            {"id": "s1", "error_code": "Ecs.0605", "error_message": "locked"},
            {"id": 7, "error_code": None, "error_message": None},
            "odd",
        ],
    }
    error = errors.from_answer(400, {}, json.dumps(body), "reset passwords")
    assert error.details == [
        {"id": "s1", "code": "Ecs.0605", "message": "locked"},
        {"id": "7", "code": None, "message": ""},
    ]
    assert error.hint == "The server is locked: unlock it first."


def test_a_detail_without_server_joins_the_message() -> None:
    body = {"error": {"code": "Ecs.0005", "message": "invalid.", "details": [{"code": "Ecs.0057", "message": "limit"}]}}
    error = errors.from_answer(400, {}, json.dumps(body), "ask")
    assert error.message == "Could not ask: invalid: limit"
    assert error.hint is not None and "detail" in error.hint


@pytest.mark.parametrize(
    ("status", "code", "part"),
    [
        (401, None, "credentials"),
        (403, None, "role"),
        (404, None, "region"),
        (406, None, "microversion"),
        (409, None, "state"),
        (400, "Ecs.0605", "unlock"),
        (400, "Ecs.0100", "state"),
        (401, "APIGW.0301", "clock"),
        (401, "APIG.0301", "five minutes"),
        (501, "Ecs.0603", "minute"),
    ],
)
def test_hints_say_what_to_try(status: int, code: str | None, part: str) -> None:
    body = {"error_code": code, "error_msg": "m"} if code else {"message": "m"}
    error = errors.from_answer(status, {}, json.dumps(body), "ask")
    assert error.hint is not None and part in error.hint


def test_no_hint_where_nothing_is_known() -> None:
    assert errors.from_answer(418, {}, "{}", "ask").hint is None


@pytest.mark.parametrize(
    "name", ["X-Compute-Request-Id", "X-Openstack-Request-Id", "X-Request-Id", "X-IAM-Trace-Id", "RequestId"]
)
def test_request_ids(name: str) -> None:
    assert errors.request_id_of({name.lower(): "r"}) == "r"
    assert errors.request_id_of({name: ""}) is None


def test_413_with_a_pause_is_throttling() -> None:
    error = errors.from_answer(413, {"Retry-After": "3"}, "{}", "ask")
    assert error.__class__ is errors.RateLimited and error.retry_after == "3"


def test_other_statuses_are_plain_cloud_errors() -> None:
    assert errors.from_answer(304, {}, "", "ask").__class__ is errors.CloudError


def test_str_and_dict() -> None:
    error = errors.CloudError("No.", hint="Try.", status=409, code="X", request_id="r", details=[{"id": "a"}])
    assert str(error) == "No (HTTP 409, code X, request r). Try."
    assert error.as_dict() == {"message": "No.", "hint": "Try.", "status": 409, "code": "X", "request_id": "r"}
    assert str(errors.CloudError("Really?")) == "Really?"
    assert errors.CloudError("No").as_dict() == {"message": "No"}


def test_unsupported_operation() -> None:
    error = errors.UnsupportedOperation("pause", "ustack", "state: stopped")
    assert (error.operation, error.platform, error.alternatives) == ("pause", "ustack", "state: stopped")
    assert str(error) == "Platform ustack has no operation pause. Use state: stopped instead."


SECRET = 'p"a\\s <s>&ü/w+ö'


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
        "p%22a%5Cs%20%3Cs%3E%26%C3%BC/w%2B%C3%B6",
        "p&quot;a\\s &lt;s&gt;&amp;ü/w+ö",
    ],
)
def test_secrets_are_masked_in_any_spelling(text: str) -> None:
    masked = errors.redact("before %s after" % text, [SECRET, ""])
    assert masked.startswith("before ") and masked.endswith(" after") and errors.MASK in masked
    assert not {"w+", "s>", "%22a"} & {masked[i : i + n] for i in range(len(masked)) for n in (2, 4)}


def test_a_secret_is_masked_before_the_text_is_cut() -> None:
    secret = "S" * 500
    text = json.dumps({"badRequest": {"code": 400, "message": "x" * 300 + secret}})
    assert "SS" not in str(errors.from_answer(400, {}, text, "ask", [secret]))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "details", "error_code", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(body=json_values, status=st.integers(300, 599))
def test_no_body_breaks_it(body: object, status: int) -> None:
    error = errors.from_answer(status, {}, json.dumps(body), "ask")
    assert isinstance(error, errors.CloudError) and error.status == status
    assert "\n" not in str(error) and str(error)[-1] in ".!?"

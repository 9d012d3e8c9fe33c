# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing, against the official SDK's signer and by its documented corners."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import signature

DATE = "20260301T120000Z"
NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_0123456789.~ é", min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
SEGMENTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="/%"), max_size=8)


@pytest.fixture(scope="module")
def official(load_sdk: Any) -> Any:
    """The SDK's Signer and SdkRequest."""
    return SimpleNamespace(
        Signer=load_sdk("huaweicloudsdkcore.signer.signer").Signer,
        SdkRequest=load_sdk("huaweicloudsdkcore.sdk_request").SdkRequest,
    )


def by_the_sdk(
    official: Any, method: str, path: str, pairs: list[tuple[str, Any]], headers: dict[str, str], body: bytes | str
) -> Any:
    request = official.SdkRequest(
        method=method,
        schema="https",
        host="ecs.example.com:8443",
        resource_path=path,
        query_params=list(pairs),
        header_params=dict(headers),
        body=body,
    )
    return official.Signer(SimpleNamespace(ak="AK", sk="SK")).sign(request)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    segments=st.lists(SEGMENTS, max_size=4),
    pairs=st.lists(
        st.tuples(NAMES, st.one_of(VALUES, st.booleans(), st.integers())), max_size=5, unique_by=lambda p: p[0]
    ),
    body=st.binary(max_size=40),
    project=st.text("0123456789abcdef", max_size=8),
)
def test_same_signature_as_the_official_sdk(
    official: Any, method: str, segments: list[str], pairs: list[tuple[str, Any]], body: bytes, project: str
) -> None:
    path = "/" + "/".join(signature.encode(segment) for segment in segments)
    headers = {
        "Host": "ecs.example.com:8443",
        "X-Sdk-Date": DATE,
        "X-Project-Id": project,
        "Content-Type": "application/json",
        "not_signed": "x",
    }
    theirs = by_the_sdk(official, method, path, pairs, headers, body)
    query = signature.canonical_query(pairs)
    url = "https://ecs.example.com:8443" + path + ("?" + query if query else "")
    assert theirs.uri == path + ("?" + query if query else "")
    assert theirs.header_params["Authorization"] == signature.sign(method, url, headers, body, "AK", "SK")


@given(
    path=st.lists(SEGMENTS, max_size=4),
    query=st.dictionaries(NAMES, st.one_of(VALUES, st.lists(VALUES, max_size=4)), max_size=4),
    document=st.dictionaries(VALUES, VALUES, max_size=3),
    token=st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=20),
)
def test_same_signature_for_repeated_keys_documents_and_temporary_keys(
    official: Any, path: list[str], query: dict[str, Any], document: dict[str, str], token: str
) -> None:
    """As the SDK's clients call the signer: a body is a text there, the bytes that are sent here."""
    target = "/v1/" + "/".join(signature.encode(segment) for segment in path)
    body = json.dumps(document, ensure_ascii=False)
    headers = {
        "Host": "ecs.example.com:8443",
        "X-Sdk-Date": DATE,
        "X-Security-Token": token,
        "Content-Type": "application/json;charset=utf-8",
    }
    theirs = by_the_sdk(official, "POST", target, list(query.items()), headers, body)
    pairs = [(key, one) for key, value in query.items() for one in (value if isinstance(value, list) else [value])]
    text = signature.canonical_query(pairs)
    url = "https://ecs.example.com:8443" + target + ("?" + text if text else "")
    assert theirs.uri == target + ("?" + text if text else "")
    assert theirs.header_params["Authorization"] == signature.sign("POST", url, headers, body.encode(), "AK", "SK")


def test_a_repeated_key_keeps_all_its_values_in_order(official: Any) -> None:
    headers = {"Host": "ecs.example.com:8443", "X-Sdk-Date": DATE}
    theirs = by_the_sdk(
        official, "GET", "/v1/servers", [("tags", ["b=1", "a=2"]), ("Zeta", ""), ("alpha", " ~")], headers, b""
    )
    query = signature.canonical_query([("tags", "b=1"), ("tags", "a=2"), ("Zeta", ""), ("alpha", " ~")])
    assert query == "Zeta=&alpha=%20~&tags=a%3D2&tags=b%3D1"
    ours = signature.sign("GET", "https://ecs.example.com:8443/v1/servers?" + query, headers, b"", "AK", "SK")
    assert theirs.header_params["Authorization"] == ours


def test_the_canonical_form() -> None:
    text, names = signature.canonical_request(
        "get", "https://h/v1/a%20b/c?b=%7E&a=", {"X-Sdk-Date": DATE, "Host": " h "}, b""
    )
    assert names == "host;x-sdk-date"
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text == f"GET\n/v1/a%20b/c/\na=&b=~\nhost:h\nx-sdk-date:{DATE}\n\nhost;x-sdk-date\n{empty}"


def test_a_changed_body_changes_the_signature() -> None:
    headers = {"X-Sdk-Date": DATE}
    one, other = (signature.sign("POST", "https://h/", headers, body, "AK", "SK") for body in (b"{}", b"{ }"))
    assert one != other and one.startswith("SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=")


def test_without_a_date_nothing_is_signed() -> None:
    with pytest.raises(KeyError):
        signature.sign("GET", "https://h/", {}, b"", "AK", "SK")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://ECS.example.com/v1", "ecs.example.com"),
        ("https://h:443/", "h"),
        ("http://h:80/", "h"),
        ("http://127.0.0.1:18443/", "127.0.0.1:18443"),
        ("http://[::1]:80/", "[::1]"),
        ("https://[::1]:8443/", "[::1]:8443"),
    ],
)
def test_host(url: str, host: str) -> None:
    assert signature.host_of(url) == host


def test_date_form() -> None:
    assert signature.sdk_date(datetime(2026, 3, 1, 12, tzinfo=UTC)) == DATE


def test_the_sdk_is_only_a_test_dependency() -> None:
    root = Path(sys.modules[signature.__name__].__file__ or "").parents[1]
    assert not [path for path in root.rglob("*.py") if "huaweicloudsdk" in path.read_text(encoding="utf-8")]

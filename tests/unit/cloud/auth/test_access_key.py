# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access keys at the wire: what is signed is what is sent, the project is found once, a refusal is final."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import signature
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    SettingsError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session, connect

KEYS = {"access_key": "AKID", "secret_key": "SKEY"}
PROJECTS = {"projects": [{"id": "p1", "name": "cn-north-4", "enabled": True}, {"id": "x", "name": "cn-north-4_sub"}]}


def session_for(wire: Any, clock: Any, environ: dict[str, str] | None = None, **change: Any) -> Session:
    auth = {"auth_url": wire.url, **KEYS, **change.pop("auth", {})}
    options = {"platform": "huaweicloud", "region": "cn-north-4", "endpoint": wire.url, "auth": auth, **change}
    return connect(resolve(options, environ or {}), clock=clock)


def verified(wire: Any, seen: Any, signed: str) -> bool:
    """Whether the signature fits what came over the wire, by the list of headers that it names."""
    header = seen.headers["authorization"]
    match = re.fullmatch(r"SDK-HMAC-SHA256 Access=AKID, SignedHeaders=(\S+), Signature=[0-9a-f]{64}", header)
    assert match is not None and match.group(1) == signed
    headers = {name: seen.headers[name] for name in signed.split(";")}
    assert headers["host"] == wire.url.partition("//")[2]
    return header == signature.sign(seen.method, wire.url + seen.target, headers, seen.content, "AKID", "SKEY")


def test_project_discovery_and_signing(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect(
        "GET", "/v3/projects", query=[("name", "cn-north-4")], reply=reply(json=PROJECTS), absent=("X-Project-Id",)
    )
    wire.expect("POST", "/v1/p1/a%20b/act", headers={"X-Project-Id": "p1"}, json={"ü": [1]}, absent=("X-Auth-Token",))
    session = session_for(wire, clock)
    url = f"{session.auth.endpoint()}/v1/{session.auth.project_id}/a b/act"
    session.post(url, json={"ü": [1]}, params=[("b", "~ü +/"), ("b", "="), ("a", ""), ("c", True)])
    assert verified(wire, wire.seen[0], "content-type;host;x-sdk-date")
    assert verified(wire, wire.seen[1], "content-type;host;x-project-id;x-sdk-date")
    # Without a language, the answers of some regions are in Chinese.
    assert [seen.headers["x-language"] for seen in wire.seen] == ["en-us", "en-us"]
    assert wire.seen[1].raw_query == "a=&b=%3D&b=~%C3%BC%20%2B%2F&c=true"
    assert wire.seen[1].headers["x-sdk-date"] == "20260301T120000Z"


def test_temporary_keys(wire: Any, clock: Any) -> None:
    wire.expect("GET", "/v1", headers={"X-Security-Token": "temp"})
    session = session_for(wire, clock, auth={"security_token": "temp", "project_id": "p1"})
    session.get(wire.url + "/v1")
    assert verified(wire, wire.seen[0], "content-type;host;x-project-id;x-sdk-date;x-security-token")
    assert session.secrets() == {"AKID", "SKEY", "temp"}


def test_each_attempt_has_its_own_signature(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/v1", reply=reply(503, {}, headers={"Retry-After": "900"}))
    wire.expect("GET", "/v1")
    session = session_for(wire, clock, auth={"project_id": "p1"})
    session.deadline = 10_000.0
    session.get(wire.url + "/v1")
    dates = [seen.headers["x-sdk-date"] for seen in wire.seen]
    assert dates[0] == "20260301T120000Z" and dates[1] >= "20260301T121500Z"
    assert all(verified(wire, seen, "content-type;host;x-project-id;x-sdk-date") for seen in wire.seen)


def test_a_refused_key_is_not_tried_again(wire: Any, reply: Any, clock: Any) -> None:
    text = {"error_code": "APIGW.0301", "error_msg": "verify aksk signature fail, ak:AKID, token SKEY"}
    wire.expect("GET", "/v1", reply=reply(401, text))
    session = session_for(wire, clock, auth={"project_id": "p1"})
    with pytest.raises(AuthenticationFailed, match="five wrong signatures") as caught:
        session.get(wire.url + "/v1")
    assert "SKEY" not in str(caught.value) and "AKID" not in str(caught.value)
    with pytest.raises(AuthenticationFailed, match="refused the access key, so it is not used again"):
        session.get(wire.url + "/v1")


def test_a_key_refused_at_discovery(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/v3/projects", reply=reply(401, {"error_code": "APIGW.0301", "error_msg": "no"}))
    session = session_for(wire, clock)
    for part in ("Could not find the project cn-north-4: no", "so it is not used again"):
        with pytest.raises(AuthenticationFailed, match=part):
            assert session.auth.project_id


@pytest.mark.parametrize(
    ("projects", "kind", "part"),
    [
        ([], NotFound, "No project named cn-north-4"),
        ([{"id": "x", "name": "cn-north-4_sub"}], NotFound, "No project named cn-north-4"),
        ([{"id": "x", "name": "cn-north-4", "enabled": False}], NotFound, "No project named cn-north-4"),
        (
            [{"id": "a", "name": "cn-north-4"}, {"id": "b", "name": "cn-north-4"}],
            SettingsError,
            r"Several projects are named cn-north-4: a \(cn-north-4\), b \(cn-north-4\)",
        ),
        ("none", InvalidResponse, "no list of projects"),
        ([{"name": "cn-north-4"}], InvalidResponse, "no list of projects"),
    ],
)
def test_projects_that_cannot_be_used(
    wire: Any, reply: Any, clock: Any, projects: Any, kind: type[Exception], part: str
) -> None:
    wire.expect("GET", "/v3/projects", reply=reply(json={"projects": projects}))
    with pytest.raises(kind, match=part):
        assert session_for(wire, clock).auth.project_id


def test_a_list_in_place_of_the_projects(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/v3/projects", reply=reply(json=[]))
    with pytest.raises(InvalidResponse):
        assert session_for(wire, clock).auth.project_id


def test_not_allowed_to_list_projects(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/v3/projects", reply=reply(403, {"error": {"code": 403, "message": "no"}}))
    with pytest.raises(PermissionDenied, match="set auth.project_id"):
        assert session_for(wire, clock).auth.project_id


def test_project_by_name(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/v3/projects", query=[("name", "cn-north-4_sub")], reply=reply(json=PROJECTS))
    assert session_for(wire, clock, auth={"project_name": "cn-north-4_sub"}).auth.project_id == "x"


def test_many_threads_find_the_project_once(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/v3/projects", reply=reply(json=PROJECTS))
    auth = session_for(wire, clock).auth
    found: list[str] = []
    workers = [threading.Thread(target=lambda: found.append(auth.project_id)) for _unused in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert found == ["p1"] * 8


def test_the_project_is_cached(wire: Any, reply: Any, clock: Any, tmp_path: Path) -> None:
    folder = str(tmp_path / "cache")
    wire.expect("GET", "/v3/projects", reply=reply(json=PROJECTS))
    first = session_for(wire, clock, token_cache=folder)
    assert first.auth.project_id == "p1"
    first.auth.set_fact("seen", True)
    second = session_for(wire, clock, token_cache=folder)
    assert (second.auth.project_id, second.auth.get_fact("seen")) == ("p1", True)
    (name,) = os.listdir(folder)
    text = Path(folder, name).read_text()
    assert "AKID" not in text + name and "SKEY" not in text
    clock.elapsed = 86_400.0
    wire.expect("GET", "/v3/projects", reply=reply(json=PROJECTS))
    assert session_for(wire, clock, token_cache=folder).auth.project_id == "p1"


def test_endpoints_and_identity(wire: Any, clock: Any) -> None:
    auth = session_for(wire, clock, endpoint=None).auth
    assert auth.endpoint() == "https://ecs.cn-north-4.myhuaweicloud.com"
    assert auth.endpoint("network") == "https://vpc.cn-north-4.myhuaweicloud.com"
    beside = session_for(wire, clock).auth
    assert beside.endpoint("image") == wire.url
    other = session_for(wire, clock, auth={"access_key": "OTHER"}).auth
    assert len({auth.identity(), beside.identity(), other.identity()}) == 3
    assert "AKID" not in auth.identity() and "SKEY" not in auth.identity()

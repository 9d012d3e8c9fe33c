# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary keys at the wire: requested once, kept for the run, renewed before they end and once after a refusal."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import ecs_metadata
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    ServerError,
    SettingsError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session, connect
from ansible_collections.cloudserver.compute.tests.unit.conftest import Reply, Seen

TOKENS = "/v3.0/OS-CREDENTIAL/securitytokens"
KEYS = {"access_key": "AKID", "secret_key": "SKEY"}
AGENCY = {**KEYS, "agency_name": "ops", "agency_domain_name": "corp"}
SERVER = {"ecs_agency": True}
PROJECTS = {"projects": [{"id": "p1", "name": "cn-north-4", "enabled": True}]}


class Cloud:
    """IAM, the metadata service and ECS. A key lasts ``lifetime`` seconds from its request; refused keys get a 401."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.lifetime = 3600.0
        self.issued = 0
        self.asked: list[str] = []
        self.seen: list[Seen] = []
        self.refused: set[str] = set()
        self.replies: dict[str, Reply] = {}
        self.with_tokens = True
        self.same_key = False

    def __call__(self, seen: Seen) -> Reply:
        self.asked.append("%s %s" % (seen.method, seen.path))
        self.seen.append(seen)
        if seen.path in self.replies:
            return self.replies[seen.path]
        if seen.headers.get("x-security-token") in self.refused:
            return Reply(401, {"error_code": "APIGW.0301", "error_msg": "token expires"})
        if seen.path == TOKENS:
            return Reply(201, self.key())
        if seen.path == "/meta-data/latest/api/token":
            return Reply(200, text="meta-token") if self.with_tokens else Reply(404, text="no")
        if seen.path == "/openstack/latest/securitykey":
            return Reply(200, self.key())
        if seen.path == "/v3/projects":
            return Reply(200, PROJECTS)
        return Reply(200, {"signed by": signer(seen)})

    def key(self) -> dict[str, Any]:
        if not (self.same_key and self.issued):
            self.issued += 1
            self.until = self.clock.now() + timedelta(seconds=self.lifetime)
        number = self.issued
        moment = self.until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        texts = {"access": "TAK%d" % number, "secret": "tsk-%d" % number, "securitytoken": "tst-%d" % number}
        return {"credential": {**texts, "expires_at": moment}}


def signer(seen: Seen) -> str:
    match = re.search(r"Access=([^,]+)", seen.headers.get("authorization", ""))
    return match.group(1) if match else ""


@pytest.fixture
def cloud(wire: Any, clock: Any) -> Cloud:
    found = Cloud(clock)
    wire.serve(found)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(str(tmp_path / "run"), b"k" * 32, lambda level, words: None)


@pytest.fixture
def task(wire: Any, clock: Any, folder: RunFolder) -> Callable[..., Session]:
    """The session of one task of the run."""

    def make(auth: dict[str, Any], run: bool = False, **options: Any) -> Session:
        given = {
            "platform": "huaweicloud",
            "region": "cn-north-4",
            "endpoint": wire.url,
            "endpoints": {"metadata": wire.url},
            "api_retries": 0,
            **options,
            "auth": {"auth_url": wire.url, **auth},
        }
        settings = resolve(given, {})
        return connect(replace(settings, run_folder=folder if run else None), clock=clock)

    return make


def ask(session: Session) -> str:
    """A request to ECS; returns the access key that signed it."""
    answer = session.get("%s/v1/%s/x" % (session.auth.endpoint(), session.auth.project_id))
    return str(answer.body["signed by"])


def test_the_request_for_the_key_of_an_agency(cloud: Cloud, task: Any, wire: Any) -> None:
    session = task(AGENCY)
    assert ask(session) == "TAK1"
    assert cloud.asked == ["POST " + TOKENS, "GET /v3/projects", "GET /v1/p1/x"]
    first, second, third = cloud.seen
    role = {"agency_name": "ops", "domain_name": "corp", "duration_seconds": 3600}
    assert first.json == {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
    assert first.headers["content-type"] == "application/json"
    assert {"x-security-token", "x-project-id", "x-auth-token"} & set(first.headers) == set()
    assert [signer(each) for each in (first, second, third)] == ["AKID", "TAK1", "TAK1"]
    assert [each.headers.get("x-security-token") for each in (second, third)] == ["tst-1", "tst-1"]
    assert third.headers["x-project-id"] == "p1"
    assert session.secrets() == {"AKID", "SKEY", "TAK1", "tsk-1", "tst-1"}
    assert "tsk-1" not in repr(vars(session.auth)["_keys"]._key) and "ops of corp" in session.auth.identity()


def test_an_agency_by_the_id_of_its_account_and_a_temporary_key(cloud: Cloud, task: Any) -> None:
    more = {"agency_domain_id": "d1", "agency_duration": 900, "security_token": "own", "project_id": "p9"}
    session = task({**AGENCY, **more})
    assert ask(session) == "TAK1"
    assert cloud.asked == ["POST " + TOKENS, "GET /v1/p9/x"]
    role = {"agency_name": "ops", "domain_id": "d1", "duration_seconds": 900}
    assert cloud.seen[0].json["auth"]["identity"]["assume_role"] == role
    assert cloud.seen[0].headers["x-security-token"] == "own"


def test_a_key_is_renewed_before_it_ends(cloud: Cloud, task: Any, clock: Any) -> None:
    session = task(AGENCY)
    assert ask(session) == "TAK1"
    clock.sleep(3600 - 301)
    assert ask(session) == "TAK1"
    clock.sleep(2)
    assert ask(session) == "TAK2"
    assert cloud.asked.count("POST " + TOKENS) == 2 and cloud.asked.count("GET /v3/projects") == 1


def test_a_failed_renewal_does_not_matter_while_the_key_is_valid(cloud: Cloud, task: Any, clock: Any) -> None:
    session = task(AGENCY)
    assert ask(session) == "TAK1"
    cloud.replies[TOKENS] = Reply(503, {})
    clock.sleep(3310)
    assert [ask(session), ask(session)] == ["TAK1", "TAK1"]
    assert cloud.asked.count("POST " + TOKENS) == 2
    clock.sleep(300)
    with pytest.raises(ServerError, match="Could not get a key as agency ops of corp"):
        ask(session)
    del cloud.replies[TOKENS]
    assert ask(session) == "TAK2"


def test_a_refused_key_is_replaced_once(cloud: Cloud, task: Any) -> None:
    session = task(AGENCY)
    assert ask(session) == "TAK1"
    cloud.refused = {"tst-1"}
    assert ask(session) == "TAK2"
    cloud.refused = {"tst-1", "tst-2"}
    with pytest.raises(AuthenticationFailed, match="token expires"):
        ask(session)
    with pytest.raises(AuthenticationFailed, match="refused the access key, so it is not used again"):
        ask(session)
    assert cloud.asked.count("POST " + TOKENS) == 2


def test_a_refusal_of_the_key_before_requests_no_other(cloud: Cloud, task: Any) -> None:
    session = task(AGENCY)
    assert ask(session) == "TAK1"
    # Another thread has replaced it meanwhile.
    assert session.auth.renew("tst-0") and ask(session) == "TAK1" and cloud.issued == 1
    cloud.refused = {"tst-1"}
    assert ask(session) == "TAK2"


def test_a_key_of_the_run_that_was_refused_is_replaced(cloud: Cloud, task: Any) -> None:
    assert ask(task(AGENCY, run=True)) == "TAK1"
    cloud.refused = {"tst-1"}
    assert ask(task(AGENCY, run=True)) == "TAK2"
    assert ask(task(AGENCY, run=True)) == "TAK2"
    assert cloud.issued == 2


def test_a_key_that_is_refused_when_the_project_is_searched(cloud: Cloud, task: Any, clock: Any, folder: Any) -> None:
    cloud.replies["/v3/projects"] = Reply(503, {})
    with pytest.raises(ServerError):
        ask(task(AGENCY, run=True))
    del cloud.replies["/v3/projects"]
    cloud.refused = {"tst-1"}
    started = time.monotonic()
    assert ask(task(AGENCY, run=True)) == "TAK2"
    # Nothing waits for a lock that this process holds.
    assert time.monotonic() - started < 10


def test_the_own_key_is_refused(cloud: Cloud, task: Any) -> None:
    cloud.replies[TOKENS] = Reply(401, {"error_code": "APIGW.0301", "error_msg": "verify aksk signature fail SKEY"})
    session = task(AGENCY)
    for _time in range(3):
        with pytest.raises(AuthenticationFailed) as caught:
            ask(session)
        assert "SKEY" not in str(caught.value)
    assert cloud.asked == ["POST " + TOKENS]


@pytest.mark.parametrize(
    ("reply", "kind", "part"),
    [
        (Reply(403, {"error": {"code": 403, "message": "no"}}), PermissionDenied, "permission Agent Operator"),
        (Reply(404, {"error": {"code": 404, "message": "Could not find agency"}}), NotFound, "Check auth.agency_name"),
        (Reply(201, {}), InvalidResponse, "Could not get a key as agency ops of corp: the response has no key."),
        (Reply(201, {"credential": "x"}), InvalidResponse, "the response has no key"),
        (Reply(201, text='{"credential": {"secret": "tsk-cut'), InvalidResponse, "the response has no key"),
        (Reply(201, {"credential": {"access": "a", "secret": "b", "securitytoken": "c"}}), InvalidResponse, "no key"),
        (
            Reply(201, {"credential": {"access": "a", "secret": "s\n", "securitytoken": "c", "expires_at": "x"}}),
            InvalidResponse,
            "no key",
        ),
    ],
)
def test_agencies_that_cannot_be_used(cloud: Cloud, task: Any, reply: Reply, kind: type[CloudError], part: str) -> None:
    cloud.replies[TOKENS] = reply
    with pytest.raises(kind, match=re.escape(part)) as caught:
        ask(task(AGENCY))
    assert "tsk-" not in str(caught.value)


def test_threads_request_one_key(cloud: Cloud, task: Any) -> None:
    session = task(AGENCY)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(ask(session))) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["TAK1"] * 12 and cloud.issued == 1 and cloud.asked.count("GET /v3/projects") == 1


@pytest.mark.parametrize("auth", [KEYS, AGENCY, SERVER, {**SERVER, "agency_name": "ops", "agency_domain_name": "corp"}])
def test_the_second_task_requests_nothing_but_its_own(cloud: Cloud, task: Any, auth: dict[str, Any]) -> None:
    first = ask(task(auth, run=True))
    begin = len(cloud.asked)
    assert begin > 1 and "GET /v3/projects" in cloud.asked
    assert [ask(task(auth, run=True)) for _number in range(3)] == [first] * 3
    assert cloud.asked[begin:] == ["GET /v1/p1/x"] * 3
    # Without the run's folder, each task requests all of it.
    ask(task(auth))
    assert len(cloud.asked) == 2 * begin + 3


def test_other_agencies_and_keys_have_their_own(cloud: Cloud, task: Any) -> None:
    assert ask(task(AGENCY, run=True)) == "TAK1"
    assert ask(task({**AGENCY, "agency_name": "else"}, run=True)) == "TAK2"
    assert ask(task({**AGENCY, "secret_key": "other"}, run=True)) == "TAK3"
    assert ask(task({**AGENCY, "agency_domain_name": "else"}, run=True)) == "TAK4"
    assert ask(task(KEYS, run=True)) == "AKID"


def test_a_key_of_the_run_that_ends_soon_is_not_used(cloud: Cloud, task: Any, clock: Any) -> None:
    assert ask(task(AGENCY, run=True)) == "TAK1"
    clock.sleep(3301)
    assert ask(task(AGENCY, run=True)) == "TAK2"


def test_the_key_of_a_server(cloud: Cloud, task: Any, clock: Any) -> None:
    cloud.lifetime = 86400.0
    session = task(SERVER)
    assert ask(session) == "TAK1"
    assert cloud.asked[:2] == ["PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"]
    put, get = cloud.seen[:2]
    assert put.headers["x-metadata-token-ttl-seconds"] == "60" and get.headers["x-metadata-token"] == "meta-token"
    assert "authorization" not in put.headers and "authorization" not in get.headers
    clock.sleep(86400 - 2401)
    assert ask(session) == "TAK1"
    clock.sleep(2)
    assert ask(session) == "TAK2"
    assert session.secrets() >= {"TAK1", "tsk-1", "tst-2"} and session.settings.secrets() == set()


def test_a_service_that_keeps_its_key_is_not_asked_each_time(cloud: Cloud, task: Any, clock: Any) -> None:
    cloud.lifetime, cloud.same_key = 86400.0, True
    session = task(SERVER)
    assert ask(session) == "TAK1"
    clock.sleep(86400 - 2000)
    assert [ask(session) for _number in range(3)] == ["TAK1"] * 3
    clock.sleep(200)
    assert ask(session) == "TAK1"
    assert cloud.asked.count("GET /openstack/latest/securitykey") == 2
    clock.sleep(101)
    cloud.same_key = False
    assert ask(session) == "TAK2"


def test_a_service_without_tokens(cloud: Cloud, task: Any) -> None:
    cloud.with_tokens = False
    assert ask(task(SERVER)) == "TAK1"
    assert "x-metadata-token" not in cloud.seen[1].headers


def test_the_server_takes_the_role_of_an_agency(cloud: Cloud, task: Any) -> None:
    session = task({**SERVER, "agency_name": "ops", "agency_domain_name": "corp"})
    assert ask(session) == "TAK2"
    assert [signer(each) for each in cloud.seen] == ["", "", "TAK1", "TAK2", "TAK2"]


def test_the_key_of_a_server_is_kept_in_no_shared_directory(cloud: Cloud, task: Any, tmp_path: Path) -> None:
    for expected in ("TAK1", "TAK2"):
        assert ask(task(SERVER, token_cache=str(tmp_path / "kept"))) == expected
    assert not (tmp_path / "kept").exists()
    ask(task(AGENCY, token_cache=str(tmp_path / "kept")))
    assert len(list((tmp_path / "kept").glob("*.json"))) == 1


KEY_PATH = "/openstack/latest/securitykey"


@pytest.mark.parametrize(
    ("path", "reply", "part"),
    [
        (KEY_PATH, Reply(401, text="Please configure Cloud Service Agency first"), "this server has no agency. Set an"),
        (KEY_PATH, Reply(404, text="no"), "responds with 404. Check that this machine is a server of the cloud"),
        ("/meta-data/latest/api/token", Reply(500, text="no"), "responds with 500"),
        (KEY_PATH, Reply(200, text="<html>"), "the response is not JSON"),
        (
            KEY_PATH,
            Reply(200, {"credential": {}}),
            "Could not get the key of this server's agency: the response has no",
        ),
        (KEY_PATH, Reply(broken="reset"), "no metadata service responds at http://127.0.0.1:"),
    ],
)
def test_metadata_that_cannot_be_used(cloud: Cloud, task: Any, path: str, reply: Reply, part: str) -> None:
    cloud.replies[path] = reply
    with pytest.raises(CloudError) as caught:
        ask(task(SERVER))
    assert part in str(caught.value)


def test_a_machine_without_metadata_service_does_not_wait(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecs_metadata, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = "http://127.0.0.1:%d" % silent.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(SettingsError, match="no metadata service responds at .* within 0 seconds"):
            ask(task(SERVER, endpoints={"metadata": url}))
        assert time.monotonic() - started < 2


def test_a_given_temporary_key_that_has_ended(cloud: Cloud, task: Any) -> None:
    session = task({**KEYS, "security_token": "given", "project_id": "p1"})
    assert ask(session) == "AKID"
    cloud.refused = {"given"}
    for _time in range(2):
        with pytest.raises(AuthenticationFailed, match="access key is temporary, and it may have expired") as caught:
            ask(session)
        assert "given" not in str(caught.value) and "\n" not in str(caught.value)
    assert cloud.asked == ["GET /v1/p1/x"] * 2
    with pytest.raises(AuthenticationFailed, match="it may have expired"):
        ask(task({**KEYS, "security_token": "given"}))

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token cache of a run: shared by its tasks, found with the same credentials only, and never an obstacle."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from spoilt_files import become_fifo, become_link

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import token_cache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_cache import RunCache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session, connect
from ansible_collections.cloudserver.compute.tests.unit.cloud.auth.test_keystone import (
    PASSWORD,
    TOKENS,
    issue,
    token_body,
)

KEY = b"k" * 32
FORKS = 50


@pytest.fixture
def said() -> list[tuple[int, str]]:
    return []


@pytest.fixture
def folder(tmp_path: Path, said: list[tuple[int, str]]) -> RunFolder:
    return RunFolder(str(tmp_path / "run"), KEY, lambda level, words: said.append((level, words)))


@pytest.fixture
def task(wire: Any, clock: Any, folder: RunFolder) -> Callable[..., Session]:
    """The session of one task of the run."""

    def make(run_folder: RunFolder | None = folder, auth: Any = None, **options: Any) -> Session:
        given = {"auth_url": wire.url + "/identity", **PASSWORD, **(auth or {})}
        settings = resolve({"platform": "openstack", "region": "RegionOne", "auth": given, **options}, {})
        return connect(replace(settings, run_folder=run_folder), clock=clock)

    return make


def entry_of(folder: RunFolder) -> Path:
    (found,) = Path(folder.path).glob("*.json")
    return found


def test_the_second_task_asks_keystone_nothing(wire: Any, reply: Any, task: Any, folder: Any, said: Any) -> None:
    issue(wire, reply)
    first = task()
    assert first.auth.project_id == "p1"
    first.auth.set_fact("microversion", "2.96")
    second = task()
    assert (second.auth.project_id, second.auth.get_fact("microversion")) == ("p1", "2.96")
    assert second.auth.endpoint() == "https://one.example.com/v2.1" and "tok-1" in second.secrets()
    assert stat.S_IMODE(os.stat(folder.path).st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path(folder.path).iterdir()} == {0o600}
    levels = [level for level, _words in said]
    assert set(levels) == {3} and [("no entry" in words) for _level, words in said].count(False) >= 1


def test_without_a_run_there_is_none(wire: Any, reply: Any, task: Any) -> None:
    for token in ("one", "two"):
        issue(wire, reply, token)
        assert task(run_folder=None).auth.project_id == "p1"
    issue(wire, reply, "three")
    assert task().auth.project_id == "p1"
    issue(wire, reply, "four")
    assert task(token_cache=False).auth.project_id == "p1"


@pytest.mark.parametrize("other", [{"password": "other"}, {"username": "else"}])
def test_other_credentials_have_another_token(wire: Any, reply: Any, task: Any, other: dict[str, str]) -> None:
    issue(wire, reply, "one")
    assert task().auth.project_id == "p1"
    issue(wire, reply, "two")
    session = task(auth=other)
    assert session.auth.project_id == "p1" and "one" not in session.secrets()


def test_a_wrong_password_fails_although_a_token_of_the_user_is_there(wire: Any, reply: Any, task: Any) -> None:
    issue(wire, reply)
    assert task().auth.project_id == "p1"
    wire.expect("POST", TOKENS, reply=reply(401, {"error": {"code": 401, "message": "wrong password"}}))
    with pytest.raises(Exception, match="401"):
        _project = task(auth={"password": "wrong"}).auth.project_id


def test_the_name_of_a_file_reveals_nothing(wire: Any, reply: Any, task: Any, folder: Any) -> None:
    issue(wire, reply)
    session = task()
    assert session.auth.project_id == "p1"
    name, content = entry_of(folder).stem, entry_of(folder).read_text()
    assert "s3cret" not in name + content and KEY.decode() not in content
    identity = session.auth.identity()
    guesses = [identity, identity + "s3cret", "\0".join([identity, "s3cret"])]
    assert name not in [hashlib.sha256(each.encode()).hexdigest() for each in guesses]
    other = RunFolder(folder.path, b"x" * 32, folder.say)
    assert RunCache(other, identity, ["s3cret"]).path != str(entry_of(folder))
    assert RunCache(folder, identity, ["s3cret"]).path == str(entry_of(folder))


def test_fifty_tasks_at_once_request_one_token(wire: Any, reply: Any, task: Any) -> None:
    made: list[str] = []

    def serve(seen: Any) -> Any:
        made.append(seen.path)
        return reply(201, token_body(), headers={"X-Subject-Token": "tok-%d" % len(made)})

    wire.serve(serve)
    sessions = [task() for _number in range(FORKS)]
    found: list[str] = []
    threads = [threading.Thread(target=lambda each=each: found.append(each.auth.project_id)) for each in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == ["p1"] * FORKS and made == ["/identity/v3/auth/tokens"]


def test_a_rejected_token_is_renewed_once_for_all_tasks(wire: Any, reply: Any, task: Any) -> None:
    made: list[str] = []

    def serve(seen: Any) -> Any:
        if seen.path.endswith("/auth/tokens"):
            made.append("tok-%d" % len(made))
            return reply(201, token_body(), headers={"X-Subject-Token": made[-1]})
        if seen.headers["x-auth-token"] == "tok-0":
            return reply(401, {"error": {"code": 401, "message": "revoked"}})
        return reply(200, {"token": seen.headers["x-auth-token"]})

    wire.serve(serve)
    sessions = [task() for _number in range(5)]
    assert [each.auth.project_id for each in sessions] == ["p1"] * 5 and made == ["tok-0"]
    assert [each.get(wire.url + "/x").body for each in sessions] == [{"token": "tok-1"}] * 5
    assert made == ["tok-0", "tok-1"]
    assert task().get(wire.url + "/x").body == {"token": "tok-1"} and len(made) == 2


def test_facts_of_two_tasks_are_kept_together(wire: Any, reply: Any, task: Any) -> None:
    issue(wire, reply)
    one, two = task(), task()
    assert one.auth.project_id == two.auth.project_id == "p1"
    one.auth.set_fact("a", 1)
    two.auth.set_fact("b", 2)
    third = task()
    assert third.auth.project_id and (third.auth.get_fact("a"), third.auth.get_fact("b")) == (1, 2)


def test_a_fact_does_not_bring_a_rejected_token_back(wire: Any, reply: Any, task: Any, folder: Any) -> None:
    issue(wire, reply, "old")
    first, second = task(), task()
    assert first.auth.project_id == second.auth.project_id == "p1"
    issue(wire, reply, "new")
    assert second.auth.renew("old")
    first.auth.set_fact("a", 1)
    entry = json.loads(entry_of(folder).read_text())
    assert (entry["token"], entry["facts"]) == ("new", {"a": 1})


def test_fifty_tasks_at_once_find_a_fact_once(wire: Any, reply: Any, task: Any) -> None:
    issue(wire, reply)
    found: list[int] = []

    def find(session: Session) -> None:
        with session.auth.finding_fact("a"):
            if session.auth.get_fact("a") is None:
                found.append(1)
                # The request itself may need a token.
                assert session.auth.project_id == "p1"
                session.auth.set_fact("a", 1)

    threads = [threading.Thread(target=find, args=(task(),)) for _number in range(FORKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [1]


def test_a_given_token_is_validated_once_in_a_run_and_not_kept(
    wire: Any, reply: Any, task: Any, folder: Any, said: Any
) -> None:
    given = {"token": "given", **dict.fromkeys(PASSWORD)}
    wire.expect("GET", TOKENS, reply=reply(200, token_body()))
    for _task in range(3):
        session = task(auth=given)
        assert session.auth.project_id == "p1" and session.auth.endpoint() == "https://one.example.com/v2.1"
    assert "given" not in entry_of(folder).read_text() + entry_of(folder).name
    wire.expect("GET", TOKENS, reply=reply(200, token_body()))
    assert task(auth={**given, "token": "another"}).auth.project_id == "p1"


def test_facts_without_a_token_are_kept(wire: Any, task: Any) -> None:
    given = {"token": "given", "project_id": "p1", **dict.fromkeys(PASSWORD)}
    task(auth=given, endpoint=wire.url + "/v2.1").auth.set_fact("a", 1)
    assert task(auth=given, endpoint=wire.url + "/v2.1").auth.get_fact("a") == 1
    assert task(auth={**given, "token": "another"}, endpoint=wire.url + "/v2.1").auth.get_fact("a") is None


def _damage(path: Path) -> None:
    path.write_text("{")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir(0o700)


def _open_to_others(path: Path) -> None:
    path.chmod(0o644)


def _cut(path: Path) -> None:
    path.write_text(path.read_text()[:-7])


def _empty(path: Path) -> None:
    path.write_text("")


def _no_token(path: Path) -> None:
    path.write_text('{"format": 1, "expires_at": 1e12, "token": 7, "endpoints": "x"}')


def _open_folder(path: Path) -> None:
    path.parent.chmod(0o755)


@pytest.mark.parametrize(
    "spoil", [_damage, _cut, _empty, become_link, become_fifo, _folder, _open_to_others, _no_token, _open_folder]
)
def test_a_spoilt_entry_is_no_obstacle(
    wire: Any, reply: Any, task: Any, folder: RunFolder, said: Any, spoil: Callable[[Path], None]
) -> None:
    issue(wire, reply, "one")
    assert task().auth.project_id == "p1"
    spoil(entry_of(folder))
    del said[:]
    issue(wire, reply, "two")
    session = task()
    assert session.auth.project_id == "p1" and "one" not in session.secrets()
    if spoil is not _no_token:
        reasons = [words for level, words in said if level == 1]
        assert reasons and len(set(reasons)) == 1, "the reason is shown at -v"


def test_a_folder_that_is_a_file_and_one_of_another_user(
    wire: Any, reply: Any, task: Any, folder: RunFolder, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(folder.path).write_text("x")
    issue(wire, reply)
    assert task().auth.project_id == "p1" and [level for level, _words in said] == [1]
    Path(folder.path).unlink()
    issue(wire, reply)
    assert task().auth.project_id == "p1"
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    issue(wire, reply, "own")
    assert task().auth.project_id == "p1"
    assert "belongs to another user" in said[-1][1]


def test_a_full_disk(wire: Any, reply: Any, task: Any, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(token_cache.tempfile, "mkstemp", full)
    for token in ("one", "two"):
        issue(wire, reply, token)
        assert task().auth.project_id == "p1"
    assert any(level == 1 and "cannot be written" in words for level, words in said)


def test_a_disk_that_is_full_in_the_middle_of_an_entry(
    wire: Any, reply: Any, task: Any, folder: RunFolder, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(entry: Any, stream: Any) -> None:
        stream.write('{"token": "tok')
        raise OSError(errno.ENOSPC, "No space left on device")

    issue(wire, reply, "one")
    first = task()
    assert first.auth.project_id == "p1"
    before = entry_of(folder).read_text()
    monkeypatch.setattr(token_cache.json, "dump", half)
    first.auth.set_fact("a", 1)
    assert entry_of(folder).read_text() == before
    assert [path for path in Path(folder.path).iterdir() if path.suffix not in (".json", ".lock")] == []
    assert [level for level, words in said if "cannot be written" in words] == [1]
    assert task().auth.project_id == "p1"


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT])
def test_a_folder_in_which_nothing_can_be_created(
    wire: Any, reply: Any, task: Any, said: Any, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.open

    def refuse(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT and "run" in str(path):
            raise OSError(error, os.strerror(error))
        return plain(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refuse)
    for token in ("one", "two"):
        issue(wire, reply, token)
        assert task().auth.project_id == "p1"
    assert [level for level, words in said if os.strerror(error) in words] == [1, 1]


def test_an_entry_of_another_user(wire: Any, reply: Any, task: Any, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(wire, reply, "one")
    assert task().auth.project_id == "p1"
    plain = os.fstat

    def foreign(handle: int) -> os.stat_result:
        found = list(plain(handle))
        found[stat.ST_UID] = 4711
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", foreign)
    issue(wire, reply, "two")
    session = task()
    assert session.auth.project_id == "p1" and "one" not in session.secrets()
    assert [level for level, words in said if "belongs to another user" in words] == [1]


def test_a_lock_that_is_never_released_is_not_waited_for_without_end(
    wire: Any, reply: Any, task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(wire, reply, "one")
    first = task()
    assert first.auth.project_id == "p1"
    monkeypatch.setattr(token_cache, "LOCK_SECONDS", 0.0)
    (cache,) = [first.auth._memory.cache]
    with cache.lock():
        os.unlink(cache.path)
        issue(wire, reply, "two")
        assert task().auth.project_id == "p1"


def test_a_file_system_without_locks_is_not_waited_for(
    wire: Any, reply: Any, task: Any, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waited"))
    issue(wire, reply)
    assert task().auth.project_id == "p1"
    assert [level for level, words in said if "No locks available" in words] == [1]


def test_a_project_of_an_access_key_is_looked_up_once(wire: Any, reply: Any, clock: Any, folder: RunFolder) -> None:
    auth = {"access_key": "AK", "secret_key": "SK", "project_name": "cn-north-4", "auth_url": wire.url + "/iam"}
    options = {"platform": "huaweicloud", "region": "cn-north-4", "endpoint": wire.url, "auth": auth}
    listed = {"projects": [{"id": "p9", "name": "cn-north-4", "enabled": True}]}
    wire.expect("GET", "/iam/v3/projects", reply=reply(200, listed))
    for _task in range(3):
        settings = replace(resolve(options, {}), run_folder=folder)
        assert connect(settings, clock=clock).auth.project_id == "p9"
    assert "SK" not in entry_of(folder).read_text() + entry_of(folder).name

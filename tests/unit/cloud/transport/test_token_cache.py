# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token cache keeps to its owner, to its time and to whole files."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import token_cache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_cache import TokenCache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import default_directory
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

ENTRY = {"token": "t0k3n", "expires_at": 10_000.0}


@pytest.fixture
def cache(tmp_path: Path) -> TokenCache:
    return TokenCache(str(tmp_path / "deep" / "folder"), "who | where")


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_round_trip_and_modes(cache: TokenCache) -> None:
    old = os.umask(0)
    try:
        cache.save(ENTRY)
    finally:
        os.umask(old)
    assert (mode(cache.directory), mode(cache.path)) == (0o700, 0o600)
    assert cache.load(0.0) == {**ENTRY, "format": 1}
    assert os.listdir(cache.directory) == [os.path.basename(cache.path)]
    assert "who" not in cache.path and "t0k3n" not in cache.path


def test_identities_do_not_meet(cache: TokenCache) -> None:
    cache.save(ENTRY)
    assert TokenCache(cache.directory, "somebody else").load(0.0) is None


@pytest.mark.parametrize(("now", "found"), [(9_699.0, True), (9_700.0, False), (20_000.0, False)])
def test_five_minutes_before_its_end_a_token_is_too_old(cache: TokenCache, now: float, found: bool) -> None:
    cache.save(ENTRY)
    assert (cache.load(now) is not None) is found


def test_nothing_there(cache: TokenCache) -> None:
    assert cache.load(0.0) is None
    os.makedirs(cache.directory, mode=0o700)
    assert cache.load(0.0) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "\udcff", '{"format": 2, "expires_at": 1e9}', '{"format": 1}', "[" * 100_000,
     '{"format": 1, "expires_at": "1e9"}', '{"format": 1, "expires_at": true}'],
)  # fmt: skip
def test_damaged_files_are_ignored_and_replaced(cache: TokenCache, text: str) -> None:
    cache.save(ENTRY)
    Path(cache.path).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert cache.load(0.0) is None
    cache.save(ENTRY)
    assert cache.load(0.0) is not None


@pytest.mark.parametrize("bad", [0o750, 0o701, 0o777])
def test_a_folder_open_to_others_is_refused(cache: TokenCache, bad: int) -> None:
    cache.save(ENTRY)
    os.chmod(cache.directory, bad)
    for work in (lambda: cache.load(0.0), lambda: cache.save(ENTRY)):
        with pytest.raises(SettingsError, match="is accessible to other users .* chmod 0700"):
            work()


@pytest.mark.parametrize("bad", [0o640, 0o604, 0o666])
def test_a_file_open_to_others_is_refused(cache: TokenCache, bad: int) -> None:
    cache.save(ENTRY)
    os.chmod(cache.path, bad)
    with pytest.raises(SettingsError, match="is accessible to other users .* chmod 0600"):
        cache.load(0.0)


def test_another_owner_is_refused(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.save(ENTRY)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(SettingsError, match="belongs to another user"):
        cache.load(0.0)


def test_links_are_refused(cache: TokenCache, tmp_path: Path) -> None:
    cache.save(ENTRY)
    os.rename(cache.path, cache.path + ".moved")
    os.symlink(cache.path + ".moved", cache.path)
    with pytest.raises(SettingsError, match="symbolic link"):
        cache.load(0.0)
    link = tmp_path / "link"
    link.symlink_to(cache.directory)
    with pytest.raises(SettingsError, match="a symbolic link is not accepted"):
        TokenCache(str(link), "who | where").load(0.0)


def test_a_folder_in_place_of_the_file(cache: TokenCache) -> None:
    os.makedirs(cache.path, mode=0o700)
    os.chmod(cache.directory, 0o700)
    with pytest.raises(SettingsError, match="is not a regular file"):
        cache.load(0.0)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="Cannot create the directory"):
        TokenCache(str(tmp_path / "file" / "folder"), "x").save(ENTRY)


def test_a_full_disk_does_not_fail_the_work(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.save(ENTRY)

    def full(*arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.save({**ENTRY, "token": "new"})
    monkeypatch.setattr(os, "unlink", full)
    cache.save({**ENTRY, "token": "new"})
    monkeypatch.setattr(token_cache.tempfile, "mkstemp", full)
    cache.save({**ENTRY, "token": "new"})
    monkeypatch.undo()
    assert json.loads(Path(cache.path).read_text())["token"] == "t0k3n"


def test_default_folder() -> None:
    assert default_directory({"HOME": "/h"}) == "/h/.cache/cloudserver.compute"
    assert default_directory({"HOME": "/h", "XDG_CACHE_HOME": "/x"}) == "/x/cloudserver.compute"

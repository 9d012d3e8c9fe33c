# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password that a cloud generates for a new, rebuilt or evacuated server: returned only if the task requests it."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import make

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack
from ansible_collections.cloudserver.compute.tests.simulator.state.guest import digest

EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
BOTH = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is registered as a secret of the session."""
    found: list[str] = []
    original = Session.hide

    def hide(self: Session, texts: Any) -> None:
        listed = list(texts)
        found.extend(listed)
        original(self, listed)

    monkeypatch.setattr(Session, "hide", hide)
    return found


def is_password_of(bench: Bench, password: str, name: str) -> bool:
    return bool(bench.server(name)["password"] == digest(password))


@EVERY_NOVA
def test_of_a_new_server(bench: Bench, hidden: list[str]) -> None:
    done = make(bench, names=["own-1", "own-2"], return_passwords=True, diff=True)
    assert not done.get("failed"), done
    assert set(done["passwords"]) == {bench.id_of("own-1"), bench.id_of("own-2")}
    for name in ("own-1", "own-2"):
        password = done["passwords"][bench.id_of(name)]
        assert is_password_of(bench, password, name) and password in hidden
        rest = {key: value for key, value in done.items() if key != "passwords"}
        assert password not in str(rest)
    again = make(bench, names=["own-1", "own-2"], return_passwords=True)
    assert not again["changed"] and again["passwords"] == {}


@EVERY_NOVA
def test_it_is_not_returned_unless_requested(bench: Bench, hidden: list[str]) -> None:
    before = set(hidden)
    done = make(bench, name="own-1")
    generated = [text for text in hidden if text not in before and is_password_of(bench, text, "own-1")]
    assert generated and "passwords" not in done and generated[0] not in str(done)
    given = make(bench, name="own-2", password="Fresh-Pass-77", return_passwords=True)
    assert "passwords" not in given and "Fresh" not in str(given)


@BOTH
def test_several_servers_then_take_a_request_each(bench: Bench) -> None:
    """The response to a request for several servers contains a reservation, and no password."""
    done = make(bench, name="many", count=3, return_passwords=True)
    assert len(done["passwords"]) == 3 == len(bench.requests("E04"))


@EVERY_NOVA
def test_a_failure_still_returns_it(bench: Bench) -> None:
    bench.fault("E04" if bench.platform != "ustack" else "U01", fail_servers=["own-1"], reason="No host")
    failed = make(bench, name="own-1", return_passwords=True)
    assert failed["failed"] and list(failed["passwords"]) == [outcome(failed, "own-1")["id"]]


@BOTH
@pytest.mark.parametrize("wait", [True, False])
def test_of_a_rebuilt_server(bench: Bench, wait: bool, hidden: list[str]) -> None:
    options = {"names": ["web-01"], "reinstall": True, "wait": wait}
    done = bench.call("server_os", return_passwords=True, **options)
    assert not done.get("failed"), done
    password = done["passwords"][bench.id_of("web-01")]
    assert password in hidden and password not in str({**done, "passwords": None})
    with nothing_done(bench):
        assert "passwords" not in bench.call("server_os", return_passwords=True, check=True, **options)
    bench.clock.sleep(60)
    assert is_password_of(bench, password, "web-01")
    assert "passwords" not in bench.call("server_os", **options)


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
@pytest.mark.parametrize("version", [(2, 13), (2, 14)])
def test_of_an_evacuated_server(web_on_cmp1: Bench, monkeypatch: pytest.MonkeyPatch, version: Any) -> None:
    """Nova returns it below microversion 2.14, and an empty body from there on."""
    monkeypatch.setattr(OpenStack, "newest_tested", version)
    bench = web_on_cmp1
    bench.control("PUT", "/openstack/hosts/cmp1", {"up": False})
    options = {"names": ["web-01"], "from_host": "cmp1", "mode": "evacuate", "all_projects": True}
    done = bench.call("server_migrate", return_passwords=True, **options)
    assert not done.get("failed"), done
    assert list(done["passwords"]) == ([bench.id_of("web-01")] if version < (2, 14) else [])


@HUAWEI
def test_a_platform_that_generates_none(bench: Bench) -> None:
    with nothing_done(bench):
        words = ("response_passwords", "server_password")
        refused(bench.call("server", name="new-1", return_passwords=True, **huawei_kind()), *words)
        refused(bench.call("server_os", names=["web-01"], reinstall=True, return_passwords=True), *words)

"""Passwords (H06, and one server's) as the official SDK sets them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

PASSWORD = "Sdk-made-1@"


def reset(ecs: Any, ids: list[str], password: str | None = PASSWORD, dry_run: bool | None = None) -> Any:
    m = ecs.models
    body = m.BatchResetServersPasswordRequestBody(
        new_password=password, dry_run=dry_run, servers=[m.ServerId(one) for one in ids]
    )
    return ecs.batch_reset_servers_password(m.BatchResetServersPasswordRequest(body))


def changes(huaweicloud: Any, *names: str) -> list[int]:
    return [huaweicloud.seen(name)["password_changes"] for name in names]


def test_a_batch(ecs: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    ids = [huaweicloud.id("web-01"), huaweicloud.id("batch-01")]
    answer = reset(ecs, ids)
    assert (answer.status_code, [one.id for one in answer.response]) == (200, ids)
    assert changes(huaweicloud, "web-01", "batch-01", "web-02") == [1, 1, 0]
    assert calls() == ["H06"]
    assert PASSWORD not in json.dumps(huaweicloud.log())


@pytest.mark.parametrize("password", [PASSWORD, None])
def test_a_dry_run_changes_nothing(ecs: Any, huaweicloud: Any, password: str | None) -> None:
    ids = [huaweicloud.id("web-01"), huaweicloud.id("web-02")]
    answer = reset(ecs, ids, password, dry_run=True)
    assert [one.id for one in answer.response] == ids
    assert changes(huaweicloud, "web-01", "web-02") == [0, 0]
    assert huaweicloud.log()[0]["body"]["dry_run"] is True


@pytest.mark.parametrize("dry_run", [True, False])
def test_reasons_by_server(ecs: Any, huaweicloud: Any, refusal: Any, dry_run: bool) -> None:
    """The SDK reports the code of the batch; the body has the code of each server."""
    huaweicloud.change("web-02", reset_plugin=False)
    gone = "00000000-0000-4000-8000-000000000000"
    ids = [huaweicloud.id(name) for name in ("web-01", "web-02", "vault-01")] + [gone]
    with pytest.raises(refusal) as caught:
        reset(ecs, ids, dry_run=dry_run)
    assert (caught.value.status_code, caught.value.error_code) == (400, "Ecs.0611")
    assert caught.value.request_id == ecs.answers[-1].headers["X-Request-Id"]
    rows = ecs.last["internalError"]
    assert [(row["id"], row["error_code"]) for row in rows] == [
        (ids[1], "Ecs.0613"),
        (ids[2], "Ecs.0605"),
        (gone, "Ecs.0614"),
    ]
    assert all(row["error_message"] for row in rows)
    assert changes(huaweicloud, "web-01", "web-02", "vault-01") == [0 if dry_run else 1, 0, 0]


@pytest.mark.parametrize(("password", "code"), [("short", "Ecs.0011"), ("has~Tilde1", "Ecs.0011"), (None, "Ecs.0005")])
def test_refused_passwords(ecs: Any, huaweicloud: Any, refusal: Any, password: str | None, code: str) -> None:
    with pytest.raises(refusal) as caught:
        reset(ecs, [huaweicloud.id("web-01")], password)
    assert (caught.value.status_code, caught.value.error_code) == (400, code)
    assert changes(huaweicloud, "web-01") == [0]


def test_one_server(ecs: Any, m: Any, huaweicloud: Any, refusal: Any, calls: Callable[[], list[Any]]) -> None:
    """The rules of complexity hold only where is_check_password asks for them."""
    server_id = huaweicloud.id("web-01")

    def ask(password: str, checked: bool) -> Any:
        option = m.ResetServerPasswordOption(new_password=password, is_check_password=checked)
        return ecs.reset_server_password(
            m.ResetServerPasswordRequest(server_id, m.ResetServerPasswordRequestBody(reset_password=option))
        )

    assert ask(PASSWORD, True).status_code == 204
    assert ask("plain", False).status_code == 204
    with pytest.raises(refusal, match="Ecs.0011"):
        ask("plain", True)
    assert changes(huaweicloud, "web-01") == [2]
    assert calls() == ["reset password"] * 3


@pytest.mark.parametrize(("plugin", "flag"), [(True, "True"), (False, "False")])
def test_the_flag_is_a_text(ecs: Any, m: Any, huaweicloud: Any, plugin: bool, flag: str) -> None:
    huaweicloud.change("web-01", reset_plugin=plugin)
    answer = ecs.show_reset_password_flag(m.ShowResetPasswordFlagRequest(huaweicloud.id("web-01")))
    assert answer.resetpwd_flag == flag

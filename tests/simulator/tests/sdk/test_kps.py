"""The key pair service as the official SDK drives it: key pairs of users and of the account, tasks."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.state.ids import hex_id

PASSWORD = "Root-Secret-4711"


def create(kps: Any, **given: Any) -> Any:
    m = kps.models
    body = m.CreateKeypairRequestBody(m.CreateKeypairAction(**given))
    return kps.create_keypair(m.CreateKeypairRequest(body=body))


def show(kps: Any, name: str) -> Any:
    return kps.list_keypair_detail(kps.models.ListKeypairDetailRequest(name)).keypair


def names(kps: Any, **query: Any) -> list[str]:
    return [row.keypair.name for row in kps.list_keypairs(kps.models.ListKeypairsRequest(**query)).keypairs]


def associate(kps: Any, name: str, server_id: str, auth: Any = None, **more: Any) -> Any:
    m = kps.models
    server = m.EcsServerInfo(id=server_id, auth=auth, **more)
    body = m.AssociateKeypairRequestBody(keypair_name=name, server=server)
    return kps.associate_keypair(m.AssociateKeypairRequest(body=body))


def disassociate(kps: Any, server_id: str, auth: Any = None) -> Any:
    m = kps.models
    body = m.DisassociateKeypairRequestBody(m.DisassociateEcsServerInfo(id=server_id, auth=auth))
    return kps.disassociate_keypair(m.DisassociateKeypairRequest(body=body))


def status(kps: Any, task: Any) -> str:
    shown = kps.list_keypair_task(kps.models.ListKeypairTaskRequest(task.task_id))
    assert (shown.task_id, shown.server_id) == (task.task_id, task.server_id)
    return str(shown.task_status)


def test_life(kps: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    made = create(kps, name="sdk-made", type="ssh", scope="user").keypair
    assert made.private_key.startswith("-----BEGIN ") and made.public_key.startswith("ssh-rsa ")
    assert made.user_id == hex_id("huaweicloud", "user", "operator")
    assert names(kps) == ["operators", "sdk-made"]
    shown = show(kps, "sdk-made")
    assert (shown.fingerprint, shown.public_key, shown.scope) == (made.fingerprint, made.public_key, "user")
    assert shown.user_id == made.user_id and shown.create_time > 10**12 and shown.is_key_protection is False
    m = kps.models
    body = m.UpdateKeypairDescriptionRequestBody(m.UpdateKeypairDescriptionReq("of the SDK"))
    kps.update_keypair_description(m.UpdateKeypairDescriptionRequest("sdk-made", body))
    assert show(kps, "sdk-made").description == "of the SDK"
    assert kps.delete_keypair(m.DeleteKeypairRequest("sdk-made")).status_code == 204
    assert names(kps) == ["operators"]
    assert calls() == [
        "create keypair", "list keypairs", "show keypair", "describe keypair", "show keypair", "delete keypair",
        "list keypairs",
    ]  # fmt: skip
    assert made.private_key not in json.dumps(huaweicloud.log())


def test_the_account_and_private_keys_that_are_kept(kps: Any) -> None:
    m = kps.models
    private = create(kps, name="one").keypair
    protection = m.KeyProtection(private_key=private.private_key, encryption=m.Encryption("kms", kms_key_name="k"))
    create(kps, name="two", scope="domain", public_key=private.public_key, key_protection=protection)
    create(kps, name="three", key_protection=m.KeyProtection(encryption=m.Encryption("default")))
    assert [(show(kps, name).scope, show(kps, name).is_key_protection) for name in ("one", "two", "three")] == [
        ("user", False), ("domain", True), ("user", True),
    ]  # fmt: skip


def test_pages(kps: Any) -> None:
    for number in range(4):
        create(kps, name="page-%d" % number)
    seen: list[str] = []
    while page := names(kps, limit="2", marker=seen[-1] if seen else None):
        seen += page
    assert seen == ["operators", "page-0", "page-1", "page-2", "page-3"]
    assert kps.last["page_info"] == {"next_marker": None, "previous_marker": "page-3", "current_count": 0}


def test_tasks(kps: Any, ecs: Any, huaweicloud: Any) -> None:
    """A key pair is bound with the password of root, replaced with the private key, and unbound without a login."""
    m = kps.models
    huaweicloud.change("web-02", password=PASSWORD)
    server_id = huaweicloud.seen("web-02")["id"]
    made = create(kps, name="made").keypair
    task = associate(kps, "made", server_id, m.Auth("password", PASSWORD), disable_password=True, port=22)
    assert task.status == "SUCCESS" and status(kps, task) == "READY_RESET"
    huaweicloud.pass_time(0.1)
    assert status(kps, task) == "RUNNING_RESET" and huaweicloud.seen("web-02")["key_name"] is None
    running = kps.list_running_task(m.ListRunningTaskRequest())
    assert [(row.task_id, row.server_id, row.keypair_name) for row in running.tasks] == [
        (task.task_id, server_id, "made")
    ]
    huaweicloud.pass_time(1)
    assert status(kps, task) == "SUCCESS_RESET"
    assert ecs.show_server(ecs.models.ShowServerRequest(server_id)).server.key_name == "made"
    task = associate(kps, "operators", server_id, m.Auth("keypair", made.private_key))
    huaweicloud.pass_time(1)
    assert status(kps, task) == "SUCCESS_REPLACE" and huaweicloud.seen("web-02")["key_name"] == "operators"
    huaweicloud.change("web-02", status="SHUTOFF")
    task = disassociate(kps, server_id)
    huaweicloud.pass_time(1)
    assert status(kps, task) == "SUCCESS_UNBIND" and huaweicloud.seen("web-02")["key_name"] is None
    assert PASSWORD not in json.dumps(huaweicloud.log()) and made.private_key not in json.dumps(huaweicloud.log())


def test_a_login_that_fails(kps: Any, huaweicloud: Any) -> None:
    m = kps.models
    huaweicloud.change("web-02", password="Another-Secret-1")
    task = associate(kps, "operators", huaweicloud.seen("web-02")["id"], m.Auth("password", PASSWORD))
    huaweicloud.pass_time(1)
    assert status(kps, task) == "FAILED_RESET" and huaweicloud.seen("web-02")["key_name"] is None
    (row,) = kps.list_failed_task(m.ListFailedTaskRequest(limit=1, offset=0)).tasks
    assert (row.task_id, row.task_error_code) == (task.task_id, "KPS.2002") and row.task_error_msg
    assert kps.list_running_task(m.ListRunningTaskRequest()).total == 0


def test_refusals(kps: Any, huaweicloud: Any, refusal: Any) -> None:
    m = kps.models
    web_01, web_02 = (huaweicloud.seen(name)["id"] for name in ("web-01", "web-02"))
    huaweicloud.change("web-03", status="PAUSED")
    huaweicloud.change("web-04", os_type="Windows")
    password, key = m.Auth("password", PASSWORD), m.Auth("keypair", "-----BEGIN PRIVATE KEY-----")
    encryption = m.Encryption("default")
    public = show(kps, "operators").public_key
    asked: list[tuple[Callable[[], Any], int]] = [
        (lambda: create(kps, name="operators"), 400),
        (lambda: create(kps, name="bad name"), 400),
        (lambda: create(kps, name="junk", public_key="junk"), 400),
        (lambda: create(kps, name="a", scope="project"), 400),
        (lambda: create(kps, name="a", public_key=public, key_protection=m.KeyProtection(encryption=encryption)), 400),
        (lambda: create(kps, name="a", key_protection=m.KeyProtection(encryption=m.Encryption("kms"))), 400),
        (lambda: show(kps, "nobody"), 404),
        (lambda: names(kps, limit="0"), 400),
        (lambda: kps.delete_keypair(m.DeleteKeypairRequest("nobody")), 404),
        (lambda: associate(kps, "nobody", web_02, password), 404),
        (lambda: associate(kps, "operators", web_02), 400),
        (lambda: associate(kps, "operators", web_02, key), 400),
        (lambda: associate(kps, "operators", web_01, password), 400),
        (lambda: associate(kps, "operators", web_02, password, port=0), 400),
        (lambda: associate(kps, "operators", "0" * 8, password), 404),
        (lambda: associate(kps, "operators", huaweicloud.seen("web-03")["id"], password), 400),
        (lambda: associate(kps, "operators", huaweicloud.seen("web-04")["id"], password), 400),
        (lambda: disassociate(kps, web_02, password), 400),
        (lambda: kps.list_keypair_task(m.ListKeypairTaskRequest("none")), 400),
    ]
    for ask, expected in asked:
        with pytest.raises(refusal) as caught:
            ask()
        assert caught.value.status_code == expected and caught.value.error_code.startswith("KPS.")
        assert caught.value.error_msg
    disassociate(kps, web_01, key)
    with pytest.raises(refusal, match="A task is running"):
        disassociate(kps, web_01, key)

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of server_os: options, images, servers, jobs, lost responses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.server_os_tasks import HAVE, NOVA, PASSWORD, change, id_of, image_id, images, new_image, rebuild_requests

WEB = ["web-01", "web-02"]
BAD = {
    "openstack": {"closed": "retired-9", "early": "uploading-1"},
    "huaweicloud": {"closed": "Debian 9 64bit", "early": "Debian 13 64bit"},
}


def rebuild_operation(bench: Bench) -> str:
    return "H08" if bench.platform == "huaweicloud" else "E26"


# -- what makes no sense ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["ustack"])
def test_a_platform_that_cannot_says_so(bench: Bench) -> None:
    with nothing_done(bench):
        refused(change(bench, image="debian-12"), "Platform ustack has no operation rebuild", "console")


@pytest.mark.parametrize("wanted", ["no-such-image", "00000000-0000-4000-8000-000000000000", "in:a,b", "a/b"])
@pytest.mark.parametrize("platform", HAVE)
def test_an_image_that_does_not_exist(bench: Bench, wanted: str) -> None:
    with nothing_done(bench):
        refused(change(bench, image=wanted), "image: no image that this project may use has the id or name " + wanted)


@pytest.mark.parametrize("platform", HAVE)
def test_an_empty_image(bench: Bench) -> None:
    with nothing_done(bench):
        refused(change(bench, image=" "), "image: an empty string")


@pytest.mark.parametrize("platform", HAVE)
def test_a_name_that_two_images_share(bench: Bench) -> None:
    name = new_image(bench)
    other = id_of(bench, "legacy-6" if bench.platform == "openstack" else _another(bench, name))
    bench.control("PUT", f"/{bench.platform}/images/{other}", {"name": name})
    with nothing_done(bench):
        message = refused(change(bench, image=name), f"2 images are named {name}", other, "choose one by id")
    assert message.count(other) == 1


def _another(bench: Bench, name: str) -> str:
    return str(next(row["name"] for row in images(bench) if row["name"] != name))


@pytest.mark.parametrize("kind", ["closed", "early"])
@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
def test_an_image_that_is_not_active(bench: Bench, kind: str) -> None:
    name = BAD[bench.platform][kind]
    with nothing_done(bench):
        refused(
            change(bench, image=name), name, id_of(bench, name), "in status", "only an active image can be installed"
        )


@pytest.mark.parametrize("platform", HAVE)
def test_a_server_that_runs_an_image_which_is_closed_now_is_unchanged(bench: Bench) -> None:
    image = image_id(bench, "web-01")
    bench.control("PUT", f"/{bench.platform}/images/{image}", {"status": "deactivated"})
    result = change(bench, image=image)
    assert not result.get("failed") and outcome(result, "web-01")["outcome"] == "unchanged"


@pytest.mark.parametrize(
    "password, why",
    [
        ("Sh0rt-1", "7 characters"),
        ("Long-0123456789-0123456789-x", "28 characters"),
        ("all-small-letters", "needs 3 of"),
        ("My-Root-is-1", "user name root"),
        ("My-tooR-is-1", "user name root"),
    ],
)
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_weak_passwords_are_refused_before_anything_is_sent(bench: Bench, password: str, why: str) -> None:
    for check in (True, False):
        with nothing_done(bench):
            message = refused(change(bench, image=new_image(bench), password=password, check=check), "password:", why)
        assert password not in message


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_weak_password_for_windows(bench: Bench) -> None:
    with nothing_done(bench):
        result = change(bench, image="Windows Server 2022 64bit", password="Mini-adm-1234")
    refused(result, "password:", "Administrator")


@pytest.mark.parametrize("platform", HAVE)
def test_an_empty_password(bench: Bench) -> None:
    with nothing_done(bench):
        refused(change(bench, image=new_image(bench), password=""), "password:", "0 characters")


@pytest.mark.parametrize(
    "options, parts",
    [
        ({"key_name": "operators", "user_id": "u"}, ("password and key_name are mutually exclusive",)),
        (
            {"password": None, "key_name": "nobody"},
            ("key pair nobody of this access key's user does not exist", "user_id"),
        ),
        ({"user_data": "#!/bin/sh\n", "cloud_init": False}, ("user_data", "cloud_init: true")),
        ({"kms_key_id": "key-1"}, ("encrypted: true and kms_key_id go together",)),
    ],
)
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_options_that_contradict_each_other(bench: Bench, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    for check in (True, False):
        with nothing_done(bench):
            refused(change(bench, image=new_image(bench), check=check, **options), *parts)


@pytest.mark.parametrize("platform", ["huaweicloud"])
@pytest.mark.parametrize("kind", ["iam_user", None])
def test_the_owner_of_a_key_pair(bench: Bench, kind: str | None) -> None:
    """The user of the token by default; with an access key the key pair shows its user."""
    if kind:
        bench.options = bench.credentials(kind)
    result = change(bench, image=new_image(bench), password=None, key_name="operators")
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert bench.server("web-01")["key_name"] == "operators"
    (sent,) = [body["os-change"] for body in bench.changing_requests() if body and "os-change" in body]
    asked = [row["path"] for row in bench.requests() if "/keypairs/" in row["path"]]
    assert ("userid" in sent, len(asked)) == ((False, 0) if kind else (True, 1))


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_public_image_without_any_way_in(bench: Bench) -> None:
    for options in ({"image": new_image(bench)}, {"reinstall": True}):
        with nothing_done(bench):
            refused(change(bench, password=None, **options), "web-01", "a public image needs a password")


@pytest.mark.parametrize("platform", HAVE)
def test_user_data_twice(bench: Bench) -> None:
    result = change(bench, user_data="#cloud-config", user_data_file="none")
    refused(result, "mutually exclusive: user_data|user_data_file")


@pytest.mark.parametrize("form", ["text", "file"])
@pytest.mark.parametrize("platform", HAVE)
def test_user_data_that_is_too_big(bench: Bench, form: str, tmp_path: Path) -> None:
    most = 32768 if bench.platform == "huaweicloud" else 49149
    path = tmp_path / "big"

    def given(size: int) -> dict[str, Any]:
        path.write_bytes(b"x" * size)
        return {"user_data": "x" * size} if form == "text" else {"user_data_file": str(path)}

    with nothing_done(bench):
        refused(change(bench, image=new_image(bench), **given(most + 1)), "user_data", f"more than {most} bytes")
    assert outcome(change(bench, image=new_image(bench), **given(most)), "web-01")["outcome"] == "done"


@pytest.mark.parametrize("platform", HAVE)
def test_user_data_that_cannot_be_read(bench: Bench, tmp_path: Path) -> None:
    with nothing_done(bench):
        options = {"reinstall": True}
        refused(change(bench, user_data_file=str(tmp_path / "none"), **options), "user_data_file", "No such file")
        refused(change(bench, user_data_file=str(tmp_path), **options), "user_data_file", "Is a directory")


@pytest.mark.parametrize("platform", HAVE)
def test_an_image_that_was_forgotten_costs_no_disk(bench: Bench) -> None:
    with nothing_done(bench):
        refused(change(bench), "set image, or reinstall: true")


@pytest.mark.parametrize("platform", HAVE)
def test_metadata_that_is_no_text(bench: Bench) -> None:
    with nothing_done(bench):
        refused(change(bench, image=new_image(bench), metadata={"a": ["b"]}), "metadata", "a")


# -- servers that cannot ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", HAVE)
def test_a_locked_server_is_refused_by_name_and_the_others_are_done(bench: Bench) -> None:
    result = change(bench, names=["vault-01", "web-01"], image=new_image(bench))
    assert result["failed"] and result["changed"]
    says(result, "1 of 2 servers could not be reinstalled", "vault-01", "is locked", "unlock it")
    assert outcome(result, "vault-01")["actions"] == [] and outcome(result, "web-01")["outcome"] == "done"
    assert bench.server("vault-01")["status"] == "ACTIVE"


@pytest.mark.parametrize("platform", HAVE)
def test_a_server_in_error_is_tried_again_with_the_image_that_it_has(bench: Bench) -> None:
    bench.change("web-01", status="ERROR", **({"os_change_failed": True} if bench.platform == "huaweicloud" else {}))
    result = change(bench, image=image_id(bench, "web-01"))
    assert outcome(result, "web-01") | {"id": "", "name": "", "request_id": ""} == {
        "id": "",
        "name": "",
        "request_id": "",
        "outcome": "done",
        "actions": ["rebuild"],
    }
    assert bench.server("web-01")["status"] == "ACTIVE"


@pytest.mark.parametrize("status", ["VERIFY_RESIZE", "SHELVED", "RESCUE"])
@pytest.mark.parametrize("platform", NOVA)
def test_standing_statuses_are_refused_with_what_to_do(bench: Bench, status: str) -> None:
    bench.change("web-01", status=status)
    with nothing_done(bench):
        refused(change(bench, image=new_image(bench)), "web-01", "status " + status)


@pytest.mark.parametrize("platform", ["openstack"])
def test_an_image_that_is_too_big_for_the_flavor(bench: Bench) -> None:
    result = change(bench, image="bulky-1")
    refused(result, "web-01", "too small for requested image")
    assert image_id(bench, "web-01") != id_of(bench, "bulky-1") and outcome(result, "web-01")["actions"] == []


@pytest.mark.parametrize("platform", ["easystack"])
def test_another_image_for_a_volume_on_an_old_cloud(bench: Bench) -> None:
    own = (bench.server("db-01")["volume_image"] or {}).get("name")
    other = next(each["name"] for each in images(bench) if each["status"] == "active" and each["name"] != own)
    refused(change(bench, names=["db-01"], image=other), "db-01", "volume-backed")
    bench.change("db-01", metadata={"cloudserver_image": "another"})
    with nothing_done(bench):
        refused(change(bench, names=["db-01"], image=other), "db-01", "microversion 2.93")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_an_image_without_cloud_init_gives_the_server_its_power_state_back(bench: Bench) -> None:
    result = change(bench, image="CentOS 6.5 64bit")
    says(result, "web-01", "no cloud-init", "cloud_init: false")
    assert result["failed"] and outcome(result, "web-01")["actions"] == ["stop", "start"]
    assert bench.server("web-01")["status"] == "ACTIVE"


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_server_without_a_system_disk(bench: Bench) -> None:
    bench.change("web-01", status="SHUTOFF", system_disk=False)
    result = change(bench, names=WEB, image=new_image(bench))
    says(result, "1 of 2 servers", "web-01", "no system disk")
    assert outcome(result, "web-01")["code"] == "Ecs.0105" and outcome(result, "web-02")["outcome"] == "done"


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_busy_server(bench: Bench) -> None:
    bench.change("web-01", status="SHUTOFF")
    bench.fault("H08", status=501, body={"error": {"code": "Ecs.0603", "message": "Another command is running."}})
    result = change(bench, image=new_image(bench))
    refused(result, "web-01", "Another command is running", "try again in a minute")
    assert len(rebuild_requests(bench)) == 1 and outcome(result, "web-01")["code"] == "Ecs.0603"


@pytest.mark.parametrize("platform", HAVE)
def test_a_stable_server_that_is_refused_gets_no_second_request(bench: Bench) -> None:
    bench.change("web-01", status="SHUTOFF")
    refusal: dict[str, Any] = {"status": 409, "body": {"conflictingRequest": {"code": 409, "message": "not now"}}}
    if bench.platform == "huaweicloud":
        refusal = {"status": 400, "body": {"error": {"code": "Ecs.0100", "message": "not now"}}}
    bench.fault(rebuild_operation(bench), times=1, **refusal)
    refused(change(bench, image=new_image(bench)), "web-01", "not now")
    assert len(rebuild_requests(bench)) == 1


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_prepaid_server(bench: Bench) -> None:
    bench.change("web-01", prepaid=True)
    image = new_image(bench)
    result = change(bench, names=WEB, image=image)
    assert result["failed"] and result["changed"]
    says(result, "1 of 2 servers", "web-01", "the order CS", "waits for payment", "auto_pay: true")
    assert outcome(result, "web-01")["outcome"] == "awaiting_payment"
    assert outcome(result, "web-02")["outcome"] == "done" and image_id(bench, "web-01") != id_of(bench, image)
    paid = change(bench, names=["web-01"], image=image, auto_pay=True)
    assert outcome(paid, "web-01")["outcome"] == "done" and image_id(bench, "web-01") == id_of(bench, image)
    assert rebuild_requests(bench)[-1]["body"]["os-change"]["isAutoPay"] == "true"


# -- what goes wrong on the way ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", HAVE)
def test_a_change_that_fails_is_tried_again_by_the_next_run(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        bench.fault("H08", times=1, job={"status": "FAIL", "fail_servers": ["web-01"], "reason": "the disk is gone"})
        for name in WEB:
            bench.change(name, status="SHUTOFF")
    else:
        bench.fault("E26", fail_servers=["web-01"], reason="the disk is gone")
    image = new_image(bench)
    result = change(bench, names=["web-01"], image=image)
    refused_text = says(result, "web-01", "ERROR", "the disk is gone")
    assert result["failed"] and "web-01" in refused_text
    assert outcome(result, "web-01")["actions"] == ["rebuild"]
    bench.control("DELETE", "/faults")
    again = change(bench, names=["web-01"], image=image)
    assert outcome(again, "web-01")["outcome"] == "done", again
    assert image_id(bench, "web-01") == id_of(bench, image)


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_job_that_vanishes_is_not_needed(bench: Bench) -> None:
    bench.fault("H08", job="vanish")
    for options in ({"image": new_image(bench)}, {"reinstall": True}):
        result = change(bench, wait_timeout=60, **options)
        assert outcome(result, "web-01")["outcome"] == "done", result


@pytest.mark.parametrize("platform", NOVA)
def test_a_success_with_another_image_is_a_failure(bench: Bench) -> None:
    image = new_image(bench)
    third = next(
        row["id"] for row in images(bench) if row["id"] not in (id_of(bench, image), image_id(bench, "web-01"))
    )
    bench.change("web-01", status="SHUTOFF")
    bench.later(lambda: bench.change("web-01", image=third))
    result = change(bench, image=image)
    says(result, "web-01", "reports success", third, id_of(bench, image))


@pytest.mark.parametrize("lost", ["after", "before"])
@pytest.mark.parametrize("platform", HAVE)
def test_a_lost_response_is_decided_by_the_state_and_its_request_never_sent_twice(bench: Bench, lost: str) -> None:
    bench.change("web-01", status="SHUTOFF")
    bench.fault(rebuild_operation(bench), reset=lost)
    image = new_image(bench)
    result = change(bench, image=image)
    assert len(rebuild_requests(bench)) == 1
    if lost == "after":
        assert outcome(result, "web-01")["outcome"] == "done", result
        assert image_id(bench, "web-01") == id_of(bench, image)
        return
    assert result["failed"] and result["changed"]
    assert outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01")
    assert image_id(bench, "web-01") != id_of(bench, image)
    bench.control("DELETE", "/faults")
    assert outcome(change(bench, image=image), "web-01")["outcome"] == "done"


@pytest.mark.parametrize("platform", HAVE)
def test_a_service_that_fails_after_it_took_the_order(bench: Bench) -> None:
    bench.change("web-01", status="SHUTOFF")
    bench.fault(rebuild_operation(bench), status=502, effect=True)
    result = change(bench, image=new_image(bench))
    assert outcome(result, "web-01")["outcome"] == "done" and len(rebuild_requests(bench)) == 1


@pytest.mark.parametrize("platform", HAVE)
def test_a_timeout_names_the_state_of_each_pending_server(bench: Bench) -> None:
    bench.fault(rebuild_operation(bench), stuck=True)
    bench.change("web-01", status="SHUTOFF")
    result = change(bench, image=new_image(bench), wait_timeout=30)
    assert result["failed"] and result["changed"]
    says(result, "web-01", "still in status", "30 seconds", "Raise wait_timeout")
    assert outcome(result, "web-01")["outcome"] == "unknown" and len(result["handle"]["pending_actions"]) == 1


@pytest.mark.parametrize("platform", HAVE)
def test_a_stuck_server_does_not_hold_up_the_others(bench: Bench) -> None:
    bench.change("web-02", status="REBOOT", stuck=True)
    result = change(bench, names=WEB, image=new_image(bench), wait_timeout=45)
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "unknown"]
    says(result, "1 of 2 servers could not be reinstalled", "web-02", "still in status REBOOT")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_server_that_does_not_stop_does_not_hold_up_the_others(bench: Bench) -> None:
    bench.fault("stop", job={"status": "FAIL", "fail_servers": ["web-02"], "code": "Ecs.0100", "reason": "it hangs"})
    result = change(bench, names=WEB, image=new_image(bench))
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "failed"]
    assert len(rebuild_requests(bench)) == 1


@pytest.mark.parametrize("platform", HAVE)
def test_a_server_that_is_deleted_meanwhile_fails_alone(bench: Bench) -> None:
    bench.later(lambda: bench.remove("web-01"))
    result = change(bench, names=WEB, image=new_image(bench))
    assert [outcome(result, name)["outcome"] for name in WEB] == ["failed", "done"]
    says(result, "web-01", "no longer exists")


@pytest.mark.parametrize("platform", ["openstack", "easystack"])
def test_a_reader_may_not(bench: Bench) -> None:
    bench.options = {**bench.options, **bench.credentials("reader")}
    result = change(bench, image=new_image(bench))
    assert result["failed"] and not result["changed"]
    says(result, "web-01")


@pytest.mark.parametrize("platform", NOVA)
def test_metadata_that_the_cloud_refuses(bench: Bench) -> None:
    with nothing_done(bench):
        before = bench.server("web-01")["password_changes"]
    result = change(bench, image=new_image(bench), metadata={"not/allowed": "x"})
    assert result["failed"] and not result["changed"] and bench.server("web-01")["password_changes"] == before
    assert "metadata: the key 'not/allowed' contains a character" in result["msg"] and PASSWORD not in str(result)


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_metadata_that_is_refused_after_the_change(bench: Bench) -> None:
    # The first one keeps the power state that the server is to have again.
    bench.fault("merge metadata", after=1, status=400, body={"error": {"code": "Ecs.0005", "message": "no such key"}})
    image = new_image(bench)
    result = change(bench, image=image, metadata={"a": "b"})
    assert result["failed"] and result["changed"] and image_id(bench, "web-01") == id_of(bench, image)
    says(result, "web-01", "the image was installed, but", "no such key")
    assert bench.server("web-01")["status"] == "ACTIVE"

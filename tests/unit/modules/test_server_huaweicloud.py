# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server on huaweicloud, as a task sees it."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.huaweicloud_servers import CREATE, DELETE, RESIZE, kind
from modules.idempotency_steps import ten_steps

pytestmark = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)

NOWHERE = "00000000-0000-4000-8000-000000000002"


def make(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server", **kind(**options))


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, {}),
        ({"delete_volumes": True}, {"delete_volume": True}),
        ({"delete_volumes": False, "delete_public_ip": True}, {"delete_volume": False, "delete_publicip": True}),
    ],
)
@pytest.mark.parametrize("state", ["absent", "purged"])
def test_what_is_deleted_with_a_server(bench: Bench, state: str, options: dict[str, bool], sent: Any) -> None:
    checked = bench.call("server", check=True, name="web-01", state=state, **options)
    done = bench.call("server", name="web-01", state=state, **options)
    assert done["changed"] is checked["changed"] is True, done
    (body,) = [row["body"] for row in bench.requests() if row["path"].endswith("/cloudservers/delete")]
    assert {key: value for key, value in body.items() if key != "servers"} == sent
    assert bench.call("server", name="web-01", state=state, **options)["changed"] is False


def test_the_ten_steps(bench: Bench) -> None:
    create = kind(name="new-1", metadata={"team": "a", "n": 7}, tags=["role=new", "blue"], key_name="operators",
                  description="a new one", hostname="new-1.example", locked=True)  # fmt: skip
    update = {"name": "new-1", "metadata": {"team": "b"}, "purge_metadata": True, "tags": ["role=newer"],
              "purge_tags": True, "description": "", "hostname": "other", "locked": False}  # fmt: skip
    made, changed, gone = ten_steps(bench, "server", {"name": "x"}, create, update, "set flavor to create it")
    assert outcome(made, "new-1")["actions"] == ["create", "update", "lock"]
    assert made["server"]["power_state"] == "running" and made["server"]["private_ips"]
    assert (made["server"]["key_name"], made["server"]["locked"]) == ("operators", True)
    assert outcome(changed, "new-1")["actions"] == ["unlock", "update", "replace_metadata", "set_tags"]
    shown = changed["server"]
    assert (shown["tags"], shown["metadata"]["team"], "n" in shown["metadata"]) == (["role=newer"], "b", False)
    # What the cloud keeps there is still there.
    assert shown["metadata"]["charging_mode"] == "0" and shown["metadata"]["os_type"] == "Linux"
    assert gone["servers"] == [] and outcome(gone, "new-1")["actions"] == ["delete"]
    assert [row["operation"] for row in bench.requests("update server")] == ["H07", "H07"]


def test_several_and_only_those_that_are_missing(bench: Bench) -> None:
    made = make(bench, names=["web-01", "web-91", "web-92"], tags=["role=web"])
    assert {each["name"]: each["actions"] for each in made["outcomes"]} == {
        "web-01": [], "web-91": ["create"], "web-92": ["create"]}  # fmt: skip
    tokens = {row["headers"]["X-Client-Token"] for row in bench.requests(CREATE)}
    assert len(bench.requests(CREATE)) == len(tokens) == 2
    with nothing_done(bench):
        assert not make(bench, names=["web-01", "web-91", "web-92"], tags=["role=web"])["changed"]


@pytest.mark.parametrize("answer", [{"reset": "after"}, {"status": 502, "effect": True, "html": True}])
def test_a_lost_response_makes_no_second_server(bench: Bench, answer: dict[str, Any]) -> None:
    bench.fault(CREATE, times=1, **answer)
    made = make(bench, name="new-1", client_token="run 7")
    assert outcome(made, "new-1")["outcome"] == "done" and not made.get("failed"), made
    assert len(bench.ids_of("new-1")) == 1 and len(bench.requests(CREATE)) == 2
    assert len({row["headers"]["X-Client-Token"] for row in bench.requests(CREATE)}) == 1


def test_a_task_that_runs_again_with_its_token_gets_the_same_server(bench: Bench) -> None:
    """The first run's responses are all lost, and the list does not show the server yet."""
    bench.control("PUT", "/delays", {"platform": bench.platform, "create": 60})
    bench.fault(CREATE, times=2, reset="after")
    first = make(bench, name="new-1", client_token="run 7")
    assert first["failed"] and outcome(first, "new-1")["outcome"] == "unknown"
    second = make(bench, name="new-1", client_token="run 7")
    assert outcome(second, "new-1")["outcome"] == "done"
    assert len(bench.ids_of("new-1")) == 1


def test_a_token_of_a_server_that_is_deleted_since_makes_no_other_and_says_so(bench: Bench) -> None:
    make(bench, name="new-1", client_token="run 7")
    change(bench, "new-1", state="absent")
    bench.control("POST", "/clock", {"advance": 600})
    again = make(bench, name="new-1", client_token="run 7")
    assert again["failed"] and "no longer exists" in says(again)
    assert not make(bench, name="new-1", client_token="run 8").get("failed")


def test_a_server_that_could_not_be_made(bench: Bench) -> None:
    bench.fault(CREATE, times=1, job={"status": "FAIL", "code": "Ecs.0319", "reason": "sold out"})
    made = make(bench, names=["new-1", "new-2"])
    assert made["failed"] and "sold out" in says(made)
    assert (outcome(made, "new-1")["outcome"], outcome(made, "new-1")["code"]) == ("failed", "Ecs.0319")
    assert outcome(made, "new-2")["outcome"] == "done"


TERM = {"chargingMode": "prePaid", "periodType": "month", "periodNum": 1}


def test_an_order_that_waits_for_its_payment(bench: Bench) -> None:
    made = make(bench, name="new-1", extra=TERM)
    found = outcome(made, "new-1")
    assert made["failed"] and found["outcome"] == "awaiting_payment"
    assert "waits for payment" in found["message"] and "CS" in found["message"]
    paid = make(bench, name="new-2", extra={**TERM, "isAutoPay": True})
    assert outcome(paid, "new-2")["outcome"] == "done"


def test_not_waited_for(bench: Bench) -> None:
    made = make(bench, name="new-1", wait=False)
    assert outcome(made, "new-1")["outcome"] == "pending"
    bench.control("POST", "/clock", {"advance": 1})
    seen = bench.call("job_info", handle=made["handle"])
    assert outcome(seen, "new-1")["outcome"] == "done"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"image": None}, "image: huaweicloud creates the system disk from an image"),
        ({"vpc_id": None}, "vpc_id: huaweicloud needs"),
        ({"networks": "auto"}, "needs at least one subnet"),
        ({"networks": None}, "needs at least one subnet"),
        ({"networks": ["private"]}, "networks"),
        ({"system_disk": None}, "system_disk: huaweicloud needs its type"),
        ({"name": "new 1"}, "the name 'new 1'"),
        ({"tags": ["a=1", "a=2"]}, "the key a has two values"),
        ({"tags": ["k" * 37]}, "1 to 36 characters"),
        ({"tags": [str(number) for number in range(11)]}, "can have at most 10"),
        ({"metadata": {"vpc_id": "x"}}, "vpc_id is reserved by the cloud"),
        ({"description": "<b>"}, "must not contain '<' or '>'"),
        ({"password": "short"}, "password"),
        ({"password": "Tr0ub4dor+3", "key_name": "operators"}, "are mutually exclusive"),
        ({"security_groups": ["default"]}, "needs ids"),
        ({"extra": {"colour": "red"}}, "has no field colour for a new server"),
        ({"boot_volume": {"size_gb": 40}}, "huaweicloud"),
        ({"host": "cmp1"}, "host: huaweicloud does not support it for a new server"),
        ({"flavor": "x9"}, "flavor"),
        ({"boot_order": ["hd"]}, "boot_order"),
    ],
)
def test_what_cannot_be_made(bench: Bench, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        message = refused(make(bench, **{"name": "new-1", **options}), words)
        assert message == refused(bench.call("server", check=True, **kind(**{"name": "new-1", **options})))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"image": "Debian 9 64bit"}, "deactivated"), ({"flavor": "s3.medium.2"}, "not on sale"),
        ({"networks": [{"subnet": "x"}]}, "no subnet that this project may use is named x"),
        ({"vpc_id": "x"}, "no VPC that this project may use is named x; check its spelling"),
        ({"networks": [{"subnet": NOWHERE}]}, "the subnet %s could not be found" % NOWHERE),
        ({"vpc_id": NOWHERE}, "the VPC %s" % NOWHERE),
        ({"key_name": "nobody"}, "nobody"), ({"availability_zone": "cn-north-4c"}, "cn-north-4c"),
    ],
)  # fmt: skip
def test_what_the_cloud_refuses(bench: Bench, options: dict[str, Any], words: str) -> None:
    refused(make(bench, **{"name": "new-1", **options}), words)
    assert bench.ids_of("new-1") == []


# -- what is there ----------------------------------------------------------------------------------------------------


def change(bench: Bench, name: str, **options: Any) -> dict[str, Any]:
    return bench.call("server", name=name, **options)


def test_tags_of_the_cloud_stay(bench: Bench) -> None:
    done = change(bench, "cache-01", tags=["role=db", "new"], purge_tags=True)
    assert sorted(done["server"]["tags"]) == ["_sys_type_hcss_x", "new", "role=db"]
    with nothing_done(bench):
        assert not change(bench, "cache-01", tags=["role=db", "new"], purge_tags=True)["changed"]
    # One more value of a key takes the place of the old one, also without purge_tags.
    assert sorted(change(bench, "cache-01", tags=["role=web"])["server"]["tags"]) == [
        "_sys_type_hcss_x", "new", "role=web"]  # fmt: skip
    with nothing_done(bench):
        refused(change(bench, "cache-01", tags=[str(number) for number in range(9)]), "can have at most 10")


@pytest.mark.parametrize(("name", "status"), [("web-01", "running"), ("batch-01", "stopped")])
def test_a_resize(bench: Bench, name: str, status: str) -> None:
    with nothing_done(bench):
        refused(change(bench, name, flavor="s6.large.2"), "resize: offline")
        refused(change(bench, name, flavor="s6.large.2", resize="live"), "resize: ")
    done = change(bench, name, flavor="s6.large.2", resize="auto")
    assert (done["server"]["flavor"]["id"], done["server"]["power_state"]) == ("s6.large.2", status)
    assert outcome(done, name)["actions"] == ["resize"]
    with nothing_done(bench):
        assert not change(bench, name, flavor="s6.large.2", resize="auto")["changed"]


def test_a_resize_whose_response_is_lost(bench: Bench) -> None:
    bench.fault(RESIZE, times=1, reset="after")
    done = change(bench, "web-01", flavor="s6.large.2", resize="offline")
    assert outcome(done, "web-01")["outcome"] == "done" and len(bench.requests(RESIZE)) == 1


def test_a_resize_that_fails(bench: Bench) -> None:
    bench.fault(RESIZE, job={"status": "FAIL", "reason": "no room"})
    done = change(bench, "web-01", flavor="s6.large.2", resize="offline")
    assert done["failed"] and "no room" in says(done)


def test_a_prepaid_resize_waits_for_its_payment(bench: Bench) -> None:
    bench.change("batch-01", prepaid=True)
    done = change(bench, "batch-01", flavor="s6.large.2", resize="offline")
    assert outcome(done, "batch-01")["outcome"] == "awaiting_payment"


def test_many_are_deleted_by_one_request_and_each_has_its_outcome(bench: Bench) -> None:
    bench.fault(DELETE, times=1, job={"status": "FAIL", "fail_servers": ["web-02"], "reason": "disk busy"})
    done = bench.call("server", select={"tags": ["role=web"]}, state="absent")
    assert {each["name"]: each["outcome"] for each in done["outcomes"]} == {
        "web-01": "done", "web-02": "failed", "web-03": "done", "web-04": "done"}  # fmt: skip
    assert done["failed"] and done["changed"] and "disk busy" in says(done)
    assert len(bench.requests(DELETE)) == 1
    again = bench.call("server", select={"tags": ["role=web"]}, state="absent")
    assert [each["name"] for each in again["outcomes"]] == ["web-02"] and not again.get("failed")


@pytest.mark.parametrize("answer", [{"reset": "after"}, {"reset": "before"}, {"status": 500, "effect": True}])
def test_a_lost_response_to_a_deletion(bench: Bench, answer: dict[str, Any]) -> None:
    bench.fault(DELETE, times=1, **answer)
    done = change(bench, "web-01", state="absent")
    assert not done.get("failed") and outcome(done, "web-01")["outcome"] == "done", done
    assert bench.call("server_info", names=["web-01"], missing="ignore")["servers"] == []


def test_a_prepaid_one_is_not_deleted(bench: Bench) -> None:
    bench.change("web-02", prepaid=True)
    both = {"select": {"names": ["web-01", "web-02"]}, "state": "absent"}
    predicted = bench.call("server", check=True, **both)
    done = bench.call("server", **both)
    assert "unsubscribe" in says(done) and done["failed"] and predicted["failed"]
    assert {each["name"]: each["outcome"] for each in done["outcomes"]} == {"web-01": "done", "web-02": "failed"}
    assert bench.server("web-02")["vm_state"] == "active"


def test_a_locked_one_is_not_deleted(bench: Bench) -> None:
    done = change(bench, "vault-01", state="absent")
    assert done["failed"] and "lock" in says(done) and outcome(done, "vault-01")["outcome"] == "failed"
    done = change(bench, "vault-01", state="absent", locked=False)
    assert outcome(done, "vault-01")["actions"] == ["unlock", "delete"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "absent-01", "state": "restored"}, "recycle bin"),
        ({"reset_state": "active"}, "Use server_power or server_os"),
        ({"new_name": "a b"}, "the name 'a b'"),
        ({"revert": True}, ""),
    ],
)  # fmt: skip
def test_what_it_has_not(bench: Bench, options: dict[str, Any], words: str) -> None:
    name = "broken-01" if "reset_state" in options else "web-01"
    with nothing_done(bench):
        done = change(bench, **{"name": name, **options})
    if words:
        assert words in done["msg"], done
    assert not done["changed"] or done.get("failed")


def test_renamed(bench: Bench) -> None:
    done = change(bench, "web-01", new_name="front-1")
    assert done["server"]["name"] == "front-1" and bench.requests("H07")
    with nothing_done(bench):
        assert not change(bench, "web-01", new_name="front-1")["changed"]


def test_recreation(bench: Bench) -> None:
    before = bench.id_of("broken-01")
    done = make(bench, name="broken-01", recreate=True)
    assert outcome(done, "broken-01")["actions"] == ["delete", "create"], done
    assert done["server"]["id"] != before and done["server"]["power_state"] == "running"


# -- a server on which another command is running ---------------------------------------------------------------------

BUSY = {"status": 501, "body": {"error": {"code": "Ecs.0603", "message": "Another command is running."}}}


@pytest.mark.parametrize("by", [BUSY, {"job": {"status": "FAIL", "code": "Ecs.0603", "reason": "busy"}}])
@pytest.mark.parametrize(
    ("operation", "options"),
    [(DELETE, {"state": "absent"}), (RESIZE, {"flavor": "s6.large.2", "resize": "offline"})],
)
def test_a_busy_server_gets_a_second_request(
    bench: Bench, operation: str, options: dict[str, Any], by: dict[str, Any]
) -> None:
    bench.fault(operation, times=2, **by)
    done = change(bench, "web-01", **options)
    assert not done.get("failed"), done
    assert (
        outcome(done, "web-01")["actions"] == [operation.split(maxsplit=1)[0]] and len(bench.requests(operation)) == 3
    )
    assert 30 <= bench.clock.elapsed < 60


def test_a_server_that_stays_busy(bench: Bench) -> None:
    bench.fault(DELETE, **BUSY)
    done = change(bench, "web-01", state="absent", wait_timeout=60)
    found = outcome(done, "web-01")
    assert done["failed"] and (found["outcome"], found["code"], found["actions"]) == ("failed", "Ecs.0603", [])
    assert "Another command is running" in says(done) and 4 <= len(bench.requests(DELETE)) <= 5


def test_power_waits_for_a_busy_server_too(bench: Bench) -> None:
    bench.fault("stop", times=1, **BUSY)
    done = bench.power(names=["web-01"], state="stopped")
    assert not done.get("failed") and outcome(done, "web-01")["outcome"] == "done"

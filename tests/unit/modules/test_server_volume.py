# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_volume at its end: attaching, detaching, what is never detached, failures, the wire."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says

ATTACH = {"openstack": "E18", "easystack": "E18", "ustack": "U20"}
DETACH = {"openstack": "E19", "easystack": "E19", "ustack": "U21"}
RECORDED = ("openstack", "easystack")


@pytest.fixture(params=NOVA)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def volume(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server_volume", **options)


def ids(bench: Bench, *names: str) -> list[str]:
    rows = {row["name"]: row for row in bench.control("GET", f"/{bench.platform}/volumes")["volumes"]}
    return [rows[name]["id"] for name in names]


def status(bench: Bench, name: str) -> str:
    rows = bench.control("GET", f"/{bench.platform}/volumes")["volumes"]
    return next(str(row["status"]) for row in rows if row["name"] == name)


def volume_ids(result: dict[str, Any]) -> list[str]:
    """The volumes in the record of the first server."""
    return [each["id"] for each in result["servers"][0]["volumes"]]


def on_volume(bench: Bench) -> str:
    """The name of a server that boots from a volume."""
    if bench.platform != "ustack":
        return "db-01"
    bench.control("POST", "/ustack/servers", {"name": "onvolume", "image": ""})
    return "onvolume"


def held(bench: Bench, **options: Any) -> dict[str, Any]:
    with nothing_done(bench):
        predicted = volume(bench, check=True, diff=True, **options)
    done = volume(bench, diff=True, **options)
    assert not done.get("failed") and predicted["changed"] is done["changed"] is True, done
    assert predicted["diff"] == done["diff"]
    assert [each["actions"] for each in predicted["outcomes"]] == [each["actions"] for each in done["outcomes"]]
    with nothing_done(bench):
        again = volume(bench, diff=True, **options)
        checked = volume(bench, check=True, diff=True, **options)
    assert again["changed"] is checked["changed"] is False and again["diff"] == checked["diff"]
    return done


def test_ten_steps(bench: Bench) -> None:
    first, second = ids(bench, "data-1", "data-2")
    server = bench.id_of("web-01")
    with nothing_done(bench):
        refused(volume(bench, names=["web-01"]), "volumes")
    done = held(bench, names=["web-01"], volumes=[first])
    assert [each["volume_id"] for each in done["attachments"][server]] == [first]
    assert volume_ids(done) == [first] and status(bench, "data-1") == "in-use"
    assert bench.requests(ATTACH[bench.platform])[0]["body"] == {"volumeAttachment": {"volumeId": first}}
    done = held(bench, names=["web-01"], volumes=[second], purge_volumes=True)
    assert outcome(done, "web-01")["actions"] == ["detach_volume", "attach_volume"]
    assert volume_ids(done) == [second] and status(bench, "data-1") == "available"
    done = held(bench, names=["web-01"], volumes=[second], state="absent")
    assert done["attachments"][server] == [] and status(bench, "data-2") == "available"


def test_the_boot_volume_stays(bench: Bench) -> None:
    name = on_volume(bench)
    extra = ids(bench, "data-1")
    volume(bench, names=[name], volumes=extra)
    done = held(bench, names=[name], purge_volumes=True)
    (left,) = done["attachments"][bench.id_of(name)]
    assert left["device"] == "/dev/vda"
    with nothing_done(bench):
        says(volume(bench, names=[name], volumes=[left["volume_id"]], state="absent"), name, "boots from the volume")


def test_a_volume_of_another_server(bench: Bench) -> None:
    volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    result = volume(bench, names=["web-02"], volumes=ids(bench, "data-1"))
    says(result, "web-02", "detach it there first")
    assert result["changed"] is False


def test_one_volume_does_not_go_on_many_servers(bench: Bench) -> None:
    with nothing_done(bench):
        refused(
            volume(bench, names=["web-01", "web-02"], volumes=ids(bench, "data-1")), "2 servers", "multiattach: true"
        )
    options = {"names": ["web-01", "web-02"], "volumes": ids(bench, "shared-1"), "multiattach": True}
    if bench.platform == "ustack":
        with nothing_done(bench):
            refused(volume(bench, **options), "shared_volumes", "a volume for each server")
        return
    assert len(held(bench, **options)["outcomes"]) == 2
    assert len(held(bench, **{**options, "state": "absent"})["outcomes"]) == 2


@pytest.mark.parametrize("platform", ["openstack", "easystack"])
@pytest.mark.parametrize("purges", [False, True])
def test_a_shared_volume_leaves_one_server_after_the_other(bench: Bench, purges: bool) -> None:
    """Cinder refuses the second server while the volume leaves the first. The task need not know that it is shared."""
    names = ["web-01", "web-02", "web-03"]
    volume(bench, names=names, volumes=ids(bench, "shared-1"), multiattach=True)
    bench.control("PUT", "/delays", {"detach": 2.0})
    options = (
        {"purge_volumes": True, "volumes": []} if purges else {"state": "absent", "volumes": ids(bench, "shared-1")}
    )
    done = held(bench, names=names, **options)
    assert [each["actions"] for each in done["outcomes"]] == [["detach_volume"]] * 3
    assert len(bench.requests("detach volume")) == 3


@pytest.mark.parametrize("platform", ["openstack", "easystack"])
def test_another_task_that_takes_a_shared_volume_away_is_waited_for(bench: Bench) -> None:
    data = ids(bench, "shared-1")
    volume(bench, names=["web-01", "web-02"], volumes=data, multiattach=True)
    bench.control("PUT", "/delays", {"detach": 5.0})
    assert volume(bench, names=["web-01"], volumes=data, state="absent", wait=False)["changed"]
    done = volume(bench, names=["web-02"], volumes=data, state="absent")
    assert not done.get("failed") and done["outcomes"][0]["outcome"] == "done", done
    assert len(bench.requests("detach volume")) == 3
    # It is not waited for without end, and if the user may not read volumes, the refusal is all that there is.
    volume(bench, names=["web-01", "web-02"], volumes=data, multiattach=True)
    for stuck, waited in ((True, True), (False, False)):
        bench.fault("detach volume", stuck=stuck, times=1)
        volume(bench, names=["web-01"], volumes=data, state="absent", wait=False)
        if not stuck:
            bench.fault("show volume", status=403, times=None)
        begin = bench.clock.time()
        result = volume(bench, names=["web-02"], volumes=data, state="absent", wait_timeout=60)
        says(result, "status must be 'in-use'")
        assert (bench.clock.time() - begin >= 45) is waited


@pytest.mark.parametrize(
    "option, operation, first",
    [
        ({"tag": "data"}, "tag", "openstack easystack"),
        ({"delete_on_termination": True}, "delete_on", "openstack"),
    ],
)
def test_what_needs_a_newer_cloud(bench: Bench, option: dict[str, Any], operation: str, first: str) -> None:
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1"), **option}
    if bench.platform in first.split():
        held(bench, **wanted)
    else:
        with nothing_done(bench):
            assert volume(bench, **wanted)["failed"]


@pytest.mark.parametrize("platform", ["openstack"])
def test_what_is_deleted_with_its_server_is_changed_in_place(bench: Bench) -> None:
    data = ids(bench, "data-1")
    volume(bench, names=["db-01"], volumes=data, delete_on_termination=True)
    (boot,) = [
        each
        for each in volume_ids(volume(bench, names=["db-01"], volumes=data, return_servers=True))
        if each not in data
    ]
    for goes, wanted in ((False, data), (True, [boot]), (False, [boot])):
        done = held(bench, names=["db-01"], volumes=wanted, delete_on_termination=goes)
        assert outcome(done, "db-01")["actions"] == ["update_volume"]
        shown = {each["volume_id"]: each for each in done["attachments"][bench.id_of("db-01")]}
        assert shown[wanted[0]]["delete_on_termination"] is goes
    sent = [row for row in bench.requests() if row["method"] == "PUT"]
    assert sent[0]["path"].endswith("/os-volume_attachments/" + data[0])
    assert sent[0]["body"] == {"volumeAttachment": {"volumeId": data[0], "delete_on_termination": False}}


@pytest.mark.parametrize("platform", RECORDED)
def test_a_volume_that_cannot_be_attached(bench: Bench) -> None:
    bench.fault(ATTACH[bench.platform], fail_servers="all")
    result = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    says(result, "web-01", "the cloud reports")
    assert result["attachments"][bench.id_of("web-01")] == []


@pytest.mark.parametrize("platform", RECORDED)
def test_a_volume_that_cannot_be_detached(bench: Bench) -> None:
    volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    bench.fault(DETACH[bench.platform], fail_servers="all")
    says(volume(bench, names=["web-01"], volumes=ids(bench, "data-1"), state="absent"), "web-01", "the cloud reports")


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_lost_response(bench: Bench, state: str, reset: str) -> None:
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1")}
    if state == "absent":
        volume(bench, **wanted)
    bench.fault((ATTACH if state == "present" else DETACH)[bench.platform], reset=reset, times=1)
    result = volume(bench, state=state, **wanted)
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert len(result["attachments"][bench.id_of("web-01")]) == (1 if state == "present" else 0)


def test_a_detach_that_never_ends(bench: Bench) -> None:
    volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    bench.fault(DETACH[bench.platform], stuck=True)
    result = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"), state="absent", wait_timeout=30)
    assert outcome(result, "web-01")["outcome"] == "unknown"


def test_not_waiting(bench: Bench) -> None:
    volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    started = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"), state="absent", wait=False)
    assert outcome(started, "web-01")["outcome"] == "pending"
    joined = bench.call("job_info", handle=started["handle"], wait=True)
    assert outcome(joined, "web-01")["outcome"] == "done" and status(bench, "data-1") == "available"


@pytest.mark.parametrize("server, words", [("vault-01", "locked"), ("broken-01", "error")])
def test_a_server_that_refuses(bench: Bench, server: str, words: str) -> None:
    result = volume(bench, names=[server], volumes=ids(bench, "data-1"))
    says(result, server, words)
    assert status(bench, "data-1") == "available"


@pytest.mark.parametrize(
    "wanted, words",
    [
        ({"volumes": ["0c7f5a1e-8b21-4c4f-9c3e-4c6a5de0f001"]}, "could not be found"),
        ({"volumes": ["data"]}, "volumes: no volume that this project may use is named data; check"),
        ({"volumes": ["a/b"]}, "is named a/b"),
        ({"volumes": [" "]}, "ids or names of volumes"),
        ({"volumes": ["a", "b"], "device": "/dev/vdb"}, "device"),
        ({"volumes": ["a"], "state": "absent", "purge_volumes": True}, "purge_volumes"),
    ],
)
def test_bad_input(bench: Bench, wanted: dict[str, Any], words: str) -> None:
    refused(volume(bench, names=["web-01"], **wanted), words)


def test_a_volume_in_error(bench: Bench) -> None:
    says(volume(bench, names=["web-01"], volumes=ids(bench, "faulty-1")), "not available")


def test_completed_steps_are_reported_where_the_state_cannot_be_read_afterwards(bench: Bench) -> None:
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1")}
    volume(bench, **wanted)
    reads = len([row for row in bench.requests() if row["method"] == "GET" and "os-volume_att" in row["path"]])
    bench.restart()
    rule = {"method": "GET", "path": "os-volume_attachments", "after": reads - 1, "times": None}
    bench.control("POST", "/faults", {"platform": bench.platform, "do": {"status": 403}, **rule})
    result = volume(bench, **wanted)
    assert not result.get("failed") and result["changed"]
    assert outcome(result, "web-01")["outcome"] == "done"
    assert any("The volumes could not be read afterwards" in each for each in result["warnings"]), result


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_the_tag_of_an_attached_volume_cannot_be_changed(bench: Bench) -> None:
    (first,) = ids(bench, "data-1")
    done = volume(bench, names=["web-01"], volumes=[first], tag="data")
    shown = next(each for each in done["attachments"][bench.id_of("web-01")] if each["volume_id"] == first)
    with nothing_done(bench):
        assert not volume(bench, names=["web-01"], volumes=[first], tag="data")["changed"]
        other = volume(bench, names=["web-01"], volumes=[first], tag="other")
    if shown["tag"] is None:
        assert not other.get("failed") and not other["changed"], "the cloud does not show it"
    else:
        refused(other, "web-01", "is attached with the tag data", "detach it first")

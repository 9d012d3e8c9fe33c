# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public address of a server: bound, moved, unbound, never taken from another server; failures, the wire."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import kind as nova_kind

from simulator.state.ids import stable_id

FREE, OTHER = "203.0.113.201", "203.0.113.202"
OF_WEB_01 = "203.0.113.11"
UPDATE = {"openstack": "update floatingip", "huaweicloud": "update publicip"}


@pytest.fixture(params=["openstack", "huaweicloud"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def declare(bench: Bench, wanted: str, name: str = "web-03", **options: Any) -> dict[str, Any]:
    return bench.call("server", name=name, public_ip=wanted, **options)


def public(bench: Bench, name: str = "web-03") -> list[str]:
    return [row["ip"] for row in bench.server(name)["addresses"] if row["kind"] == "floating"]


def sent(bench: Bench) -> list[Any]:
    return [row["body"] for row in bench.requests(UPDATE[bench.platform])]


def bound(bench: Bench, port: str, fixed: str) -> Any:
    if bench.platform == "huaweicloud":
        return {"publicip": {"port_id": port}}
    return {"floatingip": {"port_id": port, "fixed_ip_address": fixed}}


def unbound(bench: Bench) -> Any:
    return {"publicip": {"port_id": ""}} if bench.platform == "huaweicloud" else {"floatingip": {"port_id": None}}


def port_of(bench: Bench, name: str) -> str:
    row = bench.server(name)["addresses"][0]
    return str(row.get("port") or stable_id("port", bench.id_of(name), row["network"], row["mac"]))


def held(bench: Bench, wanted: str, **options: Any) -> dict[str, Any]:
    with nothing_done(bench):
        predicted = declare(bench, wanted, check=True, diff=True, **options)
    done = declare(bench, wanted, diff=True, **options)
    assert predicted["changed"] and done["changed"] and not done.get("failed"), done
    assert predicted["diff"] == done["diff"]
    with nothing_done(bench):
        again = declare(bench, wanted, **options)
    assert not again["changed"] and not again.get("failed") and not again.get("warnings"), again
    return done


@pytest.mark.parametrize("by", ["address", "id"])
def test_it_is_bound_and_unbound(bench: Bench, by: str) -> None:
    wanted = FREE if by == "address" else stable_id(bench.platform, "public ip", FREE)
    done = held(bench, wanted)
    assert public(bench) == [FREE] and outcome(done, "web-03")["actions"] == ["bind_public_ip"]
    assert sent(bench) == [bound(bench, port_of(bench, "web-03"), "10.0.0.13")]
    (wire,) = bench.requests(UPDATE[bench.platform])
    collection = "/v2.0/floatingips/" if bench.platform == "openstack" else "/publicips/"
    assert wire["method"] == "PUT" and wire["path"].endswith(collection + stable_id(bench.platform, "public ip", FREE))
    assert [server["public_ips"] for server in done["servers"]] == [[FREE]]
    bench.clock.sleep(5)
    gone = held(bench, "")
    assert [server["public_ips"] for server in gone["servers"]] == [[]]
    assert public(bench) == [] and outcome(gone, "web-03")["actions"] == ["unbind_public_ip"]
    assert sent(bench)[1:] == [unbound(bench)]


def test_it_replaces_the_address_that_the_server_has(bench: Bench) -> None:
    done = held(bench, OTHER, name="web-01")
    assert public(bench, "web-01") == [OTHER]
    assert outcome(done, "web-01")["actions"] == ["unbind_public_ip", "bind_public_ip"]
    held(bench, OF_WEB_01)


def test_one_of_another_server_is_not_taken(bench: Bench) -> None:
    with nothing_done(bench):
        result = declare(bench, OF_WEB_01)
    says(result, "web-03", "203.0.113.11 is bound to the port", "unbind it there first")
    assert public(bench, "web-01") == [OF_WEB_01]


@pytest.mark.parametrize("wanted", ["203.0.113.99", "00000000-0000-4000-8000-000000000002", "x"])
def test_one_that_does_not_exist(bench: Bench, wanted: str) -> None:
    with nothing_done(bench):
        refused(declare(bench, wanted), "no public address of this project has the id or address " + wanted)


def test_bad_input(bench: Bench) -> None:
    with nothing_done(bench):
        two = bench.call("server", names=["web-01", "web-03"], public_ip=FREE)
        refused(two, "one address can be bound to one server only, and the task has 2")
        refused(bench.call("server", name="web-03", public_ip_fixed_address="10.0.0.13"), "public_ip, which is not set")
        says(declare(bench, FREE, public_ip_fixed_address="10.9.9.9"), "web-03", "has no private address 10.9.9.9")


def test_many_servers_lose_theirs(bench: Bench) -> None:
    result = bench.call("server", names=["web-01", "web-03", "bastion-01"], public_ip="")
    assert [outcome(result, name)["outcome"] for name in ("web-01", "web-03", "bastion-01")] == [
        "done",
        "unchanged",
        "done",
    ]
    assert public(bench, "web-01") == public(bench, "bastion-01") == []


def test_several_interfaces_need_the_private_address(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        bench.change("web-03", addresses={"vpc-demo": ["10.0.0.13", {"ip": "10.3.0.13", "mac": "fa:16:3e:00:ff:01"}]})
    else:
        bench.change("web-03", addresses={"private": ["10.0.0.13"], "storage": ["10.3.0.13"]})
    with nothing_done(bench):
        says(declare(bench, FREE), "web-03", "10.0.0.13, 10.3.0.13", "set public_ip_fixed_address to one of them")
    held(bench, FREE, public_ip_fixed_address="10.3.0.13")
    (row,) = [row for row in bench.server("web-03")["addresses"] if row["kind"] == "floating"]
    assert row["mac"] == bench.server("web-03")["addresses"][1]["mac"]


def test_a_new_server(bench: Bench) -> None:
    kind = huawei_kind() if bench.platform == "huaweicloud" else nova_kind(bench)
    made = declare(bench, FREE, name="new-1", **kind)
    assert not made.get("failed") and public(bench, "new-1") == [FREE], made
    assert outcome(made, "new-1")["actions"] == ["create", "bind_public_ip"]
    assert [server["public_ips"] for server in made["servers"]] == [[FREE]]
    with nothing_done(bench):
        assert not declare(bench, FREE, name="new-1", **kind)["changed"]
    with nothing_done(bench):
        refused(declare(bench, OF_WEB_01, name="new-2", **kind), "203.0.113.11 is bound to the port")


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("wanted", [FREE, ""])
def test_a_lost_response(bench: Bench, wanted: str, reset: str) -> None:
    name = "web-03" if wanted else "web-01"
    bench.fault(UPDATE[bench.platform], reset=reset, times=1)
    result = declare(bench, wanted, name=name)
    assert outcome(result, name)["outcome"] == "done" and result["changed"], result
    assert public(bench, name) == ([FREE] if wanted else [])


def test_a_response_that_proves_nothing(bench: Bench) -> None:
    bench.fault(UPDATE[bench.platform], status=200, body={}, times=1)
    result = declare(bench, FREE)
    assert (outcome(result, "web-03")["outcome"] == "done") is (public(bench) == [FREE]), result


@pytest.mark.parametrize("platform", ["easystack", "ustack"])
@pytest.mark.parametrize("wanted", [FREE, ""])
def test_the_other_platforms(bench: Bench, wanted: str) -> None:
    with nothing_done(bench):
        refused(declare(bench, wanted), "has no operation", "floating IP addresses")


def test_a_record_that_never_shows_it(bench: Bench) -> None:
    """The response has proven it, so the task ends, and a second one changes nothing."""
    started = bench.clock.elapsed
    body = {"server": {"id": bench.id_of("web-03"), "name": "web-03", "status": "ACTIVE", "addresses": {}}}
    bench.fault("show server" if bench.platform == "huaweicloud" else "E03", status=200, body=body)
    result = declare(bench, FREE)
    assert outcome(result, "web-03")["outcome"] == "done" and public(bench) == [FREE], result
    assert 10 <= bench.clock.elapsed - started <= 30


# -- any address -----------------------------------------------------------------------------------------------------

ANY: dict[str, Any] = {"reuse": True}


def pool(bench: Bench) -> dict[str, Any]:
    return ANY if bench.platform == "huaweicloud" else {"network": "public", "reuse": True}


def test_an_unused_address_is_bound(bench: Bench) -> None:
    held(bench, pool(bench))
    (address,) = public(bench)
    assert address in (FREE, OTHER)
    with nothing_done(bench):
        assert not declare(bench, ANY)["changed"]
        assert not declare(bench, OF_WEB_01, name="web-01")["changed"]
        assert not declare(bench, pool(bench), name="web-01")["changed"]


def test_each_of_several_servers_gets_its_own(bench: Bench) -> None:
    names = ["web-01", "web-03", "batch-01"]
    result = bench.call("server", names=names, public_ip=pool(bench))
    assert [outcome(result, name)["outcome"] for name in names] == ["unchanged", "done", "done"]
    assert {*public(bench, "web-03"), *public(bench, "batch-01")} == {FREE, OTHER}
    with nothing_done(bench):
        assert not bench.call("server", names=names, public_ip=pool(bench))["changed"]


def test_a_new_server_gets_an_unused_one(bench: Bench) -> None:
    kind = huawei_kind() if bench.platform == "huaweicloud" else nova_kind(bench)
    made = bench.call("server", names=["new-1", "new-2"], public_ip=pool(bench), **kind)
    assert not made.get("failed"), made
    assert {*public(bench, "new-1"), *public(bench, "new-2")} == {FREE, OTHER}


def test_an_address_of_another_server_is_taken_if_the_task_says_so(bench: Bench) -> None:
    done = held(bench, {"address": OF_WEB_01, "move": True})
    assert public(bench) == [OF_WEB_01] and public(bench, "web-01") == []
    assert outcome(done, "web-03")["actions"] == ["unbind_public_ip", "bind_public_ip"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"pool": "public"}, "public_ip: it has no key pool; its keys are address, move, network, reuse"),
        ({}, "public_ip: a mapping needs address, network or reuse"),
        ({"address": FREE, "network": "public"}, "use one of them"),
        ({"move": True, "reuse": True}, "move takes an address from another server, and needs address"),
        ({"reuse": "maybe"}, "public_ip: reuse is true or false, and not maybe"),
        ({"network": ["public"]}, "address and network are strings"),
        ([FREE], "public_ip: it is an address, an id, or a mapping"),
    ],
)
def test_an_invalid_public_ip(bench: Bench, wanted: Any, said: str) -> None:
    with nothing_done(bench):
        refused(declare(bench, wanted), said)
        refused(bench.call("server", name="web-03", release_public_ip=True), "release_public_ip: it releases what")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_huaweicloud_makes_none(bench: Bench) -> None:
    with nothing_done(bench):
        says(declare(bench, {"reuse": False}), "web-03", "no public address of this project is unused; make one")
        refused(declare(bench, {"network": "public"}), "belong to no network; leave network out")
        refused(declare(bench, "", release_public_ip=True), "release_public_ip")


@pytest.mark.parametrize("platform", ["openstack"])
class TestMaking:
    """Only Neutron makes addresses for a task."""

    def test_one_is_made_and_released(self, bench: Bench) -> None:
        done = held(bench, {"network": "public", "reuse": False})
        (address,) = public(bench)
        assert address not in (FREE, OTHER) and outcome(done, "web-03")["actions"] == ["make_public_ip"]
        (wire,) = bench.requests("create floatingip")
        made = wire["body"]["floatingip"]
        assert made.pop("floating_network_id") == stable_id("openstack", "network", "public", 1)
        assert made == {"port_id": port_of(bench, "web-03"), "fixed_ip_address": "10.0.0.13"}
        assert wire["method"] == "POST" and wire["path"].endswith("/v2.0/floatingips")
        bench.clock.sleep(5)
        gone = held(bench, "", release_public_ip=True)
        assert outcome(gone, "web-03")["actions"] == ["release_public_ip"] and public(bench) == []
        (wire,) = bench.requests("delete floatingip")
        assert wire["path"].endswith("/v2.0/floatingips/" + stable_id("openstack", "public ip", address))
        refused(declare(bench, address), "no public address of this project has the id or address")

    def test_unused_ones_are_used_first(self, bench: Bench) -> None:
        names = ["web-03", "batch-01", "web-04"]
        result = bench.call("server", names=names, public_ip={"network": "public"})
        made = [outcome(result, name)["actions"] for name in names]
        assert sorted(made) == [["bind_public_ip"], ["bind_public_ip"], ["make_public_ip"]]
        assert {FREE, OTHER} < {address for name in names for address in public(bench, name)}

    @pytest.mark.parametrize("reset", ["before", "after"])
    @pytest.mark.parametrize("step", ["create", "delete"])
    def test_a_lost_response(self, bench: Bench, step: str, reset: str) -> None:
        if step == "delete":
            assert declare(bench, {"network": "public", "reuse": False})["changed"]
        bench.clock.sleep(5)
        bench.fault(step + " floatingip", reset=reset, times=1)
        wanted: Any = {"network": "public", "reuse": False} if step == "create" else ""
        result = declare(bench, wanted, release_public_ip=step == "delete")
        assert result["changed"] and not result.get("failed"), result
        assert len(public(bench)) == (1 if step == "create" else 0)
        assert len(bench.requests(step + " floatingip")) == (1 if reset == "after" else 2)

    def test_another_task_binds_the_address_first(self, bench: Bench) -> None:
        bench.fault("update floatingip", status=412, times=1, body={
            "NeutronError": {"type": "RevisionNumberConstraintFailed", "detail": "",
                             "message": "Constrained to 1, but current revision is 2"}})  # fmt: skip
        assert declare(bench, FREE)["changed"] and public(bench) == [FREE]
        first, second = bench.requests("update floatingip")
        assert (first["status"], second["status"]) == (412, 200)

    @pytest.mark.parametrize("network", ["nowhere", "private"])
    def test_a_network_that_has_none(self, bench: Bench, network: str) -> None:
        with nothing_done(bench):
            said = "public_ip: no external network has the id or name %s; there is public" % network
            refused(declare(bench, {"network": network}), said)


# -- with the server ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"])
class TestDeletion:
    """Neutron keeps the address of a deleted server, so it is released before."""

    def test_the_address_is_released_first(self, bench: Bench) -> None:
        (address,) = public(bench, "web-01")
        wanted = {"name": "web-01", "state": "absent", "delete_public_ip": True}
        with nothing_done(bench):
            predicted = bench.call("server", **wanted, check=True, diff=True)
        done = bench.call("server", **wanted, diff=True)
        assert not done.get("failed") and predicted["diff"] == done["diff"], done
        (before,), (after,) = (done["diff"][side].values() for side in ("before", "after"))
        assert (before["public_ip"], after["public_ip"]) == ([address], [])
        assert outcome(done, "web-01")["actions"] == ["release_public_ip", "delete"]
        deleted = [row["path"] for row in bench.requests() if row["method"] == "DELETE"]
        assert deleted[0].endswith("/v2.0/floatingips/" + stable_id(bench.platform, "public ip", address))
        assert "/servers/" in deleted[1] and len(deleted) == 2
        assert bench.call("server", **wanted)["changed"] is False

    def test_one_list_serves_all_servers_and_those_without_an_address_are_deleted_too(self, bench: Bench) -> None:
        names = ["web-01", "web-03", "batch-01"]
        done = bench.call("server", names=names, state="absent", delete_public_ip=True)
        assert not done.get("failed"), done
        made = [outcome(done, name)["actions"] for name in names]
        assert made == [["release_public_ip", "delete"], ["delete"], ["delete"]]
        assert len(bench.requests("list floatingips")) == 1

    @pytest.mark.parametrize("given", [None, False])
    def test_without_the_option_it_stays(self, bench: Bench, given: bool | None) -> None:
        (address,) = public(bench, "web-01")
        done = bench.call("server", name="web-01", state="absent", delete_public_ip=given)
        assert outcome(done, "web-01")["actions"] == ["delete"] and bench.requests("list floatingips") == []
        assert bench.call("server", name="web-03", public_ip=address)["changed"]

    def test_a_server_that_cannot_be_deleted_keeps_its_address(self, bench: Bench) -> None:
        before = public(bench, "web-01")
        assert bench.call("server", name="web-01", locked=True)["changed"]
        with nothing_done(bench):
            result = bench.call("server", name="web-01", state="absent", delete_public_ip=True)
        refused(result, "is locked")
        assert public(bench, "web-01") == before
        unlocked = bench.call("server", name="web-01", state="absent", delete_public_ip=True, locked=False)
        assert outcome(unlocked, "web-01")["actions"] == ["unlock", "release_public_ip", "delete"]

    def test_an_option_without_effect_is_refused(self, bench: Bench) -> None:
        with nothing_done(bench):
            result = bench.call("server", name="web-01", state="absent", delete_public_ip=True, release_public_ip=True)
        refused(result, "release_public_ip: it releases what public_ip unbinds")

    def test_a_refused_release_leaves_the_server(self, bench: Bench) -> None:
        bench.fault("delete floatingip", status=403, times=None)
        result = bench.call("server", name="web-01", state="absent", delete_public_ip=True)
        assert result["failed"] and bench.server("web-01")["vm_state"] == "active"
        assert [row for row in bench.requests() if row["method"] == "DELETE" and "/servers/" in row["path"]] == []

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The security groups of existing servers: the whole list, by name and by id, many servers, failures, the wire."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import kind as nova_kind

from simulator.huaweicloud.views import known_groups
from simulator.state.ids import stable_id

NOBODY = "00000000-0000-4000-8000-000000000002"
NAMES = {"names": ["web-01", "web-02"]}


@pytest.fixture(params=["openstack", "huaweicloud"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def group_id(bench: Bench, name: str) -> str:
    project = str(bench.server("web-01")["project_id"])
    if bench.platform == "huaweicloud":
        return known_groups(project)[name]
    more = () if name == "default" else (name,)
    return stable_id(bench.platform, "security group", project, *more)


def declare(bench: Bench, *groups: str, **options: Any) -> dict[str, Any]:
    return bench.call("server", **{**NAMES, **options}, security_groups=list(groups))


def groups_of(result: dict[str, Any], name: str = "web-01") -> list[str]:
    (server,) = [each for each in result["servers"] if each["name"] == name]
    return sorted(server["security_groups"])


def sent(bench: Bench) -> list[tuple[str, Any]]:
    """The bodies of the actions, with the kind of their path."""
    return [(row["path"].partition("/servers/")[2].partition("/")[2], row["body"])
            for row in bench.requests() if "SecurityGroup" in str(row["body"])]  # fmt: skip


@pytest.mark.parametrize("by", ["name", "id"])
def test_the_list_is_the_whole_list(bench: Bench, by: str) -> None:
    web = "web" if by == "name" else group_id(bench, "web")
    with nothing_done(bench):
        predicted = declare(bench, web, check=True, diff=True)
    done = declare(bench, web, diff=True)
    assert predicted["changed"] and done["changed"] and predicted["diff"] == done["diff"], done
    assert groups_of(done) == groups_of(done, "web-02") == ["web"]
    assert outcome(done, "web-01")["actions"] == ["add_security_group", "remove_security_group"]
    # Nova's record has names, so the id comes from the network service; an id is never ambiguous.
    added = web if bench.platform == "huaweicloud" else group_id(bench, "web")
    removed = group_id(bench, "default") if bench.platform == "huaweicloud" else "default"
    asked = sent(bench)
    assert asked[:2] == [("action", {"addSecurityGroup": {"name": added}})] * 2
    assert asked[2:] == [("action", {"removeSecurityGroup": {"name": removed}})] * 2
    with nothing_done(bench):
        again = declare(bench, web, diff=True)
    assert not again["changed"] and not again.get("warnings")


def test_a_group_is_added_to_those_that_lack_it(bench: Bench) -> None:
    declare(bench, "default", "web", names=["web-01"])
    done = declare(bench, "web", "default")
    assert [outcome(done, name)["outcome"] for name in NAMES["names"]] == ["unchanged", "done"]
    assert groups_of(done, "web-02") == ["default", "web"]


def test_an_empty_list_changes_nothing(bench: Bench) -> None:
    with nothing_done(bench):
        assert not declare(bench)["changed"]


def test_a_group_that_does_not_exist(bench: Bench) -> None:
    result = declare(bench, NOBODY)
    if bench.platform == "openstack":
        with nothing_done(bench):
            refused(declare(bench, "nobody"), "no security group has the name or id nobody")
        refused(result, "no security group has the name or id " + NOBODY)
    else:
        says(result, "web-01", "add the security group", "Security group %s not found" % NOBODY)


def test_one_server_that_fails(bench: Bench) -> None:
    server = bench.id_of("web-02")
    order = {"platform": bench.platform, "path": server + "/action$", "method": "POST", "times": None, "after": 0}
    body = {"badRequest": {"code": 400, "message": "It cannot be applied."}}
    bench.control("POST", "/faults", {**order, "operation": None, "do": {"status": 400, "body": body}})
    result = declare(bench, "web")
    assert result["failed"] and result["changed"]
    assert outcome(result, "web-01")["outcome"] == "done" and outcome(result, "web-02")["outcome"] == "failed"
    assert groups_of(result) == ["web"]


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("key", ["addSecurityGroup", "removeSecurityGroup"])
def test_a_lost_response(bench: Bench, key: str, reset: str) -> None:
    bench.fault(key, reset=reset, times=1)
    result = declare(bench, "web", names=["web-01"])
    assert outcome(result, "web-01")["outcome"] == "done" and groups_of(result) == ["web"], result
    with nothing_done(bench):
        assert not declare(bench, "web", names=["web-01"])["changed"]


def test_selected_servers(bench: Bench) -> None:
    result = bench.call("server", select={"tags": ["role=db"]}, security_groups=["web"])
    assert not result.get("failed") and groups_of(result, "db-01") == groups_of(result, "db-02") == ["web"]


def test_new_servers_have_them_from_the_start(bench: Bench) -> None:
    kind = huawei_kind() if bench.platform == "huaweicloud" else nova_kind(bench)
    wanted = [group_id(bench, "web")]
    made = bench.call("server", name="new-1", **kind, security_groups=wanted)
    assert not made.get("failed") and groups_of(made, "new-1") == ["web"] and not sent(bench), made
    assert outcome(made, "new-1")["actions"] == ["create"]
    with nothing_done(bench):
        assert not bench.call("server", name="new-1", **kind, security_groups=wanted)["changed"]


@pytest.mark.parametrize("platform", ["easystack", "ustack"])
def test_the_other_platforms_say_that_it_has_no_effect(bench: Bench) -> None:
    with nothing_done(bench):
        result = declare(bench, "web", names=["web-01"])
        assert not result["changed"] and "security_groups (web-01 (" in str(result["warnings"])
        selected = bench.call("server", select={"names": ["web-01"]}, security_groups=["web"])
        refused(selected, "security_groups only applies to new servers")

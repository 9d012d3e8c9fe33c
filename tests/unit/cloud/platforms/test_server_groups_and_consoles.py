# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server groups and consoles at the wire: what is sent to each platform, and how responses are read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    InvalidResponse,
    ServerError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import server_group

NEW = {
    "id": "g1",
    "name": "db",
    "policy": "affinity",
    "rules": {},
    "members": ["s1"],
    "project_id": "p",
    "user_id": "u",
}
OLD = {"id": "g1", "name": "db", "policies": ["affinity"], "metadata": {}, "members": ["s1"]}
WEB = Server(id="s1", platform="x", name="web")
SECRET = "http://proxy/?token=c0n5o1e"


def version_headers(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": "compute " + version, "X-OpenStack-Nova-API-Version": version}


# -- server groups ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "sent"),
    [
        ("2.1", {"name": "db", "policies": ["anti-affinity"]}),
        ("2.63", {"name": "db", "policies": ["anti-affinity"]}),
        ("2.64", {"name": "db", "policy": "anti-affinity"}),
        ("2.96", {"name": "db", "policy": "anti-affinity"}),
    ],
)
def test_a_group_is_made_in_the_words_of_its_version(
    wire: Any, reply: Any, connect: Any, version: str, sent: dict[str, Any]
) -> None:
    root, answer = "/v2.1/os-server-groups", NEW if "policy" in sent else OLD
    body = {"server_group": sent}
    wire.expect("POST", root, json=body, headers=version_headers(version), reply=reply(200, {"server_group": answer}))
    made = connect(version=version).server_groups.create("db", "anti-affinity", {})
    assert (made.id, made.policy, made.members) == ("g1", "affinity", ("s1",))
    assert made.rules == ({} if "policy" in sent else None), "what is not returned is not invented"


def test_rules_and_deletion(wire: Any, reply: Any, connect: Any) -> None:
    cloud, root = connect(version="2.64"), "/v2.1/os-server-groups"
    wanted = {"name": "db", "policy": "anti-affinity", "rules": {"max_server_per_host": 2}}
    shown = {**NEW, "rules": {"max_server_per_host": 2}}
    wire.expect("POST", root, json={"server_group": wanted}, reply=reply(200, {"server_group": shown}))
    wire.expect("DELETE", root + "/g1", reply=reply(204))
    wire.expect("DELETE", root + "/g1", reply=reply(404, {"itemNotFound": {"code": 404, "message": "gone"}}))
    made = cloud.server_groups.create("db", "anti-affinity", {"max_server_per_host": 2})
    assert made.as_dict()["rules"] == {"max_server_per_host": 2}
    cloud.server_groups.delete("g1")
    cloud.server_groups.delete("g1")
    for name in ("..", "a/b", ""):
        with pytest.raises(BadRequest, match="is not a valid name"):
            cloud.server_groups.delete(name)


def test_the_list_is_paged_by_offset_until_nothing_new_comes(wire: Any, reply: Any, connect: Any) -> None:
    root = "/v2.1/os-server-groups"
    pages = [[NEW, {**NEW, "id": "g2"}], [{**NEW, "id": "g2"}, {**NEW, "id": "g3"}], []]
    for offset, page in zip((None, "2", "4"), pages, strict=True):
        query = [("limit", "1000")] + ([("offset", offset)] if offset else [])
        wire.expect("GET", root, query=query, reply=reply(200, {"server_groups": page}))
    assert [each.id for each in connect().server_groups.list()] == ["g1", "g2", "g3"]


def test_a_service_that_ignores_the_offset_is_not_read_for_ever(wire: Any, reply: Any, connect: Any) -> None:
    for _unused in range(2):
        wire.expect("GET", "/v2.1/os-server-groups", reply=reply(200, {"server_groups": [NEW]}))
    assert [each.id for each in connect().server_groups.list()] == ["g1"]


def test_groups_of_all_projects(wire: Any, reply: Any, connect: Any) -> None:
    query = [("all_projects", "True"), ("limit", "1000")]
    wire.expect("GET", "/v2.1/os-server-groups", query=query, reply=reply(200, {"server_groups": []}))
    assert list(connect().server_groups.list(all_projects=True)) == []
    with pytest.raises(UnsupportedOperation, match="one task a project"):
        connect("huaweicloud").server_groups.list(all_projects=True)


def test_huaweicloud(wire: Any, reply: Any, connect: Any) -> None:
    cloud, root = connect("huaweicloud"), "/v1/p1/cloudservers/os-server-groups"
    wire.expect("GET", root, query=[("limit", "1000")], reply=reply(200, {"server_groups": [OLD]}))
    body = {"server_group": {"name": "db", "policies": ["anti-affinity"]}}
    wire.expect("POST", root, json=body, reply=reply(200, {"server_group": OLD}))
    wire.expect("DELETE", root + "/g1", reply=reply(204))
    wire.expect("DELETE", root + "/g1", reply=reply(404, {"error": {"code": "Ecs.1000", "message": "gone"}}))
    assert [each.rules for each in cloud.server_groups.list()] == [None]
    assert cloud.server_groups.create("db", "anti-affinity", {}).id == "g1"
    cloud.server_groups.delete("g1")
    cloud.server_groups.delete("g1")


@pytest.mark.parametrize("action, after", [("add_member", ["s1"]), ("remove_member", [])])
def test_members_of_huaweicloud(wire: Any, reply: Any, connect: Any, action: str, after: list[str]) -> None:
    path = "/v1/p1/cloudservers/os-server-groups/g1"
    groups = connect("huaweicloud").server_groups
    for members, proven in ((after, True), (["s1"] if not after else [], False)):
        wire.expect("POST", path + "/action", json={action: {"instance_uuid": "s1"}}, reply=reply(200))
        wire.expect("GET", path, query=[], reply=reply(200, {"server_group": {**OLD, "members": members}}))
        if proven:
            getattr(groups, action)("g1", "s1")
        else:
            with pytest.raises(InvalidResponse, match="the group does not show it"):
                getattr(groups, action)("g1", "s1")
    wire.expect("POST", path + "/action", reply=reply(200))
    wire.expect("GET", path, reply=reply(403, {}))
    with pytest.raises(InvalidResponse, match="reading it back failed"):
        getattr(groups, action)("g1", "s1")
    with pytest.raises(UnsupportedOperation, match="Use group of server"):
        getattr(connect().server_groups, action)("g1", "s1")


@pytest.mark.parametrize(
    ("version", "operation", "words"),
    [
        ("2.14", "server_group_soft", "a soft policy of a server group needs 2.15"),
        ("2.63", "server_group_rules", "a rule of a server group needs 2.64"),
        ("2.7", "console_mks", "a console of type webmks needs 2.8"),
    ],
)
def test_what_an_older_cloud_has_not(connect: Any, version: str, operation: str, words: str) -> None:
    with pytest.raises(UnsupportedOperation, match=words):
        connect(version=version).require(operation)


def test_ustack_has_none(wire: Any, connect: Any) -> None:
    for ask in (
        lambda c: c.server_groups.list(),
        lambda c: c.server_groups.create("a", "affinity", {}),
        lambda c: c.server_groups.delete("g"),
    ):
        with pytest.raises(UnsupportedOperation, match="server_groups. Use availability zones"):
            ask(connect("ustack"))
    assert wire.seen == []


@given(
    st.dictionaries(
        st.sampled_from(["id", "name", "policy", "policies", "rules", "members", "project_id"]),
        st.none()
        | st.text(max_size=3)
        | st.integers()
        | st.lists(st.text(max_size=2))
        | st.just({"max_server_per_host": 2}),
    )
)
def test_any_response_makes_a_group_or_one_clear_error(data: dict[str, Any]) -> None:
    try:
        made = server_group(data)
    except InvalidResponse:
        return
    assert isinstance(made, ServerGroup) and made.id and all(isinstance(each, str) for each in made.members)
    assert made.as_dict()["policy"] is None or isinstance(made.policy, str)


# -- consoles ---------------------------------------------------------------------------------------------------------


def test_consoles_have_a_path_of_their_own_from_2_6_on(wire: Any, reply: Any, connect: Any) -> None:
    path = "/v2.1/servers/s1/remote-consoles"
    for kind, protocol in (
        ("novnc", "vnc"),
        ("spice-html5", "spice"),
        ("rdp-html5", "rdp"),
        ("serial", "serial"),
        ("webmks", "mks"),
    ):
        body = {"remote_console": {"protocol": protocol, "type": kind}}
        shown = {"remote_console": {**body["remote_console"], "url": SECRET}}
        wire.expect("POST", path, json=body, headers=version_headers("2.96"), reply=reply(200, shown))
        console = connect().consoles.create(WEB, kind)
        assert (console.type, console.protocol, console.url) == (kind, protocol, SECRET)
        assert SECRET not in repr(console)


def test_consoles_are_actions_below(wire: Any, reply: Any, connect: Any) -> None:
    cloud, path = connect(version="2.5"), "/v2.1/servers/s1/action"
    for kind, action in (
        ("novnc", "os-getVNCConsole"),
        ("spice-html5", "os-getSPICEConsole"),
        ("rdp-html5", "os-getRDPConsole"),
        ("serial", "os-getSerialConsole"),
    ):
        body = {action: {"type": kind}}
        answer = reply(200, {"console": {"type": kind, "url": SECRET}})
        wire.expect("POST", path, json=body, headers=version_headers("2.5"), reply=answer)
        assert cloud.consoles.create(WEB, kind).url == SECRET
    with pytest.raises(UnsupportedOperation):
        cloud.consoles.create(WEB, "webmks")


def test_a_console_of_ustack_and_huaweicloud(wire: Any, reply: Any, connect: Any) -> None:
    body = {"os-getVNCConsole": {"type": "novnc"}}
    answer = {"console": {"type": "novnc", "url": SECRET}}
    wire.expect("POST", "/v2/p1/servers/s1/action", json=body, reply=reply(202, answer))
    body = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    answer = {"remote_console": {"protocol": "vnc", "type": "novnc", "url": SECRET}}
    wire.expect("POST", "/v1/p1/cloudservers/s1/remote_console", json=body, reply=reply(200, answer))
    for platform in ("ustack", "huaweicloud"):
        assert connect(platform).consoles.create(WEB, "novnc").url == SECRET
        with pytest.raises(UnsupportedOperation, match="console_types. Use type: novnc"):
            connect(platform).consoles.create(WEB, "serial")
    with pytest.raises(UnsupportedOperation, match="console_output"):
        connect("ustack").require("console_output")


def test_the_text_on_the_console(wire: Any, reply: Any, connect: Any) -> None:
    path = "/v2.1/servers/s1/action"
    wire.expect("POST", path, json={"os-getConsoleOutput": {}}, reply=reply(200, {"output": "a\nb"}))
    wire.expect("POST", path, json={"os-getConsoleOutput": {"length": 1}}, reply=reply(200, {"output": "b"}))
    assert (connect().consoles.get_output(WEB), connect().consoles.get_output(WEB, 1)) == ("a\nb", "b")


ECS_OUTPUT, ECS_ACTION = "/v1/p1/cloudservers/s1/console-output", "/v2.1/p1/servers/s1/action"
NO_CALL = {"error_code": "APIG.0101", "error_msg": "The API does not exist."}


def test_the_text_on_the_console_of_huaweicloud(wire: Any, reply: Any, connect: Any) -> None:
    consoles = connect("huaweicloud").consoles
    for lines, length, output in ((None, "-1", "a\nb"), (1, "1", "b"), (5, "5", "")):
        wire.expect("GET", ECS_OUTPUT, query=[("length", length)], headers={"X-Project-Id": "p1"},
                    reply=reply(200, {"output": output}))  # fmt: skip
        assert consoles.get_output(WEB, lines) == output


def test_the_text_on_the_console_of_a_region_with_the_old_call(wire: Any, reply: Any, connect: Any) -> None:
    consoles = connect("huaweicloud").consoles
    wire.expect("GET", ECS_OUTPUT, reply=reply(404, NO_CALL))
    for lines, length in ((None, -1), (2, 2)):
        wire.expect("POST", ECS_ACTION, json={"os-getConsoleOutput": {"length": length}}, absent=("X-Auth-Token",),
                    reply=reply(200, {"output": "a"}))  # fmt: skip
        assert consoles.get_output(WEB, lines) == "a"


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, {"error": {"code": "Ecs.0114", "message": "no server"}}), (404, "<html>"), (403, {}), (200, {"output": 1})],
)
def test_other_errors_do_not_lead_to_the_old_call(wire: Any, reply: Any, connect: Any, status: int, body: Any) -> None:
    wire.serve(lambda seen: reply(status, body))
    with pytest.raises(CloudError, match="Could not read the console of the server"):
        connect("huaweicloud").consoles.get_output(WEB)
    assert [seen.method for seen in wire.seen] == ["GET"]


@pytest.mark.parametrize("body", ['{"output": "%s"' % SECRET, '"%s"' % SECRET, '{"out": "%s"}' % SECRET])
def test_no_error_repeats_the_text_on_the_console(wire: Any, connect: Any, reply: Any, body: str) -> None:
    wire.serve(lambda seen: reply(200, body))
    with pytest.raises(InvalidResponse) as caught:
        connect("huaweicloud").consoles.get_output(WEB)
    assert SECRET not in str(caught.value) and SECRET not in repr(caught.value.as_dict())


@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (409, Conflict, "start it with server_power"),
        (400, BadRequest, "try another type"),
        (501, ServerError, "try another type"),
        (503, ServerError, ""),
    ],
)
def test_why_there_is_no_console(
    wire: Any, reply: Any, connect: Any, platform: str, status: int, kind: type[CloudError], hint: str
) -> None:
    wire.serve(lambda seen: reply(status, {"badRequest": {"code": status, "message": "no console"}}))
    with pytest.raises(kind) as caught:
        connect(platform).consoles.create(WEB, "novnc")
    assert "Could not get a console of the server" in str(caught.value) and hint in str(caught.value)


@pytest.mark.parametrize("platform", ["openstack", "ustack", "huaweicloud"])
@pytest.mark.parametrize(
    "body", ['{"console": {"url": "%s"' % SECRET, '"%s"' % SECRET, '{"remote_console": "%s"}' % SECRET]
)
def test_no_error_repeats_an_address(wire: Any, connect: Any, reply: Any, platform: str, body: str) -> None:
    wire.serve(lambda seen: reply(200, body))
    with pytest.raises(InvalidResponse) as caught:
        connect(platform).consoles.create(WEB, "novnc")
    assert "c0n5o1e" not in str(caught.value) and "c0n5o1e" not in repr(caught.value.as_dict())

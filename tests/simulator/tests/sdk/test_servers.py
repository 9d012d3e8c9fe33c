"""Lists and single servers (H02, H01) as the official SDK reads them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

WEB = {"web-01", "web-02", "web-03", "web-04"}
# The SDK's parameters, and the servers that they find.
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"name": "web.0[12]"}, {"web-01", "web-02"}),
    ({"status": "SHUTOFF"}, {"batch-01", "build-01"}),
    ({"tags": "role=web"}, WEB),
    ({"tags": "env=demo", "not_tags": "role=web"}, {"db-01", "db-02", "cache-01", "batch-01"}),
    ({"flavor": "s6.large.2"}, {"db-01", "db-02"}),
    ({"ip": "10.0.0.2"}, {"db-01", "db-02"}),
    ({"ip_eq": "10.0.0.2"}, set()),
    ({"ip_eq": "10.0.0.21"}, {"db-01"}),
    ({"enterprise_project_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}, {"cache-01"}),
    ({"name": "db", "enterprise_project_id": "all_granted_eps"}, {"db-01", "db-02"}),
]


def test_pages_by_number(ecs: Any, m: Any, calls: Callable[[], list[Any]]) -> None:
    ids: list[str] = []
    for page in range(1, 10):
        answer = ecs.list_servers_details(m.ListServersDetailsRequest(limit=4, offset=page))
        assert isinstance(answer.count, int) and answer.count == 14
        if not answer.servers:
            break
        ids += [server.id for server in answer.servers]
    assert (page, len(ids), len(set(ids))) == (5, 14, 14)
    assert calls() == ["H02"] * 5


def test_pages_by_marker(ecs: Any, m: Any, calls: Callable[[], list[Any]]) -> None:
    everyone = ecs.list_servers_details(m.ListServersDetailsRequest(limit=1000))
    ids: list[str] = []
    while True:
        answer = ecs.list_servers_details(m.ListServersDetailsRequest(limit=5, marker=ids[-1] if ids else None))
        ids += [server.id for server in answer.servers]
        if len(answer.servers) < 5:
            break
    assert ids == [server.id for server in everyone.servers]
    assert calls() == ["H02"] * 4


@pytest.mark.parametrize(("wanted", "names"), FILTERS)
def test_filters(ecs: Any, m: Any, wanted: dict[str, Any], names: set[str]) -> None:
    answer = ecs.list_servers_details(m.ListServersDetailsRequest(**wanted))
    assert {server.name for server in answer.servers} == names
    assert answer.count == len(names)


@pytest.mark.parametrize("name", ["数据库 é", "a~b", "a&b=c%20;d", "plus+plus", "x/y:z@!'"])
def test_any_text_is_signed_and_sent_the_same_way(ecs: Any, m: Any, huaweicloud: Any, name: str) -> None:
    huaweicloud.change("web-03", name=name, tags=["站点=" + name])
    for wanted in ({"name": name.replace("+", "[+]")}, {"tags": "站点=" + name}):
        answer = ecs.list_servers_details(m.ListServersDetailsRequest(**wanted))
        assert [(server.name, server.tags) for server in answer.servers] == [(name, ["站点=" + name])]


def test_several_ids_and_one_that_is_not_there(ecs: Any, m: Any, huaweicloud: Any) -> None:
    """The SDK joins ids with commas; an unknown id is an entry that has a fault only."""
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = ecs.list_servers_details(
        m.ListServersDetailsRequest(server_id="%s,%s" % (huaweicloud.id("db-01"), unknown))
    )
    found, missing = answer.servers
    assert (found.name, found.fault) == ("db-01", None)
    assert (missing.id, missing.fault["code"]) == (unknown, 404)
    assert {name for name, value in missing.to_dict().items() if value is not None} == {"id", "fault"}


def test_a_server(ecs: Any, m: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    answer = ecs.show_server(m.ShowServerRequest(huaweicloud.id("web-01")))
    server = answer.server
    assert isinstance(server, m.ServerDetail)
    assert (server.id, server.name, server.status) == (huaweicloud.id("web-01"), "web-01", "ACTIVE")
    assert server.tenant_id == huaweicloud.project_id
    assert (server.os_ext_st_stask_state, server.os_ext_st_svm_state, server.os_ext_st_spower_state) == (
        None,
        "active",
        1,
    )
    assert (server.key_name, server.locked, server.os_ext_a_zavailability_zone) == ("operators", False, "cn-north-4a")
    assert server.tags == ["role=web", "env=demo"]
    assert isinstance(server.flavor, m.ServerFlavor)
    assert [type(value) for value in (server.flavor.vcpus, server.flavor.ram, server.flavor.disk)] == [str] * 3
    assert isinstance(server.image, m.ServerImage)
    (addresses,) = server.addresses.values()
    assert [(row.addr, row.version, row.os_ext_ip_stype) for row in addresses] == [
        ("10.0.0.11", "4", "fixed"),
        ("203.0.113.11", "4", "floating"),
    ]
    assert server.metadata["charging_mode"] == "0" and server.metadata["vpc_id"] in server.addresses
    (volume,) = server.os_extended_volumesvolumes_attached
    assert (volume.boot_index, volume.delete_on_termination) == ("0", "true")
    assert calls() == ["H01"]


def test_a_server_in_error_has_its_fault(ecs: Any, m: Any, huaweicloud: Any) -> None:
    huaweicloud.change("broken-01", fault={"message": "No valid host was found."})
    server = ecs.show_server(m.ShowServerRequest(huaweicloud.id("broken-01"))).server
    assert (server.status, server.fault["message"]) == ("ERROR", "No valid host was found.")
    assert (server.addresses, server.key_name) == ({}, None)

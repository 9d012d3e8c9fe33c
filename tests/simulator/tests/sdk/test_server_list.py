"""The newer list of servers, which the official client calls ListCloudServers: pages by marker."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.huaweicloud.server_list import EXPECTED, PARAMETERS


def listed(ecs: Any, m: Any, **filters: Any) -> list[str]:
    return [server.name for server in ecs.list_cloud_servers(m.ListCloudServersRequest(limit=100, **filters)).servers]


def test_every_page_by_marker(ecs: Any, m: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    everyone = [server.id for server in ecs.list_servers_details(m.ListServersDetailsRequest(limit=1000)).servers]
    seen: list[str] = []
    answer = ecs.list_cloud_servers(m.ListCloudServersRequest())
    assert len(answer.servers) == 10 and answer.request_id
    while answer.servers:
        seen += [server.id for server in answer.servers]
        last = len(seen) == len(everyone)
        assert [link.rel for link in answer.servers_links] == ([] if last else ["next"])
        assert all("marker=" + seen[-1] in link.href for link in answer.servers_links)
        answer = ecs.list_cloud_servers(m.ListCloudServersRequest(limit=3, marker=seen[-1]))
    assert seen == everyone and len(everyone) > 13
    assert set(calls()) == {"H02", "list servers by marker"}


def test_fields_on_request(ecs: Any, m: Any) -> None:
    plain = ecs.list_cloud_servers(m.ListCloudServersRequest(name="web-01")).servers[0]
    assert (plain.name, plain.status, plain.vm_state, plain.in_recycle_bin) == ("web-01", "ACTIVE", "active", False)
    assert (plain.flavor.vcpus, plain.flavor.ram, plain.addresses, plain.power_state) == (1, 1024, None, None)
    assert not set(ecs.last["servers"][0]) & set(EXPECTED)
    whole = ecs.list_cloud_servers(m.ListCloudServersRequest(name="web-01", expect_fields=EXPECTED)).servers[0]
    assert set(EXPECTED) <= set(ecs.last["servers"][0])
    assert (whole.power_state, whole.key_name, whole.tenancy) == (1, "operators", "shared")
    assert whole.tags == ["role=web", "env=demo"] and whole.metadata["charging_mode"] == "0"
    ((private, public),) = whole.addresses.values()
    assert (private.addr, private.version, public.os_ext_ip_stype) == ("10.0.0.11", 4, "floating")
    assert whole.volumes_attached[0].delete_on_termination is True
    some = ecs.list_cloud_servers(m.ListCloudServersRequest(name="web-01", expect_fields=["tags", "locked"])).servers[0]
    assert (some.tags, some.locked, some.metadata) == (["role=web", "env=demo"], False, None)


def test_filters(ecs: Any, m: Any, huaweicloud: Any) -> None:
    everyone = listed(ecs, m)
    assert listed(ecs, m, id=huaweicloud.id("web-02")) == ["web-02"]
    assert listed(ecs, m, name="web-0") == [name for name in everyone if "web-0" in name]
    assert listed(ecs, m, tags="role=cache") == ["cache-01"]
    assert "cache-01" not in listed(ecs, m, not_tags="role=cache")
    assert listed(ecs, m, flavor_name="x1.2u.4g") == ["cache-01"]
    assert "web-04" in listed(ecs, m, availability_zone_eq="cn-north-4b", status="ACTIVE")
    assert listed(ecs, m, availability_zone="north-4", key_name="operators") == ["web-01"]
    huaweicloud.post("/cloudservers/%s/metadata" % huaweicloud.id("db-01"), {"metadata": {"team": "a"}})
    assert listed(ecs, m, metadata="team=a") == listed(ecs, m, metadata_key="team") == ["db-01"]
    assert listed(ecs, m, charging_mode="1") == [] and listed(ecs, m, in_recycle_bin=True) == ["binned-01"]
    assert listed(ecs, m, enterprise_project_id="all_granted_eps") == everyone
    assert listed(ecs, m, enterprise_project_id="nobody") == []
    assert listed(ecs, m, launched_since="2099-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0}, {"limit": 101}, {"marker": "nobody"}, {"status": "RUNNING"}, {"metadata": "team"},
        {"launched_since": "yesterday"}, {"expect_fields": ["colour"]}, {"in_recycle_bin": "perhaps"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_refused(ecs: Any, m: Any, refusal: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(refusal) as caught:
        ecs.list_cloud_servers(m.ListCloudServersRequest(**wrong))
    assert (caught.value.status_code, caught.value.error_code) == (400, "Ecs.0005")


def test_an_unknown_parameter_is_refused(huaweicloud: Any) -> None:
    path = "/v1.1/%s/cloudservers/detail" % huaweicloud.project_id
    headers = {"X-Auth-Token": huaweicloud.token()}
    assert huaweicloud.client.get(path + "?limit=1", headers=headers).status_code == 200
    assert huaweicloud.client.get(path + "?offset=1", headers=headers).status_code == 400


def test_the_parameters_and_fields_are_those_of_the_models(m: Any) -> None:
    assert set(PARAMETERS) == set(m.ListCloudServersRequest.attribute_map.values())
    assert set(EXPECTED) <= set(m.CloudServer.attribute_map.values())
    documented = m.ListCloudServersRequest.expect_fields.__doc__
    assert all(field + "：" in documented for field in EXPECTED)

"""The quotas of projects: limits, quota sets, and what creating servers makes of them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.tests.calls import create
from simulator.tests.test_huawei_create import create as create_ecs
from simulator.tests.test_servers import message


def limits(cloud: Any, version: str, query: str = "") -> Any:
    return cloud.at(version).get("/limits" + query)


def test_the_limits_by_version(openstack: Any) -> None:
    openstack.client.put("/_sim/openstack/quota", json={"cores": 100})
    old, middle, new = (limits(openstack, version).json["limits"]["absolute"] for version in ("2.35", "2.56", "2.96"))
    assert (new["maxTotalCores"], new["maxTotalInstances"]) == (100, -1)
    rows = [
        row
        for row in openstack.sim.fleets["openstack"].servers.values()
        if row.project_id == openstack.project_id and row.region == "RegionOne"
    ]
    alive = [row for row in rows if not row.hidden]
    assert new["totalInstancesUsed"] == len(alive)
    assert new["totalCoresUsed"] == sum(row.flavor["vcpus"] for row in alive)
    assert set(middle) - set(new) == {"maxPersonality", "maxPersonalitySize"}
    assert {"maxTotalFloatingIps", "maxSecurityGroups", "maxImageMeta"} <= set(old) - set(middle)


def test_the_limits_of_others_are_for_administrators(openstack: Any) -> None:
    assert limits(openstack, "2.96", "?tenant_id=" + openstack.project_id).status_code == 403
    assert limits(openstack, "2.96", "?colour=red").status_code == 400
    assert limits(openstack, "2.74", "?colour=red").status_code == 200


def test_a_quota_set(openstack: Any) -> None:
    def detail(project_id: str) -> Any:
        return openstack.at("2.96").get("/os-quota-sets/%s/detail" % project_id)

    found = detail(openstack.project_id).json["quota_set"]
    assert (found["id"], found["key_pairs"]) == (openstack.project_id, {"limit": 100, "in_use": 0, "reserved": 0})
    assert set(found["instances"]) == {"limit", "in_use", "reserved"} and "floating_ips" not in found
    other = openstack.sim.builders["openstack"].projects[1]["id"]
    assert detail(other).status_code == 403


def test_cores_and_ram_are_limited(openstack: Any, huaweicloud: Any) -> None:
    for name, resource in (("cores", "cores"), ("ram", "ram")):
        openstack.client.put("/_sim/openstack/quota", json={name: 1})
        refused = create(openstack)
        assert refused.status_code == 403 and "Quota exceeded for %s: Requested" % resource in message(refused)
        huaweicloud.client.put("/_sim/huaweicloud/quota", json={name: 1})
        refused = create_ecs(huaweicloud)
        assert (refused.status_code, refused.json["error"]["code"]) == (403, "Ecs.0001")
        assert create_ecs(huaweicloud, name="s", extendparam={"marketType": "spot"}).status_code == 200
    assert openstack.client.put("/_sim/openstack/quota", json={"disks": 1}).status_code == 400


def test_the_limits_of_ecs(huaweicloud: Any) -> None:
    before = huaweicloud.get("/cloudservers/limits").json["absolute"]
    create_ecs(huaweicloud)
    create_ecs(huaweicloud, name="s", extendparam={"marketType": "spot"})
    after = huaweicloud.get("/cloudservers/limits").json["absolute"]
    changed = {key: after[key] - before[key] for key in before if after[key] != before[key]}
    assert changed == {
        "totalInstancesUsed": 1, "totalCoresUsed": 1, "totalRAMUsed": 1024,
        "totalSpotInstancesUsed": 1, "totalSpotCoresUsed": 1, "totalSpotRAMUsed": 1024,
    }  # fmt: skip


def test_ustack_has_no_quota_sets(ustack: Any) -> None:
    assert ustack.get("/limits").json["limits"]["absolute"]["maxTotalInstances"] == -1
    assert ustack.get("/os-quota-sets/%s/detail" % ustack.project_id).status_code == 404

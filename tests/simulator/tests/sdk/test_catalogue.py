"""Flavors, zones, images and metadata as the official SDK reads them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_flavors(ecs: Any, m: Any, calls: Callable[[], list[Any]]) -> None:
    flavors = {flavor.id: flavor for flavor in ecs.list_flavors(m.ListFlavorsRequest()).flavors}
    one = flavors["c7.large.2"]
    assert (one.name, one.vcpus, one.ram, one.disk) == ("c7.large.2", "2", 4096, "0")
    assert isinstance(one.os_extra_specs, m.FlavorExtraSpec)
    assert one.os_extra_specs.condoperationaz == "cn-north-4a(normal),cn-north-4b(sellout)"
    assert flavors["s3.medium.2"].os_extra_specs.condoperationstatus == "abandon"
    assert (one.os_flv_disable_ddisabled, one.os_flavor_accessis_public, one.rxtx_quota) == (False, True, None)
    assert calls() == ["list flavors"]


def test_flavors_by_page_and_zone(ecs: Any, m: Any) -> None:
    everyone = [flavor.id for flavor in ecs.list_flavors(m.ListFlavorsRequest()).flavors]
    seen: list[str] = []
    while page := ecs.list_flavors(m.ListFlavorsRequest(limit=2, marker=seen[-1] if seen else None)).flavors:
        seen += [flavor.id for flavor in page]
    assert seen == everyone and len(seen) == 5
    there = [flavor.id for flavor in ecs.list_flavors(m.ListFlavorsRequest(availability_zone="cn-north-4b")).flavors]
    assert there == ["s6.small.1", "s6.large.2", "x1.2u.4g"]
    (one,) = ecs.list_flavors(m.ListFlavorsRequest(flavor_id="x1.2u.4g")).flavors
    assert one.id == "x1.2u.4g"


def test_flavors_for_a_resize(ecs: Any, m: Any, huaweicloud: Any, refusal: Any, calls: Callable[[], list[Any]]) -> None:
    def listed(**option: Any) -> list[Any]:
        return list(ecs.list_resize_flavors(m.ListResizeFlavorsRequest(**option)).flavors)

    of_server = listed(instance_uuid=huaweicloud.id("web-01"))
    assert [flavor.id for flavor in of_server] == ["c7.large.2", "s6.large.2", "x1.2u.4g"]
    one = of_server[0]
    assert (one.vcpus, one.ram, one.disk) == ("2", 4096, "0")
    assert one.extra_specs.condoperationaz == "cn-north-4a(normal),cn-north-4b(sellout)"
    for key in ("source_flavor_id", "source_flavor_name"):
        assert listed(**{key: "s6.small.1"}) == of_server
    by_page = listed(source_flavor_id="s6.small.1", limit=1, sort_key="vcpus", sort_dir="desc")
    rest = listed(source_flavor_id="s6.small.1", marker=by_page[0].id, sort_key="vcpus", sort_dir="desc")
    assert sorted(flavor.id for flavor in by_page + rest) == [flavor.id for flavor in of_server] and len(by_page) == 1
    for option in ({}, {"source_flavor_id": "nix"}, {"source_flavor_id": "s6.small.1", "sort_key": "size"}):
        with pytest.raises(refusal) as caught:
            listed(**option)
        assert (caught.value.status_code, caught.value.error_code[:4]) == (400, "Ecs.")
    with pytest.raises(refusal) as caught:
        listed(instance_uuid="6f0c1de2-0000-4000-8000-000000000000")
    assert (caught.value.status_code, caught.value.error_code) == (404, "Ecs.0114")
    assert set(calls()) == {"list resize flavors"}


def test_console_output(ecs: Any, m: Any, huaweicloud: Any, refusal: Any, calls: Callable[[], list[Any]]) -> None:
    def lines(**option: Any) -> list[str]:
        request = m.ShowServerConsoleOutputRequest(huaweicloud.id("web-01"), **option)
        return list(ecs.show_server_console_output(request).output.splitlines())

    assert lines() == lines(length=-1) == lines(length=50) and len(lines()) == 3
    assert lines(length=1) == ["web-01 login:"] and lines(length=0) == []
    with pytest.raises(refusal) as caught:
        lines(length=-2)
    assert (caught.value.status_code, caught.value.error_code) == (400, "Ecs.0005")
    assert set(calls()) == {"show console output"}


@pytest.mark.filterwarnings("ignore:Method 'nova_:DeprecationWarning")
def test_zones(ecs: Any, m: Any, calls: Callable[[], list[Any]]) -> None:
    zones = ecs.nova_list_availability_zones(m.NovaListAvailabilityZonesRequest()).availability_zone_info
    assert [(zone.zone_name, zone.zone_state.available, zone.hosts) for zone in zones] == [
        ("cn-north-4a", True, None),
        ("cn-north-4b", True, None),
        ("cn-north-4c", False, None),
    ]
    assert calls() == ["list zones"]


def test_limits(ecs: Any, m: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    huaweicloud.client.put("/_sim/huaweicloud/quota", json={"instances": 40})
    limits = ecs.show_server_limits(m.ShowServerLimitsRequest()).absolute
    assert isinstance(limits, m.ServerLimits)
    assert (limits.max_total_instances, limits.max_total_cores, limits.max_total_spot_instances) == (40, -1, -1)
    assert limits.total_instances_used == len(ecs.list_servers_details(m.ListServersDetailsRequest(limit=100)).servers)
    assert calls() == ["show limits", "H02"]


def test_zones_by_its_own_call(ecs: Any, m: Any, calls: Callable[[], list[Any]]) -> None:
    zones = ecs.list_server_az_info(m.ListServerAzInfoRequest()).availability_zones
    assert [(zone.availability_zone_id, zone.type, zone.mode) for zone in zones] == [
        ("cn-north-4a", "Center", "shared"),
        ("cn-north-4b", "Center", "shared"),
        ("cn-north-4c", "Center", "shared"),
    ]
    assert calls() == ["list own zones"]


def test_images(ims: Any, calls: Callable[[], list[Any]]) -> None:
    m = ims.models
    images = {image.name: image for image in ims.list_images(m.ListImagesRequest()).images}
    windows, queued = images["Windows Server 2022 64bit"], images["Debian 13 64bit"]
    assert (windows.os_type, windows.status, windows.imagetype, windows.min_ram) == ("Windows", "active", "gold", 0)
    assert (queued.status, queued.active_at, windows.active_at) == ("queued", None, windows.created_at)
    assert images["CentOS 6.5 64bit"].support_fc_inject == "true"  # it cannot be injected into
    assert (windows.image_source_type, windows.protected, windows.image_size) == ("uds", True, "536870912")
    assert calls() == ["list images"]


def test_images_by_page_and_filter(ims: Any) -> None:
    m = ims.models
    seen: list[Any] = []
    while page := ims.list_images(m.ListImagesRequest(limit=2, marker=seen[-1].id if seen else None)).images:
        seen += page
    assert len({image.id for image in seen}) == len(seen) == 6
    private = ims.list_images(m.ListImagesRequest(imagetype="private", status="active", os_type="Linux")).images
    assert [image.name for image in private] == ["CentOS 6.5 64bit"]
    by_name = ims.list_images(m.ListImagesRequest(sort_key="name", sort_dir="asc")).images
    assert [image.name for image in by_name] == sorted(image.name for image in seen)


def test_metadata(ecs: Any, m: Any, huaweicloud: Any, refusal: Any, calls: Callable[[], list[Any]]) -> None:
    """Keys that are not named stay; a key travels in the path, which is signed."""
    server_id = huaweicloud.id("web-01")

    def write(**metadata: str) -> Any:
        body = m.UpdateServerMetadataRequestBody(metadata)
        return ecs.update_server_metadata(m.UpdateServerMetadataRequest(server_id, body)).metadata

    def delete(key: str) -> Any:
        return ecs.delete_server_metadata(m.DeleteServerMetadataRequest(key, server_id)).status_code

    owner = "Besitzer é~&=:键"
    assert write(**{owner: "Ops"}) == {owner: "Ops"}
    assert write(stage="test")[owner] == "Ops"
    assert ecs.show_server(m.ShowServerRequest(server_id)).server.metadata[owner] == "Ops"
    assert delete(owner) == 204
    assert huaweicloud.seen("web-01")["metadata"] == {"stage": "test"}
    with pytest.raises(refusal) as caught:
        delete(owner)
    assert caught.value.status_code == 404
    with pytest.raises(refusal, match="Ecs.0005"):
        write(long="x" * 256)
    assert calls() == ["merge metadata"] * 2 + ["H01"] + ["delete metadata item"] * 2 + ["merge metadata"]


def test_members_of_a_server_group(ecs: Any, m: Any, huaweicloud: Any, refusal: Any) -> None:
    server_id = huaweicloud.id("web-01")
    option = m.CreateServerGroupOption(name="db", policies=["anti-affinity"])
    body = m.CreateServerGroupRequestBody(server_group=option)
    group = ecs.create_server_group(m.CreateServerGroupRequest(body)).server_group.id

    def members() -> list[str]:
        return list(ecs.show_server_group(m.ShowServerGroupRequest(group)).server_group.members)

    def add() -> Any:
        body = m.AddServerGroupMemberRequestBody(add_member=m.ServerGroupMember(server_id))
        return ecs.add_server_group_member(m.AddServerGroupMemberRequest(group, body))

    assert add().status_code == 200 and members() == [server_id]
    with pytest.raises(refusal) as caught:
        add()
    assert (caught.value.status_code, caught.value.error_code) == (400, "Ecs.1000")
    leave = m.DeleteServerGroupMemberRequestBody(remove_member=m.ServerGroupMember(server_id))
    assert ecs.delete_server_group_member(m.DeleteServerGroupMemberRequest(group, leave)).status_code == 200
    assert members() == []

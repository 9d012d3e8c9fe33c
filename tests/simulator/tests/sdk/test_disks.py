"""EVS disks on servers as the official SDK attaches, lists, keeps and detaches them, and as EVS itself shows them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Wait = Callable[[str], list[Any]]


def disk(evs: Any, name: str) -> Any:
    (found,) = evs.list_volumes(evs.models.ListVolumesRequest(name=name)).volumes
    return found


def attach(ecs: Any, server_id: str, volume_id: str, **option: Any) -> Any:
    m = ecs.models
    body = m.AttachServerVolumeRequestBody(
        volume_attachment=m.AttachServerVolumeOption(volume_id=volume_id, **option.pop("attachment", {})), **option
    )
    return ecs.attach_server_volume(m.AttachServerVolumeRequest(server_id, body))


def detach(ecs: Any, server_id: str, volume_id: str, flag: str | None = None) -> Any:
    return ecs.detach_server_volume(ecs.models.DetachServerVolumeRequest(server_id, volume_id, flag))


def listed(ecs: Any, server_id: str) -> Any:
    return ecs.list_server_block_devices(ecs.models.ListServerBlockDevicesRequest(server_id))


def test_a_disk_comes_and_goes(
    ecs: Any, evs: Any, m: Any, huaweicloud: Any, wait: Wait, calls: Callable[[], list[Any]]
) -> None:
    assert huaweicloud.client.put("/_sim/delays", json={"attach": 1, "detach": 1}).status_code == 200
    server_id, volume = huaweicloud.id("web-01"), disk(evs, "data-1")
    assert (volume.status, volume.size, volume.attachments, volume.multiattach) == ("available", 100, [], False)
    before = listed(ecs, server_id)
    looks = wait(attach(ecs, server_id, volume.id).job_id)
    assert (looks[-1].job_type, looks[-1].entities.server_id) == ("attachVolume", server_id)
    # The job has ended, and the disk is not there yet.
    assert len(listed(ecs, server_id).volume_attachments) == 1
    assert disk(evs, "data-1").status == "attaching"
    huaweicloud.pass_time(1)
    after = listed(ecs, server_id)
    system, data = after.volume_attachments
    assert (system.boot_index, system.device) == (0, "/dev/vda")
    assert (data.volume_id, data.id, data.server_id, data.device, data.size, data.bus) == (
        volume.id, volume.id, server_id, "/dev/vdb", 100, "virtio")  # fmt: skip
    assert data.boot_index != 0
    assert after.attachable_quantity.free_disk == before.attachable_quantity.free_disk - 1
    shown = evs.show_volume(evs.models.ShowVolumeRequest(volume.id)).volume
    assert (shown.status, shown.bootable) == ("in-use", "false")
    assert [(each.server_id, each.device) for each in shown.attachments] == [(server_id, "/dev/vdb")]
    one = ecs.show_server_block_device(m.ShowServerBlockDeviceRequest(server_id, volume.id)).volume_attachment
    assert one == data
    record = ecs.show_server(m.ShowServerRequest(server_id)).server.os_extended_volumesvolumes_attached
    assert [(each.id, each.boot_index, each.delete_on_termination) for each in record][1:] == [
        (volume.id, "-1", "false")
    ]
    assert wait(detach(ecs, server_id, volume.id, "1").job_id)[-1].status == "SUCCESS"
    assert disk(evs, "data-1").status == "detaching"
    huaweicloud.pass_time(1)
    assert len(listed(ecs, server_id).volume_attachments) == 1 and disk(evs, "data-1").status == "available"
    assert {"attach disk", "detach disk", "list disks of server", "list disks", "show disk"} <= set(calls())


def test_whether_it_is_deleted_with_its_server(ecs: Any, evs: Any, m: Any, huaweicloud: Any, wait: Wait) -> None:
    server_id, volume = huaweicloud.id("web-01"), disk(evs, "data-1")
    wait(attach(ecs, server_id, volume.id).job_id)
    huaweicloud.pass_time(1)
    option = m.UpdateServerBlockDeviceOption(delete_on_termination=True)
    ecs.update_server_block_device(
        m.UpdateServerBlockDeviceRequest(server_id, volume.id, m.UpdateServerBlockDeviceReq(option))
    )
    record = ecs.show_server(m.ShowServerRequest(server_id)).server.os_extended_volumesvolumes_attached
    assert [each.delete_on_termination for each in record] == ["true", "true"]
    ecs.delete_servers(m.DeleteServersRequest(m.DeleteServersRequestBody(servers=[m.ServerId(server_id)])))
    huaweicloud.pass_time(5)
    names = [each.name for each in evs.list_volumes(evs.models.ListVolumesRequest()).volumes]
    assert "data-1" not in names and "web-01-volume-0000" not in names and "data-2" in names


def test_what_is_only_checked(ecs: Any, evs: Any, huaweicloud: Any) -> None:
    server_id, volume = huaweicloud.id("web-01"), disk(evs, "data-1")
    answer = attach(ecs, server_id, volume.id, dry_run=True)
    assert (answer.status_code, answer.job_id) == (202, None) and disk(evs, "data-1").status == "available"


def test_what_is_refused(ecs: Any, evs: Any, huaweicloud: Any, refusal: Any, wait: Wait) -> None:
    server_id, volume = huaweicloud.id("web-01"), disk(evs, "data-1")

    def code(call: Callable[[], Any]) -> str:
        with pytest.raises(refusal) as caught:
            call()
        return str(caught.value.error_code)

    assert code(lambda: attach(ecs, server_id, disk(evs, "faulty-1").id)) == "Ecs.0103"
    assert code(lambda: attach(ecs, server_id, volume.id, attachment={"device": "vdb"})) == "Ecs.0005"
    assert code(lambda: detach(ecs, server_id, volume.id)) == "Ecs.0111"
    wait(attach(ecs, server_id, volume.id).job_id)
    huaweicloud.pass_time(1)
    assert code(lambda: attach(ecs, server_id, volume.id)) == "Ecs.0057"
    assert code(lambda: attach(ecs, huaweicloud.id("web-02"), volume.id)) == "Ecs.0103"
    assert code(lambda: detach(ecs, server_id, volume.id, "2")) == "Ecs.0005"


def test_disks_by_page_and_server(evs: Any, huaweicloud: Any) -> None:
    request = evs.models.ListVolumesRequest
    everyone = evs.list_volumes(request())
    ids = [each.id for each in everyone.volumes]
    assert everyone.count == len(ids) == len(set(ids)) > 5
    seen: list[str] = []
    while page := evs.list_volumes(request(limit=4, marker=seen[-1] if seen else None)).volumes:
        seen += [each.id for each in page]
    assert seen == ids
    assert [each.id for each in evs.list_volumes(request(limit=3, offset=3)).volumes] == ids[3:6]
    (system,) = evs.list_volumes(request(server_id=huaweicloud.id("web-01"))).volumes
    assert (system.name, system.bootable, system.status) == ("web-01-volume-0000", "true", "in-use")
    assert [each.name for each in evs.list_volumes(request(multiattach=True)).volumes] == ["shared-1"]

"""EVS disks on servers of ECS: list, attach, detach, keep or delete with the server. A server takes one at a time."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.huaweicloud.checks import enter, find, refuse, refuse_locked, required_object
from simulator.huaweicloud.evs import boot_disk, find_disk
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.huaweicloud.validation import UUID, check_boolean, check_keys
from simulator.state.servers import Server, Transition

#: Data disks of a server, where `quota` says nothing else.
MAX_DISKS = 23
#: The part of the delay after which the job has ended; the disk follows at its end.
_JOB = 0.6
_DEVICE = re.compile(r"/dev/(sd|vd|xvd)[a-z]")


def register(router: Router) -> None:
    one = "/v1/<pid>/cloudservers/<server_id>"
    for method, rule, view, name in (
        ("GET", "/block_device", list_disks, "list disks of server"),
        ("GET", "/block_device/<volume_id>", show_disk, "show disk of server"),
        ("PUT", "/block_device/<volume_id>", update_disk, "update disk of server"),
        ("POST", "/attachvolume", attach_disk, "attach disk"),
        ("DELETE", "/detachvolume/<volume_id>", detach_disk, "detach disk"),
    ):
        router.add(PLATFORM, method, one + rule, view, name=name, before=enter)


def list_disks(call: Call, server_id: str) -> Response:
    """GET …/block_device: the disks, and how many more the server takes."""
    server = find(call, server_id)
    free = _free(call, server)
    quantity = {"free_scsi": free, "free_blk": min(free, 15), "free_disk": free}
    return answer({"attachableQuantity": quantity, "volumeAttachments": _rows(call, server)})


def show_disk(call: Call, server_id: str, volume_id: str) -> Response:
    """GET …/block_device/{volume_id}."""
    server = find(call, server_id)
    return answer(
        {"volumeAttachment": next(row for row in _rows(call, server) if row["id"] == _own(server, volume_id))}
    )


def update_disk(call: Call, server_id: str, volume_id: str) -> Response:
    """PUT …/block_device/{volume_id}: whether a data disk is deleted with its server."""
    part = required_object(call, "block_device")
    check_keys(call.body, "block_device", "body")
    check_keys(part, "delete_on_termination", "block_device")
    wanted = check_boolean(part.get("delete_on_termination"), "delete_on_termination")
    server = find(call, server_id)
    refuse_locked(server)
    if _own(server, volume_id) == boot_disk(server) or find_disk(call, volume_id).multiattach:
        raise refuse(400, "Ecs.0617", "Failed to modify attribute: a system disk or a shared disk.")
    row = next(row for row in server.attached if row["volume_id"] == volume_id)
    row["delete_on_termination"] = wanted
    call.fleet.mark_updated(server, server.updated)
    return answer(None, 204)


def attach_disk(call: Call, server_id: str) -> Response:
    """POST …/attachvolume. The disk is shown some time after the job has ended."""
    part = required_object(call, "volumeAttachment")
    check_keys(call.body, "volumeAttachment dry_run", "body")
    check_keys(part, "volumeId device", "volumeAttachment")
    dry_run = check_boolean(call.body.get("dry_run", False), "dry_run")
    volume_id, device = part.get("volumeId"), part.get("device")
    if not isinstance(volume_id, str) or not UUID.fullmatch(volume_id):
        raise refuse(400, "Ecs.0005", "volumeId must be a UUID.")
    if device is not None and not (isinstance(device, str) and _DEVICE.fullmatch(device)):
        raise refuse(400, "Ecs.0005", "device must be like /dev/vdb.")
    server = find(call, server_id)
    _check_state(server)
    if volume_id == boot_disk(server) or any(row["volume_id"] == volume_id for row in server.attached):
        raise refuse(400, "Ecs.0057", "The disk has already been attached to the ECS.")
    try:
        volume = find_disk(call, volume_id)
    except Refusal:
        raise _unavailable(volume_id) from None
    if volume.status != "available" and not (volume.multiattach and volume.status == "in-use"):
        raise _unavailable(volume_id)
    if not _free(call, server):
        raise refuse(400, "Ecs.0104", "The number of disks of the ECS has reached the maximum number allowed.")
    device = "/dev/vd" + device[-1] if device else None
    if device in {"/dev/vda", *(row["device"] for row in server.attached)}:
        raise refuse(400, "Ecs.0005", "device: %s is in use." % device)
    if dry_run:
        return answer(None, 202)
    known = call.sim.builders[PLATFORM].volumes

    def end(failed: bool) -> None:
        volume.status = "in-use" if volume.servers else "available"
        if not failed and server.vm_state != "deleted":
            known.attach(volume, server, {"device": device})

    volume.status = "attaching"
    return _start(call, server, "attachVolume", "attach", "Ecs.0205", end)


def detach_disk(call: Call, server_id: str, volume_id: str) -> Response:
    """DELETE …/detachvolume/{volume_id}?delete_flag=0|1: with 1 the guest is not asked."""
    if set(request.args) - {"delete_flag"} or request.args.get("delete_flag", "0") not in ("0", "1"):
        raise refuse(400, "Ecs.0005", "delete_flag is 0 or 1, and the only parameter.")
    server = find(call, server_id)
    _check_state(server)
    if volume_id == boot_disk(server):
        raise refuse(400, "Ecs.0100", "The system disk cannot be detached in the state %s." % server.status)
    if all(row["volume_id"] != volume_id for row in server.attached):
        raise refuse(400, "Ecs.0111", "The EVS disk has been detached from the ECS.")
    volume = find_disk(call, volume_id)
    if volume.status != "in-use":
        raise refuse(400, "Ecs.0102", "The disk is in status %s." % volume.status)
    known = call.sim.builders[PLATFORM].volumes

    def end(failed: bool) -> None:
        volume.status = "in-use"
        if not failed:
            known.detach(volume, server)

    volume.status = "detaching"
    return _start(call, server, "detachVolume", "detach", "Ecs.0102", end)


def _start(call: Call, server: Server, kind: str, delay: str, code: str, end: Callable[[bool], None]) -> Response:
    """The job; `end(failed)` is called after it has ended."""
    seconds = call.sim.delay(PLATFORM, delay)
    error = injected_failure(call, server, code)
    transition = Transition(kind, call.now, seconds * _JOB, {}, error=error)
    server.disk_moves = True

    def finish() -> None:
        server.disk_moves = False
        end(error is not None)
        call.fleet.mark_updated(server, server.updated)

    if not call.fault.get("stuck"):
        transition.ends = call.now + seconds * _JOB
        call.fleet.call_later(seconds, finish)
    job = Job(call.now, [SubJob(server.id, transition)], kind=kind, single=True)
    return answer({"job_id": store_job(call, job).id})


def _check_state(server: Server) -> None:
    refuse_locked(server)
    if server.task_state is not None or server.disk_moves:
        task = server.task_state or "a disk is being attached or detached"
        raise refuse(501, "Ecs.0603", "Another command is running on the server %s (%s)." % (server.id, task))
    if server.vm_state not in ("active", "stopped"):
        raise refuse(
            400,
            "Ecs.0100",
            "The state of the server %s (%s) does not allow this operation." % (server.id, server.status),
        )


def _unavailable(volume_id: str) -> Refusal:
    return refuse(400, "Ecs.0103", "The disk %s does not exist, or is not in the Available state." % volume_id)


def _free(call: Call, server: Server) -> int:
    return max(0, call.sim.builders[PLATFORM].quota.get("disks", MAX_DISKS) - len(server.attached))


def _own(server: Server, volume_id: str) -> str:
    """The id of the disk, if the server has it. Raises Refusal."""
    if volume_id != boot_disk(server) and all(row["volume_id"] != volume_id for row in server.attached):
        raise refuse(400, "Ecs.0111", "The EVS disk has been detached from the ECS.")
    return volume_id


def _rows(call: Call, server: Server) -> list[dict[str, Any]]:
    known = call.sim.builders[PLATFORM].volumes.rows
    disks = [(row["volume_id"], row["device"], known[row["volume_id"]].size) for row in server.attached]
    if server.system_disk:
        disks.insert(0, (boot_disk(server), "/dev/vda", 40))
    return [
        {
            "id": volume_id,
            "volumeId": volume_id,
            "serverId": server.id,
            "device": device,
            "size": size,
            "bootIndex": number if server.system_disk else number + 1,
            "pciAddress": "0000:02:%02x.0" % (number + 1),
            "bus": "virtio",
        }
        for number, (volume_id, device, size) in enumerate(disks)
    ]

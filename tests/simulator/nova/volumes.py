"""Volumes on servers: E18, E19, U20, U21, and the list of them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.checks import (
    UNEXPECTED,
    Check,
    boolean,
    check_fields,
    forbid,
    is_true,
    need_member,
    refuse,
    required_value,
    text,
)
from simulator.state.attachments import Volume
from simulator.state.ids import stable_id
from simulator.state.servers import ActionRecord, Server, Transition

_STATES = ("active", "paused", "stopped", "resized", "soft-delete", "shelved", "shelved_offloaded")
FindServer = Callable[[Call, str], Server]


def check_movable(call: Call, server: Server, verb: str, states: tuple[str, ...] = _STATES) -> None:
    """Check lock and state, as Nova does before it attaches or detaches. Raises Refusal."""
    if server.locked and not call.is_admin:
        raise refuse(409, "Instance %s is locked" % server.id)
    if server.vm_state not in states:
        raise refuse(409, "Cannot '%s' instance %s while it is in vm_state %s" % (verb, server.id, server.vm_state))
    if server.task_state is not None:
        raise refuse(409, "Cannot '%s' instance %s while it is in task_state %s" % (verb, server.id, server.task_state))


def check_answering(call: Call, server: Server) -> None:
    """A request whose response needs an answer of nova-compute, which Nova waits a minute for. Raises Refusal."""
    if not call.sim.builders[call.platform].hosts.is_running(server.host):
        raise refuse(500, UNEXPECTED + "<class 'oslo_messaging.exceptions.MessagingTimeout'>")


def record_action(
    call: Call, server: Server, name: str, delay: str, finish: Callable[[bool], None], lost: bool = False
) -> None:
    """Record an instance action, and call `finish(failed)` after the delay; the server's state does not change. With
    `lost` nothing carries it out."""
    failing = call.fault.get("fail_servers")
    failed = failing == "all" or (isinstance(failing, list) and bool({server.id, server.name} & set(failing)))
    error = ("500", str(call.fault.get("reason", "Simulated failure of the hypervisor"))) if failed else None
    seconds = call.sim.delay(call.platform, delay)
    transition = Transition(name, call.now, seconds, {}, error=error)
    if failed and not call.fault.get("stuck"):
        transition.ends = call.now + seconds
        call.fleet.call_later(seconds, lambda: finish(failed))
    elif not (lost or call.fault.get("stuck")):
        call.fleet.call_host(server, transition, lambda: finish(failed))
    server.actions.append(ActionRecord(name, call.request_id, server.user_id, server.project_id, call.now, transition))


def register(add: Callable[..., None], find: FindServer, status: int) -> None:
    """Register the calls; `status` is the status of attaching."""

    def list_all(call: Call, server_id: str) -> Response:
        server = find(call, server_id)
        return answer({"volumeAttachments": [_shown(call, server, row) for row in _rows(server)]})

    def show(call: Call, server_id: str, volume_id: str) -> Response:
        server = find(call, server_id)
        for row in _rows(server):
            if row["volume_id"] == volume_id:
                return answer({"volumeAttachment": _shown(call, server, row)})
        raise refuse(404, "volume_id not found: %s" % volume_id)

    def attach(call: Call, server_id: str) -> Response:
        wanted = check_fields(
            "volumeAttachment", required_value(call, "volumeAttachment"), _fields(call.microversion), ("volumeId",)
        )
        need_member(call, "os-volumes-attachments:create")
        server = find(call, server_id)
        check_movable(call, server, "attach_volume")
        known = call.sim.builders[call.platform].volumes
        volume = known.rows.get(wanted["volumeId"])
        if volume is None:
            raise refuse(404, "Volume %s could not be found." % wanted["volumeId"])
        _check_free(call, volume, server, wanted)
        # Nova asks nova-compute for the name of the device, before it records the action and reserves the volume.
        check_answering(call, server)
        row = known.attach(volume, server, wanted)
        call.fleet.mark_updated(server, server.updated)

        def end(failed: bool) -> None:
            if failed:
                known.detach(volume, server)
                call.fleet.mark_updated(server, server.updated)

        record_action(call, server, "attach_volume", "attach", end)
        shown = _shown(call, server, row)
        # Nova forgot this response in 2.89.
        for key in ("attachment_id", "bdm_uuid"):
            shown.pop(key, None)
        return answer({"volumeAttachment": {**shown, "id": volume.id}}, status)

    def detach(call: Call, server_id: str, volume_id: str) -> Response:
        need_member(call, "os-volumes-attachments:delete")
        server = find(call, server_id)
        if server.image is None and volume_id == boot_volume(server):
            raise refuse(400, "Cannot detach a root device volume")
        row = next((row for row in server.attached if row["volume_id"] == volume_id), None)
        if row is None:
            raise refuse(404, "Instance %s is not attached to volume %s" % (server.id, volume_id))
        check_movable(call, server, "detach_volume")
        known = call.sim.builders[call.platform].volumes
        volume = known.rows[volume_id]
        if volume.detaching:
            raise refuse(
                400,
                "Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume "
                "status must be 'in-use' and attach_status must be 'attached' to detach.",
            )
        volume.detaching = True

        def end(failed: bool) -> None:
            volume.detaching = False
            if not failed:
                known.detach(volume, server)
                call.fleet.mark_updated(server, server.updated)

        record_action(call, server, "detach_volume", "detach", end)
        return answer(None, 202)

    def update(call: Call, server_id: str, volume_id: str) -> Response:
        wanted = check_fields(
            "volumeAttachment", required_value(call, "volumeAttachment"), _changes(call.microversion), ("volumeId",)
        )
        if call.microversion < (2, 85) or wanted["volumeId"] != volume_id:
            # To swap volumes is Cinder's alone.
            if not call.is_admin:
                raise forbid("os_compute_api:os-volumes-attachments:swap")
            raise refuse(409, "volume %s is not migrating; this API should only be called by Cinder" % volume_id)
        need_member(call, "os-volumes-attachments:update")
        server = find(call, server_id)
        row = next((row for row in _rows(server) if row["volume_id"] == volume_id), None)
        if row is None:
            raise refuse(404, "Volume %s is not attached to instance %s." % (volume_id, server.id))
        fixed = {"id": volume_id, "serverId": server.id, "device": row["device"], "tag": row["tag"]}
        for name, value in fixed.items():
            if wanted.get(name, value) != value:
                raise refuse(400, "The %s property is not mutable" % name)
        if "delete_on_termination" in wanted:
            _set_termination(server, volume_id, is_true(wanted["delete_on_termination"]))
        return answer(None, 202)

    add("GET", "/servers/<server_id>/os-volume_attachments", list_all, "list volume attachments")
    add("PUT", "/servers/<server_id>/os-volume_attachments/<volume_id>", update, "update volume attachment")
    add("GET", "/servers/<server_id>/os-volume_attachments/<volume_id>", show, "show volume attachment")
    add("POST", "/servers/<server_id>/os-volume_attachments", attach, "attach volume")
    add("DELETE", "/servers/<server_id>/os-volume_attachments/<volume_id>", detach, "detach volume")


def boot_volume(server: Server) -> str:
    return stable_id("volume", server.id)


def _rows(server: Server) -> list[dict[str, Any]]:
    if server.image is not None:
        return server.attached
    return [
        {
            "volume_id": boot_volume(server),
            "device": "/dev/vda",
            "tag": None,
            "delete_on_termination": server.boot_volume_goes,
        },
        *server.attached,
    ]


def _set_termination(server: Server, volume_id: str, goes: bool) -> None:
    for row in server.attached:
        if row["volume_id"] == volume_id:
            row["delete_on_termination"] = goes
    if server.image is None and volume_id == boot_volume(server):
        server.boot_volume_goes = goes


def _uuid(name: str, value: Any) -> None:
    text()(name, value)
    try:
        uuid.UUID(value)
    except ValueError:
        raise refuse(
            400, "Invalid input for field/attribute %s. Value: %s. %r is not a 'uuid'" % (name, value, value)
        ) from None


def _fields(version: tuple[int, int]) -> dict[str, Check]:
    device = text(pattern="(^/dev/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*", null=True)
    known: dict[str, Check] = {"volumeId": _uuid, "device": device}
    if version >= (2, 49):
        known["tag"] = text(1, 60, "[^,/]*")
    if version >= (2, 79):
        known["delete_on_termination"] = boolean
    return known


def _changes(version: tuple[int, int]) -> dict[str, Check]:
    if version < (2, 85):
        return {"volumeId": _uuid}
    return {**_fields(version), "serverId": _uuid, "id": _uuid}


def _check_free(call: Call, volume: Volume, server: Server, wanted: dict[str, Any]) -> None:
    if server.id in volume.servers:
        raise refuse(400, "Invalid volume: volume %s already attached" % volume.id)
    used = {"/dev/vda"} | {row["device"] for row in _rows(server)}
    if wanted.get("device") in used:
        raise refuse(409, "The supplied device path (%s) is in use." % wanted["device"])
    free = volume.status == "available" or (volume.multiattach and volume.status == "in-use")
    if not free:
        raise refuse(
            400, "Invalid volume: volume %s status must be 'available'. Currently in '%s'" % (volume.id, volume.status)
        )
    if volume.multiattach and call.microversion < (2, 60):
        raise refuse(
            400, "Volume %s has 'multiattach' set, which is not supported for this microversion or compute" % volume.id
        )


def _shown(call: Call, server: Server, row: dict[str, Any]) -> dict[str, Any]:
    shown = {"device": row["device"], "serverId": server.id, "volumeId": row["volume_id"]}
    if call.microversion < (2, 89):
        shown["id"] = row["volume_id"]
    else:
        shown.update(
            attachment_id=stable_id("attachment", server.id, row["volume_id"]),
            bdm_uuid=stable_id("bdm", server.id, row["volume_id"]),
        )
    if call.microversion >= (2, 70):
        shown["tag"] = row["tag"]
    if call.microversion >= (2, 79):
        shown["delete_on_termination"] = row["delete_on_termination"]
    return shown

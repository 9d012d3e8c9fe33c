"""createImage: E15 and U12. Glance has the image while the server still uploads it."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.actions import Action, check_state
from simulator.nova.checks import check_fields, metadata, text
from simulator.nova.volumes import boot_volume
from simulator.state.server_states import Power
from simulator.state.servers import ActionRecord, Server

_STATES = frozenset({"active", "stopped", "paused", "suspended"})


def create_image(operation: str | None) -> Action:
    def check(_call: Call, argument: Any) -> None:
        check_fields("createImage", argument, {"name": text(), "metadata": metadata()}, ("name",))

    def run(call: Call, server: Server, argument: Any) -> Response:
        # EasyStack's document lists ACTIVE, PAUSED and SUSPENDED only.
        states = _STATES - {"stopped"} if call.platform == "easystack" else _STATES
        what = Power(
            "createImage", "createImage", states, "image_snapshot", server.vm_state, server.power_state, "create_image"
        )
        check_state(call, server, what, "os_compute_api:servers:create_image")
        image = _queued(call, server, argument)
        images = call.sim.builders[call.platform].images
        images[image["id"]] = image
        failing = call.fault.get("fail_servers")
        failed = failing == "all" or (isinstance(failing, list) and bool({server.id, server.name} & set(failing)))
        error = ("500", str(call.fault.get("reason", "Simulated failure of the hypervisor"))) if failed else None
        stuck, delay = bool(call.fault.get("stuck")), call.sim.delay(call.platform, what.delay)
        transition = call.fleet.begin(
            server,
            what,
            delay,
            never_ends=stuck,
            error=error,
            outcome={"vm_state": server.vm_state, "power_state": server.power_state},
        )
        server.actions.append(
            ActionRecord("createImage", call.request_id, server.user_id, server.project_id, call.now, transition)
        )

        def upload() -> None:
            image["status"] = "saving"
            if server.transition is transition:
                server.task_state = "image_uploading"
                call.fleet.mark_updated(server, server.updated)

        def end() -> None:
            if failed:
                images.pop(image["id"], None)
            else:
                image["status"] = "active"

        def take() -> None:
            call.fleet.call_later(delay * 0.4, upload)
            # The image becomes active shortly after the server's task has ended.
            call.fleet.call_later(delay * 1.2, end)

        if transition.waits_for_host:
            transition.resumed = take
        elif not stuck:
            take()
        body = {"image_id": image["id"]} if call.microversion >= (2, 45) else None
        location = "%s/%s/image/images/%s" % (call.sim.base_url, call.platform, image["id"])
        return answer(body, 202, {"Location": location})

    return Action(operation, check, run)


def _queued(call: Call, server: Server, argument: dict[str, Any]) -> dict[str, Any]:
    # Nova copies the properties of the image that the server runs.
    base = server.image or server.volume_image or {}
    properties = {**base.get("properties", {}), **(argument.get("metadata") or {})}
    properties.pop("block_device_mapping", None)
    if server.image is not None:
        properties.update(
            instance_uuid=server.id, image_type="snapshot", user_id=server.user_id, base_image_ref=server.image["id"]
        )
    else:
        # Nova does not set the owner of an image of a volume.
        properties["block_device_mapping"] = '[{"boot_index": 0, "volume_id": "%s"}]' % boot_volume(server)
    return {
        "id": str(uuid.uuid4()),
        "name": argument["name"],
        "status": "queued",
        "min_disk": server.flavor["disk"],
        "min_ram": 0,
        "size": 512 * 1024 * 1024 if server.image else 0,
        "os_type": server.os_type,
        "cloud_init": True,
        "visibility": "private",
        "type": "private",
        "owner": server.project_id,
        "created": call.now,
        "protected": False,
        "properties": properties,
    }

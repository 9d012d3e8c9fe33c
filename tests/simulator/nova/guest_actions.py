"""Actions of Nova that change the guest of a server: password, image, key pairs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova import views
from simulator.nova.actions import Action, begin, check_state
from simulator.nova.block_devices import check_fits_flavor
from simulator.nova.checks import (
    Check,
    boolean,
    check_fields,
    encoded,
    invalid,
    metadata,
    need_member,
    refuse,
    text,
    title,
    unchecked,
)
from simulator.nova.keypairs import caller_id
from simulator.nova.volumes import check_answering
from simulator.state.guest import digest, set_password
from simulator.state.hosts import NO_HOST
from simulator.state.server_states import ACTIONS, SHUT_DOWN
from simulator.state.servers import Server

View = Callable[[Call, Server], dict[str, Any]]
# Below 2.75 the response to a rebuild has fewer fields than a show.
_DETAILS_ONLY = ("OS-EXT-", "OS-SRV-USG:", "os-extended-volumes:", "security_groups", "config_drive", "host_status")


def change_password(operation: str | None) -> Action:
    def check(_call: Call, argument: Any) -> None:
        check_fields("changePassword", argument, {"adminPass": text(0, 65535)}, ("adminPass",))

    def run(call: Call, server: Server, argument: Any) -> Response:
        what = ACTIONS["password"]
        check_state(
            call,
            server,
            what,
            "os_compute_api:os-admin-password",
            "Instance %s is in an invalid state for 'changePassword'",
        )
        if not server.reset_plugin:
            raise refuse(409, "Failed to set admin password on %s because setting it is not supported" % server.id)
        begin(
            call,
            server,
            what,
            {
                "password": digest(argument["adminPass"]),
                "pending_password": None,
                "password_changes": server.password_changes + 1,
            },
        )
        # It waits for the answer of nova-compute, and leaves the task_state without one.
        check_answering(call, server)
        return answer(None, 202)

    return Action(operation, check, run)


def _rebuild_fields(version: tuple[int, int]) -> dict[str, Check]:
    known: dict[str, Check] = {
        "imageRef": text(),
        "name": title,
        "adminPass": text(0, 65535),
        "metadata": metadata(),
        "preserve_ephemeral": boolean,
        "OS-DCF:diskConfig": text(1, 6, "AUTO|MANUAL"),
        "accessIPv4": text(0),
        "accessIPv6": text(0),
    }
    if version >= (2, 19):
        known["description"] = text(0, null=True)
    if version >= (2, 54):
        known["key_name"] = text(null=True)
    if version >= (2, 57):
        known["user_data"] = encoded
    else:
        known["personality"] = unchecked
    if version >= (2, 63):
        known["trusted_image_certificates"] = unchecked
    if version >= (2, 90):
        known["hostname"] = text(2, 255 if version >= (2, 94) else 63)
    return known


def rebuild(operation: str | None, view: View) -> Action:
    """Rebuilds the disk from an image; the server returns to its state, or to ACTIVE from ERROR."""

    def check(call: Call, argument: Any) -> None:
        check_fields("rebuild", argument, _rebuild_fields(call.microversion), ("imageRef",))

    def run(call: Call, server: Server, argument: Any) -> Response:
        what = ACTIONS["rebuild"]
        check_state(call, server, what, "os_compute_api:servers:rebuild")
        key_name = argument.get("key_name")
        if key_name and call.sim.keys[call.platform].get(caller_id(call), key_name) is None:
            raise refuse(400, "Invalid key_name provided.")
        image = _image(call, server, argument["imageRef"])
        if not call.sim.builders[call.platform].hosts.is_up(server.host):
            # With another image the scheduler finds no host; with the same image no nova-compute takes the message.
            if image["id"] != (server.image or server.volume_image or {}).get("id"):
                call.fault = {**call.fault, "fail_servers": "all", "reason": NO_HOST}
        stopped = server.vm_state == "stopped"
        if server.image is None:
            server.volume_image = image
        else:
            server.image = image
        password = argument.get("adminPass") or secrets.token_urlsafe(9)
        set_password(server, password)
        server.os_type = image["os_type"]
        server.name = argument.get("name", server.name)
        server.description = argument.get("description", server.description)
        server.metadata = argument.get("metadata", server.metadata)
        if "key_name" in argument:
            server.key_name = key_name
        if "user_data" in argument:
            server.user_data = argument["user_data"] or ""
        begin(call, server, replace(what, vm_state="stopped", power_state=SHUT_DOWN) if stopped else what)
        return answer(
            {"server": _shown(call, server, view, password)},
            202,
            {"Location": "%s%s" % (call.sim.base_url, call.path.removesuffix("/action"))},
        )

    return Action(operation, check, run)


def _image(call: Call, server: Server, image_id: str) -> dict[str, Any]:
    """The image, if this server can run it."""
    image = call.sim.builders[call.platform].images.get(image_id)
    if image is None:
        raise refuse(400, "Cannot find image for rebuild")
    if image["status"] != "active":
        raise refuse(400, "Image %s is not active." % image_id)
    if server.image is None:
        if image["id"] != (server.volume_image or {}).get("id") and call.microversion < (2, 93):
            raise refuse(
                400,
                "Image %s is unacceptable: Unable to rebuild with a different image for a volume-backed "
                "server." % image_id,
            )
        return image
    check_fits_flavor(server.flavor, image)
    return image


def _shown(call: Call, server: Server, view: View, password: str) -> dict[str, Any]:
    shown = view(call, server)
    if call.microversion < (2, 75):
        shown = {key: value for key, value in shown.items() if not key.startswith(_DETAILS_ONLY)}
        shown["addresses"] = {
            network: [{"version": row["version"], "addr": row["addr"]} for row in rows]
            for network, rows in shown["addresses"].items()
        }
    if call.microversion < (2, 54):
        shown.pop("key_name", None)
    if call.microversion >= (2, 57):
        shown["user_data"] = views.user_data(server)
    if call.microversion >= (2, 71):
        shown["server_groups"] = []
    shown["adminPass"] = password
    return shown


def keypairs(attach: bool, operation: str | None) -> Action:
    """attachKeypairs and detachKeypairs of UStack. A repetition changes nothing: no response shows what is attached."""
    key = "attachKeypairs" if attach else "detachKeypairs"

    def names(name: str, value: Any) -> None:
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            raise invalid(name, value, "%r is not a list of names" % (value,))

    def check(_call: Call, argument: Any) -> None:
        check_fields(key, argument, {"key_names": names}, ("key_names",))

    def run(call: Call, server: Server, argument: Any) -> Response:
        need_member(call, "servers:" + key)
        if server.locked and not call.is_admin:
            raise refuse(409, "Instance %s is locked" % server.id)
        user_id = caller_id(call)
        for name in argument["key_names"]:
            if call.sim.keys[call.platform].get(user_id, name) is None:
                raise refuse(404, "Keypair %s not found for user %s" % (name, user_id))
        if attach:
            server.key_names += [name for name in dict.fromkeys(argument["key_names"]) if name not in server.key_names]
        else:
            server.key_names = [name for name in server.key_names if name not in argument["key_names"]]
        server.key_name = server.key_names[0] if server.key_names else None
        call.fleet.mark_updated(server)
        return answer(None, 202)

    return Action(operation, check, run)

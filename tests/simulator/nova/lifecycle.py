"""Update, resize, state reset, deletion and restore of a server, and its tags."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.actions import Action, begin, check_host_is_up, check_state, unchecked
from simulator.nova.checks import Check, check_fields, need_admin, need_member, refuse, required_value, text, title
from simulator.nova.create import LARGEST_RAM, NO_HOST, tags
from simulator.nova.dialect import Dialect
from simulator.state.server_states import RUNNING, SHUT_DOWN, Power
from simulator.state.servers import Server

_ALL = frozenset(
    {
        "active",
        "building",
        "stopped",
        "paused",
        "suspended",
        "error",
        "resized",
        "rescued",
        "shelved",
        "shelved_offloaded",
        "soft-delete",
        "unknown",
    }
)
RESIZE = Power("resize", "resize", frozenset({"active", "stopped"}), "resize_prep", "resized", RUNNING, "resize")
LIVE = Power("live_resize", "live_resize", frozenset({"active"}), "live_resizing", "active", RUNNING, "live_resize")
DELETE = Power("delete", "delete", _ALL, "deleting", "deleted", 0, "delete")
SOFT_DELETE = Power("soft_delete", "delete", _ALL, "soft-deleting", "soft-delete", SHUT_DOWN, "delete")
FORCE = Power("force_delete", "forceDelete", _ALL, "deleting", "deleted", 0, "delete")
RESTORE = Power("restore", "restore", frozenset({"soft-delete"}), "restoring", "active", RUNNING, "restore")
FindServer = Callable[[Call, str], Server]


def actions(live: str | None) -> dict[str, Action]:
    """Resize, state reset and recycle bin of plain Nova and EasyStack; live resize if it has an id."""
    found = {
        "resize": Action("E13", _flavor_ref, _resize),
        "os-resetState": Action("E23", _state, _reset),
        "restore": Action("E32", unchecked, _restore),
        "forceDelete": Action("E33", unchecked, _force_delete),
    }
    if live:
        found["live_resize"] = Action(live, _flavor_ref, _live_resize)
    return found


def register(add: Callable[..., None], find: FindServer, dialect: Dialect) -> None:
    """Update, delete and, where there are microversions, tags."""

    def update(call: Call, server_id: str) -> Response:
        wanted = required_value(call, "server")
        known: dict[str, Check] = {
            "name": title,
            "accessIPv4": text(0),
            "accessIPv6": text(0),
            "OS-DCF:diskConfig": text(1, 6, "AUTO|MANUAL"),
        }
        if call.microversion >= (2, 19):
            known["description"] = text(0, null=True)
        if call.microversion >= (2, 90):
            known["hostname"] = text(2, 63, "[a-zA-Z0-9-._]*")
        check_fields("server", wanted, known)
        server = find(call, server_id)
        need_member(call, "servers:update")
        server.name = wanted.get("name", server.name)
        server.description = wanted.get("description", server.description)
        call.fleet.mark_updated(server)
        return answer({"server": dialect.detail(call, server)})

    def delete(call: Call, server_id: str) -> Response:
        server = find(call, server_id)
        need_member(call, "servers:delete")
        _unlocked(call, server)
        status = 202 if dialect.platform == "ustack" else 204
        if server.task_state == "soft-deleting":
            # Nova may write this state after the server was deleted; the task state then stays for ever.
            server.delete_lost = True
            return answer(None, status)
        if not server.delete_lost and server.task_state != "deleting" and server.vm_state != "soft-delete":
            _end(call, server, SOFT_DELETE if _bin(call) else DELETE)
        return answer(None, status)

    def show_tags(call: Call, server_id: str) -> Response:
        _from(call, (2, 26))
        return answer({"tags": find(call, server_id).tags})

    def replace_tags(call: Call, server_id: str) -> Response:
        _from(call, (2, 26))
        wanted = required_value(call, "tags")
        tags("tags", wanted)
        server = find(call, server_id)
        need_member(call, "os-server-tags:update_all")
        if server.vm_state not in ("active", "paused", "suspended", "stopped"):
            raise refuse(409, "Server %s is in vm_state %s" % (server.id, server.vm_state))
        server.tags = sorted(set(wanted))
        call.fleet.mark_updated(server)
        return answer({"tags": server.tags})

    add("PUT", "/servers/<server_id>", update, "update server")
    add("DELETE", "/servers/<server_id>", delete, "delete server")
    if dialect.microversions:
        add("GET", "/servers/<server_id>/tags", show_tags, "show tags")
        add("PUT", "/servers/<server_id>/tags", replace_tags, "replace tags")


def _from(call: Call, version: tuple[int, int]) -> None:
    if call.microversion < version:
        raise refuse(404, "The resource could not be found.")


def _unlocked(call: Call, server: Server) -> None:
    if server.locked and not call.is_admin:
        raise refuse(409, "Instance %s is locked" % server.id)


def _bin(call: Call) -> bool:
    """EasyStack always has a recycle bin; other platforms have it in the regions of the setting `reclaim`."""
    return call.platform == "easystack" or call.region in (call.sim.platform(call.platform).get("reclaim") or ())


def _end(call: Call, server: Server, what: Power) -> None:
    delay = call.sim.delay(call.platform, what.delay)
    begin(call, server, what, {"deleted_at": call.now + delay})


def _flavor_ref(_call: Call, argument: Any) -> None:
    check_fields(
        "resize", argument, {"flavorRef": text(), "OS-DCF:diskConfig": text(1, 6, "AUTO|MANUAL")}, ("flavorRef",)
    )


def _new_flavor(call: Call, server: Server, argument: dict[str, Any]) -> dict[str, Any]:
    wanted = call.sim.builders[call.platform].flavors.get(argument["flavorRef"])
    if wanted is None or not (call.is_admin or wanted["public"] or call.project_id in wanted["access"]):
        raise refuse(400, "Unable to locate requested flavor.")
    if wanted["id"] == server.flavor["id"]:
        raise refuse(400, "When resizing, instances must change flavor!")
    if server.image is not None and wanted["disk"] == 0:
        raise refuse(400, "Resize to zero disk flavor is not allowed.")
    return dict(wanted)


def _resize(call: Call, server: Server, argument: Any) -> Response:
    check_state(call, server, RESIZE, "os_compute_api:servers:resize")
    check_host_is_up(call, server)
    flavor = _new_flavor(call, server, argument)
    if flavor["ram"] > LARGEST_RAM:
        # Nova accepts the request, and restores the server's state when the scheduler finds no host.
        stays = {"vm_state": server.vm_state, "power_state": server.power_state}
        call.fault.update(fail_servers="all", reason=NO_HOST)
        begin(call, server, RESIZE).outcome.clear()
        assert server.transition is not None
        server.transition.outcome.update(stays)
        return answer(None, 202)
    before = {"flavor": server.flavor, "vm_state": server.vm_state, "power_state": server.power_state}
    begin(call, server, replace(RESIZE, power_state=server.power_state), {"flavor": flavor, "moved_from": before})
    return answer(None, 202)


def _live_resize(call: Call, server: Server, argument: Any) -> Response:
    check_state(call, server, LIVE, "os_compute_api:servers:resize")
    check_host_is_up(call, server)
    flavor = _new_flavor(call, server, argument)
    begin(call, server, LIVE, {"flavor": flavor})
    return answer(None, 202)


def _state(_call: Call, argument: Any) -> None:
    check_fields("os-resetState", argument, {"state": text(1, 255, "active|error")}, ("state",))


def _reset(call: Call, server: Server, argument: Any) -> Response:
    need_admin(call, "os-admin-actions:reset_state")
    power_state = server.power_state
    call.fleet.set_status(server, "ACTIVE" if argument["state"] == "active" else "ERROR")
    # Only the state in Nova's database changes, not the guest.
    server.power_state = power_state
    server.delete_lost = False
    return answer(None, 202)


def _restore(call: Call, server: Server, _argument: Any) -> Response:
    check_state(call, server, RESTORE, "os_compute_api:os-deferred-delete:restore")
    begin(call, server, RESTORE, {"deleted_at": None})
    return answer(None, 202)


def _force_delete(call: Call, server: Server, _argument: Any) -> Response:
    need_member(call, "os-deferred-delete:force")
    _unlocked(call, server)
    if not server.delete_lost and server.task_state != "deleting":
        _end(call, server, FORCE)
    return answer(None, 202)

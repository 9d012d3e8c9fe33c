"""Floating IP addresses of Neutron: list, show, make, bind or unbind, and release."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Malformed, answer
from simulator.neutron.listing import refuse
from simulator.neutron.resources import cloud_networks
from simulator.state.ids import stable_id
from simulator.state.public_ips import PublicIp, private_address

_KNOWN = {"port_id", "fixed_ip_address", "description"}

#: Seconds until Nova's record of a server has the change: Neutron notifies it.
NOVA_IS_TOLD = 2.0


def floating_ip_rows(call: Call) -> list[dict[str, Any]]:
    return [_view(call, row) for row in _own(call)]


def update_floating_ip(call: Call, wanted: str) -> Response:
    """PUT: `port_id` null unbinds it; one that is bound already moves to the other port."""
    part = _part(call, _KNOWN)
    found = _find(call, wanted)
    _check_revision(call, found)
    if "port_id" in part:
        known = call.sim.builders[call.platform].public_ips
        port_id = part["port_id"]
        if port_id is None:
            known.unbind(found)
        else:
            known.bind(found, *_port(call, found, port_id, part.get("fixed_ip_address")))
        call.fleet.call_later(NOVA_IS_TOLD, lambda: _forget_records(call))
    return answer({"floatingip": next(row for row in floating_ip_rows(call) if row["id"] == wanted)})


def create_floating_ip(call: Call) -> Response:
    """POST: a new address of an external network, bound by the same request if it has a port."""
    part = _part(call, {"floating_network_id", "port_id", "fixed_ip_address", "description"})
    network = part.get("floating_network_id")
    if not isinstance(network, str):
        raise refuse(400, "Failed to parse request. Required attribute 'floating_network_id' not specified")
    if network not in [row.id for row in cloud_networks(call).rows.values() if row.external]:
        if network in cloud_networks(call).rows:
            raise refuse(400, "Bad floatingip request: Network %s is not a valid external network." % network)
        raise refuse(404, "Network %s could not be found." % network, "NetworkNotFound")
    assert call.project_id is not None
    known = call.sim.builders[call.platform].public_ips
    free = PublicIp("", "", call.project_id)
    place = _port(call, free, part["port_id"], part.get("fixed_ip_address")) if part.get("port_id") else None
    address = known.make(call.project_id, {row.address for row in _all(call)})
    made = next(row for row in _all(call) if row.address == address)
    if place:
        known.bind(made, *place)
        call.fleet.call_later(NOVA_IS_TOLD, lambda: _forget_records(call))
    return answer({"floatingip": next(row for row in floating_ip_rows(call) if row["id"] == made.id)}, 201)


def delete_floating_ip(call: Call, wanted: str) -> Response:
    """DELETE: it is unbound and given back."""
    _check_role(call, "delete_floatingip")
    found = _find(call, wanted)
    call.sim.builders[call.platform].public_ips.release(found)
    call.fleet.call_later(NOVA_IS_TOLD, lambda: _forget_records(call))
    return answer(None, 204)


def _check_role(call: Call, rule: str) -> None:
    assert call.token is not None
    if not {"admin", "member"} & set(call.token.roles):
        raise refuse(403, "rule:%s is disallowed by policy" % rule)


def _part(call: Call, known: set[str]) -> dict[str, Any]:
    """The floating IP address of the body. Raises Refusal."""
    _check_role(call, "%s_floatingip" % ("create" if request.method == "POST" else "update"))
    body = call.body
    part = body.get("floatingip") if isinstance(body, dict) else None
    if request.mimetype != "application/json" or isinstance(body, Malformed) or not isinstance(part, dict):
        raise refuse(400, "Unable to find 'floatingip' in request body")
    unknown = sorted(set(part) - known)
    if unknown:
        raise refuse(400, "Unrecognized attribute(s) '%s'" % unknown[0])
    return part


def _find(call: Call, wanted: str) -> PublicIp:
    found = next((row for row in _own(call) if row.id == wanted), None)
    if found is None:
        raise refuse(404, "Floating IP %s could not be found" % wanted, "FloatingIPNotFound")
    return found


def _check_revision(call: Call, found: PublicIp) -> None:
    """The extension revision-if-match: the request is for one revision only."""
    wanted = re.fullmatch("revision_number=([0-9]+)", request.headers.get("If-Match", ""))
    present = _revision(call, found)
    if wanted and int(wanted.group(1)) != present:
        message = "Constrained to %s, but current revision is %d" % (wanted.group(1), present)
        raise refuse(412, message, "RevisionNumberConstraintFailed")


def _revision(call: Call, row: PublicIp) -> int:
    return 1 + call.sim.builders[call.platform].public_ips.changes[row.address]


def _forget_records(call: Call) -> None:
    for server in call.fleet.servers.values():
        server.cache.clear()


def _port(call: Call, found: PublicIp, port_id: Any, fixed_ip: Any) -> Any:
    """The server and its private address. Raises Refusal."""
    if not isinstance(port_id, str) or not port_id:
        raise refuse(400, "Invalid input for port_id. Reason: %r is not a valid UUID." % (port_id,))
    place = private_address(call.fleet.servers.values(), port_id)
    if place is None or (place[0].project_id != call.project_id and not call.is_admin):
        raise refuse(404, "Port %s could not be found." % port_id, "PortNotFound")
    if fixed_ip not in (None, place[1]["ip"]):
        raise refuse(400, "Bad floatingip request: Port %s does not have fixed ip %s." % (port_id, fixed_ip))
    if any(row.port_id == port_id and row.id != found.id for row in _all(call)):
        raise refuse(
            409,
            "Cannot associate floating IP %s (%s) with port %s using fixed IP %s, as that fixed IP already has a"
            " floating IP on external network %s."
            % (found.address, found.id, port_id, place[1]["ip"], _network_id(call)),
            "FloatingIPPortAlreadyAssociated",
        )
    return place


def _all(call: Call) -> list[PublicIp]:
    return call.sim.builders[call.platform].public_ips.rows(call.fleet.servers.values())


def _own(call: Call) -> list[PublicIp]:
    return [row for row in _all(call) if call.is_admin or row.project_id == call.project_id]


def _network_id(call: Call) -> str | None:
    return next((row.id for row in cloud_networks(call).rows.values() if row.external), None)


def _view(call: Call, row: PublicIp) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.id,
        "project_id": row.project_id,
        "tenant_id": row.project_id,
        "floating_ip_address": row.address,
        "floating_network_id": _network_id(call),
        "router_id": stable_id(call.platform, "router") if row.port_id else None,
        "port_id": row.port_id,
        "fixed_ip_address": row.fixed_ip,
        "status": "ACTIVE" if row.port_id else "DOWN",
        "description": "",
        "port_details": None,
        "port_forwardings": [],
        "qos_policy_id": None,
        "tags": [],
        "revision_number": _revision(call, row),
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    if row.server is not None:
        shown["port_details"] = {
            "name": "",
            "admin_state_up": True,
            "status": "ACTIVE",
            "device_id": row.server.id,
            "device_owner": "compute:" + row.server.zone,
        }
    return shown

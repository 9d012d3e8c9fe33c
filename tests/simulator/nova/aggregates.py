"""Host aggregates (E47-E52) and availability zones (E53), as a real Nova keeps them consistent with servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, Picker, answer
from simulator.nova.checks import check_fields, invalid, metadata, need_admin, refuse, required_value, text, title
from simulator.state.clock import iso_us
from simulator.state.hosts import Aggregate, Hosts

_HOST = text(1, 255, r"[a-zA-Z0-9\-._]*")
_ACTIONS = ("add_host", "remove_host", "set_metadata")


def register(add: Callable[..., None], ids: dict[str, str]) -> None:
    add("GET", "/os-aggregates", list_aggregates, "list aggregates")
    add("POST", "/os-aggregates", create_aggregate, "create aggregate")
    add("GET", "/os-aggregates/<aggregate_id>", show_aggregate, "show aggregate")
    add("PUT", "/os-aggregates/<aggregate_id>", update_aggregate, "update aggregate")
    add("DELETE", "/os-aggregates/<aggregate_id>", delete_aggregate, "delete aggregate")
    add("POST", "/os-aggregates/<aggregate_id>/action", aggregate_action, "aggregate action", _pick_action(ids))
    add("GET", "/os-availability-zone", list_zones, "list zones")
    add("GET", "/os-availability-zone/detail", list_zones_with_hosts, "list zones with hosts")


def _hosts(call: Call) -> Hosts:
    return call.sim.builders[call.platform].hosts


def _zone_name(name: str, value: Any) -> None:
    if value is None:
        return
    title(name, value)
    if ":" in value:
        raise invalid(name, value, "%r is not a 'az_name': printable characters except :." % value)


def _found(call: Call, aggregate_id: str) -> Aggregate:
    if not re.fullmatch(r"-?[0-9]{1,18}", aggregate_id):
        raise refuse(400, "Invalid input received: id must be an integer")
    found = _hosts(call).aggregates.get(int(aggregate_id))
    if found is None:
        raise refuse(404, "Aggregate %s could not be found." % aggregate_id)
    return found


def _describe(call: Call, row: Aggregate) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "hosts": list(row.hosts),
        "metadata": dict(row.metadata),
        "availability_zone": row.zone,
        "created_at": iso_us(row.created, ""),
        "updated_at": iso_us(row.updated, ""),
        "deleted": False,
        "deleted_at": None,
    }
    if call.microversion >= (2, 41):
        shown["uuid"] = row.uuid
    return shown


def list_aggregates(call: Call) -> Response:
    need_admin(call, "os-aggregates:index")
    return answer({"aggregates": [_describe(call, row) for row in _hosts(call).aggregates.values()]})


def show_aggregate(call: Call, aggregate_id: str) -> Response:
    need_admin(call, "os-aggregates:show")
    return answer({"aggregate": _describe(call, _found(call, aggregate_id))})


def create_aggregate(call: Call) -> Response:
    """POST /os-aggregates. The response has neither hosts nor metadata."""
    wanted = check_fields(
        "aggregate", required_value(call, "aggregate"), {"name": title, "availability_zone": _zone_name}, ("name",)
    )
    need_admin(call, "os-aggregates:create")
    _check_new_name(call, wanted["name"])
    row = _hosts(call).create(wanted["name"], wanted.get("availability_zone"), call.now)
    shown = _describe(call, row)
    del shown["hosts"], shown["metadata"]
    return answer({"aggregate": shown})


def update_aggregate(call: Call, aggregate_id: str) -> Response:
    """PUT /os-aggregates/{id}: name, zone, or both; the name changes even if the zone is refused."""
    wanted = check_fields(
        "aggregate", required_value(call, "aggregate"), {"name": title, "availability_zone": _zone_name}
    )
    if not wanted:
        raise invalid("aggregate", wanted, "{} is not valid under any of the given schemas")
    need_admin(call, "os-aggregates:update")
    row = _found(call, aggregate_id)
    if "name" in wanted and wanted["name"] != row.name:
        _check_new_name(call, wanted["name"])
        row.name = wanted["name"]
        row.updated = call.now
    if "availability_zone" in wanted:
        _check_zone(call, row, wanted["availability_zone"], "Cannot update aggregate %s. Reason: %s.")
        row.metadata["availability_zone"] = wanted["availability_zone"]
    row.updated = call.now
    return answer({"aggregate": _describe(call, row)})


def delete_aggregate(call: Call, aggregate_id: str) -> Response:
    need_admin(call, "os-aggregates:delete")
    row = _found(call, aggregate_id)
    if row.hosts:
        raise refuse(400, "Cannot remove host from aggregate %d. Reason: Host aggregate is not empty." % row.id)
    del _hosts(call).aggregates[row.id]
    return answer()


def _pick_action(ids: dict[str, str]) -> Picker:
    def pick(body: Any) -> tuple[str | None, str]:
        key = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""
        return ids.get(key), key if key in _ACTIONS else "aggregate action"

    return pick


def aggregate_action(call: Call, aggregate_id: str) -> Response:
    """add_host, remove_host, set_metadata."""
    key = next(iter(call.body)) if isinstance(call.body, dict) and len(call.body) == 1 else "add_host"
    if key not in _ACTIONS:
        raise refuse(400, "There is no such action: %s" % key)
    if key == "set_metadata":
        wanted = check_fields(key, required_value(call, key), {"metadata": metadata(null=True)}, ("metadata",))
    else:
        wanted = check_fields(key, required_value(call, key), {"host": _HOST}, ("host",))
    need_admin(call, "os-aggregates:" + key)
    if key == "set_metadata":
        row = _found(call, aggregate_id)
        _set_metadata(call, row, wanted["metadata"])
        row.updated = call.now
    else:
        # Nova does not set updated_at when hosts are added or removed.
        row = (_add_host if key == "add_host" else _remove_host)(call, aggregate_id, wanted["host"])
    return answer({"aggregate": _describe(call, row)})


def _set_metadata(call: Call, row: Aggregate, changes: dict[str, str | None]) -> None:
    """Merge metadata; null removes a key, except availability_zone."""
    if "availability_zone" in changes:
        _check_zone(call, row, changes["availability_zone"], "Cannot update metadata of aggregate %s. Reason: %s.")
    for key, value in changes.items():
        if value is None:
            row.metadata.pop(key, None)
        else:
            row.metadata[key] = value


def _add_host(call: Call, aggregate_id: str, host: str) -> Aggregate:
    hosts = _hosts(call)
    row = _found(call, aggregate_id)
    if host not in hosts.up:
        raise refuse(404, "Compute host %s could not be found." % host)
    others = sorted(hosts.aggregate_zones(host, row) - {row.zone}) if row.zone else []
    why = "Cannot add host to aggregate %d. Reason: %s."
    if others:
        raise refuse(409, why % (row.id, "One or more hosts already in availability zone(s) %s" % others))
    count = _servers(call, [host])
    if row.zone and count and row.zone not in hosts.aggregate_zones(host):
        raise refuse(
            409,
            why
            % (
                row.id,
                "The availability zone of the host would change to '%s' but the host already "
                "has %d instance(s)" % (row.zone, count),
            ),
        )
    if host in row.hosts:
        raise refuse(409, "Aggregate %d already has host %s." % (row.id, host))
    row.hosts.append(host)
    return row


def _remove_host(call: Call, aggregate_id: str, host: str) -> Aggregate:
    hosts = _hosts(call)
    row = _found(call, aggregate_id)
    if host not in hosts.up or host not in row.hosts:
        raise refuse(404, "Cannot remove host %s in aggregate %s" % (host, aggregate_id))
    count = _servers(call, [host])
    if row.zone and count and row.zone not in hosts.aggregate_zones(host, row):
        raise refuse(
            409,
            "Cannot remove host from aggregate %d. Reason: The availability zone of the host would "
            "change from '%s' but the host already has %d instance(s)." % (row.id, row.zone, count),
        )
    row.hosts.remove(host)
    return row


def _check_new_name(call: Call, name: str) -> None:
    if _hosts(call).find_aggregate(name) is not None:
        raise refuse(409, "Aggregate %s already exists." % name)


def _check_zone(call: Call, row: Aggregate, zone: str | None, message: str) -> None:
    """A zone cannot be removed, nor set for hosts that are in another zone or have servers."""
    if not zone:
        raise refuse(400, message % (row.id, "Aggregate %s does not support empty named availability zone" % row.name))
    others = sorted({other for host in row.hosts for other in _hosts(call).aggregate_zones(host, row)} - {zone})
    if others:
        raise refuse(400, message % (row.id, "One or more hosts already in availability zone(s) %s" % others))
    if row.zone != zone and _servers(call, row.hosts):
        raise refuse(400, message % (row.id, "One or more hosts contain instances in this zone"))


def _servers(call: Call, hosts: list[str]) -> int:
    """The number of servers on the hosts, with those of other projects and in the recycle bin."""
    return sum(server.host in hosts and server.vm_state != "deleted" for server in call.fleet.servers.values())


def _by_zone(call: Call) -> dict[str, list[str]]:
    hosts = _hosts(call)
    zones: dict[str, list[str]] = {}
    for host in hosts.up:
        zones.setdefault(hosts.host_zone(host), []).append(host)
    return zones


def list_zones(call: Call) -> Response:
    """GET /os-availability-zone: without hosts. A zone is available where one of its hosts is up."""
    up = _hosts(call).up
    zones = {zone: any(up[host] for host in names) for zone, names in _by_zone(call).items()}
    return answer(
        {
            "availabilityZoneInfo": [
                {"zoneName": zone, "zoneState": {"available": is_up}, "hosts": None}
                for is_up in (True, False)
                for zone, state in zones.items()
                if state is is_up
            ]
        }
    )


def list_zones_with_hosts(call: Call) -> Response:
    """GET /os-availability-zone/detail: for administrators; with the zone of Nova's own services."""
    need_admin(call, "os-availability-zone:detail")

    def service(is_up: bool) -> dict[str, Any]:
        return {"available": is_up, "active": True, "updated_at": iso_us(call.now, "")}

    rows: list[dict[str, Any]] = [
        {
            "zoneName": "internal",
            "zoneState": {"available": True},
            "hosts": {"controller": {name: service(True) for name in ("nova-conductor", "nova-scheduler")}},
        }
    ]
    up = _hosts(call).up
    for zone, names in _by_zone(call).items():
        is_up = any(up[host] for host in names)
        hosts = {host: {"nova-compute": service(up[host])} for host in names}
        rows.append({"zoneName": zone, "zoneState": {"available": is_up}, "hosts": hosts if is_up else None})
    return answer({"availabilityZoneInfo": rows})

"""Compute services: os-services, below microversion 2.53 by host (E55, E56) and from there on by id."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Picker, answer
from simulator.nova.checks import Check, boolean, check_fields, is_true, need_admin, refuse, text
from simulator.state.clock import iso_us
from simulator.state.hosts import Hosts
from simulator.state.ids import stable_id
from simulator.state.servers import FIRST_CREATED

COMPUTE = "nova-compute"
_INTERNAL = ("nova-scheduler", "nova-conductor")
_CONTROLLER = "controller"
_BY_ID = (2, 53)
_HOST = text(1, 255, r"[a-zA-Z0-9\-._]+")
_CANNOT_FORCE_UP = (
    "Unable to force up host %s as `done` evacuation migration records remain associated with the "
    "host. Ensure the compute service has been restarted, allowing these records to move to "
    "`completed` before retrying this request."
)


def register(add: Callable[..., None], ids: dict[str, str]) -> None:
    add("GET", "/os-services", list_services, "list services")
    add("PUT", "/os-services/<service_id>", update_service, "update service", _pick(ids))
    # Calls with paths of their own, so that the path names the operation.
    for name, operation in (
        ("disable", "disable service"),
        ("enable", "enable service"),
        ("disable-log-reason", "disable service with a reason"),
        ("force-down", "force service down"),
    ):
        add("PUT", "/os-services/" + name, _by_host(name), operation)


def _pick(ids: dict[str, str]) -> Picker:
    """From 2.53 on one call by id replaces the calls by host: the body names the operation."""

    def pick(body: Any) -> tuple[str | None, str]:
        status = body.get("status") if isinstance(body, dict) else None
        name = {"disabled": "disable service", "enabled": "enable service"}.get(str(status), "")
        return ids.get(name), "update service"

    return pick


def compute_hosts(call: Call) -> Hosts:
    return call.sim.builders[call.platform].hosts


def rows(call: Call) -> list[tuple[int, str, str]]:
    """Number, binary and host of every service."""
    found = [(number, binary, _CONTROLLER) for number, binary in enumerate(_INTERNAL, 1)]
    return found + [(number, COMPUTE, host) for number, host in enumerate(compute_hosts(call).up, len(found) + 1)]


def service_uuid(call: Call, binary: str, host: str) -> str:
    return stable_id(call.platform, "service", binary, host)


def _describe(call: Call, number: int, binary: str, host: str) -> dict[str, Any]:
    hosts = compute_hosts(call)
    mine = binary == COMPUTE
    service = hosts.service(host) if mine else None
    shown: dict[str, Any] = {
        "binary": binary,
        "host": host,
        "id": service_uuid(call, binary, host) if call.microversion >= _BY_ID else number,
        "zone": hosts.host_zone(host) if mine else "internal",
        "status": "disabled" if service and service.disabled else "enabled",
        "state": "up" if not mine or hosts.is_up(host) else "down",
        "updated_at": iso_us(_last_report(call, host) if service else call.now, ""),
        "disabled_reason": service.reason if service else None,
    }
    if call.microversion >= (2, 11):
        shown["forced_down"] = bool(service and service.forced_down)
    return shown


def _last_report(call: Call, host: str) -> float:
    """A service that runs reports all the time, even if it is forced down. A change by an administrator counts, too."""
    hosts = compute_hosts(call)
    return call.now if hosts.is_running(host) else hosts.service(host).changed or FIRST_CREATED


def list_services(call: Call) -> Response:
    need_admin(call, "os-services:list")
    host, binary = request.args.get("host"), request.args.get("binary")
    if call.microversion >= (2, 75):
        for name in request.args:
            if name not in ("host", "binary"):
                raise refuse(400, "Additional properties are not allowed (%r was unexpected)" % name)
    return answer(
        {
            "services": [
                _describe(call, *row) for row in rows(call) if host in (None, row[2]) and binary in (None, row[1])
            ]
        }
    )


def _fields(call: Call) -> dict[str, Check]:
    known: dict[str, Check] = {"host": _HOST, "binary": text(), "disabled_reason": text()}
    if call.microversion >= (2, 11):
        known["forced_down"] = boolean
    return known


def _by_host(action: str) -> Callable[[Call], Response]:
    def change(call: Call) -> Response:
        if call.microversion >= _BY_ID:
            return update_service(call, action)
        if action == "force-down" and call.microversion < (2, 11):
            check_fields("body", call.body, _fields(call), ("host", "binary"))
            raise refuse(404, "Unknown action")
        wanted = check_fields("body", call.body, _fields(call), ("host", "binary"))
        need_admin(call, "os-services:update")
        if action == "disable-log-reason" and "disabled_reason" not in wanted:
            raise refuse(400, "Missing disabled reason field")
        if action == "force-down" and "forced_down" not in wanted:
            raise refuse(400, "Missing forced_down field")
        host, binary = wanted["host"], wanted["binary"]
        forced = is_true(wanted["forced_down"]) if action == "force-down" else None
        if binary == COMPUTE and forced is False:
            _check_evacuations(call, host)
        _only_compute(binary)
        if host not in compute_hosts(call).up:
            raise refuse(404, "Host '%s' is not mapped to any cell" % host)
        shown: dict[str, Any] = {"host": host, "binary": binary}
        if forced is not None:
            _set(call, host, forced_down=forced)
            return answer({"service": {**shown, "forced_down": forced}})
        reason = wanted["disabled_reason"] if action == "disable-log-reason" else None
        _set(call, host, disabled=action != "enable", reason=reason)
        shown["status"] = "enabled" if action == "enable" else "disabled"
        return answer({"service": {**shown, "disabled_reason": reason} if reason else shown})

    return change


def _status(name: str, value: Any) -> None:
    text(1, 255, "enabled|disabled")(name, value)


def update_service(call: Call, service_id: str) -> Response:
    """PUT /os-services/{id}, from 2.53 on: status, disabled_reason, forced_down."""
    if call.microversion < _BY_ID:
        raise refuse(404, "Unknown action")
    wanted = check_fields("body", call.body, {"status": _status, "disabled_reason": text(), "forced_down": boolean})
    need_admin(call, "os-services:update")
    found = next((row for row in rows(call) if service_uuid(call, row[1], row[2]) == service_id), None)
    if found is None:
        bad = len(service_id) != 36
        raise refuse(400, "Invalid uuid %s" % service_id) if bad else refuse(404, "Service %s not found." % service_id)
    _number, binary, host = found
    _only_compute(binary)
    if "disabled_reason" in wanted and wanted.get("status") == "enabled":
        raise refuse(400, "Specifying 'disabled_reason' with status 'enabled' is invalid.")
    if not {"status", "forced_down"} & set(wanted):
        raise refuse(400, "No updates were requested. Fields 'status' or 'forced_down' should be specified.")
    changes: dict[str, Any] = {}
    if "status" in wanted:
        changes.update(disabled=wanted["status"] == "disabled", reason=wanted.get("disabled_reason"))
    if "forced_down" in wanted:
        changes["forced_down"] = is_true(wanted["forced_down"])
        if not changes["forced_down"]:
            _check_evacuations(call, host)
    _set(call, host, **changes)
    return answer({"service": _describe(call, *found)})


def _only_compute(binary: str) -> None:
    if binary != COMPUTE:
        raise refuse(400, "Updating a %s service is not supported. Only nova-compute services can be updated." % binary)


def _check_evacuations(call: Call, host: str) -> None:
    if host in compute_hosts(call).up and compute_hosts(call).service(host).evacuated:
        raise refuse(400, _CANNOT_FORCE_UP % host)


def _set(call: Call, host: str, **changes: Any) -> None:
    service = compute_hosts(call).service(host)
    for name, value in changes.items():
        setattr(service, name, value)
    service.changed = call.now
    call.fleet.forget_views(host)

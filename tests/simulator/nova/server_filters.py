"""Filters of Nova's server lists, and their validation."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import request

from simulator.http.call import Call, Refusal
from simulator.nova.dialect import Dialect
from simulator.state.clock import parse_iso
from simulator.state.server_states import STARTING_POINTS
from simulator.state.servers import Server

Filter = Callable[[Server], bool]
FILTERS = {
    "name",
    "status",
    "ip",
    "ip6",
    "tags",
    "tags-any",
    "not-tags",
    "not-tags-any",
    "changes-since",
    "changes-before",
    "flavor",
    "image",
    "host",
    "availability_zone",
    "key_name",
    "vm_state",
    "task_state",
    "power_state",
    "reservation_id",
    "locked",
    "description",
    "user_id",
    "project_id",
    "tenant_id",
    "uuid",
    "hostname",
    "node",
    "created_at",
    "launched_at",
    "terminated_at",
    "progress",
    "config_drive",
    "access_ip_v4",
    "access_ip_v6",
    "soft_deleted",
    "display_name",
    "display_description",
    "root_device_name",
    "instance_type_id",
    "kernel_id",
    "ramdisk_id",
    "launch_index",
    "image_ref",
    "locked_by",
    "auto_disk_config",
}
# The filters of every user, and their first microversion; Nova ignores others unless an administrator asks.
_FILTERS_OF_USERS = {
    "reservation_id": (2, 1),
    "name": (2, 1),
    "status": (2, 1),
    "image": (2, 1),
    "flavor": (2, 1),
    "ip": (2, 1),
    "changes-since": (2, 1),
    "ip6": (2, 5),
    "tags": (2, 26),
    "tags-any": (2, 26),
    "not-tags": (2, 26),
    "not-tags-any": (2, 26),
    "changes-before": (2, 66),
    "locked": (2, 73),
    "availability_zone": (2, 83),
    "key_name": (2, 83),
    "vm_state": (2, 83),
    "task_state": (2, 83),
    "power_state": (2, 83),
    "user_id": (2, 83),
}
_ADMIN_SINCE = {
    "tags": (2, 26),
    "tags-any": (2, 26),
    "not-tags": (2, 26),
    "not-tags-any": (2, 26),
    "changes-before": (2, 66),
    "locked": (2, 73),
    "ip6": (2, 5),
}
_PLAIN: dict[str, Callable[[Server], Any]] = {
    "flavor": lambda s: s.flavor["id"],
    # An empty value is the image of servers that boot from a volume.
    "image": lambda s: s.image["id"] if s.image else "",
    "host": lambda s: s.host,
    "node": lambda s: s.host,
    "availability_zone": lambda s: s.zone,
    "key_name": lambda s: s.key_name,
    "vm_state": lambda s: s.vm_state,
    "task_state": lambda s: s.task_state,
    "power_state": lambda s: s.power_state,
    "reservation_id": lambda s: s.reservation_id,
    "uuid": lambda s: s.id,
    "user_id": lambda s: s.user_id,
    "project_id": lambda s: s.project_id,
    "tenant_id": lambda s: s.project_id,
    "hostname": lambda s: s.name,
    "description": lambda s: s.description or "",
}


def refuse(status: int, message: str) -> Refusal:
    key = {400: "badRequest", 403: "forbidden"}[status]
    return Refusal(status, {key: {"code": status, "message": message}})


def invalid(name: str, value: str, why: str) -> Refusal:
    return refuse(400, "Invalid input for query parameters %s. Value: %s. %s" % (name, value, why))


def is_true(text: str | None) -> bool:
    return (text or "").lower() in ("1", "t", "true", "on", "y", "yes")


def read_filters(call: Call, dialect: Dialect) -> list[Filter]:
    """The filters that apply to this caller and microversion; as in Nova, others are ignored silently."""
    args = request.args
    all_filters = call.is_admin or dialect.filters_for_everybody
    deleted = is_true(args.get("deleted")) and all_filters
    changed_since = _time("changes-since")
    filters: list[Filter] = [_visibility(call, deleted, changed_since is not None, is_true(args.get("soft_deleted")))]
    if changed_since is not None:
        filters.append(lambda s: s.updated >= changed_since)
    for name in args:
        if name not in FILTERS or name == "changes-since":
            continue
        if dialect.microversions and call.microversion < _ADMIN_SINCE.get(name, (2, 1)):
            continue
        if not dialect.microversions and name in _ADMIN_SINCE:
            continue
        if not all_filters and call.microversion < _FILTERS_OF_USERS.get(name, (9, 9)):
            continue
        if name in ("host", "node") and not call.is_admin:
            continue
        values = args.getlist(name)
        if name in _PLAIN:
            filters.append(_equal(_PLAIN[name], values[-1]))
        elif name in _SPECIAL:
            filters.append(_SPECIAL[name](call, values))
    return filters


def _visibility(call: Call, deleted: bool, changes: bool, soft: bool) -> Filter:
    if deleted and call.platform == "easystack":
        return lambda s: s.vm_state == "soft-delete"
    if deleted:
        return lambda s: s.vm_state == "deleted"
    if soft and call.is_admin:
        return lambda s: s.vm_state == "soft-delete"
    if changes:
        return lambda _server: True
    if request.args.get("status", "").upper() == "DELETED" and call.is_admin:
        return lambda s: s.vm_state == "deleted"
    return lambda s: s.vm_state not in ("deleted", "soft-delete")


def _time(name: str) -> float | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return parse_iso(text)
    except ValueError:
        raise invalid(name, text, "%r is not a 'date-time'" % text) from None


def _name(_call: Call, values: list[str]) -> Filter:
    """A regular expression, in which Nova takes a vertical bar for an ordinary character: MySQL refuses some of its
    uses."""
    try:
        re.compile(values[-1])
    except re.error:
        raise invalid("name", values[-1], "%r is not a 'regex'" % values[-1]) from None
    pattern = re.compile(values[-1].replace("|", "\\|"))
    return lambda s: pattern.search(s.name) is not None


def _status(call: Call, values: list[str]) -> Filter:
    wanted = {value.upper() for value in values}
    if "DELETED" in wanted and not call.is_admin:
        raise refuse(403, "Only administrators may list deleted instances")
    if not wanted <= set(STARTING_POINTS) and call.microversion >= (2, 38):
        raise refuse(400, "Invalid status value")
    return lambda s: s.status in wanted


def _ip(version: int) -> Callable[[Call, list[str]], Filter]:
    # A substring, of fixed addresses only: Neutron searches ports, which have no floating addresses.
    def make(_call: Call, values: list[str]) -> Filter:
        wanted = values[-1]
        return lambda s: any(
            wanted in row["ip"] for row in s.addresses if row["version"] == version and row["kind"] == "fixed"
        )

    return make


def _tags(kind: str) -> Callable[[Call, list[str]], Filter]:
    def make(_call: Call, values: list[str]) -> Filter:
        wanted = {tag for value in values for tag in value.split(",")}
        return {
            "tags": lambda s: wanted <= set(s.tags),
            "tags-any": lambda s: bool(wanted & set(s.tags)),
            "not-tags": lambda s: not wanted <= set(s.tags),
            "not-tags-any": lambda s: not wanted & set(s.tags),
        }[kind]

    return make


def _locked(_call: Call, values: list[str]) -> Filter:
    return lambda s: s.locked == is_true(values[0])


def _before(_call: Call, _values: list[str]) -> Filter:
    moment = _time("changes-before")
    return lambda s: moment is None or s.updated <= moment


def _equal(read: Callable[[Server], Any], wanted: str) -> Filter:
    return lambda s: str(read(s)) == wanted


_SPECIAL: dict[str, Callable[[Call, list[str]], Filter]] = {
    "name": _name,
    "status": _status,
    "ip": _ip(4),
    "ip6": _ip(6),
    "tags": _tags("tags"),
    "tags-any": _tags("tags-any"),
    "not-tags": _tags("not-tags"),
    "not-tags-any": _tags("not-tags-any"),
    "changes-before": _before,
    "locked": _locked,
}

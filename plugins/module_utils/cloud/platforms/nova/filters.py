# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's list filters, and their checks with the servers in a response.

Nova applies the filters of ``_FOR_EVERYBODY`` for every user. It silently drops the others, from microversion 2.83 on
fewer of them, if the user is not an administrator (API reference, "List Servers", and Nova's
``_get_server_search_options``). ``host``, ``uuid``, ``image``, ``vm_state``, projects and users are compared exactly,
``availability_zone`` and ``key_name`` as regular expressions (Nova's ``instance_get_all_by_filters``). Filters that are
not listed here cannot be checked, because the records do not show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.filters import (
    FilterCheck,
    applied,
    contains_pattern,
    equals,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

_FOR_EVERYBODY = ("name", "status", "image", "flavor", "ip", "reservation_id", "changes-since")


def _locked(server: Server, value: str) -> bool | None:
    if server.locked is None:
        return None
    return server.locked == (value.lower() in ("1", "t", "true", "on", "y", "yes"))


def _task_state(server: Server, value: str) -> bool:
    return (server.task_state or "") == value


def _key_name(server: Server, value: str) -> bool | None:
    return False if server.key_name is None else contains_pattern("key_name")(server, value)


def _listed(value: str) -> set[str]:
    return {text for text in value.split(",") if text}


FILTER_CHECKS: Mapping[str, FilterCheck] = {
    **{name: applied for name in _FOR_EVERYBODY},
    "host": equals("host"),
    "uuid": equals("id"),
    "project_id": equals("project_id"),
    "tenant_id": equals("project_id"),
    "user_id": equals("user_id"),
    "vm_state": equals("vm_state"),
    "availability_zone": contains_pattern("availability_zone"),
    "key_name": _key_name,
    "task_state": _task_state,
    "locked": _locked,
    "tags": lambda server, value: _listed(value) <= set(server.tags),
    "tags-any": lambda server, value: bool(_listed(value) & set(server.tags)),
    "not-tags": lambda server, value: not _listed(value) <= set(server.tags),
    "not-tags-any": lambda server, value: not _listed(value) & set(server.tags),
}

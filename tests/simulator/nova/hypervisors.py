"""Hypervisors (E54): one for each host, with figures computed from the host's servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.nova.checks import is_true, need_admin, refuse
from simulator.nova.services import COMPUTE, compute_hosts, rows, service_uuid
from simulator.nova.views import prefix
from simulator.state.ids import stable_id
from simulator.state.servers import Server

VCPUS, RAM_MB, DISK_GB = 32, 131072, 2000
_CPU = {
    "arch": "x86_64",
    "model": "Skylake-Server",
    "vendor": "Intel",
    "features": ["aes", "vmx"],
    "topology": {"cores": 8, "threads": 2, "sockets": 2},
}
_BY_UUID = (2, 53)
_QUERY = {"limit", "marker", "hypervisor_hostname_pattern", "with_servers"}


def register(add: Callable[..., None]) -> None:
    add("GET", "/os-hypervisors", _list_view(False), "list hypervisors")
    add("GET", "/os-hypervisors/detail", _list_view(True), "list hypervisors with details")
    add("GET", "/os-hypervisors/<name>/search", _search_view(False), "search hypervisors")
    add("GET", "/os-hypervisors/<name>/servers", _search_view(True), "list servers of hypervisors")


def hostname(host: str) -> str:
    return host + ".example.org"


def _servers(call: Call, host: str) -> list[Server]:
    return [server for server in call.fleet.servers.values() if server.host == host and server.vm_state != "deleted"]


def _identity(call: Call, number: int, host: str) -> Any:
    return stable_id(call.platform, "hypervisor", host) if call.microversion >= _BY_UUID else number


def _names(call: Call, host: str) -> list[dict[str, str]]:
    return [{"name": "instance-" + server.id[:8], "uuid": server.id} for server in _servers(call, host)]


def _describe(call: Call, number: int, host: str, details: bool, with_servers: bool) -> dict[str, Any]:
    hosts, version = compute_hosts(call), call.microversion
    service = hosts.service(host)
    shown: dict[str, Any] = {
        "id": _identity(call, number, host),
        "hypervisor_hostname": hostname(host),
        "state": "up" if hosts.is_up(host) else "down",
        "status": "disabled" if service.disabled else "enabled",
    }
    if details:
        place = next(row for row in rows(call) if row[1:] == (COMPUTE, host))
        shown.update(
            {
                "hypervisor_type": "QEMU",
                "hypervisor_version": 8002000,
                "host_ip": "192.0.2.%d" % (number % 250 + 1),
                "service": {
                    "id": service_uuid(call, COMPUTE, host) if version >= _BY_UUID else place[0],
                    "host": host,
                    "disabled_reason": service.reason,
                },
            }
        )
        if version < (2, 88):
            shown.update(_figures(call, host))
        else:
            shown["uptime"] = " 12:00:00 up 40 days,  2:03,  0 users,  load average: 0.00, 0.00, 0.00"
    # From 2.75 on also as an empty list.
    servers = _names(call, host) if with_servers else []
    if with_servers and (servers or version >= (2, 75)):
        shown["servers"] = servers
    return shown


def _figures(call: Call, host: str) -> dict[str, Any]:
    here = _servers(call, host)
    vcpus, ram = sum(s.flavor["vcpus"] for s in here), 512 + sum(s.flavor["ram"] for s in here)
    disk = sum(s.flavor["disk"] for s in here)
    return {
        "vcpus": VCPUS,
        "memory_mb": RAM_MB,
        "local_gb": DISK_GB,
        "vcpus_used": vcpus,
        "memory_mb_used": ram,
        "local_gb_used": disk,
        "free_ram_mb": RAM_MB - ram,
        "free_disk_gb": DISK_GB - disk,
        "current_workload": sum(s.task_state is not None for s in here),
        "running_vms": len(here),
        "disk_available_least": DISK_GB - disk,
        "cpu_info": _CPU if call.microversion >= (2, 28) else json.dumps(_CPU),
    }


def _list_view(details: bool) -> Callable[[Call], Response]:
    def list_hypervisors(call: Call) -> Response:
        need_admin(call, "os-hypervisors:" + ("list-detail" if details else "list"))
        version, args = call.microversion, request.args
        unknown = sorted(set(args) - _QUERY)
        if version >= _BY_UUID and unknown:
            raise refuse(400, "Additional properties are not allowed (%r was unexpected)" % unknown[0])
        numbered = list(enumerate(compute_hosts(call).up, 1))
        pattern = args.get("hypervisor_hostname_pattern") if version >= _BY_UUID else None
        with_servers = version >= _BY_UUID and is_true(args.get("with_servers"))
        link = None
        if pattern is not None:
            if "limit" in args or "marker" in args:
                raise refuse(
                    400,
                    "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.",
                )
            numbered = _matching(numbered, pattern)
        elif version >= (2, 33):
            numbered, link = _page(call, numbered, details)
        answered: dict[str, Any] = {
            "hypervisors": [_describe(call, number, host, details, with_servers) for number, host in numbered]
        }
        if link:
            answered["hypervisors_links"] = [{"rel": "next", "href": link}]
        return answer(answered)

    return list_hypervisors


def _matching(numbered: list[tuple[int, str]], pattern: str) -> list[tuple[int, str]]:
    found = [row for row in numbered if pattern in hostname(row[1])]
    if not found:
        raise refuse(404, "No hypervisor matching '%s' could be found." % pattern)
    return found


def _page(call: Call, numbered: list[tuple[int, str]], details: bool) -> tuple[list[tuple[int, str]], str | None]:
    most = int(call.sim.platform(call.platform)["page_limit"])
    given, marker = request.args.get("limit", str(most)), request.args.get("marker")
    if not re.fullmatch(r"[0-9]+", given):
        raise refuse(400, "Invalid input for query parameters limit. Value: %s." % given)
    limit = min(int(given), most)
    if marker is not None:
        ids = [str(_identity(call, number, host)) for number, host in numbered]
        if marker not in ids:
            raise refuse(400, "marker [%s] not found" % marker)
        numbered = numbered[ids.index(marker) + 1 :]
    page = numbered[:limit]
    if len(page) < limit or not page:
        return page, None
    base = prefix(call, "v2.1") + "/os-hypervisors" + ("/detail" if details else "")
    return page, "%s?limit=%d&marker=%s" % (base, limit, _identity(call, *page[-1]))


def _search_view(with_servers: bool) -> Callable[..., Response]:
    """Below 2.53 only; finds hypervisors by a part of their names."""

    def search(call: Call, name: str) -> Response:
        if call.microversion >= _BY_UUID:
            raise refuse(404, "The resource could not be found.")
        need_admin(call, "os-hypervisors:" + ("servers" if with_servers else "search"))
        found = _matching(list(enumerate(compute_hosts(call).up, 1)), name)
        return answer({"hypervisors": [_describe(call, number, host, False, with_servers) for number, host in found]})

    return search

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's compute services and hypervisors, for administrators.

Facts: the Nova API reference (services by id from microversion 2.53, ``forced_down`` from 2.11; hypervisors paged from
2.33, with pattern and servers in the list from 2.53, without their figures from 2.88 on); operations E54-E56 of
docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    InvalidResponse,
    ItemNotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import DISABLED, Hypervisor, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    integer,
    mapping,
    mappings,
    number,
    part_of,
    records,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.hosts import Hosts

#: Nova's response to a change of a service, in every microversion.
_SERVICE = DocumentedResponse((200,), "service")
_BY_ID = (2, 53)
_PAGED = (2, 33)
#: The last microversion in which a hypervisor has its capacity and usage.
_WITH_FIGURES = (2, 87)


class NovaHosts(Hosts):
    """``/os-services`` and ``/os-hypervisors``."""

    api: NovaApi

    # -- services ----------------------------------------------------------------------------------------------

    def list_services(self, host: str | None = None, binary: str | None = None) -> Sequence[Service]:
        self.api.require("services")
        query = {key: value for key, value in (("host", host), ("binary", binary)) if value}
        what = "list the compute services"
        listed = part_of(self.api.read("/os-services", what, query=query), "services", what, list)
        return [service(entry) for entry in records(listed, what)]

    def update_service(self, service: Service, changes: Mapping[str, Any]) -> None:
        self.api.require("services")
        if "forced_down" in changes:
            self.api.require("forced_down")
        what = "change the service %s of %s" % (service.binary, service.host)
        if self.api.version >= _BY_ID:
            # A reason that is null is rejected, and an omitted one removes it.
            body = {key: value for key, value in changes.items() if value is not None}
            self.api.change("PUT", "/os-services/%s" % path_segment(service.id), what, body, _SERVICE, has(changes))
            return

        def put(path: str, **values: Any) -> None:
            body = dict(values, host=service.host, binary=service.binary)
            asked = values or {"status": changes["status"]}
            self.api.change("PUT", "/os-services/" + path, what, body, _SERVICE, has(asked))

        reason = changes.get("disabled_reason")
        if changes.get("status") == DISABLED and reason:
            put("disable-log-reason", disabled_reason=reason)
        elif "status" in changes:
            put("disable" if changes["status"] == DISABLED else "enable")
        if "forced_down" in changes:
            put("force-down", forced_down=changes["forced_down"])

    # -- hypervisors -------------------------------------------------------------------------------------------

    def list_hypervisors(self, pattern: str | None = None, servers: bool = False) -> Sequence[Hypervisor]:
        self.api.require("hypervisors")
        try:
            listed = list(self._hypervisor_list(pattern, servers))
        except PermissionDenied as error:
            if not servers or self.api.version < _BY_ID:
                raise
            listed, servers = list(self._hypervisor_list(pattern, False)), False
            self.api.withhold("the servers of hypervisors", error)
        found = [hypervisor(data, servers and self.api.version >= _BY_ID) for data in listed]
        if pattern:
            found = [each for each in found if pattern in (each.hostname or "")]
        if servers and self.api.version < _BY_ID:
            return in_parallel(self._with_servers, found, self.api.parallel)
        return found

    def _hypervisor_list(self, pattern: str | None, servers: bool) -> Iterable[Mapping[str, Any]]:
        version, what = min(self.api.version, _WITH_FIGURES), "list the hypervisors"
        path = "/os-hypervisors/detail"
        query: dict[str, str] = {"with_servers": "true"} if servers and version >= _BY_ID else {}
        if version < _PAGED or (pattern and version >= _BY_ID):
            # A list by pattern is not paged, and Nova rejects a page size for it.
            if pattern and version >= _BY_ID:
                query["hypervisor_hostname_pattern"] = pattern
            try:
                body = self.api.read(path, what, version=version, query=query)
            except ItemNotFound:
                if pattern:
                    return []
                raise
            return records(part_of(body, "hypervisors", what, list), what)
        pages = self.api.session.by_marker(
            self.api.endpoint + path, "hypervisors", params=query, headers=self.api.headers(version), what=what,
            marker_of=lambda entry: str(mapping(entry).get("id") or ""),
        )  # fmt: skip
        return records(list(pages), what)

    def _with_servers(self, found: Hypervisor) -> Hypervisor:
        """Below microversion 2.53 another list finds hypervisors by a part of their name."""
        what = "list the servers of the hypervisor %s" % found.hostname
        path = "/os-hypervisors/%s/servers" % path_segment(found.hostname or "")
        try:
            body = self.api.read(path, what)
        except ItemNotFound:
            # It was removed after it was listed.
            return found
        except PermissionDenied as error:
            self.api.withhold("the servers of hypervisors", error)
            return found
        listed = part_of(body, "hypervisors", what, list)
        own = next((entry for entry in mappings(listed) if _id(entry) == found.id), {})
        return replace(found, servers=_servers(own))


def _id(data: Mapping[str, Any]) -> str:
    """A number below microversion 2.53, a UUID from there on."""
    value = data.get("id")
    if value is None or isinstance(value, (dict, list)):
        raise InvalidResponse("The cloud returned a service or hypervisor without id")
    return str(value)


def _servers(data: Mapping[str, Any]) -> tuple[Mapping[str, str | None], ...]:
    # Below 2.75 a hypervisor without servers has no such list.
    listed = mappings(data.get("servers"))
    return tuple({"id": text(each.get("uuid")), "name": text(each.get("name"))} for each in listed)


def service(data: Mapping[str, Any]) -> Service:
    """A service of a list. Raises InvalidResponse for a service without id."""
    forced = data.get("forced_down")
    return Service(
        id=_id(data),
        host=id_in(data, "a compute service", "host"),
        binary=text(data.get("binary")) or "",
        status=text(data.get("status")),
        state=text(data.get("state")),
        disabled_reason=text(data.get("disabled_reason")),
        forced_down=forced if isinstance(forced, bool) else None,
        zone=text(data.get("zone")),
        updated=text(data.get("updated_at")),
    )


def hypervisor(data: Mapping[str, Any], with_servers: bool = False) -> Hypervisor:
    """A hypervisor of a list. Raises InvalidResponse for a hypervisor without id."""
    own = mapping(data.get("service"))
    return Hypervisor(
        id=_id(data),
        hostname=text(data.get("hypervisor_hostname")),
        host=text(own.get("host")),
        state=text(data.get("state")),
        status=text(data.get("status")),
        disabled_reason=text(own.get("disabled_reason")),
        type=text(data.get("hypervisor_type")),
        version=integer(data.get("hypervisor_version")),
        host_ip=text(data.get("host_ip")),
        vcpus=integer(data.get("vcpus")),
        vcpus_used=integer(data.get("vcpus_used")),
        memory_mb=integer(data.get("memory_mb")),
        memory_mb_used=integer(data.get("memory_mb_used")),
        memory_mb_free=integer(data.get("free_ram_mb")),
        disk_gb=integer(data.get("local_gb")),
        disk_gb_used=integer(data.get("local_gb_used")),
        disk_gb_free=integer(data.get("free_disk_gb")),
        disk_gb_available_least=integer(data.get("disk_available_least")),
        running_servers=integer(data.get("running_vms")),
        workload=integer(data.get("current_workload")),
        cpu_allocation_ratio=number(data.get("cpu_allocation_ratio")),
        ram_allocation_ratio=number(data.get("ram_allocation_ratio")),
        cpu_info=_cpu_info(data.get("cpu_info")),
        uptime=text(data.get("uptime")),
        servers=_servers(data) if with_servers else None,
    )


def _cpu_info(value: Any) -> Mapping[str, Any] | None:
    """A mapping; below microversion 2.28 its JSON text, which is empty for some hypervisors."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) else None

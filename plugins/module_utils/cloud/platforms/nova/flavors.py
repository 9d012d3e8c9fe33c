# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's flavors as a whole, with extra_specs and access lists.

Facts: the Nova API reference; operations E41-E46 and U22-U24 of docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    ItemNotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor, FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    identified,
    integer,
    mappings,
    name_in,
    number,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.flavors import Flavors

#: Nova's responses to a change of a flavor, of its extra specs and of its access list.
_FLAVOR = DocumentedResponse((200,), "flavor")
_SPECS = DocumentedResponse((200,), "extra_specs")
_ACCESS = DocumentedResponse((200,), "flavor_access", list)


class NovaFlavors(Flavors):
    """``/flavors``; changes need an administrator."""

    api: NovaApi

    def list_sizes(self) -> Sequence[Flavor]:
        pages = self.api.session.by_marker(
            self.api.endpoint + "/flavors/detail",
            "flavors",
            # By default Nova lists only public flavors to an administrator; other users see the flavors of their
            # project.
            params={"is_public": "None"} if self.api.all_projects else {},
            limit=1000,
            headers=self.api.headers(),
            what="list the flavors",
        )
        return [parse.listed_flavor(data) for data in pages]

    def list(self, brief: bool = False, is_public: bool | None = None) -> Sequence[FlavorDetails]:
        listed = self.api.session.by_marker(
            self.api.endpoint + ("/flavors" if brief else "/flavors/detail"),
            "flavors",
            # With private flavors; a user without this right gets the public flavors and those of the project.
            params={"is_public": str(is_public)} if self.api.supports("flavor_admin") else {},
            headers=self.api.headers(),
            what="list the flavors",
        )
        if brief:
            return [FlavorDetails(id=each.id, name=each.name) for each in map(flavor, listed)]
        flavors = [flavor(entry, self.api.swap_unit_mb) for entry in listed]
        if self._specs_apart:
            return in_parallel(self._with_extra_specs, flavors, self.api.parallel)
        return flavors

    def get(self, flavor_id: str) -> FlavorDetails | None:
        what = "show the flavor %s" % flavor_id
        try:
            body = self.api.read(_path(flavor_id), what)
        except ItemNotFound:
            return None
        found = flavor(part_of(body, "flavor", what), self.api.swap_unit_mb)
        return self._with_extra_specs(found) if self._specs_apart else found

    @property
    def _specs_apart(self) -> bool:
        """Whether the record of a flavor has no extra_specs, which are then read by another request."""
        return self.api.supports("flavor_admin") and self.api.version < (2, 61)

    def _with_extra_specs(self, found: FlavorDetails) -> FlavorDetails:
        what = "read the extra_specs of the flavor %s" % found.name
        try:
            body = self.api.read(_path(found.id, "/os-extra_specs"), what)
        except ItemNotFound:
            # It was deleted after it was listed.
            return found
        except PermissionDenied as error:
            self.api.withhold("the extra_specs of flavors", error)
            return replace(found, extra_specs=None)
        return replace(found, extra_specs=part_of(body, "extra_specs", what))

    def with_access(self, flavor: FlavorDetails) -> FlavorDetails:
        if flavor.is_public is not False:
            return flavor
        self.api.require("flavor_access")
        what = "read the access list of the flavor %s" % flavor.name
        listed = part_of(self.api.read(_path(flavor.id, "/os-flavor-access"), what), "flavor_access", what, list)
        projects = tuple(str(entry["tenant_id"]) for entry in identified(listed, "tenant_id", what))
        return replace(flavor, access=projects)

    def create(self, wanted: FlavorDetails, explicit_id: bool) -> FlavorDetails:
        self.api.require("flavor_admin")
        data: dict[str, Any] = {
            "name": wanted.name,
            "id": wanted.id if explicit_id else None,
            "vcpus": wanted.vcpus,
            "ram": wanted.ram_mb,
            "disk": wanted.disk_gb or 0,
            "OS-FLV-EXT-DATA:ephemeral": wanted.ephemeral_gb or 0,
            "swap": wanted.swap_mb or 0,
            "os-flavor-access:is_public": wanted.is_public is not False,
        }
        if wanted.rxtx_factor is not None:
            data["rxtx_factor"] = wanted.rxtx_factor
        if wanted.description is not None:
            self.api.require("flavor_descriptions")
            data["description"] = wanted.description
        what = "create the flavor %s" % wanted.name
        self.forget()
        shows = has({"name": wanted.name})
        return flavor(self.api.change("POST", "/flavors", what, {"flavor": data}, _FLAVOR, shows))

    def update(self, flavor_id: str, description: str | None) -> None:
        self.api.require("flavor_descriptions")
        body = {"flavor": {"description": description}}
        what = "describe the flavor %s" % flavor_id
        self.api.change("PUT", _path(flavor_id), what, body, _FLAVOR, has({"description": description}))

    def delete(self, flavor_id: str) -> None:
        self.api.require("flavor_admin")
        self.forget()
        self.api.remove(_path(flavor_id), "delete the flavor %s" % flavor_id)

    def set_extra_specs(self, flavor_id: str, extra_specs: Mapping[str, str]) -> None:
        self.api.require("flavor_admin")
        what = "set extra_specs of the flavor %s" % flavor_id
        body = {"extra_specs": dict(extra_specs)}
        self.api.change("POST", _path(flavor_id, "/os-extra_specs"), what, body, _SPECS, has(extra_specs))

    def unset_extra_spec(self, flavor_id: str, key: str) -> None:
        self.api.require("flavor_admin")
        what = "remove the extra spec %s of the flavor %s" % (key, flavor_id)
        self.api.remove(_path(flavor_id, "/os-extra_specs/" + path_segment(key)), what)

    def add_access(self, flavor_id: str, project_id: str) -> None:
        self._access(flavor_id, "addTenantAccess", project_id, True)

    def remove_access(self, flavor_id: str, project_id: str) -> None:
        self._access(flavor_id, "removeTenantAccess", project_id, False)

    def _access(self, flavor_id: str, action: str, project_id: str, allowed: bool) -> None:
        """Nova responds with the complete resulting list."""
        self.api.require("flavor_admin")
        what = "change the access list of the flavor %s" % flavor_id
        self.forget()

        def shows(listed: Any) -> bool:
            return (project_id in [entry.get("tenant_id") for entry in mappings(listed)]) is allowed

        self.api.change("POST", _path(flavor_id, "/action"), what, {action: {"tenant": project_id}}, _ACCESS, shows)


def _path(flavor_id: str, rest: str = "") -> str:
    return "/flavors/%s%s" % (id_segment(flavor_id), rest)


def flavor(data: Mapping[str, Any], swap_unit_mb: int = 1) -> FlavorDetails:
    """A flavor; an empty ``swap`` means none, and ``extra_specs`` are returned from microversion 2.61 on.
    ``swap_unit_mb`` is the unit of ``swap`` in MiB."""
    specs = data.get("extra_specs")
    swap = integer(data.get("swap") or 0)
    return FlavorDetails(
        id=id_in(data, "a flavor"),
        name=name_in(data, "a flavor"),
        vcpus=integer(data.get("vcpus")),
        ram_mb=integer(data.get("ram")),
        disk_gb=integer(data.get("disk")),
        ephemeral_gb=integer(data.get("OS-FLV-EXT-DATA:ephemeral")),
        swap_mb=None if swap is None else swap * swap_unit_mb,
        rxtx_factor=number(data.get("rxtx_factor")),
        is_public=data.get("os-flavor-access:is_public"),
        disabled=data.get("OS-FLV-DISABLED:disabled"),
        description=text(data.get("description")),
        extra_specs=specs if isinstance(specs, dict) else None,
    )

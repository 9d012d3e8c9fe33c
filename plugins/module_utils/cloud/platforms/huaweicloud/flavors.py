# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flavors of Huawei Cloud ECS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor, FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    integer,
    mapping,
    name_in,
    part_of,
    records,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.parse import listed_flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.flavors import Flavors


class HuaweiFlavors(Flavors):
    """``/cloudservers/flavors`` and ``/cloudservers/resize_flavors``. Source: Elastic Cloud Server API Reference,
    "Flavor Management"."""

    api: HuaweiApi

    def list_sizes(self) -> Sequence[Flavor]:
        return [replace(listed_flavor(data), extra_specs=_extra_specs(data)) for data in self._read()]

    def list(self, brief: bool = False, is_public: bool | None = None) -> Sequence[FlavorDetails]:
        return [_details(data) for data in self._read()]

    def list_resizable(self, server_id: str) -> Sequence[FlavorDetails]:
        what = "list the flavors to which the server %s can be resized" % server_id
        pages = self.api.session.by_marker(
            self.api.url("/cloudservers/resize_flavors"),
            "flavors",
            params={"instance_uuid": server_id},
            limit=1000,
            what=what,
        )
        return [_details(data) for data in pages]

    def _read(self) -> Sequence[Mapping[str, Any]]:
        what = "list the flavors"
        answer = self.api.session.get(self.api.url("/cloudservers/flavors"), what=what)
        return records(part_of(answer.body, "flavors", what, list), what)


def _details(data: Mapping[str, Any]) -> FlavorDetails:
    return FlavorDetails(
        id=id_in(data, "a flavor"),
        name=name_in(data, "a flavor"),
        vcpus=integer(data.get("vcpus")),
        ram_mb=integer(data.get("ram")),
        disk_gb=integer(data.get("disk")),
        extra_specs=_extra_specs(data),
    )


def _extra_specs(data: Mapping[str, Any]) -> dict[str, str]:
    """The list of all flavors names them ``os_extra_specs``, and the list for a resize ``extra_specs``."""
    return dict(mapping(data.get("os_extra_specs") or data.get("extra_specs")))

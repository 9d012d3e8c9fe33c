# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks of Neutron. Source: the Networking API v2 reference."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    name_in,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.networks import Networks

_KINDS = ("networks", "subnets", "ports")


class NovaNetworks(Networks):
    """``/v2.0`` of the network service."""

    api: NovaApi

    def list(self, name: str | None = None) -> Sequence[Network]:
        listed = self._read("networks", {"name": name} if name else {})
        found = [Network(id_in(data, "a network"), name_in(data, "a network")) for data in listed]
        return [network for network in found if name in (None, network.name)]

    def list_names(self, kind: str, ids: Sequence[str] = ()) -> Sequence[tuple[str, str | None]]:
        listed = self._read(kind, {"fields": ["id", "name"], "id": list(ids) or None})
        return [(text(data.get("id")) or "", text(data.get("name"))) for data in listed]

    def find(self, kind: str, name: str | None = None, within: str | None = None) -> Iterator[Network]:
        if kind not in _KINDS:
            raise self.unsupported()
        parent = within if kind == "subnets" else None
        what = "a " + kind.rstrip("s")
        for data in self._pages(kind, {"fields": ["id", "name"], "name": name, "network_id": parent}):
            found = Network(id_in(data, what), name_in(data, what))
            if name in (None, found.name):
                yield found

    def _read(self, kind: str, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return list(self._pages(kind, params))

    def _pages(self, kind: str, params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        pages: Iterator[Mapping[str, Any]] = self.api.session.by_marker(
            network_url(self.api, kind),
            kind.replace("-", "_"),
            params=params,
            limit=1000,
            what="list the " + kind.replace("-", " "),
        )
        return pages


def network_url(api: NovaApi, path: str) -> str:
    """The URL of a call of the network service, whose endpoint may have the version."""
    base = str(api.session.auth.endpoint("network"))
    if not re.search(r"/v2\.0$", base):
        base += "/v2.0"
    return "%s/%s" % (base, path)

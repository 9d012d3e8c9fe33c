# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry of a list that cannot be read is not taken for one that does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery

UNREADABLE = {
    "GET /v2.1/os-aggregates": ("aggregates", {"id": 3, "name": "a"}, lambda cloud: cloud.aggregates.list()),
    "GET /v2.1/os-server-groups": ("server_groups", {"id": "g", "name": "a"}, lambda cloud: cloud.server_groups.list()),
    "GET /v2.1/os-services": ("services", {"id": "s", "host": "a"}, lambda cloud: cloud.hosts.list_services()),
    "GET /v2.1/os-keypairs": ("keypairs", {"keypair": {"name": "a"}}, lambda cloud: cloud.keypairs.list()),
    "GET /v2.1/flavors/detail": ("flavors", {"id": "f", "name": "a"}, lambda cloud: cloud.flavors.list()),
    "GET /v2.1/servers/detail": (
        "servers",
        {"id": "s", "name": "a"},
        lambda cloud: list(cloud.servers.list(ServerQuery())),
    ),
    "GET /image/v2/images": ("images", {"id": "i", "name": "a"}, lambda cloud: cloud.snapshots.list()),
}


@pytest.mark.parametrize("entry", [{}, {"id": None, "name": None}, {"id": "g"}, {"id": "g", "name": 7}, {"name": "b"}])
@pytest.mark.parametrize("platform", ["openstack", "ustack", "huaweicloud"])
def test_an_unreadable_flavor_does_not_count_as_one_that_does_not_exist(
    serve: Any, connect: Any, platform: str, entry: Any
) -> None:
    cloud = connect(platform)
    path = "/cloudservers/flavors" if platform == "huaweicloud" else "/flavors/detail"
    base = {"openstack": "/v2.1", "ustack": "/v2/p1", "huaweicloud": "/v1/p1"}[platform]
    serve({"GET " + base + path: {"flavors": [{"id": "f", "name": "a"}]}})
    assert [each.id for each in cloud.flavors.list_sizes()] == ["f"]
    serve({"GET " + base + path: {"flavors": [{"id": "f", "name": "a"}, entry]}})
    with pytest.raises(InvalidResponse):
        cloud.flavors.list_sizes()


@pytest.mark.parametrize("entry", ["junk", 7, None, {}, "unnamed"])
@pytest.mark.parametrize("request_line", UNREADABLE)
def test_an_unreadable_entry_is_not_taken_for_a_missing_one(
    wire: Any, serve: Any, connect: Any, request_line: str, entry: Any
) -> None:
    key, good, listing = UNREADABLE[request_line]
    if entry == "unnamed":
        inner = good.get("keypair", good)
        broken = {
            name: 7 if value == "a" else "z" if value == inner.get("id") else value for name, value in inner.items()
        }
        entry = {"keypair": broken} if "keypair" in good else broken
    cloud = connect(endpoints={"image": wire.url + "/image"})
    serve({request_line: {key: [good]}})
    assert len(listing(cloud)) == 1
    serve({request_line: {key: [good, entry]}})
    with pytest.raises(InvalidResponse):
        listing(cloud)

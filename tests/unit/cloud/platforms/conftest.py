# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform connected to the scripted server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import connect as platforms
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve

KEYS = {"access_key": "AK-ID", "secret_key": "SK-SECRET", "project_id": "p1"}
TOKEN = {"token": "t0k3n", "project_id": "p1"}


@pytest.fixture
def connect(wire: Any, clock: Any) -> Iterator[Callable[..., Any]]:
    """Connects a platform; with ``version`` the cloud's newest microversion is known already."""
    opened = []

    def make(platform: str = "openstack", path: str | None = None, version: str | None = "2.96", **options: Any) -> Any:
        auth = KEYS if platform == "huaweicloud" else TOKEN
        default = {"huaweicloud": "", "ustack": "/v2/p1"}.get(platform, "/v2.1")
        endpoint = wire.url + (default if path is None else path)
        given = {"platform": platform, "endpoint": endpoint, "region": "r1", "auth": auth, "api_retries": 0, **options}
        cloud = platforms.connect(resolve(given, {}), parallel=4, clock=clock)
        opened.append(cloud)
        if version and cloud.supports("microversions"):
            cloud.session.auth.set_fact("microversion " + cloud.api.endpoint, version)
        return cloud

    yield make
    for cloud in opened:
        cloud.close()


@pytest.fixture
def serve(wire: Any, reply: Any) -> Callable[[dict[str, Any]], None]:
    """Responds by method and path, in any order: with a reply, a body, or a function of the request."""

    def routes(table: dict[str, Any]) -> None:
        def answer(seen: Any) -> Any:
            found = table.get("%s %s" % (seen.method, seen.path))
            if callable(found):
                found = found(seen)
            if found is None:
                return reply(404, {"itemNotFound": {"code": 404, "message": "%s is not here" % seen.path}})
            return reply(200, found) if isinstance(found, dict) else found

        wire.serve(answer)

    return routes

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses of Huawei Cloud ECS: servers, lists of them, and errors."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples

DETAIL = "/v1/p1/cloudservers/detail"


def server(server_id: str, **more: Any) -> dict[str, Any]:
    return {**samples.HUAWEI_ACTIVE, "id": server_id, "name": "n-" + server_id, **more}


def error(code: str, message: str = "no") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def listed(*servers: dict[str, Any]) -> dict[str, Any]:
    return {"GET " + DETAIL: {"count": len(servers), "servers": list(servers)}}

"""Calls that several test files make."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from typing import Any

GOOD = "Tr0ub4dor+3"


def kind(cloud: Any, **more: Any) -> dict[str, Any]:
    """A server that can be made."""
    builder = cloud.sim.builders[cloud.platform]
    network = next(row.id for row in builder.networks.rows.values() if not row.external)
    return {
        "name": "new",
        "flavorRef": next(iter(builder.flavors)),
        "imageRef": next(iter(builder.images)),
        "networks": [{"uuid": network}],
        **more,
    }


def create(cloud: Any, **more: Any) -> Any:
    wanted = {key: value for key, value in kind(cloud, **more).items() if value is not None}
    return cloud.post("/servers", {"server": wanted})


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def reset(cloud: Any, *names: str, password: str | None = GOOD, **fields: Any) -> Any:
    ids = [cloud.id(name) if not name.startswith("0") else name for name in names]
    body = {"servers": [{"id": one} for one in ids], **fields}
    if password is not None:
        body["new_password"] = password
    return cloud.put("/cloudservers/os-reset-passwords", body)

"""How a platform that serves Nova's API differs: paths, views, operations, actions."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.http.call import Call
from simulator.nova.actions import Action
from simulator.state.servers import Server


@dataclass(frozen=True)
class Dialect:
    """Where one Nova-like platform differs. `ids` maps the names of the calls below to operations.yml."""

    platform: str
    version: str  # the path segment: v2.1 or v2
    microversions: bool
    summary: Callable[[Call, Server], dict[str, Any]]
    detail: Callable[[Call, Server], dict[str, Any]]
    ids: dict[str, str]
    actions: dict[str, Action] = field(default_factory=dict)
    #: Every user has the filters that plain Nova reserves for administrators before 2.83.
    filters_for_everybody: bool = False
    has_admin_api: bool = True  # this API manages flavors, aggregates and zones
    #: Status of creating and deleting key pairs; None: it depends on the microversion.
    keypair_status: int | None = None

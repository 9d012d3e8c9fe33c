"""What a platform that serves Nova's API says about itself: its paths, its views, its operations, its actions."""
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
    filters_for_everybody: bool = False  # the filters that plain Nova keeps for administrators until 2.83
    has_admin_api: bool = True  # flavors, aggregates and zones are managed through this API
    keypair_status: int | None = None  # of creating and deleting key pairs, where no microversion rules it

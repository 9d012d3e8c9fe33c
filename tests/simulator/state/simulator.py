"""The simulator's whole state: clock, servers, tokens, jobs, faults, log. One lock protects it."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from simulator.state.access_keys import TemporaryKeys
from simulator.state.builder import Builder
from simulator.state.clock import Clock
from simulator.state.config import OPTIONS, PLATFORMS
from simulator.state.faults import Faults
from simulator.state.request_log import Log
from simulator.state.server_groups import ServerGroups
from simulator.state.servers import Fleet
from simulator.state.tokens import Tokens

T = TypeVar("T")


class MadeOnFirstUse(dict[str, T], Generic[T]):
    """What each platform has, made when it is asked for: a test resets all platforms, and uses one of them."""

    def __init__(self, make: Callable[[str], T], lock: threading.RLock) -> None:
        self._make = make
        self._lock = lock

    def __missing__(self, platform: str) -> T:
        with self._lock:
            if platform not in self:
                self[platform] = self._make(platform)
            return self[platform]


class Simulator:
    """State shared by all dialects. `base_url` is known once the server listens."""

    def __init__(self, settings: dict[str, Any], base_url: str = "http://localhost") -> None:
        self.settings = settings
        self.base_url = base_url
        self.clock = Clock()
        self.lock = threading.RLock()
        self.log = Log()
        self.faults = Faults()
        self.reset()
        # What is wrong with the configuration shows at the start.
        for name in PLATFORMS:
            self.fleets[name], self.keys[name]

    def reset(self) -> None:
        """Restore the initial state: servers, tokens, jobs, faults, log, clock, delays."""
        self.clock.reset()
        self.log.clear()
        self.faults.clear()
        self.tokens = {name: Tokens(self.clock) for name in PLATFORMS}
        self.options: dict[str, dict[str, Any]] = {}
        self.delays: dict[str, dict[str, float]] = {}
        self.groups: dict[str, ServerGroups] = {name: ServerGroups() for name in PLATFORMS}
        self.jobs: dict[str, Any] = {}
        self.kps_tasks: dict[str, Any] = {}
        #: Of ECS: the days that a server must have existed, and the hours until its permanent deletion.
        self.recycle_policy = {"recycle_threshold_day": 7, "retention_hour": 72}
        self.client_tokens: dict[tuple[str, str], tuple[float, Any, Any]] = {}
        self.wrong_signatures: dict[str, tuple[int, float]] = {}
        self.access_keys = TemporaryKeys(self.clock)
        self.metadata_tokens: dict[str, float] = {}
        self.key_of_server: dict[str, Any] | None = None
        now = self.clock.now()
        self.builders = MadeOnFirstUse(lambda name: Builder(name, self.platform(name)), self.lock)
        self.fleets = MadeOnFirstUse(lambda name: self._fleet(name, now), self.lock)
        self.keys = MadeOnFirstUse(lambda name: self.builders[name].keys(now), self.lock)
        for name in PLATFORMS:
            settings = self.platform(name)
            self.options[name] = {key: settings.get(key, values[0]) for key, values in OPTIONS.items()}
            self.delays[name] = {**self.settings["delays"], **(settings.get("delays") or {})}

    def _fleet(self, name: str, now: float) -> Fleet:
        builder, fleet = self.builders[name], Fleet(name, self.clock)
        builder.populate(fleet, now)
        fleet.on_deleted = builder.release
        if name != "huaweicloud":
            fleet.is_running = builder.hosts.is_running
        return fleet

    def platform(self, name: str) -> dict[str, Any]:
        settings: dict[str, Any] = self.settings["platforms"][name]
        return settings

    def delay(self, platform: str, name: str) -> float:
        return self.delays[platform][name]

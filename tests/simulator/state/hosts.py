"""Compute hosts and host aggregates. A host is in the zone of its aggregates, or in `nova`."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.state.config import ConfigError
from simulator.state.ids import stable_id
from simulator.state.servers import FIRST_CREATED

DEFAULT_ZONE = "nova"
NO_HOST = "No valid host was found. There are not enough hosts available."


@dataclass(eq=False)
class Aggregate:
    """A host aggregate; its zone is the metadata's `availability_zone`. Times are epoch seconds."""

    id: int
    uuid: str
    name: str
    created: float
    updated: float | None = None
    hosts: list[str] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str | None:
        return self.metadata.get("availability_zone")


@dataclass(eq=False)
class Service:
    """The nova-compute of a host as administrators have set it. Whether it runs is in `Hosts.up`."""

    disabled: bool = False
    reason: str | None = None
    forced_down: bool = False
    changed: float | None = None
    evacuated: bool = False  # servers were evacuated; nova-compute has to restart before it is up


class Hosts:
    """The hosts of one platform, and the aggregates that group them."""

    def __init__(self, platform: str, settings: dict[str, Any]) -> None:
        self.platform = platform
        self.up: dict[str, bool] = {}
        self.services: dict[str, Service] = {}
        self.aggregates: dict[int, Aggregate] = {}
        self._empty: set[str] = set()
        self._last = 0
        self._candidates: dict[str, list[str]] = {}
        for row in settings.get("aggregates") or []:
            made = self.create(row["name"], row.get("availability_zone"), FIRST_CREATED)
            made.hosts = list(row.get("hosts") or [])
            made.metadata.update({str(key): str(value) for key, value in (row.get("metadata") or {}).items()})
            for host in made.hosts:
                self.up.setdefault(host, True)
        for row in settings.get("hosts") or []:
            fields = {"name": row} if isinstance(row, str) else row
            self.up[fields["name"]] = bool(fields.get("up", True))
            if fields.get("empty"):
                self._empty.add(fields["name"])
            self._check_zone(fields["name"], fields.get("zone") or DEFAULT_ZONE)

    def create(self, name: str, zone: str | None, now: float) -> Aggregate:
        self._last += 1
        made = Aggregate(self._last, stable_id(self.platform, "aggregate", self._last), name, now)
        if zone:
            made.metadata["availability_zone"] = zone
        self.aggregates[made.id] = made
        return made

    def find_aggregate(self, name: str) -> Aggregate | None:
        return next((row for row in self.aggregates.values() if row.name == name), None)

    def aggregate_zones(self, host: str, without: Aggregate | None = None) -> set[str]:
        """The zones of the host's aggregates except `without`; at most one, as Nova ensures."""
        return {row.zone for row in self.aggregates.values() if host in row.hosts and row is not without and row.zone}

    def host_zone(self, host: str) -> str:
        return next(iter(self.aggregate_zones(host)), DEFAULT_ZONE)

    def service(self, host: str) -> Service:
        return self.services.setdefault(host, Service())

    def is_running(self, host: str) -> bool:
        """Whether nova-compute takes messages, which it does even if it is forced down."""
        return self.up.get(host, True)

    def status(self, host: str) -> str:
        """`host_status` as Nova shows it for a server; empty for a server without a host."""
        if not host:
            return ""
        service = self.service(host)
        if service.forced_down:
            return "DOWN"
        if service.disabled:
            return "MAINTENANCE"
        return "UP" if self.up.get(host, False) else "UNKNOWN"

    def is_up(self, host: str) -> bool:
        """Whether nova-compute runs, and is not forced down."""
        return self.up.get(host, False) and not self.service(host).forced_down

    def place_server(self, zone: str | None, host: str | None, number: int) -> tuple[str, str]:
        """Zone and host of a new server; unknown ones are added, so that a copied inventory loads."""
        if host is not None:
            if host not in self.up:
                self.up[host] = True
                self._check_zone(host, zone or DEFAULT_ZONE)
            return zone or self.host_zone(host), host
        zone = zone or DEFAULT_ZONE
        if zone not in self._candidates:
            found = [name for name in self.up if self.host_zone(name) == zone and name not in self._empty]
            if not found:
                found = ["cmp-" + zone]
                self.up[found[0]] = True
                self._check_zone(found[0], zone)
            self._candidates[zone] = found
        found = self._candidates[zone]
        return zone, found[number % len(found)]

    def schedule_server(
        self, zone: str | None, host: str | None, number: int, forced: bool = False
    ) -> tuple[str, str] | None:
        """Zone and host of a new server as Nova's scheduler chooses them; None if it finds no valid host.

        A host must be up and enabled. `forced` (availability_zone: zone:host) passes the filter for disabled hosts.
        """
        if host is not None:
            good = self.is_up(host) and (forced or not self.service(host).disabled)
            return (zone or self.host_zone(host), host) if good else None
        zone = zone or DEFAULT_ZONE
        usable = [
            name
            for name in self.up
            if self.host_zone(name) == zone and self.is_up(name) and not self.service(name).disabled
        ]
        found = [name for name in usable if name not in self._empty] or usable
        return (zone, found[number % len(found)]) if found else None

    def _check_zone(self, host: str, zone: str) -> None:
        """Raises ConfigError for a host that an aggregate has put into another zone."""
        self._candidates.clear()
        if zone == DEFAULT_ZONE or self.host_zone(host) == zone:
            return
        if self.aggregate_zones(host):
            raise ConfigError(
                "platforms.%s: the host %s is in the zone %s by an aggregate and in %s by hosts"
                % (self.platform, host, self.host_zone(host), zone)
            )
        group = next((row for row in self.aggregates.values() if row.zone == zone), None)
        (group or self.create(zone, zone, FIRST_CREATED)).hosts.append(host)

"""Builds the servers, flavors, images and projects of a platform from its configuration."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from simulator.state.attachments import Ports, Volumes
from simulator.state.clock import parse_iso
from simulator.state.config import ConfigError
from simulator.state.guest import digest
from simulator.state.hosts import Hosts
from simulator.state.ids import hex_id, stable_id
from simulator.state.keypairs import InvalidKey, Keypairs, stable_public_key
from simulator.state.networks import Networks
from simulator.state.public_ips import PublicIps
from simulator.state.server_states import STARTING_POINTS
from simulator.state.servers import FIRST_CREATED, Fleet, Server


def read_addresses(entry: dict[str, Any] | None, number: int) -> list[dict[str, Any]]:
    """The records of a server's addresses. Without configured addresses: one private address that is unique."""
    mac = "fa:16:3e:%02x:%02x:%02x" % (number >> 16 & 255, number >> 8 & 255, number & 255)
    if entry is None:
        ip = "10.64.%d.%d" % (number // 250 + 1, number % 250 + 2)
        return [{"network": "private", "ip": ip, "version": 4, "kind": "fixed", "mac": mac, "typed": True}]
    result = []
    for network, rows in entry.items():
        for row in rows or []:
            fields = {"ip": row} if isinstance(row, str) else row
            try:
                version = ipaddress.ip_address(fields["ip"]).version
            except ValueError as error:
                raise ConfigError("addresses.%s: %s" % (network, error)) from error
            result.append(
                {
                    "network": network,
                    "ip": fields["ip"],
                    "version": int(fields.get("version") or version),
                    "kind": fields.get("kind", "fixed"),
                    "mac": fields.get("mac") or mac,
                    "typed": fields.get("type", True),
                }
            )
    return result


def expand(settings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every server of a platform: the listed ones, then the generated ones."""
    yield from settings.get("servers") or []
    groups = settings.get("generate") or []
    for group in [groups] if isinstance(groups, dict) else groups:
        pattern = group.get("name", "server-%05d")
        entry = {key: value for key, value in group.items() if key not in ("count", "name")}
        for number in range(1, group["count"] + 1):
            yield {**entry, "name": pattern % number}


class Builder:
    """A platform's flavors, images, projects, networks and hosts; builds servers with them."""

    def __init__(self, platform: str, settings: dict[str, Any]) -> None:
        self.platform = platform
        self.settings = settings
        self.regions: list[str] = list(settings["regions"])
        self.flavors: dict[str, dict[str, Any]] = {}
        self.images: dict[str, dict[str, Any]] = {}
        self.projects = self._projects()
        for row in settings.get("flavors") or []:
            self.flavor(row)
        for row in settings.get("images") or []:
            self.image(row)
        self.hosts = Hosts(platform, settings)
        self.networks = Networks(platform, settings.get("networks") or [], self.projects[0]["id"])
        self.quota: dict[str, int] = dict(settings.get("quota") or {})
        self.volumes = Volumes(platform, settings.get("volumes") or [])
        self.ports = Ports(platform, self.networks, settings.get("ports") or [])
        self.public_ips = PublicIps(platform, settings.get("public_ips") or [], self.projects[0]["id"])
        self.number = 0

    def release(self, server: Server) -> None:
        """Free the volumes and the ports of a server that was deleted."""
        self.volumes.release(server)
        self.ports.release(server)

    def _projects(self) -> list[dict[str, Any]]:
        rows = []
        for number, row in enumerate(self.settings["projects"]):
            identity = row.get("id") or hex_id(self.platform, "project", row["name"], number)
            rows.append({**row, "id": identity})
        return rows

    def project(self, name: str | None) -> dict[str, Any]:
        """A project by name or id; the first one where no name is given. Raises ConfigError."""
        if name is None:
            return self.projects[0]
        for row in self.projects:
            if name in (row["name"], row["id"]):
                return row
        raise ConfigError("platforms.%s: no project %r in projects" % (self.platform, name))

    def flavor(self, wanted: Any) -> dict[str, Any]:
        """A flavor by name, id or mapping; an unknown flavor is added, so that a copied inventory loads."""
        row: dict[str, Any] = wanted if isinstance(wanted, dict) else {"name": str(wanted)}
        name = str(row.get("name") or row["id"])
        for known in self.flavors.values():
            if name in (known["name"], known["id"]):
                return known
        flavor: dict[str, Any] = {
            "id": str(
                row.get("id") or (name if self.platform == "huaweicloud" else stable_id(self.platform, "flavor", name))
            ),
            "name": name,
            "vcpus": int(row.get("vcpus", 1)),
            "ram": int(row.get("ram", 1024)),
            "disk": int(row.get("disk", 10)),
            "ephemeral": int(row.get("ephemeral", 0)),
            "swap": int(row.get("swap", 0)),
            "extra_specs": dict(row.get("extra_specs") or {}),
            "public": bool(row.get("public", True)),
            "disabled": bool(row.get("disabled")),
            "access": tuple(self.project(name)["id"] for name in row.get("access") or ()),
            "rxtx_factor": float(row.get("rxtx_factor", 1)),
            "description": row.get("description"),
            "number": len(self.flavors),
            "status": row.get("status", "normal"),
            "zones": dict(row.get("zones") or {}),
        }
        self.flavors[flavor["id"]] = flavor
        return flavor

    def image(self, wanted: Any, created: float | None = None) -> dict[str, Any] | None:
        """An image by name, id or mapping; '' is a server that boots from a volume. An image without a time of
        creation is older than all servers of the configuration."""
        if wanted == "":
            return None
        row: dict[str, Any] = wanted if isinstance(wanted, dict) else {"name": str(wanted)}
        name = str(row.get("name") or row["id"])
        for known in self.images.values():
            if name in (known["name"], known["id"]):
                return known
        image = {
            "id": str(row.get("id") or stable_id(self.platform, "image", name)),
            "name": name,
            "status": row.get("status", "active"),
            "min_disk": int(row.get("min_disk", 0)),
            "min_ram": int(row.get("min_ram", 0)),
            "size": int(row.get("size", 512 * 1024 * 1024)),
            "os_type": row.get("os_type", "Linux"),
            "cloud_init": bool(row.get("cloud_init", True)),
            "visibility": row.get("visibility", "public"),
            "type": row.get("type", "gold"),
            "owner": self.project(row.get("owner"))["id"],
            "created": FIRST_CREATED - 86400 + len(self.images) if created is None else created,
            "protected": bool(row.get("protected")),
            "properties": dict(row.get("properties") or {}),
        }
        self.images[image["id"]] = image
        return image

    def keys(self, now: float) -> Keypairs:
        """The key pairs of the configuration; one without `public_key` gets a key of its own. Raises ConfigError."""
        keys = Keypairs()
        for row in self.settings.get("keypairs") or []:
            user = row.get("user") or self.settings["connect_as"]
            public = row.get("public_key") or stable_public_key(self.platform, user, row["name"])
            try:
                keys.add(
                    hex_id(self.platform, "user", user), row["name"], public, row.get("type", "ssh"), FIRST_CREATED
                )
            except InvalidKey as error:
                raise ConfigError("platforms.%s: key pair %s: %s" % (self.platform, row["name"], error)) from error
        return keys

    def make(self, entry: dict[str, Any], now: float) -> Server:
        """One server. The same configuration gives the same ids, addresses and times. Raises ConfigError."""
        self.number += 1
        number = self.number
        name = str(entry["name"])
        if self.platform == "huaweicloud":
            project = self.project(entry.get("project") or entry.get("region"))
            region = project["name"]
        else:
            project = self.project(entry.get("project"))
            region = entry.get("region") or self.regions[0]
            if region not in self.regions:
                raise ConfigError("platforms.%s: server %s: no region %r in regions" % (self.platform, name, region))
        vm_state, task_state, power_state = STARTING_POINTS[entry.get("status", "ACTIVE")]
        created = parse_iso(str(entry["created"])) if entry.get("created") else FIRST_CREATED + number
        flavors = list(self.flavors.values())
        images = list(self.images.values())
        image = self.image(entry["image"]) if "image" in entry else images[0]
        boots = image or self.image(entry.get("volume_image", "")) or next(iter(images), {"os_type": "Linux"})
        if self.platform == "huaweicloud":
            zone, host = entry.get("zone") or "cn-north-4a", entry.get("host") or "cmp%d" % (number % 3 + 1)
        else:
            zone, host = self.hosts.place_server(entry.get("zone"), entry.get("host"), number)
            if vm_state == "error" and not entry.get("zone") and not entry.get("host"):
                # It was never scheduled, so it has no host.
                zone, host = "", ""
        fault = entry.get("fault")
        if fault is None and vm_state == "error":
            fault = {"message": "No valid host was found. There are not enough hosts available."}
        if isinstance(fault, str):
            fault = {"message": fault}
        if fault is not None:
            fault = {
                "code": 500,
                "created": created,
                "details": "Traceback (most recent call last): simulated",
                **fault,
            }
        return Server(
            id=str(entry.get("id") or stable_id(self.platform, "server", number, name)),
            name=name,
            region=region,
            project_id=project["id"],
            user_id=hex_id(self.platform, "user", self.settings["connect_as"]),
            vm_state=vm_state,
            task_state=entry.get("task_state", task_state),
            power_state=power_state,
            flavor=self.flavor(entry["flavor"]) if entry.get("flavor") else flavors[0],
            image=image,
            volume_image=None if image else boots,
            addresses=read_addresses(entry.get("addresses"), number),
            zone=zone,
            host=host,
            created=created,
            updated=created,
            tags=[str(tag) for tag in entry.get("tags") or []],
            metadata={str(key): str(value) for key, value in (entry.get("metadata") or {}).items()},
            locked=bool(entry.get("locked")),
            key_name=entry.get("key_name"),
            description=entry.get("description"),
            fault=fault,
            launched=None if vm_state in ("building", "error") else created + 20,
            deleted_at=now if vm_state in ("deleted", "soft-delete") else None,
            enterprise_project_id=str(entry.get("enterprise_project_id", "0")),
            extra=dict(entry.get("extra") or {}),
            stuck=bool(entry.get("stuck")),
            os_type=entry.get("os_type") or boots["os_type"],
            password=digest(entry.get("password")),
            reset_plugin=bool(entry.get("reset_plugin", True)),
            prepaid=bool(entry.get("prepaid")),
            system_disk=bool(entry.get("system_disk", True)),
            os_change_failed=bool(entry.get("os_change_failed")),
            key_names=[entry["key_name"]] if entry.get("key_name") else [],
        )

    def populate(self, fleet: Fleet, now: float) -> None:
        """Add the configured servers to a fleet. Raises ConfigError for a duplicate id."""
        for entry in expand(self.settings):
            server = self.make(entry, now)
            if server.id in fleet.servers:
                raise ConfigError("platforms.%s: two servers have the id %s" % (self.platform, server.id))
            fleet.add(server)

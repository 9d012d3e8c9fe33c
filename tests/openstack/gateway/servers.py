"""The servers of the simulator's default.yml on the real cloud: made once, put back as they were before each test."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from foundation import Foundation
from lab import LabError, wait
from storage import ATTACHMENTS, Storage, is_root

from simulator.state.guest import USER_DATA
from simulator.state.servers import Server

SERVERS = "compute/v2.1/servers"
#: Where the simulator puts no servers by itself.
EMPTY_HOSTS = ("cmp5", "cmp6")
#: The action that leads from a status to ACTIVE.
TO_ACTIVE: dict[str, dict[str, Any]] = {
    "SHUTOFF": {"os-start": None},
    "PAUSED": {"unpause": None},
    "SUSPENDED": {"resume": None},
    "ERROR": {"os-resetState": {"state": "active"}},
    "RESCUE": {"unrescue": None},
    "SHELVED": {"unshelve": None},
    "SHELVED_OFFLOADED": {"unshelve": None},
    "VERIFY_RESIZE": {"revertResize": None},
}
FROM_ACTIVE: dict[str, dict[str, Any]] = {
    "SHUTOFF": {"os-stop": None},
    "PAUSED": {"pause": None},
    "SUSPENDED": {"suspend": None},
}


class Servers:
    """The servers of one estate. ``wanted`` are the simulator's records of them."""

    def __init__(self, foundation: Foundation, storage: Storage, wanted: list[Server]) -> None:
        self.foundation = foundation
        self.storage = storage
        self.admin = foundation.admin
        self.wanted = wanted

    def listed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.admin.get(SERVERS + "/detail?limit=1000")["servers"]
        return rows

    def clear(self) -> None:
        """Remove all that are not as default.yml has them, and cannot be made so.

        Also what another estate's tests left on hosts that are to be empty.
        """
        left = self._paired()[1]
        there = {row["id"] for row in left}
        for host in EMPTY_HOSTS:
            rows = self.admin.get(SERVERS + "/detail?limit=1000&all_tenants=1&host=" + host)["servers"]
            left += [row for row in rows if row["id"] not in there]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.remove, left))

    def restore(self) -> None:
        """All servers are there once, as default.yml has them; others may be there beside them."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda pair: self._restore(*pair), self._paired()[0]))

    def _paired(self) -> tuple[list[tuple[Server, dict[str, Any] | None]], list[dict[str, Any]]]:
        """Each record with the server that is to be it, if there is one, and the servers that are left over."""
        spare = self.listed()
        pairs: list[tuple[Server, dict[str, Any] | None]] = []
        for record in self.wanted:
            fitting = [row for row in spare if row["name"] == record.name and self._fits(record, row)]
            pairs.append((record, fitting[0] if fitting else None))
            if fitting:
                spare.remove(fitting[0])
        return pairs, spare

    def _fits(self, record: Server, row: dict[str, Any]) -> bool:
        """Whether the server can be made what it was; another flavor, address or a deletion cannot be undone."""
        there = Counter(entry["addr"] for entries in row["addresses"].values() for entry in entries)
        flavor = row["flavor"]
        return (
            flavor["original_name"] == record.flavor["name"]
            and set(flavor["extra_specs"]) == set(record.flavor["extra_specs"])
            and row["OS-EXT-SRV-ATTR:host"] == self._host(record)
            and there == Counter(address["ip"] for address in record.addresses)
            and (record.image is None) == (not row["image"])
            and (record.image is not None or self._image_on_disk(row) == self._image(record))
            and row["OS-EXT-STS:task_state"] != "deleting"
        )

    def remove(self, row: dict[str, Any]) -> None:
        """Delete the server and its ports."""
        path = "%s/%s" % (SERVERS, row["id"])
        ports = self.foundation.ports_of(row["id"])
        self.admin.delete(path)
        wait("the deletion of " + row["name"], lambda: self.admin.send("GET", path).status_code == 404)
        self.foundation.drop_ports(ports)

    def _restore(self, record: Server, row: dict[str, Any] | None) -> None:
        row = self._make(record) if row is None else row
        path = "%s/%s" % (SERVERS, row["id"])
        if row["OS-EXT-STS:task_state"] is not None or row["status"] == "BUILD":
            row = self._settled(path)
        image = self._image(record)
        if (row["image"] and row["image"]["id"] != image) or row["key_name"] != record.key_name:
            row = self._active(path, row)
            self._act(path, {"rebuild": {"imageRef": image, "key_name": record.key_name}})
            row = self._settled(path)
        if row["status"] != record.status:
            row = self._active(path, row)
            if record.status != "ACTIVE":
                self._act(path, FROM_ACTIVE[record.status])
                row = self._settled(path)
        if row["metadata"] != record.metadata:
            self.admin.call("PUT", path + "/metadata", {"metadata": record.metadata})
        if sorted(row["tags"]) != sorted(record.tags):
            self.admin.call("PUT", path + "/tags", {"tags": record.tags})
        # One without a port shows none.
        if {group["name"] for group in row.get("security_groups", ())} not in (set(), set(record.security_groups)):
            self.foundation.set_security_groups(row["id"], record.security_groups)
        if row["locked"] != record.locked:
            self._act(path, {"lock" if record.locked else "unlock": None})
        if row["status"] != record.status:
            raise LabError("%s is %s and should be %s" % (record.name, row["status"], record.status))

    @staticmethod
    def _host(record: Server) -> str | None:
        return None if record.status == "ERROR" else record.host

    @staticmethod
    def _hints(record: Server) -> dict[str, Any]:
        """One in ERROR is one that no host could be found for: beside a server that there is not."""
        if record.status != "ERROR":
            return {}
        return {"os:scheduler_hints": {"same_host": ["00000000-0000-4000-8000-000000000000"]}}

    def _image(self, record: Server) -> str:
        image = record.image or record.volume_image
        return self.foundation.images[image["name"] if image else next(iter(self.foundation.images))]

    def _image_on_disk(self, row: dict[str, Any]) -> str:
        """The image on the volume that the server boots from; "" where it has none."""
        for each in self.admin.get(ATTACHMENTS % row["id"])["volumeAttachments"]:
            if is_root(each):
                return self.storage.image_of(each["volumeId"])
        return ""

    def _disk(self, record: Server) -> dict[str, Any]:
        """What a new server boots from."""
        if record.image is not None:
            return {"imageRef": self._image(record)}
        root = {"source_type": "image", "destination_type": "volume", "boot_index": 0, "uuid": self._image(record)}
        return {"block_device_mapping_v2": [{**root, "volume_size": record.flavor["disk"]}]}

    def _active(self, path: str, row: dict[str, Any]) -> dict[str, Any]:
        if row["status"] == "ACTIVE":
            return row
        if row["status"] not in TO_ACTIVE:
            raise LabError("%s is %s, from which no way leads back" % (row["name"], row["status"]))
        self._act(path, TO_ACTIVE[row["status"]])
        return self._settled(path)

    def _act(self, path: str, body: dict[str, Any]) -> None:
        self.admin.post(path + "/action", body)

    def _settled(self, path: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            row: dict[str, Any] = self.admin.get(path)["server"]
            busy = row["OS-EXT-STS:task_state"] is not None or row["status"] == "BUILD"
            return None if busy else row

        settled: dict[str, Any] = wait("server " + path, look)
        return settled

    def change(self, row: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
        """To another host, into another status, under another name; the next restore brings it back."""
        path = "%s/%s" % (SERVERS, row["id"])
        if order.get("name", row["name"]) != row["name"]:
            self.admin.call("PUT", path, {"server": {"name": order["name"]}})
            row = self._settled(path)
        status = order.get("status", row["status"])
        if order.get("host", row["OS-EXT-SRV-ATTR:host"]) != row["OS-EXT-SRV-ATTR:host"]:
            self._active(path, row)
            self._act(path, {"os-migrateLive": {"host": order["host"], "block_migration": "auto"}})
            row = self._settled(path)
            if row["OS-EXT-SRV-ATTR:host"] != order["host"]:
                raise LabError("%s did not move to %s" % (row["name"], order["host"]))
        if row["status"] != status:
            row = self._active(path, row)
            if status != "ACTIVE":
                self._act(path, FROM_ACTIVE[status])
                row = self._settled(path)
        return row

    def make_again(self, names: list[str], hints: dict[str, Any]) -> None:
        rows = self.listed()
        for record in self.wanted:
            if record.name in names:
                for row in rows:
                    if row["name"] == record.name:
                        self.remove(row)
                self._make(record, hints)

    def _make(self, record: Server, hints: dict[str, Any] | None = None) -> dict[str, Any]:
        """Create the server with its addresses, on its host."""
        fixed: dict[str, list[str]] = {}
        for address in record.addresses:
            if address["kind"] == "fixed":
                fixed.setdefault(address["network"], []).append(address["ip"])
        ports = {network: self.foundation.port(network, ips) for network, ips in fixed.items()}
        made = self.admin.post(
            SERVERS,
            {
                "server": {
                    "name": record.name,
                    **self._disk(record),
                    "flavorRef": self.foundation.flavors[record.flavor["name"]],
                    "metadata": record.metadata,
                    "tags": record.tags,
                    "networks": [{"port": port} for port in ports.values()] or "none",
                    "user_data": base64.b64encode(USER_DATA).decode(),
                    **({"key_name": record.key_name} if record.key_name else {}),
                    **({"host": record.host} if record.status != "ERROR" else {}),
                },
                **({"os:scheduler_hints": hints} if hints else self._hints(record)),
            },
        )["server"]
        path = "%s/%s" % (SERVERS, made["id"])
        row = self._settled(path)
        floating = [address for address in record.addresses if address["kind"] == "floating"]
        for address in floating:
            network = address["network"]
            self.foundation.floating(network, fixed[network][0], address["ip"], ports[network])
        if floating:
            wait("the floating addresses of " + record.name, lambda: self._fits(record, self._settled(path)))
        return self._settled(path) if floating else row

    def add(self, record: Server) -> dict[str, Any]:
        """One more, for a test; the next restore removes it."""
        made = self._make(record)
        return {"id": made["id"], "name": made["name"], "status": made["status"]}

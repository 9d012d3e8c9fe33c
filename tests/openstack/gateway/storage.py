"""The volumes of the simulator's default.yml on the real cloud: made once, put back as they were before each test."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from foundation import Foundation
from lab import LabError, wait

VOLUMES = "volume/v3/volumes"
ATTACHMENTS = "compute/v2.1/servers/%s/os-volume_attachments"
#: Of bootstrap.py: the volumes of this type go on several servers.
SHARED_TYPE = "shared"


class Storage:
    """The volumes of one estate: those of default.yml, and those that its servers boot from."""

    def __init__(self, foundation: Foundation) -> None:
        self.admin = foundation.admin
        self.wanted: list[dict[str, Any]] = [
            {"size": 10, "multiattach": False, "status": "available", **row}
            for row in foundation.builder.settings.get("volumes", ())
        ]

    def listed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.admin.get(VOLUMES + "/detail")["volumes"]
        return sorted(rows, key=lambda row: str(row["created_at"]))

    def restore(self) -> None:
        """Those of default.yml are there once, on no server, and no others but those that servers boot from."""
        spare = {row["name"]: row for row in self.wanted}
        for row in self.listed():
            wanted = spare.get(row["name"])
            if wanted and (row["size"], row["multiattach"]) == (wanted["size"], wanted["multiattach"]):
                self._free(row)
                self._reset(row["id"], wanted["status"])
                del spare[row["name"]]
            elif not boots(row):
                self._free(row)
                self._remove(row["id"])
        for wanted in spare.values():
            self.add(wanted)

    def add(self, fields: dict[str, Any]) -> dict[str, Any]:
        """One more; the next restore removes one that default.yml has not."""
        body = {"name": fields["name"], "size": fields.get("size", 10)}
        if fields.get("multiattach"):
            body["volume_type"] = SHARED_TYPE
        made = self.admin.post(VOLUMES, {"volume": body})["volume"]
        row = self._settled(made["id"])
        self._reset(row["id"], fields.get("status", "available"))
        return row

    def described(self) -> list[dict[str, Any]]:
        """Those of default.yml, in its order, and then others, as the simulator's control side shows them."""
        order = [row["name"] for row in self.wanted]
        rows = [row for row in self.listed() if not boots(row)]
        rows.sort(key=lambda row: order.index(row["name"]) if row["name"] in order else len(order))
        keys = ("id", "name", "size", "multiattach", "status")
        return [
            {**{key: row[key] for key in keys}, "servers": [each["server_id"] for each in row["attachments"]]}
            for row in rows
        ]

    def image_of(self, volume_id: str) -> str:
        """The id of the image on a volume."""
        row = self.admin.get("%s/%s" % (VOLUMES, volume_id))["volume"]
        return str(row.get("volume_image_metadata", {}).get("image_id", ""))

    def _free(self, row: dict[str, Any]) -> None:
        """Detach it from all servers."""
        for each in row["attachments"]:
            path = ATTACHMENTS % each["server_id"]
            self.admin.call("DELETE", "%s/%s" % (path, row["id"]), also=(400, 404, 409))
        if row["attachments"]:
            wait("the volume " + row["name"], lambda: not self._settled(row["id"])["attachments"])

    def _settled(self, volume_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            row: dict[str, Any] = self.admin.get("%s/%s" % (VOLUMES, volume_id))["volume"]
            return None if row["status"].endswith("ing") else row

        settled: dict[str, Any] = wait("volume " + volume_id, look)
        if settled["status"] == "error" and settled["attachments"]:
            raise LabError("the volume %s is in error on a server" % volume_id)
        return settled

    def _reset(self, volume_id: str, status: str) -> None:
        path = "%s/%s" % (VOLUMES, volume_id)
        if self.admin.get(path)["volume"]["status"] != status:
            self.admin.post(path + "/action", {"os-reset_status": {"status": status}})

    def _remove(self, volume_id: str) -> None:
        path = "%s/%s" % (VOLUMES, volume_id)
        for snapshot in self.admin.get("volume/v3/snapshots?volume_id=" + volume_id)["snapshots"]:
            self.admin.delete("volume/v3/snapshots/" + snapshot["id"])
            wait("a snapshot's deletion", lambda: self._is_gone("volume/v3/snapshots/" + snapshot["id"]))  # noqa: B023
        self.admin.call("POST", path + "/action", {"os-force_delete": {}}, also=(404,))
        wait("the deletion of volume " + volume_id, lambda: self._is_gone(path))

    def _is_gone(self, path: str) -> bool:
        return self.admin.send("GET", path).status_code == 404


def boots(row: dict[str, Any]) -> bool:
    """Whether a server boots from the volume."""
    return bool(row["attachments"]) and row["bootable"] == "true" and any(is_root(each) for each in row["attachments"])


def is_root(attachment: dict[str, Any]) -> bool:
    """Whether it is the attachment of the volume that the server boots from."""
    return str(attachment["device"]).endswith("da")

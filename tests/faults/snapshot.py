"""The simulator's own state as a comparable document: what the check holds against the words of a task."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

#: Of each kind and name of thing the rows that there are, sorted: {"server web-01": ['{"status": …}']}.
Snapshot = dict[str, list[str]]

#: Keys of a server's metadata in which the collection notes what it is at, beside those that a user asks for.
#: What only spares a request, which the next run sends if the note is missing, or a warning.
ADVISORY = ("cloudserver_keypairs", "cloudserver_created_with")
NOTES, ASKED_FOR = "cloudserver_", ("cloudserver_password_revision",)
#: How the rows of such notes begin.
NOTES_OF = "notes of "
#: What a thing of random content is shown as, so that two runs compare equal.
MADE = "(made by the cloud)"


def take(sim: Any, platform: str, known: Known, files: Path | None = None) -> Snapshot:
    """Everything that a task of this collection can change on the platform. The simulator's lock is taken."""
    found: Snapshot = {}
    with sim.lock:
        sim.fleets[platform].end_due_transitions()
        for name, row in _rows(sim, platform, known):
            found.setdefault(name, []).append(json.dumps(row, sort_keys=True, default=str))
    for path in sorted(files.iterdir()) if files else ():
        text = path.read_text()
        whole = text.startswith("-----BEGIN") and text.rstrip().endswith("-----")
        found["file " + path.name] = ["a private key" if whole else "%d characters" % len(text)]
    return {name: sorted(rows) for name, rows in found.items()}


class Known:
    """What was there at the start, or stands in the task: ids, keys and passwords that are no random ones."""

    def __init__(self, sim: Any, platform: str, texts: Iterable[str], digest: Callable[[str], str | None]) -> None:
        builder = sim.builders[platform]
        self.servers = set(sim.fleets[platform].servers)
        self.ports = set(builder.ports.rows)
        self.ids = {str(key) for rows in (builder.images, builder.hosts.aggregates) for key in rows}
        self.ids |= {group.id for group in sim.groups[platform].list_groups(None)}
        self.texts = {key.public_key for key in sim.keys[platform].rows.values()} | set(texts)
        self.texts |= {server.password for server in sim.fleets[platform].servers.values() if server.password}
        self.texts |= {hashed for hashed in map(digest, texts) if hashed}

    def id(self, value: object) -> str:
        """An id; one that came later is random. So a thing that was replaced by one of its name is another thing."""
        return str(value) if str(value) in self.ids else MADE

    def text(self, value: str | None) -> str | None:
        return value if value is None or value in self.texts else MADE


def _rows(sim: Any, platform: str, known: Known) -> Iterator[tuple[str, dict[str, Any]]]:
    builder = sim.builders[platform]
    names = {server.id: server.name for server in sim.fleets[platform].servers.values()}
    for server in sim.fleets[platform].servers.values():
        if server.vm_state != "deleted":
            yield "server " + _name_of(server, known), _server(server, known)
            notes = {key: value for key, value in server.metadata.items() if _is_note(key)}
            if notes:
                yield NOTES_OF + _name_of(server, known), notes
    for key in sim.keys[platform].rows.values():
        yield "key pair " + key.name, {"type": key.type, "user": key.user_id, "key": known.text(key.public_key)}
    for flavor in builder.flavors.values():
        # A flavor that is recreated keeps its id, so that the ids of two runs say nothing.
        yield "flavor " + flavor["name"], {k: v for k, v in flavor.items() if k not in ("id", "number", "name")}
    for image in builder.images.values():
        properties = {k: v for k, v in image["properties"].items() if not k.endswith("_at")}
        row = {key: image[key] for key in ("status", "protected", "min_disk", "visibility", "owner")}
        yield "image " + image["name"], {**row, "id": known.id(image["id"]), "properties": properties}
    for aggregate in builder.hosts.aggregates.values():
        yield "aggregate " + aggregate.name, {
            "id": known.id(aggregate.id), "hosts": sorted(aggregate.hosts), "metadata": aggregate.metadata}  # fmt: skip
    for host, service in builder.hosts.services.items():
        row = {"disabled": service.disabled, "reason": service.reason, "forced_down": service.forced_down}
        if any(row.values()):
            yield "service " + host, row
    for group in sim.groups[platform].list_groups(None):
        members = sorted(names.get(member, member) for member in group.members)
        row = {"id": known.id(group.id), "policy": group.policy, "most_per_host": group.most_per_host}
        yield "server group " + group.name, {**row, "members": members}
    for volume in builder.volumes.rows.values():
        on = sorted(names.get(server, server) for server in volume.servers)
        yield "volume " + volume.name, {"size": volume.size, "status": volume.status, "servers": on}
    for port in builder.ports.rows.values():
        name = port.name if port.id in known.ports else "of " + names.get(port.device_id, port.device_id or "nobody")
        row = {"network": port.network_id, "on": names.get(port.device_id, port.device_id), "nova": port.made_by_nova}
        yield "port " + name, row


def _is_note(key: str) -> bool:
    return key.startswith(NOTES) and key not in ASKED_FOR and key not in ADVISORY


def without_notes(found: Snapshot) -> Snapshot:
    """What the user sees: a note that is written or taken away is no change of what a task declares."""
    return {name: rows for name, rows in found.items() if not name.startswith(NOTES_OF)}


def _name_of(server: Any, known: Known) -> str:
    # Two servers of the configuration share a name and are told apart by their ids; new ones of one name are doubled.
    return server.id if server.id in known.servers else "new " + server.name


def _server(server: Any, known: Known) -> dict[str, Any]:
    row = {
        name: getattr(server, name)
        for name in ("name", "region", "project_id", "vm_state", "task_state", "power_state", "locked",
                     "key_name", "description", "enterprise_project_id", "encryption_key", "delete_lost", "moved_from")
    }  # fmt: skip
    own = {key: value for key, value in server.metadata.items() if key not in ADVISORY}
    row["metadata"] = {key: value for key, value in own.items() if not _is_note(key)}
    row["tags"] = sorted(server.tags)
    row["key_names"] = sorted(server.key_names)
    row["security_groups"] = sorted(server.security_groups)
    row["flavor"] = server.flavor["name"]
    row["image"] = server.image and server.image["name"]
    row["password"] = known.text(server.password)
    row["pending_password"] = known.text(server.pending_password)
    row["user_data"] = server.user_data
    row["addresses"] = sorted(" ".join(str(each[key]) for key in ("network", "kind", "version"))
                              for each in server.addresses)  # fmt: skip
    row["public_ips"] = sorted(each["ip"] for each in server.addresses if each["kind"] == "floating")
    row["volumes"] = sorted((each["volume_id"], each["delete_on_termination"]) for each in server.attached)
    row["fault"] = bool(server.fault)
    if server.id in known.servers:
        # Where a new server is put depends on how many there were before.
        row["host"] = server.host
    elif row["description"] == server.name:
        # Nova describes a new server by its name below microversion 2.19, which nobody asked for.
        row["description"] = None
    return row


def difference(left: Snapshot, right: Snapshot, most: int = 3) -> str:
    """In words, how the second differs from the first; empty where it does not."""
    found = []
    for name in sorted(set(left) | set(right)):
        one, two = left.get(name, []), right.get(name, [])
        if one != two:
            found.append("%s: %s" % (name, _change(one, two)))
    rest = len(found) - most
    return "; ".join(found[:most]) + ("; and %d more" % rest if rest > 0 else "")


def _change(one: list[str], two: list[str]) -> str:
    if len(one) != len(two):
        return "%d of them instead of %d" % (len(two), len(one))
    words = []
    for left, right in zip(one, two, strict=True):
        try:
            before, after = json.loads(left), json.loads(right)
        except ValueError:
            return "%s instead of %s" % (right, left)
        for key in before:
            if before[key] != after.get(key):
                words.append("%s is %s instead of %s" % (key, _short(after.get(key)), _short(before[key])))
    return ", ".join(words)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "…"


def surplus(wanted: Snapshot, found: Snapshot) -> list[str]:
    """The names of things of which there are more than wanted: what was made twice."""
    return sorted(name for name, rows in found.items() if name in wanted and len(rows) > len(wanted[name]))

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers with the same name that several tasks created at the same time. Pure data and functions.

Nova allows several servers with the same name, so two tasks that find a name missing both create it. Each task lists
the servers again afterwards. All tasks sort the servers of a name in the same way, by creation time and then by id. So
they agree on the server to keep, and each task deletes only servers that it created itself. A task sees every server
before its own, because the times of the cloud are in seconds and the task lists the servers SETTLED seconds after the
response to its request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ERROR, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import DELETING

KEEP = "keep"
DELETE_NEWER = "delete_newer"
CHOICES = (KEEP, DELETE_NEWER)
#: Seconds until the list contains every server with an earlier or the same creation time.
SETTLED = 2.0
#: Seconds within which a task deletes its duplicate after the server is built.
GRACE = 120.0
HINT = "Delete one of them, or set on_duplicate: delete_newer, so that the task that created the newer one deletes it."


@dataclass(frozen=True)
class Duplicates:
    """A server that this task created, and the other servers with its name, oldest first."""

    own: Server
    older: tuple[Server, ...] = ()
    newer: tuple[Server, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.older or self.newer)

    @property
    def sentence(self) -> str:
        others = ", ".join("%s (%s)" % (server.id, _age(server)) for server in self.older + self.newer)
        count = len(self.older) + len(self.newer)
        subject = (
            "another server with this name exists" if count == 1 else "%d other servers with this name exist" % count
        )
        return "%s: %s; this task created %s (%s) at the same time" % (subject, others, self.own.id, _age(self.own))


def _age(server: Server) -> str:
    return "created %s" % server.created if server.created else "age unknown"


def rank(server: Server) -> tuple[str, str]:
    """The order in which all tasks sort the servers of a name."""
    return server.created or "", server.id


def duplicates_of(explicit_id: str, name: str, listed: Iterable[Server], known: Collection[str]) -> Duplicates | None:
    """The duplicates of the server with this id in the list; ``None`` if the list does not contain that server.
    ``known`` are the ids of servers that existed before; a task may have deleted one of them to recreate it. Servers
    that are being deleted are not duplicates."""
    same = [server for server in listed if server.name == name and not server.is_deleted]
    own = next((server for server in same if server.id == explicit_id), None)
    if own is None:
        return None
    others = [
        server
        for server in sorted(same, key=rank)
        if server.id != explicit_id and server.id not in known and not (server.task_state or "").startswith(DELETING)
    ]
    older = tuple(server for server in others if rank(server) < rank(own))
    return Duplicates(own, older, tuple(server for server in others if rank(server) > rank(own)))


def survivor(older: Sequence[Server]) -> Server | None:
    """The server to keep if the server of this task is to be deleted; ``None`` if no older server works."""
    return next((server for server in older if not server.is_deleted and server.power_state != ERROR), None)

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of one server, and what the server looks like when it is done. Pure data and predicates."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server

#: Where a server is: in the ordinary list, in the recycle bin or beyond, beyond it.
PRESENT = "present"
GONE = "gone"
PURGED = "purged"


@dataclass(frozen=True)
class Aim:
    """What a server shows when a deed is done; what is ``None`` or empty does not matter.

    Plain data, for a handle carries it to the task that joins later.
    """

    presence: str | None = None
    power_state: str | None = None
    #: Any of these, in capitals.
    status: tuple[str, ...] = ()
    #: The flavor's id and name: below microversion 2.47 a server tells the one, from there on the other.
    flavor: tuple[str, ...] = ()
    locked: bool | None = None
    name: str | None = None
    host: str | None = None
    #: Any host but this one.
    left_host: str | None = None
    #: Volumes that it has, and that it has no more.
    volumes: tuple[str, ...] = ()
    no_volumes: tuple[str, ...] = ()
    #: Ports that it has, and that it has no more; a server's record does not show them.
    ports: tuple[str, ...] = ()
    no_ports: tuple[str, ...] = ()
    #: The image that was made of it, which is to become active; likewise.
    image: str | None = None

    @property
    def beyond(self) -> bool:
        """Whether the server's record alone is no proof: a volume is in it before it is attached."""
        return bool(self.volumes or self.ports or self.no_ports or self.image)

    def met(self, server: Server | None) -> bool:
        """Whether the server, ``None`` for one that the cloud does not know, is as it is to be."""
        if server is None:
            return self.presence in (GONE, PURGED)
        status = (server.status or "").upper()
        if self.presence is not None and not (
            status == "DELETED" if self.presence == PURGED else server.gone == (self.presence == GONE)
        ):
            return False
        return (
            self.power_state in (None, server.power_state)
            and (not self.status or status in self.status)
            and (not self.flavor or server.flavor.id in self.flavor or server.flavor.name in self.flavor)
            and self.locked in (None, server.locked)
            and self.name in (None, server.name)
            and self.host in (None, server.host)
            and (self.left_host is None or server.host not in (None, self.left_host))
            and not set(self.volumes).difference(server.volumes or ())
            and not set(self.no_volumes).intersection(server.volumes or ())
        )

    def as_dict(self) -> dict[str, Any]:
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value not in (None, ())
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Aim:
        """The aim again, from a handle. Raises KeyError for what is none."""
        known = {each.name for each in fields(cls)}
        for name in data:
            if name not in known:
                raise KeyError(name)
        found: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**found)


@dataclass(frozen=True)
class Deed:
    """One thing to be asked of one server: ``arguments`` are what the platform needs to ask for it.

    ``aim`` is what proves it; without one only the cloud's record of the action does. ``tasks`` are beginnings of the
    task_states that show it under way. ``repeatable``: asking twice does no harm. Not ``watched``: the answer itself
    says that it is done. ``note`` is a key and a value of the server's metadata, written before the deed is asked for
    and removed when the whole work on the server has ended: a run that is interrupted leaves it for the next one.
    ``hidden``: the server's record need not show that it was done, so without an answer nobody knows.
    """

    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    aim: Aim | None = None
    tasks: tuple[str, ...] = ()
    repeatable: bool = False
    watched: bool = True
    note: tuple[str, str] | None = None
    hidden: bool = False

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where one server is on its way to its disk, and the note that a run keeps of it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import SETTLE, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import remove_notes, write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, unnoted
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, UNCHANGED, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import POWER_STATE_NOTE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import RebuildOptions

BEFORE, ORDER, WATCH, AFTER = "before", "order", "watch", "after"


@dataclass
class RebuildProgress:
    """Where one server is on its way. ``power`` is what PowerRun keeps of it, before its disk and after."""

    server: Server
    #: The power state in which it is to end; found once, before anything is done to it.
    goal: str | None = None
    stage: str = SETTLE
    taken: tuple[str, ...] = ()
    power: Progress | None = None
    lane: PowerRun | None = None
    order: RebuildSpec | None = None
    ticket: PendingAction | None = None
    tries: int = 0
    #: What went wrong with the disk; the power state is given back all the same.
    failure: Outcome | None = None
    known: bool = False
    #: Whether what a later run has to finish is kept in the server's metadata, or need not be.
    noted: bool = False
    #: Not looked at before, by the clock of the wait, for the cloud wants to be asked again then.
    not_before: float = 0.0
    postponed: CloudError | None = None
    #: An order whose answer proves nothing and that the state does not show yet: its ticket, the server before it, the
    #: error, and the instant before it was sent.
    doubt: tuple[PendingAction, Server, CloudError, str | None] | None = None


class RebuildNotes:
    """Keeps the power state that each server is to have again, for the run after an interruption."""

    cloud: Compute
    wish: RebuildOptions
    outcomes: dict[str, Outcome]
    servers: dict[str, Server]

    def _write_notes(self, left: Mapping[str, RebuildProgress], ended: dict[str, Outcome]) -> None:
        """Keeps the power state that each server is to have again, before anything is done to it."""
        wanted = []
        for key, step in left.items():
            if step.noted or step.stage not in (BEFORE, ORDER) or key in ended:
                continue
            step.noted = True
            note = self.wish.note_for(step.server, self.cloud.rules) if step.goal else {}
            if any(step.server.metadata.get(name) != value for name, value in note.items()):
                wanted.append((step.server, note))
        errors = write_notes(self.cloud, wanted)
        for server, note in wanted:
            step = left[server.id]
            if server.id in errors:
                ended[server.id] = unnoted(server, errors[server.id], taken_by(step))
                continue
            step.server = replace(server, metadata={**server.metadata, **note})
            self.servers[server.id] = step.server
            if step.power:
                step.power.server = step.server

    def _remove_notes(self) -> None:
        """The work on these servers has ended. One that failed has its power state again, or keeps its note."""
        over = [
            self.servers[key]
            for key, outcome in self.outcomes.items()
            if outcome.result in (DONE, UNCHANGED) or (outcome.result == FAILED and self._has_power_state(key))
        ]
        for key, error in remove_notes(self.cloud, over, (POWER_STATE_NOTE,)).items():
            message = "the work has ended, but its note (%s) could not be removed from the metadata: %s"
            outcome = Outcome.of_error(self.servers[key], FAILED, error, self.outcomes[key].actions)
            if self.outcomes[key].result != FAILED:
                self.outcomes[key] = replace(outcome, message=message % (POWER_STATE_NOTE, error.message))
        for server in over:
            metadata = {key: value for key, value in server.metadata.items() if key != POWER_STATE_NOTE}
            self.servers[server.id] = replace(server, metadata=metadata)

    def _has_power_state(self, key: str) -> bool:
        server = self.servers[key]
        kept = server.metadata.get(POWER_STATE_NOTE)
        return kept is not None and GOAL.get(kept) == server.power_state


def is_rebuilding(server: Server) -> bool:
    return (server.status or "").upper() == "REBUILD" or (server.task_state or "").startswith("rebuild")


def taken_by(step: RebuildProgress) -> tuple[str, ...]:
    return step.power.taken if step.power else step.taken

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The notes that a run keeps in the metadata of the servers that it works on, for the run after an interruption."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import remove_notes, write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, unnoted
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, UNCHANGED, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import are_kept


class NoteKeeper:
    """Writes the note of a deed before the deed is asked for, and removes it when the work on the server has ended."""

    #: The keys of metadata that are the notes of this kind of work.
    notes: tuple[str, ...] = ()

    cloud: Compute
    outcomes: dict[str, Outcome]
    servers: dict[str, Server]
    _acted: bool

    def _write_notes(self, items: list[Progress], ended: dict[str, Outcome]) -> list[Progress]:
        """The items whose notes are written, or need none; nothing is done to a server whose note cannot be written."""
        wanted = []
        for item in items:
            note = item.deeds[0].note
            if note and item.server.metadata.get(note[0]) != note[1] and are_kept(self.cloud.rules):
                wanted.append((item.server, dict([note])))
        if not wanted:
            return items
        errors = write_notes(self.cloud, wanted)
        self._acted = self._acted or len(errors) < len(wanted)
        metadata = {server.id: note for server, note in wanted}
        for item in items:
            key, server = item.server.id, item.server
            if key in errors:
                ended[key] = unnoted(server, errors[key], item.taken)
            elif key in metadata:
                item.server = self.servers[key] = replace(server, metadata={**server.metadata, **metadata[key]})
        return [item for item in items if item.server.id not in errors]

    def _remove_notes(self) -> None:
        """The notes of servers on which the work has ended; an unfinished one keeps its note for the next run."""
        if not self.notes:
            return
        seen = [(self.servers[key], outcome) for key, outcome in self.outcomes.items()]
        over = [server for server, outcome in seen if self._is_over(outcome, server)]
        for key, error in remove_notes(self.cloud, over, self.notes).items():
            if self.outcomes[key].result == FAILED:
                continue
            message = "the work is done, but its note (%s) could not be removed from the metadata: %s"
            outcome = Outcome.of_error(self.servers[key], FAILED, error, self.outcomes[key].actions)
            self.outcomes[key] = replace(outcome, message=message % (", ".join(self.notes), error.message))

    def _is_over(self, outcome: Outcome, server: Server) -> bool:
        return outcome.result in (DONE, UNCHANGED)

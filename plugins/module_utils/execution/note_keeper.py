# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notes in the metadata of servers during a run, for the run after an interruption."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import remove_notes, write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, unnoted
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import are_kept


@dataclass
class NoteKeeper:
    """Writes the note of an action before the action is submitted, and removes it when the actions of the server are
    done."""

    cloud: Compute
    #: The metadata keys of the notes.
    keys: tuple[str, ...]

    def write(self, items: Sequence[Progress]) -> tuple[dict[str, Outcome], set[str]]:
        """Return the outcomes of the servers whose notes cannot be written, and the ids of the servers whose notes were
        written."""
        wanted: dict[str, tuple[Progress, dict[str, str]]] = {}
        for item in items:
            note = item.actions[0].note
            if note and item.server.metadata.get(note[0]) != note[1] and are_kept(self.cloud.rules):
                wanted[item.server.id] = (item, dict([note]))
        if not wanted:
            return {}, set()
        errors = write_notes(self.cloud, [(item.server, metadata) for item, metadata in wanted.values()])
        failed = {key: unnoted(wanted[key][0].server, error, wanted[key][0].taken) for key, error in errors.items()}
        for key in set(wanted) - set(errors):
            item, metadata = wanted[key]
            item.server = replace(item.server, metadata={**item.server.metadata, **metadata})
        return failed, set(wanted) - set(errors)

    def remove(
        self,
        outcomes: dict[str, Outcome],
        servers: dict[str, Server],
        is_over: Callable[[Outcome, Server], bool],
    ) -> None:
        """Removes the notes of servers whose actions are done; other servers keep their notes for the next run."""
        if not self.keys:
            return
        over = [servers[key] for key, outcome in outcomes.items() if is_over(outcome, servers[key])]
        errors = remove_notes(self.cloud, over, self.keys)
        for server in over:
            if server.id not in errors:
                metadata = {key: value for key, value in server.metadata.items() if key not in self.keys}
                servers[server.id] = replace(server, metadata=metadata)
            elif outcomes[server.id].result != FAILED:
                outcomes[server.id] = self._not_removed(server, errors[server.id], outcomes[server.id])

    def _not_removed(self, server: Server, error: CloudError, outcome: Outcome) -> Outcome:
        message = "the actions are done, but the key %s could not be removed from the metadata: %s"
        failed = Outcome.of_error(server, FAILED, error, outcome.actions)
        return replace(failed, message=message % (", ".join(self.keys), error.message))

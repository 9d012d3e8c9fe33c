# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ids and names that the tasks of a run share, beside its token cache: one file for each identity and kind of
resource.

The names of a cloud may change at any time, so an entry is used for a short time only, and only to find that nothing is
to be changed, or to show a name.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_cache import RunCache

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

#: Seconds for which an entry is used.
NAMES_LIFETIME = 300.0


class RunNames(RunCache):
    """The entries of one identity and one kind of resource."""

    title = "list of names"
    margin = 0.0

    def get(self, key: str, now: datetime) -> Any:
        """The value of an entry; None if there is none, or if it is too old."""
        kept = self._entries(now.timestamp()).get(key)
        return kept[1] if kept else None

    def put(self, key: str, value: Any, now: datetime) -> None:
        """Keep a value that can be encoded as JSON."""
        moment = now.timestamp()
        with self.lock():
            entries = self._entries(moment)
            entries[key] = [moment + NAMES_LIFETIME, value]
            self.save({"expires_at": moment + NAMES_LIFETIME, "entries": entries})

    def clear(self) -> None:
        """Forget all entries: a task has changed such a resource."""
        with self.lock():
            self.save({"expires_at": 0.0, "entries": {}})

    def _entries(self, now: float) -> dict[str, Any]:
        kept = (self.load(now) or {}).get("entries")
        found = kept.items() if isinstance(kept, dict) else ()
        return {key: value for key, value in found if _is_valid(value, now)}


def _is_valid(entry: Any, now: float) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], float) and entry[0] > now


def run_names(settings: Settings, identity: str, kind: str) -> RunNames | None:
    """The names of a kind for the identity; None outside a run, and if the settings turn the token cache off."""
    if settings.run_folder is None or not settings.token_cache:
        return None
    return RunNames(settings.run_folder, "%s | %s" % (identity, kind), settings.secrets())

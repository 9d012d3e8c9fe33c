# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of an inventory source that are kept between runs."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Callable, Mapping, MutableMapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

#: The version of what is written into the cache.
_FORMAT = 1


def place(settings: Settings) -> tuple[str, ...]:
    """Where a source's servers are: a server of the same id at the same place is the same server."""
    return settings.platform, settings.endpoint or settings.auth.auth_url, settings.region or ""


def cache_key(selection: Mapping[str, Any], settings: Settings) -> str:
    """What an answer is kept under: a digest of who asks, where, and for what; of no option that only shapes hosts.

    The id of an access key tells whose it is and is no secret. A ready token without a project says nothing else of who
    it is, so its digest has to tell two of them apart; it is long and random, and cannot be guessed from a digest.
    """
    auth = settings.auth
    who: list[Any] = [auth.who(), auth.project(), getattr(auth, "access_key", None)]
    if auth.method == "token" and not auth.project_id:
        who.append(getattr(auth, "token", None))
    asked = {name: value for name, value in selection.items() if name != "page_size" and value}
    identity = [_FORMAT, place(settings), auth.auth_url, settings.interface, who, asked]
    text = json.dumps(identity, sort_keys=True, default=str)
    return "cloudserver_%s" % hashlib.sha256(text.encode("utf-8")).hexdigest()[:40]


class InventoryCache:
    """Answers in a cache that itself never forgets: the age is judged here, so that an old answer is still there when
    its cloud is not. ``timeout`` is in seconds, 0 for no end; ``now`` gives seconds since 1970."""

    def __init__(self, cache: MutableMapping[str, Any], timeout: float, now: Callable[[], float]) -> None:
        self._cache = cache
        self._timeout = timeout
        self._now = now

    def fresh(self, key: str) -> list[dict[str, Any]] | None:
        found = self.last(key)
        if found is None or (self._timeout and not 0 <= found[1] <= self._timeout):
            return None
        return found[0]

    def last(self, key: str) -> tuple[list[dict[str, Any]], float] | None:
        """The last answer, however old, and its age in seconds."""
        try:
            entry = self._cache.get(key)
        except Exception:
            # Ansible's file caches raise over a damaged file, having removed it. The cloud can be asked instead.
            return None
        try:
            if not isinstance(entry, Mapping) or entry["format"] != _FORMAT:
                return None
            return list(json.loads(entry["servers"])), self._now() - float(entry["time"])
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, key: str, records: Sequence[Mapping[str, Any]]) -> None:
        # As one text: Ansible copies what it caches, and writes it with indents; both are slow for 10,000 records.
        self._cache[key] = {"format": _FORMAT, "time": self._now(), "servers": json.dumps(records)}

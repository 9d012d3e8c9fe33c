# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cached records of an inventory source."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Callable, Mapping, MutableMapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

#: The version of the cache format.
_FORMAT = 2


def place(settings: Settings) -> tuple[str, ...]:
    """The location of a source's servers: a server with the same id at the same location is the same server."""
    return settings.platform, settings.endpoint or settings.auth.auth_url, settings.region or ""


def cache_key(selection: Mapping[str, Any], settings: Settings, image_names: bool = False) -> str:
    """The cache key of a source: a digest of identity, location and query, without options that only affect hosts.
    ``image_names``: whether the records contain the names of the images. The
    id of an access key identifies its owner and is not secret. A token without a project has no other identity, so its
    digest is used; a token is long and random, and cannot be guessed from a digest."""
    auth = settings.auth
    who: list[Any] = [auth.who(), auth.project(), getattr(auth, "access_key", None)]
    if auth.method == "token" and not auth.project_id:
        who.append(getattr(auth, "token", None))
    asked = {name: value for name, value in selection.items() if name != "page_size" and value}
    if image_names:
        asked["image_names"] = True
    identity = [_FORMAT, place(settings), auth.auth_url, settings.interface, who, asked, settings.enterprise_project_id]
    text = json.dumps(identity, sort_keys=True, default=str)
    return "cloudserver_%s" % hashlib.sha256(text.encode("utf-8")).hexdigest()[:40]


class InventoryCache:
    """A cache whose entries never expire in the cache plugin: the age is checked here, so that an old entry is still
    available if its cloud does not respond. ``timeout`` is in seconds, 0 for no expiry; ``now`` returns seconds since
    1970."""

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
        """The last entry, regardless of its age, and its age in seconds."""
        try:
            entry = self._cache.get(key)
        except Exception:
            # Ansible's file caches remove a damaged file and raise an error. The cloud is queried instead.
            return None
        try:
            if not isinstance(entry, Mapping) or entry["format"] != _FORMAT:
                return None
            return list(json.loads(entry["servers"])), self._now() - float(entry["time"])
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, key: str, records: Sequence[Mapping[str, Any]]) -> None:
        # Stored as one string: Ansible copies cached values and writes them with indentation, which is slow for 10,000
        # records.
        self._cache[key] = {"format": _FORMAT, "time": self._now(), "servers": json.dumps(records)}

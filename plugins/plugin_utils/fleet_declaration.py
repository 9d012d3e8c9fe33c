# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parses a declared list of servers: names, and groups of entries that differ only in their names; pure functions."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import key_of_tag
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import mapped_keys, tag_texts

#: The keys of an entry that define the names of its servers.
NAMING = ("name", "names", "name_pattern", "count")


class DeclarationError(Exception):
    """The declaration is invalid; the message is one sentence with the reason."""


def entry_names(number: int, entry: Any) -> list[str]:
    """The names of the servers of entry ``number`` (from 1). Raises DeclarationError."""
    if not isinstance(entry, Mapping):
        raise DeclarationError("entry %d is not a mapping of options" % number)
    name, pattern, count = entry.get("name"), entry.get("name_pattern"), entry.get("count")
    if count is None:
        names = entry.get("names") or ([name] if name else [])
        if isinstance(names, str):
            names = [each.strip() for each in names.split(",")]
        if not isinstance(names, list):
            raise DeclarationError("entry %d: names is not a list" % number)
        if not names:
            why = "name_pattern needs count" if pattern else "it has no name, no names and no name_pattern with count"
            raise DeclarationError("entry %d: %s" % (number, why))
        return [str(each) for each in names]
    if not (name or pattern):
        raise DeclarationError("entry %d has no name, no names and no name_pattern" % number)
    try:
        return [str(pattern or str(name) + "-%d") % place for place in range(1, int(count) + 1)]
    except (TypeError, ValueError):
        text = (
            "entry %d: count %r is not a number, or name_pattern %r does not have exactly one placeholder such as %%02d"
        )
        raise DeclarationError(text % (number, count, pattern)) from None


def group_entries(entries: Any, default_tags: Any = None) -> list[dict[str, Any]]:
    """Group entries that differ only in their names: ``entry``, the number of the first one from 1, ``names``, and
    ``tags``, those of the entry after ``default_tags``. The other options stay in the entries, because they may contain
    a password, and groups become facts. Raises DeclarationError, also for a name that is declared twice."""
    if not isinstance(entries, list):
        raise DeclarationError("give a list of entries, each a mapping of options")
    groups: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        names = entry_names(number, entry)
        options = {key: value for key, value in entry.items() if key not in NAMING}
        key = json.dumps(options, sort_keys=True, default=str)
        if key not in groups:
            own = mapped_keys(options.get("tags"))
            defaults = [tag for tag in _texts(default_tags) if key_of_tag(tag) not in own]
            tags = dict.fromkeys(defaults + _texts(options.get("tags")))
            groups[key] = {"entry": number, "names": [], "tags": list(tags)}
        groups[key]["names"].extend(names)
    counts = Counter(name for group in groups.values() for name in group["names"])
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise DeclarationError("these names are declared twice: %s" % ", ".join(twice))
    return list(groups.values())


def _texts(given: Any) -> list[str]:
    """The tags of an option. Raises DeclarationError."""
    try:
        return tag_texts(given or [])
    except InvalidRequest as error:
        raise DeclarationError(str(error)) from None

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tiers in which servers are started or stopped, by a tag of the servers; a pure function."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping

STATES = ("started", "stopped")
_SATISFIED = {"started": ("running",), "stopped": ("stopped",)}
_NUMBER = re.compile(r"-?[0-9]{1,9}")


class TierError(Exception):
    """The tags or options are invalid; the message is one sentence with the reason."""


def power_tiers(
    clouds: Iterable[Mapping[str, Any]], state: str, tag: str = "order", default_tier: Any = None
) -> list[dict[str, Any]]:
    """The tiers, ascending for ``started`` and descending for ``stopped``; each tier has one part for each cloud.

    ``clouds``: mappings with ``host`` and ``servers``, records with id, name, power_state and tags. ``default_tier`` is
    the tier of servers without the tag; without it they are an error. A part has ``tier``, ``host``, ``ids``, ``names``
    and ``todo``, the names of the servers that do not have the state yet. Raises TierError.
    """
    if state not in STATES:
        raise TierError("state: %r is neither started nor stopped" % (state,))
    default = _default(default_tier)
    parts: dict[tuple[int, int], dict[str, Any]] = {}
    wrong: list[str] = []
    untagged: list[str] = []
    for number, cloud in enumerate(clouds):
        for server in sorted(cloud["servers"], key=lambda each: (str(each.get("name")), each["id"])):
            texts = [text for text in server.get("tags") or [] if text.partition("=")[0] == tag]
            values = {text.partition("=")[2] for text in texts}
            if len(values) > 1 or not all(_NUMBER.fullmatch(value) for value in values):
                wrong.append("%s (%s)" % (server.get("name") or server["id"], ", ".join(sorted(texts))))
            elif not values and default is None:
                untagged.append(str(server.get("name") or server["id"]))
            else:
                tier = int(values.pop()) if values else default or 0
                part = parts.setdefault((tier, number), _part(tier, str(cloud["host"])))
                _add(part, server, state)
    _refuse(wrong, "the tag %s must be one whole number, such as %s=10" % (tag, tag))
    _refuse(untagged, "they have no tag %s; add it, such as %s=10, or set a default tier" % (tag, tag))
    sign = 1 if state == "started" else -1
    return [parts[key] for key in sorted(parts, key=lambda key: (sign * key[0], key[1]))]


def _default(given: Any) -> int | None:
    if given is None or given == "":
        return None
    if isinstance(given, bool) or not _NUMBER.fullmatch(str(given)):
        raise TierError("default_tier: %r is not a whole number" % (given,))
    return int(given)


def _part(tier: int, host: str) -> dict[str, Any]:
    return {"tier": tier, "host": host, "ids": [], "names": [], "todo": []}


def _add(part: dict[str, Any], server: Mapping[str, Any], state: str) -> None:
    part["ids"].append(server["id"])
    part["names"].append(server.get("name") or server["id"])
    if server.get("power_state") not in _SATISFIED[state]:
        part["todo"].append(server.get("name") or server["id"])


def _refuse(names: list[str], reason: str) -> None:
    if names:
        shown = ", ".join(names[:10]) + (" and %d more" % (len(names) - 10) if len(names) > 10 else "")
        raise TierError("%d server%s: %s: %s" % (len(names), "" if len(names) == 1 else "s", reason, shown))

"""What differs in two end states, without ids, times, addresses and host names, which differ by nature."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fnmatch
import ipaddress
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Parts of a text that differ by nature.
_PARTS = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\binstance-[0-9a-f]{8}\b"), "<instance>"),
    (re.compile(r"\br-[0-9a-z]{8}\b"), "<reservation>"),
)
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_HOST = re.compile(r"cmp\d+")


@dataclass(frozen=True)
class Difference:
    """A value that one of the two left, and the other did not."""

    where: str
    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.where}: openstack.cloud {_shown(self.theirs)}, cloudserver.compute {_shown(self.ours)}"


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def normalized(value: Any, exact: Collection[str] = (), field: str = "") -> Any:
    """The value without what differs by nature; lists are sorted, for the services keep no order in them. ``exact`` are
    the fields whose values are kept as they are."""
    if isinstance(value, Mapping):
        return {str(key): normalized(part, exact, str(key)) for key, part in value.items()}
    if isinstance(value, list):
        return sorted((normalized(part, exact, field) for part in value), key=_key)
    if field in exact:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int) and not isinstance(value, bool) and field.lower() == "id":
        return "<id>"
    return value


def _text(text: str) -> str:
    try:
        return f"<ipv{ipaddress.ip_address(text).version}>"
    except ValueError:
        pass
    if _MAC.fullmatch(text):
        return "<mac>"
    if _HOST.fullmatch(text):
        return "<host>"
    for pattern, word in _PARTS:
        text = pattern.sub(word, text)
    return text


def differences(theirs: Any, ours: Any, where: str = "") -> Iterator[Difference]:
    """The differences of two normalized values, with their paths."""
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        for key in sorted({*theirs, *ours}):
            yield from differences(theirs.get(key, MISSING), ours.get(key, MISSING), _under(where, key))
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(one, other, _under(where, str(number)))
    elif type(theirs) is not type(ours) or theirs != ours:
        yield Difference(where, theirs, ours)


def _under(where: str, key: str) -> str:
    return key if not where else f"{where}{key}" if where.endswith(": ") else f"{where}.{key}"


def compare(
    theirs: Mapping[str, Any], ours: Mapping[str, Any], exact: Collection[str], stated: Sequence[Mapping[str, str]]
) -> tuple[list[Difference], list[str]]:
    """The differences in what each command printed that are not stated, and the stated ones that do not occur."""
    found = [
        difference
        for command in theirs
        for difference in differences(
            normalized(theirs[command], exact), normalized(ours[command], exact), command + ": "
        )
    ]
    open_ones = [
        difference
        for difference in found
        if not any(fnmatch.fnmatchcase(difference.where, row["where"]) for row in stated)
    ]
    idle = [
        row["where"]
        for row in stated
        if not any(fnmatch.fnmatchcase(difference.where, row["where"]) for difference in found)
    ]
    return open_ones, idle


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _shown(value: Any) -> str:
    return repr(value) if value is MISSING else json.dumps(value, sort_keys=True, default=str)

"""The shape of an answer: which keys it has and what is under them, whatever the values are."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

#: Texts whose form is part of the shape: a client parses them.
FORMS = (
    ("time Z", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    ("time .ffffffZ", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
    ("time .ffffff", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"),
    ("time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
    ("uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("hex", r"[0-9a-f]{32}"),
    ("url", r"https?://.*"),
    ("empty", r""),
)
Shape = dict[str, frozenset[str]]


def kind(value: Any) -> str:
    """``null``, ``bool``, ``number``, ``object``, ``list``, or of a text its form."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (dict, list)):
        return "object" if isinstance(value, dict) else "list"
    return next((name for name, form in FORMS if re.fullmatch(form, value)), "text")


def shape(document: Any, path: str = "") -> Shape:
    """What kinds each path of the document holds. ``a[].b`` is the key b of all items of the list a; ``absent`` is
    among its kinds where some items have it and some have not."""
    found: dict[str, frozenset[str]] = {path: frozenset((kind(document),))}
    if isinstance(document, dict):
        for key, value in document.items():
            found.update(shape(value, "%s.%s" % (path, key) if path else str(key)))
    elif isinstance(document, list):
        for one in [shape(item, path + "[]") for item in document]:
            for inner, kinds in one.items():
                found[inner] = found.get(inner, frozenset()) | kinds
        _mark_absent(found, document, path + "[]")
    return found


def _mark_absent(found: dict[str, frozenset[str]], items: list[Any], path: str) -> None:
    objects = [item for item in items if isinstance(item, dict)]
    for key in {key for item in objects for key in item}:
        if any(key not in item for item in objects):
            inner = "%s.%s" % (path, key)
            found[inner] = found[inner] | {"absent"}


def differences(simulated: Shape, real: Shape) -> dict[str, str]:
    """By path, what the one holds and the other does not. Of a key that is missing, what is below it is left out."""
    missing = set(simulated) ^ set(real)
    told = {}
    for path in sorted(set(simulated) | set(real)):
        one, other = simulated.get(path), real.get(path)
        if one == other or any(_below(path, parent) for parent in missing):
            continue
        told[path or "(body)"] = "simulator %s, real %s" % (_text(one), _text(other))
    return told


def _below(path: str, parent: str) -> bool:
    return path != parent and (path.startswith((parent + ".", parent + "[]")) or (parent == "" and path != ""))


def _text(kinds: frozenset[str] | None) -> str:
    return "|".join(sorted(kinds)) if kinds else "nothing"

"""What a run of a target drove: the documents' operations that its simulator answered with success, and the parameters
that these requests had."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tools import simulator

RECORD = "operations.json"
#: Signing is no request of its own: a signed one that succeeds drives it.
SIGNING = "H11"


def save(folder: Path, target: str, platform: str, ready: Mapping[str, Any]) -> None:
    """Save what a run that passed drove, from the log of its simulator; a real cloud has no such log."""
    if ready.get("real"):
        return
    rows = simulator.control(dict(ready), "GET", f"/requests?platform={platform}")["requests"]
    record = {"target": target, "platform": platform, "operations": driven(rows), "parameters": sent(rows)}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")


def driven(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How often each operation succeeded, by the rows of a simulator's log. The response of a fault does not count."""
    found: Counter[str] = Counter()
    for row in filter(_succeeded, rows):
        if row["operation"]:
            found[row["operation"]] += 1
        if row.get("auth") == "signature":
            found[SIGNING] += 1
    return dict(sorted(found.items()))


def sent(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The names of the parameters of each operation that succeeded, as docs/operations.yml has them: those of the
    query, of the body with dots, and of the headers."""
    found: dict[str, set[str]] = {}
    for row in filter(_succeeded, rows):
        names = {*(name for name, _value in row["query"]), *_leaves(row["body"]), *row["headers"]}
        for operation in (row["operation"], SIGNING if row.get("auth") == "signature" else None):
            if operation:
                found.setdefault(operation, set()).update(names)
    return {operation: sorted(names) for operation, names in sorted(found.items())}


def _succeeded(row: Mapping[str, Any]) -> bool:
    return not row["fault"] and row["status"] is not None and 200 <= row["status"] < 300


def _leaves(body: Any, name: str = "") -> Iterator[str]:
    """The names of the values in a document that are no object; entries of a list have no part in the name."""
    if isinstance(body, Mapping) and body:
        for key, value in body.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key))
    elif isinstance(body, list) and body:
        for value in body:
            yield from _leaves(value, name)
    elif name:
        yield name

"""What a run of a target drove: the documents' operations that its simulator answered with success."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
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
    record = {"target": target, "platform": platform, "operations": driven(rows)}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")


def driven(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How often each operation succeeded, by the rows of a simulator's log. The response of a fault does not count."""
    found: Counter[str] = Counter()
    for row in rows:
        if row["fault"] or row["status"] is None or not 200 <= row["status"] < 300:
            continue
        if row["operation"]:
            found[row["operation"]] += 1
        if row.get("auth") == "signature":
            found[SIGNING] += 1
    return dict(sorted(found.items()))

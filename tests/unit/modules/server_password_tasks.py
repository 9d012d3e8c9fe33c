# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of server_password, and what the simulator says of the servers afterwards."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from modules.bench import Bench

GOOD, OTHER = "Tr0ub4dor+3", "c0rrect:H0rse"
WEB = ["web-01", "web-02", "web-03", "web-04"]
BATCH = "reset passwords"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def holds(bench: Bench, name: str, password: str, *, pending: bool | None = None) -> bool:
    """Whether the server has the password; on huaweicloud it waits there for the next start."""
    key = "pending_password" if (bench.platform == "huaweicloud" if pending is None else pending) else "password"
    return bool(bench.server(name)[key] == digest(password))


def changes(bench: Bench, *names: str) -> list[int]:
    return [bench.server(name)["password_changes"] for name in names]


def set_password(bench: Bench, **options: Any) -> dict[str, Any]:
    """The result of the task, which shows no password unless the task sets that option."""
    if not any(name in options for name in ("passwords", "generate")):
        options.setdefault("password", GOOD)
    result = bench.call("server_password", **options)
    text = json.dumps(result)
    for secret in (options.get("password"), *(options.get("passwords") or {}).values()):
        assert not secret or str(secret) not in text, text
    return result


def rehearse(bench: Bench, **options: Any) -> dict[str, Any]:
    """Check mode, in which a cloud is asked nothing but by its dry run."""
    before = len(bench.changing_requests())
    result = set_password(bench, check=True, diff=True, **options)
    asked = bench.changing_requests()[before:]
    assert asked == [] if bench.platform != "huaweicloud" else all(body["dry_run"] is True for body in asked)
    return result


def hold_check_to_run(bench: Bench, **options: Any) -> dict[str, Any]:
    """Runs in check mode and then for real, and holds the one to the other; returns the run's result."""
    expected = rehearse(bench, **options)
    result = set_password(bench, diff=True, **options)
    for key in ("changed", "diff"):
        assert expected[key] == result[key], key
    assert bool(expected.get("failed")) == bool(result.get("failed"))
    assert len(expected["outcomes"]) == len(result["outcomes"])
    for before, after in zip(expected["outcomes"], result["outcomes"], strict=True):
        assert before["id"] == after["id"] and before["actions"] == after["actions"]
        assert before["outcome"] == ("planned" if after["outcome"] == "done" else after["outcome"])
        assert before.get("message") == after.get("message") and before.get("code") == after.get("code")
    return result

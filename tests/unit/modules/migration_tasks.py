# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of server_migrate on three web servers, and the requests that the simulator got."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done

OWNERS = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
WEB = ["web-01", "web-02", "web-03"]


def move(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server_migrate", **{"all_projects": True, **options})


def host(bench: Bench, name: str) -> str:
    return str(bench.server(name)["host"])


def kill(bench: Bench, name: str, up: bool = False) -> None:
    bench.control("PUT", f"/{bench.platform}/hosts/{name}", {"up": up})


def action_bodies(bench: Bench) -> list[Any]:
    """The bodies of actions on servers, without the requests to services."""
    return [row["body"] for row in bench.requests() if row["method"] == "POST" and row["path"].endswith("/action")]


def brief(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    alike = {"planned": "done"}
    return [(each["id"], alike.get(each["outcome"], each["outcome"]), each["actions"]) for each in result["outcomes"]]


def hold_check_to_run(bench: Bench, **options: Any) -> dict[str, Any]:
    """The run's result, which check mode has predicted, and which a second run finds unchanged."""
    with nothing_done(bench):
        predicted = move(bench, check=True, diff=True, **options)
    done = move(bench, diff=True, **options)
    assert not done.get("failed"), done["msg"]
    assert (predicted["changed"], predicted["diff"], brief(predicted)) == (done["changed"], done["diff"], brief(done))
    with nothing_done(bench):
        again = move(bench, diff=True, **options)
    assert again["changed"] is False and again["diff"] == {"before": {}, "after": {}}
    assert {each["outcome"] for each in again["outcomes"]} <= {"unchanged"}
    return done

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_migrate on clouds of older microversions, and on platforms without hosts."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.migration_tasks import OWNERS, action_bodies, host, kill, move

LIVE = {"os-migrateLive": {"host": None, "block_migration": "auto"}}


def speak(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    """The cloud knows no newer microversion than this."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

    monkeypatch.setattr(NovaApi, "_newest_of_cloud", lambda self: version)


@OWNERS
@pytest.mark.parametrize(
    "version, options, body",
    [
        ((2, 1), {"mode": "cold"}, {"migrate": None}),
        ((2, 24), {"mode": "live"}, {"os-migrateLive": {"host": None, "block_migration": False,
                                                        "disk_over_commit": False}}),
        ((2, 24), {"mode": "live", "block_migration": True},
         {"os-migrateLive": {"host": None, "block_migration": True, "disk_over_commit": False}}),
        ((2, 25), {"mode": "live"}, LIVE),
        ((2, 25), {"mode": "live", "block_migration": True}, {"os-migrateLive": {"host": None,
                                                                                 "block_migration": True}}),
        ((2, 30), {"mode": "live", "host": "cmp5", "force": True},
         {"os-migrateLive": {"host": "cmp5", "block_migration": "auto", "force": True}}),
        ((2, 13), {"mode": "evacuate"}, {"evacuate": {"onSharedStorage": False}}),
        ((2, 13), {"mode": "evacuate", "shared_storage": True}, {"evacuate": {"onSharedStorage": True}}),
        ((2, 14), {"mode": "evacuate", "host": "cmp5"}, {"evacuate": {"host": "cmp5"}}),
        ((2, 67), {"mode": "evacuate", "host": "cmp5", "force": True}, {"evacuate": {"host": "cmp5", "force": True}}),
    ],
    ids=str,
)  # fmt: skip
def test_the_wire_of_older_clouds(
    web_on_cmp1: Bench, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], options: dict[str, Any], body: Any
) -> None:
    speak(monkeypatch, version)
    if options["mode"] == "evacuate":
        kill(web_on_cmp1, "cmp1")
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1", **options)
    assert outcome(result, "web-01")["outcome"] == "done", result.get("msg")
    assert action_bodies(web_on_cmp1)[0] == body and host(web_on_cmp1, "web-01") != "cmp1"


@OWNERS
@pytest.mark.parametrize(
    "version, options, words",
    [
        ((2, 55), {"mode": "cold", "host": "cmp5"}, "the host of a cold migration needs 2.56"),
        ((2, 29), {"mode": "live", "host": "cmp5", "force": True}, "force needs 2.30"),
    ],
    ids=str,
)
def test_what_older_clouds_cannot(
    web_on_cmp1: Bench, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], options: dict[str, Any], words: str
) -> None:
    speak(monkeypatch, version)
    with nothing_done(web_on_cmp1):
        says(move(web_on_cmp1, names=["web-01"], **options), words)


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_platforms_without_hosts(bench: Bench) -> None:
    for check in (True, False):
        with nothing_done(bench):
            words = f"Platform {bench.platform} has no operation migrate. Use "
            refused(bench.call("server_migrate", check=check, names=["web-01"], host="a"), words)

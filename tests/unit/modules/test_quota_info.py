# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""quota_info as a task sees it."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import PLATFORMS, Bench, nothing_done, refused

EVERY = pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
FULL = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
OTHERS = pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)


def own(bench: Bench) -> list[dict[str, Any]]:
    """The servers of the project in the region."""
    one = bench.server("web-01")
    rows = bench.control("GET", f"/{bench.platform}/servers")["servers"]
    here = [row for row in rows if (row["project_id"], row["region"]) == (one["project_id"], one["region"])]
    return [row for row in here if row["vm_state"] not in ("deleted", "soft-delete")]


@EVERY
def test_the_quotas_of_the_project(bench: Bench) -> None:
    servers = own(bench)
    bench.control("PUT", f"/{bench.platform}/quota", {"instances": len(servers) + 3, "ram": 1})
    with nothing_done(bench):
        found = bench.call("quota_info")
        assert bench.call("quota_info", check=True)["quotas"] == found["quotas"]
    assert found["changed"] is False
    quotas = found["quotas"]
    assert quotas["project_id"] == bench.server("web-01")["project_id"]
    assert quotas["instances"] == {"limit": len(servers) + 3, "used": len(servers), "free": 3, "unlimited": False}
    assert (quotas["cores"]["limit"], quotas["cores"]["free"], quotas["cores"]["unlimited"]) == (None, None, True)
    assert quotas["cores"]["used"] >= len(servers)
    # A limit below the use leaves nothing.
    assert (quotas["ram_mb"]["limit"], quotas["ram_mb"]["free"]) == (1, 0)
    spot = quotas["spot_instances"]["unlimited"]
    assert spot is (True if bench.platform == "huaweicloud" else None)


@FULL
def test_another_project(bench: Bench) -> None:
    other = bench.server("web-01")["project_id"]
    with nothing_done(bench):
        refused(bench.call("quota_info", project_id="0" * 32), "quotas of the project 0000")
    bench.options = bench.credentials("admin")
    with nothing_done(bench):
        found = bench.call("quota_info", project_id=other)["quotas"]
        refused(bench.call("quota_info", project_id="0" * 32), "is not a valid project")
        refused(bench.call("quota_info", project_id=" "), "project_id")
    assert (found["project_id"], found["instances"]["used"]) == (other, len(own(bench)))
    assert (found["keypairs"]["used"], found["keypairs"]["limit"]) == (None, 100)


@OTHERS
def test_another_project_is_not_everywhere(bench: Bench) -> None:
    with nothing_done(bench):
        refused(bench.call("quota_info", project_id="p2"), "no operation project_quotas")

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server as a task sees it: making, changing and deleting servers by name."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says
from modules.ten_steps import ten_steps

EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
BOTH = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
FLAVORS = {"openstack": ("m1.small", "m1.medium", "m1.large"), "easystack": ("1C-2G", "2C-4G", "4C-8G"),
           "ustack": ("micro-1", "micro-2", "standard-4")}
IMAGES = {"openstack": "debian-12", "easystack": "openEuler-22.03", "ustack": "Ubuntu 14.04 x64"}
NETWORKS = {"openstack": "private", "easystack": "private", "ustack": "shared"}
CREATE = {"openstack": "E04", "easystack": "E04", "ustack": "U01"}


def kind(bench: Bench, **more: Any) -> dict[str, Any]:
    """What describes a server that can be made."""
    platform = bench.platform
    return {"flavor": FLAVORS[platform][0], "image": IMAGES[platform], "networks": [NETWORKS[platform]], **more}


def make(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server", **kind(bench, **options))


@EVERY_NOVA
def test_the_ten_steps(bench: Bench) -> None:
    create = kind(bench, name="new-1", metadata={"team": "a", "n": 7}, tags=["role=new", "blue"], key_name="operators")
    update = {"name": "new-1", "metadata": {"team": "b"}, "purge_metadata": True, "tags": ["role=new"],
              "purge_tags": True}
    if bench.platform != "ustack":
        create.update(description="a new one", locked=True)
        update.update(description="", locked=False)
    made, changed, gone = ten_steps(bench, "server", {"name": "x"}, create, update, "to make it a flavor is needed")
    assert made["server"]["power_state"] == "running" and made["server"]["private_ips"]
    assert outcome(made, "new-1")["actions"][0] == "create"
    shown = changed["server"]
    assert "blue" not in shown["tags"] and "role=new" in shown["tags"]
    assert gone["servers"] == [] and outcome(gone, "new-1")["actions"] == ["delete"]

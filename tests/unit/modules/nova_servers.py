# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New servers on Nova clouds, as a task describes them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench

EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
BOTH = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
FLAVORS = {
    "openstack": ("m1.small", "m1.medium", "m1.large"),
    "easystack": ("1C-2G", "2C-4G", "4C-8G"),
    "ustack": ("micro-1", "micro-2", "standard-4"),
}
IMAGES = {"openstack": "debian-12", "easystack": "openEuler-22.03", "ustack": "Ubuntu 14.04 x64"}
NETWORKS = {"openstack": "private", "easystack": "private", "ustack": "shared"}
CREATE = {"openstack": "E04", "easystack": "E04", "ustack": "U01"}


def kind(bench: Bench, **more: Any) -> dict[str, Any]:
    """What describes a server that can be made."""
    platform = bench.platform
    return {"flavor": FLAVORS[platform][0], "image": IMAGES[platform], "networks": [NETWORKS[platform]], **more}


def make(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server", **kind(bench, **options))

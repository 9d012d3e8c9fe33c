# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of plans and of their execution share."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails

SMALL = FlavorDetails(
    id="f1",
    name="small",
    vcpus=1,
    ram_mb=1024,
    disk_gb=10,
    ephemeral_gb=0,
    swap_mb=0,
    rxtx_factor=1.0,
    is_public=True,
    disabled=False,
    extra_specs={"a": "1", "b": "2"},
)
FIELDS = {"name": "small", "vcpus": 1, "ram_mb": 1024}

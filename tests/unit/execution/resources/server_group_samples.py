# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of plans and of their execution share."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup

DB = ServerGroup("g1", "db", "anti-affinity", {"max_server_per_host": 2}, (), "p", "u")
FULL = ServerGroup("g2", "full", "affinity", {}, ("s1", "s2"), "p", "u")
OLD = ServerGroup("g3", "old", "affinity", None)

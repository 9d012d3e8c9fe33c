# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and servers of the plans' tests."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Service

HOSTS = ("a", "b", "c", "dead")
SERVICES = {
    host: Service(host, host, "nova-compute", "enabled", "down" if host == "dead" else "up", forced_down=False)
    for host in HOSTS
}

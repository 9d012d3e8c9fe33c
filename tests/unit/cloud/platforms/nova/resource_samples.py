# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources as Nova returns them, and the headers of a microversion."""

from __future__ import annotations

from hypothesis import strategies as st

ROOTS = {"openstack": "/v2.1", "easystack": "/v2.1", "ustack": "/v2/p1", "huaweicloud": "/v2.1/p1"}
UNVERSIONED = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")


def version_headers(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": "compute " + version, "X-OpenStack-Nova-API-Version": version}


junk = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)

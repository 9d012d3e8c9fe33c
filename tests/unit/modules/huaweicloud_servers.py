# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New servers on huaweicloud, as a task describes them."""

from __future__ import annotations

from typing import Any

#: The simulator's VPC and its first subnet.
VPC = "6487c4f3-8c58-5c6b-ab9b-bf720997fe62"
SUBNET = "0cee3fb0-52fe-5229-ae78-d9c0af2e7c5d"
IMAGE = "EulerOS 2.9 64bit"
CREATE, DELETE, RESIZE, TAGS = "create servers", "delete servers", "resize server", "change tags"


def kind(**more: Any) -> dict[str, Any]:
    """What describes a server that can be made; None takes an option away."""
    given = {"flavor": "s6.small.1", "image": IMAGE, "vpc_id": VPC, "networks": [{"subnet": SUBNET}],
             "system_disk": {"type": "GPSSD", "size_gb": 40}, **more}  # fmt: skip
    return {key: value for key, value in given.items() if value is not None}

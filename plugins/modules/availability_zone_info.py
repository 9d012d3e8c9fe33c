#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: availability_zone_info
short_description: List availability zones
version_added: 1.0.0
description:
  - Lists the availability zones, and their compute hosts where the user is permitted to see them.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  hosts:
    description:
      - Also returns the hosts of each zone. Requires an administrator. Supported on V(openstack) and V(easystack). For
        other users the hosts are V(null) and the task warns.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
"""

EXAMPLES = r"""
- name: List the availability zones
  cloudserver.compute.availability_zone_info:
    cloud: production
"""

RETURN = r"""
zones:
  description: The zones, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: The zone's name., type: str}
    available:
      description: Whether the zone accepts new servers. V(null) on V(huaweicloud), whose list does not say it.
      type: bool
    hosts:
      description: The services of each host. V(null) without O(hosts=true), or where the user is not permitted to see
        them.
      type: dict
    type:
      description: The type of the zone on V(huaweicloud), V(Center) or V(Edge). V(null) on the other platforms.
      type: str
    mode:
      description: The mode of the zone on V(huaweicloud), V(shared) or V(dedicated). V(null) on the other platforms.
      type: str
    alias:
      description: The alias of the zone on V(huaweicloud). V(null) on the other platforms.
      type: str
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(argument_spec(hosts={"type": "bool", "default": False}))


def run(context: Context) -> Result:
    zones = sorted(context.cloud.zones.list(hosts=context.params["hosts"]), key=lambda zone: zone.name)
    return Result(data={"zones": [zone.as_dict() for zone in zones]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()

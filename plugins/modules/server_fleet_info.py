#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_fleet_info
short_description: Export existing servers as a declaration
version_added: 1.0.0
description:
  - Returns the selected servers as the options O(cloudserver.compute.server_fleet#module:servers) and
    O(cloudserver.compute.server_fleet#module:defaults). Write them to a file, and keep it in version control.
    M(cloudserver.compute.server_fleet) with this declaration finds nothing to change.
  - The order is stable. The same servers give the same declaration.
  - A declaration contains no passwords, no user data, and no tag or metadata key whose name looks like a secret, such
    as C(db_password). It contains nothing that Ansible would evaluate as a template. RV(left_out) lists what the
    declaration does not contain.
  - Whether servers are running is not part of a declaration. M(cloudserver.compute.server_power) changes it.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  parallel:
    description:
      - Maximum number of concurrent requests, 1 to 64.
    type: int
    default: 8
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_fleet
  - module: cloudserver.compute.server_info
"""

EXAMPLES = r"""
- name: Export the web servers
  cloudserver.compute.server_fleet_info:
    cloud: production
    tags: [role=web]
  register: web

- name: Write the declaration
  ansible.builtin.copy:
    content: "{{ {'defaults': web.defaults, 'servers': web.servers} | to_nice_yaml(indent=2, sort_keys=false) }}"
    dest: web-fleet.yml
    mode: "0644"

- name: Show the options and servers that are left out
  ansible.builtin.debug:
    var: web.left_out

- name: Check that the servers are still as declared
  cloudserver.compute.server_fleet:
    cloud: production
    defaults: "{{ web.defaults }}"
    servers: "{{ web.servers }}"
  check_mode: true
"""

RETURN = r"""
defaults:
  description: The options that all servers have in common.
  returned: success
  type: dict
  sample: {flavor: m1.small, image: debian-12}
servers:
  description:
    - The entries, sorted by name. Servers that differ only in their names are one entry.
    - The options are C(flavor), C(image), C(iso), C(networks), C(vpc_id), C(security_groups), C(availability_zone),
      C(key_name), C(public_ip), C(access_ipv4), C(access_ipv6), C(hostname), C(description), C(tags), C(metadata) and
      C(locked), if the cloud returns them and the platform supports them. C(hostname) is only set if it is not the one
      that the cloud makes of the name.
  returned: success
  type: list
  elements: dict
  sample:
    - names: [web-01, web-02]
      tags: [role=web]
left_out:
  description: The options and servers that the declaration does not contain.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    option:
      description: The option, with the key of a tag or of metadata. V(null) if the whole server is left out.
      type: str
    reason: {description: The reason., type: str}
  sample:
    - id: 5c2c75ad-2e15-43eb-8921-1bdcda5f21ae
      name: db-01
      option: volumes
      reason: a declaration does not hold the volumes of an existing server
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: success
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import find
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.fleet_export import export_servers
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import SELECTION, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(argument_spec(SELECTION, parallel={"type": "int", "default": 8}))


def run(context: Context) -> Result:
    selection = Selection.from_options(context.params, missing="ignore", listing=True)
    chosen = find(context.cloud, selection, image_names=True)
    found = export_servers(chosen.servers, context.cloud.rules)
    return Result(
        data={
            "defaults": found.defaults,
            "servers": found.servers,
            "left_out": found.left_out,
            "missing": dict(chosen.missing),
        }
    )


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()

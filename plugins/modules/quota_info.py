#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: quota_info
short_description: Read the quotas of a project and their use
version_added: 1.0.0
description:
  - Reads how many servers, cores and other resources a project may have, and how many it has. It changes nothing.
  - The quotas are those of the compute service in the region of the connection.
  - On V(ustack) the vendor does not document the request. The module uses the request of Nova, which this platform is
    based on.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  project_id:
    description:
      - The id of another project. By default the module reads the quotas of the project of the connection.
      - Requires an administrator. Supported on V(openstack) and V(easystack). Nova rejects a project that does not
        exist if it can check this, and otherwise returns the default quotas.
    type: str
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server
  - module: cloudserver.compute.flavor_info
"""

EXAMPLES = r"""
- name: Read the quotas
  cloudserver.compute.quota_info:
    cloud: production
  register: found

- name: Stop before the fleet is created if there is no room for it
  ansible.builtin.assert:
    that:
      - found.quotas.instances.unlimited or found.quotas.instances.free >= 5
      - found.quotas.cores.unlimited or found.quotas.cores.free >= 20
    fail_msg: "There is room for {{ found.quotas.instances.free }} servers and {{ found.quotas.cores.free }} cores."

- name: Read the quotas of another project
  cloudserver.compute.quota_info:
    cloud: admin
    project_id: 4fb8feedc13f53468c0626d876d419c9
"""

RETURN = r"""
quotas:
  description:
    - The quotas. Each resource has the same four keys. A value is V(null) if the cloud does not return it.
  returned: success
  type: dict
  contains:
    project_id: {description: The id of the project., type: str}
    instances:
      description: The number of servers.
      type: dict
      contains:
        limit: {description: "The maximum. V(null) if there is none, or if the cloud does not return it.", type: int}
        used: {description: "How much the project uses. V(null) if the cloud does not return it.", type: int}
        free: {description: "The rest, at least 0. V(null) without a limit, or if the use is unknown.", type: int}
        unlimited: {description: "Whether there is no limit. V(null) if the cloud does not return it.", type: bool}
    cores: {description: The number of cores of all servers., type: dict}
    ram_mb: {description: The RAM of all servers in MiB., type: dict}
    keypairs: {description: "The number of key pairs of a user, without the use.", type: dict}
    server_groups: {description: The number of server groups., type: dict}
    server_group_members: {description: "The number of servers of one group, without the use.", type: dict}
    metadata_items: {description: "The number of metadata keys of one server, without the use.", type: dict}
    spot_instances: {description: "The number of spot servers, on V(huaweicloud).", type: dict}
    spot_cores: {description: "The number of cores of all spot servers, on V(huaweicloud).", type: dict}
    spot_ram_mb: {description: "The RAM of all spot servers in MiB, on V(huaweicloud).", type: dict}
  sample:
    project_id: 5a0c2e6b3f614b1d9f0d6d3c2b1a0f9e
    instances: {limit: 20, used: 12, free: 8, unlimited: false}
    cores: {limit: null, used: 40, free: null, unlimited: true}
    ram_mb: {limit: 102400, used: 81920, free: 20480, unlimited: false}
    keypairs: {limit: 100, used: null, free: null, unlimited: false}
    server_groups: {limit: 10, used: 1, free: 9, unlimited: false}
    server_group_members: {limit: 10, used: null, free: null, unlimited: false}
    metadata_items: {limit: 128, used: null, free: null, unlimited: false}
    spot_instances: {limit: null, used: null, free: null, unlimited: null}
    spot_cores: {limit: null, used: null, free: null, unlimited: null}
    spot_ram_mb: {limit: null, used: null, free: null, unlimited: null}
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(argument_spec(project_id={"type": "str"}))


def run(context: Context) -> Result:
    project_id = context.params["project_id"]
    check_name("project_id", project_id)
    return Result(data={"quotas": context.cloud.quotas.get(project_id).as_dict()})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()

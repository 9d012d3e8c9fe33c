#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keypair_info
short_description: List key pairs
version_added: 1.0.0
description:
  - Lists the key pairs of the user, on V(huaweicloud) also those of the account.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - Return only the key pair with this name. The list is empty if it does not exist.
    type: str
  user_id:
    description:
      - The id of the user whose key pairs are listed. Requires an administrator. Supported on V(openstack) and
        V(easystack).
    type: str
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.keypair
"""

EXAMPLES = r"""
- name: List the key pairs
  cloudserver.compute.keypair_info:
    cloud: production
"""

RETURN = r"""
keypairs:
  description:
    - The key pairs, sorted by name, as M(cloudserver.compute.keypair) returns them.
    - C(user_id), C(created), C(id), C(updated_at), C(deleted), C(deleted_at) and C(description) are null without
      O(name), because the list of the cloud does not contain them.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(argument_spec(name={"type": "str"}, user_id={"type": "str"}))


def run(context: Context) -> Result:
    name, user_id = context.params["name"], context.params["user_id"]
    if name:
        observed = context.cloud.keypairs.get(name, user_id)
        found = [observed] if observed else []
    else:
        found = list(context.cloud.keypairs.list(user_id))
    return Result(data={"keypairs": [each.as_dict() for each in sorted(found, key=lambda each: each.name)]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()

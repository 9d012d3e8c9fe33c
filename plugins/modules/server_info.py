#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_info
short_description: List cloud servers
version_added: 0.1.0
description:
  - Lists the selected cloud servers. The records have the same format on all platforms.
  - The module reads all pages, and applies each filter again to the result of the cloud.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  fields:
    description:
      - The keys of the records to return. By default all keys. V(id) is always returned.
      - For thousands of servers, select few fields to keep the result small.
      - If only V(id) and V(name) are requested, and only O(all), O(ids) or O(names) select servers, the module uses the
        short list of the cloud, which is faster. V(huaweicloud) has no short list.
    type: list
    elements: str
  deleted:
    description:
      - Lists the servers in the recycle bin instead. These servers were deleted and can be restored.
      - Supported on V(easystack) and V(openstack). On V(openstack), and with O(all_projects=true), it requires an
        administrator.
    type: bool
    default: false
  sort_key:
    description:
      - The key of the records by which to sort them. Records with the same value are sorted by name and id. Records
        without a value are the last ones.
      - With O(limit), the clouds V(openstack) and V(easystack) sort by V(created) and V(id), and the module reads only
        as many servers as it needs. For other keys and on other platforms it reads all selected servers and sorts them.
    type: str
    choices: [name, id, status, power_state, created, updated, launched_at, availability_zone, host, key_name]
    default: name
  sort_dir:
    description:
      - Whether to sort in ascending or descending order.
    type: str
    choices: [asc, desc]
    default: asc
  limit:
    description:
      - Returns only the first servers in the order of O(sort_key), at most this number. By default all.
      - O(missing), O(min_targets) and O(max_targets) apply to the selection before the limit.
    type: int
  raw:
    description:
      - Adds the record of the cloud's API as C(raw), without C(user_data), which contains password hashes.
    type: bool
    default: false
  parallel:
    description:
      - Maximum number of concurrent requests, 1 to 64.
    type: int
    default: 8
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_power
  - plugin: cloudserver.compute.cloudserver
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: List the web servers
  cloudserver.compute.server_info:
    cloud: production
    tags: [role=web]
  register: web

- name: List all servers with a role, whatever it is, on the addresses of a network
  cloudserver.compute.server_info:
    cloud: production
    tags: ["role=*"]
    ips: [10.0.0.0/24]

- name: List the servers of two groups by their names
  cloudserver.compute.server_info:
    cloud: production
    name_patterns: ["web-*", "db-0?"]
    fields: [name]

- name: Show the five newest servers
  cloudserver.compute.server_info:
    cloud: production
    all: true
    sort_key: created
    sort_dir: desc
    limit: 5
    fields: [name, created]

- name: Find the server with an address
  cloudserver.compute.server_info:
    cloud: production
    ips: [192.0.2.10]

- name: List the running servers of a team in a zone
  cloudserver.compute.server_info:
    cloud: production
    availability_zone: [cn-north-4a]
    query: "[?power_state=='running' && metadata.team=='billing']"
    fields: [name, private_ips]
"""

RETURN = r"""
servers:
  description: The servers, sorted as O(sort_key) says, by default by name and id.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The server's id.
      type: str
      sample: 5c2c75ad-2e15-43eb-8921-1bdcda5f21ae
    name:
      description: The server's name.
      type: str
    status:
      description: The status as the cloud returns it.
      type: str
      sample: ACTIVE
    power_state:
      description: One of V(running), V(stopped), V(paused), V(suspended), V(transitional), V(error), V(unknown).
      type: str
    task_state:
      description: The task in progress on the server. V(null) if there is none.
      type: str
    locked:
      description: Whether the server is locked. V(null) if the cloud does not return it.
      type: bool
    addresses:
      description: All addresses.
      type: list
      elements: dict
      contains:
        ip: {description: The address., type: str}
        version: {description: V(4) or V(6)., type: int}
        kind: {description: "V(fixed), V(floating), or V(null) if the cloud does not return it.", type: str}
        mac: {description: The MAC address of its port., type: str}
        network: {description: "The network's name, on V(huaweicloud) the VPC's id.", type: str}
    private_ips:
      description: The addresses that are not floating, IPv4 first.
      type: list
      elements: str
    public_ips:
      description: The floating addresses, IPv4 first.
      type: list
      elements: str
    flavor:
      description: The flavor, with C(id), C(name), C(vcpus) and C(ram_mb). Unknown values are V(null).
      type: dict
    image:
      description: The image, with C(id) and C(name). Both are V(null) for a server that boots from a volume.
      type: dict
    key_name:
      description: The name of the key pair.
      type: str
    tags:
      description:
        - The tags, each V(key) or V(key=value). A tag with an empty value is V(key), on some clouds V(key=).
        - On V(ustack), and below microversion 2.26, servers have no tags. The module uses their metadata as tags.
      type: list
      elements: str
    metadata:
      description: The metadata.
      type: dict
    availability_zone:
      description: The availability zone.
      type: str
    host:
      description: The compute host, if the cloud returns it.
      type: str
    description:
      description: The description.
      type: str
    created:
      description: When the server was created.
      type: str
    updated:
      description: When the server last changed.
      type: str
    launched_at:
      description: When the server was first started.
      type: str
    fault:
      description: The reason of the status ERROR, with C(code), C(message) and C(created).
      type: dict
    enterprise_project_id:
      description: The enterprise project, on V(huaweicloud).
      type: str
    volumes:
      description: The ids of the attached volumes.
      type: list
      elements: str
    platform:
      description: The platform.
      type: str
    region:
      description: The region.
      type: str
    raw:
      description: The record of the cloud's API.
      returned: O(raw=true)
      type: dict
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: success
  type: dict
  sample: {ids: [2e136db7-b4a4-4815-8a00-25d9bfe59617]}
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import SERVER_FIELDS
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import find
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import SELECTION, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

#: The fields of a server in a cloud's short list.
BRIEF = frozenset(("id", "name"))
SORT_KEYS = (
    "name", "id", "status", "power_state", "created", "updated", "launched_at", "availability_zone", "host", "key_name",
)  # fmt: skip

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        fields={"type": "list", "elements": "str"},
        deleted={"type": "bool", "default": False},
        sort_key={"type": "str", "choices": list(SORT_KEYS), "default": "name"},
        sort_dir={"type": "str", "choices": ["asc", "desc"], "default": "asc"},
        limit={"type": "int"},
        raw={"type": "bool", "default": False},
        parallel={"type": "int", "default": 8},
    )
)


def run(context: Context) -> Result:
    fields = context.params["fields"]
    unknown = [name for name in fields or () if name not in SERVER_FIELDS]
    if unknown:
        raise InvalidRequest(
            "fields: a server has no %s; choose from %s" % (", ".join(unknown), ", ".join(SERVER_FIELDS))
        )
    selection = Selection.from_options(context.params, missing="ignore", listing=True)
    brief = bool(fields) and set(fields) <= BRIEF and not context.params["raw"]
    chosen = find(context.cloud, selection, brief)
    records = [server.as_dict(raw=context.params["raw"]) for server in chosen.servers]
    if fields:
        kept = set(fields) | {"id"} | ({"raw"} if context.params["raw"] else set())
        records = [{key: value for key, value in record.items() if key in kept} for record in records]
    return Result(data={"servers": records, "missing": dict(chosen.missing)})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()

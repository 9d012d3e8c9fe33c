#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_info
short_description: List cloud servers
version_added: 1.0.0
description:
  - Lists the selected cloud servers. The records have the same format on all platforms.
  - The module reads all pages, and applies each filter again to the result of the cloud.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  fields:
    description:
      - The keys of the records to return. By default all keys, except V(user_data). V(id) is always returned.
      - V(user_data) can contain passwords, so it is returned only if it is listed here. Set C(no_log) on such a task.
      - With V(image), the module resolves the names of images. See C(image) of the return value.
      - For thousands of servers, select few fields to keep the result small.
      - If only V(id) and V(name) are requested, and only O(all), O(ids) or O(names) select servers, the module uses the
        short list of the cloud, which is faster. V(huaweicloud) has no short list.
    type: list
    elements: str
  deleted:
    description:
      - Lists the servers in the recycle bin instead. These servers were deleted and can be restored.
      - Supported on V(easystack), V(openstack), and V(huaweicloud) in the regions that have a recycle bin. On
        V(openstack), and with O(all_projects=true), it requires an administrator.
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
  limit:
    description:
      - Returns only the first servers in the order of O(sort_key), at most this number. By default all.
      - If the cloud sorts, it chooses the first of several servers with the same value.
      - O(missing), O(min_targets) and O(max_targets) apply to the selection before the limit.
    type: int
  raw:
    description:
      - Adds the record of the cloud's API as C(raw). It contains the user data only if O(fields) contains V(user_data),
        because user data can contain passwords.
    type: bool
    default: false
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
  - cloudserver.compute.sorting
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
    ips: [203.0.113.11]

- name: List the servers of all projects, with the project of each
  cloudserver.compute.server_info:
    cloud: admin
    all: true
    all_projects: true
    fields: [name, project_id, user_id, security_groups, hypervisor_hostname]

- name: List the servers with an image of Debian
  cloudserver.compute.server_info:
    cloud: production
    query: "[?contains(image.name || '', 'debian')]"
    fields: [name, image]

- name: List the running web servers in a zone
  cloudserver.compute.server_info:
    cloud: production
    availability_zone: [zone-2]
    query: "[?power_state=='running' && tag_map.role=='web']"
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
    vm_state:
      description: The state of the virtual machine in the cloud's own words.
      type: str
      sample: active
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
        port_id: {description: "The id of its port, on V(huaweicloud).", type: str}
        subnet_id: {description: "The id of its subnet, on V(ustack).", type: str}
        subnet_name: {description: "The name of its subnet, on V(ustack).", type: str}
        subnet_shared: {description: "Whether several projects use the subnet, on V(ustack).", type: bool}
    private_ips:
      description: The addresses that are not floating, IPv4 first.
      type: list
      elements: str
    public_ips:
      description: The floating addresses, IPv4 first.
      type: list
      elements: str
    access_ipv4:
      description: The IPv4 address that its user recorded for access to the server.
      type: str
    access_ipv6:
      description: The IPv6 address that its user recorded for access to the server.
      type: str
    security_groups:
      description: The names of the security groups of its ports. V(null) if the cloud does not return them.
      type: list
      elements: str
    flavor:
      description: The flavor, with C(id), C(name), C(vcpus) and C(ram_mb). Unknown values are V(null).
      type: dict
    image:
      description:
        - The image, with C(id) and C(name). Both are V(null) for a server that boots from a volume.
        - V(ustack) and V(huaweicloud) return the name with the server. On V(openstack) and V(easystack) the module
          reads the list of images, once, if O(fields) contains V(image), or if O(query) contains C(image) and not only
          C(image.id). Otherwise the name is V(null) there, and the list of servers is the only request.
        - The name is V(null) for an image that is not in this list, for example because it was deleted or hidden. If
          the user may not list images, the names are V(null), with a warning.
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
    tag_map:
      description:
        - The tags as a mapping, V(role=web) as V(role) with the value V(web). The value of a tag without a value is an
          empty string. If several tags have the same key, the last one in alphabetical order.
      type: dict
      sample: {role: web, spot: ""}
    metadata:
      description: The metadata.
      type: dict
    availability_zone:
      description: The availability zone.
      type: str
    host:
      description: The compute host, if the cloud returns it.
      type: str
    host_id:
      description:
        - An id of the compute host, which all servers of a project on this host have. Users who are not permitted to
          see C(host) can compare it. V(null) without a host.
      type: str
    hypervisor_hostname:
      description: The name of its hypervisor, if the cloud returns it.
      type: str
    host_status:
      description:
        - The state of the compute service of its host, V(UP), V(DOWN), V(UNKNOWN) or V(MAINTENANCE). V(null) without a
          host, and if the cloud does not return it.
      type: str
    hostname:
      description: The host name inside the guest, if the cloud returns it.
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
    deleted_at:
      description: When the server was deleted. V(null) if it was not, and if the cloud does not return it.
      type: str
    estimated_deleted_at:
      description:
        - When the recycle bin deletes the server permanently, on V(easystack) and V(huaweicloud).
        - On V(huaweicloud) it is calculated from RV(servers[].deleted_at) and the present policy of the recycle bin.
      type: str
    fault:
      description: The reason of the status ERROR, with C(code), C(message) and C(created).
      type: dict
    project_id:
      description: The id of its project.
      type: str
    user_id:
      description: The id of the user who created the server.
      type: str
    enterprise_project_id:
      description: The enterprise project, on V(huaweicloud).
      type: str
    reservation_id:
      description: The id of the request that created the server, alone or with others, if the cloud returns it.
      type: str
    root_device_name:
      description: The device of its boot disk, if the cloud returns it.
      type: str
      sample: /dev/vda
    volumes:
      description: The attached volumes. V(null) if the cloud does not return them.
      type: list
      elements: dict
      contains:
        id: {description: The volume's id., type: str}
        device: {description: "The device of the volume, on V(huaweicloud).", type: str}
        boot_index: {description: "The boot order, V(0) for the system disk, on V(huaweicloud).", type: int}
        delete_on_termination:
          description: Whether the volume is deleted with the server. V(null) below microversion 2.3, and on V(ustack).
          type: bool
    platform:
      description: The platform.
      type: str
    region:
      description: The region.
      type: str
    user_data:
      description: The user data, encoded with Base64, if the cloud returns it to this user.
      returned: if O(fields) contains V(user_data)
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

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    REQUESTED_FIELDS,
    SERVER_FIELDS,
    as_dicts,
)
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
    known = SERVER_FIELDS + REQUESTED_FIELDS
    unknown = [name for name in fields or () if name not in known]
    if unknown:
        raise InvalidRequest("fields: a server has no %s; choose from %s" % (", ".join(unknown), ", ".join(known)))
    selection = Selection.from_options(context.params, missing="ignore", listing=True)
    brief = bool(fields) and set(fields) <= BRIEF and not context.params["raw"]
    chosen = find(context.cloud, selection, brief, image_names="image" in (fields or ()))
    records = as_dicts(chosen.servers, {"id", *fields} if fields else None, context.params["raw"])
    return Result(data={"servers": records, "missing": dict(chosen.missing)})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
